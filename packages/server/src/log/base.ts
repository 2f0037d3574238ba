/**
 * The base: the state as of a position of the log, kept for good because entries before it were taken out. Without one the
 * state is a function of the whole log; with one, of the base and the log from its position on.
 *
 * It is a copy of a checkpoint, in a folder that is named after its position: made beside its place, brought to the disk,
 * moved there; then older ones go. So there is always a whole one, and it is durable before anything that it stands for is
 * taken out of the log. Unlike a checkpoint it must not be deleted.
 */

import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { syncPath } from './durable-files.ts';
import type { Position } from './entry.ts';
import { openLmdbCheckpointStore, type LmdbCheckpointStore } from './lmdb-checkpoint-store.ts';
import type { CheckpointStore, Row } from './checkpoint-store.ts';

/** A base on the disk. */
export type Base = {
  readonly position: Position;
  /** Its folder. */
  readonly path: string;
};

const unfinished = '.new';

/** The base in a directory of bases; undefined where there is none. */
export async function findBase(directory: string): Promise<Base | undefined> {
  const names = await readdir(directory).catch(() => []);
  const positions = names.filter((name) => /^\d+$/.test(name)).map(Number);
  if (positions.length === 0) return undefined;
  const position = Math.max(...positions);
  return { position, path: join(directory, String(position)) };
}

/** Makes the last checkpoint, which is of a position, the base. Durable when it resolves; older bases are gone then. */
export async function makeBase(
  directory: string,
  checkpoints: Pick<LmdbCheckpointStore, 'copyTo'>,
  position: Position,
): Promise<Base> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, String(position));
  const beside = path + unfinished;
  const known = await findBase(directory);
  if (known?.position === position) return known;
  for (const name of await readdir(directory)) {
    if (name.endsWith(unfinished)) await rm(join(directory, name), { recursive: true });
  }
  await mkdir(beside, { mode: 0o700 });
  await checkpoints.copyTo(beside);
  await syncPath(join(beside, 'data.mdb'));
  await syncPath(beside);
  await rename(beside, path);
  await syncPath(directory);
  for (const name of await readdir(directory)) {
    if (name !== String(position)) await rm(join(directory, name), { recursive: true, force: true });
  }
  return { position, path };
}

/** A base to be read from; to be closed. */
export function openBase({ path }: Base): Promise<LmdbCheckpointStore> {
  return openLmdbCheckpointStore(path);
}

/** Every key of a checkpoint lies in it. */
const allKeys: readonly [Uint8Array, Uint8Array] = [new Uint8Array(), new Uint8Array(200).fill(0xff)];

/** Puts what the base holds in place of a checkpoint that is of no use. */
export async function restoreFromBase(base: Base, checkpoints: CheckpointStore): Promise<void> {
  const store = await openBase(base);
  try {
    if (store.head === undefined) throw new Error(`the base in ${base.path} is empty`);
    const rows: Row[] = [];
    for (const { key, value } of store.read(...allKeys)) {
      rows.push({ key: Uint8Array.from(key), value: Uint8Array.from(value) });
    }
    await checkpoints.clear();
    await checkpoints.write(rows, store.head);
  } finally {
    await store.close();
  }
}

/**
 * Writes the stores of a data directory anew, so that nothing is left in their files of what was deleted: LMDB and SQLite
 * give deleted parts to what comes next, and until something does, the bytes stay. Files become as small as they can be, too.
 *
 * A store is written beside its place, brought to the disk, and moved there at once; a process that ends in between
 * leaves the old one.
 */

import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { open } from 'lmdb';

import { findBase } from './base.ts';
import { openDataDirectory } from './data-directory.ts';
import { requireData, type DataPaths } from './data-format.ts';
import { syncPath } from './durable-files.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';

export type Compacted = {
  /** As in the data directory. */
  readonly file: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
};

/** What one transaction of the copy takes, in bytes. */
const writeBytes: number = 2 ** 24;

/** For a directory that nothing runs on. @throws StorageError */
export async function compactData(data: string): Promise<readonly Compacted[]> {
  await requireData(data);
  const directory = await openDataDirectory(data);
  try {
    const done: Compacted[] = [];
    for (const path of await environmentsOf(directory.paths)) {
      done.push(await measured(data, join(path, 'data.mdb'), () => compactEnvironment(path)));
    }
    const { catalog } = directory.paths;
    if (await exists(catalog)) {
      done.push(
        await measured(data, catalog, () => {
          compactCatalog(catalog);
          return Promise.resolve();
        }),
      );
    }
    return done;
  } finally {
    await directory.close();
  }
}

async function environmentsOf(paths: DataPaths): Promise<readonly string[]> {
  const base = await findBase(paths.base);
  const places = [paths.log, paths.checkpoint, paths.feed, paths.deliveries, paths.quarantine];
  if (base !== undefined) places.push(base.path);
  const there: string[] = [];
  for (const place of places) if (await exists(join(place, 'data.mdb'))) there.push(place);
  return there;
}

/** Not LMDB's own copy, which takes pages as they are, with what stands in their gaps. */
async function compactEnvironment(path: string): Promise<void> {
  const beside = `${path}.compact`;
  await rm(beside, { recursive: true, force: true });
  await mkdir(beside, { mode: 0o700 });
  const from = new LmdbEnvironment(path, { store: 'log', readOnly: true });
  const to = open<Buffer, Buffer>({
    path: beside,
    noSubdir: false,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
    mapSize: 2 ** 36,
  });
  try {
    let size = 0;
    for (const { key, value } of from.db.getRange({})) {
      // The key's bytes are LMDB's own until the next one.
      const written = to.put(Buffer.from(key), value);
      size += value.length;
      if (size < writeBytes) continue;
      await written;
      size = 0;
    }
    await to.flushed;
  } finally {
    await to.close();
    await from.close();
  }
  await syncPath(join(beside, 'data.mdb'));
  await rename(join(beside, 'data.mdb'), join(path, 'data.mdb'));
  await syncPath(path);
  await rm(beside, { recursive: true });
}

function compactCatalog(path: string): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; VACUUM');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    database.close();
  }
}

async function measured(data: string, file: string, work: () => Promise<void>): Promise<Compacted> {
  const bytesBefore = (await stat(file)).size;
  await work();
  return { file: relative(data, file), bytesBefore, bytesAfter: (await stat(file)).size };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

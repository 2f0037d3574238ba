/**
 * What makes a directory a data directory: the file `format.json`, which says the version of the format. It is written
 * last when a directory is made, so a directory that has it is complete. A directory that holds something else, or was
 * written by a newer version, is refused before anything in it is touched.
 *
 * Version 1: `log/`, `checkpoint/`, `feed/`, `deliveries/` and `quarantine/` are LMDB environments, `base/` holds
 * one more where entries were taken out of the log, `catalog.sqlite` is the catalog, `workspace.json` holds the time zone,
 * `activity.json` what was counted of what arrives (overview/activity.ts), `lock.sqlite` and `lock.json` say who uses it.
 */

import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeDurably } from './durable-files.ts';
import { reasonOf, StorageError } from './storage-error.ts';

export const dataFormat = 1;
const kind = 'segue-data';
const formatFile = 'format.json';

/** Where the parts of a data directory are. */
export type DataPaths = {
  /** The log's directory. */
  readonly log: string;
  /** The checkpoints' directory, which may be deleted while nothing runs. */
  readonly checkpoint: string;
  /** Where bases are (base.ts). */
  readonly base: string;
  /** The quarantine's directory. */
  readonly quarantine: string;
  /** The directory of the changes, which may be deleted while nothing runs. */
  readonly feed: string;
  /** The directory of what is told of deliveries to webhooks. */
  readonly deliveries: string;
  /** The catalog's file. */
  readonly catalog: string;
  /** What belongs to the data and not to the settings: the time zone. */
  readonly workspace: string;
};

export function dataPaths(path: string): DataPaths {
  return {
    log: join(path, 'log'),
    checkpoint: join(path, 'checkpoint'),
    base: join(path, 'base'),
    quarantine: join(path, 'quarantine'),
    feed: join(path, 'feed'),
    deliveries: join(path, 'deliveries'),
    catalog: join(path, 'catalog.sqlite'),
    workspace: join(path, 'workspace.json'),
  };
}

/** Names that may stand in a directory that is not a data directory yet. */
const harmless = new Set([
  'lost+found',
  'lock.sqlite',
  'lock.sqlite-journal',
  'lock.json',
  'lock.json.new',
  'format.json.new',
]);
/** Stands in a directory while a backup is copied into it. */
export const restoreMarker = 'restore-unfinished';

/** Makes the directory, for nobody but its owner, unless it is there. @throws StorageError */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw new StorageError(
        'data/not-a-directory',
        `${path} is a file, or lies below one; a data directory is needed`,
        error,
      );
    }
    throw unusable(path, error);
  }
}

/**
 * What a directory is, read without touching it.
 *
 * @throws StorageError when it is neither empty nor a data directory that this version can use
 */
export async function inspectDirectory(path: string): Promise<'empty' | 'data'> {
  const text = await readIfThere(path, join(path, formatFile));
  if (text !== undefined) {
    checkFormat(path, text);
    return 'data';
  }
  const names = await readdir(path).catch((error: unknown) => {
    throw unusable(path, error);
  });
  if (names.includes(restoreMarker)) {
    throw new StorageError(
      'data/unusable',
      `A restore into ${path} did not finish; empty the directory and restore the backup again`,
    );
  }
  const strange = names.find((name) => !harmless.has(name));
  if (strange === undefined) return 'empty';
  // Another process may have made it a data directory between the two looks.
  const late = await readIfThere(path, join(path, formatFile));
  if (late !== undefined) {
    checkFormat(path, late);
    return 'data';
  }
  throw new StorageError(
    'data/foreign',
    `${path} is not empty (it holds ${strange}) and is no data directory of Segue; give an empty directory or one that Segue made`,
  );
}

/** @throws StorageError where there is no data directory; makes none. */
export async function requireData(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (isThere && (await inspectDirectory(path)) === 'data') return;
  throw new StorageError(
    'data/unusable',
    `There is no data directory at ${path}; give the one that Segue runs on`,
  );
}

/** Makes an empty directory a data directory. */
export async function writeFormat(path: string): Promise<void> {
  await writeDurably(join(path, formatFile), `${JSON.stringify({ kind, format: dataFormat })}\n`);
}

export function unusable(path: string, error: unknown): StorageError {
  return new StorageError(
    'data/unusable',
    `The data directory ${path} cannot be used (${reasonOf(error)}); check that it exists on a working disk and belongs to this user`,
    error,
  );
}

function checkFormat(path: string, text: string): void {
  const found = readJson(text);
  const isOurs = typeof found === 'object' && found !== null && 'kind' in found && found.kind === kind;
  const format = isOurs && 'format' in found ? found.format : undefined;
  if (typeof format !== 'number') {
    throw new StorageError(
      'data/foreign',
      `${join(path, formatFile)} is not what Segue writes; give an empty directory or one that Segue made`,
    );
  }
  if (format <= dataFormat) return;
  throw new StorageError(
    'data/newer-format',
    `${path} has format ${format}, and this version of Segue reads up to ${dataFormat}; start the newer version that wrote it, or give another directory. Nothing was changed`,
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readIfThere(path: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(path, error);
  }
}

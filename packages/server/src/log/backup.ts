/**
 * Backup and restore of a data directory.
 *
 * A backup is a directory that holds the log, the changes and how far they have been delivered, the quarantine, the
 * catalog and the workspace's time zone, and `backup.json`, which is written last and names each file with its length and
 * SHA-256; without it there is no backup. It may be taken from any process while another one writes: LMDB and SQLite both
 * copy what is committed at one instant. Where entries were taken out of the log, the base (base.ts) is in it too. What follows something else is copied before it, the log last, because the log is
 * the truth: a log that is ahead of all else is what a crash leaves too. Checkpoints are not copied; the log rebuilds them.
 *
 * A restore checks all that before it writes anything, and every record of the log, and takes an empty directory only.
 */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { backup as copySqlite, DatabaseSync } from 'node:sqlite';
import type { Instant } from '@segue/core/model/message.ts';
import { findBase } from './base.ts';
import { checkLog, type LogSummary } from './check-log.ts';
import {
  dataPaths,
  inspectDirectory,
  makeDirectory,
  requireData,
  restoreMarker,
  writeFormat,
} from './data-format.ts';
import { lockDirectory } from './data-lock.ts';
import { copyDurably, syncPath, writeDurably } from './durable-files.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { reasonOf, StorageError } from './storage-error.ts';

/** 1: without changes, deliveries and time zone. */
export const backupFormat = 2;
const kind = 'segue-backup';
const manifestFile = 'backup.json';
/** In the order in which they are copied. */
const files = ['workspace.json', 'catalog.sqlite'] as const;
const environments = ['quarantine', 'deliveries', 'feed'] as const;
type Environment = (typeof environments)[number] | 'log' | 'base';
/** Pages per step, so that the catalog is copied in one and a write to it does not start the copy again. */
const allPages = 0x7fff_ffff;

const parts: readonly string[] = [...files, ...environments, 'log', 'base'];
/** Every file that a backup may have, but for that of the base, which has a position in its name. */
const fileNames: readonly string[] = [
  ...files,
  ...[...environments, 'log'].map((name) => `${name}/data.mdb`),
];
const baseName = /^base\/\d+\/data\.mdb$/;

type CopiedFile = { readonly name: string; readonly bytes: number; readonly sha256: string };

export type BackupReport = {
  readonly directory: string;
  readonly log: LogSummary;
  readonly files: readonly CopiedFile[];
};

/**
 * Copies the data directory `data`, which may be in use, into `target`, which is made or must be empty. Whatever was
 * durable when it was called is in the copy.
 *
 * @throws StorageError `backup/target-in-use`, `backup/failed`, `data/…`, `log/corrupt`; then `target` holds no backup
 */
export async function backUp(data: string, target: string, now: Instant): Promise<BackupReport> {
  await requireData(data);
  await claimTarget(data, target);
  try {
    const { workspace, catalog } = dataPaths(data);
    if (await exists(catalog)) await copyCatalog(catalog, join(target, 'catalog.sqlite'));
    for (const store of environments) {
      const from = dataPaths(data)[store];
      if (await exists(join(from, 'data.mdb'))) await copyEnvironment(store, from, join(target, store));
    }
    await copyLog(data, target);
    // It says what may be missing from the log, so it must not be older.
    if (await exists(workspace)) await copyDurably(workspace, join(target, 'workspace.json'));
    const log = await checkLog(join(target, 'log'));
    await removeLockFiles(target);
    const copied = await describeFiles(target);
    const manifest = { kind, format: backupFormat, madeAt: now, log, files: copied };
    await writeDurably(join(target, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    return { directory: target, log, files: copied };
  } catch (error) {
    for (const part of parts) {
      await rm(join(target, part), { recursive: true, force: true });
    }
    throw asFailure(`The backup of ${data} into ${target} did not succeed`, error);
  }
}

/**
 * Makes a data directory of a backup: `data` is made or must be empty.
 *
 * @throws StorageError `backup/not-a-backup`, `backup/newer-format`, `backup/incomplete`, `data/…`, `log/corrupt`
 */
export async function restoreBackup(source: string, data: string): Promise<BackupReport> {
  const manifest = await readManifest(source);
  for (const file of manifest.files) await checkFile(source, file);
  await makeDirectory(data);
  await requireEmpty(data);
  const lock = await lockDirectory(data);
  try {
    await requireEmpty(data);
    await writeDurably(join(data, restoreMarker), '');
    for (const { name } of manifest.files) {
      await mkdir(dirname(join(data, name)), { recursive: true, mode: 0o700 });
      await copyDurably(join(source, name), join(data, name));
    }
    const log = await checkLog(dataPaths(data).log);
    if (log.entries !== manifest.log.entries) {
      throw incomplete(source, 'its log has not as many entries as it says');
    }
    await writeFormat(data);
    await unlink(join(data, restoreMarker));
    await syncPath(data);
    return { directory: data, log, files: manifest.files };
  } catch (error) {
    throw asFailure(`The backup ${source} could not be restored into ${data}`, error);
  } finally {
    lock.release();
  }
}

async function requireEmpty(data: string): Promise<void> {
  if ((await inspectDirectory(data)) === 'empty') return;
  throw new StorageError(
    'backup/target-in-use',
    `${data} is a data directory already, and a restore overwrites nothing; give an empty directory`,
  );
}

async function claimTarget(data: string, target: string): Promise<void> {
  const inside = relative(resolve(data), resolve(target));
  const below = inside !== '..' && !inside.startsWith(`..${sep}`);
  if (below) {
    throw new StorageError(
      'backup/target-in-use',
      `${target} lies in the data directory itself; give another place`,
    );
  }
  await makeDirectory(target);
  const names = (await readdir(target)).filter((name) => name !== 'lost+found');
  if (names.length === 0) return;
  throw new StorageError(
    'backup/target-in-use',
    `${target} is not empty; give an empty directory for the backup`,
  );
}

/** The log, and the base if there is one: entries before it may be gone, those after it are not. */
async function copyLog(data: string, target: string): Promise<void> {
  const { base: bases, log } = dataPaths(data);
  for (;;) {
    const base = await findBase(bases);
    if (base !== undefined) {
      await mkdir(join(target, 'base'), { mode: 0o700 });
      await copyEnvironment('base', base.path, join(target, 'base', String(base.position)));
    }
    await copyEnvironment('log', log, join(target, 'log'));
    if ((await findBase(bases))?.position === base?.position) return;
    // Another was made meanwhile, and more may have been taken out of the log than the one that was copied stands for.
    for (const part of ['log', 'base']) await rm(join(target, part), { recursive: true, force: true });
  }
}

async function copyEnvironment(store: Environment, from: string, to: string): Promise<void> {
  await mkdir(to, { mode: 0o700 });
  const environment = new LmdbEnvironment(from, {
    store: store === 'base' ? 'checkpoint' : store,
    readOnly: true,
  });
  try {
    await environment.copyTo(to);
  } finally {
    await environment.close();
  }
  await syncPath(join(to, 'data.mdb'));
  await syncPath(to);
}

async function copyCatalog(from: string, to: string): Promise<void> {
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await copySqlite(database, to, { rate: allPages });
  } finally {
    database.close();
  }
  await syncPath(to);
}

/** What looking at the copies has left. */
async function removeLockFiles(target: string): Promise<void> {
  const base = await findBase(join(target, 'base'));
  const places = [...environments, 'log'].map((part) => join(target, part));
  for (const place of [...places, ...(base === undefined ? [] : [base.path])]) {
    await rm(join(place, 'lock.mdb'), { force: true });
  }
}

async function describeFiles(target: string): Promise<readonly CopiedFile[]> {
  const copied: CopiedFile[] = [];
  const base = await findBase(join(target, 'base'));
  const ofBase = base === undefined ? [] : [`base/${base.position}/data.mdb`];
  for (const name of [...fileNames, ...ofBase]) {
    const path = join(target, name);
    if (!(await exists(path))) continue;
    copied.push({ name, bytes: (await stat(path)).size, sha256: await hashFile(path) });
  }
  return copied;
}

async function checkFile(source: string, file: CopiedFile): Promise<void> {
  const path = join(source, file.name);
  if (!(await exists(path))) throw incomplete(source, `${file.name} is missing`);
  if ((await stat(path)).size !== file.bytes) {
    throw incomplete(source, `${file.name} is not ${file.bytes} bytes long`);
  }
  if ((await hashFile(path)) !== file.sha256) throw incomplete(source, `${file.name} has changed since`);
}

type Manifest = { readonly log: LogSummary; readonly files: readonly CopiedFile[] };

async function readManifest(source: string): Promise<Manifest> {
  let found: unknown;
  try {
    found = JSON.parse(await readFile(join(source, manifestFile), 'utf8'));
  } catch (error) {
    throw notBackup(source, error);
  }
  if (typeof found !== 'object' || found === null || !('kind' in found) || found.kind !== kind) {
    throw notBackup(source);
  }
  if (!('format' in found) || typeof found.format !== 'number') throw notBackup(source);
  if (found.format > backupFormat) {
    throw new StorageError(
      'backup/newer-format',
      `The backup ${source} has format ${found.format}, and this version of Segue reads up to ${backupFormat}; use the newer version that made it`,
    );
  }
  const manifest = found as unknown as Manifest;
  const listed: unknown = manifest.files;
  // Names are joined to paths: only those that a backup writes.
  if (
    !Array.isArray(listed) ||
    !manifest.files.every(({ name }) => fileNames.includes(name) || baseName.test(name))
  ) {
    throw notBackup(source);
  }
  if (!manifest.files.some((file) => file.name === 'log/data.mdb')) throw incomplete(source, 'it has no log');
  return manifest;
}

function notBackup(source: string, cause?: unknown): StorageError {
  return new StorageError(
    'backup/not-a-backup',
    `${source} is no finished backup of Segue: ${manifestFile} is not there or is not what a backup writes`,
    cause,
  );
}

function incomplete(source: string, what: string): StorageError {
  return new StorageError('backup/incomplete', `The backup ${source} is damaged: ${what}; use another one`);
}

function asFailure(what: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  return new StorageError(
    'backup/failed',
    `${what} (${reasonOf(error)}); check both disks and try again`,
    error,
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest('hex');
}

/**
 * One process at a time uses a data directory. What holds others off is a lock of the operating system, taken by an
 * exclusive transaction on a small SQLite database: it ends with its process however that ends, so there is no stale
 * lock, no guess from a process id that may be somebody else's by now, and of two that start at once one gets it.
 * `lock.json` beside it only says who holds it, for the error message.
 */

import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unusable } from './data-format.ts';
import { writeDurably } from './durable-files.ts';
import { StorageError } from './storage-error.ts';

const sqliteBusy = 5;

export interface DataLock {
  release(): void;
}

/** @throws StorageError when another process, or this one, has the directory open */
export async function lockDirectory(path: string): Promise<DataLock> {
  const database = await openExclusively(path);
  const holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  try {
    await writeDurably(holderFile(path), `${JSON.stringify(holder)}\n`);
  } catch (error) {
    database.close();
    throw unusable(path, error);
  }
  return {
    release: () => {
      database.close();
    },
  };
}

async function openExclusively(path: string): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(join(path, 'lock.sqlite'), { timeout: 0 });
    database.exec('BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    const busy = error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
    if (!busy) throw unusable(path, error);
    throw new StorageError(
      'data/locked',
      `The data directory ${path} is in use${await describeHolder(path)}; stop that process, or give another directory`,
      error,
    );
  }
}

async function describeHolder(path: string): Promise<string> {
  try {
    const holder: unknown = JSON.parse(await readFile(holderFile(path), 'utf8'));
    if (typeof holder !== 'object' || holder === null) return '';
    const pid = 'pid' in holder && typeof holder.pid === 'number' ? holder.pid : undefined;
    const host = 'host' in holder && typeof holder.host === 'string' ? holder.host : '';
    const since = 'since' in holder && typeof holder.since === 'string' ? ` since ${holder.since}` : '';
    if (pid === undefined) return '';
    return ` by process ${pid}${host === hostname() ? '' : ` on ${host}`}${since}`;
  } catch {
    // Whoever holds it has not written it yet.
    return '';
  }
}

function holderFile(path: string): string {
  return join(path, 'lock.json');
}

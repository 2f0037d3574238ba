/**
 * One SQLite database: prepared statements kept, transactions that tell of changes when they are durable, errors of the
 * store told from bugs.
 *
 * `node:sqlite` is synchronous, so a transaction is never interleaved with another and holds up the event loop for as long as
 * its commit takes (`synchronous=FULL`: one fsync, a few milliseconds). People's arrangements change a few times an hour;
 * nothing on the way of a message writes here.
 */

import { chmodSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

import type { Instant } from '@segue/core/model/message.ts';

import { CatalogError, type AccessChange } from '../catalog.ts';
import { migrations } from './migrations.ts';

/** Written into the file's header: this is a catalog of Segue's ("Sgue"). */
const applicationId = 0x5367_7565;

export type Row = Readonly<Record<string, SQLOutputValue>>;

export class SqlDatabase {
  /** The instant at which the current call takes effect. */
  readonly clock: () => Instant;
  /** Settles when the store can no longer be trusted. */
  readonly failed: Promise<Error>;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #listeners = new Set<(change: AccessChange) => void>();
  #afterCommit: (() => void)[] = [];
  #fail: (error: Error) => void = () => undefined;

  /** Opens, or makes, the file; throws `CatalogError` for one that is not a catalog or of a newer version. */
  constructor(path: string, clock: () => Instant, busyMs: number) {
    this.clock = clock;
    this.failed = new Promise((resolve) => (this.#fail = resolve));
    this.#db = open(path);
    try {
      this.#prepareFile(path, busyMs);
    } catch (error) {
      this.#db.close();
      throw explained(error, path);
    }
  }

  /** A read; what it throws is a rejection. */
  read<T>(work: () => T): Promise<T> {
    return this.#promised(work);
  }

  /** A transaction: all of it or, if it throws, nothing. Watchers hear of its changes once it is durable. */
  write<T>(work: () => T): Promise<T> {
    return this.#promised(() => {
      const result = this.#transaction(work);
      const due = this.#afterCommit;
      this.#afterCommit = [];
      for (const work of due) work();
      return result;
    });
  }

  /** Inside `write`: told to watchers after the commit. */
  tell(change: AccessChange): void {
    this.afterCommit(() => {
      for (const listener of this.#listeners) listener(change);
    });
  }

  /** Inside `write`: done once the transaction is durable, and not at all if it fails. */
  afterCommit(work: () => void): void {
    this.#afterCommit.push(work);
  }

  watch(listener: (change: AccessChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  all(sql: string, ...values: SQLInputValue[]): readonly Row[] {
    return this.#prepared(sql).all(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  iterate(sql: string, ...values: SQLInputValue[]): Iterable<Row> {
    return this.#prepared(sql).iterate(...values);
  }

  /** The number of rows that it changed. */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepared(sql).run(...values).changes);
  }

  /** The whole number of rows that a `SELECT count(*)` gives. */
  count(sql: string, ...values: SQLInputValue[]): number {
    return integer(Object.values(this.get(sql, ...values) ?? {})[0]);
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #promised<T>(work: () => T): Promise<T> {
    try {
      return Promise.resolve(work());
    } catch (error) {
      const known = explained(error, 'the catalog');
      if (known instanceof CatalogError && !known.retryable) this.#fail(known);
      return Promise.reject(known instanceof Error ? known : new Error(String(known)));
    }
  }

  #transaction<T>(work: () => T): T {
    this.#afterCommit = [];
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#afterCommit = [];
      // After some errors SQLite has rolled back by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #prepareFile(path: string, busyMs: number): void {
    const db = this.#db;
    const version = integer(db.prepare('PRAGMA user_version').get()?.['user_version']);
    const application = integer(db.prepare('PRAGMA application_id').get()?.['application_id']);
    const tables = integer(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
    if (application !== applicationId && (tables > 0 || version > 0)) {
      throw new CatalogError(
        'catalog/not-ours',
        `${path} is a database of another program; give Segue a data directory of its own.`,
        false,
      );
    }
    if (version > migrations.length) {
      throw new CatalogError(
        'catalog/newer-format',
        `${path} has format ${version}, and this version of Segue knows up to ${migrations.length}; start the version that wrote it, or a newer one.`,
        false,
      );
    }
    if (path !== ':memory:') chmodSync(path, 0o600);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
    // What is deleted leaves nothing behind in the file.
    db.exec('PRAGMA secure_delete = ON');
    db.exec(`PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = ${busyMs}`);
    if (version === migrations.length) return;
    this.#transaction(() => {
      db.exec(`PRAGMA application_id = ${applicationId}`);
      for (const migration of migrations.slice(version)) db.exec(migration);
      db.exec(`PRAGMA user_version = ${migrations.length}`);
    });
  }
}

function open(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path);
  } catch (error) {
    throw explained(error, path);
  }
}

/** SQLite's errors as the catalog's; anything else as it is. */
function explained(error: unknown, what: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  switch (error.errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return new CatalogError('catalog/busy', `Another process holds ${what}; try again.`, true, error);
    case 13: // SQLITE_FULL
      return new CatalogError('catalog/disk-full', `The disk is full; ${what} was not changed.`, true, error);
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR
    case 11: // SQLITE_CORRUPT
    case 14: // SQLITE_CANTOPEN
    case 26: // SQLITE_NOTADB
      return new CatalogError(
        'catalog/io',
        `${what} cannot be read or written: ${error.message}. Check the disk and permissions, or restore a backup.`,
        false,
        error,
      );
    default:
      return error;
  }
}

// Columns, made precise once. A column of another type is a bug, or a database that somebody else changed.

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`the catalog holds ${typeof value} where a text belongs`);
}

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value;
  throw new TypeError(`the catalog holds ${typeof value} where a number belongs`);
}

export function optional<T>(
  value: SQLOutputValue | undefined,
  read: (value: SQLOutputValue | undefined) => T,
): T | undefined {
  return value === null || value === undefined ? undefined : read(value);
}

/** `items` were read with a limit one greater than what was asked for: whether there are more. */
export function pageOf<T>(
  rows: readonly Row[],
  limit: number,
  read: (row: Row) => T,
): { items: readonly T[]; next: number | undefined } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? integer(last['seq']) : undefined;
  return { items: shown.map(read), next };
}

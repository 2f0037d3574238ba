/**
 * One LMDB environment as the log, the checkpoints and the quarantine use it: group commit, one transaction at a time,
 * fail-stop.
 *
 * Writes asked for in one turn of the event loop make one transaction with one fsync; those asked for while it runs
 * make the next. There is never a second transaction behind one under way: LMDB would go on with it after the first
 * had failed, and the store would have a hole. So what is on disk is always all writes up to some point, in order.
 *
 * A transaction that fails, or does not settle in `stallMs`, is final: `failed` settles, what waits is rejected, and
 * LMDB is not touched again, because whether the data reached the disk cannot be known (a retried fsync lies). Whoever
 * owns the process ends it; the next start finds the last complete transaction.
 *
 * Settings that matter: `overlappingSync: false`, or a put resolves before it is durable; only the asynchronous writes,
 * since the synchronous ones corrupt the heap after ENOSPC; a positive map size, which is address space and not disk,
 * and grows when it is reached.
 */

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { inspectLmdbFile } from './lmdb-file.ts';
import { reasonOf, StorageError, type StorageErrorCode } from './storage-error.ts';

/** Address space reserved at first, in bytes. */
const mapBytesDefault: number = 2 ** 36;
/** How long a transaction may take, in milliseconds. */
const stallMsDefault = 10_000;
/** What making an environment needs of the disk, in bytes. */
const roomBytes = 1 << 18;
/** How long to wait for LMDB to say why a transaction failed, in milliseconds. */
const causeWaitMs = 1_000;

export type LmdbDatabase = RootDatabase<Buffer, Buffer>;

export type LmdbOptions = {
  /** Which store this is: the first part of its error codes. */
  readonly store: 'log' | 'checkpoint' | 'quarantine' | 'feed' | 'deliveries';
  readonly stallMs?: number | undefined;
  /** A power of two. */
  readonly mapBytes?: number | undefined;
  readonly readOnly?: boolean | undefined;
};

/** Puts and removes of one write. */
export interface LmdbWrites {
  /** `append`: the key is greater than all others; a write with one that is not fails. */
  put(key: Buffer, value: Buffer, append?: boolean): void;
  remove(key: Buffer): void;
  /** Removes everything put before. */
  clear(): void;
}

type Waiting = {
  readonly write: (writes: LmdbWrites) => void;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

export class LmdbEnvironment {
  /** For reading; all writes go through `commit`. */
  readonly db: LmdbDatabase;
  /** Settles when a transaction has failed or stalled. */
  readonly failed: Promise<Error>;
  readonly #store: LmdbOptions['store'];
  readonly #path: string;
  readonly #stallMs: number;
  #settleFailed: (error: Error) => void = () => undefined;
  #failure: Error | undefined;
  #closed = false;
  /** Asked for while a transaction runs. */
  #waiting: Waiting[] = [];
  /** In the transaction under way. */
  #group: Waiting[] = [];
  /** LMDB still takes what is put in this turn into the transaction. */
  #collecting = false;
  #results: Promise<boolean>[] = [];
  #watchdog: NodeJS.Timeout | undefined;
  #idle: (() => void)[] = [];

  constructor(path: string, options: LmdbOptions) {
    this.#store = options.store;
    this.#path = path;
    this.#stallMs = options.stallMs ?? stallMsDefault;
    this.failed = new Promise((resolve) => {
      this.#settleFailed = resolve;
    });
    this.db = this.#open(options);
  }

  /** Resolves when what `write` asks for is durable, all of it; rejects when that is not known. */
  commit(write: (writes: LmdbWrites) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = { write, resolve, reject };
      if (this.#failure !== undefined) reject(this.#failure);
      else if (this.#closed) reject(new Error(`The ${this.#store} is closed`));
      else if (this.#group.length > 0 && !this.#collecting) this.#waiting.push(waiting);
      else this.#begin([waiting]);
    });
  }

  /** A copy of what is committed, as a database of its own in the directory `path`, which must be there. */
  async copyTo(path: string): Promise<void> {
    await this.db.backup(path, true);
  }

  /** Waits for writes under way; after a failure, for nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#failure === undefined && this.#group.length > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
    // After a failure LMDB may be waiting for the disk for ever.
    if (this.#failure === undefined) await this.db.close();
  }

  #open({ mapBytes, readOnly }: LmdbOptions): LmdbDatabase {
    try {
      const wrong = inspectLmdbFile(join(this.#path, 'data.mdb'));
      if (wrong !== undefined) throw new Error(wrong);
      if (readOnly !== true) requireRoom(this.#path);
      const db = open<Buffer, Buffer>({
        path: this.#path,
        noSubdir: false,
        encoding: 'binary',
        keyEncoding: 'binary',
        overlappingSync: false,
        mapSize: mapBytes ?? mapBytesDefault,
        readOnly: readOnly ?? false,
      });
      if (readOnly !== true) syncNames(this.#path);
      return db;
    } catch (error) {
      throw this.#error(
        'unusable',
        `The ${this.#store} in ${this.#path} cannot be opened (${reasonOf(error)}); check the disk and who owns the files`,
        error,
      );
    }
  }

  #begin(group: readonly Waiting[]): void {
    const isFirst = this.#group.length === 0;
    if (isFirst) {
      this.#collecting = true;
      // Runs before LMDB's own end of the turn, which it sets with the first put below.
      setImmediate(() => {
        this.#collecting = false;
        void this.#settle(this.#group);
      });
      this.#watch();
    }
    this.#group.push(...group);
    const writes = this.#writes();
    try {
      for (const { write } of group) write(writes);
    } catch (error) {
      this.#fail(this.#failedWrite(error));
    }
    // LMDB has a promise of its own for the transaction, from the end of its turn on; unheard, its rejection would end
    // the process before anybody can say why.
    if (isFirst) setImmediate(() => void this.db.committed.then(ignore, ignore));
  }

  #watch(): void {
    this.#watchdog = setTimeout(() => {
      // If it was this process that stood still, the end of the transaction waits in the event loop's next phase.
      const group = this.#group;
      setImmediate(() => {
        setImmediate(() => {
          if (this.#group === group && group.length > 0) this.#fail(this.#stalled());
        });
      });
    }, this.#stallMs);
  }

  #writes(): LmdbWrites {
    const add = (result: Promise<boolean>): void => {
      // LMDB gives all plain puts of a transaction one promise.
      if (this.#results.at(-1) !== result) this.#results.push(result);
    };
    return {
      put: (key, value, append) => {
        add(
          append === true
            ? (this.db as AppendingDatabase).put(key, value, { append })
            : this.db.put(key, value),
        );
      },
      remove: (key) => {
        add(this.db.remove(key));
      },
      clear: () => {
        add((this.db as unknown as ClearableDatabase).clearAsync());
      },
    };
  }

  async #settle(group: readonly Waiting[]): Promise<void> {
    const results = this.#results;
    this.#results = [];
    try {
      const done = await Promise.all(results);
      if (done.includes(false)) {
        throw new Error('a key was out of order: something else writes to this directory');
      }
    } catch (error) {
      this.#fail(this.#failedWrite(await causeOf(error)));
    }
    clearTimeout(this.#watchdog);
    if (this.#failure !== undefined) return;
    this.#group = [];
    for (const { resolve } of group) resolve();
    const waiting = this.#waiting;
    this.#waiting = [];
    if (waiting.length > 0) this.#begin(waiting);
    else this.#stop();
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    clearTimeout(this.#watchdog);
    for (const { reject } of [...this.#group, ...this.#waiting]) reject(error);
    this.#waiting = [];
    this.#settleFailed(error);
    this.#stop();
  }

  #stop(): void {
    for (const resolve of this.#idle) resolve();
    this.#idle = [];
  }

  #stalled(): StorageError {
    return this.#error(
      'stalled',
      `The disk did not take a write of the ${this.#store} in ${this.#path} within ${this.#stallMs} ms; nothing is acknowledged any more. Check the disk and start again`,
    );
  }

  #failedWrite(cause: unknown): StorageError {
    return this.#error(
      'failed',
      `The ${this.#store} in ${this.#path} could not be written (${reasonOf(cause)}); nothing is acknowledged any more. Check the disk and its free space and start again`,
      cause,
    );
  }

  #error(what: 'failed' | 'stalled' | 'unusable', message: string, cause?: unknown): StorageError {
    const code: StorageErrorCode = `${this.#store}/${what}`;
    return new StorageError(code, message, cause);
  }
}

/** LMDB ends the process when there is no room for its lock file. */
function requireRoom(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (existsSync(join(path, 'lock.mdb'))) return;
  const { bavail, bsize } = statfsSync(path);
  if (bavail * bsize < roomBytes) throw new Error('the disk is full');
}

/**
 * LMDB syncs its file and not the directory it made it in, without which some file systems forget the name. At every start,
 * since the one that made it may have been killed before it came to this.
 */
function syncNames(path: string): void {
  for (const directory of [path, dirname(path)]) {
    const handle = openSync(directory, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }
}

function ignore(): void {
  // The promises of the puts say the same.
}

/** What the declarations of lmdb leave out or say wrongly. */
type AppendingDatabase = {
  put(key: Buffer, value: Buffer, options: { readonly append: boolean }): Promise<boolean>;
};
type ClearableDatabase = { clearAsync(): Promise<boolean> };

/** LMDB rejects writes with a promise of the reason, which it rejects when it knows. */
async function causeOf(error: unknown): Promise<unknown> {
  const reason: unknown =
    typeof error === 'object' && error !== null && 'commitError' in error ? error.commitError : undefined;
  if (!(reason instanceof Promise)) return error;
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<unknown>((resolve) => {
    timer = setTimeout(resolve, causeWaitMs, error);
  });
  const known = reason.then(
    () => error,
    (cause: unknown) => cause,
  );
  const cause = await Promise.race([known, waited]);
  clearTimeout(timer);
  return cause;
}

/**
 * Checkpoints in an LMDB environment of their own, whose directory may be deleted while nothing runs: the log rebuilds it.
 *
 * A row's key stands behind a byte 1, the head under a byte 0. A value carries its CRC-32 in front, so a page that has
 * rotten is a `StorageError`, upon which the owner calls `clear` and replays, and not a wrong answer. Rows are put in
 * the order of their keys: neighbours lie on the same pages, which are then copied once. Rows and head are one
 * transaction (lmdb-environment.ts).
 *
 * Writing happens on a thread of its own (checkpoint-writer.ts); here rows are only copied, a slice at a time with
 * other work in between, so the event loop never stands still for a checkpoint, however large. Reading does not wait
 * for it: a reader sees the last complete checkpoint.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { checksumBytes, rowKey, RowPacker } from './checkpoint-batch.ts';
import type { CheckpointStore, Row } from './checkpoint-store.ts';
import { CheckpointThread } from './checkpoint-thread.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { StorageError } from './storage-error.ts';

const headKey = Buffer.of(0);
const stallMsDefault = 60_000;

export type CheckpointStoreOptions = {
  /** A write that has not settled after so many milliseconds is taken as failed; 60,000 when left out. */
  readonly stallMs?: number;
  /** Address space at first, a power of two; it grows when reached. */
  readonly mapBytes?: number;
};

export interface LmdbCheckpointStore extends CheckpointStore {
  /** A copy of the last complete checkpoint, as a directory of its own; `path` must be an empty directory. */
  copyTo(path: string): Promise<void>;
  /** Settles, with the error, when a write has failed or stalled; the process must end then. */
  readonly failed: Promise<Error>;
}

/** Opens the checkpoints in a directory, which is made when it is not there. @throws StorageError */
export function openLmdbCheckpointStore(
  directory: string,
  options: CheckpointStoreOptions = {},
): Promise<LmdbCheckpointStore> {
  return Promise.resolve().then(() => new StoredCheckpoints(directory, options));
}

class StoredCheckpoints implements LmdbCheckpointStore {
  readonly #environment: LmdbEnvironment;
  readonly #thread: CheckpointThread;
  #head: Uint8Array | undefined;
  #closed = false;
  /** Writes are one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string, { stallMs = stallMsDefault, mapBytes }: CheckpointStoreOptions) {
    this.#environment = new LmdbEnvironment(directory, { store: 'checkpoint', mapBytes });
    this.#thread = new CheckpointThread({ directory, stallMs, mapBytes });
    this.#head = this.#value(headKey);
  }

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  get failed(): Promise<Error> {
    return this.#thread.failed;
  }

  async write(rows: Iterable<Row>, head: Uint8Array): Promise<void> {
    const kept = Uint8Array.from(head);
    await this.#inTurn(async () => {
      await this.#sendRows(rows);
      await this.#thread.ask({ kind: 'commit', head: kept });
      this.#head = kept;
    });
  }

  *read(
    from: Uint8Array,
    to: Uint8Array,
  ): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }, void, undefined> {
    const range = this.#environment.db.getRange({ start: rowKey(from), end: rowKey(to) });
    for (const { key, value } of range) yield { key: key.subarray(1), value: withoutChecksum(key, value) };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#value(rowKey(key));
  }

  /** In the one buffer that LMDB reads into. */
  view(key: Uint8Array): Uint8Array | undefined {
    const { db } = this.#environment;
    const prefixed = rowKey(key);
    const buffer = db.getBinaryFast(prefixed);
    // The buffer is larger than the value, whatever its length says.
    return buffer === undefined ? undefined : withoutChecksum(prefixed, buffer.subarray(0, buffer.length));
  }

  async clear(): Promise<void> {
    await this.#inTurn(async () => {
      await this.#thread.ask({ kind: 'clear' });
      this.#head = undefined;
    });
  }

  async copyTo(path: string): Promise<void> {
    await this.#inTurn(() => this.#environment.copyTo(path));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#last;
    await this.#thread.close();
    await this.#environment.close();
  }

  async #sendRows(rows: Iterable<Row>): Promise<void> {
    const packer = new RowPacker();
    try {
      for (const row of rows) {
        if (!packer.add(row)) continue;
        this.#thread.send(packer.take());
        await nextTurn();
      }
      this.#thread.send(packer.take());
    } catch (error) {
      await this.#thread.ask({ kind: 'forget' });
      throw error;
    }
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    if (this.#closed) throw new Error('The checkpoint is closed');
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    await done;
    // This thread's snapshot is from before the other one's commit.
    this.#environment.db.resetReadTxn();
  }

  #value(key: Buffer): Uint8Array | undefined {
    const value = this.#environment.db.get(key);
    return value === undefined ? undefined : withoutChecksum(key, value);
  }
}

function withoutChecksum(key: Buffer, checked: Buffer): Uint8Array {
  const value = checked.subarray(checksumBytes);
  if (checked.length >= checksumBytes && checked.readUInt32BE(0) === crc32(value)) return value;
  throw new StorageError(
    'checkpoint/corrupt',
    `The checkpoint is damaged at key ${key.toString('hex')}; delete the checkpoint directory, the log rebuilds it`,
  );
}

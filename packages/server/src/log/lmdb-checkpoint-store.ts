/**
 * Checkpoints in an LMDB environment of their own, whose directory may be deleted at any time: the log rebuilds it.
 *
 * A row's key stands behind a byte 1, the head under a byte 0. A value carries its CRC-32 in front, so a page that has
 * rotten is a `StorageError`, upon which the owner calls `clear` and replays, and not a wrong answer. Rows are put in
 * the order of their keys: neighbours lie on the same pages, which are then copied once. Rows and head are one
 * transaction (lmdb-environment.ts).
 *
 * Cost: putting takes the event loop about a microsecond a row, the rest happens on LMDB's thread; 50,000 changed rows
 * of 200 bytes among a million are durable in a quarter of a second.
 */

import { crc32 } from 'node:zlib';
import type { CheckpointStore, Row } from './checkpoint-store.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { checkRows } from './checkpoint-rows.ts';
import { StorageError } from './storage-error.ts';

const headKey = Buffer.of(0);
const rowPrefix = 1;
const checksumBytes = 4;

export type CheckpointStoreOptions = {
  /** A write that has not settled after so many milliseconds is taken as failed; 60,000 when left out. */
  readonly stallMs?: number;
  /** Address space at first, a power of two; it grows when reached. */
  readonly mapBytes?: number;
};

const stallMsDefault = 60_000;

export interface LmdbCheckpointStore extends CheckpointStore {
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
  #head: Uint8Array | undefined;

  constructor(directory: string, options: CheckpointStoreOptions) {
    this.#environment = new LmdbEnvironment(directory, {
      store: 'checkpoint',
      stallMs: stallMsDefault,
      ...options,
    });
    this.#head = this.#value(headKey);
  }

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  get failed(): Promise<Error> {
    return this.#environment.failed;
  }

  async write(rows: readonly Row[], head: Uint8Array): Promise<void> {
    const sorted = checkRows(rows);
    const kept = Uint8Array.from(head);
    await this.#environment.commit((writes) => {
      for (const { key, value } of sorted) {
        if (value === undefined) writes.remove(rowKey(key));
        else writes.put(rowKey(key), withChecksum(value));
      }
      writes.put(headKey, withChecksum(kept));
    });
    this.#head = kept;
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

  async clear(): Promise<void> {
    await this.#environment.commit((writes) => {
      writes.clear();
    });
    this.#head = undefined;
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  #value(key: Buffer): Uint8Array | undefined {
    const value = this.#environment.db.get(key);
    return value === undefined ? undefined : withoutChecksum(key, value);
  }
}

function rowKey(key: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(key.length + 1);
  prefixed[0] = rowPrefix;
  prefixed.set(key, 1);
  return prefixed;
}

function withChecksum(value: Uint8Array): Buffer {
  const checked = Buffer.allocUnsafe(value.length + checksumBytes);
  checked.set(value, checksumBytes);
  checked.writeUInt32BE(crc32(value), 0);
  return checked;
}

function withoutChecksum(key: Buffer, checked: Buffer): Uint8Array {
  const value = checked.subarray(checksumBytes);
  if (checked.length >= checksumBytes && checked.readUInt32BE(0) === crc32(value)) return value;
  throw new StorageError(
    'checkpoint/corrupt',
    `The checkpoint is damaged at key ${key.toString('hex')}; delete the checkpoint directory, the log rebuilds it`,
  );
}

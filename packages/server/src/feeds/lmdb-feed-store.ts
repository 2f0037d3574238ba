/**
 * The store of the feed in an LMDB environment of its own.
 *
 *     records      number of the first event (8 bytes) → a record of at most `recordEventsMax` events
 *     by-profile   profile (6 bytes) · number (6 bytes) → nothing: the timeline of a customer is one range
 *     meta         "next" → number of the next event (8 bytes)
 *
 * An append is one transaction: records, index and `next` are there together or not at all. Keys are sorted before they
 * are put, which LMDB rewards.
 */

import { mkdir } from 'node:fs/promises';

import { assert } from '@segue/core/base/assert.ts';
import { type Database, open, type RootDatabase } from 'lmdb';

import type { FeedEvent } from './feed.ts';
import { decodeEvent, decodeRecord, encodeRecord, recordCount } from './feed-codec.ts';
import type { FeedStore, TimelineRequest } from './feed-store.ts';
import { commitWithin } from './lmdb-commit.ts';

/** Small enough that one event of a record is soon found, large enough that an event costs little. */
const recordEventsMax = 128;
/** Records that one transaction of a trim deletes. */
const trimRecordsMax = 128;

const nextKey = Buffer.from('next');
const nothing = Buffer.alloc(1);

export type LmdbFeedStoreOptions = {
  /** Address space that is set aside, in bytes; the file grows with what is kept. A power of two. */
  readonly mapBytes?: number;
  /** A commit that takes longer has failed. */
  readonly stallMs?: number;
};

/** Opens or makes the store in a folder. */
export async function openLmdbFeedStore(
  folder: string,
  options: LmdbFeedStoreOptions = {},
): Promise<FeedStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { mapBytes = 2 ** 36, stallMs = 10_000 } = options;
  const root = open<Buffer, Buffer>({
    path: folder,
    mapSize: mapBytes,
    maxDbs: 4,
    encoding: 'binary',
    keyEncoding: 'binary',
    overlappingSync: false,
  });
  return new LmdbFeedStore(root, stallMs);
}

class LmdbFeedStore implements FeedStore {
  readonly #root: RootDatabase<Buffer, Buffer>;
  readonly #records: Database<Buffer, Buffer>;
  readonly #byProfile: Database<Buffer, Buffer>;
  readonly #meta: Database<Buffer, Buffer>;
  readonly #stallMs: number;
  #first: number;
  #next: number;

  constructor(root: RootDatabase<Buffer, Buffer>, stallMs: number) {
    this.#root = root;
    this.#stallMs = stallMs;
    const layout = { encoding: 'binary', keyEncoding: 'binary' } as const;
    this.#records = root.openDB<Buffer, Buffer>('records', layout);
    this.#byProfile = root.openDB<Buffer, Buffer>('by-profile', layout);
    this.#meta = root.openDB<Buffer, Buffer>('meta', layout);
    const next = this.#meta.get(nextKey);
    this.#next = next === undefined ? 0 : readNumber(next);
    this.#first = this.#firstKept();
  }

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  async append(events: readonly FeedEvent[]): Promise<void> {
    if (events.length === 0) return;
    events.forEach((event, i) => {
      assert(event.seq === this.#next + i, `event ${event.seq} has the number ${this.#next + i}`);
    });
    const next = this.#next + events.length;
    await this.#commit(() => {
      const writes = [this.#meta.put(nextKey, numberBytes(next))];
      for (let start = 0; start < events.length; start += recordEventsMax) {
        const part = events.slice(start, start + recordEventsMax);
        writes.push(this.#records.put(numberBytes(this.#next + start), encodeRecord(part)));
      }
      for (const key of profileKeys(events)) writes.push(this.#byProfile.put(key, nothing));
      return writes;
    });
    this.#next = next;
  }

  async trim(first: number): Promise<void> {
    for (;;) {
      const gone = this.#wholeRecordsBefore(first);
      if (gone.length === 0) return;
      this.#first = gone.reduce(
        (end, { first: start, record }) => Math.max(end, start + recordCount(record)),
        0,
      );
      await this.#commit(() => {
        const writes = [];
        for (const { first: start, record } of gone) {
          const keys = profileKeys(decodeRecord(record, start));
          for (const key of keys) writes.push(this.#byProfile.remove(key));
          writes.push(this.#records.remove(numberBytes(start)));
        }
        return writes;
      });
    }
  }

  async restart(next: number): Promise<void> {
    this.#first = next;
    this.#next = next;
    await this.#commit(() => [
      this.#records.clearAsync(),
      this.#byProfile.clearAsync(),
      this.#meta.put(nextKey, numberBytes(next)),
    ]);
  }

  get(seq: number): FeedEvent | undefined {
    const key = seq < this.#first || seq >= this.#next ? undefined : this.#recordBefore(seq);
    // Not a copy: a record is large beside one event of it.
    const record = key === undefined ? undefined : this.#records.getBinaryFast(key);
    if (key === undefined || record === undefined) return undefined;
    const first = readNumber(key);
    return decodeEvent(record, seq - first, first);
  }

  *read(from: number): Iterable<FeedEvent> {
    // Record by record, none held open between two steps: a slow reader keeps no pages from being used again.
    let seq = Math.max(from, this.#first);
    while (seq < this.#next) {
      const key = this.#recordBefore(seq);
      const record = key === undefined ? undefined : this.#records.get(key);
      if (key === undefined || record === undefined) return;
      const first = readNumber(key);
      const count = recordCount(record);
      if (seq >= first + count) return;
      for (let place = seq - first; place < count; place++) yield decodeEvent(record, place, first) as FeedEvent;
      seq = Math.max(first + count, this.#first);
    }
  }

  ofProfile(profile: number, { limit, before = this.#next }: TimelineRequest): readonly FeedEvent[] {
    const events: FeedEvent[] = [];
    if (limit <= 0) return events;
    const range = this.#byProfile.getRange({
      start: profileKey(profile, Math.min(before, this.#next)),
      end: profileKey(profile, 0),
      exclusiveStart: true,
      inclusiveEnd: true,
      reverse: true,
      limit,
    });
    for (const { key } of range) {
      const event = this.get(key.readUIntBE(6, 6));
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #commit(write: () => readonly Promise<unknown>[]): Promise<void> {
    return commitWithin(this.#root, this.#stallMs, write);
  }

  #firstKept(): number {
    for (const key of this.#records.getKeys({ limit: 1 })) return readNumber(key);
    return this.#next;
  }

  /** Key of the last record that begins at an event or before it. */
  #recordBefore(seq: number): Buffer | undefined {
    for (const key of this.#records.getKeys({ start: numberBytes(seq), reverse: true, limit: 1 })) return key;
    return undefined;
  }

  #wholeRecordsBefore(seq: number): { readonly first: number; readonly record: Buffer }[] {
    const gone = [];
    for (const { key, value } of this.#records.getRange({ end: numberBytes(seq), limit: trimRecordsMax })) {
      const first = readNumber(key);
      if (first + recordCount(value) > seq) break;
      gone.push({ first, record: value });
    }
    return gone;
  }
}

function profileKeys(events: readonly FeedEvent[]): Buffer[] {
  return events
    .map(({ customer, seq }) => profileKey(customer.profile, seq))
    .sort((a, b) => Buffer.compare(a, b));
}

function profileKey(profile: number, seq: number): Buffer {
  const key = Buffer.allocUnsafe(12);
  key.writeUIntBE(profile, 0, 6);
  key.writeUIntBE(seq, 6, 6);
  return key;
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUIntBE(value, 2, 6);
  return bytes;
}

function readNumber(bytes: Buffer): number {
  return bytes.readUIntBE(2, 6);
}

/**
 * The store of the feed in an LMDB environment of its own. Keys begin with a byte that tells what they are:
 *
 *     0                                            → number of the next event (6 bytes)
 *     1 · number of the first event (6 bytes)      → a record of at most `recordEventsMax` events
 *     2 · profile (6 bytes) · number (6 bytes)     → nothing: the timeline of a customer is one range
 *
 * An append is one transaction: records, index and the next number are there together or not at all. Keys are put in
 * their order, which LMDB rewards.
 */

import { assert } from '@segue/core/base/assert.ts';

import { LmdbEnvironment } from '../log/lmdb-environment.ts';
import type { FeedEvent } from './feed.ts';
import { decodeEvent, decodeRecord, encodeRecord, recordCount } from './feed-codec.ts';
import type { FeedStore, TimelineRequest } from './feed-store.ts';

/** Small enough that one event of a record is soon found, large enough that an event costs little. */
const recordEventsMax = 128;
/** Records that one transaction of a trim deletes. */
const trimRecordsMax = 128;
/** Numbers of events and of profiles. */
const numberBytes = 6;

const nextKey = Buffer.from([0]);
const nothing = Buffer.alloc(1);

export type LmdbFeedStoreOptions = {
  /** Address space set aside at first, in bytes; a power of two. The file is as large as what is kept. */
  readonly mapBytes?: number;
  /** A commit that has not come back after so many milliseconds has failed; 10,000 when left out. */
  readonly stallMs?: number;
};

/** Opens the store in a directory, which is made when it is not there. @throws StorageError */
export function openLmdbFeedStore(directory: string, options: LmdbFeedStoreOptions = {}): Promise<FeedStore> {
  return Promise.resolve().then(
    () => new LmdbFeedStore(new LmdbEnvironment(directory, { store: 'feed', ...options })),
  );
}

class LmdbFeedStore implements FeedStore {
  readonly #environment: LmdbEnvironment;
  #first: number;
  #next: number;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    const next = this.#db.get(nextKey);
    this.#next = next === undefined ? 0 : next.readUIntBE(0, numberBytes);
    this.#first = this.#next;
    for (const key of this.#db.getKeys({ start: recordKey(0), end: recordKey(this.#next), limit: 1 })) {
      this.#first = firstOf(key);
    }
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
      assert(event.seq === this.#next + i, `event ${event.seq} comes as number ${this.#next + i}`);
    });
    const next = this.#next + events.length;
    await this.#environment.commit((writes) => {
      writes.put(nextKey, numberText(next));
      for (let start = 0; start < events.length; start += recordEventsMax) {
        writes.put(recordKey(this.#next + start), encodeRecord(events.slice(start, start + recordEventsMax)));
      }
      for (const key of profileKeys(events)) writes.put(key, nothing);
    });
    this.#next = next;
    this.#db.resetReadTxn();
  }

  async trim(first: number): Promise<void> {
    for (;;) {
      const gone = this.#wholeRecordsBefore(first);
      const last = gone.at(-1);
      if (last === undefined) return;
      this.#first = last.first + recordCount(last.record);
      await this.#environment.commit((writes) => {
        for (const { first: start, record } of gone) {
          writes.remove(recordKey(start));
          for (const key of profileKeys(decodeRecord(record, start))) writes.remove(key);
        }
      });
      this.#db.resetReadTxn();
    }
  }

  async restart(next: number): Promise<void> {
    this.#first = next;
    this.#next = next;
    await this.#environment.commit((writes) => {
      writes.clear();
      writes.put(nextKey, numberText(next));
    });
    this.#db.resetReadTxn();
  }

  get(seq: number): FeedEvent | undefined {
    const key = seq < this.#first || seq >= this.#next ? undefined : this.#recordKeyOf(seq);
    // Not a copy: a record is large beside one event of it.
    const record = key === undefined ? undefined : this.#db.getBinaryFast(key);
    if (key === undefined || record === undefined) return undefined;
    const first = firstOf(key);
    return decodeEvent(record, seq - first, first);
  }

  *read(from: number): Iterable<FeedEvent> {
    // Record by record, no view held open between two steps: a slow reader keeps no pages from being used again.
    let seq = Math.max(from, this.#first);
    while (seq < this.#next) {
      const key = this.#recordKeyOf(seq);
      const record = key === undefined ? undefined : this.#db.get(key);
      if (key === undefined || record === undefined) return;
      const first = firstOf(key);
      const count = recordCount(record);
      if (seq >= first + count) return;
      for (let place = seq - first; place < count; place++) {
        yield decodeEvent(record, place, first) as FeedEvent;
      }
      seq = Math.max(first + count, this.#first);
    }
  }

  ofProfile(profile: number, { limit, before = this.#next }: TimelineRequest): readonly FeedEvent[] {
    const events: FeedEvent[] = [];
    if (limit <= 0) return events;
    const range = this.#db.getKeys({
      start: profileKey(profile, Math.min(before, this.#next)),
      end: profileKey(profile, 0),
      exclusiveStart: true,
      inclusiveEnd: true,
      reverse: true,
      limit,
    });
    for (const key of range) {
      const event = this.get(key.readUIntBE(1 + numberBytes, numberBytes));
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }

  get #db(): LmdbEnvironment['db'] {
    return this.#environment.db;
  }

  /** Key of the last record that begins at an event or before it. */
  #recordKeyOf(seq: number): Buffer | undefined {
    const range = { start: recordKey(seq), end: recordKey(0), inclusiveEnd: true, reverse: true, limit: 1 };
    for (const key of this.#db.getKeys(range)) return key;
    return undefined;
  }

  #wholeRecordsBefore(seq: number): { readonly first: number; readonly record: Buffer }[] {
    const gone = [];
    const range = { start: recordKey(0), end: recordKey(seq), limit: trimRecordsMax };
    for (const { key, value: record } of this.#db.getRange(range)) {
      const first = firstOf(key);
      if (first + recordCount(record) > seq) break;
      gone.push({ first, record });
    }
    return gone;
  }
}

function recordKey(first: number): Buffer {
  const key = Buffer.allocUnsafe(1 + numberBytes);
  key.writeUInt8(1, 0);
  key.writeUIntBE(first, 1, numberBytes);
  return key;
}

function firstOf(key: Buffer): number {
  return key.readUIntBE(1, numberBytes);
}

function profileKey(profile: number, seq: number): Buffer {
  const key = Buffer.allocUnsafe(1 + 2 * numberBytes);
  key.writeUInt8(2, 0);
  key.writeUIntBE(profile, 1, numberBytes);
  key.writeUIntBE(seq, 1 + numberBytes, numberBytes);
  return key;
}

function profileKeys(events: readonly FeedEvent[]): Buffer[] {
  return events
    .map(({ customer, seq }) => profileKey(customer.profile, seq))
    .sort((a, b) => Buffer.compare(a, b));
}

function numberText(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(numberBytes);
  bytes.writeUIntBE(value, 0, numberBytes);
  return bytes;
}

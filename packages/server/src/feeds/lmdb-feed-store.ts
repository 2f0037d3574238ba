/**
 * The store of the feed in an LMDB environment of its own. Keys begin with a byte that tells what they are:
 *
 *     0                                            → number of the next event (6 bytes)
 *     1 · number of the first event (6 bytes)      → a record of at most `recordEventsMax` events
 *
 * An append is one transaction: records and the next number are there together or not at all. There is no key per event,
 * which would cost more than the event: who asks for those of one customer looks through the records' heads.
 */

import { assert } from '@segue/core/base/assert.ts';

import { LmdbEnvironment } from '../log/lmdb-environment.ts';
import type { FeedEvent } from './feed.ts';
import {
  decodeRecord,
  encodeRecord,
  isOlderRecord,
  profileAt,
  recordCount,
  withoutNames,
} from './feed-codec.ts';
import type { FeedStore, TimelineRequest } from './feed-store.ts';

/** Small enough that one event of a record is soon found, large enough that an event costs little. */
const recordEventsMax = 256;
/** Records that one transaction of a trim deletes. */
const trimRecordsMax = 128;
/** Records that one transaction writes anew without names. */
const renamedRecordsMax = 128;
/** Of a number of an event. */
export const numberBytes = 6;

export const nextKey: Buffer = Buffer.from([0]);
const nothingRead = { first: 0, events: [] };

export type LmdbFeedStoreOptions = {
  /** Address space set aside at first, in bytes; a power of two. The file is as large as what is kept. */
  readonly mapBytes?: number;
  /** A commit that has not come back after so many milliseconds has failed; 10,000 when left out. */
  readonly stallMs?: number;
};

/**
 * Opens the store in a directory, which is made when it is not there. What an older version wrote is let go of, and numbers
 * go on: readers get a gap. @throws StorageError
 */
export async function openLmdbFeedStore(
  directory: string,
  options: LmdbFeedStoreOptions = {},
): Promise<FeedStore> {
  const store = new LmdbFeedStore(new LmdbEnvironment(directory, { store: 'feed', ...options }));
  if (store.isOlder) await store.restart(store.next);
  return store;
}

class LmdbFeedStore implements FeedStore {
  readonly #environment: LmdbEnvironment;
  #first: number;
  #next: number;
  /** The record read last: who asks for one event mostly asks for those beside it. */
  #recent: { readonly first: number; readonly events: readonly FeedEvent[] } = nothingRead;

  constructor(environment: LmdbEnvironment) {
    this.#environment = environment;
    const next = this.#db.get(nextKey);
    this.#next = next === undefined ? 0 : next.readUIntBE(0, numberBytes);
    this.#first = this.#next;
    for (const key of this.#db.getKeys({ start: recordKey(0), end: recordKey(this.#next), limit: 1 })) {
      this.#first = firstOf(key);
    }
  }

  /** Whether it was written by an older version. */
  get isOlder(): boolean {
    const key = this.#recordKeyOf(this.#next);
    const record = key === undefined ? undefined : this.#db.get(key);
    return record !== undefined && isOlderRecord(record);
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
        for (const { first: start } of gone) writes.remove(recordKey(start));
      });
      this.#db.resetReadTxn();
    }
  }

  async takeNamesOut(seqs: readonly number[]): Promise<void> {
    const sorted = [...seqs].sort((a, b) => a - b);
    for (let i = 0; i < sorted.length;) {
      const records: { readonly key: Buffer; readonly record: Buffer }[] = [];
      while (i < sorted.length && records.length < renamedRecordsMax) {
        const key = this.#recordKeyOf(sorted[i] as number);
        const record = key === undefined ? undefined : this.#db.get(key);
        const first = key === undefined ? 0 : firstOf(key);
        const end = record === undefined ? 0 : first + recordCount(record);
        if (key === undefined || record === undefined || (sorted[i] as number) >= end) {
          i++;
          continue;
        }
        const chosen = new Set<number>();
        for (; i < sorted.length && (sorted[i] as number) < end; i++) chosen.add(sorted[i] as number);
        const events = decodeRecord(record, first);
        const nameless = events.map((event) => (chosen.has(event.seq) ? withoutNames(event) : event));
        records.push({ key, record: encodeRecord(nameless) });
      }
      await this.#environment.commit((writes) => {
        for (const { key, record } of records) {
          // What was let go meanwhile stays gone.
          if (firstOf(key) >= this.#first) writes.put(key, record);
        }
      });
      this.#recent = nothingRead;
      this.#db.resetReadTxn();
    }
  }

  async restart(next: number): Promise<void> {
    this.#first = next;
    this.#next = next;
    this.#recent = nothingRead;
    await this.#environment.commit((writes) => {
      writes.clear();
      writes.put(nextKey, numberText(next));
    });
    this.#db.resetReadTxn();
  }

  get(seq: number): FeedEvent | undefined {
    if (seq < this.#first || seq >= this.#next) return undefined;
    const { first, events } = this.#recent;
    if (seq >= first && seq < first + events.length) return events[seq - first];
    const key = this.#recordKeyOf(seq);
    // Not a copy: it is read at once.
    const record = key === undefined ? undefined : this.#db.getBinaryFast(key);
    if (key === undefined || record === undefined) return undefined;
    const start = firstOf(key);
    this.#recent = { first: start, events: decodeRecord(record, start) };
    return this.#recent.events[seq - start];
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
      yield* decodeRecord(record, first).slice(seq - first);
      seq = Math.max(first + count, this.#first);
    }
  }

  ofProfile(profile: number, { limit, before = this.#next }: TimelineRequest): readonly FeedEvent[] {
    const events: FeedEvent[] = [];
    if (limit <= 0) return events;
    const end = Math.min(before, this.#next);
    const range = { start: recordKey(end), end: recordKey(0), inclusiveEnd: true, reverse: true };
    for (const { key, value: record } of this.#db.getRange(range)) {
      const first = firstOf(key);
      const places = placesOf(record, profile).filter((place) => first + place < end);
      const all = places.length === 0 ? [] : decodeRecord(record, first);
      for (const place of places.reverse()) {
        if (events.push(all[place] as FeedEvent) === limit) return events;
      }
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

export function recordKey(first: number): Buffer {
  const key = Buffer.allocUnsafe(1 + numberBytes);
  key.writeUInt8(1, 0);
  key.writeUIntBE(first, 1, numberBytes);
  return key;
}

export function firstOf(key: Buffer): number {
  return key.readUIntBE(1, numberBytes);
}

/** Where in a record the events of a profile are. */
function placesOf(record: Buffer, profile: number): number[] {
  const places: number[] = [];
  const count = recordCount(record);
  for (let place = 0; place < count; place++) if (profileAt(record, place) === profile) places.push(place);
  return places;
}

function numberText(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(numberBytes);
  bytes.writeUIntBE(value, 0, numberBytes);
  return bytes;
}

/** The feed as another process reads it while the service writes: whatever is durable at the moment of asking. */

import { LmdbEnvironment } from '../log/lmdb-environment.ts';
import type { FeedEvent } from './feed.ts';
import { decodeRecord } from './feed-codec.ts';
import { firstOf, nextKey, numberBytes, recordKey } from './lmdb-feed-store.ts';

export class LmdbFeedReader {
  readonly #environment: LmdbEnvironment;

  /** Opens the store in a directory that is there. @throws StorageError */
  constructor(directory: string) {
    this.#environment = new LmdbEnvironment(directory, { store: 'feed', readOnly: true });
  }

  /** Number of the oldest event that is kept; `next` where there is none. */
  get first(): number {
    const { db } = this.#environment;
    db.resetReadTxn();
    for (const key of db.getKeys({ start: recordKey(0), end: Buffer.from([2]), limit: 1 })) {
      return firstOf(key);
    }
    return this.next;
  }

  get next(): number {
    const { db } = this.#environment;
    db.resetReadTxn();
    return db.get(nextKey)?.readUIntBE(0, numberBytes) ?? 0;
  }

  /** Durable events from a number on, in order. */
  *read(from: number): Iterable<FeedEvent> {
    let seq = Math.max(from, this.first);
    for (;;) {
      const found = this.#recordOf(seq);
      if (found === undefined) return;
      const events = decodeRecord(found.record, found.first);
      if (seq >= found.first + events.length) return;
      yield* events.slice(seq - found.first);
      seq = found.first + events.length;
    }
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** The last record that begins at an event or before it. */
  #recordOf(seq: number): { readonly first: number; readonly record: Buffer } | undefined {
    const range = { start: recordKey(seq), end: recordKey(0), inclusiveEnd: true, reverse: true, limit: 1 };
    for (const { key, value } of this.#environment.db.getRange(range)) {
      return { first: firstOf(key), record: value };
    }
    return undefined;
  }
}

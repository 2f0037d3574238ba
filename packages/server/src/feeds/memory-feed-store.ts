/** A store of the feed in memory, for tests and for a service that keeps nothing. */

import { assert } from '@segue/core/base/assert.ts';

import type { FeedEvent } from './feed.ts';
import { withoutNames } from './feed-codec.ts';
import type { FeedStore, TimelineRequest } from './feed-store.ts';

export class MemoryFeedStore implements FeedStore {
  #events: FeedEvent[] = [];
  #first = 0;

  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#first + this.#events.length;
  }

  append(events: readonly FeedEvent[]): Promise<void> {
    for (const event of events) {
      assert(event.seq === this.next, `event ${event.seq} follows event ${this.next - 1}`);
      this.#events.push(event);
    }
    return Promise.resolve();
  }

  trim(first: number): Promise<void> {
    const count = Math.min(Math.max(first - this.#first, 0), this.#events.length);
    this.#events.splice(0, count);
    this.#first += count;
    return Promise.resolve();
  }

  takeNamesOut(seqs: readonly number[]): Promise<void> {
    for (const seq of seqs) {
      const event = this.get(seq);
      if (event !== undefined) this.#events[seq - this.#first] = withoutNames(event);
    }
    return Promise.resolve();
  }

  restart(next: number): Promise<void> {
    this.#events = [];
    this.#first = next;
    return Promise.resolve();
  }

  get(seq: number): FeedEvent | undefined {
    return this.#events[seq - this.#first];
  }

  *read(from: number): Iterable<FeedEvent> {
    for (let seq = Math.max(from, this.#first); seq < this.next; seq = Math.max(seq + 1, this.#first)) {
      const event = this.get(seq);
      if (event !== undefined) yield event;
    }
  }

  ofProfile(profile: number, { limit, before = Infinity }: TimelineRequest): readonly FeedEvent[] {
    return this.#events
      .filter((event) => event.customer.profile === profile && event.seq < before)
      .reverse()
      .slice(0, limit);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

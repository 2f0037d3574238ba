/**
 * The feed: the runtime publishes what the engine said, everybody else reads it here.
 *
 * An event is in memory and with the subscribers at once, in the store soon after, written in the background: the log can
 * always say it again. That is what happens after a crash: the runtime goes on from its checkpoint and publishes the same
 * events under the same numbers, and those that are kept already are compared and dropped.
 *
 * Invariants. Events are kept without gaps from `first` to `next`. What is not durable yet is in memory. A number that was
 * published once means the same event for ever; what contradicts it is reported (`onFault`) and dropped, since the first
 * may have been sent into the world. A checkpoint of the runtime must not be ahead of the store (`flush` before it), or
 * the events in between are gone after a crash.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { Feed, FeedEvent } from './feed.ts';
import { eventText } from './feed-codec.ts';
import type { FeedStore, TimelineRequest } from './feed-store.ts';

/** What must never happen, with what the feed did about it. */
export type FeedFault =
  /** A replay said something else than before: the first stays. The engine is not deterministic. */
  | { readonly kind: 'diverged'; readonly kept: FeedEvent; readonly published: FeedEvent }
  /** Events with from ≤ number < to are nowhere: a store was deleted, or lagged behind a checkpoint. Readers get a gap. */
  | { readonly kind: 'hole'; readonly from: number; readonly to: number }
  /** The store knows events that the log does not: an older log was put back. They are forgotten. */
  | { readonly kind: 'ahead'; readonly next: number; readonly known: number }
  /** A subscriber threw; the others went on. */
  | { readonly kind: 'subscriber'; readonly error: unknown };

export type ChangeFeedOptions = {
  readonly store: FeedStore;
  readonly now: () => Instant;
  readonly onFault: (fault: FeedFault) => void;
  /** Events kept in memory at least, for those who read close behind. */
  readonly memoryEventsMax?: number;
  /** How long and how many events are kept. */
  readonly keepMs?: number;
  readonly keepEventsMax?: number;
};

/** Events that one write to the store takes. */
const writeEventsMax = 20_000;
/** How often age is looked at while events come. */
const trimEveryMs = 60_000;

export class ChangeFeed implements Feed {
  /** Settles, with the error, when the store can no longer be written: whoever owns the process stops it. */
  readonly failed: Promise<Error>;
  readonly #store: FeedStore;
  readonly #now: () => Instant;
  readonly #onFault: (fault: FeedFault) => void;
  readonly #memoryEventsMax: number;
  readonly #keepMs: number;
  readonly #keepEventsMax: number;
  readonly #listeners = new Set<(events: readonly FeedEvent[]) => void>();
  /** The newest events, from number `#base` on. */
  #events: FeedEvent[] = [];
  #base: number;
  /** Events below it are durable. */
  #written: number;
  #restarting = false;
  #writing: Promise<void> | undefined;
  #trimmedAt: Instant;
  #trimmedThrough = 0;
  #stopped: Error | undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(options: ChangeFeedOptions) {
    this.#store = options.store;
    this.#now = options.now;
    this.#onFault = options.onFault;
    this.#memoryEventsMax = options.memoryEventsMax ?? 100_000;
    this.#keepMs = options.keepMs ?? 7 * 86_400_000;
    this.#keepEventsMax = options.keepEventsMax ?? 10_000_000;
    this.#base = options.store.next;
    this.#written = options.store.next;
    this.#trimmedAt = options.now();
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  get next(): number {
    return this.#base + this.#events.length;
  }

  get first(): number {
    return this.#restarting ? this.#base : Math.min(this.#store.first, this.#base);
  }

  /** Number of the last durable event; one less than `first` when there is none. */
  get durableThrough(): number {
    return this.#written - 1;
  }

  /**
   * Takes events in order of their numbers, after the state shows them. Those that are kept already (a replay) are compared
   * and dropped; the others are told to the subscribers before this returns.
   */
  publish(events: readonly FeedEvent[]): void {
    const known = events.findIndex(({ seq }) => seq >= this.next);
    const fresh = known === 0 ? events : known === -1 ? [] : events.slice(known);
    if (fresh.length < events.length) this.#compare(events.slice(0, events.length - fresh.length));
    const [start] = fresh;
    if (start === undefined) return;
    if (start.seq > this.next) this.#skipTo(start.seq);
    for (const event of fresh) this.#events.push(event);
    this.#write();
    this.#tell(fresh);
  }

  /**
   * To be called once when the log has been replayed, with the number that the next change will have. What the store knows
   * beyond it belongs to another history and is forgotten; what it lacks is a gap.
   */
  replayed(next: number): void {
    if (next === this.next) return;
    if (next > this.next) {
      this.#skipTo(next);
    } else {
      this.#onFault({ kind: 'ahead', next, known: this.next });
      this.#restart(next);
    }
    this.#write();
  }

  *read(from: number): Iterable<FeedEvent> {
    let seq = Math.max(from, this.first);
    while (seq < this.next) {
      if (seq >= this.#base) {
        yield this.#events[seq - this.#base] as FeedEvent;
        seq = Math.max(seq + 1, this.first);
        continue;
      }
      const start = seq;
      for (const event of this.#store.read(seq)) {
        yield event;
        seq = event.seq + 1;
        if (seq >= this.#base || seq < this.first) break;
      }
      if (seq === start && start >= this.first && start < this.#base) return;
      seq = Math.max(seq, this.first);
    }
  }

  subscribe(listener: (events: readonly FeedEvent[]) => void): () => void {
    // An own function each time: somebody may subscribe with the same one twice.
    const own = (events: readonly FeedEvent[]): void => {
      listener(events);
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  /** Kept events of a profile, newest first, those not yet durable included. */
  ofProfile(profile: number, { limit, before = this.next }: TimelineRequest): readonly FeedEvent[] {
    const events: FeedEvent[] = [];
    const lag = Math.max(this.#written, this.#base);
    for (let seq = Math.min(before, this.next) - 1; seq >= lag && events.length < limit; seq--) {
      const event = this.#events[seq - this.#base];
      if (event?.customer.profile === profile) events.push(event);
    }
    if (this.#restarting || events.length >= limit) return events;
    const rest = this.#store.ofProfile(profile, {
      limit: limit - events.length,
      before: Math.min(before, lag),
    });
    return [...events, ...rest];
  }

  /** Resolves when all that was published before is durable; rejects when the store has failed. */
  async flush(): Promise<void> {
    const { next } = this;
    while (this.#stopped === undefined && (this.#written < next || this.#restarting || this.#trimIsDue())) {
      this.#write();
      await this.#writing;
    }
    if (this.#stopped !== undefined) throw this.#stopped;
  }

  /** Lets go of what is older than it is to be kept; done by itself while events come. */
  async trim(): Promise<void> {
    this.#trimmedAt = -Infinity;
    await this.flush();
  }

  /** Writes what is left and closes the store. */
  async close(): Promise<void> {
    this.#listeners.clear();
    if (this.#stopped === undefined) await this.flush();
    await this.#store.close();
  }

  #compare(events: readonly FeedEvent[]): void {
    const [start] = events;
    if (start === undefined) return;
    let at = 0;
    for (const kept of this.read(start.seq)) {
      while (events[at] !== undefined && (events[at] as FeedEvent).seq < kept.seq) at++;
      const published = events[at];
      if (published === undefined) return;
      if (eventText(kept) !== eventText(published)) this.#onFault({ kind: 'diverged', kept, published });
    }
  }

  #get(seq: number): FeedEvent | undefined {
    return seq >= this.#base ? this.#events[seq - this.#base] : this.#store.get(seq);
  }

  #skipTo(next: number): void {
    this.#onFault({ kind: 'hole', from: this.next, to: next });
    this.#restart(next);
  }

  #restart(next: number): void {
    this.#restarting = true;
    this.#trimmedThrough = 0;
    this.#events = [];
    this.#base = next;
    this.#written = next;
  }

  #tell(events: readonly FeedEvent[]): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.#onFault({ kind: 'subscriber', error });
      }
    }
  }

  /** Sees to it that what is in memory gets into the store; one write at a time, each with all that has come meanwhile. */
  #write(): void {
    if (this.#stopped !== undefined) return;
    this.#writing ??= this.#writeAll().then(
      () => {
        this.#writing = undefined;
        // Something may have come after the last look.
        if (this.#restarting || this.#written < this.next) this.#write();
      },
      (error: unknown) => {
        this.#writing = undefined;
        this.#stopped = error instanceof Error ? error : new Error(String(error));
        this.#fail(this.#stopped);
      },
    );
  }

  async #writeAll(): Promise<void> {
    // Everything of this turn goes together.
    await Promise.resolve();
    for (;;) {
      const base = this.#base;
      const part = this.#events.slice(this.#written - base, this.#written - base + writeEventsMax);
      if (this.#restarting) {
        await this.#store.restart(base);
        this.#restarting = base !== this.#base;
      } else if (part.length > 0) {
        await this.#store.append(part);
        this.#appended(part.length);
      } else if (this.#trimIsDue()) {
        await this.#trim();
      } else {
        return;
      }
    }
  }

  #appended(count: number): void {
    // What was forgotten meanwhile counts no more.
    if (this.#restarting) return;
    this.#written += count;
    this.#forget();
  }

  /** Takes the oldest durable events out of memory, many at a time. */
  #forget(): void {
    const spare = Math.min(this.#events.length - this.#memoryEventsMax, this.#written - this.#base);
    if (spare <= this.#memoryEventsMax / 8) return;
    this.#events.splice(0, spare);
    this.#base += spare;
  }

  #trimIsDue(): boolean {
    // Looking at the number of events again is worth it once a hundredth more has come: a store lets go of a little less.
    const enough = this.#trimmedThrough + this.#keepEventsMax / 100;
    const tooMany = this.#written - this.#store.first > this.#keepEventsMax && this.#written > enough;
    return tooMany || this.#now() - this.#trimmedAt >= trimEveryMs;
  }

  async #trim(): Promise<void> {
    const now = this.#now();
    this.#trimmedAt = now;
    this.#trimmedThrough = this.#written;
    let first = Math.max(this.#written - this.#keepEventsMax, this.#store.first);
    first = Math.max(first, this.#firstSince(now - this.#keepMs));
    await this.#store.trim(first);
  }

  /** Number of the first event not older than an instant, by halving: instants grow with the numbers. */
  #firstSince(instant: Instant): number {
    let low = this.#store.first;
    let high = this.#written;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const event = this.#get(middle);
      if (event !== undefined && event.at < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

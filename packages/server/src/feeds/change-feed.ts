/**
 * The feed: the runtime publishes what the engine said, everybody else reads it here.
 *
 * Changes are in memory and with the subscribers at once, and in the store a moment later, many together, out of the way of
 * the log's own writes: the log can always say them again. That is what happens after a crash: the runtime goes on from its
 * checkpoint and publishes the same changes under the same numbers, and those that are kept already are compared and dropped.
 *
 * Invariants. Events are kept without gaps from `first` to `next`. In memory is what is not durable yet. A number that was
 * published once means the same event for ever; what contradicts it is reported (`onFault`) and dropped, since the first
 * may have been sent into the world. A checkpoint of the runtime must not be ahead of the store (`flush` before it), or
 * the events in between are gone after a crash.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { Feed, FeedEvent } from './feed.ts';
import { saysTheSame } from './feed-codec.ts';
import type { FeedStore, TimelineRequest } from './feed-store.ts';
import { type Published, publishedEvents } from './published.ts';
import { Unsaved } from './unsaved.ts';

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
  /** How long changes wait for others to be written with, in milliseconds (default 1000); 0: until the end of the turn. */
  readonly writeAfterMs?: number;
  /** How long and how many events are kept. */
  readonly keepMs?: number;
  readonly keepEventsMax?: number;
};

/** Events that one write to the store takes, and that are not put off: few enough that writing them down holds nobody up. */
const writeEventsMax = 500;
/** Each write is a sync, for which one of the log's may have to wait. */
const writeAfterMsDefault = 1_000;
/** Above so many a write is not put off any more. */
const unsavedEventsMax = 200_000;
/** How often age is looked at while events come. */
const trimEveryMs = 60_000;

export class ChangeFeed implements Feed {
  /** Settles, with the error, when the store can no longer be written: whoever owns the process stops it. */
  readonly failed: Promise<Error>;
  readonly #store: FeedStore;
  readonly #now: () => Instant;
  readonly #onFault: (fault: FeedFault) => void;
  readonly #writeAfterMs: number;
  readonly #keepMs: number;
  readonly #keepEventsMax: number;
  readonly #listeners = new Set<(events: Published) => void>();
  /** The newest events: all that are not durable. */
  #unsaved: Unsaved;
  #restarting = false;
  /** Numbers of durable events that are to lose their names. */
  readonly #nameless: (readonly number[])[] = [];
  #writing: Promise<void> | undefined;
  #waiting: NodeJS.Timeout | undefined;
  /** How many wait until all is durable. */
  #flushing = 0;
  #isBusy: () => boolean = () => false;
  #trimmedAt: Instant;
  #trimmedThrough = 0;
  #stopped: Error | undefined;
  #fail: (error: Error) => void = () => undefined;

  constructor(options: ChangeFeedOptions) {
    this.#store = options.store;
    this.#now = options.now;
    this.#onFault = options.onFault;
    this.#writeAfterMs = options.writeAfterMs ?? writeAfterMsDefault;
    this.#keepMs = options.keepMs ?? 7 * 86_400_000;
    this.#keepEventsMax = options.keepEventsMax ?? 10_000_000;
    this.#unsaved = new Unsaved(options.store.next);
    this.#trimmedAt = options.now();
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  get next(): number {
    return this.#unsaved.next;
  }

  get first(): number {
    return this.#restarting ? this.#unsaved.first : Math.min(this.#store.first, this.#unsaved.first);
  }

  /** Number of the last durable event; one less than `first` when there is none. */
  get durableThrough(): number {
    return this.#unsaved.first - 1;
  }

  /**
   * Takes events in order of their numbers, after the state shows them. Those that are kept already (a replay) are compared
   * and dropped; the others are told to the subscribers before this returns.
   */
  publish(changes: Published | readonly FeedEvent[]): void {
    const events = 'release' in changes ? changes : publishedEvents(changes);
    if (events.length === 0) return;
    const fresh = this.#freshOf(events);
    if (fresh === undefined) return;
    if (fresh.first > this.next) this.#skipTo(fresh.first);
    this.#unsaved.add(fresh);
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
      if (seq >= this.#unsaved.first) {
        yield this.#unsaved.get(seq) as FeedEvent;
        seq = Math.max(seq + 1, this.first);
        continue;
      }
      const start = seq;
      for (const event of this.#store.read(seq)) {
        yield event;
        seq = event.seq + 1;
        if (seq >= this.#unsaved.first || seq < this.first) break;
      }
      if (seq === start && start >= this.first && start < this.#unsaved.first) return;
      seq = Math.max(seq, this.first);
    }
  }

  subscribe(listener: (events: Published) => void): () => void {
    // An own function each time: somebody may subscribe with the same one twice.
    const own = (events: Published): void => {
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
    const lag = this.#unsaved.first;
    for (let seq = Math.min(before, this.next) - 1; seq >= lag && events.length < limit; seq--) {
      const event = this.#unsaved.get(seq);
      if (event?.customer.profile === profile) events.push(event);
    }
    if (this.#restarting || events.length >= limit) return events;
    const rest = this.#store.ofProfile(profile, {
      limit: limit - events.length,
      before: Math.min(before, lag),
    });
    return [...events, ...rest];
  }

  /**
   * Takes the names out of events, once and for all: what is read from now on has none. Resolves when that is durable too.
   */
  async takeNamesOut(seqs: readonly number[]): Promise<void> {
    if (seqs.length === 0) return;
    // What is in memory, or on its way to the store, has them still.
    await this.flush();
    this.#nameless.push(seqs);
    await this.flush();
  }

  /** Writes that nobody waits for are put off while something more urgent is done, unless very much is unsaved. */
  giveWayTo(isBusy: () => boolean): void {
    this.#isBusy = isBusy;
  }

  /** Resolves when all that was published before is durable; rejects when the store has failed. */
  async flush(): Promise<void> {
    this.#flushing++;
    try {
      await this.#flush();
    } finally {
      this.#flushing--;
    }
  }

  async #flush(): Promise<void> {
    const { next } = this;
    while (this.#stopped === undefined && (this.#unsaved.first < next || this.#isToWrite)) {
      this.#writeNow();
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
    clearTimeout(this.#waiting);
    if (this.#stopped === undefined) await this.flush();
    await this.#store.close();
  }

  /** What of it is not known already; undefined: nothing. */
  #freshOf(events: Published): Published | undefined {
    const { next } = this;
    if (events.first >= next) return events;
    const known = Math.min(next - events.first, events.length);
    const all = [...events];
    this.#compare(all.slice(0, known));
    events.release();
    return known === events.length ? undefined : publishedEvents(all.slice(known));
  }

  #compare(events: readonly FeedEvent[]): void {
    const [start] = events;
    if (start === undefined) return;
    for (const kept of this.read(start.seq)) {
      const published = events[kept.seq - start.seq];
      if (published === undefined) return;
      if (!saysTheSame(kept, published)) this.#onFault({ kind: 'diverged', kept, published });
    }
  }

  #get(seq: number): FeedEvent | undefined {
    return seq >= this.#unsaved.first ? this.#unsaved.get(seq) : this.#store.get(seq);
  }

  #skipTo(next: number): void {
    this.#onFault({ kind: 'hole', from: this.next, to: next });
    this.#restart(next);
  }

  #restart(next: number): void {
    this.#restarting = true;
    this.#trimmedThrough = 0;
    this.#unsaved.release();
    this.#unsaved = new Unsaved(next);
  }

  #tell(events: Published): void {
    for (const listener of this.#listeners) {
      try {
        listener(events);
      } catch (error) {
        this.#onFault({ kind: 'subscriber', error });
      }
    }
  }

  get #isToWrite(): boolean {
    return this.#restarting || this.#unsaved.length > 0 || this.#nameless.length > 0 || this.#trimIsDue();
  }

  /** Sees to it that what is in memory gets into the store: when enough for a write is there, or some time later. */
  #write(): void {
    if (this.#stopped !== undefined || this.#writing !== undefined) return;
    const isToWait = this.#writeAfterMs > 0 && this.#unsaved.length < writeEventsMax;
    if (!isToWait && !this.#givesWay) {
      this.#writeNow();
      return;
    }
    this.#waiting ??= setTimeout(() => {
      this.#writeNow();
    }, this.#writeAfterMs).unref();
  }

  get #givesWay(): boolean {
    return this.#flushing === 0 && this.#unsaved.length < unsavedEventsMax && this.#isBusy();
  }

  #writeNow(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    if (this.#stopped !== undefined) return;
    this.#writing ??= this.#writeAll().then(
      () => {
        this.#writing = undefined;
        // Something may have come after the last look.
        if (this.#restarting || this.#unsaved.length > 0 || this.#nameless.length > 0) this.#write();
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
    for (let isFirst = true; this.#isToWrite && !this.#givesWay; isFirst = false) {
      const unsaved = this.#unsaved;
      // The few that came while others were written wait for more, or each of them would be a write of its own.
      if (!isFirst && this.#flushing === 0 && this.#onlyFewAreLeft) return;
      if (this.#restarting) {
        await this.#store.restart(unsaved.first);
        this.#restarting = unsaved !== this.#unsaved;
      } else if (unsaved.length > 0) {
        const part = unsaved.oldest(writeEventsMax);
        await this.#store.append(part);
        // What was forgotten meanwhile counts no more.
        unsaved.saved(part.length);
      } else if (this.#nameless[0] !== undefined) {
        await this.#store.takeNamesOut(this.#nameless[0]);
        this.#nameless.shift();
      } else {
        await this.#trim();
      }
    }
  }

  get #onlyFewAreLeft(): boolean {
    const isElse = this.#restarting || this.#nameless.length > 0 || this.#trimIsDue();
    return !isElse && this.#unsaved.length < writeEventsMax;
  }

  #trimIsDue(): boolean {
    // Looking at the number of events again is worth it once a hundredth more has come: a store lets go of a little less.
    const enough = this.#trimmedThrough + this.#keepEventsMax / 100;
    const written = this.#unsaved.first;
    const tooMany = written - this.#store.first > this.#keepEventsMax && written > enough;
    return tooMany || this.#now() - this.#trimmedAt >= trimEveryMs;
  }

  async #trim(): Promise<void> {
    const now = this.#now();
    this.#trimmedAt = now;
    const written = this.#unsaved.first;
    this.#trimmedThrough = written;
    let first = Math.max(written - this.#keepEventsMax, this.#store.first);
    first = Math.max(first, this.#firstSince(now - this.#keepMs));
    await this.#store.trim(first);
  }

  /** Number of the first event not older than an instant, by halving: instants grow with the numbers. */
  #firstSince(instant: Instant): number {
    let low = this.#store.first;
    let high = this.#unsaved.first;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const event = this.#get(middle);
      if (event !== undefined && event.at < instant) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

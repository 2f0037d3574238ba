/**
 * Where the feed keeps its events beyond memory. It is a projection of the log: it may lag, and when it is deleted the
 * feed begins where the replay of the log begins.
 *
 * One writer, which calls one changing method after the other, each when the one before has resolved. A failed or stalled
 * commit rejects, and nothing can be written afterwards. The conformance suite is test/feeds/feed-store-conformance.ts.
 */

import type { FeedEvent } from './feed.ts';

/** `before`: only events with a smaller number. */
export type TimelineRequest = { readonly limit: number; readonly before?: number };

export interface FeedStore {
  /** Number of the oldest event that is kept; `next` when there is none. */
  readonly first: number;
  /** One more than the last durable event; survives when all events have been let go. */
  readonly next: number;

  /** Adds events, numbered from `next` on without gaps; resolves when they are durable. */
  append(events: readonly FeedEvent[]): Promise<void>;
  /** Lets go of events before `first`, or a little fewer: what was written together goes together. */
  trim(first: number): Promise<void>;
  /** Takes the names out of events (feed-codec.ts), of those numbers that are kept. */
  takeNamesOut(seqs: readonly number[]): Promise<void>;
  /** Forgets everything; the next event is to have the number `next`. */
  restart(next: number): Promise<void>;

  get(seq: number): FeedEvent | undefined;
  /** Durable events with from ≤ seq, in order. Reading never blocks writing; an iteration sees what is trimmed meanwhile or not. */
  read(from: number): Iterable<FeedEvent>;
  /** Durable events of a profile, newest first. Looks at all that is kept, so not for everybody to ask. */
  ofProfile(profile: number, request: TimelineRequest): readonly FeedEvent[];
  close(): Promise<void>;
}

/** Changes under consecutive numbers, as they are published: made into events only where somebody reads them. */

import type { FeedEvent } from './feed.ts';

/** How many changes of each kind. */
export type ChangeCounts = { readonly entered: number; readonly exited: number; readonly stage: number };

export interface Published extends Iterable<FeedEvent> {
  /** Number of the first. */
  readonly first: number;
  readonly length: number;
  readonly counts: ChangeCounts;
  /** The event at a place, from 0; the same object each time. */
  at(place: number): FeedEvent | undefined;
  /** Called when nobody will read these, nor any published before them, from here any more. */
  release(): void;
}

/** Events as they are; there is at least one. */
export function publishedEvents(events: readonly FeedEvent[]): Published {
  const counts = { entered: 0, exited: 0, stage: 0 };
  for (const event of events) counts[event.kind === 'stage' ? 'stage' : event.change]++;
  return {
    first: events[0]?.seq ?? 0,
    length: events.length,
    counts,
    at: (place) => events[place],
    release: () => undefined,
    [Symbol.iterator]: () => events[Symbol.iterator](),
  };
}

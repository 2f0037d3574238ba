/** What a reader wants of the feed: how it is written, and what it lets through. */

import type { FeedEvent, FeedFilter } from './feed.ts';

/** The kinds of changes as they are written outside. */
export const changeWords = ['entered', 'exited', 'stage_changed'] as const;
export type ChangeWord = (typeof changeWords)[number];

/** Segments, or lifecycles, that one filter names. */
export const filterNamesMax = 200;

/** A filter as people write it. */
export type WireFilter = {
  readonly segments?: readonly string[];
  readonly lifecycles?: readonly string[];
  readonly changes?: readonly ChangeWord[];
};

export function admits(filter: FeedFilter, event: FeedEvent): boolean {
  const { segments, lifecycles, changes, profile } = filter;
  if (profile !== undefined && profile !== event.customer.profile) return false;
  if (changes !== undefined && !changes.includes(event.kind === 'stage' ? 'stage' : event.change)) {
    return false;
  }
  if (event.kind === 'segment') return segments?.includes(event.segment) ?? lifecycles === undefined;
  return lifecycles?.includes(event.lifecycle) ?? segments === undefined;
}

export function fromWireFilter({ segments, lifecycles, changes }: WireFilter): FeedFilter {
  return {
    ...(segments === undefined ? {} : { segments }),
    ...(lifecycles === undefined ? {} : { lifecycles }),
    ...(changes === undefined
      ? {}
      : { changes: changes.map((word) => (word === 'stage_changed' ? 'stage' : word)) }),
  };
}

export function toWireFilter({ segments, lifecycles, changes }: FeedFilter): WireFilter {
  return {
    ...(segments === undefined ? {} : { segments }),
    ...(lifecycles === undefined ? {} : { lifecycles }),
    ...(changes === undefined
      ? {}
      : { changes: changes.map((word) => (word === 'stage' ? 'stage_changed' : word)) }),
  };
}

/** Plain events of a feed, by number. */

import type { FeedEvent } from '../../src/feeds/feed.ts';

export const start = Date.UTC(2026, 0, 1);

/** Number `seq`: customer `seq % 7` enters and leaves segment `a` or `b`, a second apart. */
export function plainEvent(seq: number, more: { at?: number; profile?: number } = {}): FeedEvent {
  const profile = more.profile ?? seq % 7;
  return {
    seq,
    at: more.at ?? start + seq * 1000,
    customer: {
      profile,
      displayId: `u${profile}`,
      identifiers: [{ kind: 'user_id', value: `u${profile}` }],
    },
    cause: 'event',
    messageId: `m${seq}`,
    kind: 'segment',
    segment: seq % 2 === 0 ? 'a' : 'b',
    version: 1,
    change: seq % 3 === 0 ? 'entered' : 'exited',
  };
}

export function plainEvents(from: number, to: number): FeedEvent[] {
  return Array.from({ length: Math.max(to - from, 0) }, (_, i) => plainEvent(from + i));
}

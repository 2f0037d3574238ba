/** Events of a feed for tests: plain ones by number, and any at random. */

import fc from 'fast-check';

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

/** Any string, lone surrogates and control characters included. */
const text = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)), maxLength: 12 });
const customer = fc.record({
  profile: fc.nat(5),
  displayId: text,
  identifiers: fc.array(fc.record({ kind: text, value: text }), { maxLength: 3 }),
});
const cause = fc.constantFrom('event', 'late_event', 'time', 'merge', 'erasure');
const at = fc.integer({ min: start, max: start + 1e9 });

const segmentEvent = fc.record(
  {
    seq: fc.constant(0),
    at,
    customer,
    cause,
    messageId: text,
    kind: fc.constant('segment' as const),
    segment: fc.constantFrom('a', 'b', 'vip'),
    version: fc.nat(9),
    change: fc.constantFrom('entered', 'exited'),
  },
  { requiredKeys: ['seq', 'at', 'customer', 'cause', 'kind', 'segment', 'version', 'change'] },
);
const stageEvent = fc.record(
  {
    seq: fc.constant(0),
    at,
    customer,
    cause,
    messageId: text,
    kind: fc.constant('stage' as const),
    lifecycle: fc.constantFrom('buyer', 'visitor'),
    from: text,
    to: text,
  },
  { requiredKeys: ['seq', 'at', 'customer', 'cause', 'kind', 'lifecycle'] },
);

/** Events numbered from 0. */
export function anyEvents(maxLength = 30): fc.Arbitrary<FeedEvent[]> {
  return fc
    .array(fc.oneof(segmentEvent, stageEvent), { maxLength })
    .map((events) => events.map((event, seq) => ({ ...event, seq })));
}

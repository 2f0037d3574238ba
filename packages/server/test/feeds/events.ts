/** Events of a feed at random. */

import fc from 'fast-check';

import type { FeedEvent } from '../../src/feeds/feed.ts';
import { start } from './plain-events.ts';

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

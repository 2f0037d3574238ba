/** Populations at midnights between which nothing can have changed are not taken from everybody; nobody can tell. */

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import type { Instant, Message } from '../../src/model/message.ts';
import { at, world } from '../rules/given.ts';

const segments = {
  recent: 'percentile(count("Order", last 7d)) >= 50',
  before: 'percentile(count("Order", from 60d to 30d ago)) >= 50',
  month: 'percentile(sum(revenue of "Order", last 2 calendar months)) > 20',
  ever: 'percentile(count("Order")) > 60 and not did "Order" last 20d',
};
const settling = world({ segments }).definitions;
// Asked of nobody, so that nobody is woken for it.
const unasked = world({
  segments: { vip: 'trait.vip = true and percentile(count("Order", last 7d)) >= 50' },
}).definitions;
// Moves all the time.
const moving = world({ segments: { ...segments, since: 'percentile(age(last "Order")) >= 50' } }).definitions;
const start = at('2026-01-01T09:00:00Z');
const dayMs = 86_400_000;

const story = fc.record({
  definitions: fc.constantFrom(settling, unasked, moving),
  timeZone: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York'),
  steps: fc.array(
    fc.record({
      user: fc.constantFrom('a', 'b', 'c', 'd'),
      revenue: fc.nat({ max: 90 }),
      /** Until the next; long silences among them. */
      waitMs: fc.oneof(fc.nat({ max: 3 * dayMs }), fc.nat({ max: 100 * dayMs })),
      /** Of when it happened, before or after it arrived. */
      offMs: fc.oneof(fc.constant(0), fc.integer({ min: -40 * dayMs, max: 10 * dayMs })),
    }),
    { maxLength: 8 },
  ),
});

it('silent midnights give what taking everybody anew gives', () => {
  fc.assert(
    fc.property(story, ({ timeZone, definitions, steps }) => {
      const told: Change[] = [];
      const retold: Change[] = [];
      const straight = new Engine({ timeZone, start, definitions, onChange: (change) => told.push(change) });
      // Taken up again every day, it knows nothing of the midnight before.
      let daily = new Engine({ timeZone, start, definitions, onChange: (change) => retold.push(change) });
      const goOn = (until: Instant): void => {
        for (let t = daily.now + dayMs; t < until; t += dayMs) {
          daily.advanceTo(t);
          daily = Engine.restore([...daily.serialize()], { onChange: (change) => retold.push(change) });
        }
        daily.advanceTo(until);
        straight.advanceTo(until);
      };
      let now = start;
      steps.forEach(({ user, revenue, waitMs, offMs }, i) => {
        const message: Message = {
          kind: 'track',
          messageId: `m${String(i)}`,
          time: now + offMs,
          identifiers: [{ kind: 'user_id', value: user }],
          name: 'Order',
          properties: { revenue },
          traits: {},
        };
        for (const engine of [straight, daily]) engine.apply({ kind: 'message', message }, now);
        now += waitMs;
        goOn(now);
      });
      goOn(now + 100 * dayMs);
      expect(told).toEqual(retold);
      expect([...straight.serialize()]).toEqual([...daily.serialize()]);
    }),
    { numRuns: 40 },
  );
});

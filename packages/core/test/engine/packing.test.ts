import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import type { Message } from '../../src/model/message.ts';
import { parseDefinitions } from '../../src/model/parse-definitions.ts';

const start = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

const { definitions } = parseDefinitions({
  segments: {
    regular: 'count("A", last 30d) >= 2',
    spender: 'sum(price of "A", last 3650d) >= 10',
    all_time: 'sum(price of "A") >= 100 and count("B") >= 1',
    early: 'first(name of "A") = "x"',
    quick: 'seq("A", "B" within 1h) last 365d',
    silent: 'seq("A", no "B" within 2h) last 90d',
    steady: '(did "A" last 400d) for 30d',
    gold: 'trait.club = "gold"',
  },
  lifecycles: { journey: [{ regular: 'in regular' }, { rest: 'true' }] },
});

type Sketch = {
  readonly user: number;
  readonly name: 'A' | 'B';
  readonly price: number;
  readonly afterMs: number;
  readonly time: number;
};

const times = fc.oneof(
  fc.integer({ min: -10_000, max: 0 }),
  fc.integer({ min: -400 * DAY, max: 0 }),
  // Year 1, 1883, and every width of an instant between.
  fc.constantFrom(-62_135_596_800_000 - start, -(2 ** 41), -(2 ** 32), -(2 ** 32) + 1, -(2 ** 31), 0),
);
const sketches = fc.array(
  fc.record({
    user: fc.nat(3),
    name: fc.constantFrom('A' as const, 'B' as const),
    price: fc.oneof(fc.integer({ min: -5, max: 50 }), fc.constantFrom(0.1, 1e-9, 1e15, 123.456)),
    afterMs: fc.oneof(fc.nat(5_000), fc.nat(60 * DAY), fc.constant(2 ** 32), fc.constant(2 ** 31)),
    time: times,
  }),
  { maxLength: 25 },
);

function told(story: readonly Sketch[], workingCustomersMax: number): readonly string[] {
  const changes: Change[] = [];
  const onChange = (change: Change): void => void changes.push(change);
  const engine = new Engine({ timeZone: 'UTC', start, definitions, workingCustomersMax, onChange });
  let now = start;
  story.forEach(({ user, name, price, afterMs, time }, i) => {
    now += afterMs;
    const message: Message = {
      kind: i % 7 === 6 ? 'identify' : 'track',
      messageId: `m${i}`,
      time: now + time,
      identifiers: [{ kind: 'user_id', value: `u${user}` }],
      name,
      properties: { price, name: 'x' },
      traits: { club: 'gold' },
    };
    engine.apply({ kind: 'message', message }, now);
  });
  engine.advanceTo(now + 500 * DAY);
  return [...changes.map((change) => JSON.stringify(change)), ...engine.serialize()];
}

test('a packed customer is read back as they were, whatever the distance of their instants and the size of their sums', () => {
  fc.assert(
    fc.property(sketches, (story) => {
      expect(told(story, 0)).toEqual(told(story, 100));
    }),
    { numRuns: 400 },
  );
});

test('customers too large to be packed, and their small neighbours, stay whole', () => {
  const story = Array.from({ length: 3_000 }, (_, i) => ({
    user: i % 10 === 0 ? 1 : 0,
    name: i % 3 === 0 ? ('B' as const) : ('A' as const),
    price: 1,
    afterMs: 60_000,
    time: 0,
  }));
  expect(told(story, 0)).toEqual(told(story, 100));
});

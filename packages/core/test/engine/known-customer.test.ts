import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '../../src/engine/engine.ts';
import type { Change } from '../../src/model/change.ts';
import type { Message } from '../../src/model/message.ts';
import { parseDefinitions } from '../../src/model/parse-definitions.ts';

const start = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;

const { definitions } = parseDefinitions({
  segments: {
    busy: 'count("A", last 1d) >= 2',
    listed: 'in list vip',
    lapsed: 'did "A" last 2d and did not "B" last 1d',
    quick: 'seq("A", "B" within 1h) last 1d',
    gold: 'trait.club = "gold"',
  },
  lists: { vip: ['u1'] },
});

const steps = fc.array(
  fc.record({
    user: fc.nat(2),
    kind: fc.constantFrom('track' as const, 'identify' as const),
    name: fc.constantFrom('A', 'B'),
    afterMs: fc.nat(20 * HOUR),
    lateMs: fc.integer({ min: -200_000, max: 30 * HOUR }),
  }),
  { maxLength: 40 },
);

function told(
  story: typeof steps extends fc.Arbitrary<infer T> ? T : never,
  known: boolean,
): readonly string[] {
  const said: Change[] = [];
  const onChange = (change: Change): void => void said.push(change);
  const engine = new Engine({ timeZone: 'UTC', start, definitions, onChange });
  let now = start;
  story.forEach(({ user, kind, name, afterMs, lateMs }, i) => {
    now += afterMs;
    const message: Message = {
      kind,
      messageId: `m${i}`,
      time: now - lateMs,
      identifiers: [{ kind: 'user_id', value: `u${user}` }],
      name,
      properties: {},
      traits: { club: i % 2 === 0 ? 'gold' : 'silver' },
    };
    const id = engine.findProfile(`u${user}`);
    if (known && id !== undefined) expect(engine.applyKnown(id, message, now)).toEqual({ notices: [] });
    else engine.apply({ kind: 'message', message }, now);
  });
  engine.advanceTo(now + 100 * HOUR);
  const [, ...customers] = engine.serialize();
  return [...said.map((change) => JSON.stringify(change)), ...customers];
}

test('a message of a known customer does by itself what it does with its identifiers', () => {
  fc.assert(
    fc.property(steps, (story) => {
      expect(told(story, true)).toEqual(told(story, false));
    }),
    { numRuns: 300 },
  );
});

test('a message of a customer who does not exist is said to be that', () => {
  const engine = new Engine({ timeZone: 'UTC', start, definitions, onChange: () => undefined });
  const message: Message = {
    kind: 'track',
    messageId: 'm',
    time: start,
    identifiers: [{ kind: 'user_id', value: 'u' }],
    name: 'A',
    properties: {},
    traits: {},
  };
  expect(engine.applyKnown(7, message, start)).toEqual({ ignored: 'unknown_customer', notices: [] });
});

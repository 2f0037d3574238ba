/**
 * How many partitions customers are spread over changes nothing: the same is answered, said in the same order, and written
 * down to the byte. Nor does it matter when their number changes from one start to the next.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Identifier } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 500);

/** Which columns have ever held a negative number decides how thresholds are looked for, never what is found. */
const withoutTraces = (line: string): string => line.replace(/"negatives":\[.*?\],"seen"/, '"seen"');

/** All that an engine says in a story, and what it writes down at its end; partitions take turns at each start. */
function told(
  { timeZone, start, definitions, steps, tailMs }: DifferentialCase,
  other: Definitions,
  partitions: readonly [number, ...number[]],
): readonly string[] {
  const said: string[] = [];
  const options = {
    keepHistory: true,
    onChange: (change: object): void => void said.push(JSON.stringify(change)),
    onMerge: (survivor: number, gone: number): void => void said.push(`${survivor} takes in ${gone}`),
  };
  let engine = new Engine({ timeZone, start, definitions, partitions: partitions[0], ...options });
  let now = start;
  for (const [i, { afterMs, input }] of steps.entries()) {
    now += afterMs;
    if (i === 7) engine.apply({ kind: 'definitions', definitions: other }, now);
    said.push(JSON.stringify(engine.apply(inputAt(input, now), now)));
    said.push(JSON.stringify(engine.profileIds().map((id) => engine.profile(id))));
    if (partitions.length === 1) continue;
    const next = partitions[i % partitions.length] ?? 1;
    engine = Engine.restore(engine.serialize(), { ...options, partitions: next });
  }
  engine.advanceTo(now + tailMs);
  said.push(JSON.stringify(engine.refusedMerges));
  said.push(JSON.stringify([...engine.world().populations].map(([key, all]) => [key, all])));
  return [...said, ...[...engine.serialize()].map(withoutTraces)];
}

test('however many partitions there are, the same is said and written', () => {
  fc.assert(
    fc.property(
      arbitraryCase(arbitraryDefinitions, { lengthMax: 24 }),
      arbitraryDefinitions,
      fc.constantFrom(2, 3, 5),
      (story, other, partitions) => {
        expect(told(story, other, [partitions])).toEqual(told(story, other, [1]));
      },
    ),
    { numRuns },
  );
});

test('the number of partitions may change at every start', () => {
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), arbitraryDefinitions, (story, other) => {
      expect(told(story, other, [3, 1, 2, 5])).toEqual(told(story, other, [1]));
    }),
    { numRuns: Math.ceil(numRuns / 4) },
  );
});

test('who moves between partitions keeps what nobody there has had, such as negative amounts', () => {
  const day = 86_400_000;
  const { definitions, diagnostics } = parseDefinitions({
    segments: { rich: 'sum(x of "A", last 3d) > 10' },
  });
  expect(diagnostics).toEqual([]);
  const entries = (partitions: number): readonly string[] => {
    const said: string[] = [];
    const engine = new Engine({
      timeZone: 'UTC',
      start: 0,
      definitions,
      partitions,
      workingCustomersMax: 0,
      onChange: ({ at, profile, ...change }) => {
        said.push(`${profile} ${change.kind === 'segment' ? change.change : ''} after ${at / day} days`);
      },
    });
    const member = { kind: 'loyalty_id', value: 'l1' };
    const visitor = { kind: 'anonymous_id', value: 'b1' };
    const take = (days: number, name: string, x: number, ...identifiers: Identifier[]): void => {
      const time = days * day;
      const message = { messageId: `m${days}`, time, identifiers, name, properties: { x }, traits: {} };
      engine.apply({ kind: 'message', message: { kind: 'track', ...message } }, time);
    };
    take(0, 'A', -15, { kind: 'user_id', value: 'u1' }, member);
    take(1, 'A', 20, member);
    take(1.5, 'B', 0, visitor);
    // Who has a user id stays, and the message is about the visitor: the member moves to them.
    take(2, 'B', 0, visitor, member);
    engine.advanceTo(10 * day);
    return said;
  };
  expect(entries(1)).toEqual(['0 entered after 3 days', '0 exited after 4 days']);
  expect(entries(2)).toEqual(entries(1));
});

test('an engine has between 1 and 64 partitions', () => {
  const { definitions } = parseDefinitions({});
  const options = { timeZone: 'UTC', start: 0, definitions, onChange: (): void => undefined };
  for (const partitions of [0, -1, 65]) {
    expect(() => new Engine({ ...options, partitions })).toThrow(/partitions/);
  }
});

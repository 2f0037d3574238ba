/**
 * How many customers are ready to be worked on changes nothing: an engine that packs everybody after every step says and
 * writes what one does that packs nobody.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 1500);

/** All that an engine says in a story, and what it writes down at its end. */
function told(story: DifferentialCase, workingCustomersMax: number): readonly string[] {
  const { timeZone, start, definitions, steps, tailMs } = story;
  const said: string[] = [];
  const engine = new Engine({
    timeZone,
    start,
    definitions,
    keepHistory: true,
    workingCustomersMax,
    onChange: (change) => void said.push(JSON.stringify(change)),
  });
  let now = start;
  for (const { afterMs, input } of steps) {
    now += afterMs;
    said.push(JSON.stringify(engine.apply(inputAt(input, now), now)));
    said.push(JSON.stringify(engine.profileIds().map((id) => engine.profile(id))));
  }
  engine.advanceTo(now + tailMs);
  return [...said, ...engine.serialize()];
}

test('customers who are packed after every step are as if they had never been', () => {
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), (story) => {
      expect(told(story, 0)).toEqual(told(story, 1_000));
    }),
    { numRuns },
  );
});

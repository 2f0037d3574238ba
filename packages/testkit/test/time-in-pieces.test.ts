/**
 * Time may pass in as many pieces as one likes: the same changes come in the same order, and what is written down afterwards
 * is the same to the byte.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 300);

/** All that an engine says in a story, and what it writes down at its end. Every piece wakes `pieces[i]` customers. */
function told(
  { timeZone, start, definitions, steps, tailMs }: DifferentialCase,
  partitions: number,
  pieces: readonly number[],
): readonly string[] {
  const said: string[] = [];
  const engine = new Engine({
    timeZone,
    start,
    definitions,
    partitions,
    keepHistory: true,
    onChange: (change: object): void => void said.push(JSON.stringify(change)),
  });
  let piece = 0;
  const pass = (now: number): void => {
    if (pieces.length === 0) {
      expect(engine.advanceTo(now)).toBe(true);
      return;
    }
    let left = 0;
    while (!engine.advanceTo(now, () => left-- > 0)) left = pieces[piece++ % pieces.length] ?? 1;
    expect(engine.now).toBe(now);
  };
  let now = start;
  for (const { afterMs, input } of steps) {
    now += afterMs;
    pass(now);
    engine.apply(inputAt(input, now), now);
  }
  pass(now + tailMs);
  return [...said, ...engine.serialize()];
}

test('time that passes in pieces changes nothing that is said or written, with one partition or several', () => {
  fc.assert(
    fc.property(
      arbitraryCase(arbitraryDefinitions, { lengthMax: 24 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(1, 3),
      (story, pieces, partitions) => {
        expect(told(story, partitions, pieces)).toEqual(told(story, partitions, []));
      },
    ),
    { numRuns },
  );
});

test('a piece without time does nothing', () => {
  fc.assert(
    fc.property(arbitraryCase(arbitraryDefinitions), ({ timeZone, start, definitions, steps, tailMs }) => {
      const said: unknown[] = [];
      const onChange = (change: object): void => void said.push(change);
      const engine = new Engine({ timeZone, start, definitions, onChange });
      let now = start;
      for (const { afterMs, input } of steps) engine.apply(inputAt(input, (now += afterMs)), now);
      const before = [said.length, ...engine.serialize()];
      const due = engine.nextDueAt();
      expect(engine.advanceTo(now + tailMs, () => false)).toBe(due === undefined || due > now + tailMs);
      if (due !== undefined && due <= now + tailMs) {
        expect([said.length, ...engine.serialize()]).toEqual(before);
      }
    }),
    { numRuns: Math.ceil(numRuns / 5) },
  );
});

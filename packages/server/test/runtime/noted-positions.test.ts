/** Positions noted by customer are what lists of them would be. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { NotedPositions } from '../../src/runtime/noted-positions.ts';

const arbitraryActs = fc.array(
  fc.oneof(
    {
      weight: 600,
      arbitrary: fc.record({
        act: fc.constant('add'),
        profile: fc.constantFrom(0, 1, 2, 7, 1_023, 1_024, 70_000),
      }),
    },
    {
      weight: 100,
      arbitrary: fc.record({
        act: fc.constant('forget'),
        profile: fc.constantFrom(0, 1, 2, 7, 1_023, 1_024, 70_000),
      }),
    },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('clear'), profile: fc.constant(0) }) },
  ),
  { maxLength: 3_000, size: 'max' },
);

test('each customer has the positions noted of them since they were last forgotten, in order, also where they were let go before', () => {
  fc.assert(
    fc.property(arbitraryActs, (acts) => {
      const noted = new NotedPositions();
      const lists = new Map<number, number[]>();
      acts.forEach(({ act, profile }, i) => {
        // As large as positions get.
        const position = Number.MAX_SAFE_INTEGER - 10_000 + i;
        if (act === 'clear') {
          noted.clear();
          lists.clear();
          return;
        }
        if (act === 'forget') {
          noted.forget(profile);
          lists.delete(profile);
          return;
        }
        noted.add(profile, position);
        lists.set(profile, [...(lists.get(profile) ?? []), position]);
      });
      for (const profile of [0, 1, 2, 3, 7, 1_023, 1_024, 70_000, 80_000]) {
        expect(noted.of(profile)).toEqual(lists.get(profile) ?? []);
      }
      expect(new Map(noted)).toEqual(lists);
      expect([...noted]).toHaveLength(lists.size);
    }),
    { numRuns: 50 },
  );
});

test('what is noted while they are gone through is not missed, and comes with what was noted before', () => {
  const noted = new NotedPositions();
  noted.add(1, 10);
  noted.add(2, 11);
  const seen: unknown[] = [];
  for (const [profile, positions] of noted) {
    seen.push([profile, positions]);
    if (seen.length === 1) noted.add(1, 12);
  }
  expect(seen).toEqual([
    [1, [10]],
    [2, [11]],
    [1, [10, 12]],
  ]);
});

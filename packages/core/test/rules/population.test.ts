import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { populationNeeds, percentileOf, quintileOf } from '../../src/rules/population.ts';
import { rfmGroup, rfmGroups } from '../../src/rules/rfm-groups.ts';
import { world } from './given.ts';

const sorted = fc
  .array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 12 })
  .map((values) => values.sort((a, b) => a - b));

describe('a percentile', () => {
  test.each([
    [[1, 2, 3, 4, 5], 1, 0],
    [[1, 2, 3, 4, 5], 0, 0],
    [[1, 2, 3, 4, 5], 2, 25],
    [[1, 2, 3, 4, 5], 2.5, 37.5],
    [[1, 2, 3, 4, 5], 5, 100],
    [[1, 2, 3, 4, 5], 9, 100],
    [[1, 2, 2, 2, 3], 2, 25],
    [[1, 2, 2, 2, 3], 2.5, 87.5],
    [[1, 1, 2], 1, 0],
    [[1, 2, 2], 2, 100],
    [[7], 7, 0],
    [[7], 8, 100],
    [[7, 7, 7], 7, 0],
    [[7, 7, 7], 6, 0],
    [[-1e308, 1e308], 0, 50],
    [[0, 0.3, 1], 0.1, 16.6666666666667],
  ])('among %j of %d is %d', (values, x, expected) => {
    expect(percentileOf(x, values)).toBe(expected);
  });

  test('of an empty population is missing', () => {
    expect(percentileOf(1, [])).toBeUndefined();
    expect(quintileOf(1, [])).toBeUndefined();
  });

  test('never falls as the value rises, and stays within 0 and 100', () => {
    const x = fc.double({ min: -25, max: 25, noNaN: true });
    fc.assert(
      fc.property(sorted, x, x, (values, a, b) => {
        const [low, high] = [percentileOf(Math.min(a, b), values), percentileOf(Math.max(a, b), values)];
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(100);
        expect(high).toBeGreaterThanOrEqual(low ?? NaN);
      }),
    );
  });

  test('inverts the type-7 quantile where no values are tied', () => {
    fc.assert(
      fc.property(sorted, fc.integer({ min: 0, max: 100 }), (all, p) => {
        const values = [...new Set(all)];
        if (values.length < 2) return;
        const place = (p / 100) * (values.length - 1);
        const below = values[Math.floor(place)] ?? NaN;
        const above = values[Math.ceil(place)] ?? NaN;
        const quantile = below + (place - Math.floor(place)) * (above - below);
        expect(percentileOf(quantile, values)).toBeCloseTo(p, 9);
      }),
    );
  });
});

test.each([
  [0, 1],
  [20, 1],
  [20.001, 2],
  [40, 2],
  [60, 3],
  [80, 4],
  [80.001, 5],
  [100, 5],
])('the quintile at percentile %d is %i', (x, expected) => {
  expect(quintileOf(x, [0, 50, 100])).toBe(expected);
});

describe('RFM groups', () => {
  const scores = [1, 2, 3, 4, 5];
  test('cover all 125 combinations and leave no name unused', () => {
    const all = scores.flatMap((r) => scores.flatMap((f) => scores.map((m) => rfmGroup(r, f, m))));
    expect(all).toHaveLength(125);
    expect(new Set(all)).toEqual(new Set(rfmGroups));
  });

  test.each([
    [5, 5, 5, 'champions'],
    [5, 1, 1, 'new_customers'],
    [4, 1, 1, 'promising'],
    [4, 3, 2, 'potential_loyalists'],
    [3, 5, 5, 'loyal'],
    [3, 3, 3, 'needs_attention'],
    [3, 1, 2, 'about_to_sleep'],
    [2, 3, 4, 'at_risk'],
    [1, 5, 5, 'cannot_lose'],
    [2, 1, 1, 'hibernating'],
    [1, 1, 1, 'lost'],
  ] as const)('%i %i %i is %s', (r, f, m, group) => {
    expect(rfmGroup(r, f, m)).toBe(group);
  });
});

test('populations are needed once each, inner ones first, also through segments, stages and models', () => {
  const { definitions } = world({
    segments: {
      outer: 'percentile(percentile(count("A")) + 1) > 50 and in inner',
      inner: 'quintile(count("A")) = 5',
    },
    stages: [['one', 'percentile(sum(p of "B")) > 5'], ['two']],
    rfm: { purchase: '"A"', value: 'v' },
  });
  const keys = populationNeeds(definitions).map((need) => (need.kind === 'rfm' ? need.key : need.value.kind));
  expect(keys).toEqual([
    'count',
    'arithmetic',
    'aggregate',
    'rfm default recency',
    'rfm default frequency',
    'rfm default monetary',
  ]);
});

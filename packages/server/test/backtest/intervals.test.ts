import { describe, expect, it } from 'vitest';

import { meanInterval, newcombe, tQuantile, welch, wilson } from '../../src/backtest/intervals.ts';

describe('shares', () => {
  // Newcombe 1998, table I (method 3, the score interval without correction) and table II (method 10).
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i lies between %f and %f', (hits, n, low, high) => {
    const found = wilson({ share: hits / n, n });
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });

  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [6, 7, 2, 7, 0.0582, 0.8062],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [10, 10, 0, 20, 0.6791, 1],
    [10, 10, 0, 10, 0.6075, 1],
  ])('%i/%i and %i/%i differ by %f to %f', (a, m, b, n, low, high) => {
    const found = newcombe({ share: a / m, n: m }, { share: b / n, n });
    expect(found?.low).toBeCloseTo(low, 4);
    expect(found?.high).toBeCloseTo(high, 4);
  });

  it('of nobody is not known', () => {
    expect(wilson({ share: 0, n: 0 })).toBeUndefined();
    expect(newcombe({ share: 0.5, n: 4 }, { share: 0, n: 0 })).toBeUndefined();
  });
});

describe('means', () => {
  it.each([
    [1, 12.706205],
    [2, 4.302653],
    [5, 2.570582],
    [10, 2.228139],
    [30, 2.042272],
    [120, 1.97993],
    [1_000_000, 1.959966],
  ])('Student’s t with %d degrees of freedom is %f', (freedom, t) => {
    expect(tQuantile(freedom)).toBeCloseTo(t, 5);
  });

  // Welch’s test of R on the two samples of the first example in its documentation of `sleep`: t.test(extra ~ group).
  it('differ as R says', () => {
    const first = { mean: 0.75, variance: 3.200556, n: 10 };
    const second = { mean: 2.33, variance: 4.009, n: 10 };
    const found = welch(first, second);
    expect(found?.low).toBeCloseTo(-3.3654832, 5);
    expect(found?.high).toBeCloseTo(0.2054832, 5);
  });

  it('of one customer say nothing', () => {
    expect(meanInterval({ mean: 3, variance: 0, n: 1 })).toBeUndefined();
    expect(welch({ mean: 3, variance: 0, n: 1 }, { mean: 3, variance: 1, n: 9 })).toBeUndefined();
  });
});

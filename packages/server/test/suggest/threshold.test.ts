import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRule } from '@segue/core/rules/parse.ts';
import { formatRule } from '@segue/core/rules/format.ts';

import { askThreshold, type WantedThreshold } from '../../src/suggest/ask-suggestion.ts';
import { gridMax, gridOf } from '../../src/suggest/grid.ts';
import { kneeOf } from '../../src/suggest/knee.ts';
import { performThreshold, type ThresholdResult } from '../../src/suggest/perform-threshold.ts';
import { durationText, thresholdNumbers, withNumber } from '../../src/suggest/thresholds.ts';
import {
  dayMs,
  define,
  makeOrders,
  shopStart,
  silentFor,
  storyOf,
  type Order,
} from '../backtest/small-shop.ts';

function numbersIn(text: string): ReturnType<typeof thresholdNumbers> {
  const { tree } = parseRule(text);
  if (tree === undefined) throw new Error(text);
  return thresholdNumbers(tree);
}

describe('the numbers of a rule', () => {
  it.each([
    [silentFor(60), ['60d']],
    ['count("Order Completed", last 90d) >= 3', ['3', '90d']],
    ['sum(revenue of "Order Completed") > 499.5', ['499.5']],
    ['age(last "Order Completed") >= 60d and age(last "Order Completed") < 90d', ['60d', '90d']],
    ['not did "Order Completed" last 30 calendar days', ['30 calendar days']],
    ['(trait.visits >= 5 and 10 < trait.points) for 14d', ['5', '10', '14d']],
    ['seq("Product Added", no "Order Completed" within 2h) last 3d', ['2h', '3d']],
    ['count("Product Viewed" where price > 100, last 7d) <= 0.8 * count("Product Viewed", last 14d)', []],
    ['trait.country = "GB" or in list vip or sample(10%, "x")', []],
    ['until(trait.renews_at) < 7d and trait.born > 1990-01-01', ['7d']],
  ])('of %s are %j', (text, numbers) => {
    expect(numbersIn(text).map((number) => number.text)).toEqual(numbers);
  });

  it('are replaced one at a time, each in its place', () => {
    const { tree } = parseRule('count("Order Completed", last 90d) >= 3 and not did "Signed In" last 2w');
    if (tree === undefined) throw new Error('it parses');
    const [count, window, silence] = thresholdNumbers(tree);
    if (count === undefined || window === undefined || silence === undefined) throw new Error('three');
    expect(formatRule(withNumber(tree, count, 5))).toContain('>= 5');
    expect(formatRule(withNumber(tree, window, 30 * dayMs))).toContain('last 30d) >= 3');
    expect(formatRule(withNumber(tree, silence, 36 * 3_600_000))).toContain('last 36h');
  });

  it('are tried where customers differ, the one in force among them', () => {
    const [number] = numbersIn(silentFor(60));
    if (number === undefined) throw new Error('one');
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1, max: 1e11, noNaN: true }), { maxLength: 200 }), (gaps) => {
        const grid = gridOf(number, gaps);
        expect(grid.length).toBeLessThanOrEqual(gridMax);
        expect(grid).toContain(60 * dayMs);
        expect(grid).toEqual([...new Set(grid)].sort((a, b) => a - b));
        for (const ms of grid) {
          expect(parseRule(silentFor(1).replace('1d', durationText(ms))).tree).toBeDefined();
        }
      }),
    );
  });
});

describe('the knee', () => {
  it('is the point farthest from the straight line between the ends', () => {
    const points = [0, 0.2, 0.4, 0.8, 1].map((x) => ({
      x,
      y: x <= 0.4 ? 1 - x * 0.1 : 0.96 - (x - 0.4) * 1.6,
    }));
    expect(kneeOf(points)).toBe(2);
  });

  it('is not there where there is no bend, nor with two points', () => {
    expect(kneeOf([0, 1, 2, 3].map((x) => ({ x, y: 3 - x })))).toBeUndefined();
    expect(
      kneeOf([
        { x: 0, y: 1 },
        { x: 1, y: 0 },
      ]),
    ).toBeUndefined();
    expect(kneeOf([])).toBeUndefined();
  });
});

async function suggested(
  orders: readonly Order[],
  wanted: Partial<WantedThreshold>,
): Promise<ThresholdResult> {
  const question = askThreshold(
    define({}),
    { rule: silentFor(20), from: '2025-04-01', to: '2025-10-01', within: '30d', ...wanted },
    { timeZone: 'UTC', now: shopStart + 900 * dayMs },
  );
  if (!question.ok) throw new Error(JSON.stringify(question.error));
  const result = await performThreshold(question.value, storyOf(orders));
  if (result === undefined) throw new Error('it was stopped');
  return result;
}

describe('a suggestion for a number', () => {
  it('says of each what counting slowly says', async () => {
    const orders = makeOrders(50, 300, 21);
    const { versions, looks, customers, expected } = await suggested(orders, {});
    const end = Math.max(...orders.map(({ at }) => at));
    const from = Date.parse('2025-04-01');
    const times = [0, 1, 2, 3, 4, 5, 6]
      .map((k) => from + k * 30 * dayMs)
      .filter((t) => t + 30 * dayMs < end && t < Date.parse('2025-10-01'));
    expect(looks).toEqual(times.map((t) => new Date(t).toISOString()));
    const names = [...new Set(orders.map(({ customer }) => customer))];
    const answers = times.flatMap((t) =>
      names.flatMap((name) => {
        const own = orders.filter(({ customer }) => customer === name);
        const last = own.filter(({ at }) => at <= t).at(-1)?.at;
        if (last === undefined) return [];
        return [{ silent: t - last, right: !own.some(({ at }) => at > t && at <= t + 30 * dayMs) }];
      }),
    );
    expect(customers).toBe(answers.length);
    expect(expected).toBe(answers.filter(({ right }) => right).length);
    for (const { number, size, precision, recall } of versions) {
      const ms = Number.parseFloat(number) * (number.endsWith('d') ? dayMs : 3_600_000);
      const members = answers.filter(({ silent }) => silent >= ms);
      const right = members.filter((answer) => answer.right).length;
      expect(size * looks.length).toBeCloseTo(members.length, 9);
      if (members.length > 0) expect(precision).toBeCloseTo(right / members.length, 9);
      expect(recall).toBeCloseTo(right / expected, 9);
    }
    expect(versions.filter(({ current }) => current).map(({ number }) => number)).toEqual(['20d']);
  });

  it('takes numbers of counts and sums from what customers have', async () => {
    const orders = makeOrders(80, 300, 4);
    const counts = await suggested(orders, { rule: 'count("Order Completed") >= 3', expects: 'does' });
    const numbers = counts.versions.map(({ number }) => Number(number));
    expect(numbers.length).toBeGreaterThan(5);
    expect(numbers.every((n) => Number.isInteger(n))).toBe(true);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(orders.length);
    // A greater number has fewer members.
    const sizes = counts.versions.map(({ size }) => size);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const sums = await suggested(orders, {
      rule: 'sum(revenue of "Order Completed", last 90d) >= 100',
      expects: 'does',
    });
    expect(sums.versions.length).toBeGreaterThan(8);
  });

  it('of nothing has nothing to say', async () => {
    const { versions, knee, customers } = await suggested([], {});
    expect(customers).toBe(0);
    expect(knee).toBeUndefined();
    expect(versions.every(({ size }) => size === 0)).toBe(true);
  });
});

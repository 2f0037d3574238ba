import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decimalScale,
  ExactSum,
  fromUnits,
  roundSignificant,
  sumExactly,
  toUnits,
} from '../../src/base/decimal.ts';

/** Finite doubles as they come: money, whole numbers, and anything at all. */
const money = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100);
const anyDouble = fc.double({ noNaN: true, noDefaultInfinity: true });
const number = fc.oneof(
  { weight: 4, arbitrary: money },
  { weight: 2, arbitrary: fc.integer() },
  { weight: 2, arbitrary: anyDouble },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      5e-324,
      -5e-324,
      1e300,
      -1e300,
      1.7976931348623157e308,
      2 ** 53,
      0.1,
      1e-7,
      1e21,
    ),
  },
);

/** The exact sum of the shortest readings as a fraction over 10^400, another way: through the digits of the text. */
function unitsOfText(x: number): bigint {
  const [mantissa = '', exponent = '0'] = x.toExponential().split('e');
  const sign = mantissa.startsWith('-') ? -1n : 1n;
  const digits = mantissa.replace('-', '').replace('.', '');
  return sign * BigInt(digits) * 10n ** BigInt(400 + Number(exponent) - (digits.length - 1));
}

/** Rounds n / 10^400 to the nearest double, ties to even, by comparing with neighbouring doubles exactly. */
function nearest(n: bigint): number {
  if (n < 0n) return -nearest(-n);
  if (n === 0n) return 0;
  // The greatest power of two with at most 53 bits of quotient.
  const d = 10n ** 400n;
  let shift = 0n;
  let q = n / d;
  if (q >= 2n ** 53n) {
    while (n / (d << shift) >= 2n ** 53n) shift += 1n;
  } else {
    while (q < 2n ** 52n && shift > -1074n) {
      shift -= 1n;
      q = (n << -shift) / d;
    }
  }
  const top = shift < 0n ? n << -shift : n;
  const bottom = shift > 0n ? d << shift : d;
  q = top / bottom;
  const rest = (top - q * bottom) * 2n;
  if (rest > bottom || (rest === bottom && q % 2n === 1n)) q += 1n;
  const scaled = Number(q);
  // In two steps, each exact: 2^−1074 alone is no power that a product may pass through.
  return shift < -1000n ? scaled * 2 ** -74 * 2 ** Number(shift + 74n) : scaled * 2 ** Number(shift);
}

describe('an exact sum', () => {
  test('is the sum of the decimals as written, rounded once', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 12 }), (values) => {
        const exact = values.reduce((sum, x) => sum + unitsOfText(x), 0n);
        expect(sumExactly(values) + 0).toBe(nearest(exact) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('depends only on what is in it: not on order, nor on what came and went', () => {
    fc.assert(
      fc.property(fc.array(number), fc.array(number), (kept, gone) => {
        const sum = new ExactSum();
        for (const x of gone) sum.add(x);
        for (const x of kept) sum.add(x);
        for (const x of gone) sum.remove(x);
        expect(sum.value()).toBe(sumExactly(kept.toReversed()));
        expect(sum.count).toBe(kept.length);
      }),
    );
  });

  test('merges with another and survives being written down', () => {
    fc.assert(
      fc.property(fc.array(number), fc.array(number), (ours, theirs) => {
        const sum = new ExactSum();
        for (const x of ours) sum.add(x);
        const other = new ExactSum();
        for (const x of theirs) other.add(x);
        sum.merge(ExactSum.restore(other.state()));
        const again = ExactSum.restore(sum.state());
        expect(again.value()).toBe(sumExactly([...ours, ...theirs]));
        expect(again.state()).toEqual(sum.state());
      }),
    );
  });

  test.each([
    [[0.1, 0.2], 0.3],
    [Array.from({ length: 10 }, () => 0.1), 1],
    [[0.1, 0.2, -0.3], 0],
    [[1e300, 0.1, -1e300], 0.1],
    [[5e-324, 5e-324], 1e-323],
    [[1.7976931348623157e308, 1.7976931348623157e308], Infinity],
    [[9007199254740991, 1, 1], 9007199254740992],
    [[9007199254740991, 1, 1, 1], 9007199254740994],
    [[], 0],
  ])('of %j is %d', (values, expected) => {
    expect(sumExactly(values)).toBe(expected);
  });
});

describe('units', () => {
  test('a number is its units over a power of ten, both ways', () => {
    fc.assert(
      fc.property(money, (x) => {
        const units = toUnits(x, 6);
        expect(units === undefined ? NaN : fromUnits(units, 6)).toBe(x);
        expect(decimalScale(x)).toBeLessThanOrEqual(2);
      }),
    );
  });

  test.each([
    [0, 0],
    [1, 0],
    [49.95, 2],
    [-0.5, 1],
    [1e300, 0],
    [5e-324, 324],
    [1e-7, 7],
    [1.5e-7, 8],
    [1 / 3, 16],
    [123456789.123456789, 8],
  ])('%d has %i decimals', (x, scale) => {
    expect(decimalScale(x)).toBe(scale);
  });

  test.each([
    [0.1, 0],
    [1e16, 0],
    [1 / 3, 6],
  ])('%d is no whole number of units of 10^-%i', (x, scale) => {
    expect(toUnits(x, scale)).toBeUndefined();
  });
});

test.each([
  [0.1 + 0.2, 0.3],
  [0.8 * 604_800_000, 483_840_000],
  [1 / 3, 0.333333333333333],
  [9007199254740991, 9007199254740991],
  [1e300, 1e300],
  [-0, 0],
])('%d is %d to fifteen significant digits', (x, expected) => {
  expect(roundSignificant(x)).toBe(expected);
});

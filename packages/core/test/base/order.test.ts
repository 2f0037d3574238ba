import fc from 'fast-check';
import { expect, test } from 'vitest';
import { murmur3, sampleFraction } from '../../src/base/murmur.ts';
import { compareStrings } from '../../src/base/order.ts';

const codePoints = (text: string): readonly number[] => Array.from(text, (c) => c.codePointAt(0) ?? 0);

test('texts are ordered by code point', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const [x, y] = [codePoints(a), codePoints(b)];
      const i = x.findIndex((code, index) => code !== y[index]);
      const expected = i === -1 ? x.length - y.length : (x[i] ?? -1) - (y[i] ?? -1);
      expect(Math.sign(compareStrings(a, b))).toBe(Math.sign(expected));
    }),
  );
  expect(compareStrings('\uFF01', '😀')).toBeLessThan(0);
  expect(compareStrings('a', 'ab')).toBeLessThan(0);
  expect(compareStrings('Z', 'a')).toBeLessThan(0);
});

// From the reference implementation (MurmurHash3_x86_32, seed 0).
test.each([
  ['', 0],
  ['a', 0x3c2569b2],
  ['aa', 0x371091a9],
  ['aaa', 0xb4d05fb7],
  ['aaaa', 0x7eeed987],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['é', 0x10110787],
  ['😀', 0xbeb42efa],
  ['zażółć 😀 x', 0x844c83cf],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('murmur3 of “%s”', (text, expected) => {
  expect(murmur3(text)).toBe(expected);
});

test('a lone surrogate is hashed as its replacement', () => {
  expect(murmur3('\uD800')).toBe(murmur3('\uFFFD'));
});

test('a sample is spread evenly', () => {
  const fractions = Array.from({ length: 10_000 }, (_, i) => sampleFraction('seed', `user-${i}`));
  const mean = fractions.reduce((sum, x) => sum + x, 0) / fractions.length;
  expect(mean).toBeGreaterThan(0.49);
  expect(mean).toBeLessThan(0.51);
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThan(1);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { SeenMessages } from '../../src/engine/seen-messages.ts';

test('an id is new once, whatever it looks like', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string(), fc.nat(50).map(String), fc.uuid()), { maxLength: 300 }),
      (ids) => {
        const seen = new SeenMessages(10_000);
        const known = new Set<string>();
        for (const id of ids) {
          expect(seen.see(id)).toBe(known.has(id));
          known.add(id);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('ids that differ in one character only are different ids', () => {
  const seen = new SeenMessages(1_000_000);
  let again = 0;
  for (let i = 0; i < 100_000; i++) if (seen.see(`order-${String(i).padStart(9, '0')}-x`)) again++;
  for (let i = 0; i < 36; i++) {
    for (let code = 33; code < 127; code++) {
      const id = `${'a'.repeat(i)}${String.fromCharCode(code)}${'a'.repeat(36 - i)}`;
      if (code !== 97 && seen.see(id)) again++;
    }
  }
  expect(again).toBe(0);
});

test('what was written down is known again, and gives the same state', () => {
  const seen = new SeenMessages(3_000);
  for (let i = 0; i < 5_000; i++) seen.see(`m${i}`);
  const copy = new SeenMessages(3_000);
  copy.restore(seen.state());
  expect(copy.state()).toEqual(seen.state());
  for (let i = 3_600; i < 5_000; i++) expect(copy.see(`m${i}`)).toBe(true);
});

test('what was given piece by piece gives the same state, also without the oldest pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(700), { minLength: 1, maxLength: 12 }), fc.nat(500), (pieces, before) => {
      const seen = new SeenMessages(1_000);
      let n = 0;
      const see = (count: number): void => {
        for (let i = 0; i < count; i++) seen.see(`m${n++ - (i % 7)}`);
      };
      see(before);
      const given = pieces.map((count) => {
        see(count);
        return seen.takeFresh();
      });
      const words = given.reduce((sum, { length }) => sum + length, 0);
      while (words > 0 && given.length > 1) {
        const rest = given.slice(1).reduce((sum, { length }) => sum + length, 0);
        if (rest < 3_000) break;
        given.shift();
      }
      const copy = new SeenMessages(1_000);
      copy.restoreHashes(given, seen.sizes);
      expect(copy.state()).toEqual(seen.state());
      expect(copy.takeFresh()).toHaveLength(0);
      for (let i = 0; i < 900; i++) {
        const id = `m${n + (i % 3 === 0 ? i : -i)}`;
        expect(copy.see(id)).toBe(seen.see(id));
      }
      expect(copy.state()).toEqual(seen.state());
    }),
    { numRuns: 100 },
  );
});

test('pieces large and small are taken up alike, whichever generation they belong to', () => {
  const seen = new SeenMessages(40_000);
  let n = 0;
  const given = [9_000, 3, 12_000, 400, 0, 15_000, 7, 8_000].map((count) => {
    for (let i = 0; i < count; i++) seen.see(`m${n++}`);
    return seen.takeFresh();
  });
  const copy = new SeenMessages(40_000);
  copy.restoreHashes(given, seen.sizes);
  expect(copy.sizes).toEqual(seen.sizes);
  expect(copy.state()).toEqual(seen.state());
  for (let i = n - 20_000; i < n; i++) expect(copy.see(`m${i}`)).toBe(true);
  for (let i = 0; i < 1_000; i++) expect(copy.see(`new ${i}`)).toBe(false);
});

test('hashes that are not by parts are refused', () => {
  const seen = new SeenMessages(100_000);
  for (let i = 0; i < 10_000; i++) seen.see(`m${i}`);
  const words = seen.takeFresh();
  for (let from = 0; from < words.length; from += 3) words.subarray(from, from + 3).reverse();
  words.reverse();
  expect(() => {
    new SeenMessages(100_000).restoreHashes([words], seen.sizes);
  }).toThrow('hashes by parts');
});

test('between half of the ids and all of them are remembered', () => {
  const seen = new SeenMessages(1_000);
  for (let i = 0; i < 10_000; i++) expect(seen.see(`m${i}`)).toBe(false);
  for (let i = 9_500; i < 10_000; i++) expect(seen.see(`m${i}`)).toBe(true);
  expect(seen.see('m100')).toBe(false);
});

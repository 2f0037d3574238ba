import fc from 'fast-check';
import { expect, test } from 'vitest';

import { LongScroll, shownPixelsMax } from '../src/features/customers/long-scroll.ts';

const view = 600;
const million = 44_000_000;

test('a list that a browser can show is scrolled as it is', () => {
  const scroll = new LongScroll(44_000, view, { top: 0, offset: 0 });
  expect(scroll.shownPixels).toBe(44_000);
  scroll.scrolledTo(12_345);
  expect(scroll.offset).toBe(12_345);
});

test('a little is a little, however long the list', () => {
  const scroll = new LongScroll(million, view, { top: 0, offset: 0 });
  expect(scroll.shownPixels).toBe(shownPixelsMax);
  scroll.scrolledTo(4_000_000);
  const { offset } = scroll;
  expect(offset / million).toBeCloseTo(0.5, 2);
  scroll.scrolledTo(4_000_100);
  expect(scroll.offset).toBe(offset + 100);
  scroll.scrolledTo(4_000_040);
  expect(scroll.offset).toBe(offset + 40);
});

test('both ends are reached, whatever way is taken, and nothing lies beyond them', () => {
  const tops = fc.array(fc.nat(shownPixelsMax - view), { maxLength: 30 });
  fc.assert(
    fc.property(tops, fc.integer({ min: view, max: million }), (path, content) => {
      const scroll = new LongScroll(content, view, { top: 0, offset: 0 });
      const topMax = scroll.shownPixels - view;
      for (const top of path) {
        scroll.scrolledTo(Math.min(top, topMax));
        expect(scroll.offset).toBeGreaterThanOrEqual(0);
        expect(scroll.offset).toBeLessThanOrEqual(content - view);
      }
      scroll.scrolledTo(topMax);
      expect(scroll.offset).toBe(content - view);
      scroll.scrolledTo(0);
      expect(scroll.offset).toBe(0);
    }),
  );
});

test('a list that has become longer or shorter goes on from where it was', () => {
  const before = new LongScroll(million, view, { top: 0, offset: 0 });
  before.scrolledTo(1_000);
  const after = new LongScroll(million + 44, view, before);
  expect(after.offset).toBe(1_000);
});

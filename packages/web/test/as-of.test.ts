import { expect, test } from 'vitest';

import { askedAgainMs, isBehind } from '../src/data/as-of.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const behind = (entries: number, msAgo = 400) => ({
  asOf: { position: 7, at: new Date(now - msAgo).toISOString(), behind: entries },
});

test('an answer that knew everything, or is not about the past, is not asked for again', () => {
  expect(askedAgainMs(behind(0), 1, now)).toBe(false);
  expect(askedAgainMs({ items: [] }, 1, now)).toBe(false);
  expect(askedAgainMs(undefined, 0, now)).toBe(false);
});

test('what came just before the question is in an answer a moment later, and no stream of it asks for ever', () => {
  expect(askedAgainMs(behind(400), 1, now)).toBe(3_000);
  expect(askedAgainMs(behind(400), 2, now)).toBe(3_000);
  expect(askedAgainMs(behind(400), 3, now)).toBe(false);
});

test('what the store is catching up with is asked for until it has', () => {
  expect(askedAgainMs(behind(5_000), 50, now)).toBe(3_000);
  expect(askedAgainMs(behind(1, 60_000), 50, now)).toBe(3_000);
  expect(askedAgainMs({ asOf: { position: 0, behind: 1 } }, 50, now)).toBe(3_000);
});

test('of an answer in pages the first says it', () => {
  expect(askedAgainMs({ pages: [behind(400), behind(0)], pageParams: [] }, 1, now)).toBe(3_000);
});

test('who asks about the past misses nothing of what came after it', () => {
  const { asOf } = behind(5_000, 60_000);
  expect(isBehind(asOf, now)).toBe(true);
  expect(isBehind(asOf, now, now - 60_000)).toBe(false);
  expect(isBehind(asOf, now, now - 59_999)).toBe(true);
  expect(isBehind({ position: 0, behind: 1 }, now, now - 86_400_000)).toBe(true);
});

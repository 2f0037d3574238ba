import { expect, test } from 'vitest';

import type { StreamItem } from '@segue/client/change-stream.ts';
import { parseRule } from '@segue/core/rules/parse.ts';

import { lineOf } from '../src/charts/line-of.ts';
import { withTold } from '../src/data/live-sizes.ts';
import { ruleOf, sumsOf } from '../src/features/lifecycles/rfm-cells.ts';
import { type SeenState, withSeen } from '../src/features/live/seen-state.ts';

test('sizes are what was told last of each, and what is gone is gone', () => {
  const first = withTold(undefined, {
    customers: 3,
    segments: { vip: 1, ['__proto__']: 2 },
    lifecycles: { default: { active: 2, lost: 1 } },
  });
  const then = withTold(first, {
    customers: 4,
    segments: { vip: null },
    lifecycles: { default: { lost: 2 }, other: { new: 4 } },
  });
  expect([...then.segments]).toEqual([['__proto__', 2]]);
  expect(then.customers).toBe(4);
  expect([...(then.lifecycles.get('default') ?? [])]).toEqual([
    ['active', 2],
    ['lost', 2],
  ]);
  expect(then.lifecycles.has('other')).toBe(true);
  expect(withTold(then, { lifecycles: { other: null } }).lifecycles.has('other')).toBe(false);
  // What was known before stays as it was.
  expect(first.segments.get('vip')).toBe(1);
});

const change = (seq: number): StreamItem => ({
  kind: 'change',
  change: {
    seq,
    customer: { id: 1, displayId: 'asha', identifiers: [] },
    segment: 'vip',
    change: 'entered',
    at: '2026-01-01T00:00:00.000Z',
    atMs: 0,
    cause: 'event',
  },
});
const message = (position: number) =>
  ({
    position,
    customer: 'asha',
    type: 'track',
    name: 'Order Completed',
    messageId: `m${String(position)}`,
    timestamp: '2026-01-01T00:00:00.000Z',
    source: 'shop',
  }) as const;

test('what comes stands newest first, each once, and says what was passed over', () => {
  const empty: SeenState = { items: [], count: 0, hasGap: false };
  const first = withSeen(empty, [
    { kind: 'messages', seen: { messages: [message(7), message(8)], skipped: 3 } },
    change(0),
  ]);
  expect(first.items.map(({ key }) => key)).toEqual(['c0', 'm8', 'm7', 's7']);
  const again = withSeen(first, [change(0), change(1), { kind: 'gap', gap: { from: 2, to: 5 } }]);
  expect(again.items.map(({ key }) => key).slice(0, 2)).toEqual(['c1', 'c0']);
  expect(again).toMatchObject({ count: 5, hasGap: true });
  const many = withSeen(
    again,
    Array.from({ length: 2_000 }, (_, i) => change(10 + i)),
  );
  expect(many.items).toHaveLength(1_000);
  expect(many.items[0]?.key).toBe('c2009');
});

test('a sparkline goes from the least at the bottom to the greatest at the top', () => {
  expect(lineOf([0, 5, 10])).toBe('M2.0 22.0L48.0 12.0L94.0 2.0');
  expect(lineOf([3, 3])).toBe('M2.0 12.0L94.0 12.0');
  expect(lineOf([7])).toBe('M2.0 12.0');
});

test('the grid sums over monetary scores, and knows their mean', () => {
  const sums = sumsOf([
    { recency: 5, frequency: 4, monetary: 5, size: 3 },
    { recency: 5, frequency: 4, monetary: 1, size: 1 },
    { recency: 1, frequency: 1, monetary: 2, size: 9 },
  ]);
  expect(sums.get('5 4')).toEqual({ size: 4, monetary: 4 });
  expect(sums.get('1 1')).toEqual({ size: 9, monetary: 2 });
});

test('what is picked is said as a rule that can be read', () => {
  for (const model of ['default', 'wholesale']) {
    for (const pick of [
      { kind: 'group', model, group: 'champions' },
      { kind: 'cell', model, recency: 5, frequency: 1 },
    ] as const) {
      expect([ruleOf(pick), parseRule(ruleOf(pick)).tree !== undefined]).toEqual([ruleOf(pick), true]);
    }
  }
});

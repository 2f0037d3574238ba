import { expect, test } from 'vitest';

import { readDefinitions, readRule } from '../src/features/segments/read-rule.ts';

const none = readDefinitions({});

test('a rule is read in the page as on the server: in words, laid out, or with what is wrong and where', () => {
  const right = readRule('did "Order Completed" last 30d', none);
  expect(right.isRight).toBe(true);
  expect(right.english).toBe('Customers who have done “Order Completed” in the last 30 days.');
  const wrong = readRule('did "Order Completed" lst 30d', none);
  expect(wrong.isRight).toBe(false);
  expect(wrong.diagnostics[0]).toMatchObject({ severity: 'error', line: 1, column: 23 });
});

test('a rule may speak of segments that are in force, and of no others', () => {
  const definitions = readDefinitions({ segments: { vip: 'count("Order Completed") > 3' } });
  expect(readRule('in vip', definitions).isRight).toBe(true);
  expect(readRule('in vipp', definitions).diagnostics[0]?.nearest).toBe('vip');
});

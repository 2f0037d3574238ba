import { expect, test } from 'vitest';

import { emptyStep, stepOf } from '../src/features/customers/what-if-steps.ts';

test('properties are written as names and values, or as JSON', () => {
  const event = {
    ...emptyStep('event', ' Order Completed '),
    value: 'revenue: 80.5, category: red shoes, gift',
  };
  expect(stepOf(event)).toEqual({
    event: 'Order Completed',
    properties: { revenue: 80.5, category: 'red shoes', gift: true },
  });
  expect(stepOf({ ...event, value: '{"a": {"b": [1, 2]}}' })).toMatchObject({
    properties: { a: { b: [1, 2] } },
  });
  expect(stepOf({ ...event, value: '{broken' })).toMatchObject({ properties: { '{broken': true } });
  expect(stepOf(emptyStep('event', 'A'))).toEqual({ event: 'A' });
});

test('a trait is a number, a flag, nothing or a text, as it reads', () => {
  const trait = emptyStep('trait', 'plan');
  expect(stepOf({ ...trait, value: 'pro' })).toEqual({ traits: { plan: 'pro' } });
  expect(stepOf({ ...trait, value: '12' })).toEqual({ traits: { plan: 12 } });
  expect(stepOf({ ...trait, value: '"12"' })).toEqual({ traits: { plan: '12' } });
  expect(stepOf({ ...trait, value: 'null' })).toEqual({ traits: { plan: null } });
});

test('an event has the instant that is chosen, and time passes for as long as is written', () => {
  const at = '2026-11-22T10:30';
  expect(stepOf({ ...emptyStep('event', 'A'), at })).toEqual({ event: 'A', at });
  expect(stepOf(emptyStep('wait', ' 3d '))).toEqual({ wait: '3d' });
});

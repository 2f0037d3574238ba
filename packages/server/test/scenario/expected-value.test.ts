import { describe, expect, it } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import { showDuration, showValue, valueMatches } from '../../src/scenario/expected-value.ts';
import type { ExpectedValue } from '../../src/scenario/scenario.ts';

const zone = new Zone('Asia/Kolkata');
const midnight = Date.parse('2026-10-31T18:30:00Z');

describe('a value is what is expected', () => {
  const cases: [ExpectedValue, RuleValue, boolean][] = [
    [null, undefined, true],
    [null, 0, false],
    [0, undefined, false],
    [49.5, 49.5, true],
    [0.333333333, 1 / 3, true],
    [0.33333333, 1 / 3, false],
    [123456789, 123456789.4, true],
    [123456789, 123456790, false],
    [1e-300, 1.0000000001e-300, true],
    [-5, 5, false],
    [0, -0, true],
    ['5', 5, false],
    ['a', 'a', true],
    ['A', 'a', false],
    [true, true, true],
    ['2h', { kind: 'duration', ms: 7_200_000 }, true],
    ['-1h30m', { kind: 'duration', ms: -5_400_000 }, true],
    ['2h', { kind: 'duration', ms: 7_200_001 }, false],
    [7_200_000, { kind: 'duration', ms: 7_200_000 }, false],
    ['2026-11-01', { kind: 'instant', ms: midnight }, true],
    ['2026-10-31T18:30:00Z', { kind: 'instant', ms: midnight }, true],
    ['2026-10-31T18:30:00.001Z', { kind: 'instant', ms: midnight }, false],
    [['a', 'b'], { kind: 'list', elements: ['a', 'b'] }, true],
    [['b', 'a'], { kind: 'list', elements: ['a', 'b'] }, false],
    [['a'], { kind: 'list', elements: ['a', 'b'] }, false],
    ['a', { kind: 'list', elements: ['a'] }, false],
  ];
  it.each(cases)('%j and %j: %s', (expected, found, matches) => {
    expect(valueMatches(expected, found, zone)).toBe(matches);
  });
});

it('values are shown as rules write them', () => {
  expect(showDuration(129_600_000)).toBe('1d12h');
  expect(showDuration(-61_001)).toBe('-1m1s1ms');
  expect(showDuration(0)).toBe('0ms');
  expect(showDuration(0.5)).toBe('0.5ms');
  expect(showValue({ kind: 'list', elements: ['a', 1, undefined] }, zone)).toBe('["a", 1, missing]');
  expect(showValue({ kind: 'instant', ms: midnight }, zone)).toBe('2026-11-01T00:00:00.000+05:30');
});

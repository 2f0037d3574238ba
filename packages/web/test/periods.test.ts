/** Periods of days of the workspace, and the ones before them. */

import { Zone } from '@segue/core/base/zone.ts';
import { describe, expect, test } from 'vitest';

import { periodsOf, piecesOf } from '../src/charts/days.ts';

describe('a period over a change of clocks', () => {
  const zone = new Zone('Europe/Berlin');
  // Midnight in summer; clocks were set forward on 29 March.
  const until = Date.parse('2026-05-01T00:00:00+02:00');

  test('begins where a day begins, and so does the one before it', () => {
    expect(periodsOf(zone, 90, until)).toEqual({
      now: { from: '2026-01-30T23:00:00.000Z', to: '2026-04-30T22:00:00.000Z' },
      before: { from: '2025-11-01T23:00:00.000Z', to: '2026-01-30T23:00:00.000Z' },
    });
    expect(piecesOf(zone, 365, until).from).toBe('2025-04-30T22:00:00.000Z');
  });

  test('up to now begins at the same time of day', () => {
    const now = Date.parse('2026-11-10T15:20:00+01:00');
    expect(periodsOf(zone, 30, now).now.from).toBe('2026-10-11T13:20:00.000Z');
    expect(periodsOf(zone, 7, now).now.from).toBe('2026-11-03T14:20:00.000Z');
  });
});

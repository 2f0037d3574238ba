/** The period that a backtest or a suggestion is about: what has been, in days of the workspace. */

import { describe, expect, it } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';

import { readPeriod } from '../../src/backtest/ask-backtest.ts';

describe('a period that is asked about', () => {
  const zone = new Zone('Europe/Berlin');
  // An hour after midnight there, while it is still the day before in UTC.
  const now = Date.UTC(2026, 5, 9, 23);
  const read = (from: string, to?: string) =>
    readPeriod(to === undefined ? { from } : { from, to }, zone, now);
  const from = Date.UTC(2026, 4, 31, 22);

  it('ends now where no end is given, or where the end is that of today', () => {
    expect(read('2026-06-01')).toEqual({ ok: true, value: { from, to: now } });
    expect(read('2026-06-01', '2026-06-11')).toEqual({ ok: true, value: { from, to: now } });
    expect(read('2026-06-01', '2026-06-10T00:30:00')).toEqual({
      ok: true,
      value: { from, to: now - 1_800_000 },
    });
  });

  it('is refused where it ends after today, with what would do', () => {
    for (const to of ['2026-06-12', '2030-01-01', '2026-06-11T00:00:00.001']) {
      const message = `The period ends (${to}) in what lies ahead, and today is 2026-06-10; give an end up to now, or none.`;
      expect(read('2026-06-01', to)).toMatchObject({
        ok: false,
        error: [{ code: 'backtest/period', message }],
      });
    }
  });

  it('is refused where there would be nothing of it yet', () => {
    expect(read('2026-06-10T02:00:00', '2026-06-11').ok).toBe(false);
    expect(read('2026-06-10', '2026-06-10').ok).toBe(false);
  });
});

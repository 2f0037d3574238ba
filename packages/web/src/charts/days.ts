/** Periods of whole days of the workspace: as long by the calendar, also where clocks are changed within one. */

import type { Zone } from '@segue/core/base/zone.ts';

export type Days = 7 | 30 | 90 | 365;
export const periods: readonly Days[] = [7, 30, 90, 365];

/** Instants; from included, to excluded. */
export type Period = { readonly from: string; readonly to: string };

/** So many days up to an instant, and as many before them. */
export function periodsOf(
  zone: Zone,
  days: Days,
  until: number,
): { readonly now: Period; readonly before: Period } {
  const at = (daysAgo: number): string => new Date(zone.daysBefore(until, daysAgo)).toISOString();
  return { now: { from: at(days), to: at(0) }, before: { from: at(2 * days), to: at(days) } };
}

/** So many days up to an instant, and pieces of a size that can be seen. */
export function piecesOf(
  zone: Zone,
  days: Days,
  until: number,
): Period & { readonly every: 'hour' | 'day' | 'week' } {
  return {
    ...periodsOf(zone, days, until).now,
    every: days === 7 ? 'hour' : days === 365 ? 'week' : 'day',
  };
}

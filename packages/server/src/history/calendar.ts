/** A period cut into hours, days, weeks or months of the workspace's time zone. */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';

export const everyUnits = ['hour', 'day', 'week', 'month'] as const;
export type Every = (typeof everyUnits)[number];

/** From included, to excluded. */
export type Period = { readonly from: Instant; readonly to: Instant };

/** Pieces that one answer has at most. */
export const piecesMax = 5_000;

const hourMs = 3_600_000;

/**
 * Where the pieces begin: the first at or before `from`, the last before `to`. Undefined where there would be too many.
 * Hours are counted from midnight, so where a clock change makes one longer or shorter it stays one of 60 minutes.
 */
export function startsOf(zone: Zone, { from, to }: Period, every: Every): readonly Instant[] | undefined {
  const starts: Instant[] = [];
  const first = every === 'hour' ? from : zone.windowStart(from, 1, every);
  for (let start = every === 'hour' ? hourOf(zone, first) : first; start < to;) {
    if (starts.length === piecesMax) return undefined;
    starts.push(start);
    start = every === 'hour' ? nextHour(zone, start) : zone.nextUnit(start, every);
  }
  return starts;
}

/** In SQL: where the piece of an instant begins. It halves its way through the list, which is not to be empty. */
export function startOf(instant: string, starts: readonly Instant[]): string {
  return `roundDown(${instant}, [${starts.join(', ')}])`;
}

function hourOf(zone: Zone, t: Instant): Instant {
  const midnight = zone.startOfDay(t);
  return midnight + Math.floor((t - midnight) / hourMs) * hourMs;
}

function nextHour(zone: Zone, start: Instant): Instant {
  return Math.min(start + hourMs, zone.nextDay(start));
}

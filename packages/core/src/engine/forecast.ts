/**
 * What time alone will bring: who enters and leaves segments over the next days if nothing happens.
 *
 * Idea. A copy of the engine lives through those days; what it emits is the forecast. So it is exact, to the
 * millisecond, and it is the same code that will emit these changes when their time comes. The engine is untouched.
 *
 * Populations are taken anew at local midnights on the way, as they will be; a change that they bring is marked so, as
 * it also depends on what the others do. Messages dated ahead take part when their time comes.
 *
 * Cost: a copy of all customers' states, and the changes.
 */

import { assert } from '../base/assert.ts';
import type { Cause, SegmentChange } from '../model/change.ts';
import type { Instant } from '../model/message.ts';
import type { Engine } from './engine.ts';

export type ForecastChange = {
  /** User id if there is one, else the first identifier. */
  readonly customer: string;
  readonly profile: number;
  readonly change: 'entered' | 'exited';
  readonly at: Instant;
  /** `time`; `population` at a midnight; `event` and `identify` for messages that are dated ahead. */
  readonly cause: Cause;
};

export type ForecastDay = {
  /** Local date, `2026-11-28`. */
  readonly date: string;
  readonly entered: number;
  readonly exited: number;
  /** When the day, or the forecast, is over. */
  readonly membersAfter: number;
  /** In order of instants. */
  readonly changes: readonly ForecastChange[];
};

export type SegmentForecast = {
  readonly segment: string;
  readonly membersNow: number;
  /** Every local day of the forecast, also those without a change. */
  readonly days: readonly ForecastDay[];
};

export type Forecast = {
  readonly from: Instant;
  /** Included. */
  readonly until: Instant;
  readonly timeZone: string;
  readonly segments: readonly SegmentForecast[];
};

/** How far ahead a forecast goes. */
export const forecastDaysMax = 3_660;
const dayMs = 86_400_000;

/** `days` of 24 hours from the engine's now; `segments` by name, each must exist. */
export function forecast(engine: Engine, segments: readonly string[], days: number): Forecast {
  assert(days >= 0 && days <= forecastDaysMax, `a forecast of 0 to ${forecastDaysMax} days`);
  const changes = new Map(segments.map((segment): [string, SegmentChange[]] => [segment, []]));
  for (const segment of segments) {
    assert(engine.definitions.segments.has(segment), `segment ${segment} exists`);
  }
  const from = engine.now;
  const until = from + Math.round(days * dayMs);
  const copy = engine.fork((change) => {
    if (change.kind === 'segment') changes.get(change.segment)?.push(change);
  });
  copy.advanceTo(until);
  return {
    from,
    until,
    timeZone: engine.zone.name,
    segments: segments.map((segment) => {
      const membersNow = engine.size(segment);
      return { segment, membersNow, days: byDay(engine, changes.get(segment) ?? [], membersNow, until) };
    }),
  };
}

function byDay(
  engine: Engine,
  changes: readonly SegmentChange[],
  membersNow: number,
  until: Instant,
): readonly ForecastDay[] {
  const { zone } = engine;
  const days: ForecastDay[] = [];
  let next = 0;
  let members = membersNow;
  for (let start = engine.now; start <= until; start = zone.nextDay(start)) {
    const end = zone.nextDay(start);
    const first = next;
    while (next < changes.length && (changes[next]?.at ?? end) < end) next++;
    const ofDay = changes.slice(first, next);
    const entered = ofDay.filter(({ change }) => change === 'entered').length;
    members += 2 * entered - ofDay.length;
    days.push({
      date: zone.format(start).slice(0, 10),
      entered,
      exited: ofDay.length - entered,
      membersAfter: members,
      changes: ofDay.map(({ profile, change, at, cause }) => ({
        customer: engine.profile(profile)?.displayId ?? String(profile),
        profile,
        change,
        at,
        cause,
      })),
    });
  }
  return days;
}

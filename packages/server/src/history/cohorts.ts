/** Retention: of those who first did something in a week, how many do it, or something else, in each week after. */

import type { Instant } from '@segue/core/model/message.ts';
import { sqlString } from '@segue/core/sql/sql-text.ts';

import { startOf } from './calendar.ts';
import type { Ask } from './through-time.ts';

export type Cohort = {
  /** Where the week (or day, or month) begins. */
  readonly from: Instant;
  readonly customers: number;
  /** Customers of the cohort who did it in piece 0 (the same), 1, 2, …; only pieces that have begun. */
  readonly active: readonly number[];
};

/** Names of the first event and of the later ones; `starts` cut the period, the last piece ends at `to`. */
export async function cohortsOf(
  { history, options }: Ask,
  events: { readonly first: string; readonly then: string },
  starts: readonly Instant[],
  to: Instant,
): Promise<readonly Cohort[]> {
  const [from] = starts;
  if (from === undefined) return [];
  const [first, then] = [sqlString(events.first), sqlString(events.then)];
  // Events are read once: everybody's first, and when they did the other, of which each piece counts once.
  const { rows } = await history.query(
    `SELECT ${startOf('first_at', starts)} AS cohort, counted.1 AS is_first, counted.2 AS piece, count() AS customers
FROM (
  SELECT first_at,
    arrayMap(t -> toInt64(${startOf('t', starts)}), arrayFilter(t -> t >= first_at, times)) AS pieces,
    arrayJoin(arrayConcat([(true, toInt64(0))], arrayMap(piece -> (false, piece), arrayDistinct(pieces)))) AS counted
  FROM (
    SELECT minIf(time, name = ${first}) AS first_at, groupArrayIf(time, name = ${then} AND time >= ${from}) AS times
    FROM events
    WHERE name IN (${first}, ${then}) AND kind = 'track' AND time < ${to}
    GROUP BY profile
    HAVING countIf(name = ${first}) > 0 AND first_at >= ${from}
  )
)
GROUP BY cohort, is_first, piece`,
    options,
  );
  const cohorts = starts.map((start, i) => ({
    from: start,
    customers: 0,
    active: new Array<number>(starts.length - i).fill(0),
  }));
  const places = new Map(starts.map((start, i) => [start, i]));
  for (const row of rows as [Instant, boolean, Instant, number][]) {
    const [cohort, isFirst, piece, customers] = row;
    const place = places.get(cohort) ?? -1;
    const of = cohorts[place];
    if (of === undefined) continue;
    if (isFirst) of.customers = customers;
    else of.active[(places.get(piece) ?? place) - place] = customers;
  }
  return cohorts;
}

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
  const { rows } = await history.query(
    `WITH firsts AS (
  SELECT profile, min(time) AS first_at
  FROM events
  WHERE name = ${sqlString(events.first)} AND kind = 'track' AND time < ${to}
  GROUP BY profile
  HAVING first_at >= ${from}
)
SELECT ${startOf('first_at', starts)} AS cohort,
  is_first, piece, uniqExact(profile) AS customers
FROM (
  SELECT profile, first_at, true AS is_first, toInt64(0) AS piece FROM firsts
  UNION ALL
  SELECT e.profile AS profile, f.first_at AS first_at, false AS is_first,
    toInt64(${startOf('e.time', starts)}) AS piece
  FROM events AS e
  INNER JOIN firsts AS f ON f.profile = e.profile
  WHERE e.name = ${sqlString(events.then)} AND e.kind = 'track' AND e.time >= f.first_at AND e.time < ${to}
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

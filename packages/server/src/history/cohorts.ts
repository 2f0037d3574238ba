/** Retention: of those who first did something in a week, how many do it, or something else, in each week after. */

import type { Instant } from '@segue/core/model/message.ts';
import { sqlString } from '@segue/core/sql/sql-text.ts';

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
  const [from = to] = starts;
  const cuts = `[${starts.join(', ')}]`;
  const { rows } = await history.query(
    `WITH firsts AS (
  SELECT profile, min(time) AS first_at
  FROM events
  WHERE name = ${sqlString(events.first)} AND kind = 'track' AND time < ${to}
  GROUP BY profile
  HAVING first_at >= ${from}
)
SELECT length(arrayFilter(s -> s <= first_at, ${cuts})) - 1 AS cohort,
  piece, uniqExact(profile) AS customers
FROM (
  SELECT profile, first_at, toInt64(-1) AS piece FROM firsts
  UNION ALL
  SELECT e.profile AS profile, f.first_at AS first_at,
    toInt64(length(arrayFilter(s -> s <= e.time, ${cuts})) - 1) AS piece
  FROM events AS e
  INNER JOIN firsts AS f ON f.profile = e.profile
  WHERE e.name = ${sqlString(events.then)} AND e.kind = 'track' AND e.time >= f.first_at AND e.time < ${to}
)
GROUP BY cohort, piece`,
    options,
  );
  const cohorts = starts.map((start, i) => ({
    from: start,
    customers: 0,
    active: new Array<number>(starts.length - i).fill(0),
  }));
  for (const [cohort, piece, customers] of rows as [number, number, number][]) {
    const of = cohorts[cohort];
    if (of === undefined) continue;
    if (piece === -1) of.customers = customers;
    else of.active[piece - cohort] = customers;
  }
  return cohorts;
}

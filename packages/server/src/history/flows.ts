/** How customers move between the stages of a lifecycle: every move of a period, and where everybody came from and went. */

import { sqlString } from '@segue/core/sql/sql-text.ts';

import type { Period } from './calendar.ts';
import type { Ask } from './through-time.ts';

/** '' stands for: not a customer yet, or no longer. */
export type Flows = {
  /** Customers in each stage just before the period and at its end. */
  readonly nodes: readonly { readonly stage: string; readonly before: number; readonly after: number }[];
  /** Customers by where they were just before the period and where they are at its end; those who stayed too. */
  readonly links: readonly { readonly from: string; readonly to: string; readonly customers: number }[];
  /** Every move within the period, also those that were undone in it. */
  readonly moves: readonly {
    readonly from: string;
    readonly to: string;
    readonly moves: number;
    readonly customers: number;
  }[];
};

export async function flowsOf(
  { history, options }: Ask,
  lifecycle: string,
  { from, to }: Period,
): Promise<Flows> {
  const changes = `FROM membership_changes
WHERE kind = 'stage' AND name = ${sqlString(lifecycle)} AND at < ${to}`;
  const ends = await history.query(
    `SELECT a, b, count() AS customers FROM (
  SELECT profile, argMaxIf(to_stage, seq, at < ${from}) AS a, argMax(to_stage, seq) AS b
  ${changes}
  GROUP BY profile
)
WHERE a != '' OR b != ''
GROUP BY a, b ORDER BY customers DESC, a, b`,
    options,
  );
  const within = await history.query(
    `SELECT from_stage, to_stage, count() AS moves, uniqExact(profile)
${changes} AND at >= ${from}
GROUP BY from_stage, to_stage ORDER BY moves DESC, from_stage, to_stage`,
    options,
  );
  const links = (ends.rows as [string, string, number][]).map(([a, b, customers]) => ({
    from: a,
    to: b,
    customers,
  }));
  const moves = (within.rows as [string, string, number, number][]).map(([a, b, count, customers]) => ({
    from: a,
    to: b,
    moves: count,
    customers,
  }));
  return { nodes: nodesOf(links), links, moves };
}

/** Who was in one stage just before the period and is in another at its end ('' as in flows), by number, after a number. */
export async function flowMembers(
  { history, options }: Ask,
  lifecycle: string,
  { from, to }: Period,
  ends: { readonly from: string; readonly to: string },
  page: { readonly after: number; readonly limit: number },
): Promise<{ readonly size: number; readonly members: readonly number[] }> {
  const { rows } = await history.query(
    `SELECT profile, count() OVER () AS size FROM (
  SELECT profile, argMaxIf(to_stage, seq, at < ${from}) AS a, argMax(to_stage, seq) AS b
  FROM membership_changes
  WHERE kind = 'stage' AND name = ${sqlString(lifecycle)} AND at < ${to}
  GROUP BY profile
)
WHERE a = ${sqlString(ends.from)} AND b = ${sqlString(ends.to)} AND (a != '' OR b != '')
ORDER BY profile <= ${page.after}, profile
LIMIT ${page.limit}`,
    options,
  );
  const found = rows as [number, number][];
  return {
    size: found[0]?.[1] ?? 0,
    members: found.map(([profile]) => profile).filter((profile) => profile > page.after),
  };
}

function nodesOf(links: Flows['links']): Flows['nodes'] {
  const nodes = new Map<string, { before: number; after: number }>();
  const nodeOf = (stage: string): { before: number; after: number } => {
    const node = nodes.get(stage) ?? { before: 0, after: 0 };
    nodes.set(stage, node);
    return node;
  };
  for (const { from, to, customers } of links) {
    if (from !== '') nodeOf(from).before += customers;
    if (to !== '') nodeOf(to).after += customers;
  }
  return [...nodes]
    .map(([stage, sizes]) => ({ stage, ...sizes }))
    .sort((a, b) => b.after - a.after || (a.stage < b.stage ? -1 : 1));
}

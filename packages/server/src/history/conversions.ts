/**
 * Where those go who enter a stage: of the entries of a period, how many went on within it, where to, and how long that took.
 *
 * Only what happened before the period's end counts, also of what is known since: so a period and the one before it, which
 * was watched for as long, can be held against each other.
 */

import { sqlString } from '@segue/core/sql/sql-text.ts';

import type { Period } from './calendar.ts';
import type { Ask } from './through-time.ts';

export type StageConversions = {
  readonly stage: string;
  /** Entries in the period; a customer who enters twice counts twice. */
  readonly entered: number;
  /** Of these, those who were still in at its end. */
  readonly ongoing: number;
  /** How long those stayed who went on, in milliseconds; null where nobody did. */
  readonly medianMs: number | null;
  /** Where they went next, the most frequent first. '' stands for: no longer a customer of their own (merged, erased). */
  readonly next: readonly {
    readonly stage: string;
    readonly entries: number;
    readonly medianMs: number;
  }[];
};

type Row = [
  stage: string,
  nextStage: string,
  isOpen: boolean | number,
  isWhole: 0 | 1,
  entries: number,
  ongoing: number,
  medianMs: number,
];

export async function conversionsOf(
  { history, options }: Ask,
  lifecycle: string,
  { from, to }: Period,
): Promise<readonly StageConversions[]> {
  const spells = `SELECT stage, isNull(next_at) AS is_open, next_stage, assumeNotNull(next_at) - at AS stayed
  FROM (
    SELECT toString(to_stage) AS stage, at,
      leadInFrame(toNullable(at), 1) OVER w AS next_at,
      leadInFrame(toString(to_stage), 1) OVER w AS next_stage
    FROM (
      SELECT profile, at, seq, to_stage FROM membership_changes
      WHERE kind = 'stage' AND name = ${sqlString(lifecycle)} AND at < ${to}
    )
    WINDOW w AS (PARTITION BY profile ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
  )
  WHERE stage != '' AND at >= ${from}`;
  // By stage, and by where they went: spells are found once.
  const { rows } = await history.query(
    `SELECT stage, next_stage, is_open, grouping(next_stage) AS is_whole, count() AS entries, countIf(is_open),
  quantileExactInclusiveIf(0.5)(stayed, NOT is_open)
FROM (
${spells}
)
GROUP BY GROUPING SETS ((stage), (stage, next_stage, is_open))
ORDER BY entries DESC, stage, next_stage`,
    options,
  );
  const found = rows as Row[];
  const moves = found.filter(([, , isOpen, isWhole]) => isWhole === 0 && Number(isOpen) === 0);
  const nextOf = Map.groupBy(moves, ([stage]) => stage);
  return found
    .filter(([, , , isWhole]) => isWhole === 1)
    .map(([stage, , , , entered, ongoing, median]) => ({
      stage,
      entered,
      ongoing,
      medianMs: ongoing === entered ? null : median,
      next: (nextOf.get(stage) ?? []).map(([, next, , , entries, , medianMs]) => ({
        stage: next,
        entries,
        medianMs,
      })),
    }));
}

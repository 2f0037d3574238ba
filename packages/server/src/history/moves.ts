/**
 * Entries and exits of one segment, or of one stage of a lifecycle, as rows: what every question through time begins with.
 *
 * They are what was said when it was said. A customer who was merged away counts until then, under their own number; that
 * what they were in ended is a row of its own (cause `gone`). Instants grow with the numbers of changes, so numbers order them.
 */

import { sqlString } from '@segue/core/sql/sql-text.ts';

/** What customers are in: a segment, or a stage. */
export type Subject =
  | { readonly kind: 'segment'; readonly name: string }
  | { readonly kind: 'stage'; readonly lifecycle: string; readonly stage: string };

/** Rows of profile, at, seq, cause, and whether it is an entry (`comes`). */
export function movesOf(subject: Subject): string {
  if (subject.kind === 'segment') {
    return `SELECT profile, at, seq, cause, entered AS comes
  FROM membership_changes
  WHERE kind = 'segment' AND name = ${sqlString(subject.name)}`;
  }
  const stage = sqlString(subject.stage);
  return `SELECT profile, at, seq, cause, to_stage = ${stage} AS comes
  FROM membership_changes
  WHERE kind = 'stage' AND name = ${sqlString(subject.lifecycle)} AND (to_stage = ${stage}) != (from_stage = ${stage})`;
}

/** Spells: profile, from_at, until_at (null while it lasts), why it ended, and when the next began (null: not again). */
export function spellsOf(subject: Subject): string {
  return `SELECT profile, at AS from_at, next_at AS until_at, next_cause AS why, after_at AS again_at
FROM (
  SELECT profile, at, comes,
    leadInFrame(toNullable(at), 1) OVER w AS next_at,
    leadInFrame(toNullable(at), 2) OVER w AS after_at,
    leadInFrame(cause, 1) OVER w AS next_cause
  FROM (
  ${movesOf(subject)}
  )
  WINDOW w AS (PARTITION BY profile ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
WHERE comes`;
}

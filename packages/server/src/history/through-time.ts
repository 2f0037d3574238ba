/**
 * Questions through time about one segment or stage: how large it was, who was in it, how long people stay, whether they
 * come back. Each is one query that counts in the store; what comes out is as large as the answer.
 */

import type { Instant } from '@segue/core/model/message.ts';

import { type Period, startOf } from './calendar.ts';
import type { History } from './history-process.ts';
import type { QueryOptions } from './history-store.ts';
import { movesOf, spellsOf, type Subject } from './moves.ts';

export type Ask = { readonly history: History; readonly options?: Partial<QueryOptions> };

export type SizePiece = {
  readonly from: Instant;
  /** At the end of the piece. */
  readonly size: number;
  readonly entered: number;
  readonly exited: number;
  /** Entries and exits by cause. */
  readonly causes: {
    readonly entered: Readonly<Record<string, number>>;
    readonly exited: Readonly<Record<string, number>>;
  };
};

/** `starts` cut the period; the last piece ends with it. */
export async function sizeThroughTime(
  { history, options }: Ask,
  subject: Subject,
  { to }: Period,
  starts: readonly Instant[],
): Promise<readonly SizePiece[]> {
  const [first = to] = starts;
  const { rows } = await history.query(
    `SELECT at < ${first} AS is_before, if(is_before, 0, ${startOf('at', starts)}) AS piece,
  comes, if(is_before, '', cause) AS why, count() AS customers
FROM (
${movesOf(subject)}
)
WHERE at < ${to}
GROUP BY is_before, piece, comes, why`,
    options,
  );
  let size = 0;
  const pieces = starts.map((from) => ({
    from,
    size: 0,
    entered: 0,
    exited: 0,
    causes: { entered: tally(), exited: tally() },
  }));
  const byStart = new Map(pieces.map((piece) => [piece.from, piece]));
  for (const row of rows as [0 | 1, Instant, boolean, string, number][]) {
    const [isBefore, start, comes, why, count] = row;
    const of = isBefore === 1 ? undefined : byStart.get(start);
    if (of === undefined) {
      size += comes ? count : -count;
      continue;
    }
    const way = comes ? 'entered' : 'exited';
    of[way] += count;
    of.causes[way][why] = count;
  }
  for (const piece of pieces) {
    size += piece.entered - piece.exited;
    piece.size = size;
  }
  return pieces;
}

/** Keys come from data. */
function tally(): Record<string, number> {
  return Object.create(null) as Record<string, number>;
}

export type Member = { readonly profile: number; readonly since: Instant };

/** Who was in it at an instant, by number, after a number. */
export async function membersAt(
  { history, options }: Ask,
  subject: Subject,
  at: Instant,
  page: { readonly after: number; readonly limit: number },
): Promise<{ readonly size: number; readonly members: readonly Member[] }> {
  const { rows } = await history.query(
    `SELECT profile, since, count() OVER () AS size FROM (
  SELECT profile, argMax(comes, seq) AS is_in, max(at) AS since
  FROM (
${movesOf(subject)}
  )
  WHERE at <= ${at}
  GROUP BY profile
)
WHERE is_in
ORDER BY profile <= ${page.after}, profile
LIMIT ${page.limit}`,
    options,
  );
  const [first] = rows as [number, Instant, number][];
  const members = (rows as [number, Instant, number][])
    .filter(([profile]) => profile > page.after)
    .map(([profile, since]) => ({ profile, since }));
  return { size: first?.[2] ?? 0, members };
}

export type Stay = {
  /** Spells that began in the period; those that have ended, and those that go on. */
  readonly spells: number;
  readonly ended: number;
  readonly ongoing: number;
  /** Of those that ended, in milliseconds: the longest stays of the ongoing are not in it, so it is shorter than the truth. */
  readonly endedMs: {
    readonly mean: number;
    readonly p10: number;
    readonly p25: number;
    readonly p50: number;
    readonly p75: number;
    readonly p90: number;
  } | null;
  /** Share of those still in after so many units, with the ongoing counted as long as they are known (a life table). */
  readonly survival: readonly { readonly after: number; readonly share: number; readonly atRisk: number }[];
  /** Units after which half have left; null while that is not known. */
  readonly medianUnits: number | null;
};

export const survivalUnitsMax = 1_000;

/** How long people stay; `now`: what is ongoing is known until then. */
export async function stayOf(
  { history, options }: Ask,
  subject: Subject,
  { from, to }: Period,
  unitMs: number,
  now: Instant,
): Promise<Stay> {
  const spells = `SELECT isNull(until_at) OR until_at > ${now} AS is_open,
  if(is_open, ${now}, assumeNotNull(until_at)) - from_at AS stayed
FROM (
${spellsOf(subject)}
)
WHERE from_at >= ${from} AND from_at < ${to} AND from_at <= ${now}`;
  // By unit, and all together: spells are found once.
  const { rows } = await history.query(
    `SELECT least(intDiv(stayed, ${unitMs}), ${survivalUnitsMax}) AS units, countIf(NOT is_open), countIf(is_open),
  grouping(units) AS is_whole, sumIf(stayed, NOT is_open),
  quantilesExactInclusiveIf(0.1, 0.25, 0.5, 0.75, 0.9)(stayed, NOT is_open)
FROM (
${spells}
)
GROUP BY GROUPING SETS ((units), ())
ORDER BY is_whole, units`,
    options,
  );
  const found = rows as [number, number, number, 0 | 1, number, number[]][];
  const life = lifeTable(
    found.filter(([, , , isWhole]) => isWhole === 0).map(([units, left, open]) => [units, left, open]),
  );
  const [, count = 0, , , sum = 0, quantiles = []] = found.find(([, , , isWhole]) => isWhole === 1) ?? [];
  const mean = sum / count;
  const [p10 = 0, p25 = 0, p50 = 0, p75 = 0, p90 = 0] = quantiles;
  return {
    spells: life.spells,
    ended: count,
    ongoing: life.spells - count,
    endedMs: count === 0 ? null : { mean, p10, p25, p50, p75, p90 },
    survival: life.survival,
    medianUnits: life.survival.find(({ share }) => share <= 0.5)?.after ?? null,
  };
}

/**
 * Share still in after k units: the product over the units before of 1 − ended/at risk, where those whose stay is known for
 * part of a unit only count as half at risk in it, as actuaries do.
 */
export function lifeTable(rows: readonly (readonly [units: number, ended: number, open: number])[]): {
  readonly spells: number;
  readonly survival: Stay['survival'];
} {
  const spells = rows.reduce((sum, [, ended, open]) => sum + ended + open, 0);
  const byUnit = new Map(rows.map(([units, ended, open]) => [units, { ended, open }]));
  const last = Math.min(rows.at(-1)?.[0] ?? -1, survivalUnitsMax - 1);
  const survival = [{ after: 0, share: spells === 0 ? 0 : 1, atRisk: spells }];
  let atRisk = spells;
  let share = 1;
  for (let unit = 0; unit <= last; unit++) {
    const { ended, open } = byUnit.get(unit) ?? { ended: 0, open: 0 };
    const exposed = atRisk - open / 2;
    if (exposed > 0) share *= 1 - Math.min(1, ended / exposed);
    atRisk -= ended + open;
    survival.push({ after: unit + 1, share, atRisk });
  }
  return { spells, survival: spells === 0 ? [] : survival };
}

export type Returning = {
  readonly days: number;
  /** Exits that are known for so many days since, and how many of these customers were in again within them. */
  readonly exits: number;
  readonly returned: number;
};

const dayMs = 86_400_000;

/** How many come back within days of leaving, of those who left in the period. Merges and erasures are no leaving. */
export async function returnsOf(
  { history, options }: Ask,
  subject: Subject,
  { from, to }: Period,
  days: readonly number[],
  now: Instant,
): Promise<readonly Returning[]> {
  const columns = days.flatMap((n) => {
    const known = `until_at + ${n * dayMs} <= ${now}`;
    return [`countIf(${known})`, `countIf(${known} AND again_at <= until_at + ${n * dayMs})`];
  });
  const { rows } = await history.query(
    `SELECT ${columns.join(', ')}
FROM (
${spellsOf(subject)}
)
WHERE until_at >= ${from} AND until_at < ${to} AND why NOT IN ('gone', 'erasure')`,
    options,
  );
  const counts = (rows[0] ?? []).map(Number);
  return days.map((n, i) => ({ days: n, exits: counts[2 * i] ?? 0, returned: counts[2 * i + 1] ?? 0 }));
}

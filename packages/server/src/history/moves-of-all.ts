/** Who entered and left what in a period, by cause, of everything at once: what changed today, and why. */

import type { Period } from './calendar.ts';
import type { Ask } from './through-time.ts';

export type SegmentMoves = {
  readonly segment: string;
  readonly entered: number;
  readonly exited: number;
  /** Entries and exits together, by cause. */
  readonly causes: Readonly<Record<string, number>>;
};

export type StageMoves = {
  readonly lifecycle: string;
  /** Empty: who was not there before, or is not there any more. */
  readonly from: string;
  readonly to: string;
  readonly moves: number;
};

export type MovesOfAll = {
  /** Those with most moves first. */
  readonly segments: readonly SegmentMoves[];
  readonly stages: readonly StageMoves[];
  /** Number of the last change that is counted; undefined where there is none. */
  readonly seq: number | undefined;
};

type Row = [
  kind: 'segment' | 'stage',
  name: string,
  fromStage: string,
  toStage: string,
  entered: boolean | number,
  cause: string,
  count: number,
  last: number,
];

export async function movesOfAll({ history, options }: Ask, { from, to }: Period): Promise<MovesOfAll> {
  const { rows } = await history.query(
    `SELECT kind, name, from_stage, to_stage, if(kind = 'segment', entered, true) AS comes, cause, count(), max(seq)
FROM membership_changes
WHERE at >= ${from} AND at < ${to}
GROUP BY kind, name, from_stage, to_stage, comes, cause`,
    options,
  );
  const segments = new Map<string, { entered: number; exited: number; causes: Record<string, number> }>();
  const stages = new Map<string, { lifecycle: string; from: string; to: string; moves: number }>();
  let seq: number | undefined = undefined;
  for (const [kind, name, fromStage, toStage, comes, cause, count, last] of rows as Row[]) {
    seq = Math.max(seq ?? -1, last);
    if (kind === 'segment') {
      const moves = segments.get(name) ?? { entered: 0, exited: 0, causes: {} };
      segments.set(name, moves);
      if (comes === true || comes === 1) moves.entered += count;
      else moves.exited += count;
      moves.causes[cause] = (moves.causes[cause] ?? 0) + count;
    } else {
      const key = JSON.stringify([name, fromStage, toStage]);
      const moves = stages.get(key) ?? { lifecycle: name, from: fromStage, to: toStage, moves: 0 };
      stages.set(key, moves);
      moves.moves += count;
    }
  }
  const total = ({ entered, exited }: SegmentMoves): number => entered + exited;
  return {
    segments: [...segments]
      .map(([segment, moves]) => ({ segment, ...moves }))
      .sort((a, b) => total(b) - total(a) || (a.segment < b.segment ? -1 : 1)),
    stages: [...stages.values()].sort((a, b) => b.moves - a.moves),
    seq,
  };
}

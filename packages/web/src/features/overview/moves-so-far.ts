/**
 * What moved since an instant: the answer of history, and the changes that streamed in after the last one that it counts. So
 * the figures are right, and follow every change without being asked for again.
 */

import type { Change } from '../../data/live-changes.ts';
import type { Moves } from '../../data/workspace-queries.ts';

export type SegmentMoves = {
  readonly segment: string;
  readonly entered: number;
  readonly exited: number;
  readonly causes: Readonly<Record<string, number>>;
};

export type MovesSoFar = {
  readonly entered: number;
  readonly exited: number;
  /** Entries and exits by cause, most first. */
  readonly causes: readonly (readonly [cause: string, count: number])[];
  /** Those with most moves first. */
  readonly segments: readonly SegmentMoves[];
};

/** `changes`: newest first, as they streamed in. */
export function movesSoFar(moves: Moves | undefined, changes: readonly Change[], fromMs: number): MovesSoFar {
  const segments = new Map<string, { entered: number; exited: number; causes: Record<string, number> }>();
  for (const { segment, entered, exited, causes } of moves?.segments ?? []) {
    segments.set(segment, { entered, exited, causes: { ...causes } });
  }
  const known = moves?.seq ?? -1;
  for (const { seq, segment, change, cause, atMs } of changes) {
    if (seq <= known || segment === undefined || atMs < fromMs) continue;
    const of = segments.get(segment) ?? { entered: 0, exited: 0, causes: {} };
    segments.set(segment, of);
    if (change === 'entered') of.entered += 1;
    else of.exited += 1;
    of.causes[cause] = (of.causes[cause] ?? 0) + 1;
  }
  const causes = new Map<string, number>();
  let entered = 0;
  let exited = 0;
  for (const of of segments.values()) {
    entered += of.entered;
    exited += of.exited;
    for (const [cause, n] of Object.entries(of.causes)) causes.set(cause, (causes.get(cause) ?? 0) + n);
  }
  return {
    entered,
    exited,
    causes: [...causes].sort((a, b) => b[1] - a[1]),
    segments: [...segments]
      .map(([segment, of]) => ({ segment, ...of }))
      .sort((a, b) => b.entered + b.exited - a.entered - a.exited || (a.segment < b.segment ? -1 : 1)),
  };
}

/** Whether changes may be missing between the answer and those that are kept: then it is time to ask again. */
export function hasHole(moves: Moves | undefined, changes: readonly Change[], keptMax: number): boolean {
  const oldest = changes.at(-1);
  return (
    moves !== undefined &&
    oldest !== undefined &&
    changes.length >= keptMax &&
    oldest.seq > (moves.seq ?? -1) + 1
  );
}

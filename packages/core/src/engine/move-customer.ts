/**
 * A customer who moves from one partition to another, as plain data: all that is kept of them, answers and timers
 * included. Nothing is said of it, since nothing becomes otherwise. The number stays, and so do the identifiers.
 */

import { type CustomerRow, putRow, rowOf } from './checkpoint-run.ts';
import type { EngineState } from './engine-state.ts';

export type MovingCustomer = {
  readonly row: CustomerRow;
  /** Columns of streams in which there has been a negative number where they come from. */
  readonly negatives: readonly (readonly [stream: number, column: number])[];
};

/** Lets a customer go; undefined where there is none of that number. */
export function letGo(state: EngineState, id: number): MovingCustomer | undefined {
  if (!state.profiles.has(id)) return undefined;
  const row = rowOf(state, id, state.now, []);
  state.profiles.remove(id);
  state.checkpoint.handOver(id);
  return { row, negatives: negativesOf(state) };
}

/** Takes in a customer who was let go by another partition. */
export function takeIn(state: EngineState, { row, negatives }: MovingCustomer): void {
  state.registry.place(row.id, state.partition);
  state.profiles.onTouch?.(row.id);
  noteNegatives(state, negatives);
  putRow(state, row, state.now);
}

export function negativesOf({ plan }: Pick<EngineState, 'plan'>): readonly (readonly [number, number])[] {
  return plan.streams.flatMap(({ id, columns }) =>
    columns.flatMap(({ hasNegative }, c) => (hasNegative ? [[id, c] as const] : [])),
  );
}

export function noteNegatives(
  { plan }: Pick<EngineState, 'plan'>,
  negatives: readonly (readonly [stream: number, column: number])[],
): void {
  for (const [stream, c] of negatives) {
    const column = plan.streams[stream]?.columns[c];
    if (column !== undefined) column.hasNegative = true;
  }
}

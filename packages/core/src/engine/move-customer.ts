/**
 * A customer who moves from one partition to another, as plain data: all that is kept of them, answers and timers
 * included. Nothing is said of it, since nothing becomes otherwise. The number stays, and so do the identifiers.
 */

import type { EngineState } from './engine-state.ts';
import { type KeptCustomer, keptCustomer, putIntoPartition } from './kept-customer.ts';

export type MovingCustomer = {
  readonly kept: KeptCustomer;
  /** Columns of streams in which there has been a negative number where they come from. */
  readonly negatives: readonly (readonly [stream: number, column: number])[];
};

/** Lets a customer go; undefined where there is none of that number. */
export function letGo(state: EngineState, id: number): MovingCustomer | undefined {
  const kept = keptCustomer(state, id, state.now);
  if (kept === undefined) return undefined;
  const moving = kept.kind === 'packed' ? { ...kept, bytes: kept.bytes.slice() } : kept;
  state.profiles.remove(id);
  state.checkpoint.handOver(id);
  return { kept: moving, negatives: negativesOf(state) };
}

/** Takes in a customer who was let go by another partition. */
export function takeIn(state: EngineState, { kept, negatives }: MovingCustomer): void {
  state.registry.place(kept.id, state.partition);
  state.profiles.onTouch?.(kept.id);
  noteNegatives(state, negatives);
  putIntoPartition(state, kept, state.now);
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

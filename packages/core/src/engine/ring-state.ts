/**
 * A stream of one customer as plain data, whatever its layout in memory: for merging two customers, and for
 * checkpoints. Two customers with the same events have equal ring states.
 */

import { compareStrings } from '../base/order.ts';
import type { Instant } from '../model/message.ts';
import type { RuleValue } from '../rules/value.ts';
import type { ExactColumn } from './rich-ring.ts';
import type { StreamPlan } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { trim, writeRing } from './ring-events.ts';
import { clearRing } from './ring-room.ts';
import {
  findRing,
  lengthOf,
  physical,
  richOf,
  timeAt,
  trimmedCount,
  trimmedFirst,
  UNIT_SCALE,
  unitsBetween,
} from './rings.ts';

/** A column's numbers in units of 10^-scale: of each kept event, and of all trimmed ones together. */
export type ColumnState = {
  readonly scale: number;
  readonly base: bigint;
  readonly units: readonly bigint[];
};

export type RingState = {
  readonly times: readonly Instant[];
  /** Parallel to times; empty where the stream keeps no ids. */
  readonly ids: readonly string[];
  readonly values: readonly (readonly RuleValue[])[];
  readonly columns: readonly ColumnState[];
  readonly trimmed: number;
  /** NEVER when no event was trimmed. */
  readonly first: Instant;
  readonly firstId: string;
  readonly firstValues: readonly RuleValue[];
};

/** The stream's state; undefined when the customer has none. */
export function readRing(p: Profile, stream: StreamPlan): RingState | undefined {
  const o = findRing(p, stream.id);
  if (o < 0) return undefined;
  const n = lengthOf(p, o);
  const rich = p.rich?.get(stream.id);
  const from = physical(p, o, 0);
  return {
    times: Array.from({ length: n }, (_, i) => timeAt(p, stream, o, i)),
    ids: rich === undefined || !stream.keepsIds ? [] : rich.ids.slice(from, from + n),
    values: stream.values.map((_, v) => rich?.columns[v]?.slice(from, from + n) ?? []),
    columns: stream.columns.map((_, c) => readColumn(p, stream, o, c, rich?.exact[c])),
    trimmed: stream.keepsTotals ? trimmedCount(p, o) : 0,
    first: stream.keepsTotals ? trimmedFirst(p, o) : NEVER,
    // Without ids nobody asks for the first; which of one instant it is would depend on when they were let go.
    firstId: rich === undefined || !stream.keepsIds ? '' : rich.firstId,
    firstValues: rich === undefined || !stream.keepsIds ? [] : rich.firstValues,
  };
}

function readColumn(
  p: Profile,
  stream: StreamPlan,
  o: number,
  c: number,
  exact: ExactColumn | undefined,
): ColumnState {
  const n = lengthOf(p, o);
  if (exact !== undefined) {
    const from = physical(p, o, 0);
    const prefix = exact.prefix.slice(from, from + n);
    const units = prefix.map((sum, i) => sum - (i === 0 ? exact.base : (prefix[i - 1] as bigint)));
    return { scale: exact.scale, base: stream.keepsTotals ? exact.base : 0n, units };
  }
  return {
    scale: UNIT_SCALE,
    // What has been let go counts only where totals do: else it is a matter of when somebody looked.
    base: stream.keepsTotals ? BigInt(unitsBetween(p, stream, o, c, 0, 0, true)) : 0n,
    units: Array.from({ length: n }, (_, i) => BigInt(unitsBetween(p, stream, o, c, i, i + 1, false))),
  };
}

/** Puts a state in place of whatever the customer has of the stream. */
export function replaceRing(p: Profile, stream: StreamPlan, state: RingState): void {
  clearRing(p, stream);
  const columns = state.columns.map(({ scale, base, units }) => {
    let sum = base;
    return { scale, base, prefix: units.map((u) => (sum += u)) };
  });
  writeRing(p, stream, state.times, columns, state.trimmed, state.first);
  if (!stream.isRich) return;
  const rich = richOf(p, stream);
  rich.ids = [...state.ids];
  rich.columns = state.values.map((values) => [...values]);
  rich.firstId = state.firstId;
  rich.firstValues = [...state.firstValues];
}

/** Puts the events that `from` has of a stream among those of `to`, and lets go of what is too old by now. */
export function absorbRing(to: Profile, from: Profile, stream: StreamPlan, oldest: Instant): void {
  const theirs = readRing(from, stream);
  if (theirs === undefined) return;
  const mine = readRing(to, stream);
  replaceRing(to, stream, mine === undefined ? theirs : mergeRings(mine, theirs));
  trim(to, stream, findRing(to, stream.id), oldest);
}

function mergeRings(a: RingState, b: RingState): RingState {
  const order = mergedOrder(a, b);
  const pick = <T>(mine: readonly T[], theirs: readonly T[]): T[] =>
    order.map(([side, i]) => (side === 0 ? mine[i] : theirs[i]) as T);
  const bFirst = b.first < a.first || (b.first === a.first && compareStrings(b.firstId, a.firstId) > 0);
  return {
    times: pick(a.times, b.times),
    ids: a.ids.length + b.ids.length === 0 ? [] : pick(a.ids, b.ids),
    values: a.values.map((values, v) => pick(values, b.values[v] ?? [])),
    columns: a.columns.map((column, c) => mergeColumns(column, b.columns[c] ?? column, pick)),
    trimmed: a.trimmed + b.trimmed,
    first: Math.min(a.first, b.first),
    firstId: bFirst ? b.firstId : a.firstId,
    firstValues: bFirst ? b.firstValues : a.firstValues,
  };
}

function mergedOrder(a: RingState, b: RingState): readonly (readonly [0 | 1, number])[] {
  const order: (readonly [0 | 1, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < a.times.length || j < b.times.length) {
    const mine = a.times[i] ?? NEVER;
    const theirs = b.times[j] ?? NEVER;
    const first = mine < theirs || (mine === theirs && compareStrings(a.ids[i] ?? '', b.ids[j] ?? '') <= 0);
    if (first && i < a.times.length) order.push([0, i++]);
    else order.push([1, j++]);
  }
  return order;
}

function mergeColumns(
  a: ColumnState,
  b: ColumnState,
  pick: <T>(mine: readonly T[], theirs: readonly T[]) => T[],
): ColumnState {
  const scale = Math.max(a.scale, b.scale);
  const scaled = ({ scale: own, units }: ColumnState): bigint[] =>
    units.map((u) => u * 10n ** BigInt(scale - own));
  const baseOf = ({ scale: own, base }: ColumnState): bigint => base * 10n ** BigInt(scale - own);
  return { scale, base: baseOf(a) + baseOf(b), units: pick(scaled(a), scaled(b)) };
}

/**
 * The numbers of events in the columns of a ring: cumulative sums in units of 10^-6, and for the rare column that this
 * form cannot hold (more decimals, greater sums) exact ones in the rich ring. See rings.ts, exact-column.ts.
 */

import { toUnits } from '../base/decimal.ts';
import type { JsonObject } from '../model/message.ts';
import { readPath } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import { addExact, exactBase, makeExact, numbersOf } from './exact-column.ts';
import type { NumberColumn, StreamPlan } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import type { ExactColumn } from './rich-ring.ts';
import { HEAD, LENGTH, lengthOf, prefixAt, richOf, UNIT_SCALE, UNITS_MAX } from './rings.ts';

/** Adds the event's number to the prefixes from position `at` on. */
export function addNumber(
  p: Profile,
  stream: StreamPlan,
  o: number,
  c: number,
  at: number,
  properties: JsonObject,
): void {
  const column = stream.columns[c] as StreamPlan['columns'][number];
  const value = readPath(properties, column.path);
  const units = unitsIn(column, value);
  const data = p.data;
  const first = prefixAt(p, stream, o, c) + (data[o + HEAD] as number);
  const length = data[o + LENGTH] as number;
  const before = at > 0 ? (data[first + at - 1] as number) : (data[o + stream.basesAt + c] as number);
  if (units !== undefined && units < 0) column.hasNegative = true;
  const exact = p.rich?.get(stream.id)?.exact[c];
  if (exact !== undefined || units === undefined || Math.abs(before) + Math.abs(units) > UNITS_MAX) {
    insertExact(p, stream, o, c, at, numbersIn(column, value));
    return;
  }
  data[first + at] = before + units;
  for (let i = at + 1; i < length; i++) data[first + i] = (data[first + i] as number) + units;
}

function insertExact(
  p: Profile,
  stream: StreamPlan,
  o: number,
  c: number,
  at: number,
  numbers: readonly number[],
): void {
  const rich = richOf(p, stream);
  const head = p.data[o + HEAD] as number;
  const length = lengthOf(p, o);
  let exact = rich.exact[c];
  if (exact === undefined) {
    const first = prefixAt(p, stream, o, c);
    // The slot at `at` is open but empty: it is no part of what was there before.
    const units: number[] = [];
    for (let i = 0; i < head + length; i++) if (i !== head + at) units.push(p.data[first + i] as number);
    exact = makeExact(units, p.data[o + stream.basesAt + c] as number, UNIT_SCALE);
    rich.exact[c] = exact;
  }
  addExact(exact, head + at, head, numbers);
  if (numbers.some((x) => x < 0)) (stream.columns[c] as { hasNegative: boolean }).hasNegative = true;
}

/** What an event adds to a column in units of 10^-6, or undefined where that form cannot hold it. */
function unitsIn(column: NumberColumn, value: RuleValue): number | undefined {
  if (typeof value === 'number') {
    return column.kind === 'sum' ? toUnits(value, UNIT_SCALE) : 10 ** UNIT_SCALE;
  }
  let sum = 0;
  for (const x of numbersIn(column, value)) {
    const units = toUnits(x, UNIT_SCALE);
    if (units === undefined) return undefined;
    sum += units;
  }
  return Math.abs(sum) <= UNITS_MAX ? sum : undefined;
}

function numbersIn(column: NumberColumn, value: RuleValue): readonly number[] {
  const numbers = numbersOf(value);
  return column.kind === 'sum' ? numbers : numbers.map(() => 1);
}

/** Adds the number of an event that no window sees any more to what all sums begin with. */
export function addNumberToBase(
  p: Profile,
  stream: StreamPlan,
  o: number,
  c: number,
  properties: JsonObject,
): void {
  const column = stream.columns[c] as StreamPlan['columns'][number];
  const value = readPath(properties, column.path);
  const units = unitsIn(column, value);
  const data = p.data;
  const length = lengthOf(p, o);
  const base = o + stream.basesAt + c;
  const exact = p.rich?.get(stream.id)?.exact[c];
  const top = Math.abs(data[base] as number) + Math.abs(units ?? NEVER);
  if (exact !== undefined || units === undefined || top > UNITS_MAX) {
    const rich = richOf(p, stream);
    const head = data[o + HEAD] as number;
    const first = prefixAt(p, stream, o, c);
    const kept = Array.from({ length: head + length }, (_, i) => data[first + i] as number);
    const made = exact ?? makeExact(kept, data[base] as number, UNIT_SCALE);
    rich.exact[c] = made;
    exactBase(made, numbersIn(column, value));
    return;
  }
  data[base] = (data[base] as number) + units;
  const first = prefixAt(p, stream, o, c) + (data[o + HEAD] as number);
  for (let i = 0; i < length; i++) data[first + i] = (data[first + i] as number) + units;
}

/** Whether a column can be written in units of 10^-6. */
export function fitsFast({ scale, base, prefix }: ExactColumn): boolean {
  const max = BigInt(UNITS_MAX);
  const fits = (units: bigint): boolean => units <= max && units >= -max;
  return scale === UNIT_SCALE && fits(base) && prefix.every(fits);
}

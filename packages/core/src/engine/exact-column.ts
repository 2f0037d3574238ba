/**
 * Prefix sums of any decimals whatever: the slow path of rings.ts, taken by a customer's column from the first
 * value on that has more than six decimals or makes the total too large for whole units in a double.
 */

import { bigUnits, decimalScale, fromBigUnits } from '../base/decimal.ts';
import type { RuleValue } from '../rules/value.ts';
import type { ExactColumn } from './rich-ring.ts';

const NONE: readonly number[] = [];

/** The numbers that a property's value offers to an aggregate: itself, or the numeric elements of a list. */
export function numbersOf(value: RuleValue): readonly number[] {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value.kind !== 'list') return NONE;
  const numbers: number[] = [];
  for (const element of value.elements) numbers.push(...numbersOf(element));
  return numbers;
}

export function makeExact(units: readonly number[], base: number, scale: number): ExactColumn {
  return { scale, base: BigInt(base), prefix: units.map((u) => BigInt(u)) };
}

/** Inserts an event's numbers at physical position `at`; `head` is that of the first kept event. */
export function addExact(exact: ExactColumn, at: number, head: number, numbers: readonly number[]): void {
  const units = unitsIn(exact, numbers);
  const before = at > head ? (exact.prefix[at - 1] as bigint) : exact.base;
  exact.prefix.splice(at, 0, before + units);
  for (let i = at + 1; i < exact.prefix.length; i++) exact.prefix[i] = (exact.prefix[i] as bigint) + units;
}

/** Adds numbers of an event that is older than all kept ones. */
export function exactBase(exact: ExactColumn, numbers: readonly number[]): void {
  const units = unitsIn(exact, numbers);
  exact.base += units;
  for (let i = 0; i < exact.prefix.length; i++) exact.prefix[i] = (exact.prefix[i] as bigint) + units;
}

function unitsIn(exact: ExactColumn, numbers: readonly number[]): bigint {
  let units = 0n;
  for (const x of numbers) {
    const scale = decimalScale(x);
    if (scale > exact.scale) {
      const factor = 10n ** BigInt(scale - exact.scale);
      exact.base *= factor;
      units *= factor;
      for (let i = 0; i < exact.prefix.length; i++) exact.prefix[i] = (exact.prefix[i] as bigint) * factor;
      exact.scale = scale;
    }
    units += bigUnits(x, exact.scale);
  }
  return units;
}

/** Sum over physical positions from ≤ i < to, rounded once; `fromStart` includes what was trimmed. */
export function exactBetween(
  exact: ExactColumn,
  from: number,
  to: number,
  fromStart: boolean,
  head: number,
): number {
  const upTo = to > head ? (exact.prefix[to - 1] as bigint) : exact.base;
  const before = fromStart ? 0n : from > head ? (exact.prefix[from - 1] as bigint) : exact.base;
  return fromBigUnits(upTo - before, exact.scale);
}

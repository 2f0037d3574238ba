/**
 * Types of values, as sets: what a value may turn out to be.
 *
 * A trait, a property or the value on an event may be a number, a text or true/false, and may read as a date, so its
 * type is a set of several. An operator takes every pair out of the sets of its two sides; where no pair fits it can
 * never give anything, and that is a type error. Numbers and texts are never taken for each other.
 */

import type { ArithmeticOperator } from './tree.ts';

/** Bits of a set of types. `readable`: JSON data that stands for an instant next to one, or next to a duration. */
export type TypeSet = number;

export const number: TypeSet = 1;
export const string: TypeSet = 2;
export const boolean: TypeSet = 4;
export const duration: TypeSet = 8;
export const instant: TypeSet = 16;
export const readable: TypeSet = 32;
/** Anything that JSON data can be. */
export const data: TypeSet = number | string | boolean | readable;
/** After an error: fits everywhere, so that one mistake is reported once. */
export const anything: TypeSet = 63;

const singles: readonly TypeSet[] = [number, string, boolean, duration, instant, readable];

const comparable: readonly (readonly [TypeSet, TypeSet])[] = [
  [number, number],
  [string, string],
  [boolean, boolean],
  [duration, duration],
  [instant, instant | readable | number | string],
];

/** Whether some pair out of both sets can be compared. */
export function canCompare(left: TypeSet, right: TypeSet): boolean {
  return comparable.some(
    ([a, b]) => ((left & a) !== 0 && (right & b) !== 0) || ((left & b) !== 0 && (right & a) !== 0),
  );
}

type Rule = readonly [left: TypeSet, right: TypeSet, result: TypeSet];

const arithmeticRules: Readonly<Record<ArithmeticOperator, readonly Rule[]>> = {
  '+': [
    [number, number, number],
    [duration, duration, duration],
    [instant | readable, duration, instant],
    [duration, instant | readable, instant],
  ],
  '-': [
    [number, number, number],
    [duration, duration, duration],
    [instant | readable, duration, instant],
    [instant, instant | readable, duration],
    [readable, instant, duration],
  ],
  '*': [
    [number, number, number],
    [duration, number, duration],
    [number, duration, duration],
  ],
  '/': [
    [number, number, number],
    [duration, number, duration],
    [duration, duration, number],
  ],
};

/** What `left op right` may be; 0 where no pair fits. */
export function arithmeticType(op: ArithmeticOperator, left: TypeSet, right: TypeSet): TypeSet {
  let result = 0;
  for (const [a, b, gives] of arithmeticRules[op]) if ((left & a) !== 0 && (right & b) !== 0) result |= gives;
  return result;
}

/** For messages: `a number`, `a trait or property`, `a number or a text`. */
export function describeType(type: TypeSet): string {
  if ((type & data) === data) return 'a value of traits or properties';
  const names = singles.filter((single) => (type & single) !== 0 && single !== readable).map(nameOf);
  return names.length === 0 ? 'a date' : names.join(' or ');
}

function nameOf(single: TypeSet): string {
  if (single === number) return 'a number';
  if (single === string) return 'a text';
  if (single === boolean) return 'true or false';
  return single === duration ? 'a duration' : 'a date';
}

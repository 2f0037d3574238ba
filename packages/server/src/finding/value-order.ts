/**
 * Customers in the order of a text or number that each has, or has not. Numbers come before texts, both ascending; those who
 * have none come last, whichever way the list goes.
 */

/** Undefined: they have none. */
export type OrderKey = string | number | undefined;

const number = /^-?\d+(?:\.\d+)?$/;

/** A value as it is kept, as what it is ordered by. */
export function orderKeyOf(value: string | undefined): OrderKey {
  if (value === undefined || value === '') return undefined;
  return value.length <= 15 && number.test(value) ? Number(value) : value;
}

/** Those of one key stay in the order in which they are given. */
export function sortByKey(
  ids: Uint32Array,
  keyOf: (id: number) => OrderKey,
  descending: boolean,
): Uint32Array<ArrayBuffer> {
  const numbers: [key: number, id: number][] = [];
  const texts: [key: string, id: number][] = [];
  const none: number[] = [];
  for (const id of ids) {
    const key = keyOf(id);
    if (key === undefined) none.push(id);
    else if (typeof key === 'number') numbers.push([key, id]);
    else texts.push([key, id]);
  }
  const sign = descending ? -1 : 1;
  numbers.sort(([a], [b]) => sign * (a - b));
  texts.sort(([a], [b]) => (a === b ? 0 : a < b ? -sign : sign));
  const parts = descending ? [texts, numbers] : [numbers, texts];
  const sorted = new Uint32Array(ids.length);
  let n = 0;
  for (const part of parts) for (const [, id] of part) sorted[n++] = id;
  for (const id of none) sorted[n++] = id;
  return sorted;
}

/** Values of a digit of the sort: 16 bits. */
const digits = 65_536;

/**
 * By whole numbers, by as many passes as their range has digits; what is NaN comes last. Those of one number are in the order
 * given, or in the opposite one where the list goes down: a list turned around.
 */
export function sortByNumber(
  ids: Uint32Array,
  numberOf: (id: number, place: number) => number,
  descending: boolean,
): Uint32Array<ArrayBuffer> {
  const keys = Float64Array.from(ids, numberOf);
  let [least, greatest] = [Infinity, -Infinity];
  for (const key of keys) {
    if (key < least) least = key;
    if (key > greatest) greatest = key;
  }
  let order = Uint32Array.from(ids, (_, place) => place).filter((place) => !Number.isNaN(keys[place]));
  for (let unit = 1; greatest - least >= unit; unit *= digits) order = byDigit(order, keys, least, unit);
  if (descending) order.reverse();
  const sorted = new Uint32Array(ids.length);
  let n = 0;
  for (const place of order) sorted[n++] = ids[place] as number;
  for (let place = 0; n < ids.length; place++) {
    if (Number.isNaN(keys[place])) sorted[n++] = ids[place] as number;
  }
  return sorted;
}

function byDigit(
  order: Uint32Array<ArrayBuffer>,
  keys: Float64Array,
  least: number,
  unit: number,
): Uint32Array<ArrayBuffer> {
  const digitOf = (place: number): number => Math.floor(((keys[place] as number) - least) / unit) % digits;
  const ends = new Uint32Array(digits + 1);
  for (const place of order) {
    const digit = digitOf(place);
    ends[digit + 1] = (ends[digit + 1] as number) + 1;
  }
  for (let digit = 1; digit <= digits; digit++) {
    ends[digit] = (ends[digit] as number) + (ends[digit - 1] as number);
  }
  const sorted = new Uint32Array(order.length);
  for (const place of order) {
    const digit = digitOf(place);
    const at = ends[digit] as number;
    sorted[at] = place;
    ends[digit] = at + 1;
  }
  return sorted;
}

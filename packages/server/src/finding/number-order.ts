/** Customers in the order of a number that each has, or has not; those who have none come last, whichever way the list goes. */

/** Bits of a digit of the sort, and its values. */
const digitBits = 16;
const digits = 1 << digitBits;
const digitMask = digits - 1;

/**
 * By whole numbers, by as many passes as their range has digits; what is NaN comes last. Those of one number are in the order
 * given, or in the opposite one where the list goes down: a list turned around. What is in order already costs one look.
 */
export function sortByNumber(
  ids: Uint32Array,
  numberOf: (id: number, place: number) => number,
  descending: boolean,
): Uint32Array<ArrayBuffer> {
  const keys = new Float64Array(ids.length);
  let [least, greatest, count] = [Infinity, -Infinity, 0];
  let isAscending = true;
  for (let place = 0; place < ids.length; place++) {
    const key = numberOf(ids[place] as number, place);
    keys[place] = key;
    if (Number.isNaN(key)) continue;
    count++;
    if (key < least) least = key;
    if (key >= greatest) greatest = key;
    else isAscending = false;
  }
  let order = placesOfNumbers(keys, count);
  if (!isAscending) {
    // The lower half of what a double can hold exactly, then the upper: digits of whole numbers of 32 bits are cheap.
    const low = new Uint32Array(ids.length);
    const high = new Uint32Array(ids.length);
    for (const place of order) {
      const above = (keys[place] as number) - least;
      high[place] = Math.floor(above / 4_294_967_296);
      low[place] = above % 4_294_967_296;
    }
    for (let unit = 1, bits = 0; greatest - least >= unit; unit *= digits, bits += digitBits) {
      order = bits < 32 ? byDigit(order, low, bits) : byDigit(order, high, bits - 32);
    }
  }
  return inOrder(ids, keys, order, descending);
}

/** Where numbers stand that are none (NaN) is left out. */
function placesOfNumbers(keys: Float64Array, count: number): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(count);
  let n = 0;
  for (let place = 0; n < count; place++) if (!Number.isNaN(keys[place])) places[n++] = place;
  return places;
}

function inOrder(
  ids: Uint32Array,
  keys: Float64Array,
  order: Uint32Array,
  descending: boolean,
): Uint32Array<ArrayBuffer> {
  const sorted = new Uint32Array(ids.length);
  const count = order.length;
  for (let n = 0; n < count; n++) {
    sorted[n] = ids[order[descending ? count - 1 - n : n] as number] as number;
  }
  let n = count;
  for (let place = 0; n < ids.length; place++) {
    if (Number.isNaN(keys[place])) sorted[n++] = ids[place] as number;
  }
  return sorted;
}

function byDigit(
  order: Uint32Array<ArrayBuffer>,
  numbers: Uint32Array,
  bits: number,
): Uint32Array<ArrayBuffer> {
  const ends = new Uint32Array(digits + 1);
  for (const place of order) {
    const digit = ((numbers[place] as number) >>> bits) & digitMask;
    ends[digit + 1] = (ends[digit + 1] as number) + 1;
  }
  for (let digit = 1; digit <= digits; digit++) {
    ends[digit] = (ends[digit] as number) + (ends[digit - 1] as number);
  }
  const sorted = new Uint32Array(order.length);
  for (const place of order) {
    const digit = ((numbers[place] as number) >>> bits) & digitMask;
    const at = ends[digit] as number;
    sorted[at] = place;
    ends[digit] = at + 1;
  }
  return sorted;
}

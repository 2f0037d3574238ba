/**
 * Small sorted tables of numbers in one array: pairs (key, value) by ascending key. Arrays grow by two pairs at a time,
 * to the slot: the places that are not used yet have the key NO_KEY, which sorts after all others.
 */

export const NO_KEY: number = Infinity;
const GROWTH_PAIRS = 2;

/**
 * An array of n doubles. All number arrays of profiles are made here and never grow in place, so that the engine of
 * JavaScript sees one kind of array everywhere.
 */
export function makeDoubles(n: number): number[] {
  const doubles = new Array<number>(n);
  for (let i = 0; i < n; i++) doubles[i] = NO_KEY;
  return doubles;
}

/** The array that has nothing yet; never written to. */
export const NO_DOUBLES: number[] = makeDoubles(1).slice(1);

/** Index of the key's pair, or −1. */
export function findPair(pairs: readonly number[], key: number): number {
  const i = placeOf(pairs, key);
  return i < pairs.length && pairs[i] === key ? i : -1;
}

/** Sets a key's value. Returns the array to use from now on. */
export function setPair(pairs: number[], key: number, value: number): number[] {
  const at = placeOf(pairs, key);
  if (at < pairs.length && pairs[at] === key) {
    pairs[at + 1] = value;
    return pairs;
  }
  const n = pairs.length;
  let room = pairs;
  if (n === 0 || pairs[n - 2] !== NO_KEY) {
    room = makeDoubles(n + 2 * Math.max(GROWTH_PAIRS, n >>> 4));
    for (let i = 0; i < n; i++) room[i] = pairs[i] as number;
  }
  for (let i = room.length - 3; i >= at; i--) room[i + 2] = room[i] as number;
  room[at] = key;
  room[at + 1] = value;
  return room;
}

export function dropPair(pairs: number[], key: number): void {
  const at = findPair(pairs, key);
  if (at < 0) return;
  const n = pairs.length;
  for (let i = at; i + 2 < n; i++) pairs[i] = pairs[i + 2] as number;
  pairs[n - 2] = NO_KEY;
  pairs[n - 1] = NO_KEY;
}

/** The pairs in use, as a list of their own. */
export function usedPairs(pairs: readonly number[]): number[] {
  let n = pairs.length;
  while (n > 0 && pairs[n - 2] === NO_KEY) n -= 2;
  return pairs.slice(0, n);
}

function placeOf(pairs: readonly number[], key: number): number {
  let lo = 0;
  let hi = pairs.length >>> 1;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((pairs[mid * 2] as number) < key) lo = mid + 1;
    else hi = mid;
  }
  return lo * 2;
}

/**
 * How several sets lie in one another: for every combination that occurs, how many are in exactly those. From that follow
 * all pairs. A number per customer, with a bit per set, is filled set by set and then counted, so the cost is one pass over
 * the members of each set, whatever the number of combinations.
 */

import type { ReadonlyBitmap } from './bitmaps.ts';

/** Sets that are compared with one another at most. */
export const comparedSetsMax = 20;

/** Of those who are in exactly these sets (the n-th as bit n). */
export type Exclusive = { readonly sets: number; readonly size: number };

/** How two sets lie, by their places. */
export type Pair = {
  readonly a: number;
  readonly b: number;
  readonly both: number;
  readonly either: number;
  /** Both in either; 0 where neither has anybody. */
  readonly jaccard: number;
  /** Of those in a, how large a part is in b; and the other way around. */
  readonly shareOfA: number;
  readonly shareOfB: number;
};

/** How many are in each combination of sets, by the combination's bits. */
export type Combinations = { readonly count: number; readonly sizes: Uint32Array };

/** `pause` is awaited after each set, so that others have their turn: the sets have to stay as they are meanwhile. */
export async function countCombinations(
  sets: readonly ReadonlyBitmap[],
  pause: () => Promise<void>,
): Promise<Combinations> {
  const lengths = sets.map((set) => (set.size === 0 ? 0 : set.maximum() + 1));
  const marks = new Uint32Array(Math.max(0, ...lengths));
  for (const [bit, set] of sets.entries()) {
    const ids = set.toUint32Array();
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      marks[id] = (marks[id] as number) | (1 << bit);
    }
    await pause();
  }
  const sizes = new Uint32Array(2 ** sets.length);
  for (let id = 0; id < marks.length; id++) {
    const mark = marks[id] as number;
    sizes[mark] = (sizes[mark] as number) + 1;
  }
  // Those in no set were counted as far as there are marks.
  sizes[0] = 0;
  return { count: sets.length, sizes };
}

/** The combinations in which anybody is, the largest first. */
export function exclusiveOf({ sizes }: Combinations): readonly Exclusive[] {
  const found: Exclusive[] = [];
  for (let sets = 1; sets < sizes.length; sets++) {
    const size = sizes[sets] as number;
    if (size > 0) found.push({ sets, size });
  }
  return found.sort((x, y) => y.size - x.size || x.sets - y.sets);
}

/** Every pair once. */
export function pairsOf({ count, sizes }: Combinations): readonly Pair[] {
  const inAll = supersetSums(sizes, count);
  const at = (a: number, b: number): number => inAll[(1 << a) | (1 << b)] ?? 0;
  const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const pairs: Pair[] = [];
  for (let a = 0; a < count; a++) {
    for (let b = a + 1; b < count; b++) {
      const [both, sizeA, sizeB] = [at(a, b), at(a, a), at(b, b)];
      const either = sizeA + sizeB - both;
      const shares = { shareOfA: share(both, sizeA), shareOfB: share(both, sizeB) };
      pairs.push({ a, b, both, either, jaccard: share(both, either), ...shares });
    }
  }
  return pairs;
}

/** Of each combination, how many are in all of its sets, whatever else they are in: one pass for each set. */
function supersetSums(sizes: Uint32Array, count: number): Uint32Array {
  const sums = sizes.slice();
  for (let bit = 0; bit < count; bit++) {
    for (let mark = 0; mark < sums.length; mark++) {
      if (((mark >>> bit) & 1) === 0) {
        sums[mark] = (sums[mark] as number) + (sums[mark | (1 << bit)] as number);
      }
    }
  }
  return sums;
}

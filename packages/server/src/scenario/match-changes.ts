/**
 * Compares the changes that were emitted with those that a scenario lists: in order of instants, in any order within
 * one, each listed field equal. Within an instant this is a matching problem, since a listed change that leaves its
 * fields open fits several; augmenting paths find a perfect matching where there is one.
 */

import type { SegmentChange } from '@segue/core/model/change.ts';

import type { ExpectedChange } from './scenario.ts';

export type ChangeMismatch<C extends SegmentChange> = {
  /** Listed, but not seen. */
  readonly missing: readonly ExpectedChange[];
  /** Seen, but not listed. */
  readonly unexpected: readonly C[];
  /** All are there, in an order that is not that of their instants. */
  readonly misordered: boolean;
};

/** Undefined when they agree. `isCustomer` says whether a name is one of a change's customer. */
export function matchChanges<C extends SegmentChange>(
  expected: readonly ExpectedChange[],
  found: readonly C[],
  isCustomer: (name: string, change: C) => boolean,
): ChangeMismatch<C> | undefined {
  const fits = (wanted: ExpectedChange, seen: C): boolean =>
    wanted.segment === seen.segment &&
    wanted.change === seen.change &&
    (wanted.at === undefined || wanted.at === seen.at) &&
    (wanted.version === undefined || wanted.version === seen.version) &&
    (wanted.messageId === undefined || wanted.messageId === seen.messageId) &&
    (wanted.cause === undefined || wanted.cause === seen.cause) &&
    isCustomer(wanted.customer, seen);

  if (expected.length === found.length && matchesByInstant(expected, found, fits)) return undefined;
  const takenBy = matching(expected, found, fits);
  const missing = expected.filter((_, i) => !takenBy.includes(i));
  const unexpected = found.filter((_, j) => takenBy[j] === undefined);
  return { missing, unexpected, misordered: missing.length === 0 && unexpected.length === 0 };
}

type Fits<C> = (wanted: ExpectedChange, seen: C) => boolean;

function matchesByInstant<C extends SegmentChange>(
  expected: readonly ExpectedChange[],
  found: readonly C[],
  fits: Fits<C>,
): boolean {
  let from = 0;
  while (from < found.length) {
    let to = from + 1;
    while (to < found.length && found[to]?.at === found[from]?.at) to++;
    const takenBy = matching(expected.slice(from, to), found.slice(from, to), fits);
    if (takenBy.includes(undefined)) return false;
    from = to;
  }
  return true;
}

/** For each change found, the index of the listed change that it answers. As many as possible. */
function matching<C extends SegmentChange>(
  expected: readonly ExpectedChange[],
  found: readonly C[],
  fits: Fits<C>,
): readonly (number | undefined)[] {
  const takenBy = new Array<number | undefined>(found.length).fill(undefined);
  const place = (i: number, tried: Set<number>): boolean => {
    const wanted = expected[i];
    for (const [j, seen] of found.entries()) {
      if (wanted === undefined || tried.has(j) || !fits(wanted, seen)) continue;
      tried.add(j);
      const holder = takenBy[j];
      if (holder === undefined || place(holder, tried)) {
        takenBy[j] = i;
        return true;
      }
    }
    return false;
  };
  for (let i = 0; i < expected.length; i++) place(i, new Set());
  return takenBy;
}

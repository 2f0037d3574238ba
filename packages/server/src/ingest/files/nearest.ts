/** The nearest valid name for one that is unknown. */

import { closest, distance } from 'fastest-levenshtein';

/** A third of the letters may differ. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const nearest = closest(
    name.toLowerCase(),
    known.map((candidate) => candidate.toLowerCase()),
  );
  if (distance(name.toLowerCase(), nearest) > Math.max(1, Math.floor(name.length / 3))) return undefined;
  return known.find((candidate) => candidate.toLowerCase() === nearest);
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** Names: what may be one, and which known one somebody most likely meant. */

import { distance } from 'fastest-levenshtein';
import { definitionNameCharactersMax } from '../base/limits.ts';

/** Names of segments, lifecycles, RFM models, lists, channels and scores. */
export const namePattern: RegExp = /^[a-z][a-z0-9_]*$/;

/** Words that would read as something else after `in`. */
export const reservedNames: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'for',
  'in',
  'list',
  'true',
  'false',
]);

/** What is wrong with a name, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (name.length > definitionNameCharactersMax) {
    return `is longer than ${definitionNameCharactersMax} characters`;
  }
  if (!namePattern.test(name)) return 'is not made of a–z, 0–9 and _, beginning with a letter';
  if (reservedNames.has(name)) return 'is a word of the rule language';
  return undefined;
}

/**
 * The candidate with the fewest edits between it and `name`, if that is few enough to be a slip: one in a word of
 * up to three letters (or the same letters in another order), two up to eight, else a third of its length. Case does not
 * count. The first of equally near ones.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  const wanted = name.slice(0, definitionNameCharactersMax).toLowerCase();
  for (const candidate of candidates) {
    const length = Math.max(candidate.length, wanted.length);
    const allowed = length <= 3 ? 1 : Math.max(2, Math.floor(length / 3));
    if (Math.abs(candidate.length - wanted.length) > allowed) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    const slip = edits <= allowed || (edits === 2 && sorted(wanted) === sorted(candidate.toLowerCase()));
    if (!slip || edits >= fewest || edits >= wanted.length) continue;
    nearest = candidate;
    fewest = edits;
  }
  return nearest;
}

/** What follows a sentence that refuses a name: ` Did you mean “vip”?`, or nothing where no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
}

function sorted(text: string): string {
  return Array.from(text).sort().join('');
}

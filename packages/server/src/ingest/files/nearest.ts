/** The nearest valid name, as the end of a message about an unknown one. */

import { nearestName } from '@segue/core/rules/names.ts';

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

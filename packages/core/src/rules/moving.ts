/** Which values move by themselves: the checker forbids products of two of them, the interpreter follows them. */

import type { Value } from './tree.ts';

/** Whether the value moves as time passes, with nothing else happening: it grows or falls by the millisecond. */
export function movesWithTime(value: Value): boolean {
  switch (value.kind) {
    case 'age_of_event':
    case 'age':
    case 'age_in_segment':
    case 'until':
      return true;
    case 'percentile':
      return movesWithTime(value.of);
    case 'coalesce':
      return value.values.some(movesWithTime);
    case 'arithmetic':
      return movesWithTime(value.left) || movesWithTime(value.right);
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
    case 'trait':
    case 'property':
    case 'count':
    case 'aggregate':
    case 'days':
    case 'days_until_anniversary':
    case 'quintile':
    case 'rfm':
    case 'stage':
    case 'score':
      return false;
  }
}

/** Which values are written out in a rule, and a comparison seen from its other side. */

import type { CompareOperator, Literal, Value } from './tree.ts';

export function isLiteral(value: Value): value is Literal {
  return (
    value.kind === 'number' ||
    value.kind === 'string' ||
    value.kind === 'boolean' ||
    value.kind === 'date' ||
    value.kind === 'duration'
  );
}

/** `a < b` is `b > a`. */
export const mirroredOperators: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '=',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

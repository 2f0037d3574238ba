/** Literals and paths as people type them into a field: 12.5, true, 2026-11-01, and everything else as text. */

import { formatLiteral } from '@segue/core/rules/format.ts';
import { parseLiteral, parsePropertyPath } from '@segue/core/rules/parse.ts';
import type { Literal, Path } from '@segue/core/rules/tree.ts';

export { pathText } from '@segue/core/rules/format.ts';

export function literalOf(text: string): Literal {
  const { tree } = parseLiteral(text.trim());
  return tree === undefined || tree.kind === 'string' ? { kind: 'string', value: text } : tree;
}

/** As it stands in a field: text without its quotes. */
export function literalText(literal: Literal): string {
  return literal.kind === 'string' ? literal.value : formatLiteral(literal);
}

/** `products.category`; undefined where it is none. */
export function pathOf(text: string): Path | undefined {
  return parsePropertyPath(text.trim()).tree;
}

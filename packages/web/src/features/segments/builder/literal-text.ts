/** Literals and paths as people type them into a field: 12.5, true, 2026-11-01, and everything else as text. */

import { formatLiteral, formatValue } from '@segue/core/rules/format.ts';
import { parseLiteral, parsePropertyPath, parseValue } from '@segue/core/rules/parse.ts';
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

/** `address.city`, or `trait["loyalty tier"]`. */
export function traitText(path: Path): string {
  const text = formatValue({ kind: 'trait', path });
  return text.startsWith('trait.') ? text.slice('trait.'.length) : text;
}

/** As `traitText` writes it; undefined where it is none. */
export function traitPathOf(text: string): Path | undefined {
  const trimmed = text.trim();
  const { tree } = parseValue(/^trait\b/.test(trimmed) ? trimmed : `trait.${trimmed}`);
  return tree?.kind === 'trait' ? tree.path : undefined;
}

/** A value as messages have it: the text “5” is another value than the number. */
export function seenLiteral(value: string | number | boolean | undefined): Literal | undefined {
  if (typeof value === 'string') return { kind: 'string', value };
  if (typeof value === 'number') return { kind: 'number', value };
  return value === undefined ? undefined : { kind: 'boolean', value };
}

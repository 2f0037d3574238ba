/**
 * Literals and paths as people type them into a field: 12.5, true, 2026-11-01, 30d, and everything else as text. What is shown reads
 * back as what it is of, so a field that was only looked at changes nothing.
 */

import { formatLiteral, formatValue } from '@segue/core/rules/format.ts';
import { parseLiteral, parsePropertyPath, parseValue } from '@segue/core/rules/parse.ts';
import type { Literal, Path } from '@segue/core/rules/tree.ts';

export { pathText } from '@segue/core/rules/format.ts';

export function literalOf(text: string): Literal {
  return parseLiteral(text.trim()).tree ?? { kind: 'string', value: text };
}

/** As it stands in a field: text in quotes only where it would be read as something else without them. */
export function literalText(literal: Literal): string {
  const plain = literal.kind === 'string' ? literal.value : formatLiteral(literal);
  const isPlain = literal.kind !== 'string' || (isShown(plain) && isSame(literalOf(plain), literal));
  return isPlain ? plain : formatLiteral(literal);
}

/** Of what is a text in any case: `5` is one, and quotes stand around what a field cannot show. */
export function textOf(typed: string): string {
  const { tree } = parseLiteral(typed.trim());
  return tree?.kind === 'string' ? tree.value : typed;
}

export function textShown(text: string): string {
  return isShown(text) && textOf(text) === text ? text : formatLiteral({ kind: 'string', value: text });
}

/** A field of one line shows neither line breaks nor control characters, nor halves of a character. */
function isShown(text: string): boolean {
  return text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function isSame(a: Literal, b: Literal): boolean {
  return a.kind === 'string' && b.kind === 'string' && a.value === b.value;
}

/** `products.category`; undefined where it is none. */
export function pathOf(text: string): Path | undefined {
  return parsePropertyPath(text.trim()).tree;
}

/** `address.city`, or `trait["loyalty tier"]`. */
export function traitText(path: Path): string {
  const text = formatValue({ kind: 'trait', path }, { width: Infinity });
  const short = text.startsWith('trait.') ? text.slice('trait.'.length) : text;
  return isTraitText(short) ? text : short;
}

/** As `traitText` writes it; undefined where it is none. */
export function traitPathOf(text: string): Path | undefined {
  const trimmed = text.trim();
  const { tree } = parseValue(isTraitText(trimmed) ? trimmed : `trait.${trimmed}`);
  return tree?.kind === 'trait' ? tree.path : undefined;
}

function isTraitText(text: string): boolean {
  return /^trait\s*[.[]/.test(text);
}

/** A value that has come, as it stands in a field: the text “5” is another value than the number. */
export function seenText(value: string | number | boolean): string {
  if (typeof value === 'string') return literalText({ kind: 'string', value });
  return literalText(typeof value === 'number' ? { kind: 'number', value } : { kind: 'boolean', value });
}

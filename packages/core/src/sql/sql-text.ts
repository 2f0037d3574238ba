/**
 * The only place where something that a person wrote becomes SQL: literals are quoted here and nowhere else, names that
 * stand in a query are made here from a fixed alphabet, and comments lose what could end them.
 */

import type { Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { wellFormed } from './stored-json.ts';

/** A string literal. Lone surrogates become U+FFFD, as in the store. */
export function sqlString(text: string): string {
  const escaped = wellFormed(text).replace(/[\\'\u0000-\u001f\u007f]/g, (character) => {
    if (character === '\\' || character === "'") return `\\${character}`;
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `'${escaped}'`;
}

/** A finite number. */
export function sqlNumber(x: number): string {
  const text = Number.isInteger(x) && !Number.isSafeInteger(x) ? x.toExponential() : String(x === 0 ? 0 : x);
  return x < 0 ? `(${text})` : text;
}

/** An instant with its date beside it for people. */
export function sqlInstant(t: Instant, zone: Zone): string {
  return `${sqlNumber(t)} /* ${commentText(zone.format(t))} */`;
}

/** `[a, b]` of string literals. */
export function sqlStrings(texts: readonly string[]): string {
  return texts.map(sqlString).join(', ');
}

/** On one line, and without what could end a comment of either kind. */
export function commentText(text: string): string {
  return wellFormed(text)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
    .replace(/\*\//g, '* /')
    .replace(/\/\*/g, '/ *');
}

/** Characters of the part of a name that comes from what a person wrote. */
const slugMax = 40;

/** What a person wrote as a part of a name: `Order Completed` becomes `order_completed`; never empty. */
export function slug(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, slugMax)
    .replace(/^_+|_+$/g, '');
  return /^[a-z]/.test(words) ? words : `x${words === '' ? '' : `_${words}`}`;
}

/** Indents every line by two spaces. Literals have no line feeds, and of other ends of lines SQL knows nothing. */
export function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

/**
 * What somebody types to find customers: words, all of which a customer must have somewhere; `"new delhi"` is one word; and
 * `city:pune` is looked for at the beginning of that field. Nothing that is typed is wrong: what is not a field is a word.
 */

import { folded } from './folded.ts';

export type SearchTerm = {
  /** Folded; not empty. */
  readonly text: string;
  /** Of `field:text`, folded: then `text` is what the value begins with. */
  readonly field?: string;
};

/** Characters of what is typed, and words of it that are looked for. */
export const searchCharactersMax = 200;
const searchTermsMax = 8;

const word = /(?:([^\s":]+):)?(?:"([^"]*)"?|(\S+))/g;

export function readSearch(typed: string): readonly SearchTerm[] {
  const terms: SearchTerm[] = [];
  for (const [whole, name, quoted, bare] of typed.slice(0, searchCharactersMax).matchAll(word)) {
    const text = folded(quoted ?? bare ?? '').trim();
    if (text === '') {
      // `city:` while it is being typed.
      if (name !== undefined) terms.push({ text: folded(whole) });
    } else if (name === undefined) terms.push({ text });
    else terms.push({ text, field: folded(name) });
    if (terms.length === searchTermsMax) break;
  }
  return terms;
}

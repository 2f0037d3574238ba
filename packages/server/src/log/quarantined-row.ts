/** What is kept of a refused message: bounded, whatever came. */

import type { Quarantined } from './quarantine.ts';

/** Bytes of `raw` as UTF-8. */
export const rawBytesMax: number = 64 * 1_024;
const reasonCharactersMax = 2_000;
const sourceCharactersMax = 200;
const codeCharactersMax = 100;
/** Codes counted one by one; what comes after is counted as `other`. */
export const countedCodesMax = 1_000;
/** Rows of one `list`. */
const listedMax = 1_000;

export function boundRow(row: Quarantined): Quarantined {
  return {
    at: row.at,
    source: row.source.slice(0, sourceCharactersMax),
    code: row.code.slice(0, codeCharactersMax),
    reason: row.reason.slice(0, reasonCharactersMax),
    raw: cutText(row.raw, rawBytesMax),
  };
}

/** Counts a row by its code. */
export function countRow(counts: Map<string, number>, row: Quarantined): void {
  const code = counts.has(row.code) || counts.size < countedCodesMax ? row.code : 'other';
  counts.set(code, (counts.get(code) ?? 0) + 1);
}

/** @throws RangeError for a limit that is no whole number from 1 to 1,000 */
export function checkLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= listedMax) return;
  throw new RangeError(`The number of rows asked for must be from 1 to ${listedMax}, not ${limit}`);
}

/** The longest beginning that has at most so many bytes as UTF-8; no character is cut in two. */
function cutText(text: string, bytesMax: number): string {
  if (text.length <= bytesMax / 3 || Buffer.byteLength(text) <= bytesMax) return text;
  const bytes = Buffer.from(text.slice(0, bytesMax));
  let end = Math.min(bytesMax, bytes.length);
  // A byte 10xxxxxx goes on with a character that began before it.
  while (end > 0 && end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/**
 * Tells rows in which one of these texts stands, whatever its case, as it is or as JSON writes it. Not as a part of a longer
 * word; a short one only in quotes, or every row with such a number would be meant.
 */
export function holdsOneOf(texts: readonly string[]): (row: Quarantined) => boolean {
  const wanted = texts
    .filter((text) => text !== '')
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)].map((one) => one.toLowerCase()));
  return ({ raw, reason }) => {
    const row = `${raw}\n${reason}`.toLowerCase();
    return wanted.some((text) => stands(text, row));
  };
}

const shortCharacters = 6;

function stands(text: string, row: string): boolean {
  const edge = text.length < shortCharacters ? /["'“”]/u : /[^\p{L}\p{N}]/u;
  for (let at = row.indexOf(text); at >= 0; at = row.indexOf(text, at + 1)) {
    const before = row.charAt(at - 1);
    const after = row.charAt(at + text.length);
    const isOpen = before === '' || edge.test(before);
    if (isOpen && (after === '' || edge.test(after))) return true;
  }
  return false;
}

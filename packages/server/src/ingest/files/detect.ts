/**
 * Telling a file's encoding and delimiter from how it begins. What is found is shown to the person before and after
 * the import; a mapping may say it instead.
 */

import { isAscii, isUtf8 } from 'node:buffer';

export type Encoding = 'utf-8' | 'latin1' | 'utf-16le' | 'utf-16be';
export type Detected = { readonly encoding: Encoding; readonly bom: boolean };

const isAsciiLetter = (byte: number | undefined): boolean =>
  byte !== undefined && (byte | 32) >= 97 && (byte | 32) <= 122;

/**
 * UTF-8 unless the bytes say otherwise. Latin-1 is believed only where at least as many stray bytes look like a
 * letter or a sign of that alphabet between ordinary letters (`caf\xe9`) as there are proper UTF-8 characters; a stray byte
 * otherwise is damage in a UTF-8 file, and its row is rejected.
 */
export function detectEncoding(sample: Buffer): Detected {
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return { encoding: 'utf-8', bom: true };
  if (sample[0] === 0xff && sample[1] === 0xfe) return { encoding: 'utf-16le', bom: true };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { encoding: 'utf-16be', bom: true };
  if (isAscii(sample) || isUtf8(sample)) return { encoding: 'utf-8', bom: false };
  let proper = 0;
  let latin = 0;
  let stray = 0;
  for (let i = 0; i < sample.length; i++) {
    const byte = sample[i] ?? 0;
    if (byte < 0x80) continue;
    const length = sequenceLength(sample, i);
    // The sample may end inside a character.
    if (length === 0 && sample.length - i < 4) break;
    if (length > 0) {
      proper += 1;
      i += length - 1;
    } else if (looksLatin(sample, i, byte)) latin += 1;
    else stray += 1;
  }
  const isLatin = latin > 0 && latin >= proper && latin > stray;
  return { encoding: isLatin ? 'latin1' : 'utf-8', bom: false };
}

/** Bytes of the well-formed UTF-8 character that begins here; 0 where there is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

function looksLatin(bytes: Buffer, at: number, byte: number): boolean {
  if (byte === 0xa3 || byte === 0x80 || byte === 0xb0 || byte === 0xae) return true;
  if (byte < 0xc0 || byte === 0xd7 || byte === 0xf7 || byte === 0xff) return false;
  return isAsciiLetter(bytes[at - 1]) || isAsciiLetter(bytes[at + 1]);
}

/** Decodes chunks to UTF-8 bytes, which is what the readers take; a BOM stays for them to drop. */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<Buffer, void, undefined> {
  if (encoding === 'utf-8') {
    yield* chunks;
    return;
  }
  const decoder = new TextDecoder(encoding === 'latin1' ? 'windows-1252' : encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }), 'utf8');
  yield Buffer.from(decoder.decode(), 'utf8');
}

/** The sample as text, without a last, possibly broken, line. */
export function sampleText(sample: Buffer, encoding: Encoding, complete: boolean): string {
  const decoder = new TextDecoder(encoding === 'latin1' ? 'windows-1252' : encoding);
  const text = decoder.decode(sample, { stream: !complete });
  if (complete) return text;
  const end = text.lastIndexOf('\n');
  return end < 0 ? text : text.slice(0, end + 1);
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const LINES_LOOKED_AT = 50;

/** The delimiter that splits the first line, and then the most lines, into the same number of columns; comma if none. */
export function detectDelimiter(text: string): string {
  const lines = text.split(/\r\n|\n|\r/, LINES_LOOKED_AT).filter((line) => line !== '');
  let best = ',';
  let bestScore = 0;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => countOutsideQuotes(line, delimiter));
    const first = counts[0] ?? 0;
    if (first === 0) continue;
    const agreeing = counts.filter((count) => count === first).length / counts.length;
    // Agreement decides; among equals, more columns.
    const score = agreeing * 1_000 + Math.min(first, 999);
    if (score <= bestScore) continue;
    best = delimiter;
    bestScore = score;
  }
  return best;
}

function countOutsideQuotes(line: string, delimiter: string): number {
  let count = 0;
  let quoted = false;
  for (const char of line) {
    if (char === '"') quoted = !quoted;
    else if (char === delimiter && !quoted) count += 1;
  }
  return count;
}

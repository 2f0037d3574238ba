/**
 * JSON values as bytes, exactly: what comes back is the same value, down to −0, lone surrogates, a key called
 * `__proto__` and the order of keys.
 *
 * The idea. Messages that arrive together look alike: the same keys, the same few names, currencies and categories. So
 * an object is the number of its shape (its list of keys) and its values, and a short text that was seen shortly before
 * is a reference of two bytes. Both tables are filled by writer and reader in the same way and hold for one record only,
 * so a record can be read by itself. Texts are remembered in a table with one place per hash: no search, no eviction.
 *
 * The first byte of a value says what follows:
 *
 * | byte    | value                                                                                   |
 * |---------|-----------------------------------------------------------------------------------------|
 * | 00–7f   | the integers 0 to 127                                                                   |
 * | 80–9f   | text of 0 to 31 characters, all below U+0100, one byte each                             |
 * | a0–a3   | text remembered at a place: the two low bits and the next byte                          |
 * | a8–af   | object of a known shape: the three low bits and the next byte; then its values          |
 * | b0–bf   | list of 0 to 15 values                                                                  |
 * | c0–d0   | see the constants                                                                       |
 *
 * Lengths and integers are varints: seven bits a byte, the lowest first. Numbers with two decimals, as money is, are
 * kept in hundredths where dividing by 100 gives the very same number.
 *
 * Cost, on one core with 550-byte track messages (two UUIDs each) in records of 100: written at 1.0M/s, read at 1.1M/s,
 * 212 bytes each. msgpackr with record structures: 0.6M/s, 1.4M/s, 284 bytes, and −0, lone surrogates and `__proto__`
 * come back as something else.
 */

export const nullTag = 0xc0;
export const trueTag = 0xc1;
export const falseTag = 0xc2;
export const undefinedTag = 0xc3;
export const minusZeroTag = 0xc4;
export const positiveTag = 0xc5;
export const negativeTag = 0xc6;
export const hundredthsTag = 0xc7;
export const negativeHundredthsTag = 0xc8;
export const doubleTag = 0xc9;
export const latinTag = 0xca;
export const utf8Tag = 0xcb;
export const utf16Tag = 0xcc;
export const listTag = 0xcd;
export const shapeTag = 0xce;
export const emptyObjectTag = 0xd0;

export const shortTextTag = 0x80;
export const knownTextTag = 0xa0;
export const knownShapeTag = 0xa8;
export const shortListTag = 0xb0;

/** Places for remembered texts. */
export const placesCount: number = 1 << 10;
/** Characters of the texts that are remembered. */
export const rememberedMin = 2;
export const rememberedMax = 64;
/** Shapes that have a number in one record; objects of further shapes carry their keys. */
export const shapesMax: number = 1 << 11;
/** Bytes of one record. */
export const recordBytesMax: number = 1 << 30;

/** The bytes are not what a writer of this format writes. */
export class PackedError extends Error {
  override readonly name = 'PackedError';
}

/** The texts seen lately in one record, one at each place. */
export class RecentTexts {
  readonly #texts: string[] = new Array<string>(placesCount).fill('');
  /** Places that may hold a text, so that forgetting a small record is little work. */
  readonly #used: Uint16Array = new Uint16Array(placesCount);
  #usedCount = 0;

  at(place: number): string {
    return this.#texts[place] as string;
  }

  remember(place: number, text: string): void {
    this.#texts[place] = text;
    if (this.#usedCount < placesCount) this.#used[this.#usedCount] = place;
    this.#usedCount += 1;
  }

  forget(): void {
    if (this.#usedCount > placesCount) this.#texts.fill('');
    else for (let i = 0; i < this.#usedCount; i += 1) this.#texts[this.#used[i] as number] = '';
    this.#usedCount = 0;
  }
}

/** The place of a text that is worth remembering. */
export function placeOf(text: string): number {
  const n = text.length;
  return mix(n, text.charCodeAt(0), text.charCodeAt(n >> 1), text.charCodeAt(n - 1));
}

/** The same of a text whose characters are one byte each. */
export function placeOfBytes(bytes: Uint8Array, from: number, n: number): number {
  return mix(n, bytes[from] as number, bytes[from + (n >> 1)] as number, bytes[from + n - 1] as number);
}

function mix(n: number, first: number, middle: number, last: number): number {
  return Math.imul(n + (first << 6) + (middle << 13) + (last << 20), 0x9e3779b1) >>> 22;
}

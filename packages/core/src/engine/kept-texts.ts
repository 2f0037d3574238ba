/**
 * Texts as they stand in a checkpoint, not made into strings until somebody asks: most of a million customers are not
 * asked for in the minutes after a start, and a million strings take longer to make than all else that is taken up.
 *
 * A text begins at a whole word of 4 bytes: its length, doubled, plus one where a character takes two bytes; then the
 * characters' codes, one byte each where all fit. So every string comes back as it was, half a surrogate pair too.
 *
 * What has been taken up stays as long as the engine does, read or not: it takes no more room than the strings would.
 */

import { assert } from '../base/assert.ts';

/** A chunk has room for so many words, the first ones for less, as most engines are small. */
const CHUNK_WORDS: number = 2 ** 22;
const FIRST_CHUNK_WORDS = 2 ** 8;
const PLACES: number = 2 ** 32;
/** Characters that are made into a string at once. */
const PIECE = 4096;

/** Words of memory, and the same memory as bytes. */
export type Words = { readonly words: Uint32Array; readonly bytes: Uint8Array };

export function wordsOf(buffer: ArrayBuffer): Words {
  return { words: new Uint32Array(buffer), bytes: new Uint8Array(buffer) };
}

/** How many words a text takes at most. */
export function textWordsMax(text: string): number {
  return 1 + ((text.length * 2 + 3) >>> 2);
}

/** Writes a text at a word, where nothing stands yet; the word after it. */
export function writeText({ words, bytes }: Words, at: number, text: string): number {
  const start = (at + 1) * 4;
  const { length } = text;
  let i = 0;
  for (; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) break;
    bytes[start + i] = code;
  }
  const isWide = i < length;
  if (isWide) {
    for (i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      bytes[start + i * 2] = code & 0xff;
      bytes[start + i * 2 + 1] = code >>> 8;
    }
  }
  words[at] = length * 2 + (isWide ? 1 : 0);
  return afterText(words, at);
}

export function readText({ words, bytes }: Words, at: number): string {
  const header = words[at] as number;
  const length = header >>> 1;
  const width = (header & 1) + 1;
  const start = (at + 1) * 4;
  let text = '';
  const codes: number[] = [];
  for (let i = 0; i < length; i++) {
    const from = start + i * width;
    codes.push(
      width === 1 ? (bytes[from] as number) : (bytes[from] as number) | ((bytes[from + 1] as number) << 8),
    );
    if (codes.length < PIECE) continue;
    text += String.fromCharCode(...codes);
    codes.length = 0;
  }
  return text + String.fromCharCode(...codes);
}

/** The word after a text. */
export function afterText(words: Uint32Array, at: number): number {
  const header = words[at] as number;
  const bytes = (header >>> 1) * ((header & 1) + 1);
  return at + 1 + ((bytes + 3) >>> 2);
}

type Chunk = Words & {
  /** Place of its first word. */
  readonly base: number;
  filled: number;
};

/** Words copied from a checkpoint, each piece under the place that `take` gave: a whole number from 1 on. */
export class KeptTexts {
  readonly #chunks: Chunk[] = [];

  /** Copies words, which lie in one piece from then on; the place of the first. */
  take(source: Uint32Array, from: number, count: number): number {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.filled + count > chunk.words.length) chunk = this.#addChunk(count);
    const { words, base, filled } = chunk;
    words.set(source.subarray(from, from + count), filled);
    chunk.filled = filled + count;
    return base + filled;
  }

  wordAt(place: number): number {
    const { words, base } = this.#chunkOf(place);
    return words[place - base] as number;
  }

  textAt(place: number): string {
    const chunk = this.#chunkOf(place);
    return readText(chunk, place - chunk.base);
  }

  /** The place after a text. */
  after(place: number): number {
    const { words, base } = this.#chunkOf(place);
    return base + afterText(words, place - base);
  }

  #addChunk(count: number): Chunk {
    const last = this.#chunks.at(-1);
    const usual = last === undefined ? FIRST_CHUNK_WORDS : Math.min(last.words.length * 2, CHUNK_WORDS);
    const base = last === undefined ? 1 : last.base + last.words.length;
    const length = Math.max(usual, count);
    assert(base + length <= PLACES, 'texts of a checkpoint that are less than 16 GiB');
    const chunk: Chunk = { ...wordsOf(new ArrayBuffer(length * 4)), base, filled: 0 };
    this.#chunks.push(chunk);
    return chunk;
  }

  #chunkOf(place: number): Chunk {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((chunks[middle] as Chunk).base <= place) low = middle;
      else high = middle - 1;
    }
    return chunks[low] as Chunk;
  }
}

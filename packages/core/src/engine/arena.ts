/**
 * Memory for very many small blocks of bytes that grow now and then: one per customer.
 *
 * Idea. Chunks of a mebibyte, filled from one end, as a log is. A block that outgrows its room is written anew at the end
 * and leaves waste behind. When a sixteenth of all is waste, the chunk with the least in use is emptied: what is alive in it
 * is written anew too, and the chunk is used again. So blocks need no free lists and no neighbours, and those written
 * about the same time lie together.
 *
 *     block = [ owner: 4 bytes, capacity in units: 4 bytes, the owner's bytes … ]
 *
 * Places are whole numbers from 0 on, in units of 8 bytes.
 */

import { assert } from '../base/assert.ts';

const UNIT_BYTES = 8;
const HEADER_BYTES = 8;
/** Units of a chunk: 1 MiB. The first ones are smaller, as most engines are. */
const CHUNK_BITS = 17;
const CHUNK_UNITS: number = 2 ** CHUNK_BITS;
const FIRST_CHUNK_UNITS = 2 ** 9;
/** Room that a block gets beyond what it needs: a sixteenth, in units. */
const SPARE_SHIFT = 4;
/** Waste is let be up to a part of all of 1 / 2 ** this, and below this many units altogether. */
const WASTE_SHIFT = 4;
const WASTE_MIN_UNITS: number = CHUNK_UNITS / 4;

/** Owner of what is waste. */
const NOBODY = 0xffff_ffff;

/** The most bytes that a block can hold. */
export const blockBytesMax: number = (CHUNK_UNITS / 2) * UNIT_BYTES;

type Chunk = {
  readonly view: DataView;
  /** Header words and bytes of all blocks, four at a time. */
  readonly words: Uint32Array;
  readonly units: number;
  /** Units written so far, and how many of them are in use. */
  filled: number;
  used: number;
};

export class Arena {
  readonly #moved: (owner: number, place: number) => void;
  readonly #chunks: Chunk[] = [];
  /** Emptied chunks of full size. */
  readonly #free: number[] = [];
  #current = -1;
  #filled = 0;
  #used = 0;

  /** `moved` is told when an owner's block is elsewhere from now on. */
  constructor(moved: (owner: number, place: number) => void) {
    this.#moved = moved;
  }

  /** Where the block's bytes can be read: in this view … */
  viewOf(place: number): DataView {
    return (this.#chunks[place >>> CHUNK_BITS] as Chunk).view;
  }

  /** … from this byte on. */
  offsetOf(place: number): number {
    return (place & (CHUNK_UNITS - 1)) * UNIT_BYTES + HEADER_BYTES;
  }

  /**
   * Writes the first `bytes` of `source` into the block at `place`, or into a new one where they do not fit (or fill less
   * than half of it), or where there is none (negative). Returns the block's place.
   */
  write(owner: number, place: number, source: Uint32Array, bytes: number): number {
    const needed = Math.ceil((bytes + HEADER_BYTES) / UNIT_BYTES);
    let to = place;
    if (place >= 0) {
      const capacity = this.#capacityOf(place);
      if (needed > capacity || needed * 2 < capacity) {
        this.free(place);
        to = -1;
      }
    }
    if (to < 0) to = this.#allocate(owner, needed + (needed >>> SPARE_SHIFT));
    const { words } = this.#chunks[to >>> CHUNK_BITS] as Chunk;
    const at = (to & (CHUNK_UNITS - 1)) * 2 + 2;
    const n = (bytes + 3) >>> 2;
    for (let i = 0; i < n; i++) words[at + i] = source[i] as number;
    return to;
  }

  /** Units in use. */
  get used(): number {
    return this.#used;
  }

  /**
   * Makes an empty arena ready for about so many units. Memory that is asked for in one piece makes the collector of garbage
   * look around once, not for each mebibyte.
   */
  beginRestore(units: number): void {
    const chunks = Math.floor(units / CHUNK_UNITS);
    if (chunks === 0) return;
    const bytes = CHUNK_UNITS * UNIT_BYTES;
    const buffer = new ArrayBuffer(chunks * bytes);
    for (let i = 0; i < chunks; i++) {
      this.#free.push(this.#chunks.length);
      this.#chunks.push(chunkIn(buffer, i * bytes, CHUNK_UNITS));
    }
  }

  /**
   * Takes up blocks that `writeBlock` wrote one after another, from the word `from` of `source` to `to`: copied in one piece
   * as far as a chunk has room. Notes the place of each under its owner.
   */
  restore(source: Uint32Array, from: number, to: number, places: Int32Array): void {
    for (let at = from; at < to;) {
      let chunk = this.#chunks[this.#current];
      if (chunk === undefined || chunk.filled + unitsAt(source, at) > chunk.units) {
        chunk = this.#nextChunk(unitsAt(source, at));
      }
      const { filled, units, words } = chunk;
      const first = this.#current * CHUNK_UNITS + filled;
      let end = at;
      let room = units - filled;
      while (end < to) {
        const needed = unitsAt(source, end);
        if (needed > room) break;
        places[source[end] as number] = first + (end - at) / 2;
        room -= needed;
        end += needed * 2;
      }
      words.set(source.subarray(at, end), filled * 2);
      this.#count(chunk, (end - at) / 2);
      at = end;
    }
  }

  /** The block's bytes, and what room it has; valid until something is written. */
  bytesOf(place: number): Uint8Array {
    const { words } = this.#chunks[place >>> CHUNK_BITS] as Chunk;
    const from = words.byteOffset + this.offsetOf(place);
    const bytes = this.#capacityOf(place) * UNIT_BYTES - HEADER_BYTES;
    return new Uint8Array(words.buffer, from, bytes);
  }

  free(place: number): void {
    const chunk = this.#chunks[place >>> CHUNK_BITS] as Chunk;
    const capacity = this.#capacityOf(place);
    chunk.words[(place & (CHUNK_UNITS - 1)) * 2] = NOBODY;
    chunk.used -= capacity;
    this.#used -= capacity;
  }

  #capacityOf(place: number): number {
    const { words } = this.#chunks[place >>> CHUNK_BITS] as Chunk;
    return words[(place & (CHUNK_UNITS - 1)) * 2 + 1] as number;
  }

  #allocate(owner: number, units: number): number {
    const waste = this.#filled - this.#used;
    if (waste > WASTE_MIN_UNITS && waste > this.#filled >>> WASTE_SHIFT) this.#emptyOne();
    return this.#append(owner, units);
  }

  #append(owner: number, units: number): number {
    let chunk = this.#chunks[this.#current];
    if (chunk === undefined || chunk.filled + units > chunk.units) chunk = this.#nextChunk(units);
    const at = chunk.filled;
    chunk.words[at * 2] = owner;
    chunk.words[at * 2 + 1] = units;
    this.#count(chunk, units);
    return this.#current * CHUNK_UNITS + at;
  }

  #count(chunk: Chunk, units: number): void {
    chunk.filled += units;
    chunk.used += units;
    this.#filled += units;
    this.#used += units;
  }

  #nextChunk(units: number): Chunk {
    const free = this.#free.pop();
    if (free !== undefined) {
      this.#current = free;
      return this.#chunks[free] as Chunk;
    }
    const size = Math.min(CHUNK_UNITS, FIRST_CHUNK_UNITS * 2 ** this.#chunks.length);
    const buffer = new ArrayBuffer(Math.max(size, units) * UNIT_BYTES);
    const chunk = chunkIn(buffer, 0, Math.max(size, units));
    this.#current = this.#chunks.length;
    this.#chunks.push(chunk);
    return chunk;
  }

  /** Writes what is alive in the chunk with the most waste anew, and gives the chunk free. */
  #emptyOne(): void {
    let most = -1;
    let emptied = -1;
    for (let i = 0; i < this.#chunks.length; i++) {
      const { filled, used } = this.#chunks[i] as Chunk;
      if (i === this.#current || filled - used <= most) continue;
      most = filled - used;
      emptied = i;
    }
    if (most <= 0) return;
    const chunk = this.#chunks[emptied] as Chunk;
    const { words, filled } = chunk;
    for (let at = 0; at < filled; at += words[at * 2 + 1] as number) {
      this.#moveIfAlive(chunk, emptied * CHUNK_UNITS + at);
    }
    this.#filled -= filled;
    chunk.filled = 0;
    if (chunk.units === CHUNK_UNITS) this.#free.push(emptied);
  }

  #moveIfAlive(from: Chunk, place: number): void {
    const at = (place & (CHUNK_UNITS - 1)) * 2;
    const owner = from.words[at] as number;
    if (owner === NOBODY) return;
    const units = from.words[at + 1] as number;
    const to = this.#append(owner, units);
    const { words } = this.#chunks[to >>> CHUNK_BITS] as Chunk;
    const start = (to & (CHUNK_UNITS - 1)) * 2;
    for (let i = 2; i < units * 2; i++) words[start + i] = from.words[at + i] as number;
    from.used -= units;
    this.#used -= units;
    this.#moved(owner, to);
  }
}

/** Words of a block of so many bytes of its owner's. */
export function blockWordsOf(bytes: number): number {
  return Math.ceil((bytes + HEADER_BYTES) / UNIT_BYTES) * 2;
}

/** Writes a block as it lies in an arena, into words that are 0; `bytes` are what `bytesOf` gave. Returns the word after it. */
export function writeBlock(words: Uint32Array, at: number, owner: number, bytes: Uint8Array): number {
  const count = blockWordsOf(bytes.length);
  words[at] = owner;
  words[at + 1] = count / 2;
  new Uint8Array(words.buffer, words.byteOffset + at * 4 + HEADER_BYTES).set(bytes);
  return at + count;
}

/** The size of the block that begins at a word. */
function unitsAt(words: Uint32Array, at: number): number {
  const units = words[at + 1] as number;
  assert(units > 0, 'blocks one after another');
  return units;
}

function chunkIn(buffer: ArrayBuffer, offset: number, units: number): Chunk {
  return {
    view: new DataView(buffer, offset, units * UNIT_BYTES),
    words: new Uint32Array(buffer, offset, units * 2),
    units,
    filled: 0,
    used: 0,
  };
}

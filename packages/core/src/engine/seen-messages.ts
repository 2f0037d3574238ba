/**
 * Which messages have been taken, by messageId: a second one with the same id changes nothing.
 *
 * Ids are kept as 80-bit hashes, whatever their length, in some 14 bytes each; that two of a billion different ids share
 * one has a probability of 1 in 10^6, and that a message is taken for one of the fifty million remembered of 1 in 10^16.
 * Two generations: when the younger is full it becomes the older, and the older is forgotten.
 *
 * A table is divided into buckets of 64 bytes, a line of the processor's cache, with six hashes each; what finds its bucket
 * full goes to the next. Tables come in shards that grow by themselves, by a quarter once they are large, so that
 * there is little empty room and no long pause.
 *
 * Hashes are written down by the part of the tables that they belong to. So taking up fifty million is a walk over all pieces
 * side by side, part by part, in which memory that is written to lies in the processor's cache.
 */

import { assert } from '../base/assert.ts';

const SHARDS = 64;
/** Words of a bucket: six pairs of words, then six halves of words, then how many hashes there are. */
const BUCKET_WORDS = 16;
const HASHES = 6;
const HALVES_AT: number = HASHES * 2;
const COUNT_AT: number = BUCKET_WORDS - 1;
/** A shard grows when it is fuller than this. */
const LOAD_MAX = 0.85;
/** Below this a shard doubles: room is no matter yet. */
const SMALL_BUCKETS = 512;
const HASH_WORDS = 3;
/** Room for so many hashes is made for one that is taken up. */
const ROOM_SHARE = 1.1;
/** Parts of a shard, by the place of the bucket in it: each lies in the processor's cache. */
const PARTS = 8;
/** Pieces of fewer words are put together before they are taken up, as each is looked at for each part. */
const PIECE_WORDS_MIN: number = 4_096 * HASH_WORDS;

/** Part of a generation. */
class Shard {
  #words = new Uint32Array(BUCKET_WORDS);
  #buckets = 1;
  size = 0;

  /** Notes a hash, or only looks for it; true when it was there already. */
  note(a: number, b: number, c: number, adds: boolean): boolean {
    const words = this.#words;
    for (let start = this.#bucketOf(a) * BUCKET_WORDS; ;) {
      const count = words[start + COUNT_AT] as number;
      for (let i = 0; i < count; i++) {
        const at = start + i * 2;
        if (words[at] === a && words[at + 1] === b && halfAt(words, start, i) === c) return true;
      }
      if (count < HASHES) {
        if (adds) this.put(a, b, c);
        return false;
      }
      start += BUCKET_WORDS;
      if (start === words.length) start = 0;
    }
  }

  /** Makes room for so many hashes in an empty shard, and for some that are to come. */
  reserve(hashes: number): void {
    this.#buckets = Math.max(1, Math.ceil((hashes * ROOM_SHARE) / (HASHES * LOAD_MAX)));
    this.#words = new Uint32Array(this.#buckets * BUCKET_WORDS);
  }

  /** Adds a hash that is not there. */
  put(a: number, b: number, c: number): void {
    putNew(this.#words, this.#bucketOf(a), a, b, c);
    this.size++;
    if (this.size > this.#buckets * HASHES * LOAD_MAX) this.#grow();
  }

  /** The shard went by the lowest bits of `a`; what is above decides the bucket. */
  #bucketOf(a: number): number {
    return bucketAmong(this.#buckets, a);
  }

  #grow(): void {
    const old = this.#words;
    const buckets = Math.ceil(this.#buckets * (this.#buckets < SMALL_BUCKETS ? 2 : 1.25));
    const words = new Uint32Array(buckets * BUCKET_WORDS);
    for (let from = 0; from < old.length; from += BUCKET_WORDS) {
      const count = old[from + COUNT_AT] as number;
      for (let i = 0; i < count; i++) {
        const a = old[from + i * 2] as number;
        putNew(words, bucketAmong(buckets, a), a, old[from + i * 2 + 1] as number, halfAt(old, from, i));
      }
    }
    this.#buckets = buckets;
    this.#words = words;
  }

  /** All hashes, three words each. */
  list(): Uint32Array {
    const words = this.#words;
    const hashes = new Uint32Array(this.size * HASH_WORDS);
    let n = 0;
    for (let start = 0; start < words.length; start += BUCKET_WORDS) {
      const count = words[start + COUNT_AT] as number;
      for (let i = 0; i < count; i++) {
        hashes[n] = words[start + i * 2] as number;
        hashes[n + 1] = words[start + i * 2 + 1] as number;
        hashes[n + 2] = halfAt(words, start, i);
        n += HASH_WORDS;
      }
    }
    return hashes;
  }
}

function bucketAmong(buckets: number, a: number): number {
  return Math.floor(((a >>> 6) * buckets) / 2 ** 26);
}

/** Puts a hash that is not there into the first bucket from one on that has room. */
function putNew(words: Uint32Array, bucket: number, a: number, b: number, c: number): void {
  let start = bucket * BUCKET_WORDS;
  while (words[start + COUNT_AT] === HASHES) {
    start += BUCKET_WORDS;
    if (start === words.length) start = 0;
  }
  const i = words[start + COUNT_AT] as number;
  words[start + i * 2] = a;
  words[start + i * 2 + 1] = b;
  const half = start + HALVES_AT + (i >>> 1);
  words[half] = (words[half] as number) | (c << ((i & 1) * 16));
  words[start + COUNT_AT] = i + 1;
}

function halfAt(words: Uint32Array, start: number, i: number): number {
  return ((words[start + HALVES_AT + (i >>> 1)] as number) >>> ((i & 1) * 16)) & 0xffff;
}

class Generation {
  readonly #shards: readonly Shard[] = Array.from({ length: SHARDS }, () => new Shard());
  size = 0;

  has(a: number, b: number, c: number): boolean {
    return (this.#shards[a % SHARDS] as Shard).note(a, b, c, false);
  }

  /** Puts so many hashes that differ into an empty generation, from pieces of which each is sorted by parts. */
  fill(pieces: readonly Uint32Array[], hashes: number): void {
    const share = hashes / SHARDS;
    for (const shard of this.#shards) shard.reserve(share + 4 * Math.sqrt(share));
    const large = putTogether(pieces);
    const reached = large.map(() => 0);
    for (let part = 0; part < SHARDS * PARTS; part++) {
      const shard = this.#shards[Math.floor(part / PARTS)] as Shard;
      for (let n = 0; n < large.length; n++) {
        reached[n] = putPart(shard, part, large[n] as Uint32Array, reached[n] as number);
      }
    }
    assert(
      large.every((words, n) => reached[n] === words.length),
      'hashes by parts',
    );
    this.size = hashes;
  }

  /** Adds a hash; true when it was there already. */
  add(a: number, b: number, c: number): boolean {
    const wasThere = (this.#shards[a % SHARDS] as Shard).note(a, b, c, true);
    if (!wasThere) this.size++;
    return wasThere;
  }

  /** All hashes, three words each, in no order. */
  list(into: Uint32Array, from: number): void {
    let at = from;
    for (const shard of this.#shards) {
      const list = shard.list();
      into.set(list, at);
      at += list.length;
    }
  }

  /** All hashes, three words each, in an order that depends on nothing but them. */
  sorted(): number[] {
    const hashes: (readonly [number, number, number])[] = [];
    for (const shard of this.#shards) {
      const list = shard.list();
      for (let i = 0; i < list.length; i += HASH_WORDS) {
        hashes.push([list[i] as number, list[i + 1] as number, list[i + 2] as number]);
      }
    }
    return hashes.sort((x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2]).flat();
  }
}

/** The shard and the part of it in which a hash's bucket lies. */
function partOf(a: number): number {
  return (a % SHARDS) * PARTS + (a >>> 29);
}

/** Puts hashes from a word on that belong to a part; the first word of those that do not. */
function putPart(shard: Shard, part: number, words: Uint32Array, from: number): number {
  let i = from;
  for (; i < words.length && partOf(words[i] as number) === part; i += HASH_WORDS) {
    shard.put(words[i] as number, words[i + 1] as number, words[i + 2] as number);
  }
  return i;
}

/** Pieces that are large, or made of small ones. */
function putTogether(pieces: readonly Uint32Array[]): readonly Uint32Array[] {
  const large: Uint32Array[] = [];
  let small: Uint32Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    if (piece.length >= PIECE_WORDS_MIN) {
      large.push(piece);
      continue;
    }
    small.push(piece);
    length += piece.length;
    if (length < PIECE_WORDS_MIN) continue;
    large.push(joined(small, length));
    small = [];
    length = 0;
  }
  if (length > 0) large.push(joined(small, length));
  return large;
}

function joined(pieces: readonly Uint32Array[], length: number): Uint32Array {
  const words = new Uint32Array(length);
  let at = 0;
  for (const piece of pieces) {
    words.set(piece, at);
    at += piece.length;
  }
  sortByParts(words, 0, length);
  return words;
}

/** Sorts the hashes from one word to another by parts, and leaves their order within a part. */
function sortByParts(words: Uint32Array, from: number, to: number): void {
  const starts = new Uint32Array(SHARDS * PARTS + 1);
  for (let i = from; i < to; i += HASH_WORDS) {
    const next = partOf(words[i] as number) + 1;
    starts[next] = (starts[next] as number) + HASH_WORDS;
  }
  for (let part = 1; part < starts.length; part++) {
    starts[part] = (starts[part] as number) + (starts[part - 1] as number);
  }
  const sorted = new Uint32Array(to - from);
  for (let i = from; i < to; i += HASH_WORDS) {
    const part = partOf(words[i] as number);
    const at = starts[part] as number;
    sorted[at] = words[i] as number;
    sorted[at + 1] = words[i + 1] as number;
    sorted[at + 2] = words[i + 2] as number;
    starts[part] = at + HASH_WORDS;
  }
  words.set(sorted, from);
}

/** Those of the words of all pieces, one after another, from one to another. */
function between(pieces: readonly Uint32Array[], from: number, to: number): readonly Uint32Array[] {
  const found: Uint32Array[] = [];
  let start = 0;
  for (const words of pieces) {
    const part = words.subarray(Math.max(from - start, 0), Math.max(to - start, 0));
    if (part.length > 0) found.push(part);
    start += words.length;
  }
  return found;
}

/** A list of hashes that grows, and at which of its words generations begin. */
class HashList {
  #words = new Uint32Array(HASH_WORDS * 256);
  #size = 0;
  readonly #cuts: number[] = [];

  /** What comes from now on belongs to another generation. */
  cut(): void {
    this.#cuts.push(this.#size);
  }

  push(a: number, b: number, c: number): void {
    if (this.#size === this.#words.length) {
      const words = new Uint32Array(this.#size * 2);
      words.set(this.#words);
      this.#words = words;
    }
    this.#words[this.#size] = a;
    this.#words[this.#size + 1] = b;
    this.#words[this.#size + 2] = c;
    this.#size += HASH_WORDS;
  }

  /** Those of each generation by parts. */
  words(): Uint32Array {
    const words = this.#words.slice(0, this.#size);
    let from = 0;
    for (const to of [...this.#cuts, this.#size]) {
      sortByParts(words, from, to);
      from = to;
    }
    return words;
  }
}

/** How many hashes there are of the younger and of the older generation. */
export type SeenSizes = { readonly young: number; readonly old: number };

export class SeenMessages {
  readonly #max: number;
  #young = new Generation();
  #old = new Generation();
  #fresh: HashList | undefined = undefined;

  /** Between half of `max` and `max` of the latest ids are remembered; see `seenMessagesMax`. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes an id; true when it had been seen. */
  see(messageId: string): boolean {
    // Three lanes take turns: ids that differ in one character differ in its lane, whatever the others say.
    const n = messageId.length;
    let h1 = 0x9e3779b9 ^ n;
    let h2 = 0x243f6a88;
    let h3 = 0xb7e15162;
    let i = 0;
    for (; i + 2 < n; i += 3) {
      h1 = Math.imul(h1 ^ messageId.charCodeAt(i), 0x85ebca6b);
      h2 = Math.imul(h2 ^ messageId.charCodeAt(i + 1), 0xc2b2ae35);
      h3 = Math.imul(h3 ^ messageId.charCodeAt(i + 2), 0x27d4eb2f);
    }
    if (i < n) h1 = Math.imul(h1 ^ messageId.charCodeAt(i), 0x85ebca6b);
    if (i + 1 < n) h2 = Math.imul(h2 ^ messageId.charCodeAt(i + 1), 0xc2b2ae35);
    h1 = Math.imul(h1 ^ (h2 >>> 15), 0x2c1b3c6d) ^ (h3 >>> 13);
    h2 = Math.imul(h2 ^ (h3 >>> 15), 0x297a2d39) ^ (h1 >>> 12);
    h3 = Math.imul(h3 ^ (h1 >>> 14), 0x165667b1) ^ (h2 >>> 16);
    // A hash of nothing but zeros would look like an empty place.
    return this.#note(h1 >>> 0, h2 >>> 0, (h1 | h2 | (h3 >>> 16)) === 0 ? 1 : h3 >>> 16);
  }

  #note(a: number, b: number, c: number): boolean {
    if (this.#old.size > 0 && this.#old.has(a, b, c)) return true;
    if (this.#young.size >= this.#max / 2 && !this.#young.has(a, b, c)) {
      this.#old = this.#young;
      this.#young = new Generation();
      this.#fresh?.cut();
    }
    const wasThere = this.#young.add(a, b, c);
    if (!wasThere) this.#fresh?.push(a, b, c);
    return wasThere;
  }

  /** How many are remembered of each generation. */
  get sizes(): SeenSizes {
    return { young: this.#young.size, old: this.#old.size };
  }

  /**
   * Hashes noted since the last call, three words each; the first call gives all. Those of the older generation come first;
   * each generation's are in the order of the parts that they belong to.
   */
  takeFresh(): Uint32Array {
    const fresh = this.#fresh;
    this.#fresh = new HashList();
    if (fresh !== undefined) return fresh.words();
    const all = new Uint32Array((this.#old.size + this.#young.size) * HASH_WORDS);
    const youngFrom = this.#old.size * HASH_WORDS;
    this.#old.list(all, 0);
    this.#young.list(all, youngFrom);
    sortByParts(all, 0, youngFrom);
    sortByParts(all, youngFrom, all.length);
    return all;
  }

  /**
   * Remembers what was remembered when there were so many of each generation: the last of the hashes that `takeFresh` has
   * given until then, in the order of the calls. `takeFresh` gives what is noted from now on.
   */
  restoreHashes(pieces: readonly Uint32Array[], { young, old }: SeenSizes): void {
    const given = pieces.reduce((sum, words) => sum + words.length, 0);
    const youngFrom = given - young * HASH_WORDS;
    assert(youngFrom >= old * HASH_WORDS, 'the hashes of all messages remembered');
    this.#old.fill(between(pieces, youngFrom - old * HASH_WORDS, youngFrom), old);
    this.#young.fill(between(pieces, youngFrom, given), young);
    this.#fresh = new HashList();
  }

  /** As plain data: three words a hash, sorted. */
  state(): { readonly young: readonly number[]; readonly old: readonly number[] } {
    return { young: this.#young.sorted(), old: this.#old.sorted() };
  }

  restore(state: { readonly young: readonly number[]; readonly old: readonly number[] }): void {
    addAll(this.#old, state.old);
    addAll(this.#young, state.young);
  }
}

function addAll(generation: Generation, words: readonly number[]): void {
  for (let i = 0; i < words.length; i += HASH_WORDS) {
    generation.add(words[i] as number, words[i + 1] as number, words[i + 2] as number);
  }
}

/**
 * Which messages have been taken, by messageId: a second one with the same id changes nothing.
 *
 * Ids are kept as 96-bit hashes in an open-addressing table (16 to 32 bytes an id, whatever its length); that two of a
 * billion different ids share one has a probability of 1 in 10^11. Two generations: when the younger is full it
 * becomes the older, and the older is forgotten.
 */

const INITIAL_SLOTS = 1024;
const WORDS = 3;
/** A table grows when it is fuller than this. */
const LOAD_MAX = 0.75;

/** One generation. A slot whose words are all 0 is empty. */
class Generation {
  #words = new Uint32Array(INITIAL_SLOTS * WORDS);
  #slots = INITIAL_SLOTS;
  size = 0;

  /** Index of the hash's slot, or of the empty one where it belongs. */
  #find(a: number, b: number, c: number): number {
    const words = this.#words;
    const mask = this.#slots - 1;
    let slot = a & mask;
    for (;;) {
      const i = slot * WORDS;
      if (words[i] === a && words[i + 1] === b && words[i + 2] === c) return i;
      if (words[i] === 0 && words[i + 1] === 0 && words[i + 2] === 0) return i;
      slot = (slot + 1) & mask;
    }
  }

  #isEmpty(i: number): boolean {
    return this.#words[i] === 0 && this.#words[i + 1] === 0 && this.#words[i + 2] === 0;
  }

  has(a: number, b: number, c: number): boolean {
    return !this.#isEmpty(this.#find(a, b, c));
  }

  /** Adds a hash; true when it was there already. */
  add(a: number, b: number, c: number): boolean {
    const i = this.#find(a, b, c);
    if (!this.#isEmpty(i)) return true;
    this.#put(i, a, b, c);
    this.size++;
    if (this.size > this.#slots * LOAD_MAX) this.#grow();
    return false;
  }

  #put(i: number, a: number, b: number, c: number): void {
    this.#words[i] = a;
    this.#words[i + 1] = b;
    this.#words[i + 2] = c;
  }

  /** All hashes, three words each, in an order that depends on nothing but them. */
  sorted(): number[] {
    const hashes: (readonly [number, number, number])[] = [];
    for (let i = 0; i < this.#words.length; i += WORDS) {
      if (this.#isEmpty(i)) continue;
      hashes.push([this.#words[i] as number, this.#words[i + 1] as number, this.#words[i + 2] as number]);
    }
    return hashes.sort((x, y) => x[0] - y[0] || x[1] - y[1] || x[2] - y[2]).flat();
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(this.#slots * WORDS);
    for (let i = 0; i < old.length; i += WORDS) {
      const a = old[i] as number;
      const b = old[i + 1] as number;
      const c = old[i + 2] as number;
      if (a !== 0 || b !== 0 || c !== 0) this.#put(this.#find(a, b, c), a, b, c);
    }
  }
}

export class SeenMessages {
  readonly #max: number;
  #young = new Generation();
  #old = new Generation();

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
    // A hash of nothing but zeros would look like an empty slot.
    return this.#note(h1 >>> 0, h2 >>> 0, h3 === 0 ? 1 : h3 >>> 0);
  }

  #note(a: number, b: number, c: number): boolean {
    if (this.#old.size > 0 && this.#old.has(a, b, c)) return true;
    if (this.#young.size >= this.#max / 2 && !this.#young.has(a, b, c)) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    return this.#young.add(a, b, c);
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
  for (let i = 0; i < words.length; i += WORDS) {
    generation.add(words[i] as number, words[i + 1] as number, words[i + 2] as number);
  }
}

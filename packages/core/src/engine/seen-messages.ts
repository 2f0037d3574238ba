/**
 * Which messages have been taken, by messageId: a second one with the same id changes nothing.
 *
 * Ids are kept as two independent 53-bit hashes in an open-addressing table (32 to 64 bytes an id whatever its
 * length); that two different ids among a billion share both is less likely than a bit flipping in memory. Two
 * generations: when the younger is full it becomes the older, and the older is forgotten.
 */

const INITIAL_SLOTS = 1024;

/** One generation. A slot with a first hash of 0 is empty. */
class Generation {
  #slots = new Float64Array(INITIAL_SLOTS * 2);
  size = 0;

  has(a: number, b: number): boolean {
    return this.#slots[this.#find(this.#slots, a, b)] !== 0;
  }

  add(a: number, b: number): void {
    if (this.size * 4 >= this.#slots.length) this.#grow();
    const i = this.#find(this.#slots, a, b);
    this.#slots[i] = a;
    this.#slots[i + 1] = b;
    this.size++;
  }

  *entries(): Iterable<readonly [number, number]> {
    for (let i = 0; i < this.#slots.length; i += 2) {
      const a = this.#slots[i] as number;
      if (a !== 0) yield [a, this.#slots[i + 1] as number];
    }
  }

  /** Index of the id's slot, or of the empty one where it belongs. */
  #find(slots: Float64Array, a: number, b: number): number {
    const mask = slots.length / 2 - 1;
    let slot = (a % 0x1_0000_0000) & mask;
    while (slots[slot * 2] !== 0 && (slots[slot * 2] !== a || slots[slot * 2 + 1] !== b)) {
      slot = (slot + 1) & mask;
    }
    return slot * 2;
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      const a = old[i] as number;
      if (a === 0) continue;
      const to = this.#find(this.#slots, a, old[i + 1] as number);
      this.#slots[to] = a;
      this.#slots[to + 1] = old[i + 1] as number;
    }
  }
}

export class SeenMessages {
  readonly #max: number;
  #young = new Generation();
  #old = new Generation();

  /** `max` ids are remembered at least half of the time; see `seenMessagesMax`. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes an id; true when it had been seen. */
  see(messageId: string): boolean {
    let h1 = 0x9e3779b9;
    let h2 = 0x243f6a88;
    let h3 = 0xb7e15162;
    let h4 = 0x85a308d3;
    for (let i = 0; i < messageId.length; i++) {
      const c = messageId.charCodeAt(i);
      h1 = Math.imul(h1 ^ c, 0x85ebca6b);
      h2 = Math.imul(h2 ^ c, 0xc2b2ae35);
      h3 = Math.imul(h3 ^ c, 0x27d4eb2f);
      h4 = Math.imul(h4 ^ c, 0x165667b1);
    }
    h1 = Math.imul(h1 ^ (h2 >>> 15), 0x2c1b3c6d) ^ Math.imul(h2 ^ (h1 >>> 13), 0x297a2d39);
    h3 = Math.imul(h3 ^ (h4 >>> 15), 0x2c1b3c6d) ^ Math.imul(h4 ^ (h3 >>> 13), 0x297a2d39);
    const a = (h2 & 0x1fffff) * 0x1_0000_0000 + (h1 >>> 0);
    return this.#note(a === 0 ? 1 : a, (h4 & 0x1fffff) * 0x1_0000_0000 + (h3 >>> 0));
  }

  #note(a: number, b: number): boolean {
    if (this.#young.has(a, b) || (this.#old.size > 0 && this.#old.has(a, b))) return true;
    if (this.#young.size >= this.#max / 2) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.add(a, b);
    return false;
  }

  /** As plain data, in an order that depends on nothing but the ids. */
  state(): { readonly young: readonly number[]; readonly old: readonly number[] } {
    return { young: flat(this.#young), old: flat(this.#old) };
  }

  restore(state: { readonly young: readonly number[]; readonly old: readonly number[] }): void {
    for (let i = 0; i < state.old.length; i += 2) this.#old.add(state.old[i] as number, state.old[i + 1] as number);
    for (let i = 0; i < state.young.length; i += 2) {
      this.#young.add(state.young[i] as number, state.young[i + 1] as number);
    }
  }
}

function flat(generation: Generation): number[] {
  return [...generation.entries()].sort(([a, b], [c, d]) => a - c || b - d).flat();
}

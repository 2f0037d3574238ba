/**
 * Brings what comes nearly in order into order: so many are held back that whatever comes a little late still finds its place
 * among them. What comes later than that is refused, and is somebody else's to sort.
 *
 * What is refused depends on the instants alone, in the order in which they come: two that are told the same refuse the same.
 * Cost: each item is looked at in two sorts of lists that are nearly sorted.
 */

import type { Instant } from '@segue/core/model/message.ts';

export type NearOrderOptions<T> = {
  readonly compare: (a: T, b: T) => number;
  readonly atOf: (item: T) => Instant;
  /** How many are held back. */
  readonly held?: number;
};

/** Twice as many are in memory, at about a kilobyte each: what dozens of senders at once bring in large bodies is put in order. */
const heldDefault = 65_536;

export class NearOrder<T> {
  readonly #options: NearOrderOptions<T>;
  readonly #held: number;
  #items: T[] = [];
  /** The last that was let go. */
  #passed: Instant = -Infinity;

  constructor(options: NearOrderOptions<T>) {
    this.#options = options;
    this.#held = options.held ?? heldDefault;
  }

  /** False where what comes after it has been let go already. */
  add(item: T): boolean {
    if (this.#options.atOf(item) < this.#passed) return false;
    this.#items.push(item);
    return true;
  }

  /** Those before which nothing can come any more, in order; none until there are twice as many as are held. */
  ready(): readonly T[] {
    return this.#items.length < 2 * this.#held ? [] : this.#letGo(this.#items.length - this.#held);
  }

  /** All that are held, in order. */
  rest(): readonly T[] {
    return this.#letGo(this.#items.length);
  }

  #letGo(count: number): readonly T[] {
    const { compare, atOf } = this.#options;
    const sorted = this.#items.sort(compare);
    const gone = sorted.slice(0, count);
    this.#items = sorted.slice(count);
    const last = gone.at(-1);
    if (last !== undefined) this.#passed = atOf(last);
    return gone;
  }
}

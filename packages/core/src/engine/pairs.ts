/**
 * Small sorted tables of (key, number): keys are whole numbers from 0 on, and found by halving. What is taken out leaves
 * no hole. Arrays grow and never shrink by themselves: a table is a part of a working customer, which is used again and
 * again for one customer after another (see customers.ts).
 */

const ROOM_MIN = 8;

/**
 * An array of n doubles. All number arrays of customers are made here and never grow in place, so that the engine of
 * JavaScript sees one kind of array everywhere. They are plain arrays: typed ones take three times as much beside their
 * numbers, and as long again to reach.
 */
export function makeDoubles(n: number): number[] {
  const doubles = new Array<number>(n);
  for (let i = 0; i < n; i++) doubles[i] = Infinity;
  return doubles;
}

/** The array that has nothing yet; never written to. */
export const NO_DOUBLES: number[] = makeDoubles(1).slice(1);

export class Pairs {
  /** Key and value after one another, ascending by key; only the first `size` pairs mean anything. */
  list: number[] = NO_DOUBLES;
  size = 0;

  keyAt(i: number): number {
    return this.list[i * 2] as number;
  }

  valueAt(i: number): number {
    return this.list[i * 2 + 1] as number;
  }

  setValueAt(i: number, value: number): void {
    this.list[i * 2 + 1] = value;
  }

  /** Index of the key, or −1. */
  find(key: number): number {
    const i = this.#placeOf(key);
    return i < this.size && this.list[i * 2] === key ? i : -1;
  }

  /** Sets a key's value. */
  set(key: number, value: number): void {
    const at = this.#placeOf(key);
    const size = this.size;
    if (at < size && this.list[at * 2] === key) {
      this.list[at * 2 + 1] = value;
      return;
    }
    this.reserve(size + 1);
    const { list } = this;
    for (let i = size * 2 - 1; i >= at * 2; i--) list[i + 2] = list[i] as number;
    list[at * 2] = key;
    list[at * 2 + 1] = value;
    this.size = size + 1;
  }

  /** Adds a key that is greater than all; room for it has been reserved. */
  append(key: number, value: number): void {
    const at = this.size * 2;
    this.list[at] = key;
    this.list[at + 1] = value;
    this.size++;
  }

  drop(key: number): void {
    const at = this.find(key);
    if (at < 0) return;
    const { list } = this;
    const size = --this.size;
    for (let i = at * 2; i < size * 2; i++) list[i] = list[i + 2] as number;
  }

  clear(): void {
    this.size = 0;
  }

  /** Becomes what another one is, and shares nothing with it. */
  copyFrom({ list, size }: Pairs): void {
    this.size = 0;
    this.reserve(size);
    for (let i = 0; i < size * 2; i++) this.list[i] = list[i] as number;
    this.size = size;
  }

  /** Sees to it that there is room for that many. */
  reserve(size: number): void {
    const { list } = this;
    if (size * 2 <= list.length) return;
    const room = makeDoubles(2 * Math.max(ROOM_MIN, size + (size >>> 1)));
    for (let i = 0; i < this.size * 2; i++) room[i] = list[i] as number;
    this.list = room;
  }

  /** (key, value) after one another, as a list of their own. */
  toList(): number[] {
    return this.list.slice(0, this.size * 2);
  }

  #placeOf(key: number): number {
    const { list } = this;
    let lo = 0;
    let hi = this.size;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if ((list[mid * 2] as number) < key) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }
}

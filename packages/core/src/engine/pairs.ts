/**
 * Small sorted tables of (key, number): keys are whole numbers from 0 on, and found by halving. What is taken out leaves
 * no hole. Arrays grow and never shrink by themselves: a table is a part of a working customer, which is used again and
 * again for one customer after another (see customers.ts).
 */

const NO_KEYS = new Int32Array(0);
const NO_VALUES = new Float64Array(0);
const ROOM_MIN = 8;

export class Pairs {
  /** Ascending; only the first `size` mean anything. */
  keys: Int32Array = NO_KEYS;
  values: Float64Array = NO_VALUES;
  size = 0;

  /** Index of the key, or −1. */
  find(key: number): number {
    const i = this.#placeOf(key);
    return i < this.size && this.keys[i] === key ? i : -1;
  }

  /** Sets a key's value. */
  set(key: number, value: number): void {
    const at = this.#placeOf(key);
    if (at < this.size && this.keys[at] === key) {
      this.values[at] = value;
      return;
    }
    const size = this.size;
    if (size === this.keys.length) this.reserve(size + 1);
    const { keys, values } = this;
    for (let i = size; i > at; i--) {
      keys[i] = keys[i - 1] as number;
      values[i] = values[i - 1] as number;
    }
    keys[at] = key;
    values[at] = value;
    this.size = size + 1;
  }

  /** Adds a key that is greater than all; room for it has been reserved. */
  append(key: number, value: number): void {
    this.keys[this.size] = key;
    this.values[this.size] = value;
    this.size++;
  }

  drop(key: number): void {
    const at = this.find(key);
    if (at < 0) return;
    const { keys, values } = this;
    const size = --this.size;
    for (let i = at; i < size; i++) {
      keys[i] = keys[i + 1] as number;
      values[i] = values[i + 1] as number;
    }
  }

  clear(): void {
    this.size = 0;
  }

  /** Sees to it that there is room for that many. */
  reserve(size: number): void {
    if (size <= this.keys.length) return;
    const room = Math.max(ROOM_MIN, size + (size >>> 1));
    const keys = new Int32Array(room);
    const values = new Float64Array(room);
    keys.set(this.keys);
    values.set(this.values);
    this.keys = keys;
    this.values = values;
  }

  /** (key, value) after one another, as a list of their own. */
  list(): number[] {
    const list: number[] = [];
    for (let i = 0; i < this.size; i++) list.push(this.keys[i] as number, this.values[i] as number);
    return list;
  }

  #placeOf(key: number): number {
    const { keys } = this;
    let lo = 0;
    let hi = this.size;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if ((keys[mid] as number) < key) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }
}

/**
 * What people did within N days after an entry, of one measure: those who entered, and at each entry everybody who existed
 * then and was not in the segment.
 *
 * Idea. Entries are numbered in order of time. That a customer did something at o counts for every entry at t with
 * t < o ≤ t + N at which they stood outside: a range of numbers, or a few. So each thing done is added to the two ends of a
 * range, and the sums over all who stood outside at an entry come out at the end, for all entries at once. The cost of an
 * event does not depend on how many entries or customers there are, and nobody has to be drawn by lot.
 */

import type { Instant } from '@segue/core/model/message.ts';

import { Column, type SavedColumn } from './column.ts';
import type { OutcomeList } from './recent-outcomes.ts';

export type SavedMeasure = Readonly<Record<'hits' | 'values' | 'covered' | 'sums' | 'squares', SavedColumn>>;

/** Entries from the first to before the second, at which a customer stood outside. */
export type Outside = (low: number, high: number) => void;

export class FollowedMeasure {
  /** By entry, of who entered. */
  readonly hits: Column;
  readonly values: Column;
  // By entry, of those outside, as differences to the entry before.
  /** How many did it at least once. */
  readonly #covered: Column;
  /** Sum of each one's sum of values, and of its square. */
  readonly #sums: Column;
  readonly #squares: Column;

  constructor(saved?: SavedMeasure) {
    this.hits = new Column('byte', 0, saved?.hits);
    this.values = new Column('double', 0, saved?.values);
    this.#covered = new Column('double', 0, saved?.covered);
    this.#sums = new Column('double', 0, saved?.sums);
    this.#squares = new Column('double', 0, saved?.squares);
  }

  enteredDid(entry: number, value: number): void {
    this.hits.set(entry, 1);
    this.values.add(entry, value);
  }

  /** Somebody outside did it for the first time after these entries. */
  outsiderDid(low: number, high: number): void {
    this.#covered.add(low, 1);
    this.#covered.add(high, -1);
  }

  /** Somebody outside did it after these entries; `sum` is the sum of their values after them until now. */
  outsiderSpent(low: number, high: number, sum: number, value: number): void {
    const square = 2 * sum * value + value * value;
    this.#sums.add(low, value);
    this.#sums.add(high, -value);
    this.#squares.add(low, square);
    this.#squares.add(high, -square);
  }

  /** Of those outside at each entry in turn: how many did it, the sum of their values, and of the squares. */
  eachOutside(
    entries: number,
    see: (entry: number, did: number, sum: number, squares: number) => void,
  ): void {
    let did = 0;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < entries; i++) {
      did += this.#covered.get(i);
      sum += this.#sums.get(i);
      squares += this.#squares.get(i);
      see(i, did, sum, squares);
    }
  }

  save(): SavedMeasure {
    return {
      hits: this.hits.save(),
      values: this.values.save(),
      covered: this.#covered.save(),
      sums: this.#sums.save(),
      squares: this.#squares.save(),
    };
  }
}

/**
 * Splits entries [low, high) at what a customer did after some of them: `see` gets each piece with the sum of the values after
 * it. `placeOf` gives the first entry at or after an instant.
 */
export function eachSpent(
  list: OutcomeList,
  low: number,
  high: number,
  placeOf: (at: Instant) => number,
  see: (low: number, high: number, sum: number) => void,
): void {
  let sum = 0;
  let end = high;
  for (let i = list.length - 2; i >= 0 && end > low; i -= 2) {
    const place = Math.max(low, placeOf(list[i] as Instant));
    if (place < end) see(place, end, sum);
    end = Math.min(end, place);
    sum += list[i + 1] as number;
  }
  if (low < end) see(low, end, sum);
}

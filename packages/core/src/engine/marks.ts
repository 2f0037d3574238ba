/**
 * Marks of the step under way: the units to evaluate, and the questions whose timers are to be set anew. All parts of
 * the machine leave marks; `settle` works them off. Nothing here outlives a step.
 */

import type { Instant } from '../model/message.ts';
import type { Atom } from './plan.ts';
import type { Profile } from './profile.ts';

export class Marks {
  /** Marked units, ascending from where `settle` has come to. */
  readonly queue: number[] = [];
  readonly #marked: Uint8Array;
  readonly #touched: Atom[] = [];

  constructor(units: number) {
    this.#marked = new Uint8Array(units);
  }

  mark(unit: number): void {
    if (this.#marked[unit] === 1) return;
    this.#marked[unit] = 1;
    this.queue.push(unit);
  }

  markAll(units: readonly number[]): void {
    for (let i = 0; i < units.length; i++) this.mark(units[i] as number);
  }

  /** Something that a question reads has changed: its units are evaluated and its timer is set. */
  touch(atom: Atom): void {
    this.markAll(atom.units);
    this.#touched.push(atom);
  }

  /** Sets the timers of the touched questions. */
  armTouched(p: Profile, now: Instant): void {
    const touched = this.#touched;
    for (let i = 0; i < touched.length; i++) {
      const atom = touched[i] as Atom;
      p.arm(atom.timer, atom.next(p, now));
    }
    touched.length = 0;
  }

  /** The unit is being evaluated: from now on it can be marked again. */
  unmark(unit: number): void {
    this.#marked[unit] = 0;
  }

  /** Puts the queue from a position on in the order of units. */
  sortFrom(position: number): void {
    if (this.queue.length - position > 1) sortFrom(this.queue, position);
  }

  /** Forgets what was marked and touched. */
  clear(): void {
    for (const unit of this.queue) this.#marked[unit] = 0;
    this.queue.length = 0;
    this.#touched.length = 0;
  }
}

const SORT_BY_INSERTION_MAX = 24;

/** Sorts the tail of a queue whose beginning is done with. */
function sortFrom(queue: number[], from: number): void {
  if (queue.length - from > SORT_BY_INSERTION_MAX) {
    const tail = queue.slice(from).sort((a, b) => a - b);
    for (let i = 0; i < tail.length; i++) queue[from + i] = tail[i] as number;
    return;
  }
  for (let i = from + 1; i < queue.length; i++) {
    const unit = queue[i] as number;
    let j = i;
    while (j > from && (queue[j - 1] as number) > unit) {
      queue[j] = queue[j - 1] as number;
      j--;
    }
    queue[j] = unit;
  }
}

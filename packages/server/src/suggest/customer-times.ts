/** When each customer did something, in columns: twelve bytes for each time, whatever the number of customers. */

import type { Instant } from '@segue/core/model/message.ts';

import { Column } from '../backtest/column.ts';

export class CustomerTimes {
  /** By time noted. */
  readonly #ats = new Column('double');
  /** The one noted before of the same customer; -1: none. */
  readonly #before = new Column('integer', -1);
  /** The last one noted, by customer. */
  readonly #last = new Column('integer', -1);

  note(profile: number, at: Instant): void {
    const place = this.#ats.length;
    this.#ats.push(at);
    this.#before.set(place, this.#last.get(profile));
    this.#last.set(profile, place);
  }

  /** Two customers are one. */
  merge(survivor: number, gone: number): void {
    const theirs = this.#last.get(gone);
    if (theirs < 0) return;
    this.#last.set(gone, -1);
    let first = theirs;
    for (let before = this.#before.get(first); before >= 0; before = this.#before.get(before)) first = before;
    this.#before.set(first, this.#last.get(survivor));
    this.#last.set(survivor, theirs);
  }

  forget(profile: number): void {
    this.#last.set(profile, -1);
  }

  /** Of each customer who did it, when, ascending. Times closer than `apartMs` to the one before are one time. */
  *each(apartMs: number): Generator<readonly Instant[], void, undefined> {
    for (let profile = 0; profile < this.#last.length; profile++) {
      const times: Instant[] = [];
      for (let at = this.#last.get(profile); at >= 0; at = this.#before.get(at)) {
        times.push(this.#ats.get(at));
      }
      if (times.length === 0) continue;
      times.sort((a, b) => a - b);
      yield times.filter((time, i) => i === 0 || time - (times[i - 1] as number) >= apartMs);
    }
  }
}

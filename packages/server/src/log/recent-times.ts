/** Times of messages by record, of the records that were asked about last: eight bytes an entry. */

import type { Instant } from '@segue/core/model/message.ts';

import type { Position } from './entry.ts';

/** Kept over all; the record that was added last is kept however many entries it has. */
const entriesMax = 1 << 18;
const recordsMax = 512;

/** When the messages of a record happened; NaN for an entry that is no message. */
export type RecordTimes = { readonly position: Position; readonly times: Float64Array };

export class RecentTimes {
  /** The one added last at the end. */
  #kept: RecordTimes[] = [];
  #entries = 0;
  /** Positions that are asked for after one another are often of one record. */
  #last: RecordTimes | undefined = undefined;

  /** The record that holds a position, where it is kept. */
  find(position: Position): RecordTimes | undefined {
    if (this.#last !== undefined && holds(this.#last, position)) return this.#last;
    const found = this.#kept.findLast((record) => holds(record, position));
    if (found !== undefined) this.#last = found;
    return found;
  }

  add(record: RecordTimes): void {
    this.#kept.push(record);
    this.#last = record;
    this.#entries += record.times.length;
    let gone = 0;
    while (gone < this.#kept.length - 1 && this.#isTooMuch(gone)) {
      this.#entries -= this.#kept[gone]?.times.length ?? 0;
      gone += 1;
    }
    if (gone > 0) this.#kept = this.#kept.slice(gone);
  }

  clear(): void {
    this.#kept = [];
    this.#entries = 0;
    this.#last = undefined;
  }

  #isTooMuch(gone: number): boolean {
    return this.#entries > entriesMax || this.#kept.length - gone > recordsMax;
  }
}

/** Undefined where no message stands at the position. */
export function timeIn({ position: first, times }: RecordTimes, position: Position): Instant | undefined {
  const time = times[position - first];
  return time === undefined || Number.isNaN(time) ? undefined : time;
}

function holds({ position: first, times }: RecordTimes, position: Position): boolean {
  return position >= first && position < first + times.length;
}

/** Changes that were published and are not durable yet, in order and without gaps. */

import type { FeedEvent } from './feed.ts';
import type { Published } from './published.ts';

export class Unsaved {
  /** Of them a part of the first may be durable. */
  readonly #pieces: Published[] = [];
  #first: number;
  #next: number;

  /** `next`: number of the next change. */
  constructor(next: number) {
    this.#first = next;
    this.#next = next;
  }

  /** Number of the oldest; `next` when there is none. */
  get first(): number {
    return this.#first;
  }

  get next(): number {
    return this.#next;
  }

  get length(): number {
    return this.#next - this.#first;
  }

  add(events: Published): void {
    this.#pieces.push(events);
    this.#next = events.first + events.length;
  }

  get(seq: number): FeedEvent | undefined {
    if (seq < this.#first || seq >= this.#next) return undefined;
    const piece = this.#pieces[this.#pieceOf(seq)];
    return piece?.at(seq - piece.first);
  }

  /** The oldest, up to `max`. */
  oldest(max: number): readonly FeedEvent[] {
    const events: FeedEvent[] = [];
    for (const piece of this.#pieces) {
      for (let place = Math.max(this.#first - piece.first, 0); place < piece.length; place++) {
        if (events.length === max) return events;
        events.push(piece.at(place) as FeedEvent);
      }
    }
    return events;
  }

  /** The oldest are durable now. */
  saved(count: number): void {
    this.#first += count;
    const left = this.#pieces.findIndex(({ first, length }) => first + length > this.#first);
    const gone = this.#pieces.splice(0, left < 0 ? this.#pieces.length : left);
    // Of one piece it is said of all before it.
    gone.at(-1)?.release();
  }

  /** Nobody will read any of them any more. */
  release(): void {
    this.#pieces.at(-1)?.release();
  }

  /** The last piece that begins at a change or before it, by halving. */
  #pieceOf(seq: number): number {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#pieces[middle] as Published).first <= seq) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

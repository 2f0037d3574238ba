/**
 * Positions of messages by customer, as they are noted: a few hundred thousand within seconds, and all let go together when
 * a checkpoint has them. So they are numbers in columns and no object of their own each, which the garbage collector would
 * copy again and again meanwhile, and what has been let go is used again.
 *
 * Invariant: the notes of a profile are a chain from its last one backwards; what was forgotten is in no chain.
 */

import type { Position } from '../log/entry.ts';

const roomAtFirst = 1024;

export class NotedPositions {
  #length = 0;
  #profiles: Int32Array = new Int32Array(roomAtFirst);
  #positions: Float64Array = new Float64Array(roomAtFirst);
  /** Of each note one more than the place of the one before it of the same profile; 0 where it is the first. */
  #before: Int32Array = new Int32Array(roomAtFirst);
  /** By profile: one more than the place of its last note; 0 where it has none. */
  #last: Int32Array = new Int32Array(roomAtFirst);

  add(profile: number, position: Position): void {
    if (this.#length === this.#profiles.length) this.#grow();
    if (profile >= this.#last.length) this.#last = larger(this.#last, profile + 1);
    const place = this.#length++;
    this.#profiles[place] = profile;
    this.#positions[place] = position;
    this.#before[place] = this.#last[profile] as number;
    this.#last[profile] = place + 1;
  }

  /** What was noted of a profile, in that order. */
  of(profile: number): Position[] {
    return this.#chainTo(this.#last[profile] ?? 0);
  }

  forget(profile: number): void {
    if (profile < this.#last.length) this.#last[profile] = 0;
  }

  /** Lets everything go. */
  clear(): void {
    for (let place = 0; place < this.#length; place++) this.#last[this.#profiles[place] as number] = 0;
    this.#length = 0;
  }

  /** Each profile with its positions. One of whom more is noted between two steps may come again, then with all. */
  *[Symbol.iterator](): Generator<readonly [profile: number, positions: readonly Position[]], void> {
    for (let place = 0; place < this.#length; place++) {
      const profile = this.#profiles[place] as number;
      if (this.#last[profile] === place + 1) yield [profile, this.#chainTo(place + 1)];
    }
  }

  #chainTo(last: number): Position[] {
    const chain: Position[] = [];
    for (let next = last; next > 0; next = this.#before[next - 1] as number) {
      chain.push(this.#positions[next - 1] as Position);
    }
    return chain.reverse();
  }

  #grow(): void {
    const room = 2 * this.#profiles.length;
    this.#profiles = larger(this.#profiles, room);
    this.#before = larger(this.#before, room);
    const positions = new Float64Array(room);
    positions.set(this.#positions);
    this.#positions = positions;
  }
}

function larger(numbers: Int32Array, room: number): Int32Array {
  const grown = new Int32Array(Math.max(room, 2 * numbers.length));
  grown.set(numbers);
  return grown;
}

/**
 * Positions of messages by customer, as they are noted: a few hundred thousand within seconds, and all let go together when
 * a checkpoint has them. So they are numbers in three columns and no object of their own each, which the garbage collector
 * would copy again and again meanwhile.
 *
 * Invariant: the notes of a profile are a chain from its last one backwards; what was forgotten is in no chain.
 */

import type { Position } from '../log/entry.ts';

const roomAtFirst = 1024;
/** Before the first of a chain. */
const none = -1;

export class NotedPositions {
  #length = 0;
  #profiles: Int32Array = new Int32Array(roomAtFirst);
  #positions: Float64Array = new Float64Array(roomAtFirst);
  /** Of each note the one before it of the same profile. */
  #before: Int32Array = new Int32Array(roomAtFirst);
  /** Of each profile its last note. */
  readonly #last = new Map<number, number>();

  add(profile: number, position: Position): void {
    if (this.#length === this.#profiles.length) this.#grow();
    const place = this.#length++;
    this.#profiles[place] = profile;
    this.#positions[place] = position;
    this.#before[place] = this.#last.get(profile) ?? none;
    this.#last.set(profile, place);
  }

  /** What was noted of a profile, in that order. */
  of(profile: number): Position[] {
    return this.#chainTo(this.#last.get(profile) ?? none);
  }

  forget(profile: number): void {
    this.#last.delete(profile);
  }

  /** Each profile with its positions. One of whom more is noted between two steps may come again, then with all. */
  *[Symbol.iterator](): Generator<readonly [profile: number, positions: readonly Position[]], void> {
    for (let place = 0; place < this.#length; place++) {
      const profile = this.#profiles[place] as number;
      if (this.#last.get(profile) === place) yield [profile, this.#chainTo(place)];
    }
  }

  #chainTo(last: number): Position[] {
    const chain: Position[] = [];
    for (let place = last; place !== none; place = this.#before[place] as number) {
      chain.push(this.#positions[place] as Position);
    }
    return chain.reverse();
  }

  #grow(): void {
    const room = 2 * this.#profiles.length;
    const profiles = new Int32Array(room);
    const positions = new Float64Array(room);
    const before = new Int32Array(room);
    profiles.set(this.#profiles);
    positions.set(this.#positions);
    before.set(this.#before);
    this.#profiles = profiles;
    this.#positions = positions;
    this.#before = before;
  }
}

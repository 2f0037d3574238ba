/**
 * The clock that the service's instants are of, finer than a millisecond: the clock that never goes back, set by the
 * moments at which `Date.now()` moves on. It is at most a few microseconds slow, never fast, so what it calls early is.
 */

const FLIPS = 15;

export class WallClock {
  readonly #offset: number;

  /** Looks at the clock for `FLIPS` milliseconds. */
  constructor() {
    let offset = -Infinity;
    for (let flip = 0; flip < FLIPS; flip++) {
      const before = Date.now();
      let now = before;
      while (now === before) now = Date.now();
      offset = Math.max(offset, now - performance.now());
    }
    this.#offset = offset;
  }

  /** Milliseconds since 1970, of an instant of `performance.now()`. */
  at(instant: number): number {
    return instant + this.#offset;
  }

  now(): number {
    return this.at(performance.now());
  }
}

/** The clock of the outside world, so that tests can hold it still. */

import type { Instant } from '@segue/core/model/message.ts';

export interface Clock {
  now(): Instant;
  /** Calls back once when `now()` has reached the instant, never before it; returns the way to call it off. */
  wakeAt(instant: Instant, callback: () => void): () => void;
}

/**
 * How long is waited at most before the clock is looked at again, in milliseconds: timers run by another clock, which
 * knows nothing of a machine's time being set, and stands still while the machine sleeps.
 */
const lookAgainMs = 1_000;
/** A timer is a millisecond late at times, so the last one is waited for in steps, turn after turn. */
const timerSlackMs = 1;
/**
 * How long such a step sleeps, in milliseconds: as long as nobody notices. To look at the clock without a pause would take a
 * core meanwhile, which others then want when it counts, and make garbage of turns.
 */
const stepMs = 0.1;
/** Nobody wakes whoever sleeps here. */
const asleep = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt: (instant, callback) => {
    let timer: NodeJS.Timeout | undefined = undefined;
    let turn: NodeJS.Immediate | undefined = undefined;
    const wait = (): void => {
      // The clock may have been set back meanwhile.
      let rest = instant - Date.now();
      if (rest > 0 && rest <= timerSlackMs) {
        Atomics.wait(asleep, 0, 0, stepMs);
        rest = instant - Date.now();
      }
      if (rest <= 0) callback();
      else if (rest <= timerSlackMs) turn = setImmediate(wait);
      else timer = setTimeout(wait, Math.min(rest - timerSlackMs, lookAgainMs));
    };
    // Never within this call.
    if (instant - Date.now() <= timerSlackMs) turn = setImmediate(wait);
    else wait();
    return () => {
      clearTimeout(timer);
      clearImmediate(turn);
    };
  },
};

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now: Instant;
  readonly #waiting = new Set<{ readonly at: Instant; readonly callback: () => void }>();

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  wakeAt(instant: Instant, callback: () => void): () => void {
    const wake = { at: instant, callback };
    this.#waiting.add(wake);
    if (instant <= this.#now) {
      setImmediate(() => {
        if (this.#waiting.delete(wake)) callback();
      });
    }
    return () => {
      this.#waiting.delete(wake);
    };
  }

  /** Sets the clock, back or forth, and calls back all whose time has come, in order of their instants. */
  set(now: Instant): void {
    this.#now = now;
    const due = [...this.#waiting].filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const wake of due) {
      if (this.#waiting.delete(wake)) wake.callback();
    }
  }
}

/** Says whether there is time left of so many milliseconds from now on; the clock is looked at once in a while. */
export function untilThen(ms: number): () => boolean {
  const until = performance.now() + ms;
  let left = asksBetweenLooks;
  return () => {
    if (left-- > 0) return true;
    left = asksBetweenLooks;
    return performance.now() < until;
  };
}

/** An ask comes every microsecond or so. */
const asksBetweenLooks = 32;

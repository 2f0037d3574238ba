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

export const systemClock: Clock = {
  now: () => Date.now(),
  wakeAt: (instant, callback) => {
    let timer: NodeJS.Timeout | undefined = undefined;
    const wait = (): void => {
      const rest = instant - Date.now();
      // A timer may fire a little early, and the clock may have been set back meanwhile.
      if (rest <= 0) callback();
      else timer = setTimeout(wait, Math.min(rest, lookAgainMs));
    };
    timer = setTimeout(wait, Math.min(Math.max(instant - Date.now(), 0), lookAgainMs));
    return () => {
      clearTimeout(timer);
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

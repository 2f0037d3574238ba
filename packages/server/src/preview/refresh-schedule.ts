/**
 * Refreshes in between those of every local midnight: at multiples of a period, counted from 1970, so that it does not
 * matter when the service was started. Nothing happens where no rule measures against a population.
 */

import type { Instant } from '@segue/core/model/message.ts';

export type RefreshScheduleOptions = {
  readonly everyMs: number;
  readonly clock: { now(): Instant; wakeAt(instant: Instant, callback: () => void): () => void };
  /** Whether there is anything to take anew, and somebody to take it. */
  readonly isWanted: () => boolean;
  readonly refresh: () => Promise<void>;
};

export class RefreshSchedule {
  readonly #options: RefreshScheduleOptions;
  #callOff: () => void = () => undefined;
  #isStopped = false;

  constructor(options: RefreshScheduleOptions) {
    this.#options = options;
    this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    this.#callOff();
  }

  #arm(): void {
    const { everyMs, clock } = this.#options;
    const next = (Math.floor(clock.now() / everyMs) + 1) * everyMs;
    this.#callOff = clock.wakeAt(next, () => {
      if (this.#isStopped) return;
      this.#arm();
      // A log that takes nothing more has told so itself.
      if (this.#options.isWanted()) void this.#options.refresh().catch(() => undefined);
    });
  }
}

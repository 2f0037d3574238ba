/**
 * The list of event names, taken before anybody asks: over ten million messages it takes seconds, and whoever begins to write a
 * rule would wait for it.
 *
 * Idea. Now and then it is looked whether there is nothing else to do: the store has all, and the event loop mostly waits. Where
 * that is so twice in a row the list is taken, by one query in the history's process, which gives way to this one. So it comes some
 * seconds after the service has caught up, never beside load, and again when it is long out of date. Where there is little the list
 * is there at once anyway, and nothing is done.
 */

import type { History } from '../history/history-process.ts';
import type { SeenDesk } from './seen-desk.ts';

export type WarmUpOptions = {
  readonly desk: Pick<SeenDesk, 'events' | 'eventsAgeMs'>;
  readonly history: Pick<History, 'status'>;
  /** Part of the time since it was last asked in which this process was busy; of its event loop unless given. */
  readonly utilization?: () => number;
};

const lookEveryMs = 5_000;
/** Looks in a row that find nothing else to do. */
const quietLooks = 2;
const busyUtilization = 0.2;
const lagMsMax = 2_000;
/** Of fewer entries the list is there at once. */
const entriesMin = 200_000;
/** A list older than this is taken anew. */
const oldMs = 3_600_000;
/** The query failed so often in a row: whoever asks will hear why. */
const failuresMax = 3;

export class WarmUp {
  readonly #options: WarmUpOptions;
  readonly #utilization: () => number;
  readonly #timer: NodeJS.Timeout;
  #quiet = 0;
  #failures = 0;
  #isTaking = false;

  constructor(options: WarmUpOptions) {
    this.#options = options;
    this.#utilization = options.utilization ?? utilizationOfLoop();
    this.#timer = setInterval(() => void this.look(), lookEveryMs).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Takes the list where there is nothing else to do; resolves when that is over. */
  async look(): Promise<void> {
    if (this.#failures >= failuresMax) return;
    const isQuiet = this.#isQuiet();
    this.#quiet = isQuiet ? this.#quiet + 1 : 0;
    const { desk } = this.#options;
    if (this.#quiet < quietLooks || this.#isTaking || (desk.eventsAgeMs() ?? Infinity) <= oldMs) return;
    this.#isTaking = true;
    try {
      await desk.events();
      this.#failures = 0;
    } catch {
      this.#failures += 1;
      if (this.#failures >= failuresMax) this.close();
    } finally {
      this.#isTaking = false;
      this.#quiet = 0;
    }
  }

  #isQuiet(): boolean {
    // Asked at each look, since it tells of the time since the look before.
    const isIdle = this.#utilization() < busyUtilization;
    const { state, reached, lagMs } = this.#options.history.status();
    return isIdle && state === 'running' && lagMs <= lagMsMax && (reached?.position ?? 0) >= entriesMin;
  }
}

function utilizationOfLoop(): () => number {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization;
  };
}

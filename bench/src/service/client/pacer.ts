/**
 * Wakes the client at fixed instants. Timers are a millisecond too coarse for that, and a client that turns in its event loop
 * until an instant has come takes a core from the service on the same machine. So a thread of its own sleeps until then,
 * which costs nothing, and calls.
 */

import { Worker } from 'node:worker_threads';

/** Where a thread sleeps, and what it is told: the first instant and the interval, in milliseconds since 1970. */
export type Pace = { readonly begin: number; readonly intervalMs: number; readonly count: number };

export class Pacer {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  /** Resolves when the thread is ready to sleep; so nothing is late because it had to start. */
  static async open(): Promise<Pacer> {
    const worker = new Worker(new URL('./pacer-worker.ts', import.meta.url));
    await new Promise<void>((resolve, reject) => {
      worker.once('message', () => {
        resolve();
      });
      worker.once('error', reject);
    });
    return new Pacer(worker);
  }

  /**
   * Calls `wake` with i at `begin + i × interval` for every i below `count`, or with the last of several that have come meanwhile.
   *
   * @param begin - by `performance.now()`
   */
  start(begin: number, intervalMs: number, count: number, wake: (i: number) => void): void {
    this.#worker.on('message', wake);
    const pace: Pace = { begin: performance.timeOrigin + begin, intervalMs, count };
    this.#worker.postMessage(pace);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

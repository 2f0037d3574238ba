/**
 * At a steady rate, whether answers come or not: request i is due at `begin + i × interval`, and latencies count from
 * then. So a service that stands still is charged with everybody who would have come meanwhile (no coordinated omission).
 *
 * Between two requests the client sleeps only when there are some milliseconds to sleep; nearer than that it turns in
 * its event loop, since a timer is up to a millisecond late.
 */

import { CONNECTIONS } from '../scale.ts';
import { type Answer, type Connection, expectOk, withConnections } from './connection.ts';

/** Requests begin this long after the start, so that the first is not late. */
const HEAD_START_MS = 5;
/** A timer is trusted with all but so much of a pause. */
const TIMER_SLACK_MS = 2;

export class OpenLoop {
  /** When each request was to go, did go, and was answered, by `performance.now()`; NaN for what did not happen. */
  readonly intended: Float64Array;
  readonly sent: Float64Array;
  readonly answered: Float64Array;
  readonly #requests: readonly Uint8Array[];
  readonly #intervalMs: number;
  #free: Connection[] = [];
  readonly #late: number[] = [];
  #next = 0;
  #underWay = 0;
  #stopped = false;
  readonly #done: PromiseWithResolvers<undefined> = Promise.withResolvers<undefined>();

  constructor(requests: readonly Uint8Array[], intervalMs: number) {
    this.#requests = requests;
    this.#intervalMs = intervalMs;
    this.intended = new Float64Array(requests.length).fill(NaN);
    this.sent = new Float64Array(requests.length).fill(NaN);
    this.answered = new Float64Array(requests.length).fill(NaN);
  }

  /**
   * Resolves when all has been sent, or the loop was stopped, and everything sent is answered. Requests wait for a free
   * connection when all are busy.
   */
  async run(port: number): Promise<void> {
    if (this.#requests.length === 0) return;
    await withConnections(port, CONNECTIONS, async (connections) => {
      this.#free = [...connections];
      this.#begin();
      await this.#done.promise;
    });
  }

  /** Sends no more. */
  stop(): void {
    this.#stopped = true;
  }

  /** How long answers took, of the requests due between two instants. */
  *latencies(from: number = -Infinity, to: number = Infinity): Iterable<number> {
    for (let i = 0; i < this.#next; i++) {
      const intended = this.intended[i] as number;
      if (intended >= from && intended <= to) yield (this.answered[i] as number) - intended;
    }
  }

  /** How long requests waited for this client, or for a connection. */
  *lags(): Iterable<number> {
    for (let i = 0; i < this.#next; i++) yield (this.sent[i] as number) - (this.intended[i] as number);
  }

  #begin(): void {
    const begin = performance.now() + HEAD_START_MS;
    const pump = (): void => {
      const now = performance.now();
      while (this.#next < this.#requests.length && !this.#stopped) {
        const due = begin + this.#next * this.#intervalMs;
        if (due > now) break;
        this.intended[this.#next] = due;
        this.#late.push(this.#next++);
      }
      this.#send();
      if (this.#next === this.#requests.length || this.#stopped) {
        this.#settle();
        return;
      }
      const pause = begin + this.#next * this.#intervalMs - performance.now();
      if (pause > TIMER_SLACK_MS) setTimeout(pump, Math.floor(pause - TIMER_SLACK_MS) + 1);
      else setImmediate(pump);
    };
    pump();
  }

  #send(): void {
    while (this.#late.length > 0) {
      const connection = this.#free.pop();
      if (connection === undefined) return;
      const i = this.#late.shift() as number;
      this.#underWay++;
      this.sent[i] = performance.now();
      connection.send(this.#requests[i] as Uint8Array).then(
        (answer) => {
          this.#answer(i, answer, connection);
        },
        (error: unknown) => {
          this.#done.reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    }
  }

  #answer(i: number, answer: Answer, connection: Connection): void {
    this.answered[i] = answer.at;
    this.#underWay--;
    this.#free.push(connection);
    try {
      expectOk(answer);
    } catch (error) {
      this.#stopped = true;
      this.#done.reject(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#send();
    this.#settle();
  }

  #settle(): void {
    const isOver = this.#stopped || this.#next === this.#requests.length;
    if (isOver && this.#underWay === 0 && this.#late.length === 0) this.#done.resolve(undefined);
  }
}

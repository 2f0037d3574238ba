/**
 * At a steady rate, whether answers come or not: request i is due at `begin + i × interval`, and latencies count from
 * then. So a service that stands still is charged with everybody who would have come meanwhile (no coordinated omission).
 *
 * Between two requests the client sleeps, and a thread wakes it (`Pacer`): so it takes no core from the service.
 */

import { CONNECTIONS } from '../scale.ts';
import { type Answer, type Connection, expectOk, withConnections } from './connection.ts';
import { Pacer } from './pacer.ts';

/** Requests begin this long after the start, so that the first is not late. */
const HEAD_START_MS = 5;

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
    const pacer = await Pacer.open();
    try {
      await withConnections(port, CONNECTIONS, async (connections) => {
        this.#free = [...connections];
        this.#begin(pacer);
        await this.#done.promise;
      });
    } finally {
      await pacer.close();
    }
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

  #begin(pacer: Pacer): void {
    const begin = performance.now() + HEAD_START_MS;
    pacer.start(begin, this.#intervalMs, this.#requests.length, (last) => {
      while (this.#next <= last && !this.#stopped) {
        this.intended[this.#next] = begin + this.#next * this.#intervalMs;
        this.#late.push(this.#next++);
      }
      this.#send();
      this.#settle();
    });
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

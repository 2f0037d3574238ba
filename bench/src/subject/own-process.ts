/**
 * A configuration of the engine in a process of its own, as in production: the compiler's guesses are about one plan.
 * (Five plans in one process cost each a tenth or more.) Rounds still interleave: a process waits until it is asked.
 */

import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { Case, Sample } from '../measure/rounds.ts';
import type { Checked } from '../oracle/check.ts';
import type { Entry } from './engine-run.ts';

export type Configuration = {
  readonly name: string;
  readonly events: number;
  readonly segments: number;
  readonly family: 'constant' | 'proportional';
  readonly entry?: Entry;
};

export type Order = 'check' | 'run';
export type Answer =
  | { readonly kind: 'checked'; readonly checked: Checked; readonly touches: string }
  | { readonly kind: 'ran'; readonly sample: Sample }
  | { readonly kind: 'failed'; readonly problem: string };

const WORKER = path.join(import.meta.dirname, 'engine-worker.ts');

export class OwnProcess implements Case {
  readonly name: string;
  readonly unit = 'events/s';
  readonly #process: ChildProcess;
  #touches: string | undefined = undefined;

  constructor(configuration: Configuration) {
    this.name = configuration.name;
    this.#process = fork(WORKER, [JSON.stringify(configuration)]);
  }

  get isWarm(): boolean {
    return this.#touches !== undefined;
  }

  /** How many segments an event is about, in words; known once checked. */
  get touches(): string | undefined {
    return this.#touches;
  }

  async check(): Promise<Checked> {
    const answer = await this.#ask('check');
    if (answer.kind !== 'checked') throw this.#failure(answer);
    this.#touches = answer.touches;
    return answer.checked;
  }

  async run(): Promise<Sample> {
    const answer = await this.#ask('run');
    if (answer.kind !== 'ran') throw this.#failure(answer);
    return answer.sample;
  }

  end(): void {
    this.#process.disconnect();
  }

  #ask(order: Order): Promise<Answer> {
    return new Promise((resolve) => {
      const ended = (code: number | null, signal: string | null): void => {
        resolve({ kind: 'failed', problem: `its process ended with ${signal ?? String(code)}` });
      };
      this.#process.once('exit', ended);
      this.#process.once('message', (answer) => {
        this.#process.off('exit', ended);
        resolve(answer as Answer);
      });
      this.#process.send(order);
    });
  }

  #failure(answer: Answer): Error {
    return new Error(
      `${this.name}: ${answer.kind === 'failed' ? answer.problem : 'another answer than asked for'}`,
    );
  }
}

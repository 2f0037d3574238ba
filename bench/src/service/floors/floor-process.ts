/** The process of the floors, seen from the phase that asks it. */

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Latencies } from '../measure/latencies.ts';
import type { FloorAnswer, FloorOrder, FloorWorkload, Rows } from './floor-protocol.ts';

const WORKER = path.join(import.meta.dirname, 'floor-worker.ts');

export class FloorProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.port = port;
  }

  static async create(workload: FloorWorkload): Promise<FloorProcess> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'segue-bench-floor-'));
    const execArgv = ['--expose-gc', '--disable-warning=ExperimentalWarning'];
    const child = fork(WORKER, [folder, JSON.stringify(workload)], { execArgv });
    const ready = await answerOf(child);
    if (ready.kind !== 'ready') throw failure(ready);
    return new FloorProcess(child, folder, ready.port);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The reference on those rows, one body after the other; the time that it took, and that of its process. */
  async closed(rows: Rows): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
    const answer = await this.#ask({ kind: 'closed', rows });
    if (answer.kind !== 'closed') throw failure(answer);
    return answer;
  }

  /** The reference on those rows, a body each `intervalMs`: from when each was due to when it was durable and answered. */
  async open(rows: Rows, intervalMs: number): Promise<Latencies> {
    return this.#times({ kind: 'open', rows, intervalMs });
  }

  /** Durable writes a second. */
  async syncsPerSecond(seconds: number): Promise<number> {
    const answer = await this.#ask({ kind: 'sync', seconds });
    if (answer.kind !== 'sync') throw failure(answer);
    return answer.perSecond;
  }

  async timerLateness(count: number): Promise<Latencies> {
    return this.#times({ kind: 'timers', count });
  }

  remove(): void {
    this.#child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #times(order: FloorOrder): Promise<Latencies> {
    const answer = await this.#ask(order);
    if (answer.kind !== 'times') throw failure(answer);
    return Latencies.from(answer.ms);
  }

  #ask(order: FloorOrder): Promise<FloorAnswer> {
    const answer = answerOf(this.#child);
    this.#child.send(order);
    return answer;
  }
}

function answerOf(child: ChildProcess): Promise<FloorAnswer> {
  return new Promise((resolve) => {
    const ended = (code: number | null, signal: string | null): void => {
      resolve({ kind: 'failed', problem: `its process ended with ${signal ?? String(code)}` });
    };
    child.once('exit', ended);
    child.once('message', (answer) => {
      child.off('exit', ended);
      resolve(answer as FloorAnswer);
    });
  });
}

function failure(answer: FloorAnswer): Error {
  return new Error(
    `The floors: ${answer.kind === 'failed' ? answer.problem : 'another answer than asked for'}`,
  );
}

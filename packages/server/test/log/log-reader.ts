/** What another process sees of a log that this one writes. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./read-along.ts', import.meta.url));

export class LogReader {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(directory: string) {
    this.#process = spawn(process.execPath, [program, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new Error('no output');
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** From a position on, by now. */
  async look(from: number): Promise<unknown> {
    this.#process.stdin?.write(`${from}\n`);
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the reader has ended');
    return JSON.parse(line.value) as unknown;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.stdin?.end();
    await ended;
  }
}

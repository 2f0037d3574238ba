/** Programs that tests start as processes of their own. None is left behind, also where a test is cut short. */

import { type ChildProcess, spawn } from 'node:child_process';

const preload = new URL('./ends-with-parent.ts', import.meta.url).href;

export type OwnProcessOptions = {
  readonly cwd?: string;
  /** All of its environment; that of the test unless given. */
  readonly env?: NodeJS.ProcessEnv;
};

/** A program of Node that runs beside the test, and ends with it at the latest. */
export class OwnProcess {
  readonly child: ChildProcess;
  /** What it wrote so far, and what it complained of. */
  out: string = '';
  errors: string = '';
  /** Resolves with its exit code when it has ended and all it wrote is here; null where a signal ended it. */
  readonly ended: Promise<number | null>;

  /** `args` of Node: the program first. */
  constructor(args: readonly string[], { cwd, env }: OwnProcessOptions = {}) {
    const child = spawn(process.execPath, ['--import', preload, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
    });
    this.child = child;
    // It may be gone when its input is closed.
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    this.ended = new Promise((resolve) => {
      child.once('close', resolve);
    });
  }

  /** Resolves when it has written a text; rejects where it ends before, with what it complained of. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.out.includes(text)) resolve();
      };
      look();
      this.child.stdout?.on('data', look);
      void this.ended.then((code) => {
        reject(
          new Error(`it ended with ${String(code)} before it said “${text}”: ${this.out}${this.errors}`),
        );
      });
    });
  }

  /** Sends a signal; resolves with the exit code when it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

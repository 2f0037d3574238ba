/** The real service in a process of its own, `segue start`, to be killed, to be cheated by its system, to be outlived. */

import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const launcher = join(import.meta.dirname, '../../../cli/bin/segue.mjs');
const program = join(import.meta.dirname, '../../../cli/src/main.ts');

export type ServiceOptions = {
  readonly data: string;
  /** What the process runs under, such as strace with its arguments. */
  readonly under?: readonly string[];
  /** Arguments for Node. */
  readonly node?: readonly string[];
  /** Further settings, as flags. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type Ending = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** One line of the process's log. */
export type LogLine = { readonly level: string; readonly msg: string } & Readonly<Record<string, unknown>>;

/** Processes of this one that still run, so that none is left behind. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Service {
  readonly process: ChildProcess;
  readonly ended: Promise<Ending>;
  /** Resolves when it answers, with its address; with undefined when it ended before. */
  readonly started: Promise<string | undefined>;
  /** What it said to whoever started it. */
  said: string = '';
  /** What it logged that was no log line: nothing, unless it crashed. */
  readonly unreadable: string[] = [];
  readonly lines: LogLine[] = [];

  constructor({ data, under = [], node = [], flags = [], env = {} }: ServiceOptions) {
    // The launcher makes use of what was compiled before; under strace that would be writing of its own.
    const script = under.length === 0 ? launcher : program;
    const settings = ['--data', data, '--port', '0', '--timezone', 'UTC', ...flags];
    const command = [...under, process.execPath, ...node, script, 'start', ...settings];
    const child = spawn(command[0]!, command.slice(1), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...env },
    });
    running.add(child);
    this.process = child;
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal });
      });
    });
    this.started = new Promise((resolve) => {
      child.stdout.on('data', (bytes: Buffer) => {
        this.said += bytes.toString();
        const [, url] = /is running at (\S+)\n/u.exec(this.said) ?? [];
        if (url !== undefined && this.said.includes('Stop it with')) resolve(url);
      });
      void this.ended.then(() => {
        resolve(undefined);
      });
    });
    this.#readLog();
  }

  /** Starts it; throws with its log where it does not start. */
  static async start(options: ServiceOptions): Promise<{ readonly service: Service; readonly url: string }> {
    const service = new Service(options);
    const url = await service.started;
    if (url === undefined) throw new Error(`the service did not start: ${await service.lastWords()}`);
    return { service, url };
  }

  async kill(): Promise<Ending> {
    this.process.kill('SIGKILL');
    return this.ended;
  }

  /** Asks it to stop; throws where it does not do so in order. */
  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    const { code } = await this.ended;
    if (code !== 0) throw new Error(`the service did not stop in order: ${await this.lastWords()}`);
  }

  /** How it ended and what it said last. */
  async lastWords(): Promise<string> {
    const { code, signal } = await this.ended;
    const lines = [...this.lines.slice(-5).map(lineText), ...this.unreadable.slice(0, 5)];
    return [`ended with ${signal ?? code}`, ...lines].join('; ');
  }

  /** What it logged as bad; a feed that says something else than before is the worst of it. */
  complaints(): readonly string[] {
    const bad = this.lines.filter(({ level }) => level === 'warn' || level === 'error' || level === 'fatal');
    return bad.map((line) => `the process logged ${lineText(line)}`);
  }

  #readLog(): void {
    let rest = '';
    this.process.stderr!.on('data', (bytes: Buffer) => {
      const lines = (rest + bytes.toString()).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        try {
          this.lines.push(JSON.parse(line) as LogLine);
        } catch {
          this.unreadable.push(line);
        }
      }
    });
  }
}

/** A line of the log with its error, without where that was thrown. */
function lineText({ level, msg, err }: LogLine): string {
  const { code, message } = (err ?? {}) as { readonly code?: string; readonly message?: string };
  return [level, msg, code, message].filter((part) => part !== undefined).join(': ');
}

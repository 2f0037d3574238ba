/** The process of a job as the service sees it. It ends by itself when the service is gone, however that came about. */

import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { JobCall, JobReport } from './job-calls.ts';
import type { JobError } from './job.ts';
import { jobHeapMebibytes } from './limits.ts';
import type { RunProgress } from './tell.ts';

const mainFile = fileURLToPath(new URL('job-process-main.ts', import.meta.url));
/** How long it may take to write down where it stands, in milliseconds. */
const stopMs = 20_000;

export type JobEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: JobError };

export class JobProcess {
  /** Settles when the process is gone. */
  readonly ended: Promise<JobEnd>;
  progress: RunProgress | undefined;
  readonly #child: ChildProcess;
  #end: JobEnd | undefined;

  constructor(start: Extract<JobCall, { readonly kind: 'start' }>) {
    const child = fork(mainFile, [], {
      // Nothing of this process's own flags; a limit, so that a job runs out of memory and not the machine.
      execArgv: [`--max-old-space-size=${jobHeapMebibytes}`],
      // In a group of its own: a Ctrl-C in the terminal is for the service, which tells it.
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    child.on('message', (report: JobReport) => {
      if (report.kind === 'progress') this.progress = report.progress;
      else this.#end = report;
    });
    this.ended = new Promise((resolve) => {
      child.on('error', (error) => {
        this.#end ??= failed(`could not be run (${error.message})`);
        if (child.pid === undefined) resolve(this.#end);
      });
      child.on('exit', (code, signal) => {
        const how = signal === null ? `ended with code ${String(code)}` : `was ended by ${signal}`;
        resolve(this.#end ?? failed(how));
      });
    });
    child.send(start, () => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Ends it as it is; resolves when it is gone. */
  kill(): Promise<JobEnd> {
    this.#child.kill('SIGKILL');
    return this.ended;
  }

  /** Has it write down where it stands; resolves when it is gone. */
  async stop(): Promise<JobEnd> {
    if (this.#child.connected) this.#child.send({ kind: 'stop' } satisfies JobCall, () => undefined);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopMs);
    const end = await this.ended;
    clearTimeout(timer);
    return end;
  }
}

function failed(how: string): JobEnd {
  const message = `The process of the job ${how}; resume it, and it goes on from its last checkpoint. If it ends again it may need more than the ${jobHeapMebibytes} MiB it is given: ask about fewer things at once.`;
  return { kind: 'failed', error: { code: 'backtests/ended', message } };
}

/**
 * Runs jobs: one after the other, each in a process of its own, and keeps them on the disk, so that a start takes up what
 * was waiting or running. Whatever is told of a job is on the disk first.
 */

import { randomBytes } from 'node:crypto';

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Position } from '../log/entry.ts';
import { JobFolder } from './job-folder.ts';
import { JobProcess, type JobEnd } from './job-process.ts';
import type { Job, JobDesk, JobRefusal, JobTask } from './job.ts';
import { jobsMax, jobsWaitingMax } from './limits.ts';
import type { RunProgress } from './tell.ts';

export type JobsOptions = {
  /** Where jobs are kept; made when it is not there. */
  readonly folder: string;
  /** The directory of the log that they are about. */
  readonly log: string;
  /** What of the log a new job is about: all that has been taken by now. */
  readonly until: () => Position;
  readonly now: () => Instant;
  /** How many run at a time; 1 when left out. */
  readonly atOnce?: number;
  readonly checkpointEveryMs?: number;
  /** Keeping a job failed, or one ended badly. */
  readonly onFault?: (error: unknown) => void;
};

type Running = {
  readonly process: JobProcess;
  isCancelled: boolean;
  /** Not from its checkpoint. */ beginsAnew: boolean;
};

export class Jobs implements JobDesk {
  readonly #options: JobsOptions;
  readonly #folder: JobFolder;
  /** Oldest first. */
  readonly #jobs = new Map<string, Job>();
  readonly #running = new Map<string, Running>();
  /** Ends of jobs that are being noted. */
  readonly #ending = new Set<Promise<void>>();
  #isClosed = false;

  private constructor(options: JobsOptions, folder: JobFolder, jobs: readonly Job[]) {
    this.#options = options;
    this.#folder = folder;
    for (const job of jobs) {
      const { startedAt: _, ...rest } = job;
      this.#jobs.set(job.id, job.state === 'running' ? { ...rest, state: 'waiting' } : job);
    }
  }

  /** Goes on with what was under way. */
  static async open(options: JobsOptions): Promise<Jobs> {
    const folder = new JobFolder(options.folder);
    const jobs = new Jobs(options, folder, await folder.readAll());
    jobs.#startNext();
    return jobs;
  }

  async create(task: JobTask, title: string, by: string): Promise<Result<Job, JobRefusal>> {
    if (this.#jobs.size >= jobsMax) {
      return refuse(
        'backtests/too-many',
        `There are ${jobsMax} backtests and suggestions; delete some first.`,
      );
    }
    const busy = this.#refuseBusy();
    if (busy !== undefined) return busy;
    const id = `bt_${randomBytes(10).toString('hex')}`;
    const { now, until } = this.#options;
    const job: Job = { id, task, title, createdAt: now(), createdBy: by, until: until(), state: 'waiting' };
    try {
      await this.#folder.write(job);
    } catch (error) {
      this.#options.onFault?.(error);
      return refuse(
        'backtests/disk',
        'The job could not be written to the disk of the data directory; look at its free space.',
      );
    }
    this.#jobs.set(id, job);
    this.#startNext();
    return ok(this.#jobs.get(id) ?? job);
  }

  list(kinds: readonly JobTask['kind'][]): readonly Job[] {
    return [...this.#jobs.values()].filter(({ task }) => kinds.includes(task.kind)).reverse();
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  progress(id: string): RunProgress | undefined {
    return this.#running.get(id)?.process.progress;
  }

  async result(id: string): Promise<unknown> {
    return this.#jobs.get(id)?.state === 'done' ? this.#folder.result(id) : undefined;
  }

  async cancel(id: string): Promise<Result<Job, JobRefusal>> {
    const job = this.#jobs.get(id);
    if (job === undefined) return unknown(id);
    if (job.state !== 'waiting' && job.state !== 'running') {
      return refuseState(job, 'is over; there is nothing to cancel');
    }
    const running = this.#running.get(id);
    if (running === undefined) {
      return ok(await this.#change(id, { state: 'cancelled', endedAt: this.#options.now() }));
    }
    running.isCancelled = true;
    await running.process.stop();
    await Promise.all(this.#ending);
    return ok(this.#jobs.get(id) ?? job);
  }

  async resume(id: string): Promise<Result<Job, JobRefusal>> {
    const job = this.#jobs.get(id);
    if (job === undefined) return unknown(id);
    if (job.state !== 'cancelled' && job.state !== 'failed') {
      return refuseState(job, `is ${job.state}; only one that was cancelled or has failed can be resumed`);
    }
    const busy = this.#refuseBusy();
    if (busy !== undefined) return busy;
    const { endedAt: _, error: __, startedAt: ___, ...rest } = job;
    const waiting: Job = { ...rest, state: 'waiting' };
    this.#jobs.set(id, waiting);
    await this.#keep(waiting);
    this.#startNext();
    return ok(this.#jobs.get(id) ?? waiting);
  }

  async remove(id: string): Promise<Result<null, JobRefusal>> {
    const job = this.#jobs.get(id);
    if (job === undefined) return unknown(id);
    this.#jobs.delete(id);
    await this.#running.get(id)?.process.stop();
    await Promise.all(this.#ending);
    await this.#folder.remove(id);
    return ok(null);
  }

  /**
   * Somebody was erased: whatever names them is taken out of what was found, and what is under way, in which they are
   * counted, begins anew.
   */
  async forget(names: ReadonlySet<string>): Promise<void> {
    for (const job of [...this.#jobs.values()]) {
      if (job.state === 'done') {
        await this.#folder.forgetInResult(job.id, names);
        continue;
      }
      const running = this.#running.get(job.id);
      if (running !== undefined) {
        running.beginsAnew = true;
        await running.process.kill();
        await Promise.all(this.#ending);
      } else await this.#folder.removeCheckpoint(job.id);
    }
  }

  /** Stops what runs; it goes on at the next start. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#running.values()].map(({ process }) => process.stop()));
    await Promise.all(this.#ending);
  }

  #refuseBusy(): Result<never, JobRefusal> | undefined {
    const waiting = [...this.#jobs.values()].filter(
      ({ state }) => state === 'waiting' || state === 'running',
    );
    if (waiting.length < jobsWaitingMax) return undefined;
    return refuse(
      'backtests/busy',
      `${waiting.length} backtests and suggestions wait already; come again when some are done.`,
    );
  }

  #startNext(): void {
    const { atOnce = 1, log, now, checkpointEveryMs } = this.#options;
    for (const job of this.#jobs.values()) {
      if (this.#isClosed || this.#running.size >= atOnce) return;
      if (job.state !== 'waiting' || this.#running.has(job.id)) continue;
      const { id, task, until } = job;
      const running: Running = {
        process: new JobProcess({
          kind: 'start',
          task,
          folder: this.#folder.pathOf(id),
          log,
          until,
          ...(checkpointEveryMs === undefined ? {} : { checkpointEveryMs }),
        }),
        isCancelled: false,
        beginsAnew: false,
      };
      this.#running.set(id, running);
      // Not kept: a start finds it waiting, and goes on with it as with one that was running.
      this.#jobs.set(id, { ...job, state: 'running', startedAt: now() });
      const ending = running.process.ended.then((end) => this.#note(id, running, end));
      this.#ending.add(ending);
      void ending.finally(() => this.#ending.delete(ending));
    }
  }

  async #note(id: string, { isCancelled, beginsAnew }: Running, end: JobEnd): Promise<void> {
    const endedAt = this.#options.now();
    const isRemoved = !this.#jobs.has(id);
    if (beginsAnew && !isRemoved) {
      await this.#folder.removeCheckpoint(id);
      if (isCancelled) await this.#change(id, { state: 'cancelled', endedAt });
      else if (!this.#isClosed) await this.#change(id, { state: 'waiting' });
    } else if (end.kind === 'done' && !isRemoved) await this.#change(id, { state: 'done', endedAt });
    else if (isCancelled && !isRemoved) await this.#change(id, { state: 'cancelled', endedAt });
    // Stopped with the service, it is taken up at the next start.
    else if (end.kind === 'failed' && !isRemoved && !this.#isClosed) {
      this.#options.onFault?.(new Error(end.error.message));
      await this.#change(id, { state: 'failed', endedAt, error: end.error });
    }
    this.#running.delete(id);
    this.#startNext();
  }

  async #change(id: string, change: Partial<Job>): Promise<Job> {
    const job = { ...(this.#jobs.get(id) as Job), ...change };
    this.#jobs.set(id, job);
    await this.#keep(job);
    return job;
  }

  /** A disk that takes nothing stops the log too, and with it the service; a job is not worth it. */
  async #keep(job: Job): Promise<void> {
    try {
      await this.#folder.write(job);
    } catch (error) {
      this.#options.onFault?.(error);
    }
  }
}

function refuse(code: JobRefusal['code'], message: string): Result<never, JobRefusal> {
  return fail({ code, message });
}

function unknown(id: string): Result<never, JobRefusal> {
  return refuse(
    'backtests/unknown',
    `There is no backtest or suggestion “${id.slice(0, 60)}”; it may have been deleted.`,
  );
}

function refuseState({ id, task }: Job, why: string): Result<never, JobRefusal> {
  return refuse(
    'backtests/state',
    `The ${task.kind === 'backtest' ? 'backtest' : 'suggestion'} ${id} ${why}.`,
  );
}

/**
 * Backtests and suggestions as jobs: what is asked, how far it is, what came out. They run in a process of their own and
 * outlive that of the service: one that was interrupted goes on from its last checkpoint.
 */

import type { Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Position } from '../log/entry.ts';
import type { LifecycleQuestion, ThresholdQuestion } from '../suggest/question.ts';
import type { BacktestQuestion } from './question.ts';
import type { RunProgress } from './tell.ts';

/** What is to be found out. */
export type JobTask =
  | { readonly kind: 'backtest'; readonly question: BacktestQuestion }
  | { readonly kind: 'threshold'; readonly question: ThresholdQuestion }
  | { readonly kind: 'lifecycle'; readonly question: LifecycleQuestion };

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export type Job = {
  readonly id: string;
  readonly task: JobTask;
  /** As whoever asked calls it. */
  readonly title: string;
  readonly createdAt: Instant;
  /** Name of who asked. */
  readonly createdBy: string;
  /** The log before this position is what it is about. */
  readonly until: Position;
  readonly state: JobState;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  /** Of a failed one. */
  readonly error?: JobError;
};

export type JobError = { readonly code: string; readonly message: string };

export type JobRefusal = {
  readonly code:
    'backtests/unknown' | 'backtests/too-many' | 'backtests/busy' | 'backtests/state' | 'backtests/disk';
  readonly message: string;
};

/** What the API asks of whoever runs jobs. */
export interface JobDesk {
  create(task: JobTask, title: string, by: string): Promise<Result<Job, JobRefusal>>;
  /** Newest first. */
  list(kinds: readonly JobTask['kind'][]): readonly Job[];
  get(id: string): Job | undefined;
  /** Of one that runs. */
  progress(id: string): RunProgress | undefined;
  /** Of one that is done, as JSON. */
  result(id: string): Promise<unknown>;
  /** Stops it; it may be resumed. */
  cancel(id: string): Promise<Result<Job, JobRefusal>>;
  /** Goes on with one that was cancelled or has failed, from its last checkpoint. */
  resume(id: string): Promise<Result<Job, JobRefusal>>;
  /** Deletes it with all that it found. */
  remove(id: string): Promise<Result<null, JobRefusal>>;
}

/** Backtests and suggestions as the API shows them: the job around what was asked and what was found. */

import Type from 'typebox';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';

import type { Job, JobDesk, JobRefusal, JobState, JobTask } from '../backtest/job.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant, wireInstantAs } from './schemas.ts';

const states: readonly JobState[] = ['waiting', 'running', 'done', 'failed', 'cancelled'];

const progressSchema = Type.Object(
  {
    phase: Type.Union([Type.Literal('reading'), Type.Literal('running'), Type.Literal('explaining')]),
    done: Type.Integer({ description: 'Steps told so far; while the log is read, its entries.' }),
    total: Type.Optional(Type.Integer()),
    at: Type.Optional(instantSchema),
    perSecond: Type.Optional(Type.Number()),
    secondsLeft: Type.Optional(Type.Number()),
  },
  { description: 'Of one that runs. `at` is where the clock of the run stands.' },
);

export type WireJob = {
  readonly id: string;
  readonly kind: JobTask['kind'];
  readonly title: string;
  readonly state: JobState;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly entries: number;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly progress?: unknown;
};

export const jobSchema: Type.TUnsafe<WireJob> = Type.Unsafe<WireJob>(
  Type.Object({
    id: Type.String(),
    kind: Type.Union([Type.Literal('backtest'), Type.Literal('threshold'), Type.Literal('lifecycle')]),
    title: Type.String(),
    state: Type.Union(states.map((state) => Type.Literal(state))),
    createdAt: instantSchema,
    createdBy: Type.String(),
    entries: Type.Integer({ description: 'Entries of the log that it is about: all that there were.' }),
    startedAt: Type.Optional(instantSchema),
    endedAt: Type.Optional(instantSchema),
    error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
    progress: Type.Optional(progressSchema),
  }),
);

export const jobIdSchema: Type.TObject<{ id: Type.TString }> = Type.Object({
  id: Type.String({ maxLength: 100 }),
});

export function wireJob(job: Job, desk: Pick<JobDesk, 'progress'>): WireJob {
  const { id, task, title, state, createdAt, createdBy, until, startedAt, endedAt, error } = job;
  const progress = state === 'running' ? desk.progress(id) : undefined;
  return {
    id,
    kind: task.kind,
    title,
    state,
    createdAt: wireInstant(createdAt),
    createdBy,
    entries: until,
    ...wireInstantAs('startedAt', startedAt),
    ...wireInstantAs('endedAt', endedAt),
    ...(error === undefined ? {} : { error }),
    ...(progress === undefined ? {} : { progress: { ...progress, ...wireInstantAs('at', progress.at) } }),
  };
}

/** What was asked can be run, or is a problem that says everything that is wrong with it. */
export function asked<T>(read: Result<T, readonly Diagnostic[]>): T {
  if (read.ok) return read.value;
  const [first] = read.error;
  throw new ProblemError(400, first?.code ?? 'backtest/draft', first?.message ?? 'It cannot be run.', {
    errors: read.error,
  });
}

export function jobOf<T>(done: Result<T, JobRefusal>): T {
  if (done.ok) return done.value;
  const { code, message } = done.error;
  throw new ProblemError(
    statusOf(code),
    code,
    message,
    code === 'backtests/busy' ? { headers: { 'retry-after': '60' } } : {},
  );
}

function statusOf(code: JobRefusal['code']): number {
  switch (code) {
    case 'backtests/unknown':
      return 404;
    case 'backtests/busy':
      return 429;
    case 'backtests/disk':
      return 503;
    case 'backtests/too-many':
    case 'backtests/state':
      return 409;
  }
}

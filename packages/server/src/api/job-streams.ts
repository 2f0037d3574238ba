/**
 * Backtests and suggestions for whoever watches them: all at first, then each that has become another, and those that are
 * no more. What one found is asked for when it is done.
 */

import type { JobDesk, JobTask } from '../backtest/job.ts';
import { ToldStreams, type ToldStreamsOptions } from '../http/told-streams.ts';
import { wireJob, type WireJob } from './job-wire.ts';

/** How far one is changes all the time while it runs. */
const everyMs = 500;

const kinds: readonly JobTask['kind'][] = ['backtest', 'threshold', 'lifecycle'];

/** What is told. */
export type JobsTold = {
  readonly jobs: readonly WireJob[];
  /** Ids of those that were deleted. */
  readonly removed: readonly string[];
};

/** Jobs as JSON, by id. */
type Jobs = ReadonlyMap<string, string>;

export type JobStreams = ToldStreams<Jobs, Jobs>;

export function jobStreams(
  jobs: JobDesk,
  rest: Pick<ToldStreamsOptions<Jobs, Jobs>, 'grants' | 'onFault'>,
): JobStreams {
  return new ToldStreams({
    ...rest,
    everyMs,
    look: (): Jobs => new Map(jobs.list(kinds).map((job) => [job.id, JSON.stringify(wireJob(job, jobs))])),
    tell: changesOf,
  });
}

/** The first word is said even where there is nothing, so that whoever watches knows. */
function changesOf(
  now: Jobs,
  told: Jobs | undefined,
): { readonly told: Jobs; readonly data: string } | undefined {
  const changed = [...now].filter(([id, json]) => told?.get(id) !== json).map(([, json]) => json);
  const removed = told === undefined ? [] : [...told.keys()].filter((id) => !now.has(id));
  if (told !== undefined && changed.length === 0 && removed.length === 0) return undefined;
  return { told: now, data: `{"jobs":[${changed.join(',')}],"removed":${JSON.stringify(removed)}}` };
}

/**
 * What the process of a job does: reads the log beside the service that writes it, at the lowest priority, and puts the result
 * into the job's folder.
 */

import { rmSync, readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';

import { writeDurably } from '../log/durable-files.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import { performLifecycle } from '../suggest/perform-lifecycle.ts';
import { performThreshold } from '../suggest/perform-threshold.ts';
import type { JobCall, JobReport } from './job-calls.ts';
import { checkpointFile, resultFile } from './job-folder.ts';
import type { JobTask } from './job.ts';
import { LogStory } from './log-story.ts';
import { performBacktest } from './perform-backtest.ts';
import type { Story } from './story.ts';
import type { RunProgress, TellOptions } from './tell.ts';

const tellEveryMs = 250;

let isStopped = false;
/** A state that is worth writing down is being built up. */
let isRunning = false;

export function hearCalls(): void {
  process.on('message', (call: JobCall) => {
    if (call.kind === 'start') void run(call);
    else if (isRunning) isStopped = true;
    else report({ kind: 'stopped' });
  });
}

async function run(call: Extract<JobCall, { readonly kind: 'start' }>): Promise<void> {
  try {
    lowerPriority();
    removeLeftovers(call.folder);
    const result = await perform(call);
    if (result === undefined) report({ kind: 'stopped' });
    else {
      await writeDurably(resultFile(call.folder), `${JSON.stringify(result)}\n`);
      rmSync(checkpointFile(call.folder), { force: true });
      report({ kind: 'done' });
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const message = error instanceof Error ? error.message : String(error);
    const isOurs = typeof code === 'string' && code.includes('/');
    report({ kind: 'failed', error: { code: isOurs ? code : 'backtests/failed', message } });
  }
}

async function perform({
  task,
  folder,
  log: path,
  until,
  checkpointEveryMs,
}: Extract<JobCall, { readonly kind: 'start' }>): Promise<unknown> {
  const log = await openLmdbLog(path, { readOnly: true });
  try {
    const onProgress = progressTeller();
    const order = task.kind === 'backtest' ? task.question.order : 'event_time';
    const onSorting = (done: number, total: number): void => {
      onProgress({ phase: 'reading', done, total });
    };
    const story = new LogStory(log, { order, until, folder, onSorting });
    return await answer(task, story, {
      onProgress,
      isStopped: () => isStopped,
      ...(task.kind === 'backtest' ? { checkpoint: checkpointFile(folder) } : {}),
      ...(checkpointEveryMs === undefined ? {} : { checkpointEveryMs }),
    });
  } finally {
    await log.close();
  }
}

function answer(task: JobTask, story: Story, options: TellOptions): Promise<unknown> {
  switch (task.kind) {
    case 'backtest':
      return performBacktest(task.question, story, options);
    case 'threshold':
      return performThreshold(task.question, story, options);
    case 'lifecycle':
      return performLifecycle(task.question, story, options);
  }
}

function progressTeller(): (progress: RunProgress) => void {
  let toldAt = -Infinity;
  return (progress) => {
    isRunning = progress.phase === 'running';
    const now = performance.now();
    if (now - toldAt < tellEveryMs) return;
    toldAt = now;
    process.send?.({ kind: 'progress', progress } satisfies JobReport);
  };
}

/** The last thing that is said. */
function report(end: JobReport): void {
  process.send?.(end, () => {
    process.exit();
  });
}

/** The service goes first. */
function lowerPriority(): void {
  try {
    setPriority(constants.priority.PRIORITY_LOW);
  } catch {
    // Some systems do not let us; it runs all the same.
  }
}

/** What a process that was killed in this folder had begun to write. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('segue-sort-') && !name.endsWith('.new')) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

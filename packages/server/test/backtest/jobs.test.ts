import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { BacktestResult } from '../../src/backtest/backtest-result.ts';
import { JobProcess } from '../../src/backtest/job-process.ts';
import { Jobs } from '../../src/backtest/jobs.ts';
import type { JobState, JobTask } from '../../src/backtest/job.ts';
import { performBacktest } from '../../src/backtest/perform-backtest.ts';
import { sideBySide } from '../../src/backtest/question.ts';
import type { Log } from '../../src/log/log.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { dayMs, define, makeOrders, orderMessage, shopStart, silentFor, storyOf } from './small-shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'segue-jobs-'));
const logFolder = join(folder, 'log');
const orders = makeOrders(150, 320, 11);
let log: Log;
let whole: string;

const task: JobTask & { kind: 'backtest' } = {
  kind: 'backtest',
  question: {
    timeZone: 'UTC',
    ...sideBySide(
      define({ segments: { lapsed: { rule: silentFor(35) } } }),
      {
        definitions: define({ segments: { lapsed: { rule: silentFor(20) } } }),
        kind: 'segments',
        name: 'lapsed',
      },
      { kind: 'segments', name: 'lapsed' },
    ),
    from: shopStart + 100 * dayMs,
    to: shopStart + 250 * dayMs,
    withinMs: 30 * dayMs,
    measures: [
      {
        title: 'Order Completed',
        events: { source: { kind: 'track', name: 'Order Completed' } },
        value: ['revenue'],
      },
    ],
    samples: 5,
    order: 'event_time',
  },
};

beforeAll(async () => {
  log = await openLmdbLog(logFolder);
  for (let i = 0; i < orders.length; i += 100) {
    const entries = orders
      .slice(i, i + 100)
      .map((order, k) => ({ kind: 'message' as const, message: orderMessage(order, i + k), source: 'till' }));
    await log.append(entries, shopStart + 400 * dayMs + i);
  }
  whole = JSON.stringify(await performBacktest(task.question, storyOf(orders)));
});

afterAll(async () => {
  await log.close();
  rmSync(folder, { recursive: true, force: true });
});

function openJobs(name: string): Promise<Jobs> {
  return Jobs.open({
    folder: join(folder, name),
    log: logFolder,
    until: () => log.next,
    now: Date.now,
    checkpointEveryMs: 1,
  });
}

async function reached(jobs: Jobs, id: string, states: readonly JobState[]): Promise<JobState | undefined> {
  for (;;) {
    const state = jobs.get(id)?.state;
    if (state === undefined || states.includes(state)) return state;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function created(jobs: Jobs): Promise<string> {
  const made = await jobs.create(task, 'lapsed', 'Ann');
  if (!made.ok) throw new Error(made.error.message);
  return made.value.id;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

describe('a job', () => {
  it('runs in a process of its own over the log that is written meanwhile, and keeps what it found', async () => {
    const jobs = await openJobs('plain');
    const id = await created(jobs);
    await log.append([{ kind: 'tick' }], shopStart + 500 * dayMs);
    expect(await reached(jobs, id, ['done', 'failed'])).toBe('done');
    expect(JSON.stringify(await jobs.result(id))).toBe(whole);
    expect(isThere(join(folder, 'plain', id, 'checkpoint'))).toBe(false);
    await jobs.close();

    const again = await openJobs('plain');
    expect(again.list(['backtest']).map((job) => [job.id, job.state, job.title, job.createdBy])).toEqual([
      [id, 'done', 'lapsed', 'Ann'],
    ]);
    expect(((await again.result(id)) as BacktestResult).parts).toHaveLength(1);
    expect((await again.remove(id)).ok).toBe(true);
    expect(isThere(join(folder, 'plain', id))).toBe(false);
    await again.close();
  });

  it('that is killed at any moment goes on from its last checkpoint, and says the same to the byte', async () => {
    const place = mkdtempSync(join(folder, 'killed-'));
    const start = {
      kind: 'start',
      task,
      folder: place,
      log: logFolder,
      until: orders.length,
      checkpointEveryMs: 1,
    } as const;
    let kills = 0;
    for (let round = 0; ; round++) {
      const process_ = new JobProcess(start);
      // Later and later, so that it comes to its end.
      const kill =
        round < 4
          ? checkpointed(join(place, 'checkpoint'), 3 + round * 4)
          : new Promise<void>(() => undefined);
      const end = await Promise.race([process_.ended, kill.then(() => 'kill' as const)]);
      if (end === 'kill' && process_.pid !== undefined) {
        process.kill(process_.pid, 'SIGKILL');
        kills += 1;
      }
      const { kind } = await process_.ended;
      if (kind === 'done') break;
      expect(kind).toBe('failed');
    }
    expect(kills).toBeGreaterThan(0);
    expect(readFileSync(join(place, 'result.json'), 'utf8').trimEnd()).toBe(whole);
  });

  it('that runs when the service stops goes on when it starts', async () => {
    const jobs = await openJobs('stopped');
    const id = await created(jobs);
    await checkpointed(join(folder, 'stopped', id, 'checkpoint'), 1);
    await jobs.close();
    const again = await openJobs('stopped');
    expect(await reached(again, id, ['done', 'failed', 'cancelled'])).toBe('done');
    expect(JSON.stringify(await again.result(id))).toBe(whole);
    await again.close();
  });

  it('can be cancelled and resumed; others wait for their turn', async () => {
    const jobs = await openJobs('cancelled');
    const first = await created(jobs);
    const second = await created(jobs);
    expect(jobs.get(second)?.state).toBe('waiting');
    await jobs.cancel(second);
    const cancelled = await jobs.cancel(first);
    expect(cancelled.ok && cancelled.value.state).toBe('cancelled');
    expect(jobs.get(second)?.state).toBe('cancelled');
    expect((await jobs.cancel(first)).ok).toBe(false);
    await jobs.resume(first);
    await jobs.resume(second);
    for (const id of [first, second]) {
      expect(await reached(jobs, id, ['done', 'failed', 'cancelled'])).toBe('done');
      expect(JSON.stringify(await jobs.result(id))).toBe(whole);
    }
    expect(await jobs.resume('bt_none')).toMatchObject({ ok: false, error: { code: 'backtests/unknown' } });
    await jobs.close();
  });

  it('forgets who was erased: what was found names them no more, what is under way begins anew', async () => {
    const jobs = await openJobs('forgetting');
    const done = await created(jobs);
    expect(await reached(jobs, done, ['done', 'failed'])).toBe('done');
    const running = await created(jobs);
    await checkpointed(join(folder, 'forgetting', running, 'checkpoint'), 1);
    const named = ((await jobs.result(done)) as BacktestResult).parts[0]?.draft?.sample[0]?.customer ?? '';
    await jobs.forget(new Set([named]));
    expect(whole).toContain(`"${named}"`);
    expect(JSON.stringify(await jobs.result(done))).not.toContain(`"${named}"`);
    expect(await reached(jobs, running, ['done', 'failed'])).toBe('done');
    expect(JSON.stringify(await jobs.result(running))).toBe(whole);
    await jobs.close();
  });

  it('that cannot read its log has failed and says why', async () => {
    const jobs = await Jobs.open({
      folder: join(folder, 'failed'),
      log: join(folder, 'nowhere'),
      until: () => 10,
      now: Date.now,
    });
    const id = await created(jobs);
    expect(await reached(jobs, id, ['done', 'failed'])).toBe('failed');
    expect(jobs.get(id)?.error?.message).toContain('nowhere');
    await jobs.close();
  });
});

/** When a checkpoint has been written so many times. */
async function checkpointed(path: string, times: number): Promise<void> {
  let seen = 0;
  let last = 0n;
  for (;;) {
    const at = statSync(path, { throwIfNoEntry: false, bigint: true })?.mtimeNs ?? 0n;
    if (at !== last) seen += 1;
    last = at;
    if (seen > times) return;
    if (seen > 0 && at === 0n) return;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

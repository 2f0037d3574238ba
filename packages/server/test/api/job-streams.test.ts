/** What whoever watches backtests is told: all at first, then what has become another, until they may no longer read. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { jobStreams, type JobsTold, type JobStreams } from '../../src/api/job-streams.ts';
import type { Job, JobDesk } from '../../src/backtest/job.ts';

const job = (id: string, more: Partial<Job> = {}): Job => ({
  id,
  task: { kind: 'backtest', question: {} as never },
  title: id,
  createdAt: 0,
  createdBy: 'ann',
  until: 10,
  state: 'waiting',
  ...more,
});

let jobs: Map<string, Job>;
let steps: number;
let streams: JobStreams;
let server: Server;
let url: string;

beforeEach(async () => {
  jobs = new Map([['bt_1', job('bt_1')]]);
  steps = 0;
  const desk = {
    list: () => [...jobs.values()],
    progress: () => ({ phase: 'running', done: steps, total: 100 }),
  } as Partial<JobDesk> as JobDesk;
  streams = jobStreams(desk, {
    grants: { isCurrent: () => true },
    onFault: (error) => {
      throw error;
    },
  });
  server = createServer((_request, response) => {
    streams.open(response, {} as never);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  streams.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function* told(): AsyncGenerator<JobsTold> {
  const answer = await fetch(url);
  let text = '';
  for await (const bytes of answer.body ?? []) {
    text += Buffer.from(bytes).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, data] = /^data: (.*)$/m.exec(text.slice(0, end)) ?? [];
      text = text.slice(end + 2);
      if (data !== undefined) yield JSON.parse(data) as JobsTold;
    }
  }
}

it('tells all at first, then each that has changed and those that are no more', async () => {
  const stream = told();
  const next = async (): Promise<JobsTold> => (await stream.next()).value as JobsTold;
  const brief = ({ jobs: all, removed }: JobsTold): unknown => [
    all.map(({ id, state, progress }) => [id, state, (progress as { done?: number } | undefined)?.done]),
    removed,
  ];
  expect(brief(await next())).toEqual([[['bt_1', 'waiting', undefined]], []]);
  jobs.set('bt_2', job('bt_2'));
  expect(brief(await next())).toEqual([[['bt_2', 'waiting', undefined]], []]);
  steps = 7;
  jobs.set('bt_1', job('bt_1', { state: 'running', startedAt: 1 }));
  expect(brief(await next())).toEqual([[['bt_1', 'running', 7]], []]);
  steps = 50;
  expect(brief(await next())).toEqual([[['bt_1', 'running', 50]], []]);
  jobs.set('bt_1', job('bt_1', { state: 'done', endedAt: 9 }));
  jobs.delete('bt_2');
  expect(brief(await next())).toEqual([[['bt_1', 'done', undefined]], ['bt_2']]);
  await stream.return(undefined);
});

it('tells whoever comes again all anew, and somebody where there is nothing that there is nothing', async () => {
  jobs.set('bt_1', job('bt_1', { state: 'done', endedAt: 9 }));
  for (let times = 0; times < 2; times++) {
    const stream = told();
    expect(((await stream.next()).value as JobsTold).jobs.map(({ state }) => state)).toEqual(['done']);
    await stream.return(undefined);
  }
  jobs.clear();
  const stream = told();
  expect((await stream.next()).value).toEqual({ jobs: [], removed: [] });
  await stream.return(undefined);
});

it('ends with the service, and has no room then', async () => {
  const stream = told();
  await stream.next();
  streams.stop();
  expect((await stream.next()).done).toBe(true);
  expect(streams.hasRoom).toBe(false);
});

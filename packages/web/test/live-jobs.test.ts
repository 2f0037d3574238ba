import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';

import type { Job } from '../src/data/authoring-queries.ts';
import { takeTold } from '../src/data/live-jobs.ts';

const job = (state: Job['state'], done?: number): Job => ({
  id: 'bt_1',
  kind: 'backtest',
  title: 'keen',
  state,
  createdAt: '2026-11-21T14:00:00.000Z',
  createdBy: 'ann',
  entries: 10,
  ...(done === undefined ? {} : { progress: { phase: 'running', done, total: 100 } }),
});
const key = ['backtests', 'bt_1'];

function known(state: Job['state']): QueryClient {
  const client = new QueryClient();
  client.setQueryData(key, { job: job(state) });
  client.setQueryData(['backtests'], { items: [job(state)] });
  return client;
}
const isStale = (client: QueryClient, queryKey: readonly unknown[]): boolean =>
  client.getQueryState(queryKey)?.isInvalidated === true;

test('how far a job is comes with the stream, and nothing is asked', () => {
  const client = known('running');
  takeTold(client, { jobs: [job('running', 40)], removed: [] });
  expect(client.getQueryData(key)).toEqual({ job: job('running', 40) });
  expect([isStale(client, key), isStale(client, ['backtests'])]).toEqual([false, false]);
});

test('a job that has ended is asked what it found, and the list of jobs too', () => {
  const client = known('running');
  takeTold(client, { jobs: [job('done')], removed: [] });
  expect(client.getQueryData(key)).toEqual({ job: job('done') });
  expect([isStale(client, key), isStale(client, ['backtests'])]).toEqual([true, true]);
});

test('an answer that was under way when a job was told of is asked again: it may be from before', async () => {
  const client = new QueryClient();
  const answers: ((state: Job['state']) => void)[] = [];
  const observer = new QueryObserver(client, {
    queryKey: key,
    queryFn: () =>
      new Promise((resolve) => {
        answers.push((state) => {
          resolve({ job: job(state) });
        });
      }),
  });
  const stop = observer.subscribe(() => undefined);
  await vi.waitUntil(() => answers.length === 1);
  takeTold(client, { jobs: [job('done')], removed: [] });
  answers[0]?.('running');
  await vi.waitUntil(() => answers.length === 2);
  answers[1]?.('done');
  await vi.waitUntil(() => observer.getCurrentResult().data !== undefined);
  expect(observer.getCurrentResult().data).toEqual({ job: job('done') });
  stop();
});

test('a job that somebody deleted has the list asked anew; one that is not known changes nothing', () => {
  const client = known('done');
  takeTold(client, { jobs: [], removed: ['bt_9'] });
  expect(isStale(client, ['backtests'])).toBe(false);
  takeTold(client, { jobs: [], removed: ['bt_1'] });
  expect(isStale(client, ['backtests'])).toBe(true);
});

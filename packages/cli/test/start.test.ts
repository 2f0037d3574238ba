/** The real service, started as a user starts it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type RunningSegue, runSegue, startSegue } from './running-segue.ts';

let folder: string;
const started: RunningSegue[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-start-'));
});
afterAll(async () => {
  await Promise.all(started.map(({ process }) => process.end('SIGKILL')));
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

const args = ['start', '--data', 'data', '--port', '0'];

async function start(): Promise<RunningSegue> {
  const running = await startSegue(args, { cwd: folder, env: { PATH: process.env['PATH'] } });
  started.push(running);
  return running;
}

it('takes the first event with the key it printed, holds its data alone, stops in order, and goes on where it was', async () => {
  const first = await start();
  const [, key = '', body = ''] = /-u (\S+): [^]*-d '(.*)'/.exec(first.process.out) ?? [];
  const sent = await fetch(`${first.url}/v1/track`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body,
  });
  expect([sent.status, await sent.json()]).toMatchObject([200, { success: true }]);
  expect((await fetch(`${first.url}/ready`)).status).toBe(200);

  const second = runSegue(args, { cwd: folder });
  expect(second.status).toBe(2);
  expect(second.err).toMatch(/\[data\/locked\]\n$/);

  expect(await first.process.end('SIGTERM')).toBe(0);
  const again = await start();
  expect((await fetch(`${again.url}/health`)).status).toBe(200);
  expect(await again.process.end('SIGTERM')).toBe(0);
});

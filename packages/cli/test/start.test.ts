/** The real service, started as a user starts it. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const launcher = resolve(import.meta.dirname, '../bin/segue.mjs');

let folder: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-start-'));
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

const args = ['start', '--data', 'data', '--port', '0'];
type Started = {
  readonly child: ChildProcess;
  readonly out: string;
  readonly url: string;
  readonly ended: Promise<number | null>;
};

async function start(): Promise<Started> {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] },
  });
  children.push(child);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((done) => {
    child.on('close', done);
  });
  const out = await new Promise<string>((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Ctrl-C')) done(text);
    });
    void ended.then(() => {
      fail(new Error(errors));
    });
  });
  const [, url = ''] = /running at (\S+)/.exec(out) ?? [];
  return { child, out, url, ended };
}

it('takes the first event with the key it printed, holds its data alone, stops in order, and goes on where it was', async () => {
  const first = await start();
  const [, key = '', body = ''] = /-u (\S+): [^]*-d '(.*)'/.exec(first.out) ?? [];
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

  const second = spawnSync(process.execPath, [launcher, ...args], { cwd: folder, encoding: 'utf8' });
  expect(second.status).toBe(2);
  expect(second.stderr).toMatch(/\[data\/locked\]\n$/);

  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  const again = await start();
  expect((await fetch(`${again.url}/health`)).status).toBe(200);
  again.child.kill('SIGTERM');
  expect(await again.ended).toBe(0);
});

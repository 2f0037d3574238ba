/** `segue demo` as a person runs it: the past is in, the present streams in, Ctrl-C stops it, the next start goes on. */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { type Ran, type RunningSegue, runSegue, startSegue } from './running-segue.ts';

let folder: string;
const started: RunningSegue[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-demo-'));
});
afterAll(async () => {
  await Promise.all(started.map(({ process }) => process.end('SIGKILL')));
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

const small = ['demo', '--customers', '30', '--pace', '3000', '--history-enabled', 'no'];

async function start(...more: string[]): Promise<RunningSegue> {
  const options = { cwd: folder, env: { PATH: process.env['PATH'] } };
  const running = await startSegue([...small, '--port', '0', ...more], options);
  started.push(running);
  return running;
}

function run(...more: string[]): Ran {
  return runSegue([...small, ...more], { cwd: folder });
}

function stop({ process }: RunningSegue): Promise<number | null> {
  return process.end('SIGINT');
}

/** Signed in by the door. */
async function signIn({ door }: RunningSegue): Promise<(path: string) => Promise<Response>> {
  const answer = await fetch(door, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { origin } = new URL(door);
  return (path) => fetch(`${origin}${path}`, { headers: { cookie } });
}

type Change = {
  readonly seq: number;
  readonly customer: { readonly displayId: string };
  readonly at: string;
};

/** Changes from the stream until `isEnough`. */
async function changesUntil(
  ask: (path: string) => Promise<Response>,
  from: number | undefined,
  isEnough: (changes: readonly Change[]) => boolean,
): Promise<readonly Change[]> {
  const answer = await ask(from === undefined ? '/v1/stream' : `/v1/stream?from=${from}`);
  const changes: Change[] = [];
  let text = '';
  const decoder = new TextDecoder();
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader();
  while (!isEnough(changes)) {
    const part = await reader?.read();
    if (part?.done !== false) throw new Error('the stream ended');
    text += decoder.decode(part.value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (\{"seq".*)$/m.exec(block)?.[1];
      if (data !== undefined) changes.push(JSON.parse(data) as Change);
    }
  }
  await reader?.cancel();
  return changes;
}

const sizes = async (ask: (path: string) => Promise<Response>): Promise<Record<string, number>> => {
  const { items } = (await (await ask('/api/segments?limit=100')).json()) as {
    items: { name: string; size: number }[];
  };
  return Object.fromEntries(items.map(({ name, size }) => [name, size]));
};

it('has a year in it, streams the present in, stops, and goes on where it was', async () => {
  const began = Date.now();
  const first = await start();
  const ask = await signIn(first);
  expect(await (await ask('/api/session')).json()).toMatchObject({ name: 'Demo', role: 'admin' });
  const before = await sizes(ask);
  expect(Object.keys(before)).toContain('cart_abandoners');
  expect(Object.values(before).some((size) => size > 0)).toBe(true);

  // The year is that of a service that has been running: its changes lie at their own instants.
  const past = await changesUntil(ask, 0, (all) => all.length >= 50);
  expect(past[0]?.seq).toBe(0);
  const monthsAgo = began - 200 * 86_400_000;
  expect(Date.parse(past[0]?.at ?? '')).toBeLessThan(monthsAgo);
  expect(past.map(({ at }) => at)).toEqual(past.map(({ at }) => at).sort());

  // And now somebody moves because of what is streaming in.
  const live = await changesUntil(ask, undefined, (all) => all.length >= 3);
  const last = live.at(-1);
  expect(Date.parse(last?.at ?? '')).toBeGreaterThan(began);
  expect(await stop(first)).toBe(0);

  const second = await start();
  expect(second.process.out).toContain('from where it was');
  const again = await signIn(second);
  expect(second.door.split('/').at(-1)).toBe(first.door.split('/').at(-1));
  const fresh = await changesUntil(again, undefined, (all) => all.length >= 1);
  expect(fresh[0]?.seq).toBeGreaterThan(last?.seq ?? Infinity);
  expect(await stop(second)).toBe(0);
});

it('lets nobody in who does not know the address', async () => {
  const running = await start();
  for (const secret of ['x', `${running.door.split('/').at(-1) ?? ''}x`, '%00']) {
    const answer = await fetch(`${new URL(running.door).origin}/demo/${secret}`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
      303,
      '/sign-in',
      null,
    ]);
  }
  expect(await stop(running)).toBe(0);
});

it('begins anew when asked to, or where the making was cut short, and leaves other files alone', async () => {
  const place = join(folder, 'mine');
  const made = await start('--folder', place);
  expect(await stop(made)).toBe(0);
  writeFileSync(join(place, 'notes.txt'), 'mine');
  const anew = await start('--folder', place, '--anew');
  expect(anew.process.out).toContain('A year of a made-up shop is in');
  expect(anew.door.split('/').at(-1)).not.toBe(made.door.split('/').at(-1));
  expect(await stop(anew)).toBe(0);
  const busy = await start('--folder', place);
  const second = run('--port', '0', '--folder', place, '--anew');
  expect([second.status, second.err]).toEqual([2, expect.stringMatching(/\[data\/locked\]\n$/)]);
  expect(await stop(busy)).toBe(0);
  // As a kill while the past is made leaves it: data, and nothing that says that it is whole.
  rmSync(join(place, 'demo.json'));
  writeFileSync(join(place, 'demo-unfinished.txt'), '');
  const mended = await start('--folder', place);
  expect(mended.process.out).toContain('A year of a made-up shop is in');
  expect(await stop(mended)).toBe(0);
  expect(readFileSync(join(place, 'notes.txt'), 'utf8')).toBe('mine');
});

it('touches no data that are not of a demo', () => {
  const place = join(folder, 'theirs');
  mkdirSync(join(place, 'data'), { recursive: true });
  writeFileSync(join(place, 'data', 'precious.txt'), 'theirs');
  for (const more of [[], ['--anew']]) {
    const ran = run('--port', '0', '--folder', place, ...more);
    expect([ran.status, ran.err]).toEqual([
      2,
      expect.stringMatching(/is not of a demo, so it is not touched.* \[demo\/folder\]\n$/),
    ]);
  }
  expect(readFileSync(join(place, 'data', 'precious.txt'), 'utf8')).toBe('theirs');
  writeFileSync(join(folder, 'a-file'), '');
  const ran = run('--port', '0', '--folder', 'a-file');
  expect([ran.status, ran.err]).toEqual([2, expect.stringMatching(/^error: .*a-file.* \[demo\/failed\]\n$/)]);
});

it('says that the port is taken before it makes anything', async () => {
  const server = createServer();
  const port = await new Promise<number>((done) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      done(typeof address === 'object' ? (address?.port ?? 0) : 0);
    });
  });
  const place = join(folder, 'never');
  const ran = run('--port', String(port), '--folder', place);
  server.close();
  expect([ran.status, ran.err]).toEqual([
    2,
    expect.stringMatching(/^error: Port \d+ of 127\.0\.0\.1 is taken .* \[start\/port-taken\]\n$/),
  ]);
  expect(existsSync(place)).toBe(false);
});

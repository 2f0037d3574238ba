import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { afterAll, expect, it } from 'vitest';

import { temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();
const program = fileURLToPath(new URL('killed-sender.ts', import.meta.url));
const rounds = Number(process.env['SEGUE_FAULT_ROUNDS'] ?? 6);
/** Requests that are under way at a kill, and what was answered without its being durable yet. */
const repeatsPerKill = 120;

const received: { readonly id: string; readonly seq: number; readonly body: string }[] = [];
let requests = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString();
    const { data } = JSON.parse(body) as { data: { seq: number } };
    requests += 1;
    received.push({ id: String(request.headers['webhook-id']), seq: data.seq, body });
    response.writeHead(204).end();
  });
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Runs the program until it is done, or is killed after so many requests more. */
async function run(
  folder: string,
  url: string,
  count: number,
  killAfter: number | undefined,
): Promise<string[]> {
  const child = spawn(process.execPath, [program, folder, url, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')));
  const end = requests + (killAfter ?? Infinity);
  const watch = setInterval(() => {
    if (requests >= end) child.kill('SIGKILL');
  }, 1);
  await new Promise((resolve) => child.once('exit', resolve));
  clearInterval(watch);
  return lines;
}

it('kill -9 at any moment skips no change, repeats only what was under way, and no id stands for other bytes', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const folder = await newFolder();
  const count = rounds * 250;
  for (let round = 0; round < rounds; round++) {
    const lines = await run(folder, url, count, 20 + Math.floor(Math.random() * 300));
    expect(lines.filter((line) => line !== 'started' && line !== 'done')).toEqual([]);
  }
  expect((await run(folder, url, count, undefined)).at(-1)).toBe('done');

  const arrived = [...new Set(received.map(({ seq }) => seq))].sort((a, b) => a - b);
  expect(arrived).toEqual(Array.from({ length: count }, (_, seq) => seq));
  const bytes = new Map<string, string>();
  const ids = new Map<number, string>();
  for (const { id, seq, body } of received) {
    expect(bytes.get(id) ?? body).toBe(body);
    expect(ids.get(seq) ?? id).toBe(id);
    bytes.set(id, body);
    ids.set(seq, id);
  }
  expect(received.length - count).toBeLessThanOrEqual(rounds * repeatsPerKill);
});

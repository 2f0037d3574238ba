/** The shell examples of the pages about the service, run as they stand against a service that has just been started. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { launcher, type RunningSegue, startSegue } from './running-segue.ts';

const root = resolve(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'segue-docs-'));
const pages = [
  'README.md',
  'docs/tracking.md',
  'docs/api.md',
  'docs/access.md',
  'docs/backtest.md',
  'docs/customers.md',
  'docs/history.md',
  'docs/preview.md',
];

const hasCurl = spawnSync('curl', ['--version']).status === 0;

let service: RunningSegue | undefined;
const keys: Record<string, string> = {};

beforeAll(async () => {
  const { url, writeKey, serverKey } = (service = await startSegue(
    ['start', '--data', join(folder, 'data'), '--port', '0'],
    { cwd: folder },
  ));
  Object.assign(keys, {
    SEGUE_URL: url,
    SEGUE_WRITE_KEY: writeKey,
    SEGUE_KEY: serverKey,
    SEGUE_SERVER_KEY: serverKey,
    SEGUE_ADMIN_KEY: serverKey,
  });
  // The examples are for a service whose history has opened, which it does in the background.
  await vi.waitUntil(async () => (await historyState(url, serverKey)) !== 'starting', {
    timeout: 600_000,
    interval: 50,
  });
});

async function historyState(url: string, serverKey: string): Promise<string> {
  const headers = { authorization: `Bearer ${serverKey}` };
  const answer = await fetch(`${url}/api/history/status`, { headers });
  return ((await answer.json()) as { readonly state: string }).state;
}

afterAll(async () => {
  await service?.process.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

/** Runs a block; `strict`: curl fails where the service refuses. Keys are in the environment, so a line that sets them is left out. */
function run(
  block: string,
  strict: boolean,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const segue = `segue() { ${process.execPath} ${launcher} "$@"; }\n`;
  const prelude = strict ? 'curl() { command curl --fail-with-body "$@"; }\n' : '';
  const script = segue + prelude + block.replace(/^export SEGUE_.*$/gm, '');
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd: folder,
    env: { ...process.env, ...keys },
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  shell.stdout.on('data', keep);
  shell.stderr.on('data', keep);
  return new Promise((done) => {
    shell.once('close', (code) => {
      done({ code, output });
    });
  });
}

/** curl ends with 28 where a stream was cut off by --max-time, which is how the examples end it. */
const ends = [0, 28];

describe.each(pages)('%s', (page) => {
  const text = readFileSync(join(root, page), 'utf8');
  // That page shows refusals too, and says where it expects none.
  const blocks = [...text.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block ?? '');

  const skipped = hasCurl ? '' : ' (skipped: curl is not installed here)';
  it.skipIf(!hasCurl)(`has examples that run, one after the other${skipped}`, async () => {
    for (const block of blocks) {
      const { code, output } = await run(block, page !== 'docs/tracking.md');
      expect(ends.includes(code ?? -1) ? '' : `${block}\nended with ${String(code)}:\n${output}`).toBe('');
    }
    expect(blocks.length).toBeGreaterThan(0);
  });
});

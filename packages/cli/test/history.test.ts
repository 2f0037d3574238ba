/** The whole service with its history: killed in the middle, and with a history that cannot be written. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

import type { OwnProcess } from '../../server/test/http/own-process.ts';
import { startSegue } from './running-segue.ts';

const hasChdb =
  spawnSync(process.execPath, ['-e', "require('chdb').query('SELECT 1')"], {
    cwd: resolve(import.meta.dirname, '../../server/src'),
  }).status === 0;
const skipped = hasChdb ? '' : ' (skipped: chDB does not run here)';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'segue-history-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true, force: true, maxRetries: 20 });
  });
  return path;
}

class Service {
  url = '';
  readonly keys: { write: string; server: string };
  readonly #data: string;
  #process: OwnProcess | undefined;

  constructor(data: string, keys = { write: '', server: '' }) {
    this.#data = data;
    this.keys = keys;
  }

  async start(): Promise<void> {
    const { process, url, writeKey, serverKey } = await startSegue([
      'start',
      '--data',
      this.#data,
      '--port',
      '0',
    ]);
    this.#process = process;
    this.url = url;
    this.keys.write ||= writeKey;
    this.keys.server ||= serverKey;
  }

  async kill(): Promise<void> {
    await this.#process?.end('SIGKILL');
  }

  /** True when they were acknowledged. */
  async send(ids: readonly string[]): Promise<boolean> {
    const batch = ids.map((messageId, i) => ({
      type: 'track',
      messageId,
      userId: `u${i % 7}`,
      event: 'Order Completed',
      properties: { revenue: i },
    }));
    const answer = await fetch(`${this.url}/v1/batch`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${this.keys.write}:`).toString('base64')}`,
      },
      body: JSON.stringify({ batch }),
    }).catch(() => undefined);
    return answer?.ok === true;
  }

  /** Everything that was acknowledged is in history. */
  async caughtUp(): Promise<void> {
    await expect
      .poll(async () => (await (await this.get('/api/history/status')).json()) as object)
      .toMatchObject({ state: 'running', behind: 0 });
  }

  async get(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { authorization: `Bearer ${this.keys.server}` } });
  }
}

describe.skipIf(!hasChdb)(`history of the whole service${skipped}`, () => {
  test('has everything that was acknowledged, once, after the service was killed again and again', async () => {
    const service = new Service(join(folder(), 'data'));
    const acknowledged: string[] = [];
    let n = 0;
    for (let round = 0; round < 4; round++) {
      await service.start();
      const until = Date.now() + 300 * round;
      do {
        const ids = Array.from({ length: 40 }, () => `m${n++}`);
        if (await service.send(ids)) acknowledged.push(...ids);
      } while (Date.now() < until);
      await service.kill();
    }
    await service.start();
    await service.caughtUp();
    const answer = await service.get('/api/history/export/events?format=ndjson');
    const lines = (await answer.text()).trimEnd().split('\n');
    const ids = lines.map((line) => (JSON.parse(line) as { message_id: string }).message_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual([...acknowledged].sort());
    await service.kill();
  });

  test('may be impossible to write, and everything else goes on', async () => {
    const data = join(folder(), 'data');
    const service = new Service(data);
    await service.start();
    await service.kill();
    // Nothing can be written where a file stands.
    rmSync(join(data, 'history'), { recursive: true, force: true });
    writeFileSync(join(data, 'history'), 'full');
    await service.start();
    expect(await service.send(['a', 'b'])).toBe(true);
    await expect
      .poll(
        async () =>
          ((await (await service.get('/api/history/status')).json()) as { restarts: number }).restarts,
      )
      .toBeGreaterThan(0);
    const refused = await service.get('/api/history/members?of=vip');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
    expect((await service.get('/ready')).status).toBe(200);
    expect(await service.send(['c'])).toBe(true);
    await service.kill();
    rmSync(join(data, 'history'));
    mkdirSync(join(data, 'history'));
    await service.start();
    await service.caughtUp();
    const answer = await service.get('/api/history/export/events?format=ndjson');
    expect((await answer.text()).trimEnd().split('\n')).toHaveLength(3);
    await service.kill();
  });
});

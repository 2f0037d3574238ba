/** The service on a data directory as `segue start` opens it, with its app, in this process and without a port. */

import { expect } from 'vitest';

import { readSettings } from '../../src/config/read-settings.ts';
import { createApp, type App } from '../../src/http/app.ts';
import { openProcessLog } from '../../src/http/log.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { FirstSignIn, RunningService } from '../../src/http/parts.ts';
import { openSegue } from '../../src/runtime/open-segue.ts';

export type Called = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
};

export class WholeService {
  readonly app: App;
  readonly running: RunningService;
  /** What it logged as a warning or worse. */
  readonly complaints: string[];
  /** Of an admin: that of the first start unless given. */
  readonly key: string;

  private constructor(app: App, running: RunningService, complaints: string[], key: string) {
    this.app = app;
    this.running = running;
    this.complaints = complaints;
    this.key = key;
  }

  /** `flags` are settings by their names in the file (`limits.streams`). */
  static async open(
    data: string,
    { key, ...flags }: Readonly<Record<string, string>> = {},
  ): Promise<WholeService> {
    const given = new Map(Object.entries({ data, timezone: 'UTC', partitions: '1', ...flags }));
    const read = readSettings({ cwd: data, env: {}, flags: given });
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const { settings } = read.value;
    const complaints: string[] = [];
    const log = openProcessLog('warn', { write: (line) => void complaints.push(line) });
    const metrics = createMetrics();
    const running = await openSegue(settings, { log, metrics });
    const { frame, plugins, firstSignIn } = running;
    const app = createApp({
      settings,
      log,
      metrics,
      frame,
      plugins,
      ready: () => running.ready(),
      caughtUp: () => running.caughtUp?.(),
      settled: () => running.settled?.(),
    });
    await app.fastify.ready();
    return new WholeService(app, running, complaints, key ?? serverKeyOf(firstSignIn));
  }

  async call(method: string, url: string, body?: unknown, key: string = this.key): Promise<Called> {
    const answer = await this.app.fastify.inject({
      method: method as 'GET',
      url,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const { statusCode: status, payload, headers } = answer;
    expect(status, payload).toBeLessThan(500);
    return { status, body: payload === '' ? undefined : (JSON.parse(payload) as unknown), headers };
  }

  /** As `call`; throws for anything but success. */
  async do(method: string, url: string, body?: unknown): Promise<unknown> {
    const answer = await this.call(method, url, body);
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body;
  }

  /** A track call of somebody. */
  async track(userId: string, event: string, more: object = {}): Promise<unknown> {
    return await this.do('POST', '/v1/track', { userId, event, ...more });
  }

  async close(): Promise<void> {
    await this.app.close(AbortSignal.timeout(2_000));
    await this.running.stop();
  }
}

function serverKeyOf(firstSignIn: FirstSignIn | undefined): string {
  if (firstSignIn === undefined) throw new Error('not the first start, and no key was given');
  return firstSignIn.serverKey;
}

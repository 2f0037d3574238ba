/** A service behind the doors that does nothing: what tests of the doors need. */

import type { FastifyInstance } from 'fastify';
import { Writable } from 'node:stream';

import { readSettings } from '../../src/config/read-settings.ts';
import type { Settings } from '../../src/config/settings.ts';
import { createApp, type App, type AppParts } from '../../src/http/app.ts';
import { openProcessLog, type ProcessLog } from '../../src/http/log.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { Frame, RunningService } from '../../src/http/parts.ts';

export const viewerKey = 'viewer-key';

/** Refuses routes without a word on access; knows one key. */
export const fakeFrame: Frame = {
  access: (app) => {
    app.addHook('onRoute', ({ url, config }) => {
      if (config?.access === undefined) throw new Error(`${url} does not say who may use it`);
    });
    app.addHook('onRequest', async (request, reply) => {
      const { access } = request.routeOptions.config;
      if (access === undefined || access === 'open') return;
      if (request.headers.authorization === `Bearer ${viewerKey}`) return;
      await reply.code(401).type('application/problem+json').send({ status: 401, code: 'access/key' });
    });
  },
  onError: (error, _request, reply) => {
    const status = error.statusCode ?? 500;
    return reply.code(status).type('application/problem+json').send({ status, code: error.code });
  },
  onNotFound: (_request, reply) =>
    reply.code(404).type('application/problem+json').send({ status: 404, code: 'http/not-found' }),
};

/** Settings with a free port, and whatever flags say (`limits.body` → `2KiB`). */
export function settingsWith(flags: Readonly<Record<string, string>> = {}): Settings {
  const given = new Map(Object.entries({ port: '0', ...flags }));
  const read = readSettings({ cwd: '/nowhere', env: {}, flags: given });
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value.settings;
}

export class LinesLog {
  readonly lines: Record<string, unknown>[] = [];
  readonly log: ProcessLog;

  constructor(level: Settings['log']['level'] = 'trace') {
    const lines = this.lines;
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
        done();
      },
    });
    this.log = openProcessLog(level, sink);
  }
}

export const silentLog: ProcessLog = openProcessLog('silent');

/** An app with routes of the test's own. */
export function appWith(
  routes: (app: FastifyInstance) => void,
  parts: Partial<AppParts> & { readonly flags?: Readonly<Record<string, string>> } = {},
): App {
  return createApp({
    settings: settingsWith(parts.flags),
    log: silentLog,
    metrics: createMetrics(),
    frame: fakeFrame,
    plugins: [{ plugin: routes }],
    ready: () => ({ ok: true }),
    ...parts,
  });
}

/** Fails when `fail` is called; notes what happens to it. */
export class FakeService implements RunningService {
  readonly events: string[] = [];
  readonly frame: Frame = fakeFrame;
  readonly plugins: RunningService['plugins'];
  readonly #failure = Promise.withResolvers<Error>();

  constructor(routes: (app: FastifyInstance) => void = () => undefined) {
    this.plugins = [{ plugin: routes }];
  }

  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  fail(error: Error): void {
    this.#failure.resolve(error);
  }

  ready(): { ok: true } {
    return { ok: true };
  }

  stop(): Promise<void> {
    this.events.push('stopped');
    return Promise.resolve();
  }
}

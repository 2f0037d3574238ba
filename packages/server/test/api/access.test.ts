import { describe, expect, it } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';

import type { FastifyInstance } from 'fastify';

import { Engine } from '@segue/core/engine/engine.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';

import { Cursors } from '../../src/api/cursors.ts';
import { backtestRoutes } from '../../src/api/backtest-routes.ts';
import { customerRoutes } from '../../src/api/customer-routes.ts';
import { overlapRoutes } from '../../src/api/overlap-routes.ts';
import { populationRoutes } from '../../src/api/population-routes.ts';
import { forecastRoutes } from '../../src/api/forecast-routes.ts';
import { workspaceRoutes } from '../../src/api/workspace-routes.ts';
import { Activity } from '../../src/overview/activity.ts';
import { Overview } from '../../src/overview/overview.ts';
import { jobStreams } from '../../src/api/job-streams.ts';
import { overviewStreams } from '../../src/overview/overview-streams.ts';
import { previewRoutes } from '../../src/api/preview-routes.ts';
import { ruleSqlRoutes } from '../../src/api/rule-sql-routes.ts';
import { schemaRoutes } from '../../src/api/schema-routes.ts';
import { ForecastDesk } from '../../src/forecast/forecast-desk.ts';
import { systemActor } from '../../src/catalog/catalog.ts';
import { historyRoutes } from '../../src/api/history-routes.ts';
import { webhookRoutes } from '../../src/feeds/webhook-routes.ts';
import { trackingRoutes } from '../../src/ingest/tracking/routes.ts';
import type { Quarantine } from '../../src/log/quarantine.ts';
import type { Plugin } from '../../src/http/parts.ts';
import { PopulationDesk } from '../../src/preview/population-desk.ts';
import { PreviewDesk } from '../../src/preview/preview-desk.ts';
import { readingRoutes } from '../../src/reading/reading-routes.ts';
import { scenarioRoutes } from '../../src/api/scenario-routes.ts';
import type { Intake } from '../../src/runtime/intake.ts';
import { MembershipSets } from '../../src/sets/membership-sets.ts';
import { good } from '../catalog/catalog-conformance.ts';
import { expectAccess, makeCallers, routeTable, signedIn } from './access-matrix.ts';
import { openDoor } from './api-door.ts';

/** The routes that are not the management API's own; what is behind them is of no matter here. Streams do not end. */
function addOtherRoutes(app: FastifyInstance): void {
  const nothing = {} as never;
  const intake: Intake = {
    now: () => 0,
    closed: undefined,
    take: () => Promise.resolve({ ok: true, value: [] }),
    keep: () => Promise.resolve(undefined),
    memberships: () => [],
  };
  const quarantine: Quarantine = {
    add: () => Promise.resolve(),
    list: () => [],
    counts: () => new Map<string, number>(),
    remove: () => Promise.resolve(0),
  };
  const grants = { ofKey: () => undefined, ofSession: () => undefined };
  const endpoints = { get: () => Promise.resolve(undefined), list: () => Promise.resolve([]) } as never;
  const webhooks = {
    endpoints,
    deliveries: nothing,
    feed: nothing,
    definitions: nothing,
    cursors: nothing,
    audit: nothing,
    allowPrivate: false,
  };
  app.register(async (scope) =>
    readingRoutes({ directory: nothing, members: nothing, zone: nothing })(scope),
  );
  app.register(async (scope) => scenarioRoutes({ directory: nothing } as never)(scope));
  app.register(async (scope) => webhookRoutes({ ...webhooks, now: () => 0 })(scope), { prefix: '/api' });
  const jobs = { get: () => undefined, list: () => [] } as never;
  const jobsTold = jobStreams(jobs, { grants: nothing, onFault: () => undefined });
  jobsTold.stop();
  const backtests = {
    jobs,
    streams: jobsTold,
    definitions: () => noDefinitions,
    timeZone: 'UTC',
    now: () => 0,
    audit: nothing,
  };
  app.register(async (scope) => backtestRoutes(backtests)(scope), { prefix: '/api' });
  app.register(async (scope) => customerRoutes({ lists: nothing, definitions: () => noDefinitions })(scope), {
    prefix: '/api',
  });
  for (const routes of baseRoutes()) app.register(async (scope) => routes(scope), { prefix: '/api' });
  const past = { history: undefined, zone: new Zone('UTC'), now: () => 0 } as never;
  app.register(async (scope) => historyRoutes(past)(scope), { prefix: '/api' });
  app.register(async (scope) =>
    trackingRoutes(scope, { intake, quarantine, grants, zone: { parseInstant: () => 0 } }),
  );
}

/** Overlaps, previews, populations, of nobody. */
function baseRoutes(): readonly Plugin[] {
  const engine = new Engine({
    timeZone: 'UTC',
    start: 0,
    definitions: noDefinitions,
    onChange: () => undefined,
  });
  const sets = new MembershipSets(engine);
  const definitions = (): typeof noDefinitions => noDefinitions;
  const base = { sets, definitions, displayIdOf: String, now: () => 0 };
  const running = { engine, sets, now: () => 0, atRest: <T>(work: () => T) => Promise.resolve(work()) };
  const previews = new PreviewDesk({ ...running, builds: { differences: () => Promise.resolve() } });
  const populations = new PopulationDesk({
    ...running,
    closed: () => undefined,
    submit: () => Promise.resolve(),
  });
  const audit = { record: () => Promise.resolve() };
  return [
    overlapRoutes(base),
    previewRoutes({ ...base, desk: previews }),
    populationRoutes({ ...base, desk: populations, audit, cursors: new Cursors(new Uint8Array(32)) }),
    schemaRoutes({ desk: undefined, position: () => 0 }),
    ruleSqlRoutes({ ...base, zone: engine.zone }),
    forecastRoutes({
      ...base,
      desk: new ForecastDesk({ ...base, engine, zone: engine.zone }),
      timeZone: 'UTC',
    }),
    overviewRoutes(),
  ];
}

/** Of a workspace in which nothing happens, with no room for streams, which would go on. */
function overviewRoutes(): Plugin {
  const now = (): number => 0;
  const overview = new Overview({
    now,
    activity: new Activity(new Zone('UTC')),
    senders: () => new Set(),
    customers: () => 0,
    segments: () => 0,
    quarantine: { counts: () => new Map(), list: () => [] },
    webhooks: { list: () => Promise.resolve([]) },
    history: undefined,
    building: () => undefined,
    closed: () => undefined,
  });
  const streams = overviewStreams({ overview, grants: {} as never, onFault: () => undefined });
  streams.stop();
  const history = { history: undefined, zone: new Zone('UTC'), now } as never;
  const names = { name: () => Promise.resolve(undefined), rename: () => Promise.resolve() };
  return workspaceRoutes({ overview, streams, history, names, version: '0', timeZone: 'UTC', startedAt: 0 });
}

describe('access', () => {
  it('cannot be forgotten: a route that does not say who may use it cannot be registered', async () => {
    const late = openDoor({
      add: (app) => {
        app.register(async (scope) => {
          await Promise.resolve();
          scope.get('/forgotten', () => 'secret');
        });
      },
    });
    await expect(late).rejects.toThrow('GET /forgotten does not say who may use it');
    const early = await openDoor({
      add: (app) => {
        app.get('/forgotten', () => 'secret');
      },
    });
    expect((await early.app.inject('/forgotten')).statusCode).toBe(403);
    await early.close();
  });

  it('is what each route says, for everybody who may come', async () => {
    const door = await openDoor({ add: addOtherRoutes });
    const { app, catalog, clock } = door;
    const callers = await makeCallers(catalog, clock);
    // Signing out would end the session of the caller that comes next.
    const routes = routeTable(door.routes).filter(
      ({ method, url }) => method !== 'DELETE' || url !== '/api/session',
    );
    expect(routes.length).toBeGreaterThan(120);
    await expectAccess(app, routes, callers);
    await door.close();
  });
});

describe('a session', () => {
  it('may not write for a page of another site', async () => {
    const door = await openDoor();
    const cookie = await signedIn(door.catalog, 'admin');
    const post = async (headers: Record<string, string>): Promise<number> => {
      const options = { key: null, headers: { cookie, host: 'segue.example:8787', ...headers } };
      return (await door.call('POST', '/sources', { name: `s${Math.floor(Math.random() * 1e9)}` }, options))
        .status;
    };
    expect(await post({})).toBe(403);
    expect(await post({ origin: 'https://evil.example' })).toBe(403);
    expect(await post({ origin: 'null' })).toBe(403);
    expect(await post({ origin: 'https://evil.example', 'x-segue-request': '1' })).toBe(403);
    expect(await post({ origin: 'http://segue.example:8787.evil.example' })).toBe(403);
    expect(await post({ origin: 'http://segue.example:8787' })).toBe(201);
    expect(await post({ 'x-segue-request': '1' })).toBe(201);
    const read = await door.call('GET', '/sources', undefined, { key: null, headers: { cookie } });
    expect(read.status).toBe(200);
    await door.close();
  });

  it('may not open a WebSocket for a page of another site', async () => {
    const door = await openDoor();
    const cookie = await signedIn(door.catalog, 'viewer');
    const upgrade = async (headers: Record<string, string>): Promise<number> => {
      const options = { key: null, headers: { cookie, upgrade: 'websocket', host: 'h', ...headers } };
      return (await door.call('GET', '/sources', undefined, options)).status;
    };
    expect(await upgrade({})).toBe(403);
    expect(await upgrade({ origin: 'https://evil.example', 'x-segue-request': '1' })).toBe(403);
    expect(await upgrade({ origin: 'http://h' })).toBe(200);
    await door.close();
  });

  it('takes writes from the public address of the service, and its cookie is bound to it', async () => {
    const door = await openDoor({ publicUrl: 'https://segue.example.com/' });
    const { token } = good(await door.catalog.links.create({}, systemActor));
    const given = { token, password: 'correct horse', email: 'ann@example.com', name: 'Ann' };
    const { headers } = await door.call('POST', '/session/link', given, {
      key: null,
      headers: { origin: 'https://segue.example.com' },
    });
    const cookie = String(headers['set-cookie']);
    expect(cookie).toMatch(
      /^__Host-segue_session=ses_[\w-]{43}; Path=\/; Expires=.*; HttpOnly; Secure; SameSite=Lax$/,
    );
    const post = await door.call(
      'POST',
      '/sources',
      { name: 'web' },
      {
        key: null,
        headers: { cookie: cookie.split(';')[0]!, origin: 'https://segue.example.com' },
      },
    );
    expect(post.status).toBe(201);
    await door.close();
  });
});

/** The management API in memory, with a key for everybody, and the table of its routes. */

import fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import asPartOfRoot from 'fastify-plugin';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { expect } from 'vitest';

import type { Instant } from '@segue/core/model/message.ts';

import type { ErasureDesk } from '../../src/api/erasure-port.ts';
import { createFrame } from '../../src/api/frame.ts';
import { problemContentType } from '../../src/api/problem.ts';
import { apiRoutes } from '../../src/api/routes.ts';
import { problemSchema } from '../../src/api/schemas.ts';
import { systemActor, type Catalog } from '../../src/catalog/catalog.ts';
import { roles, type Grants, type Role } from '../../src/catalog/grants.ts';
import { GrantsIndex } from '../../src/catalog/grants-index.ts';
import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import type { Quarantine, Quarantined } from '../../src/log/quarantine.ts';
import { good, start, type TestClock } from '../catalog/catalog-conformance.ts';
import { FakeDesk } from './desk.ts';

export type Answer = {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
};

export type Door = {
  readonly app: FastifyInstance;
  readonly catalog: Catalog;
  readonly grants: Grants;
  readonly clock: TestClock;
  readonly desk: FakeDesk;
  readonly refused: Quarantined[];
  readonly routes: readonly RouteOptions[];
  /** Server keys by role. */
  readonly keys: Readonly<Record<Role, string>>;
  /** A path under /api, as an admin unless `key` says otherwise; null for nobody. */
  call(
    method: string,
    path: string,
    body?: unknown,
    options?: { key?: string | null; headers?: Record<string, string> },
  ): Promise<Answer>;
  close(): Promise<void>;
};

export async function openDoor(
  options: { publicUrl?: string; add?: (app: FastifyInstance) => void } = {},
): Promise<Door> {
  const clock = { now: start };
  const now = (): Instant => clock.now;
  const catalog = openSqliteCatalog({ path: ':memory:', clock: now });
  const grants = await GrantsIndex.open(catalog, { clock: now });
  const desk = new FakeDesk(catalog.definitions, now);
  const refused: Quarantined[] = [];
  const erasures = fakeErasures(catalog, now);
  const routes: RouteOptions[] = [];
  const { publicUrl } = options;
  const url = publicUrl === undefined ? {} : { publicUrl };

  const frame = createFrame({ grants, answers: catalog.answers, ...url });
  const app = fastify({
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: (error, request, reply) => {
      void frame.onError(error, request, reply);
    },
  });
  app.setErrorHandler((error, request, reply) => frame.onError(error as never, request, reply));
  app.setNotFoundHandler((request, reply) => frame.onNotFound(request, reply));
  app.addHook('onRoute', (route) => {
    routes.push(route);
  });
  app.register(asPartOfRoot(async (root) => frame.access(root)));
  app.addHook('onSend', (request, reply, payload, done) => {
    // The tracking API answers as Segment does.
    if (!request.url.startsWith('/api/') || request.url.startsWith('/api/s/')) {
      done(null, payload);
      return;
    }
    const wrong = complaint(request.routeOptions.schema?.response, reply.statusCode, payload);
    if (wrong === undefined) done(null, payload);
    else done(wrong);
  });
  const api = apiRoutes({ catalog, desk, quarantine: fakeQuarantine(refused), erasures, clock: now, ...url });
  app.register(async (scope) => api(scope), { prefix: '/api' });
  options.add?.(app);
  await app.ready();

  const keys = { viewer: '', marketer: '', admin: '' };
  for (const role of roles) {
    keys[role] = good(await catalog.keys.createServerKey({ name: role, role }, systemActor)).secret;
  }
  return {
    app,
    catalog,
    grants,
    clock,
    desk,
    refused,
    routes,
    keys,
    call: async (method, path, body, { key = keys.admin, headers = {} } = {}) => {
      const response = await app.inject({
        method: method as 'GET',
        url: `/api${path}`,
        headers: { ...(key === null ? {} : { authorization: `Bearer ${key}` }), ...headers },
        ...(body === undefined ? {} : { payload: body as object }),
      });
      const { statusCode: status, payload: text } = response;
      const json = String(response.headers['content-type']).includes('json');
      if (status >= 400) expect(response.headers['content-type']).toBe(problemContentType);
      return { status, text, headers: response.headers, body: json ? (JSON.parse(text) as unknown) : text };
    },
    close: () => app.close(),
  };
}

/** What is wrong with an answer, by the schema that its route gives for it. */
function complaint(schemas: unknown, status: number, payload: unknown): Error | undefined {
  if (typeof payload !== 'string' || payload === '') return undefined;
  if (status >= 400) {
    return Value.Check(problemSchema, JSON.parse(payload)) ? undefined : new Error(`no problem: ${payload}`);
  }
  const schema = (schemas as Record<string, TSchema> | undefined)?.[status];
  if (schema === undefined) return new Error(`no schema for the status ${status}`);
  if ('content' in schema || Value.Check(schema, JSON.parse(payload))) return undefined;
  return new Error(
    `not by its schema: ${payload} ${JSON.stringify(Value.Errors(schema, JSON.parse(payload)))}`,
  );
}

function fakeQuarantine(rows: Quarantined[]): Quarantine {
  return {
    add: (more) => {
      rows.push(...more);
      return Promise.resolve();
    },
    list: ({ limit, before = Infinity, source }) =>
      rows
        .map((row, i) => ({ ...row, id: i + 1 }))
        .filter((row) => row.id < before && (source === undefined || row.source === source))
        .reverse()
        .slice(0, limit),
    remove: () => Promise.resolve(0),
    counts: () => new Map(rows.map(({ code }) => [code, rows.filter((row) => row.code === code).length])),
  };
}

/** Erases nobody, and says that it did. */
function fakeErasures(catalog: Catalog, now: () => Instant): ErasureDesk {
  let next = 100;
  return {
    subjectOf: ({ kind, value }) => `hash of ${kind.length} ${value.length}`,
    erase: async (customer) => {
      const position = next++;
      const isKnown = customer.value.startsWith('ann');
      const profile = isKnown ? 7 : undefined;
      await catalog.erasures.begin({ position, at: now(), profile, identifiers: [customer], messages: [] });
      return { position, isKnown };
    },
  };
}

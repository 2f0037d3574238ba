/** Every route of an app × everybody who may come: what each is answered follows from `config.access`. */

import { randomUUID } from 'node:crypto';

import type { FastifyInstance, RouteOptions } from 'fastify';
import { expect } from 'vitest';

import { systemActor, type Catalog } from '../../src/catalog/catalog.ts';
import { roles, type Access, type Role } from '../../src/catalog/grants.ts';
import { sessionLifetimeMs } from '../../src/catalog/limits.ts';
import { good, type TestClock } from '../catalog/catalog-conformance.ts';

export type Caller = {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined: nobody who is known. */
  readonly may: Role | 'write' | undefined;
};

export type Route = { readonly method: string; readonly url: string; readonly access: Access | undefined };

/** One row a method. */
export function routeTable(routes: readonly RouteOptions[]): readonly Route[] {
  return routes.flatMap(({ method, url, config }) =>
    [method].flat().map((one) => ({ method: one, url, access: config?.access })),
  );
}

/** The cookie of a new user's session. */
export async function signedIn(catalog: Catalog, role: Role): Promise<string> {
  const given = { email: `${randomUUID()}@example.com`, name: role, role };
  const user = good(await catalog.users.create(given, systemActor));
  const { token } = good(await catalog.sessions.create(user.id, sessionLifetimeMs));
  return `segue_session=${token}`;
}

/** Moves the clock on by the life of a session. */
export async function makeCallers(catalog: Catalog, clock: TestClock): Promise<readonly Caller[]> {
  const { keys } = catalog;
  good(await keys.createSource({ name: 'matrix' }, systemActor));
  const writeKey = good(await keys.createWriteKey({ source: 'matrix' }, systemActor)).text;
  const withdrawn = good(await keys.createServerKey({ name: 'old', role: 'admin' }, systemActor));
  good(await keys.withdrawServerKey(withdrawn.key.id, systemActor));
  const expired = await signedIn(catalog, 'admin');
  clock.now += sessionLifetimeMs;
  const session = await signedIn(catalog, 'admin');
  const admin = good(await keys.createServerKey({ name: 'admin', role: 'admin' }, systemActor)).secret;
  const callers: Caller[] = [
    { name: 'nobody', headers: {}, may: undefined },
    { name: 'a bad key', headers: { authorization: 'Bearer sk_guess' }, may: undefined },
    { name: 'no scheme', headers: { authorization: admin }, may: undefined },
    { name: 'an unknown scheme', headers: { authorization: `Digest ${admin}` }, may: undefined },
    { name: 'a withdrawn key', headers: { authorization: `Bearer ${withdrawn.secret}` }, may: undefined },
    { name: 'an expired session', headers: { cookie: expired }, may: undefined },
    { name: 'a made-up session', headers: { cookie: 'segue_session=ses_guess' }, may: undefined },
    { name: 'a write key', headers: { authorization: `Bearer ${writeKey}` }, may: 'write' },
    {
      name: 'a bad key beside a session',
      headers: { authorization: 'Bearer x', cookie: session },
      may: undefined,
    },
  ];
  for (const role of roles) {
    const { secret } = good(await keys.createServerKey({ name: role, role }, systemActor));
    const basic = Buffer.from(`${secret}:`).toString('base64');
    const cookie = await signedIn(catalog, role);
    callers.push(
      { name: `server key, ${role}`, headers: { authorization: `Bearer ${secret}` }, may: role },
      { name: `Basic, ${role}`, headers: { authorization: `Basic ${basic}` }, may: role },
      { name: `session, ${role}`, headers: { cookie, 'x-segue-request': '1' }, may: role },
    );
  }
  return callers;
}

/** Calls every route as everybody, with parameters that lead to nothing. */
export async function expectAccess(
  app: FastifyInstance,
  routes: readonly Route[],
  callers: readonly Caller[],
): Promise<void> {
  for (const { method, url, access } of routes) {
    for (const { name, headers, may } of callers) {
      const path = url.replaceAll(/:\w+/g, 'none');
      const { statusCode } = await app.inject({ method: method as 'GET', url: path, headers });
      const got = statusCode === 401 || statusCode === 403 ? statusCode : 'in';
      // Open routes, and those that events are sent to, may answer 401 for themselves.
      if (access === 'open' || access === 'send') {
        expect(statusCode, `${method} ${url} ${name}`).toBeLessThan(500);
      } else expect([method, url, name, got]).toEqual([method, url, name, expectation(access, may)]);
    }
  }
}

function expectation(access: Role | undefined, may: Caller['may']): 401 | 403 | 'in' {
  if (access === undefined) return 403;
  if (may === undefined) return 401;
  return may !== 'write' && roles.indexOf(may) >= roles.indexOf(access) ? 'in' : 403;
}

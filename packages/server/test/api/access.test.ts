import { describe, expect, it } from 'vitest';

import { systemActor } from '../../src/catalog/catalog.ts';
import { roles, type Access, type Role } from '../../src/catalog/grants.ts';
import { sessionLifetimeMs } from '../../src/catalog/limits.ts';
import { good } from '../catalog/catalog-conformance.ts';
import { openDoor, type Door } from './api-door.ts';

const cookieName = 'segue_session';

async function signedIn(door: Door, role: Role): Promise<string> {
  const given = { email: `${role}-${Math.random()}@example.com`, name: role, role };
  const user = good(await door.catalog.users.create(given, systemActor));
  const { token } = good(await door.catalog.sessions.create(user.id, sessionLifetimeMs));
  return `${cookieName}=${token}`;
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
    const door = await openDoor();
    // One more route of every kind of access, with nothing behind it.
    const { app, catalog, clock, keys } = door;
    good(await catalog.keys.createSource({ name: 'web' }, systemActor));
    const writeKey = good(await catalog.keys.createWriteKey({ source: 'web' }, systemActor)).text;
    const withdrawn = good(await catalog.keys.createServerKey({ name: 'old', role: 'admin' }, systemActor));
    good(await catalog.keys.withdrawServerKey(withdrawn.key.id, systemActor));
    const expired = await signedIn(door, 'admin');
    clock.now += sessionLifetimeMs;
    const callers: { name: string; headers: Record<string, string>; may: Role | 'write' | undefined }[] = [
      { name: 'nobody', headers: {}, may: undefined },
      { name: 'a bad key', headers: { authorization: 'Bearer sk_guess' }, may: undefined },
      { name: 'no scheme', headers: { authorization: keys.admin }, may: undefined },
      { name: 'an unknown scheme', headers: { authorization: `Digest ${keys.admin}` }, may: undefined },
      { name: 'a withdrawn key', headers: { authorization: `Bearer ${withdrawn.secret}` }, may: undefined },
      { name: 'an expired session', headers: { cookie: expired }, may: undefined },
      { name: 'a made-up session', headers: { cookie: `${cookieName}=ses_guess` }, may: undefined },
      { name: 'a write key', headers: { authorization: `Bearer ${writeKey}` }, may: 'write' },
      {
        name: 'a bad key beside a session',
        headers: { authorization: 'Bearer x', cookie: await signedIn(door, 'admin') },
        may: undefined,
      },
    ];
    for (const role of roles) {
      const basic = Buffer.from(`${keys[role]}:`).toString('base64');
      const cookie = await signedIn(door, role);
      callers.push(
        { name: `server key, ${role}`, headers: { authorization: `Bearer ${keys[role]}` }, may: role },
        { name: `Basic, ${role}`, headers: { authorization: `Basic ${basic}` }, may: role },
        { name: `session, ${role}`, headers: { cookie, 'x-segue-request': '1' }, may: role },
      );
    }
    const table = door.routes.flatMap(({ method, url, config }) =>
      [method].flat().map((one) => ({ method: one, url, access: config!.access! })),
    );
    expect(table.length).toBeGreaterThan(60);
    for (const { method, url, access } of table) {
      // Signing out would end the session of the caller that comes next.
      if (method === 'DELETE' && url === '/api/session') continue;
      for (const { name, headers, may } of callers) {
        const path = url.replaceAll(/:\w+/g, 'none');
        const { statusCode } = await app.inject({ method: method as 'GET', url: path, headers });
        const expected = expectation(access, may);
        const got = statusCode === 401 || statusCode === 403 ? statusCode : 'in';
        // Open routes may answer 401 for themselves.
        if (access !== 'open') expect([method, url, name, got]).toEqual([method, url, name, expected]);
        else expect(statusCode).toBeLessThan(500);
      }
    }
    await door.close();
  });
});

function expectation(access: Access, may: Role | 'write' | undefined): 401 | 403 | 'in' {
  if (access === 'open' || access === 'send') return 'in';
  if (may === undefined) return 401;
  return may !== 'write' && roles.indexOf(may) >= roles.indexOf(access) ? 'in' : 403;
}

describe('a session', () => {
  it('may not write for a page of another site', async () => {
    const door = await openDoor();
    const cookie = await signedIn(door, 'admin');
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
    const cookie = await signedIn(door, 'viewer');
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

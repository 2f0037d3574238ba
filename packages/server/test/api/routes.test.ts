import { describe, expect, it } from 'vitest';

import { systemActor } from '../../src/catalog/catalog.ts';
import { ensureFirstSignIn } from '../../src/catalog/first-sign-in.ts';
import { signInLinkLifetimeMs } from '../../src/catalog/limits.ts';
import { good, start } from '../catalog/catalog-conformance.ts';
import { openDoor, type Answer, type Door } from './api-door.ts';

type Body = Record<string, never>;
const bodyOf = (answer: Answer): Body => answer.body as Body;
const nobody = { key: null };

function cookieOf(answer: Answer): { key: null; headers: { cookie: string; 'x-segue-request': string } } {
  const cookie = String(answer.headers['set-cookie']).split(';')[0]!;
  return { key: null, headers: { cookie, 'x-segue-request': '1' } };
}

async function withAnn(): Promise<{ door: Door; ann: ReturnType<typeof cookieOf>; password: string }> {
  const door = await openDoor();
  const first = await ensureFirstSignIn(door.catalog);
  const password = 'correct horse';
  const given = { token: first!.token, password, email: 'Ann@example.com', name: 'Ann' };
  const answer = await door.call('POST', '/session/link', given, nobody);
  expect(answer).toMatchObject({ status: 200, body: { user: { email: 'ann@example.com', role: 'admin' } } });
  return { door, ann: cookieOf(answer), password };
}

describe('signing in', () => {
  it('begins with a link, which works once', async () => {
    const { door, ann } = await withAnn();
    expect(await door.call('GET', '/session', undefined, ann)).toMatchObject({
      status: 200,
      body: { kind: 'user', name: 'Ann', role: 'admin' },
    });
    const { token } = good(await door.catalog.links.create({}, systemActor));
    expect(await door.call('POST', '/session/link/look', { token }, nobody)).toMatchObject({
      body: { kind: 'founding' },
    });
    const short = { token, password: 'short', email: 'b@example.com', name: 'B' };
    expect(bodyOf(await door.call('POST', '/session/link', short, nobody))).toMatchObject({
      code: 'users/password',
    });
    for (const path of ['/session/link/look', '/session/link']) {
      const spent = { token: 'link_spent', ...(path.endsWith('look') ? {} : { password: 'long enough' }) };
      expect(await door.call('POST', path, spent, nobody)).toMatchObject({
        status: 410,
        body: { code: 'users/link-spent' },
      });
    }
    await door.close();
  });

  it('takes the password and sets a cookie that signing out ends', async () => {
    const { door, password } = await withAnn();
    const answer = await door.call('POST', '/session', { email: 'ANN@example.com', password }, nobody);
    expect(answer.status).toBe(200);
    const session = cookieOf(answer);
    const out = await door.call('DELETE', '/session', undefined, session);
    expect(out.status).toBe(204);
    expect(String(out.headers['set-cookie'])).toContain('Expires=Thu, 01 Jan 1970');
    expect(await door.call('GET', '/session', undefined, session)).toMatchObject({
      status: 401,
      body: { code: 'access/session-ended' },
    });
    await door.close();
  });

  it('says the same of a wrong password and of an address that nobody has', async () => {
    const { door } = await withAnn();
    const wrong = await door.call('POST', '/session', { email: 'ann@example.com', password: 'x' }, nobody);
    const unknown = await door.call('POST', '/session', { email: 'eve@example.com', password: 'x' }, nobody);
    expect(wrong.status).toBe(401);
    expect(wrong.body).toEqual(unknown.body);
    await door.close();
  });

  it('is slowed down by failures, and free again after a while', async () => {
    const { door, password } = await withAnn();
    const attempt = (given: string): Promise<Answer> =>
      door.call('POST', '/session', { email: 'ann@example.com', password: given }, nobody);
    const attempts = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(() => attempt('guess')));
    expect(attempts.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const slow = await attempt(password);
    expect(slow).toMatchObject({
      status: 429,
      body: { code: 'access/slow-down' },
      headers: { 'retry-after': '1' },
    });
    door.clock.now += 1000;
    expect((await attempt('guess')).status).toBe(401);
    door.clock.now += 1000;
    expect(await attempt(password)).toMatchObject({ headers: { 'retry-after': '1' } });
    door.clock.now += 1000;
    expect((await attempt(password)).status).toBe(200);
    await door.close();
  });

  it('lets one change the password, which ends all other sessions', async () => {
    const { door, ann, password } = await withAnn();
    const other = cookieOf(
      await door.call('POST', '/session', { email: 'ann@example.com', password }, nobody),
    );
    const change = (current: string): Promise<Answer> =>
      door.call('PUT', '/session/password', { current, password: 'battery staple' }, ann);
    expect((await change('wrong')).status).toBe(401);
    expect((await change(password)).status).toBe(204);
    expect((await door.call('GET', '/session', undefined, ann)).status).toBe(200);
    expect((await door.call('GET', '/session', undefined, other)).status).toBe(401);
    expect(await door.call('PUT', '/session/password', { current: 'x', password: 'y' })).toMatchObject({
      status: 400,
      body: { code: 'access/no-session' },
    });
    await door.close();
  });
});

describe('users', () => {
  it('are made with a link that they set their password with', async () => {
    const { door } = await withAnn();
    const given = { email: 'bob@example.com', name: 'Bob', role: 'marketer' };
    const made = await door.call('POST', '/users', given);
    expect(made).toMatchObject({
      status: 201,
      body: {
        user: { ...given, hasPassword: false },
        link: { expiresAt: new Date(start + signInLinkLifetimeMs).toISOString() },
      },
    });
    const { user, link } = made.body as { user: { id: string }; link: { token: string } };
    const look = await door.call('POST', '/session/link/look', { token: link.token }, nobody);
    expect(look.body).toEqual({ kind: 'user', email: 'bob@example.com', name: 'Bob' });
    const used = { token: link.token, password: 'battery staple' };
    const bob = cookieOf(await door.call('POST', '/session/link', used, nobody));
    expect((await door.call('GET', '/session', undefined, bob)).body).toMatchObject({ role: 'marketer' });
    const renamed = await door.call('PATCH', `/users/${user.id}`, { name: 'Robert', role: 'viewer' });
    expect(renamed.body).toMatchObject({ name: 'Robert', role: 'viewer', hasPassword: true });
    expect((await door.call('DELETE', `/users/${user.id}/sessions`)).body).toEqual({ ended: 1 });
    expect((await door.call('GET', '/session', undefined, bob)).status).toBe(401);
    expect((await door.call('DELETE', `/users/${user.id}`)).status).toBe(204);
    expect(await door.call('GET', `/users/${user.id}`)).toMatchObject({ status: 404 });
    await door.close();
  });

  it('say what is refused and why', async () => {
    const { door } = await withAnn();
    const ann = (await door.catalog.users.byEmail('ann@example.com'))!;
    const cases: [string, string, unknown, number, string][] = [
      ['POST', '/users', { email: 'ann@example.com', name: 'A', role: 'viewer' }, 409, 'users/email-taken'],
      ['PATCH', `/users/${ann.id}`, { role: 'viewer' }, 409, 'users/last-admin'],
      ['DELETE', `/users/${ann.id}`, undefined, 409, 'users/last-admin'],
      ['PATCH', '/users/usr_no', { name: 'x' }, 404, 'users/unknown'],
      ['POST', '/users/usr_no/link', undefined, 404, 'users/unknown'],
      ['DELETE', '/users/usr_no/sessions', undefined, 404, 'users/unknown'],
      ['PATCH', `/users/${ann.id}`, {}, 400, 'request/invalid'],
      ['POST', '/users', { email: 'no', name: 'A', role: 'viewer' }, 400, 'request/invalid'],
      ['PATCH', `/users/${ann.id}`, { name: ' \u0000' }, 400, 'request/invalid'],
    ];
    for (const [method, path, body, status, code] of cases) {
      expect([path, await door.call(method, path, body)]).toMatchObject([path, { status, body: { code } }]);
    }
    await door.close();
  });
});

describe('keys and sources', () => {
  it('are made, listed, rotated and withdrawn', async () => {
    const door = await openDoor();
    expect((await door.call('POST', '/sources', { name: 'web', description: 'The shop' })).status).toBe(201);
    const write = await door.call('POST', '/write-keys', { source: 'web', text: 'myOldSegmentKey' });
    expect(write).toMatchObject({ status: 201, body: { text: 'myOldSegmentKey', source: 'web' } });
    expect(door.grants.ofKey('myOldSegmentKey')).toMatchObject({ kind: 'write_key', source: 'web' });
    expect(await door.call('DELETE', '/sources/web')).toMatchObject({
      status: 409,
      body: { code: 'sources/in-use' },
    });
    const { id: writeId } = write.body as { id: string };
    expect((await door.call('DELETE', `/write-keys/${writeId}`)).status).toBe(204);
    expect((await door.call('DELETE', '/sources/web')).status).toBe(204);

    const made = await door.call('POST', '/server-keys', { name: 'ci', role: 'viewer' });
    const { key, secret } = made.body as { key: { id: string; hint: string }; secret: string };
    expect(secret.startsWith(key.hint)).toBe(true);
    const rotated = await door.call('POST', `/server-keys/${key.id}/rotate`, { overlapSeconds: 60 });
    const second = (rotated.body as { secret: string }).secret;
    for (const each of [secret, second]) {
      expect((await door.call('GET', '/session', undefined, { key: each })).status).toBe(200);
    }
    door.clock.now += 60_000;
    expect((await door.call('GET', '/session', undefined, { key: secret })).status).toBe(401);
    expect((await door.call('DELETE', `/server-keys/${key.id}`)).status).toBe(204);
    expect((await door.call('GET', '/session', undefined, { key: second })).status).toBe(401);
    const listed = await door.call('GET', '/server-keys');
    expect(listed.text).not.toContain(secret);
    expect(listed.text).not.toContain('hash');
    await door.close();
  });

  it('say in words what is wrong with a request', async () => {
    const door = await openDoor();
    const { body } = await door.call('POST', '/server-keys', { name: '', rolle: 'viewer' });
    expect(body).toMatchObject({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'request/invalid',
      errors: expect.arrayContaining([
        { in: 'body', pointer: '/role', message: 'the body lacks “role”.', expected: '“role”' },
        {
          in: 'body',
          pointer: '/rolle',
          message: 'the body has “rolle”, which is not known here. Did you mean “role”?',
          expected: 'name, role',
          nearest: 'role',
        },
      ]) as object[],
    });
    const wrong = await door.call('POST', '/server-keys', { name: 'x', role: 'owner' });
    expect(wrong.body).toMatchObject({
      errors: [{ pointer: '/role', message: 'body /role must be one of "viewer", "marketer", "admin".' }],
    });
    expect((await door.call('POST', '/server-keys', { name: '\u202e', role: 'viewer' })).body).toMatchObject({
      errors: [
        {
          pointer: '/name',
          message: 'body /name must be one line with more than blanks in it, and without control characters.',
        },
      ],
    });
    for (const name of ['a\u0000b', 'two\nlines', '\t']) {
      const key = await door.call('POST', '/server-keys', { name, role: 'viewer' });
      expect([name, key.status]).toEqual([name, 400]);
      const user = { email: 'ann@example.com', name, role: 'viewer' };
      expect([name, (await door.call('POST', '/users', user)).status]).toEqual([name, 400]);
    }
    for (const description of ['a\u0000b', 'bell\u0007']) {
      const source = await door.call('POST', '/sources', { name: 'web', description });
      expect(source.body).toMatchObject({
        errors: [
          {
            pointer: '/description',
            message:
              'body /description must be a text without control characters other than tabs and line breaks.',
          },
        ],
      });
    }
    const lines = await door.call('POST', '/sources', { name: 'web', description: 'two\n\tlines' });
    expect(lines.status).toBe(201);
    const why = await door.call('PUT', '/segments/vip?reason=a%00b', { rule: 'true' });
    expect(why.body).toMatchObject({ code: 'request/invalid' });
    const query = await door.call('GET', '/users?limit=9999');
    expect(query.body).toMatchObject({
      errors: [{ in: 'query', pointer: '/limit', message: 'query /limit must be 1000 or less, not 9999.' }],
    });
    await door.close();
  });

  it.each([
    ['/users?limit=1.5', 'query /limit must be a whole number, not “1.5”.'],
    ['/users?limit=true', 'query /limit must be a whole number, not “true”.'],
    ['/users?limit=', 'query /limit must be a whole number.'],
    ['/users?limit=%20', 'query /limit must be a whole number, not “ ”.'],
    ['/users?limit=1e2', 'query /limit must be a whole number, not “1e2”.'],
    ['/users?limit=0x10', 'query /limit must be a whole number, not “0x10”.'],
    ['/users?limit=99999999999999999999', 'query /limit must be a whole number, not “99999999999999999999”.'],
    ['/users?limit=1&limit=2', 'query /limit must be a whole number, and once only.'],
    ['/users?limti=5', 'the query has “limti”, which is not known here. Did you mean “limit”?'],
    ['/segments/vip?dryRun=maybe', 'query /dryRun must be true or false, not “maybe”.'],
    ['/session?at=2026-11-01', 'the query has “at”, which is not known here.'],
    ['/definitions/revisions/true/rollback', 'path /revision must be a whole number, not “true”.'],
    ['/definitions/revisions/1.5/rollback', 'path /revision must be a whole number, not “1.5”.'],
  ])('take nothing for what it is not: %s', async (path, message) => {
    const door = await openDoor();
    const method = path.includes('rollback') ? 'POST' : path.includes('dryRun') ? 'DELETE' : 'GET';
    const { status, body } = await door.call(method, path, method === 'POST' ? {} : undefined);
    expect([status, body]).toMatchObject([400, { code: 'request/invalid', errors: [{ message }] }]);
    await door.close();
  });
});

describe('lists', () => {
  it('are read in parts, each item once, with cursors that fit no other list', async () => {
    const door = await openDoor();
    for (let i = 0; i < 7; i++) await door.call('POST', '/sources', { name: `s${i}` });
    const names: string[] = [];
    let path = '/sources?limit=3';
    let parts = 0;
    for (;;) {
      const { items, next } = (await door.call('GET', path)).body as {
        items: { name: string }[];
        next?: string;
      };
      names.push(...items.map(({ name }) => name));
      parts += 1;
      if (next === undefined) break;
      path = `/sources?limit=3&cursor=${next}`;
      expect(await door.call('GET', `/audit?cursor=${next}`)).toMatchObject({
        status: 400,
        body: { code: 'request/cursor' },
      });
      const forged = `${next.slice(0, -1)}${next.endsWith('A') ? 'B' : 'A'}`;
      expect((await door.call('GET', `/sources?cursor=${forged}`)).status).toBe(400);
    }
    expect(parts).toBe(3);
    expect(names).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `s${i}`));
    await door.close();
  });

  it('of the audit log keep their filter', async () => {
    const door = await openDoor();
    for (let i = 0; i < 3; i++) await door.call('POST', '/sources', { name: `s${i}` });
    const first = await door.call('GET', '/audit?limit=1&action=source.created');
    const { items, next } = first.body as { items: { object: string }[]; next: string };
    expect(items).toMatchObject([{ object: 'source:s2', actor: { kind: 'server_key', name: 'admin' } }]);
    const second = await door.call('GET', `/audit?limit=9&action=source.created&cursor=${next}`);
    expect(second.body).toMatchObject({ items: [{ object: 'source:s1' }, { object: 'source:s0' }] });
    expect((await door.call('GET', `/audit?limit=9&cursor=${next}`)).status).toBe(400);
    expect((await door.call('GET', '/audit/verify')).body).toMatchObject({ intact: true });
    await door.close();
  });

  it('of what was refused are newest first', async () => {
    const door = await openDoor();
    for (const [i, source] of ['web', 'till', 'web'].entries()) {
      door.refused.push({ at: start + i, source, code: 'message/x', reason: 'No.', raw: `{${i}` });
    }
    const first = await door.call('GET', '/quarantine?limit=1&source=web');
    expect(first.body).toMatchObject({ items: [{ id: 3, raw: '{2' }] });
    const { next } = first.body as { next: string };
    expect((await door.call('GET', `/quarantine?source=web&cursor=${next}`)).body).toMatchObject({
      items: [{ id: 1 }],
    });
    expect((await door.call('GET', '/quarantine/counts')).body).toEqual({ counts: { 'message/x': 3 } });
    await door.close();
  });
});

describe('erasures', () => {
  it('are asked for by admins, listed, and told in the audit log without the identifier', async () => {
    const door = await openDoor();
    const identifier = { kind: 'email', value: ' Ann@Example.com ' };
    const asked = await door.call('POST', '/erasures', { identifier });
    expect(asked).toMatchObject({
      status: 202,
      body: { known: true, erasure: { id: 100, state: 'pending' } },
    });
    expect(
      await door.call('POST', '/erasures', { identifier: { kind: 'user_id', value: 'bob' } }),
    ).toMatchObject({
      body: { known: false },
    });
    expect(await door.call('POST', '/erasures', { identifier }, { key: door.keys.marketer })).toMatchObject({
      status: 403,
    });
    await door.catalog.erasures.finish(100, { entries: 4 });
    expect(await door.call('GET', '/erasures?limit=1')).toMatchObject({
      body: { items: [{ id: 101 }], next: expect.any(String) as string },
    });
    expect(await door.call('GET', '/erasures/100')).toMatchObject({
      body: { state: 'done', doneAt: expect.any(String) as string, removed: { entries: 4, mentions: 0 } },
    });
    expect(bodyOf(await door.call('GET', '/erasures/7'))).toMatchObject({ code: 'erasures/unknown' });
    for (const value of ['null', '000', 'undefined']) {
      const refused = await door.call('POST', '/erasures', { identifier: { kind: 'user_id', value } });
      expect(refused).toMatchObject({ status: 400, body: { code: 'erasures/identifier' } });
    }
    const audit = await door.call('GET', '/audit?object=erasure:100');
    expect(audit.body).toMatchObject({
      items: [{ action: 'erasure.finished' }, { action: 'customer.erased', actor: { name: 'admin' } }],
    });
    expect(audit.text).not.toContain('example.com');
    await door.close();
  });
});

import { describe, expect, it } from 'vitest';

import { systemActor, type Catalog } from '../../src/catalog/catalog.ts';
import { ensureFirstSignIn, newSignInLink } from '../../src/catalog/first-sign-in.ts';
import { GrantsIndex } from '../../src/catalog/grants-index.ts';
import { sessionIdleMs, sessionLifetimeMs, usedAtGrainMs } from '../../src/catalog/limits.ts';
import { Passwords, passwordProblem } from '../../src/catalog/passwords.ts';
import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { good, start, type TestClock } from './catalog-conformance.ts';

async function open(): Promise<{ catalog: Catalog; grants: GrantsIndex; clock: TestClock }> {
  const clock = { now: start };
  const catalog = openSqliteCatalog({ path: ':memory:', clock: () => clock.now });
  const grants = await GrantsIndex.open(catalog, { clock: () => clock.now });
  return { catalog, grants, clock };
}

async function session(catalog: Catalog, role: 'viewer' | 'admin' = 'viewer'): Promise<[string, string]> {
  const user = good(
    await catalog.users.create({ email: `${role}@example.com`, name: 'A', role }, systemActor),
  );
  const { token } = good(await catalog.sessions.create(user.id, sessionLifetimeMs));
  return [user.id, token];
}

describe('grants', () => {
  it('know a key the moment it is made, and not any more the moment it is withdrawn', async () => {
    const { catalog, grants } = await open();
    good(await catalog.keys.createSource({ name: 'shop' }, systemActor));
    const write = good(await catalog.keys.createWriteKey({ source: 'shop' }, systemActor));
    const server = good(await catalog.keys.createServerKey({ name: 'ci', role: 'marketer' }, systemActor));
    expect(grants.ofKey(write.text)).toEqual({ kind: 'write_key', id: write.id, source: 'shop' });
    expect(grants.ofKey(server.secret)).toEqual({
      kind: 'server_key',
      id: server.key.id,
      name: 'ci',
      role: 'marketer',
    });
    const withdrawn = Promise.all([
      catalog.keys.withdrawWriteKey(write.id, systemActor),
      catalog.keys.withdrawServerKey(server.key.id, systemActor),
    ]);
    await withdrawn;
    expect(grants.ofKey(write.text)).toBeUndefined();
    expect(grants.ofKey(server.secret)).toBeUndefined();
  });

  it('name the sources that can send: by write keys, and by server keys that may', async () => {
    const { catalog, grants, clock } = await open();
    expect([...grants.senders()]).toEqual([]);
    good(await catalog.keys.createSource({ name: 'shop' }, systemActor));
    const write = good(await catalog.keys.createWriteKey({ source: 'shop' }, systemActor));
    good(await catalog.keys.createWriteKey({ source: 'shop' }, systemActor));
    good(await catalog.keys.createServerKey({ name: 'dashboard', role: 'viewer' }, systemActor));
    const till = good(await catalog.keys.createServerKey({ name: 'till', role: 'marketer' }, systemActor));
    expect([...grants.senders()].sort()).toEqual(['shop', 'till']);
    good(await catalog.keys.withdrawWriteKey(write.id, systemActor));
    expect([...grants.senders()].sort()).toEqual(['shop', 'till']);
    good(await catalog.keys.withdrawServerKey(till.key.id, systemActor));
    clock.now += 1;
    expect([...grants.senders()]).toEqual(['shop']);
  });

  it('know nothing of keys that nobody made', async () => {
    const { grants } = await open();
    for (const key of ['', 'sk_', 'constructor', '__proto__', 'x'.repeat(100_000)]) {
      expect(grants.ofKey(key)).toBeUndefined();
      expect(grants.ofSession(key)).toBeUndefined();
    }
  });

  it('take both secrets of a rotated key until the overlap ends', async () => {
    const { catalog, grants, clock } = await open();
    const { key, secret } = good(
      await catalog.keys.createServerKey({ name: 'ci', role: 'admin' }, systemActor),
    );
    const rotated = good(await catalog.keys.rotateServerKey(key.id, 1000, systemActor));
    clock.now += 999;
    expect(grants.ofKey(secret)).toMatchObject({ id: key.id });
    expect(grants.ofKey(rotated.secret)).toMatchObject({ id: key.id });
    clock.now += 1;
    expect(grants.ofKey(secret)).toBeUndefined();
    expect(grants.ofKey(rotated.secret)).toMatchObject({ id: key.id });
  });

  it('give a session the role that its user has now', async () => {
    const { catalog, grants } = await open();
    const [id, token] = await session(catalog);
    expect(grants.ofSession(token)).toMatchObject({ role: 'viewer' });
    good(await catalog.users.update(id, { role: 'marketer' }, systemActor));
    expect(grants.ofSession(token)).toMatchObject({ role: 'marketer' });
    good(await catalog.users.update(id, { disabled: true }, systemActor));
    expect(grants.ofSession(token)).toBeUndefined();
  });

  it('let a session end at its end, and when it was not used', async () => {
    const { catalog, grants, clock } = await open();
    const [, token] = await session(catalog);
    while (clock.now + sessionIdleMs - 1 < start + sessionLifetimeMs) {
      clock.now += sessionIdleMs - 1;
      expect(grants.ofSession(token)).toBeDefined();
    }
    clock.now = start + sessionLifetimeMs - 1;
    expect(grants.ofSession(token)).toBeDefined();
    clock.now += 1;
    expect(grants.ofSession(token)).toBeUndefined();
    const [, unused] = await session(catalog, 'admin');
    clock.now += sessionIdleMs;
    expect(grants.ofSession(unused)).toBeUndefined();
  });

  it('write uses down coarsely', async () => {
    const { catalog, grants, clock } = await open();
    const { secret } = good(await catalog.keys.createServerKey({ name: 'ci', role: 'admin' }, systemActor));
    const used = async (): Promise<unknown> => (await catalog.keys.serverKeys({ limit: 1 })).items[0]?.usedAt;
    grants.ofKey(secret);
    expect(await used()).toBe(start);
    clock.now += usedAtGrainMs - 1;
    grants.ofKey(secret);
    expect(await used()).toBe(start);
    clock.now += 1;
    grants.ofKey(secret);
    expect(await used()).toBe(start + usedAtGrainMs);
  });

  it('tell at once whoever is in that a key or session is not valid any more', async () => {
    const { catalog, grants, clock } = await open();
    const [user, token] = await session(catalog);
    const { key, secret } = good(
      await catalog.keys.createServerKey({ name: 'ci', role: 'marketer' }, systemActor),
    );
    const byKey = grants.ofKey(secret)!;
    const bySession = grants.ofSession(token)!;
    const seen: (readonly boolean[])[] = [];
    const look = (): readonly boolean[] => [grants.isCurrent(byKey), grants.isCurrent(bySession)];
    const stop = grants.watch(() => seen.push(look()));
    good(await catalog.users.update(user, { name: 'Other' }, systemActor));
    good(await catalog.keys.withdrawServerKey(key.id, systemActor));
    const { token: other } = good(await catalog.sessions.create(user, sessionLifetimeMs));
    await catalog.sessions.end(bySession.kind === 'user' ? bySession.session : '', systemActor);
    expect([seen[0], seen[1], seen.at(-2), seen.at(-1)]).toEqual([
      [true, true],
      [false, true],
      [false, true],
      [false, false],
    ]);
    const told = seen.length;
    const byOther = grants.ofSession(other)!;
    expect(grants.isCurrent(byOther)).toBe(true);
    // Looking is no use of it.
    clock.now += sessionIdleMs - 1;
    expect(grants.isCurrent(byOther)).toBe(true);
    clock.now += 1;
    expect(grants.isCurrent(byOther)).toBe(false);
    stop();
    good(await catalog.users.update(user, { disabled: true }, systemActor));
    expect(seen).toHaveLength(told);
  });

  it('know both secrets of a rotated key as the key, for as long as one of them is valid', async () => {
    const { catalog, grants, clock } = await open();
    const made = good(await catalog.keys.createServerKey({ name: 'ci', role: 'viewer' }, systemActor));
    const principal = grants.ofKey(made.secret)!;
    good(await catalog.keys.rotateServerKey(made.key.id, 1000, systemActor));
    clock.now += 5000;
    expect(grants.isCurrent(principal)).toBe(true);
    good(await catalog.keys.withdrawServerKey(made.key.id, systemActor));
    expect(grants.isCurrent(principal)).toBe(false);
  });

  it('are the same when they are read anew', async () => {
    const { catalog, clock } = await open();
    const [, token] = await session(catalog);
    const { secret } = good(await catalog.keys.createServerKey({ name: 'ci', role: 'admin' }, systemActor));
    const again = await GrantsIndex.open(catalog, { clock: () => clock.now });
    expect(again.ofSession(token)).toMatchObject({ kind: 'user' });
    expect(again.ofKey(secret)).toMatchObject({ kind: 'server_key' });
  });
});

describe('the first start', () => {
  it('makes one link and one write key, once', async () => {
    const { catalog, grants } = await open();
    const first = await ensureFirstSignIn(catalog);
    expect(grants.ofKey(first!.writeKey)).toMatchObject({ kind: 'write_key', source: 'default' });
    expect(await ensureFirstSignIn(catalog)).toBeUndefined();
    const given = { passwordHash: 'h', email: 'ann@example.com', name: 'Ann' };
    good(await catalog.links.redeem(first!.token, given));
    expect(await ensureFirstSignIn(catalog)).toBeUndefined();
    expect((await catalog.keys.writeKeys({ limit: 9 })).items).toHaveLength(1);
  });

  it('can be had again by a new link, which replaces the old', async () => {
    const { catalog } = await open();
    const first = await ensureFirstSignIn(catalog);
    const { token } = good(await newSignInLink(catalog, start));
    expect(await catalog.links.look(first!.token)).toBeUndefined();
    expect(await catalog.links.look(token)).toEqual({ kind: 'founding' });
    expect(await newSignInLink(catalog, start, 'no@example.com')).toMatchObject({ ok: false });
  });
});

describe('passwords', () => {
  it('are hashed with argon2id, each otherwise, and known again', async () => {
    const passwords = new Passwords();
    const [a, b] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')]);
    expect(good(a)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(good(a)).not.toBe(good(b));
    expect(good(await passwords.matches(good(a), 'correct horse'))).toBe(true);
    expect(good(await passwords.matches(good(a), 'correct horsf'))).toBe(false);
    expect(good(await passwords.matches(undefined, 'correct horse'))).toBe(false);
    expect(good(await passwords.matches(good(await passwords.hash('Zoë y más')), 'Zoë y más'))).toBe(true);
  });

  it('have a shortest and a longest length', () => {
    expect(passwordProblem('123456789')).toMatchObject({ code: 'users/password' });
    expect(passwordProblem('1234567890')).toBeUndefined();
    expect(passwordProblem('x'.repeat(257))).toMatchObject({ code: 'users/password' });
  });

  it('send people away where too many come at once', async () => {
    const passwords = new Passwords();
    const results = await Promise.all(
      Array.from({ length: 80 }, () =>
        passwords.matches('no hash that could be read', 'x').catch(() => 'error'),
      ),
    );
    const away = results.filter((result) => typeof result === 'object' && !result.ok);
    expect(away).toHaveLength(80 - 66);
  });
});

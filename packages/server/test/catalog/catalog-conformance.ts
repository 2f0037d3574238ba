/** What every implementation of `Catalog` must do. */

import { describe, expect, it } from 'vitest';

import { type Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import {
  systemActor,
  type AccessChange,
  type Actor,
  type Catalog,
  type User,
} from '../../src/catalog/catalog.ts';
import type { ErasureWork } from '../../src/catalog/erasures.ts';
import { answerKeptMs } from '../../src/catalog/limits.ts';
import { noPlainDefinitions, type PlainDefinitions } from '../../src/catalog/plain-definitions.ts';

export const start: Instant = Date.UTC(2026, 10, 1, 9);
const ann: Actor = { kind: 'user', id: 'usr_ann', name: 'Ann' };

export type TestClock = { now: Instant };

export function good<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function codeOf(result: Result<unknown, { readonly code: string }>): string {
  return result.ok ? 'ok' : result.error.code;
}

async function admin(catalog: Catalog, email = 'ann@example.com'): Promise<User> {
  const user = good(await catalog.users.create({ email, name: 'Ann', role: 'admin' }, systemActor));
  good(await catalog.users.setPassword(user.id, 'hash', systemActor));
  return user;
}

function segments(rules: Readonly<Record<string, string>>): PlainDefinitions {
  const entries = Object.entries(rules).map(([name, rule]) => [name, { rule }] as const);
  return { ...noPlainDefinitions, segments: Object.fromEntries(entries) };
}

export function catalogConformance(name: string, open: (clock: () => Instant) => Catalog): void {
  function fresh(): { catalog: Catalog; clock: TestClock; told: AccessChange[] } {
    const clock = { now: start };
    const catalog = open(() => clock.now);
    const told: AccessChange[] = [];
    catalog.watch((change) => told.push(change));
    return { catalog, clock, told };
  }

  describe(`catalog: ${name}`, () => {
    describe('users', () => {
      it('finds a user by an e-mail address in any case', async () => {
        const { catalog } = fresh();
        const user = await admin(catalog, ' Ann@Example.COM ');
        expect(user).toMatchObject({ email: 'ann@example.com', role: 'admin', disabled: false });
        expect(await catalog.users.byEmail('ANN@example.com')).toMatchObject({ id: user.id });
        expect(await catalog.users.byEmail('bob@example.com')).toBeUndefined();
      });

      it('refuses an address that another user has', async () => {
        const { catalog } = fresh();
        await admin(catalog);
        const twin = { email: 'ANN@example.com', name: 'Twin', role: 'viewer' } as const;
        expect(codeOf(await catalog.users.create(twin, ann))).toBe('users/email-taken');
        const bob = good(await catalog.users.create({ ...twin, email: 'bob@example.com' }, ann));
        expect(codeOf(await catalog.users.update(bob.id, { email: twin.email }, ann))).toBe(
          'users/email-taken',
        );
      });

      it('keeps the last admin who can sign in', async () => {
        const { catalog } = fresh();
        const { id } = await admin(catalog);
        const invited = { email: 'bob@example.com', name: 'Bob', role: 'admin' } as const;
        const bob = good(await catalog.users.create(invited, ann));
        for (const refused of [
          await catalog.users.update(id, { role: 'marketer' }, ann),
          await catalog.users.update(id, { disabled: true }, ann),
          await catalog.users.remove(id, ann),
        ]) {
          expect(codeOf(refused)).toBe('users/last-admin');
        }
        good(await catalog.users.setPassword(bob.id, 'hash', ann));
        good(await catalog.users.remove(id, ann));
        expect(codeOf(await catalog.users.update(bob.id, { disabled: true }, ann))).toBe('users/last-admin');
      });

      it('lists users a part at a time, each once', async () => {
        const { catalog } = fresh();
        for (let i = 0; i < 5; i++) await admin(catalog, `user${i}@example.com`);
        const seen: string[] = [];
        let after: number | undefined;
        do {
          const page = await catalog.users.list({ limit: 2, ...(after === undefined ? {} : { after }) });
          seen.push(...page.items.map(({ email }) => email));
          after = page.next;
        } while (after !== undefined);
        expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => `user${i}@example.com`));
      });

      it('says what does not exist', async () => {
        const { catalog } = fresh();
        expect(codeOf(await catalog.users.update('usr_no', { name: 'x' }, ann))).toBe('users/unknown');
        expect(codeOf(await catalog.users.remove('usr_no', ann))).toBe('users/unknown');
        expect(codeOf(await catalog.users.setPassword('usr_no', 'h', ann))).toBe('users/unknown');
        expect(await catalog.users.passwordHash('usr_no')).toBeUndefined();
      });
    });

    describe('sessions', () => {
      it('tells a token that it does not keep, and ends the session before it says so', async () => {
        const { catalog, told } = fresh();
        const { id } = await admin(catalog);
        const { token, session } = good(await catalog.sessions.create(id, 1000));
        expect(JSON.stringify(await catalog.access())).not.toContain(token);
        expect(session).toMatchObject({ user: id, expiresAt: start + 1000 });
        await catalog.sessions.end(session.id, ann);
        expect(told.at(-1)).toEqual({ kind: 'session_ended', id: session.id });
      });

      it('ends when its user is disabled, gets a password, or goes', async () => {
        const { catalog } = fresh();
        await admin(catalog);
        const user = { email: 'bob@example.com', name: 'Bob', role: 'viewer' } as const;
        const bob = good(await catalog.users.create(user, ann));
        const sessions = async (): Promise<number> => (await catalog.access()).sessions.length;
        const first = good(await catalog.sessions.create(bob.id, 1000));
        good(await catalog.sessions.create(bob.id, 1000));
        good(await catalog.users.setPassword(bob.id, 'h', ann, first.session.id));
        expect(await sessions()).toBe(1);
        good(await catalog.users.update(bob.id, { disabled: true }, ann));
        expect(await sessions()).toBe(0);
        expect(codeOf(await catalog.sessions.create(bob.id, 1000))).toBe('users/unknown');
        good(await catalog.users.update(bob.id, { disabled: false }, ann));
        good(await catalog.sessions.create(bob.id, 1000));
        good(await catalog.users.remove(bob.id, ann));
        expect(await sessions()).toBe(0);
      });
    });

    describe('sign-in links', () => {
      it('make the first admin once, who gives an address and a name', async () => {
        const { catalog } = fresh();
        const { token } = good(await catalog.links.create({}, systemActor));
        expect(await catalog.links.look(token)).toEqual({ kind: 'founding' });
        const passwordHash = 'h';
        expect(codeOf(await catalog.links.redeem(token, { passwordHash }))).toBe('users/link-needs-email');
        const given = { passwordHash, email: 'ann@example.com', name: 'Ann' };
        expect(good(await catalog.links.redeem(token, given))).toMatchObject({ role: 'admin' });
        expect(await catalog.users.hasAdmin()).toBe(true);
        expect(codeOf(await catalog.links.redeem(token, given))).toBe('users/link-spent');
        expect(await catalog.links.pendingFounding()).toBe(false);
      });

      it('are good until their end, and only the newest of a user', async () => {
        const { catalog, clock } = fresh();
        const { id } = await admin(catalog);
        const old = good(await catalog.links.create({ user: id, expiresAt: start + 10 }, ann));
        const link = good(await catalog.links.create({ user: id, expiresAt: start + 10 }, ann));
        expect(await catalog.links.look(old.token)).toBeUndefined();
        clock.now += 9;
        expect(await catalog.links.look(link.token)).toMatchObject({ kind: 'user' });
        clock.now += 1;
        expect(await catalog.links.look(link.token)).toBeUndefined();
        expect(codeOf(await catalog.links.redeem(link.token, { passwordHash: 'x' }))).toBe(
          'users/link-spent',
        );
      });

      it('end the sessions of the user whose password they set', async () => {
        const { catalog } = fresh();
        const { id } = await admin(catalog);
        good(await catalog.sessions.create(id, 1000));
        const { token } = good(await catalog.links.create({ user: id }, ann));
        good(await catalog.links.redeem(token, { passwordHash: 'new' }));
        expect(await catalog.users.passwordHash(id)).toBe('new');
        expect((await catalog.access()).sessions).toEqual([]);
      });
    });

    describe('keys', () => {
      it('belong to a source that exists, and keep it', async () => {
        const { catalog } = fresh();
        expect(codeOf(await catalog.keys.createWriteKey({ source: 'shop' }, ann))).toBe('sources/unknown');
        good(await catalog.keys.createSource({ name: 'shop' }, ann));
        expect(codeOf(await catalog.keys.createSource({ name: 'shop' }, ann))).toBe('sources/taken');
        const key = good(await catalog.keys.createWriteKey({ source: 'shop' }, ann));
        expect(codeOf(await catalog.keys.removeSource('shop', ann))).toBe('sources/in-use');
        good(await catalog.keys.withdrawWriteKey(key.id, ann));
        good(await catalog.keys.removeSource('shop', ann));
        expect(codeOf(await catalog.keys.removeSource('shop', ann))).toBe('sources/unknown');
      });

      it('may have the text that tracking code has already, but not one that was withdrawn', async () => {
        const { catalog, told } = fresh();
        good(await catalog.keys.createSource({ name: 'shop' }, ann));
        const given = { source: 'shop', text: 'segmentWriteKey123' };
        const key = good(await catalog.keys.createWriteKey(given, ann));
        expect(told).toEqual([{ kind: 'write_key', key }]);
        good(await catalog.keys.withdrawWriteKey(key.id, ann));
        expect(codeOf(await catalog.keys.createWriteKey(given, ann))).toBe('keys/taken');
      });

      it('of a server are told once, rotate with an overlap, and are withdrawn at once', async () => {
        const { catalog, told } = fresh();
        const made = good(await catalog.keys.createServerKey({ name: 'ci', role: 'marketer' }, ann));
        expect(JSON.stringify(await catalog.keys.serverKeys({ limit: 9 }))).not.toContain(made.secret);
        const rotated = good(await catalog.keys.rotateServerKey(made.key.id, 60_000, ann));
        expect(rotated.key.id).toBe(made.key.id);
        expect(rotated.key.secrets.map(({ validUntil }) => validUntil)).toEqual([start + 60_000, undefined]);
        const again = good(await catalog.keys.rotateServerKey(made.key.id, 0, ann));
        expect(again.key.secrets).toHaveLength(1);
        good(await catalog.keys.withdrawServerKey(made.key.id, ann));
        expect(told.at(-1)).toMatchObject({ kind: 'server_key', key: { withdrawnAt: start, secrets: [] } });
        expect(codeOf(await catalog.keys.rotateServerKey(made.key.id, 0, ann))).toBe('keys/withdrawn');
        expect((await catalog.access()).serverKeys).toEqual([]);
      });
    });

    describe('the audit log', () => {
      it('has a row for every change, and none for what was refused', async () => {
        const { catalog } = fresh();
        const { id } = await admin(catalog);
        await catalog.users.remove(id, ann);
        await catalog.users.remove('usr_no', ann);
        good(await catalog.keys.createSource({ name: 'shop' }, ann));
        const { items } = await catalog.audit.list({ limit: 10 });
        expect(items.map(({ action }) => action)).toEqual([
          'source.created',
          'user.password_set',
          'user.created',
        ]);
        expect(items[0]).toMatchObject({ actor: ann, object: 'source:shop', at: start, id: 3 });
      });

      it('is filtered and read in parts, newest first', async () => {
        const { catalog } = fresh();
        for (let i = 0; i < 5; i++) {
          await catalog.audit.record(i % 2 ? ann : systemActor, `a.${i}`, 'x', { i });
        }
        const first = await catalog.audit.list({ limit: 2, actor: 'system' });
        expect(first.items.map(({ action }) => action)).toEqual(['a.4', 'a.2']);
        const rest = await catalog.audit.list({ limit: 2, actor: 'system', after: first.next! });
        expect(rest).toMatchObject({ items: [{ action: 'a.0' }], next: undefined });
        expect((await catalog.audit.list({ limit: 9, action: 'a.3' })).items).toHaveLength(1);
        expect((await catalog.audit.list({ limit: 9, object: 'y' })).items).toEqual([]);
      });

      it('is intact, with the hash of its newest row', async () => {
        const { catalog } = fresh();
        for (let i = 0; i < 3; i++) await catalog.audit.record(ann, 'a', 'x', { ü: ['“', i, null] });
        const { items } = await catalog.audit.list({ limit: 1 });
        expect(await catalog.audit.verify()).toEqual({ intact: true, rows: 3, head: items[0]!.hash });
      });
    });

    describe('definitions', () => {
      const author = 'Ann';
      const reason = 'because';

      it('have versions that count changes of meaning, and go on after a removal', async () => {
        const { catalog } = fresh();
        const { definitions } = catalog;
        const steps: PlainDefinitions[] = [
          segments({ vip: 'true', new: 'did "A"' }),
          segments({ vip: 'false', new: 'did "A"' }),
          {
            ...noPlainDefinitions,
            segments: { vip: { rule: 'false', description: 'Nobody' }, new: { rule: 'did "A"' } },
          },
          segments({ new: 'did "A"' }),
          segments({ new: 'did "A"', vip: 'false' }),
        ];
        for (const [i, set] of steps.entries()) {
          await definitions.record({ revision: i + 1, at: start + i, author, reason }, set);
        }
        const { items } = await definitions.versionsOf('segments', 'vip', { limit: 10 });
        expect(items.map(({ revision, version, definition }) => [revision, version, definition])).toEqual([
          [5, 3, { rule: 'false' }],
          [4, 2, undefined],
          [3, 2, { rule: 'false', description: 'Nobody' }],
          [2, 2, { rule: 'false' }],
          [1, 1, { rule: 'true' }],
        ]);
        for (const [i, set] of steps.entries()) {
          expect((await definitions.get(i + 1))?.definitions).toEqual(set);
        }
        const latest = await definitions.latest();
        expect(latest?.head).toMatchObject({ revision: 5, created: 1, changed: 0, removed: 0 });
        expect(latest?.versions.get('segments.new')).toMatchObject({ version: 1, revision: 1 });
      });

      it('may be recorded again as the log is replayed, but never otherwise than they were', async () => {
        const { catalog } = fresh();
        const { definitions } = catalog;
        const head = { revision: 1, at: start, author, reason };
        await definitions.record(head, segments({ a: 'true' }));
        await definitions.record(head, segments({ a: 'true' }));
        await expect(definitions.record(head, segments({ a: 'false' }))).rejects.toThrow(RangeError);
        await expect(definitions.record({ ...head, revision: 3 }, segments({}))).rejects.toThrow(RangeError);
        expect((await definitions.list({ limit: 9 })).items).toHaveLength(1);
      });

      it('know nothing before the first', async () => {
        const { definitions } = fresh().catalog;
        expect(await definitions.latest()).toBeUndefined();
        expect(await definitions.get(1)).toBeUndefined();
        expect(await definitions.list({ limit: 9 })).toEqual({ items: [], next: undefined });
      });
    });

    describe('kept answers', () => {
      it('are known for a day, to the principal who asked', async () => {
        const { catalog, clock } = fresh();
        const { answers } = catalog;
        expect(await answers.begin('p', 'k', 'f')).toEqual({ kind: 'new' });
        expect(await answers.begin('p', 'k', 'g')).toEqual({ kind: 'begun', fingerprint: 'f' });
        expect(await answers.begin('q', 'k', 'g')).toEqual({ kind: 'new' });
        await answers.finish('p', 'k', 201, '{}');
        const answered = { kind: 'answered', fingerprint: 'f', status: 201, body: '{}' };
        expect(await answers.begin('p', 'k', 'f')).toEqual(answered);
        clock.now += answerKeptMs - 1;
        expect(await answers.begin('p', 'k', 'f')).toEqual(answered);
        clock.now += 1;
        expect(await answers.begin('p', 'k', 'f')).toEqual({ kind: 'new' });
      });

      it('are new again once released', async () => {
        const { answers } = fresh().catalog;
        await answers.begin('p', 'k', 'f');
        await answers.release('p', 'k');
        expect(await answers.begin('p', 'k', 'f')).toEqual({ kind: 'new' });
      });
    });

    describe('erasures', () => {
      const work = (position: number): ErasureWork => ({
        position,
        at: start + position,
        profile: 3,
        identifiers: [{ kind: 'email', value: `person${position}@example.com` }],
        messages: [1, 2],
      });

      it('are pending until they are finished, and named once', async () => {
        const { erasures } = fresh().catalog;
        await erasures.begin(work(8));
        await erasures.begin(work(5));
        await erasures.begin({ ...work(5), messages: [] });
        expect(await erasures.pending()).toEqual([work(5), work(8)]);
        await erasures.nameSubject(5, 'hash');
        await erasures.count(5, { changes: 2, quarantined: 1 });
        await erasures.finish(5, { entries: 3, changes: 1 });
        await erasures.begin(work(5));
        expect(await erasures.pending()).toEqual([work(8)]);
        const removed = { entries: 3, mentions: 0, changes: 3, deliveries: 0, quarantined: 1 };
        const doneAt = expect.any(Number) as number;
        expect(await erasures.get(5)).toEqual({
          position: 5,
          at: start + 5,
          subject: 'hash',
          doneAt,
          removed,
        });
        expect(await erasures.get(6)).toBeUndefined();
      });

      it('are listed, the latest first, and leave a row in the audit log when they are done', async () => {
        const { catalog } = fresh();
        for (const position of [1, 2, 3]) await catalog.erasures.begin(work(position));
        const page = await catalog.erasures.list({ limit: 2 });
        expect(page.items.map(({ position }) => position)).toEqual([3, 2]);
        const rest = await catalog.erasures.list({
          limit: 2,
          ...(page.next === undefined ? {} : { after: page.next }),
        });
        expect(rest).toMatchObject({ items: [{ position: 1 }], next: undefined });
        await catalog.erasures.finish(2, {});
        const audit = await catalog.audit.list({ limit: 1 });
        expect(audit.items).toMatchObject([{ action: 'erasure.finished', object: 'erasure:2' }]);
        expect(JSON.stringify(audit)).not.toContain('person2');
      });
    });

    it('keeps what the workspace is called, and who called it so', async () => {
      const { catalog } = fresh();
      const { workspace } = catalog;
      expect(await workspace.name()).toBeUndefined();
      await workspace.rename('Asha’s Shoes', ann);
      await workspace.rename('Asha’s Shoes', ann);
      expect(await workspace.name()).toBe('Asha’s Shoes');
      await workspace.rename(undefined, ann);
      expect(await workspace.name()).toBeUndefined();
      const { items } = await catalog.audit.list({ limit: 10 });
      expect(items.map(({ action, details }) => [action, details])).toEqual([
        ['workspace.renamed', { from: 'Asha’s Shoes', to: null }],
        ['workspace.renamed', { from: null, to: 'Asha’s Shoes' }],
      ]);
    });

    it('gives the same secret under the same name', async () => {
      const { catalog } = fresh();
      const secret = await catalog.secret('cursors');
      expect(secret).toHaveLength(32);
      expect(await catalog.secret('cursors')).toEqual(secret);
      expect(await catalog.secret('other')).not.toEqual(secret);
    });

    it('tells watchers nothing of what was refused', async () => {
      const { catalog, told } = fresh();
      await catalog.users.remove('usr_no', ann);
      await catalog.keys.withdrawServerKey('sky_no', ann);
      expect(told).toEqual([]);
    });
  });
}

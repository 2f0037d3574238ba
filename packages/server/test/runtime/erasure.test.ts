/** Somebody is erased: out of everything that is kept, while everybody else stays as they are. */

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { backUp, restoreBackup } from '../../src/log/backup.ts';
import { findBase, openBase } from '../../src/log/base.ts';
import { compactData } from '../../src/log/compact.ts';
import { dataPaths } from '../../src/log/data-format.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { openLmdbQuarantine } from '../../src/log/lmdb-quarantine.ts';
import { replayLog } from '../../src/runtime/replay-log.ts';
import { verifyData } from '../../src/runtime/verify-data.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { WholeService } from './whole-service.ts';

const soon = { 'erasure.delay': '1s' };
const never = { 'erasure.delay': '30d' };
const canary = /canary/iu;
const definitions = {
  segments: {
    buyers: { rule: 'count("Bought") >= 1' },
    recent: { rule: 'did "Bought" last 30d' },
    rich: { rule: 'percentile(sum(total of "Bought")) >= 50' },
  },
};
type Seen = { readonly segments: object };
type Erased = { readonly erasure: { readonly id: number; readonly state: string; readonly removed: object } };

/** Ann, known by much, and others who have met her. */
async function shop(data: string, flags: Readonly<Record<string, string>>): Promise<WholeService> {
  const service = await WholeService.open(data, flags);
  await service.do('POST', '/api/definitions', { definitions });
  const traits = { email: 'Ann-Canary@example.com', name: 'Ann Canary' };
  await service.do('POST', '/v1/track', {
    anonymousId: 'canary-phone',
    event: 'Looked',
    properties: { a: 'canary' },
  });
  await service.track('ben', 'Bought', { properties: { total: 5 } });
  await service.do('POST', '/v1/identify', { userId: 'canary-ann', anonymousId: 'canary-phone', traits });
  await service.track('canary-ann', 'Bought', { properties: { total: 20, note: 'canary' } });
  // On her phone, signed in as somebody else.
  await service.do('POST', '/v1/track', { userId: 'cem', anonymousId: 'canary-phone', event: 'Bought' });
  await service.track('canary-ann', 'Bought', { messageId: 'twice', properties: { total: 1 } });
  await service.track('canary-ann', 'Bought', { messageId: 'twice', properties: { total: 1 } });
  await service.call('POST', '/v1/track', { userId: 'canary-ann', event: 7 });
  await service.call('POST', '/v1/track', { userId: 'dan', event: 8 });
  return service;
}

async function erase(service: WholeService, value: string, kind = 'user_id'): Promise<number> {
  const erased = (await service.do('POST', '/api/erasures', { identifier: { kind, value } })) as Erased;
  return erased.erasure.id;
}

async function done(service: WholeService, id: number): Promise<object> {
  const look = async (): Promise<unknown> => service.do('GET', `/api/erasures/${id}`);
  await expect.poll(look).toMatchObject({ state: 'done' });
  return ((await look()) as Erased['erasure']).removed;
}

/** Whatever can be read in a data directory, as text. */
async function allText(data: string): Promise<Readonly<Record<string, string>>> {
  const paths = dataPaths(data);
  const log = await openLmdbLog(paths.log);
  const feed = await openLmdbFeedStore(paths.feed);
  const quarantine = await openLmdbQuarantine(paths.quarantine);
  const catalog = openSqliteCatalog({ path: paths.catalog, clock: Date.now });
  const base = await findBase(paths.base);
  const store = base === undefined ? undefined : await openBase(base);
  const rows = [...(store?.read(new Uint8Array(), new Uint8Array(200).fill(255)) ?? [])];
  const text = {
    log: JSON.stringify([...log.read(0)]),
    feed: JSON.stringify([...feed.read(0)]),
    quarantine: JSON.stringify(quarantine.list({ limit: 100 })),
    erasures: JSON.stringify([await catalog.erasures.pending(), await catalog.audit.list({ limit: 100 })]),
    base: rows.map(({ value }) => Buffer.from(value).toString('latin1')).join('\n'),
    baseHead: Buffer.from(store?.head ?? []).toString(),
    lists: JSON.stringify(await catalog.definitions.versionsOf('lists', 'vips', { limit: 100 })),
  };
  await Promise.all([log.close(), feed.close(), quarantine.close(), catalog.close(), store?.close()]);
  return text;
}

/** What history is rebuilt from: whose each entry is, and the changes. */
async function livedThrough(
  data: string,
): Promise<{ readonly whose: number[]; readonly seqs: number[]; readonly changes: string }> {
  const { log: path, base } = dataPaths(data);
  const log = await openLmdbLog(path, { readOnly: true });
  const whose: number[] = [];
  const events: FeedEvent[] = [];
  for await (const piece of replayLog(log, 'UTC', base)) {
    whose.push(...piece.part.whose);
    events.push(...piece.events);
  }
  await log.close();
  return { whose, seqs: events.map(({ seq }) => seq), changes: JSON.stringify(events) };
}

async function expectSound(data: string): Promise<void> {
  const { parts } = await verifyData(data, { timezone: 'UTC' });
  expect(parts.filter(({ fault }) => fault !== undefined)).toEqual([]);
}

describe('a customer who is erased', () => {
  test('is at once out of answers, changes and refused messages, and soon out of the log', async () => {
    const data = temporaryDirectory();
    const service = await shop(data, soon);
    const before = await service.do('GET', '/v1/profiles/cem');
    const id = await erase(service, 'canary-ann');
    for (const name of ['canary-ann', 'email:ann-canary@example.com', 'anonymous_id:canary-phone']) {
      expect(await service.call('GET', `/v1/profiles/${name}`)).toMatchObject({ status: 404 });
    }
    expect(JSON.stringify(await service.do('GET', '/api/quarantine'))).not.toMatch(canary);
    expect(await service.do('GET', '/v1/profiles/cem')).toEqual({
      ...(before as object),
      at: expect.any(String) as string,
    });
    expect(await done(service, id)).toEqual({
      entries: 6,
      mentions: 1,
      changes: 4,
      deliveries: 0,
      quarantined: 1,
    });
    expect(service.complaints).toEqual([]);
    await service.close();
    for (const [place, text] of Object.entries(await allText(data))) {
      expect([place, canary.exec(text)?.input.slice(0, 300)]).toEqual([place, undefined]);
    }
    await expectSound(data);
    // Bytes of what was deleted lie in the files until they are written over, or written anew.
    const files = await compactData(data);
    expect(files.map(({ file }) => file)).toContain('log/data.mdb');
    for (const { file, bytesBefore, bytesAfter } of files) {
      expect(bytesAfter).toBeLessThanOrEqual(Math.max(bytesBefore, 65_536));
      const bytes = readFileSync(join(data, file), 'latin1');
      expect([file, canary.test(bytes)]).toEqual([file, false]);
    }
    await expectSound(data);
    const again = await WholeService.open(data, { ...soon, key: service.key });
    expect(await again.do('GET', '/v1/profiles/cem')).toMatchObject({ segments: (before as Seen).segments });
    await again.close();
  });

  test('is on no list, in whatever form they were uploaded, now or in former versions', async () => {
    const data = temporaryDirectory();
    const service = await WholeService.open(data, soon);
    const define = async (vips: readonly string[]): Promise<unknown> =>
      service.do('POST', '/api/definitions', {
        definitions: { segments: { vip: { rule: 'in list vips' } }, lists: { vips } },
      });
    await define(['ben', 'Ann@CANARY.example.com', '+44 (0)20 7946-0958']);
    const traits = { email: 'ann@canary.example.com', phone: '+442079460958' };
    await service.do('POST', '/v1/identify', { userId: 'ann', traits });
    await service.track('ben', 'Bought');
    await define(['ben', 'ann', 'ANN@canary.example.com', '+44 20 7946 0958', '+44 20 7946 0000']);
    const segmentsOf = async (of: WholeService, who: string): Promise<string> =>
      JSON.stringify(((await of.do('GET', `/v1/profiles/${who}`)) as Seen).segments);
    expect(await segmentsOf(service, 'ann')).toContain('vip');
    const id = await erase(service, 'ann');
    const listed = JSON.stringify(await service.do('GET', '/api/definitions'));
    expect(listed).toContain('+44 20 7946 0000');
    expect(listed).not.toMatch(/canary|7946.?0958/iu);
    // Somebody new, who goes by an old name.
    await service.do('POST', '/v1/identify', { userId: 'new', traits: { email: traits.email } });
    expect(await segmentsOf(service, 'new')).not.toContain('vip');
    expect(await segmentsOf(service, 'ben')).toContain('vip');
    await done(service, id);
    expect(service.complaints).toEqual([]);
    await service.close();
    const { log, ...texts } = await allText(data);
    expect(log).not.toMatch(/ANN@canary|\+44 20 7946 0958|\(0\)20/u);
    expect(JSON.stringify([texts['lists'], texts['erasures']])).not.toMatch(/canary|7946.?0958/iu);
    expect(texts['lists']).toContain('7946 0000');
    await expectSound(data);
    const again = await WholeService.open(data, { ...soon, key: service.key });
    expect(await segmentsOf(again, 'new')).not.toContain('vip');
    expect(await segmentsOf(again, 'ben')).toContain('vip');
    await again.close();
  });

  test('leaves everybody else as they were, after a restart from the base too', async () => {
    const data = temporaryDirectory();
    const service = await shop(data, soon);
    await done(service, await erase(service, 'ann-canary@example.com', 'email'));
    await service.track('ben', 'Bought', { properties: { total: 7 } });
    const look = async (of: WholeService): Promise<unknown> =>
      await Promise.all(
        ['ben', 'cem'].map(async (who) => [
          { ...((await of.do('GET', `/v1/profiles/${who}`)) as object), at: '' },
          await of.do('GET', `/v1/profiles/${who}/timeline`),
        ]),
      );
    const before = await look(service);
    expect(JSON.stringify(before)).toContain('"timestamp"');
    await service.close();
    for (const lost of ['nothing', 'checkpoint', 'feed']) {
      if (lost !== 'nothing') rmSync(join(data, lost), { recursive: true });
      const again = await WholeService.open(data, { ...soon, key: service.key });
      expect(await look(again)).toEqual(before);
      // A new set of rules is built from what is left of the log.
      const segments = { ...definitions.segments, [`after_${lost}`]: { rule: 'count("Bought") >= 2' } };
      await again.do('POST', '/api/definitions', { definitions: { segments } });
      const { segments: now } = (await again.do('GET', '/v1/profiles/ben/segments')) as { segments: object };
      expect(JSON.stringify(now)).toContain(`after_${lost}`);
      await again.do('POST', '/api/definitions', { definitions });
      await again.close();
      await expectSound(data);
    }
  });

  test('is taken out by the next process where this one ended before', async () => {
    const data = temporaryDirectory();
    const service = await shop(data, never);
    const id = await erase(service, 'canary-ann');
    expect(await service.do('GET', `/api/erasures/${id}`)).toMatchObject({ state: 'pending' });
    await service.close();
    expect((await allText(data))['log']).toMatch(canary);
    await expectSound(data);
    const past = await livedThrough(data);
    const again = await WholeService.open(data, { ...soon, key: service.key });
    await done(again, id);
    await again.track('eve', 'Bought');
    await again.close();
    expect((await allText(data))['log']).not.toMatch(canary);
    await expectSound(data);
    // The past can still be lived through: everybody has the number that they had, and nobody says what she did.
    const after = await livedThrough(data);
    expect(after.whose.slice(0, past.whose.length)).toEqual(past.whose);
    expect(after.whose.length).toBe(past.whose.length + 1);
    expect(after.seqs).toEqual([...new Set(after.seqs)].sort((a, b) => a - b));
    expect(after.changes).not.toMatch(canary);
    expect(after.changes).toContain('"eve"');
  });

  test('does not come back with messages of before, but may with later ones, as somebody new', async () => {
    const data = temporaryDirectory();
    const service = await shop(data, soon);
    const past = new Date(Date.now() - 60_000).toISOString();
    await done(service, await erase(service, 'canary-ann'));
    const old = { timestamp: past, properties: { total: 3 } };
    await service.track('canary-ann', 'Bought', old);
    expect(await service.call('GET', '/v1/profiles/canary-ann')).toMatchObject({ status: 404 });
    await service.track('canary-ann', 'Looked');
    expect(await service.do('GET', '/v1/profiles/canary-ann')).toMatchObject({ segments: [], traits: {} });
    // Erased again: what came since goes, too.
    const removed = await done(service, await erase(service, 'canary-ann'));
    expect(removed).toMatchObject({ entries: 3 });
    await service.close();
    expect((await allText(data))['log']).not.toMatch(canary);
    await expectSound(data);
  });

  test('is in no backup that is made after, and such a backup is whole', async () => {
    const place = temporaryDirectory();
    const service = await shop(join(place, 'data'), soon);
    await done(service, await erase(service, 'canary-ann'));
    await service.track('ben', 'Bought');
    await backUp(join(place, 'data'), join(place, 'backup'), Date.now());
    const before = (await service.do('GET', '/v1/profiles/ben')) as object;
    await service.close();
    await restoreBackup(join(place, 'backup'), join(place, 'restored'));
    const again = await WholeService.open(join(place, 'restored'), { ...soon, key: service.key });
    expect(await again.do('GET', '/v1/profiles/ben')).toEqual({
      ...before,
      at: expect.any(String) as string,
    });
    await again.close();
    await expectSound(join(place, 'restored'));
    expect(JSON.stringify(await allText(join(place, 'restored')))).not.toMatch(canary);
  });

  test('may be nobody: then what was said of them before is not taken any more', async () => {
    const data = temporaryDirectory();
    const service = await WholeService.open(data, soon);
    const answer = await service.do('POST', '/api/erasures', {
      identifier: { kind: 'email', value: 'Nobody@Example.com' },
    });
    expect(answer).toMatchObject({ known: false, erasure: { state: 'pending', removed: { entries: 0 } } });
    expect(
      await service.call('POST', '/api/erasures', { identifier: { kind: 'user_id', value: 'null' } }),
    ).toMatchObject({ status: 400, body: { code: 'erasures/identifier' } });
    expect(await service.call('GET', '/api/erasures/99')).toMatchObject({ status: 404 });
    expect(await service.do('GET', '/api/erasures')).toMatchObject({ items: [{ state: 'pending' }] });
    await service.close();
  });
});

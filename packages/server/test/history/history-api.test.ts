/** Questions about the past over HTTP: answers, files, refusals; nothing that is asked makes a 500. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';

import { Cursors } from '../../src/api/cursors.ts';
import { historyRoutes, type HistoryRoutesOptions } from '../../src/api/history-routes.ts';
import { HistoryError } from '../../src/history/history-store.ts';
import { openDoor, type Door } from '../api/api-door.ts';
import { ownedDirectory } from './owned-directory.ts';
import { Rig, start } from './rig.ts';
import { buys, shop } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const dayMs = 86_400_000;
const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;

function openWith(parts: Partial<HistoryRoutesOptions>, rig?: Rig): Promise<Door> {
  const customers = rig?.runtime.customers;
  return openDoor({
    add: (app) => {
      const options: HistoryRoutesOptions = {
        history: rig?.history,
        definitions: () => customers!.engine.definitions,
        displayIdOf: (profile) => customers!.engine.profile(profile)?.displayId,
        findProfile: (identifier) => customers!.find(identifier)?.id,
        zone: new Zone('Europe/Berlin'),
        now: () => rig?.clock.now() ?? 0,
        position: () => customers?.position ?? 0,
        cursors: new Cursors(Buffer.alloc(32, 1)),
        audit: { record: () => Promise.resolve() },
        ...parts,
      };
      app.register(async (scope) => historyRoutes(options)(scope), { prefix: '/api' });
    },
  });
}

describe.skipIf(whyNoChdb !== undefined)(`history over HTTP${skipped}`, () => {
  const directory = ownedDirectory();
  let rig: Rig;
  let door: Door;
  const get = async (path: string) =>
    door.call('GET', `/history/${path}`, undefined, { key: door.keys.viewer });

  const file = async (path: string) =>
    door.app.inject({
      url: `/api/history/export/${path}`,
      headers: { authorization: `Bearer ${door.keys.viewer}` },
    });
  const lines = async (path: string) =>
    (await file(path)).payload
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  beforeAll(async () => {
    rig = await Rig.open(directory.path);
    await rig.submit([shop]);
    await rig.passTime(start + 10 * dayMs);
    await rig.take(buys(0, 300, start + 9 * dayMs));
    await rig.take([
      {
        kind: 'track',
        messageId: 'evil',
        time: start + 9 * dayMs,
        identifiers: [
          { kind: 'user_id', value: '=HYPERLINK("http://evil")' },
          { kind: 'email', value: '+1@x.com' },
        ],
        name: 'Order Completed',
        properties: { total: -5, note: '=1+1' },
        traits: {},
      },
    ]);
    await rig.passTime(start + 12 * dayMs);
    await rig.submit([{ kind: 'tick' }]);
    await rig.caughtUp();
    door = await openWith({}, rig);
  });
  afterAll(async () => {
    await door.close();
    await rig.close();
    directory.remove();
  });

  test('every question is answered, and says up to where it is known', async () => {
    const period = 'from=2026-01-05&to=2026-01-20';
    for (const path of [
      `size?of=buyers&every=day&${period}`,
      'members?of=life.fresh&at=2026-01-16',
      `stay?of=buyers&${period}`,
      `returns?of=big&${period}`,
      `flows?lifecycle=life&${period}`,
      `retention?event=Order%20Completed&${period}`,
      `conversions?lifecycle=life&${period}`,
      'sizes?days=7',
      `flows/members?lifecycle=life&fromStage=&toStage=fresh&${period}`,
    ]) {
      const { status, body } = await get(path);
      expect([path, status]).toEqual([path, 200]);
      expect(body).toMatchObject({ asOf: { position: rig.runtime.customers.position, behind: 0 } });
    }
    expect((await get('status')).body).toMatchObject({ state: 'running', behind: 0 });
  });

  test('those who entered in a period are followed to its end where that is asked for, else to now', async () => {
    type Stay = { until: string; spells: number; survival: { after: number; atRisk: number }[] };
    const stay = async (more: string): Promise<Stay> =>
      (await get(`stay?of=life.fresh&from=2026-01-14&to=2026-01-16&${more}`)).body as Stay;
    const [toItsEnd, toNow, ahead] = await Promise.all(
      ['until=2026-01-16', '', 'until=2026-01-18'].map(stay),
    );
    expect(toItsEnd?.until).toBe('2026-01-15T23:00:00.000Z');
    expect(toNow?.until).toBe(new Date(rig.clock.now()).toISOString());
    expect(ahead).toEqual(toNow);
    expect(toItsEnd?.spells).toBe(toNow?.spells);
    expect(toItsEnd?.spells).toBeGreaterThan(5);
    expect([toItsEnd?.survival.at(-1)?.after, toNow?.survival.at(-1)?.after]).toEqual([1, 3]);
  });

  test('a period without a beginning is of thirty days by the calendar', async () => {
    const { body } = await get('size?of=buyers&to=2026-01-17');
    expect(body).toMatchObject({ period: { from: '2025-12-17T23:00:00.000Z' } });
    const winter = await get('size?of=buyers&from=2025-10-20&to=2025-11-01');
    expect(winter.body).toMatchObject({ period: { from: '2025-10-19T22:00:00.000Z' } });
    const over = await get('size?of=buyers&to=2025-11-10');
    expect(over.body).toMatchObject({ period: { from: '2025-10-10T22:00:00.000Z' } });
  });

  test('members then are read page by page', async () => {
    const names: unknown[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await get(`members?of=buyers&limit=11${cursor}`);
      const { members, next, size } = body as { members: { id: number }[]; next?: string; size: number };
      expect(size).toBe(rig.runtime.engine.size('buyers'));
      names.push(...members.map(({ id }) => id));
      if (next === undefined) break;
      cursor = `&cursor=${next}`;
    }
    expect(names).toEqual(rig.runtime.engine.members('buyers'));
  });

  test('files have every row, and cells are no formulas', async () => {
    const members = await get('export/members?of=buyers');
    expect(members.headers['content-disposition']).toBe('attachment; filename="members.csv"');
    const rows = parse(members.text, { columns: true }) as unknown as Record<string, string>[];
    expect(rows.map(({ customer }) => Number(customer))).toEqual(rig.runtime.engine.members('buyers'));
    expect(rows.some(({ user_id }) => user_id === '\'=HYPERLINK("http://evil")')).toBe(true);
    expect(rows.some(({ email }) => email === "'+1@x.com")).toBe(true);
    for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+@\t\r-]/u);

    const changes = await lines('changes?from=2026-01-01&format=ndjson');
    const said = changes.filter(({ cause }) => cause !== 'gone').map(({ seq }) => seq);
    expect(said).toEqual([...rig.runtime.feed.read(0)].map(({ seq }) => seq));

    const orders = await lines('events?from=2025-12-01&event=Order%20Completed&format=ndjson');
    expect(orders.every(({ event }) => event === 'Order Completed')).toBe(true);
    expect(orders.filter(({ user_id }) => user_id === '=HYPERLINK("http://evil")')).toHaveLength(1);
    const [[count] = []] = await rig.rows("SELECT count() FROM events WHERE name = 'Order Completed'");
    expect(orders).toHaveLength(Number(count));

    const parquet = join(directory.path, 'events.parquet');
    writeFileSync(parquet, (await file('events?from=2025-12-01&format=parquet')).rawPayload);
    expect(await rig.rows(`SELECT count() FROM file('${parquet}', 'Parquet')`)).toEqual(
      await rig.rows('SELECT count() FROM events'),
    );
  });

  test('what cannot be answered is refused with a code', async () => {
    const refusals: [string, number, string][] = [
      ['size?of=buyerz', 404, 'history/unknown'],
      ['size?of=life.nowhere', 404, 'history/unknown'],
      ['flows?lifecycle=live', 404, 'history/unknown'],
      ['size?of=buyers&from=yesterday', 400, 'request/invalid'],
      ['size?of=buyers&from=2026-02-01&to=2026-01-01', 400, 'history/period'],
      ['size?of=buyers&every=hour&from=1900-01-01', 400, 'history/period'],
      ['size', 400, 'request/invalid'],
      ['size?of=buyers&to=0001-01-01', 400, 'history/period'],
      ['size?of=buyers&to=9999-12-31', 400, 'history/period'],
      ['stay?of=buyers&from=0001-01-01', 400, 'history/period'],
      ['stay?of=buyers&until=2000-01-01', 400, 'history/period'],
      ['stay?of=buyers&until=9999-01-01', 400, 'history/period'],
      ['stay?of=buyers&until=soon', 400, 'request/invalid'],
      ['members?of=buyers&at=9999-12-31', 400, 'history/period'],
      ['members?of=buyers&at=1899-12-31', 400, 'history/period'],
      ['flows/members?lifecycle=life&fromStage=nowhere&toStage=', 404, 'history/unknown'],
      ['flows/members?lifecycle=life&fromStage=.x&toStage=', 404, 'history/unknown'],
      ['size?of=life.', 404, 'history/unknown'],
      ['size?of=life.fresh.more', 404, 'history/unknown'],
      ['export/changes?cause=whim', 400, 'request/invalid'],
      ['export/changes?cause=,', 400, 'request/invalid'],
      ['export/events?customer=nobody', 404, 'profiles/unknown'],
      ['members?of=buyers&cursor=AAAA', 400, 'request/cursor'],
    ];
    for (const [path, status, code] of refusals) {
      const answer = await get(path);
      expect([path, answer.status, (answer.body as { code: string }).code]).toEqual([path, status, code]);
    }
    const rebuild = await door.call('POST', '/history/rebuild', {}, { key: door.keys.marketer });
    expect(rebuild.status).toBe(403);
  });

  test('nothing hostile makes a 500, or gets into the query', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
      fc.constantFrom(
        "'",
        "\\'",
        "x') OR 1=1 --",
        'life.x\\',
        "a'; DROP TABLE messages; --",
        '\0',
        '9'.repeat(60),
      ),
      fc.constantFrom('0001-01-01', '9999-12-31T23:59:59Z', '2026-01-05', '-1', '1e999'),
    );
    const path = fc.constantFrom(
      'size',
      'members',
      'stay',
      'returns',
      'flows',
      'retention',
      'export/members',
      'export/events',
    );
    const names = ['of', 'lifecycle', 'event', 'then', 'from', 'to', 'at', 'cursor', 'cause'];
    await fc.assert(
      fc.asyncProperty(path, fc.dictionary(fc.constantFrom(...names), text), async (where, query) => {
        const search = Object.entries({ of: 'buyers', lifecycle: 'life', event: 'Order Completed', ...query })
          .map(([name, value]) => `${name}=${encodeURIComponent(Buffer.from(value).toString())}`)
          .join('&');
        const { status } = await get(`${where}?${search}`);
        expect([400, 404, 414, 200], search).toContain(status);
      }),
      { numRuns: 60 },
    );
    const [[count] = []] = await rig.rows('SELECT count() FROM messages');
    expect(Number(count)).toBeGreaterThan(250);
  });
});

test('where there is no history, or it is away, that is said, and when to come again', async () => {
  const off = await openWith({ history: undefined });
  expect(await off.call('GET', '/history/size?of=vip')).toMatchObject({
    status: 409,
    body: { code: 'history/off' },
  });
  expect((await off.call('GET', '/history/status')).body).toMatchObject({ state: 'off' });
  await off.close();
  const away = new HistoryError('history/unavailable', 'It is away.');
  const status = {
    state: 'down',
    reached: undefined,
    behindEntries: 7,
    lagMs: 5,
    restarts: 3,
    error: 'gone',
  } as const;
  const down = await openWith({
    definitions: () => ({ segments: new Map([['vip', {} as never]]), lifecycles: new Map() }) as never,
    history: {
      query: () => Promise.reject(away),
      // eslint-disable-next-line @typescript-eslint/require-await
      stream: async function* () {
        throw away;
      },
      status: () => status,
      rebuild: () => undefined,
      properties: new Map(),
      caughtUp: () => Promise.resolve(false),
    },
  });
  for (const path of ['size?of=vip&from=1969-12-01', 'export/members?of=vip']) {
    const answer = await down.call('GET', `/history/${path}`);
    expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '2']);
  }
  expect((await down.call('GET', '/history/status')).body).toMatchObject({
    state: 'down',
    behind: 7,
    error: 'gone',
  });
  await down.close();
});

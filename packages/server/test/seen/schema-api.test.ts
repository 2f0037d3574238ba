/** What has come, over HTTP: names, what stands in them, values; to whom values are listed; a history that is away. */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { JsonObject, Message } from '@segue/core/model/message.ts';

import { schemaRoutes } from '../../src/api/schema-routes.ts';
import type { History } from '../../src/history/history-process.ts';
import { HistoryError } from '../../src/history/history-store.ts';
import { SeenDesk } from '../../src/seen/seen-desk.ts';
import { openDoor, type Door } from '../api/api-door.ts';
import { ownedDirectory } from '../history/owned-directory.ts';
import { Rig, start } from '../history/rig.ts';
import { whyNoChdb } from '../history/why-no-chdb.ts';

const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;

function openWith(desk: SeenDesk | undefined, position: () => number): Promise<Door> {
  return openDoor({
    add: (app) => {
      app.register(async (scope) => schemaRoutes({ desk, position })(scope), { prefix: '/api' });
    },
  });
}

let nextId = 0;
function message(kind: Message['kind'], user: string, name: string, said: JsonObject = {}): Message {
  return {
    kind,
    messageId: `s${String((nextId += 1))}`,
    time: start + nextId,
    identifiers: [{ kind: 'user_id', value: user }],
    name,
    properties: kind === 'identify' ? {} : said,
    traits: kind === 'identify' ? said : {},
  };
}

const orders = [0, 1, 2, 3, 4, 5].map((i) =>
  message('track', `u${i}`, 'Order Completed', {
    revenue: 10 * i,
    category: i < 4 ? 'shoes' : 'hats',
    'gift wrap': i % 2 === 0,
    placed: '2026-01-05',
    contact: i === 0 ? 'ann@example.com' : 'none',
    billing: { email: `u${i}@example.com`, city: 'Pune' },
    products: [{ sku: 'a' }, { sku: i < 2 ? 'b' : 'a' }],
    nothing: null,
    empty: '',
  }),
);
const others = [
  message('track', 'u1', "Cart “Viewed”'); DROP TABLE messages; --", { 'it’s': 'x' }),
  message('page', 'u1', 'Home', { path: '/' }),
  message('identify', 'u1', '', { email: 'u1@example.com', city: 'Pune', plan: { tier: 'gold' } }),
  message('identify', 'u1', '', { city: 'Delhi' }),
  message('identify', 'u2', '', { city: 'Delhi', 'loyalty tier': 3 }),
];

describe.skipIf(whyNoChdb !== undefined)(`what has come, over HTTP${skipped}`, () => {
  const directory = ownedDirectory();
  let rig: Rig;
  let door: Door;
  const get = (path: string, role: 'viewer' | 'marketer' = 'viewer') =>
    door.call('GET', `/schema/${path}`, undefined, { key: door.keys[role] });

  beforeAll(async () => {
    rig = await Rig.open(directory.path);
    await rig.take([...orders, ...others]);
    await rig.caughtUp();
    const desk = new SeenDesk({ history: rig.history, now: () => rig.clock.now() });
    door = await openWith(desk, () => rig.runtime.customers.position);
  });
  afterAll(async () => {
    await door.close();
    await rig.close();
    directory.remove();
  });

  test('events are named with how often they came, the most frequent first', async () => {
    const { status, body } = await get('events');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [
        { kind: 'track', name: 'Order Completed', events: 6, customers: 6 },
        { kind: 'page', name: 'Home', events: 1 },
        { kind: 'track', events: 1 },
      ],
      asOf: { position: 11, behind: 0 },
    });
  });

  test('properties have a kind, a share, and a path that a rule takes', async () => {
    const { body } = await get('properties?event=Order%20Completed');
    const { items } = body as { items: { path: string }[] };
    const byPath = Object.fromEntries(items.map(({ path, ...rest }) => [path, rest]));
    expect(byPath).toEqual({
      revenue: { type: 'number', share: 1, different: 6, personal: false },
      category: { type: 'text', share: 1, different: 2, personal: false },
      'properties["gift wrap"]': { type: 'boolean', share: 1, different: 2, personal: false },
      placed: { type: 'date', share: 1, different: 1, personal: false },
      contact: { type: 'text', share: 1, different: 2, personal: false },
      billing: { type: 'object', share: 1, different: 6, personal: false },
      'billing.email': { type: 'text', share: 1, different: 6, personal: true },
      'billing.city': { type: 'text', share: 1, different: 1, personal: false },
      products: { type: 'list', share: 1, different: 2, personal: false },
      'products.sku': { type: 'text', share: 1, different: 2, personal: false },
    });
  });

  test('values are counted, those of elements of lists too, and can be looked for', async () => {
    const values = async (property: string, more = '') =>
      (await get(`property-values?event=Order%20Completed&property=${encodeURIComponent(property)}${more}`))
        .body;
    expect(await values('category')).toMatchObject({
      values: [
        { value: 'shoes', count: 4 },
        { value: 'hats', count: 2 },
      ],
      different: 2,
      withheld: false,
    });
    expect(await values('products.sku')).toMatchObject({
      values: [
        { value: 'a', count: 6 },
        { value: 'b', count: 2 },
      ],
    });
    expect(await values('properties["gift wrap"]')).toMatchObject({
      values: [
        { value: false, count: 3 },
        { value: true, count: 3 },
      ],
    });
    expect(await values('category', '&like=HA')).toMatchObject({ values: [{ value: 'hats' }], different: 1 });
    expect(await values('revenue', '&limit=2')).toMatchObject({ values: [{ value: 0 }, { value: 10 }] });
    expect(await values('nothing')).toMatchObject({ values: [], different: 0 });
  });

  test('traits are what customers have now', async () => {
    expect((await get('traits')).body).toMatchObject({
      items: [
        { name: 'city', path: 'city', customers: 2, personal: false },
        { name: 'email', personal: true },
        { name: 'loyalty tier', path: 'trait["loyalty tier"]' },
        { name: 'plan' },
      ],
    });
    expect((await get('trait-values?trait=city')).body).toMatchObject({
      values: [{ value: 'Delhi', count: 2 }],
    });
    expect((await get('trait-values?trait=plan.tier')).body).toMatchObject({ values: [{ value: 'gold' }] });
    expect(
      (await get(`trait-values?trait=${encodeURIComponent('trait["loyalty tier"]')}`)).body,
    ).toMatchObject({
      values: [{ value: 3 }],
    });
    expect((await get('trait-paths?trait=plan')).body).toMatchObject({
      items: [
        { path: 'plan', type: 'object' },
        { path: 'plan.tier', type: 'text' },
      ],
    });
  });

  test('what says who somebody is, is not listed to viewers', async () => {
    const email = 'trait-values?trait=email';
    expect((await get(email)).body).toMatchObject({ values: [], different: 1, withheld: true });
    expect((await get(email, 'marketer')).body).toMatchObject({
      values: [{ value: 'u1@example.com' }],
      withheld: false,
    });
    // By what it looks like, where the name does not say so.
    const contact = 'property-values?event=Order%20Completed&property=contact';
    expect((await get(contact)).body).toMatchObject({
      values: [{ value: 'none', count: 5 }],
      withheld: true,
    });
    expect((await get(contact, 'marketer')).body).toMatchObject({ values: [{}, {}] });
  });

  test('what never came says so and names the nearest; what is no path is refused', async () => {
    expect((await get('properties?event=Order%20Complete')).body).toMatchObject({
      status: 404,
      code: 'schema/never-seen',
      detail: 'No event “Order Complete” has come so far. Did you mean “Order Completed”?',
    });
    expect((await get('trait-values?trait=citty')).body).toMatchObject({ code: 'schema/never-seen' });
    const path = 'property-values?event=Order%20Completed&property=';
    expect((await get(`${path}${encodeURIComponent('a = "b"')}`)).body).toMatchObject({
      code: 'schema/path',
    });
  });

  test('who was erased is in no answer that is taken from then on', async () => {
    await rig.submit([{ kind: 'erase', customer: { kind: 'user_id', value: 'u5' } }]);
    expect((await get('events?fresh=true')).body).toMatchObject({
      items: [{ name: 'Order Completed', events: 5 }, {}, {}],
      asOf: { position: 12, behind: 0 },
    });
  });

  test('no question makes a 500, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          'properties?event=',
          'property-values?event=Order%20Completed&property=',
          'property-values?event=Order%20Completed&property=category&like=',
          'trait-values?trait=',
          'trait-paths?trait=',
        ),
        fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom("'", '\\', '"]', "a['", '%', '_', '\0')),
        async (path, text) => {
          const { status } = await get(`${path}${encodeURIComponent(text.toWellFormed())}`);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a history that is away', () => {
  const away = new HistoryError('history/unavailable', 'away');
  let isAway = true;
  let now = 0;
  let position = 3;
  let asked = 0;
  const history: Pick<History, 'query' | 'status'> = {
    query: () => {
      asked++;
      if (isAway) return Promise.reject(away);
      return Promise.resolve({ columns: [], rows: [['track', 'Order', asked, 1, 5, 0]] });
    },
    status: () => ({
      state: 'running',
      reached: { position, seq: 0, at: 7 },
      behindEntries: 0,
      lagMs: 0,
      restarts: 0,
    }),
  };

  test('is said; what was known before is told with its age, and taken anew behind it', async () => {
    const desk = new SeenDesk({ history: history as History, now: () => now });
    const door = await openWith(desk, () => 10);
    const events = async () => (await door.call('GET', '/schema/events')).body;
    expect(await events()).toMatchObject({ status: 503, code: 'history/unavailable' });
    isAway = false;
    const known = { items: [{ name: 'Order', events: 2 }], asOf: { position: 3, behind: 7 } };
    expect(await events()).toMatchObject(known);
    // Nothing new is in the store.
    now += 3_600_000;
    expect(await events()).toMatchObject(known);
    position = 4;
    isAway = true;
    expect(await events()).toMatchObject(known);
    isAway = false;
    expect(await events()).toMatchObject(known);
    await expect.poll(events).toMatchObject({ items: [{ events: 4 }], asOf: { position: 4, behind: 6 } });
    await door.close();
  });

  test('or switched off, is said too', async () => {
    const door = await openWith(undefined, () => 0);
    expect((await door.call('GET', '/schema/events')).body).toMatchObject({
      status: 409,
      code: 'history/off',
    });
    await door.close();
  });

  test('answers so many at a time, and refuses what would wait for too long', async () => {
    let answer = (): void => undefined;
    const slow: Pick<History, 'query' | 'status'> = {
      ...history,
      query: (sql) => {
        if (sql.includes('GROUP BY kind')) {
          return Promise.resolve({ columns: [], rows: [['track', 'Order', 1, 1, 5, 0]] });
        }
        return new Promise((resolve) => {
          const before = answer;
          answer = () => {
            before();
            resolve({ columns: [], rows: [] });
          };
        });
      },
    };
    const door = await openWith(new SeenDesk({ history: slow as History, now: () => now }), () => 10);
    await door.call('GET', '/schema/events');
    const asked = Array.from({ length: 60 }, (_, i) =>
      door.call('GET', `/schema/property-values?event=Order&property=p${i}`),
    );
    const isOver = Promise.all(asked);
    let done = false;
    void isOver.then(() => (done = true));
    await expect
      .poll(() => {
        answer();
        return done;
      })
      .toBe(true);
    const statuses = (await isOver).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(32);
    expect(statuses.filter((status) => status === 429)).toHaveLength(28);
    await door.close();
  });
});

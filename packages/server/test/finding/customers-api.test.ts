/** Customers as lists, the story of one, and what would happen to them, as the service answers over HTTP. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { WholeService } from '../runtime/whole-service.ts';

type Row = {
  id: number;
  displayId: string;
  name?: string;
  gone?: boolean;
  since?: string;
  lastSeen?: string;
};
type Page = {
  items: (Row & { stages: Record<string, string>; segments: number; columns: Record<string, unknown> })[];
  total: number;
  everybody: number;
  list: string;
  next?: string;
  searched: number;
};

const folder = mkdtempSync(join(tmpdir(), 'segue-customers-'));
const count = 120;
const hourMs = 3_600_000;
let service: WholeService;

const definitions = {
  segments: {
    buyers: 'did "Order Completed" last 60d',
    oslo: 'trait.city = "Oslo"',
    busy: 'count("Order Completed", last 30d) >= 3',
  },
  lifecycles: { life: { stages: [{ buyer: 'in buyers' }, 'visitor'] } },
};

/** Whoever has a number divisible by 2 has bought; a third lives in Oslo. */
async function fill(): Promise<void> {
  const now = Date.now();
  const batch: object[] = [];
  for (let n = 0; n < count; n++) {
    const userId = `u${String(n).padStart(3, '0')}`;
    const at = (hours: number): string => new Date(now - hours * hourMs).toISOString();
    const city = ['Oslo', 'Bergen', 'Tromsø'][n % 3];
    const traits = { city, email: `${userId}@example.com`, name: `Person ${n}`, points: n };
    batch.push({ type: 'identify', userId, messageId: `i${n}`, timestamp: at(900 + n), traits });
    if (n % 2 === 1) continue;
    const properties = { revenue: n + 0.5 };
    const order = { type: 'track', event: 'Order Completed', properties, userId };
    batch.push({ ...order, messageId: `o${n}`, timestamp: at(1 + (n % 7)) });
  }
  await service.do('POST', '/v1/batch', { batch });
}

const list = async (query: string): Promise<Page> =>
  (await service.do('GET', `/api/customers?${query}`)) as Page;

/** As `list`, once everybody can be searched. */
async function searched(query: string): Promise<Page> {
  for (;;) {
    const page = await list(query);
    if (page.searched === 1) return page;
  }
}

const names = ({ items }: Page): string[] => items.map(({ displayId }) => displayId);

beforeAll(async () => {
  service = await WholeService.open(folder);
  await service.do('POST', '/api/definitions', { definitions, reason: 'the first' });
  await fill();
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('customers', () => {
  it('are all there, whoever was seen last first, and every row says what is true now', async () => {
    const page = await searched('limit=5&columns=city&columns=points');
    expect(page).toMatchObject({ total: count, everybody: count });
    expect(names(page)[0]).toBe('u119');
    expect(page.items[1]).toMatchObject({
      displayId: 'u118',
      name: 'Person 118',
      email: 'u118@example.com',
      stages: { life: 'buyer' },
      segments: 1,
      columns: { city: 'Bergen', points: 118 },
    });
    await service.track('u007', 'Product Viewed');
    expect(names(await searched('limit=1'))).toEqual(['u007']);
  });

  it('are found by anything, within segments and stages, with exact sizes', async () => {
    expect(await searched('q=tromso')).toMatchObject({ total: 40 });
    expect(await searched('q=tromso&segment=buyers')).toMatchObject({ total: 20 });
    expect(await searched('stage=life.visitor')).toMatchObject({ total: 60 });
    expect(await searched('stage=life.visitor&stage=life.buyer&segment=oslo')).toMatchObject({ total: 40 });
    expect(await searched('segment=buyers&segment=oslo')).toMatchObject({ total: 20 });
    expect(names(await searched('q=U011%40EXAMPLE'))).toEqual(['u011']);
    expect(names(await searched('q=person%20%22person%2099%22'))).toEqual(['u099']);
    // Who is known by exactly that stands first.
    expect(names(await searched('q=u005&sort=name'))[0]).toBe('u005');
    expect(await searched('q=nobody-here')).toMatchObject({ total: 0, items: [] });
  });

  it('stand in the order that is asked for', async () => {
    expect(names(await searched('sort=trait.points&limit=2'))).toEqual(['u000', 'u001']);
    expect(names(await searched('sort=-trait.points&limit=2'))).toEqual(['u119', 'u118']);
    expect(names(await searched('sort=firstSeen&limit=2'))).toEqual(['u119', 'u118']);
    expect(names(await searched('sort=name&q=city:oslo&limit=3'))).toEqual(['u000', 'u102', 'u105']);
    const { items } = await searched('segment=buyers&sort=-since&limit=500');
    const since = items.map((row) => row.since ?? '');
    expect(since).toEqual([...since].sort().reverse());
    expect(since[0]).not.toBe('');
  });

  it('come page after page, each once, and any part of a list at the same places', async () => {
    const seen: string[] = [];
    let page = await searched('sort=name&limit=50');
    const first = page.list;
    for (;;) {
      seen.push(...names(page));
      if (page.next === undefined) break;
      page = await list(`sort=name&limit=50&cursor=${page.next}`);
      expect(page.list).toBe(first);
    }
    expect(new Set(seen).size).toBe(count);
    await service.do('POST', '/v1/identify', { userId: 'aaa', traits: { name: 'Aaa' } });
    expect(names(await list(`sort=name&offset=50&limit=3&list=${first}`))).toEqual(seen.slice(50, 53));
    expect(names(await searched('sort=name&limit=1'))).toEqual(['aaa']);
    // Of another question, or of a list that is not kept any more, it is made anew.
    expect((await searched(`sort=-name&limit=1&list=${first}`)).list).not.toBe(first);
    expect(await list(`sort=name&cursor=50.gone-1`)).toMatchObject({ total: count + 1 });
  });

  it('who are erased or merged are gone at once, from lists that are open too', async () => {
    const open = await searched('sort=name&q=person&limit=3');
    const [, second] = open.items;
    await service.do('POST', '/api/erasures', {
      identifier: { kind: 'user_id', value: second?.displayId ?? '' },
    });
    const again = await list(`sort=name&q=person&limit=3&list=${open.list}`);
    expect(again.items[1]).toMatchObject({ id: second?.id, gone: true, displayId: '' });
    expect(names(await searched(`q=${second?.displayId ?? ''}%40example.com`))).toEqual([]);
    await service.do('POST', '/v1/track', { anonymousId: 'device-9', event: 'Product Viewed' });
    expect(await searched('q=device-9')).toMatchObject({ total: 1 });
    await service.do('POST', '/v1/identify', { anonymousId: 'device-9', userId: 'u009' });
    expect(names(await searched('q=device-9'))).toEqual(['u009']);
    expect(names(await searched('limit=1'))).toEqual(['u009']);
  });

  it('are asked for in words that are understood, and nothing that is sent breaks it', async () => {
    const status = async (query: string): Promise<[number, unknown]> => {
      const { status: code, body } = await service.call('GET', `/api/customers?${query}`);
      return [code, (body as { code?: string }).code];
    };
    expect(await status('segment=buyerz')).toEqual([404, 'segments/unknown']);
    expect(await status('stage=life.gone')).toEqual([404, 'stages/unknown']);
    expect(await status('sort=size')).toEqual([400, 'customers/sort']);
    expect(await status('sort=since')).toEqual([400, 'customers/sort']);
    expect(await status('cursor=x')).toEqual([400, 'request/cursor']);
    expect(await status('limit=501')).toEqual([400, 'request/invalid']);
    expect(await status('offset=-1')).toEqual([400, 'request/invalid']);
    expect(await status(`q=${'x'.repeat(201)}`)).toEqual([400, 'request/invalid']);
    for (const odd of ['%00%01', '%22', ':', 'a:', '%F0%9F%98%80', '*', '__proto__:x', '%22%22%22:']) {
      expect((await status(`q=${odd}`))[0]).toBe(200);
    }
    expect((await status('sort=trait.__proto__&columns=__proto__&columns=constructor'))[0]).toBe(200);
    expect(await status('offset=4000000000&limit=1')).toEqual([200, undefined]);
  });
});

describe('the story of a customer', () => {
  it('says how they came together, what was said of them in turn, and what they did how often', async () => {
    const send = (path: string, body: object): Promise<unknown> => service.do('POST', `/v1/${path}`, body);
    await send('track', { anonymousId: 'phone-1', event: 'Product Viewed', messageId: 's1' });
    await send('track', { anonymousId: 'phone-1', event: 'Product Viewed', messageId: 's2' });
    await send('identify', { userId: 'story', messageId: 's3', traits: { city: 'Oslo', email: 's@x.no' } });
    await send('identify', { userId: 'story', messageId: 's4', traits: { city: 'Bergen' } });
    await send('identify', { userId: 'story', messageId: 's5', traits: { city: 'Bergen' } });
    await send('identify', { userId: 'story', anonymousId: 'phone-1', messageId: 's6' });
    const story = (await service.do('GET', '/v1/profiles/story/story')) as Record<string, unknown>;
    expect(story).toMatchObject({
      messages: 6,
      whole: true,
      merges: [
        {
          messageId: 's6',
          type: 'identify',
          parts: [
            { messages: 3, identifiers: [{ kind: 'user_id' }, { kind: 'email' }] },
            { messages: 2, identifiers: [{ kind: 'anonymous_id', value: 'phone-1' }] },
          ],
        },
      ],
      traits: [
        { trait: 'city', values: [{ value: 'Oslo' }, { value: 'Bergen' }] },
        { trait: 'email', values: [{ value: 's@x.no' }] },
      ],
    });
    expect(story['identifiers']).toMatchObject([
      { kind: 'user_id', value: 'story', messageId: 's3' },
      { kind: 'email', value: 's@x.no', messageId: 's3' },
      { kind: 'anonymous_id', value: 'phone-1', messageId: 's1' },
    ]);
    expect(story['events']).toMatchObject([
      { type: 'identify', count: 4 },
      { name: 'Product Viewed', count: 2 },
    ]);
    expect((await service.call('GET', '/v1/profiles/who-is-that/story')).status).toBe(404);
  });

  it('says which stages they were in, one after the other, as what is known now says', async () => {
    const timestamp = new Date(Date.now() - 70 * 24 * hourMs).toISOString();
    await service.do('POST', '/v1/track', { userId: 'staged', event: 'Product Viewed' });
    await service.do('POST', '/v1/track', { userId: 'staged', event: 'Order Completed', timestamp });
    const { stages } = (await service.do('GET', '/v1/profiles/staged/story')) as { stages: unknown };
    const from = new Date(Date.parse(timestamp) + 60 * 24 * hourMs).toISOString();
    const spells = [
      { stage: 'buyer', from: timestamp },
      { stage: 'visitor', from },
    ];
    expect(stages).toEqual([{ lifecycle: 'life', spells, cut: false }]);
  });

  it('is told from a timeline that shows some events alone, if asked', async () => {
    const timeline = async (query: string): Promise<unknown[]> =>
      ((await service.do('GET', `/v1/profiles/story/timeline?${query}`)) as { items: unknown[] }).items;
    expect(await timeline('event=Product%20Viewed')).toHaveLength(2);
    expect(await timeline('type=identify&limit=3')).toHaveLength(3);
    expect(await timeline('event=Nothing')).toEqual([]);
    expect((await service.call('GET', '/v1/profiles/story/timeline?type=nonsense')).status).toBe(400);
  });
});

describe('what if', () => {
  const ask = async (
    who: string,
    steps: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const { status, body } = await service.call('POST', `/v1/profiles/${who}/what-if`, { steps });
    return { status, body: body as Record<string, unknown> };
  };

  it('says what would change, and why, and nothing does', async () => {
    const before = await service.do('GET', '/v1/profiles/u011');
    const { body } = await ask('u011', [
      { event: 'Order Completed', properties: { revenue: 30 } },
      { event: 'Order Completed', properties: { revenue: 30 } },
      { event: 'Order Completed', properties: { revenue: 30 } },
      { traits: { city: 'Oslo' } },
      { wait: '31d' },
      { wait: '40d' },
    ]);
    expect(body['changes']).toMatchObject([
      { step: 0, change: 'entered', segment: 'buyers', cause: 'event' },
      { step: 0, change: 'stage', lifecycle: 'life', from: 'visitor', to: 'buyer' },
      { step: 2, change: 'entered', segment: 'busy' },
      { step: 3, change: 'entered', segment: 'oslo', cause: 'identify' },
      { step: 4, change: 'exited', segment: 'busy', cause: 'time' },
      { step: 5, change: 'exited', segment: 'buyers', cause: 'time' },
      { step: 5, change: 'stage', from: 'buyer', to: 'visitor' },
    ]);
    expect(body).toMatchObject({ cut: false, restsOnOthers: false, notices: [] });
    expect(body['after']).toMatchObject({ segments: [{ segment: 'oslo' }], traits: { city: 'Oslo' } });
    expect(body['why']).toMatchObject([{ segment: 'oslo' }]);
    const after = await service.do('GET', '/v1/profiles/u011');
    expect({ ...(after as object), at: '' }).toEqual({ ...(before as object), at: '' });
  });

  it('counts what rules count', async () => {
    const { body } = await ask('u011', [{ event: 'Order Completed' }]);
    expect(body['values']).toMatchObject([
      { of: 'count("Order Completed", last 30d)', before: { value: 0 }, after: { value: 1 } },
    ]);
  });

  it('says of a late event what it would correct, and of a name whose it would be', async () => {
    const late = new Date(Date.now() - 59 * 24 * hourMs).toISOString();
    const { body } = await ask('u013', [{ event: 'Order Completed', at: late }, { wait: '2d' }]);
    expect(body['changes']).toMatchObject([
      { change: 'entered', segment: 'buyers', cause: 'late_event' },
      { change: 'stage', to: 'buyer' },
      { change: 'exited', segment: 'buyers', cause: 'time' },
      { change: 'stage', to: 'visitor' },
    ]);
    const named = await ask('u013', [{ traits: { email: 'u005@example.com' } }]);
    expect(JSON.stringify(named.body['notices'])).toContain('u005@example.com');
  });

  it('refuses what it cannot try, in words', async () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(60)}1${'}'.repeat(60)}`);
    const refused: readonly unknown[] = [
      [{}],
      [{ event: 'A', traits: {} }],
      [{ wait: 'soon' }],
      [{ at: 'yesterday' }],
      [{ wait: '4000d' }],
      [{ wait: '2000d' }, { wait: '2000d' }],
      [{ event: 'A', properties: deep }],
      [{ event: 'A', properties: { list: Array.from({ length: 2_000 }, () => 1) } }],
      [{ event: 'A', nonsense: 1 }],
      [],
      Array.from({ length: 51 }, () => ({ wait: '1d' })),
    ];
    for (const steps of refused) expect([steps, (await ask('u011', steps)).status]).toEqual([steps, 400]);
    expect((await ask('who-is-that', [{ wait: '1d' }])).status).toBe(404);
    expect(
      (await ask('u011', [{ score: { name: 'churn', value: 0.5 } }, { consent: { status: 'subscribed' } }]))
        .body,
    ).toMatchObject({ after: { scores: { churn: 0.5 } } });
  });
});

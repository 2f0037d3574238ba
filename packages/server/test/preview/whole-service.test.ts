/** Overlaps, previews and populations as the service answers them over HTTP. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { whyNoChdb } from '../history/why-no-chdb.ts';
import { WholeService } from '../runtime/whole-service.ts';

const folders: string[] = [];
const open: WholeService[] = [];

async function service(flags: Readonly<Record<string, string>>): Promise<WholeService> {
  const folder = mkdtempSync(join(tmpdir(), 'segue-preview-'));
  folders.push(folder);
  const opened = await WholeService.open(folder, flags);
  open.push(opened);
  return opened;
}

const definitions = {
  segments: {
    buyers: 'did "Order Completed" last 60d',
    oslo: 'trait.city = "Oslo"',
    rich: 'percentile(sum(revenue of "Order Completed", last 365d)) >= 50',
    nobody: 'false',
  },
  lifecycles: { life: { stages: [{ whale: 'rfm(monetary) = 5' }, { buyer: 'in buyers' }, 'visitor'] } },
  rfm: { default: { purchase: '"Order Completed"', value: 'revenue', window: 'last 365d' } },
};
const customers = 60;
const hourMs = 3_600_000;
const cities = ['Oslo', 'Bergen', 'Narvik'];

/** Fills a service: everybody is from somewhere, every second has bought, every third has looked at shoes or hats. */
async function fill(into: WholeService): Promise<void> {
  const now = Date.now();
  const batch: object[] = [];
  for (let n = 0; n < customers; n++) {
    const userId = `u${n}`;
    const at = (hours: number): string => new Date(now - hours * hourMs).toISOString();
    batch.push({
      type: 'identify',
      userId,
      messageId: `i${n}`,
      timestamp: at(900),
      traits: { city: cities[n % 3] },
    });
    if (n % 2 === 0) {
      const properties = { revenue: n + 0.5 };
      batch.push({
        type: 'track',
        userId,
        messageId: `o${n}`,
        event: 'Order Completed',
        timestamp: at(n * 10 + 1),
        properties,
      });
    }
    if (n % 3 !== 0) continue;
    for (let seen = 0; seen <= n % 4; seen++) {
      const properties = { category: n % 2 === 0 ? 'shoes' : 'hats', price: 10 + seen };
      batch.push({
        type: 'track',
        userId,
        messageId: `v${n}.${seen}`,
        event: 'Product Viewed',
        timestamp: at(n * 8 + seen + 1),
        properties,
      });
    }
  }
  await into.do('POST', '/v1/batch', { batch });
}

/** Resolves when the history store has all that was sent. */
async function filled(of: WholeService): Promise<void> {
  for (;;) {
    const status = (await of.do('GET', '/api/history/status')) as { state: string; behind: number };
    if (status.state === 'running' && status.behind === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

type PreviewBody = {
  readonly size: number;
  readonly answeredBy: string;
  readonly members: readonly { displayId: string }[];
};

async function preview(of: WholeService, rule: unknown, more: object = {}): Promise<PreviewBody> {
  return (await of.do('POST', '/api/preview', { rule, ...more })) as PreviewBody;
}

let plain: WholeService;

beforeAll(async () => {
  plain = await service({ 'history.enabled': 'false' });
  await plain.do('POST', '/api/definitions', { definitions });
  await fill(plain);
});

afterAll(async () => {
  for (const one of open) await one.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
});

describe('an overlap', () => {
  it('is counted from who is where now', async () => {
    const both = await plain.do('POST', '/api/overlap', { rule: 'in buyers and in oslo', members: 2 });
    expect(both).toMatchObject({
      size: 10,
      everybody: customers,
      members: [{ displayId: 'u0' }, { displayId: 'u30' }],
    });
    const either = await plain.do('POST', '/api/overlap', { rule: 'not (in buyers or in oslo)' });
    expect(either).toMatchObject({ size: 20, members: [] });
    const matrix = await plain.do('POST', '/api/overlap/matrix', {
      sets: ['buyers', 'oslo', 'nobody', 'life.visitor'],
    });
    expect(matrix).toMatchObject({
      sets: [
        { name: 'buyers', size: 30, share: 0.5 },
        { name: 'oslo', size: 20 },
        { name: 'nobody', size: 0 },
        { name: 'life.visitor', size: 30 },
      ],
      exclusive: [
        { sets: ['buyers'], size: 20 },
        { sets: ['life.visitor'], size: 20 },
        { sets: ['buyers', 'oslo'], size: 10 },
        { sets: ['oslo', 'life.visitor'], size: 10 },
      ],
      inNone: 0,
      everybody: customers,
    });
    expect(await plain.do('GET', '/api/segments/buyers')).toMatchObject({ size: 30 });
    expect(await plain.do('GET', '/v1/segments/oslo/members?limit=3')).toMatchObject({
      size: 20,
      members: [{ displayId: 'u0' }, { displayId: 'u3' }, { displayId: 'u6' }],
    });
  });

  it('that cannot be told is refused with what to do', async () => {
    const refused = async (path: string, body: unknown): Promise<unknown> =>
      (await plain.call('POST', path, body)).body;
    expect(await refused('/api/overlap', { rule: 'in buyers and did "A"' })).toMatchObject({
      code: 'overlap/not-a-set',
    });
    expect(await refused('/api/overlap', { rule: 'in byers' })).toMatchObject({
      code: 'rules/invalid',
      detail: expect.stringContaining('buyers') as unknown,
    });
    expect(await refused('/api/overlap/matrix', { sets: ['byers'] })).toMatchObject({
      code: 'overlap/unknown',
      detail: 'There is no segment or stage “byers”. Did you mean “buyers”?',
    });
    for (const sets of [['life.nothing'], ['life'], ['.'], ['buyers.x'], ['__proto__']]) {
      expect(await refused('/api/overlap/matrix', { sets })).toMatchObject({ code: 'overlap/unknown' });
    }
  });
});

const rules = [
  'in buyers and not in oslo',
  'did "Order Completed" last 20d and trait.city in ["Oslo", "Bergen"]',
  'did "Product Viewed" last 7d',
  'count("Product Viewed" where category = "shoes", last 30d) >= 2 and in oslo',
  'sum(price of "Product Viewed") > 25 or trait.city = "Narvik" or stage(life) = "whale"',
  'seq("Product Viewed", "Order Completed" within 20d)',
  'not in buyers and distinct(category of "Product Viewed") = 1',
  'age(last "Product Viewed") > 10d and top(category of "Product Viewed") = "hats"',
];

describe('a preview', () => {
  it('of what is not kept is built from the log where there is no history store', async () => {
    expect((await preview(plain, 'did "Product Viewed" last 1000d')).size).toBe(20);
    expect((await preview(plain, 'did "Product Viewed"')).answeredBy).toBe('log');
    expect((await preview(plain, 'did "Order Completed" last 10d')).answeredBy).toBe('engine');
    expect((await preview(plain, 'in buyers or stage(life) = "buyer"')).answeredBy).toBe('engine');
    expect((await preview(plain, 'in buyers and in oslo')).answeredBy).toBe('sets');
  });

  it.skipIf(whyNoChdb !== undefined)(
    `says the same whichever way it is answered${whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`}`,
    async () => {
      const withHistory = await service({});
      await withHistory.do('POST', '/api/definitions', { definitions });
      await fill(withHistory);
      await filled(withHistory);
      const ways = new Set<string>();
      for (const rule of rules) {
        const [one, other] = [await preview(plain, rule), await preview(withHistory, rule)];
        ways.add(other.answeredBy);
        const told = ({
          size,
          members,
          ...rest
        }: PreviewBody & { parts?: unknown; stages?: unknown }): unknown => ({
          size,
          members: members.map(({ displayId }) => displayId),
          parts: rest.parts,
          stages: rest.stages,
        });
        expect(told(other), rule).toEqual(told(one));
      }
      expect(ways).toContain('history');
    },
  );

  it('is refused with the place of what is wrong', async () => {
    const wrong = await plain.call('POST', '/api/preview', { rule: 'trait.city == "Oslo"' });
    expect(wrong).toMatchObject({
      status: 400,
      body: { code: 'rules/invalid', errors: [{ code: 'rule/operator', column: 12 }] },
    });
    expect(
      (await plain.call('POST', '/api/preview', { rule: 'true', traits: ['a b c'] })).body,
    ).toMatchObject({
      code: 'preview/trait',
    });
    for (const rule of [
      {},
      { kind: 'and' },
      { kind: 'compare', op: '=' },
      'x'.repeat(50_000),
      '('.repeat(5_000),
    ]) {
      expect((await plain.call('POST', '/api/preview', { rule })).status).toBe(400);
    }
  });
});

describe('a refresh of the populations', () => {
  it('moves whom its preview says it would', async () => {
    const size = async (segment: string): Promise<unknown> =>
      ((await plain.do('GET', `/api/segments/${segment}`)) as { size: unknown }).size;
    const moves = (await plain.do('POST', '/api/populations/preview', {})) as {
      readonly segments: readonly { segment: string; entering: number; leaving: number }[];
      readonly stages: readonly object[];
    };
    // Nobody had bought when the rules were defined.
    expect(await size('rich')).toBe(0);
    expect(moves.segments).toMatchObject([{ segment: 'rich', entering: 30, leaving: 0 }]);
    expect(moves.stages).toEqual([{ lifecycle: 'life', from: 'buyer', to: 'whale', size: 6 }]);
    expect(await size('rich')).toBe(0);
    const refreshed = await plain.do('POST', '/api/populations/refresh', {});
    expect(refreshed).toMatchObject({
      items: expect.arrayContaining([
        expect.objectContaining({
          of: 'monetary',
          model: 'default',
          size: 30,
          cuts: [12.5, 24.5, 36.5, 46.5].map(() => expect.any(Number) as unknown),
        }),
      ]) as unknown,
    });
    expect(await size('rich')).toBe(30);
    expect(await plain.do('POST', '/api/populations/preview', {})).toMatchObject({
      segments: [],
      stages: [],
    });
    const table = (await plain.do('GET', '/api/rfm/default/table')) as {
      readonly groups: readonly { size: number }[];
      readonly none: number;
    };
    expect(table.groups.reduce((sum, group) => sum + group.size, 0)).toBe(30);
    expect(table.none).toBe(30);
    expect((await plain.call('GET', '/api/rfm/defalt/members')).status).toBe(404);
    expect((await plain.call('GET', '/api/rfm/defalt/table')).body).toMatchObject({
      code: 'definitions/unknown',
      detail: 'There is no RFM model “defalt”. Did you mean “default”?',
    });
  });
});

describe('an RFM table of now', () => {
  type Cell = { recency: number; frequency: number; monetary: number; size: number };
  type Table = { cells: readonly Cell[]; groups: readonly { group: string; size: number }[] } & Measured;
  type Measured = { readonly measuredAt: string };
  type List = Measured & { size: number; members: readonly { displayId: string }[]; next?: string };

  it('counts whom its lists name, and whom segments have, also where much has come since its populations were taken', async () => {
    const of = await service({ 'history.enabled': 'false' });
    const table = async (): Promise<Table> => (await of.do('GET', '/api/rfm/default/table')) as Table;
    const list = async (query: object): Promise<List> => {
      const asked = new URLSearchParams(query as Record<string, string>).toString();
      return (await of.do('GET', `/api/rfm/default/members?${asked}`)) as List;
    };
    await of.do('POST', '/api/definitions', { definitions: { rfm: definitions.rfm } });
    await fill(of);
    const champions = { champions: { rule: 'rfm(group) = "champions"' } };
    await of.do('POST', '/api/definitions', { definitions: { rfm: definitions.rfm, segments: champions } });
    // From here on scores of everybody would be others if they were taken anew.
    const orders = Array.from({ length: 90 }, (_, i) => ({
      type: 'track',
      userId: `${i % 3 === 0 ? 'new' : 'u'}${(i * 7) % customers}`,
      messageId: `later ${i}`,
      event: 'Order Completed',
      timestamp: new Date(Date.now() - i * hourMs).toISOString(),
      properties: { revenue: 40 + ((i * 13) % 70) },
    }));
    await of.do('POST', '/v1/batch', { batch: orders });
    const { cells, groups, measuredAt } = await table();
    const anew = await preview(of, champions.champions.rule);
    expect(anew).toMatchObject({ measuredAnew: true });
    expect(await preview(of, 'in champions or false')).toMatchObject({ measuredAnew: true });
    expect(await preview(of, 'trait.city = "Oslo"')).toMatchObject({ measuredAnew: false });
    expect(cells.length).toBeGreaterThan(5);
    for (const { size, ...scores } of cells) {
      const named = await list({ ...scores, limit: 1_000 });
      expect({ scores, size: named.size, listed: named.members.length }).toEqual({
        scores,
        size,
        listed: size,
      });
      expect(named.measuredAt).toBe(measuredAt);
    }
    for (const { group, size } of groups) {
      expect([group, (await list({ group })).size]).toEqual([group, size]);
    }
    const all = cells.reduce((sum, { size }) => sum + size, 0);
    expect((await list({})).size).toBe(all);
    const best = groups.find(({ group }) => group === 'champions')?.size ?? 0;
    expect(await of.do('GET', '/api/segments/champions')).toMatchObject({ size: best });
    // What it would be anew is another number, so this holds the two apart.
    expect(anew.size).not.toBe(best);
    const first = await list({ group: 'champions', limit: 1 });
    const { next = '' } = first;
    const second = await list({ group: 'champions', limit: 1, cursor: next });
    expect(second.members).toHaveLength(1);
    expect(second.members).not.toEqual(first.members);
    const elsewhere = await of.call('GET', `/api/rfm/default/members?group=lost&cursor=${next}`);
    expect(elsewhere.body).toMatchObject({ code: 'request/cursor' });
    await of.do('POST', '/api/populations/refresh', {});
    const after = await table();
    expect(after.measuredAt > measuredAt).toBe(true);
    expect(after.groups.find(({ group }) => group === 'champions')?.size).toBe(anew.size);
  });
});

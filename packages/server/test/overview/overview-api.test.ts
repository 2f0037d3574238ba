/** The overview of a whole service: what it says, how it follows, and what moved today. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { OverviewNow } from '../../src/overview/overview.ts';
import { whyNoChdb } from '../history/why-no-chdb.ts';
import { WholeService } from '../runtime/whole-service.ts';

let folder: string;
let service: WholeService;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'segue-overview-'));
  service = await WholeService.open(folder, { timezone: 'Asia/Kolkata' });
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true });
});

const overview = async (): Promise<OverviewNow> => (await service.do('GET', '/api/overview')) as OverviewNow;

/** Data of the stream until `isEnough`. */
async function watch(url: string, isEnough: (seen: OverviewNow) => boolean): Promise<OverviewNow> {
  const stop = new AbortController();
  const answer = await fetch(`${url}/api/overview/stream`, {
    headers: { authorization: `Bearer ${service.key}` },
    signal: stop.signal,
  });
  expect(answer.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const decoder = new TextDecoder();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the stream ended');
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const seen = JSON.parse(data) as OverviewNow;
      if (!isEnough(seen)) continue;
      stop.abort();
      return seen;
    }
  }
}

describe('the overview', () => {
  it('says what the workspace is', async () => {
    expect(await service.do('GET', '/api/workspace')).toEqual({
      timeZone: 'Asia/Kolkata',
      version: '0.1.0',
      startedAt: expect.stringMatching(/Z$/) as string,
    });
  });

  it('counts customers, what arrives and what is refused', async () => {
    const before = await overview();
    expect(before).toMatchObject({ customers: 0, segments: 0, sources: [], webhooks: [] });
    expect(before.events.minutes).toHaveLength(61);
    expect(new Date(before.events.day).toISOString()).toMatch(/T18:30:00\.000Z$/);
    await service.do('PUT', '/api/segments/buyers', { rule: 'did "Order Completed"' });
    await service.track('ann', 'Order Completed');
    await service.track('bob', 'Product Viewed');
    await service.call('POST', '/v1/track', { userId: 'ann' });
    const after = await overview();
    expect(after).toMatchObject({ customers: 2, segments: 1, events: { today: 2 } });
    expect(after.events.minutes.reduce((sum, n) => sum + n, 0)).toBe(2);
    expect(after.sources).toMatchObject([{ today: 2, silent: false }]);
    expect(Object.values(after.refused.counts)).toEqual([1]);
    expect(after.refused.lastAt).toBeDefined();
  });

  it('names endpoints to which nothing is sent', async () => {
    const { webhook: made } = (await service.do('POST', '/api/webhooks', {
      url: 'https://hooks.example.com/segue',
    })) as { webhook: { id: string } };
    expect((await overview()).webhooks).toEqual([]);
    await service.do('POST', `/api/webhooks/${made.id}/disable`);
    expect((await overview()).webhooks).toMatchObject([{ id: made.id, reason: 'by_hand' }]);
  });

  it('streams: at once, then when something has changed; and ends with the service', async () => {
    await service.app.fastify.listen({ port: 0, host: '127.0.0.1' });
    const address = service.app.fastify.server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? String(address?.port) : ''}`;
    const first = await watch(url, () => true);
    const next = watch(url, ({ customers }) => customers > first.customers);
    await service.track('cleo', 'Product Viewed');
    expect((await next).events.today).toBe(first.events.today + 1);
  });
});

describe.skipIf(whyNoChdb !== undefined)('what moved', () => {
  it('is told by segment and cause, with the number of the last change that is counted', async () => {
    await service.do('PUT', '/api/lifecycles/customer', {
      stages: [{ buyer: 'did "Order Completed"' }, 'new'],
    });
    await service.track('dora', 'Product Viewed');
    await service.track('dora', 'Order Completed');
    const moves = (await service.do('GET', '/api/history/moves?fresh=true')) as {
      segments: { segment: string; entered: number; exited: number; causes: Record<string, number> }[];
      stages: { lifecycle: string; from: string; to: string; moves: number }[];
      seq: number;
    };
    expect(moves.segments).toEqual([
      { segment: 'buyers', entered: 2, exited: 0, causes: expect.objectContaining({ event: 2 }) as object },
    ]);
    expect(moves.stages).toContainEqual({ lifecycle: 'customer', from: 'new', to: 'buyer', moves: 1 });
    expect(moves.seq).toBeGreaterThan(2);
    const none = await service.do('GET', '/api/history/moves?from=2020-01-01&to=2020-02-01');
    expect(none).toMatchObject({ segments: [], stages: [] });
    expect((await service.call('GET', '/api/history/moves?from=2020-02-01&to=2020-01-01')).status).toBe(400);
    expect((await service.call('GET', '/api/history/moves?from=yesterday')).status).toBe(400);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { noDefinitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { Cursors } from '../../src/api/cursors.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { MemoryDeliveryStore } from '../../src/feeds/memory-delivery-store.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { MemoryWebhookEndpoints } from '../../src/feeds/memory-webhook-endpoints.ts';
import { webhookRoutes } from '../../src/feeds/webhook-routes.ts';
import { WebhookSender } from '../../src/feeds/webhook-sender.ts';
import type { WireWebhook } from '../../src/feeds/webhook-schemas.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { bearer, type Door, openDoor } from './door.ts';
import { plainEvents, start } from './plain-events.ts';
import { Receiver, verify } from './receiver.ts';

type Answer = { readonly status: number; readonly body: unknown };

class Desk {
  readonly receiver = new Receiver();
  readonly feed = new ChangeFeed({
    store: new MemoryFeedStore(),
    now: () => start,
    onFault: () => undefined,
  });
  readonly endpoints = new MemoryWebhookEndpoints();
  definitions = parseDefinitions({
    segments: { a: 'true', vip: 'true' },
    lifecycles: { life: { stages: ['all'] } },
  }).definitions;
  /** Who did what to which deliveries. */
  readonly audited: (readonly [string, string, string, object])[] = [];
  sender: WebhookSender | undefined;
  door: Door | undefined;

  async open(): Promise<void> {
    const { feed, endpoints, receiver: outgoing } = this;
    const store = new MemoryDeliveryStore();
    const source = 'urn:segue:test';
    const deliveries = await WebhookSender.start({
      feed,
      endpoints,
      store,
      outgoing,
      clock: systemClock,
      random: Math.random,
      source,
    });
    this.sender = deliveries;
    const cursors = new Cursors(Buffer.alloc(32, 1));
    const routes = webhookRoutes({
      endpoints,
      deliveries,
      feed,
      definitions: () => this.definitions,
      cursors,
      audit: {
        record: (by, action, object, details) => {
          this.audited.push([by.name, action, object, details]);
          return Promise.resolve();
        },
      },
      now: Date.now,
      allowPrivate: false,
    });
    this.door = await openDoor(async (app) => {
      await app.register(async (scope) => routes(scope), { prefix: '/api' });
    });
  }

  async close(): Promise<void> {
    await this.door?.app.close();
    await this.sender?.stop(0);
  }

  async call(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    key = 'admin',
  ): Promise<Answer> {
    const response = await this.door!.app.inject({
      method,
      url: `/api/webhooks${path}`,
      headers: bearer(key),
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const { statusCode: status, payload } = response;
    if (status >= 400) expect(response.headers['content-type']).toContain('application/problem+json');
    return { status, body: payload === '' ? undefined : (JSON.parse(payload) as unknown) };
  }

  async create(more: object = {}): Promise<{ webhook: WireWebhook; secret: string }> {
    const made = await this.call('POST', '', { url: 'https://shop.example/hook', ...more });
    expect(made.status).toBe(201);
    return made.body as { webhook: WireWebhook; secret: string };
  }
}

const desks: Desk[] = [];
afterAll(async () => {
  await Promise.all(desks.map((desk) => desk.close()));
});
async function open(): Promise<Desk> {
  const desk = new Desk();
  desks.push(desk);
  await desk.open();
  return desk;
}

describe('webhooks', () => {
  it('are made with a secret that is shown once and signs', async () => {
    const desk = await open();
    desk.feed.publish(plainEvents(0, 3));
    const { webhook, secret } = await desk.create({
      description: 'CRM',
      filter: { segments: ['a'], changes: ['entered'] },
    });
    expect(webhook).toMatchObject({
      id: expect.stringMatching(/^wh_[0-9a-f]{20}$/u) as string,
      url: 'https://shop.example/hook',
      description: 'CRM',
      form: 'cloudevent',
      filter: { segments: ['a'], changes: ['entered'] },
      state: 'active',
      secrets: [{}],
      deliveries: { position: 3, behind: 0, waiting: 0 },
    });
    desk.feed.publish(plainEvents(3, 10));
    await expect.poll(() => desk.receiver.seqs()).toEqual([6]);
    verify(secret, desk.receiver.received[0]!);
    const shown = await desk.call('GET', `/${webhook.id}`);
    expect(JSON.stringify(shown.body)).not.toContain(secret.slice(6, 20));
    const list = await desk.call('GET', '', undefined, 'marketer');
    expect(list).toMatchObject({ status: 200, body: { items: [{ id: webhook.id }] } });
  });

  it('are signed with both secrets while one is replaced', async () => {
    const desk = await open();
    const { webhook, secret } = await desk.create();
    const rotated = await desk.call('POST', `/${webhook.id}/rotate-secret`, {});
    expect(rotated.status).toBe(200);
    const { secret: fresh, webhook: shown } = rotated.body as { secret: string; webhook: WireWebhook };
    expect(shown.secrets).toHaveLength(2);
    desk.feed.publish(plainEvents(0, 1));
    await expect.poll(() => desk.receiver.received).toHaveLength(1);
    const [received] = desk.receiver.received;
    verify(secret, received!);
    verify(fresh, received!);
    const atOnce = await desk.call('POST', `/${webhook.id}/rotate-secret`, { overlapSeconds: 0 });
    expect((atOnce.body as { webhook: WireWebhook }).webhook.secrets).toEqual([{}]);
  });

  it('can be changed, disabled, enabled, skipped and removed', async () => {
    const desk = await open();
    const { webhook } = await desk.create();
    const path = `/${webhook.id}`;
    expect(
      await desk.call('PATCH', path, {
        url: 'https://new.example',
        form: 'segment-track',
        filter: { changes: ['stage_changed'] },
      }),
    ).toMatchObject({
      status: 200,
      body: { url: 'https://new.example/', form: 'segment-track', filter: { changes: ['stage_changed'] } },
    });
    expect(await desk.call('POST', `${path}/disable`)).toMatchObject({
      body: { state: 'disabled', disabledReason: 'by_hand', disabledAt: expect.any(String) as string },
    });
    desk.feed.publish(plainEvents(0, 4));
    expect(await desk.call('POST', `${path}/skip`)).toMatchObject({
      body: { deliveries: { position: 4, behind: 0 } },
    });
    expect(await desk.call('POST', `${path}/enable`)).toMatchObject({ body: { state: 'active' } });
    expect(await desk.call('DELETE', path)).toEqual({ status: 204, body: undefined });
    expect(await desk.call('GET', path)).toMatchObject({ status: 404, body: { code: 'webhooks/unknown' } });
    expect(desk.receiver.received).toEqual([]);
  });

  it('tell what became of deliveries, in parts, and of one change', async () => {
    const desk = await open();
    const { webhook } = await desk.create();
    desk.receiver.replies = [500];
    desk.feed.publish(plainEvents(0, 5));
    await expect.poll(() => desk.sender?.attempts(webhook.id, { limit: 10 }).length).toBe(5);
    const path = `/${webhook.id}/deliveries`;
    const ids: number[] = [];
    let cursor = '';
    for (let part = 0; part < 3; part++) {
      const { body } = await desk.call('GET', `${path}?limit=2${cursor}`, undefined, 'marketer');
      const { items, next } = body as { items: { id: number }[]; next?: string };
      ids.push(...items.map(({ id }) => id));
      expect(next === undefined).toBe(part === 2);
      cursor = `&cursor=${next ?? ''}`;
    }
    expect(ids).toEqual([4, 3, 2, 1, 0]);
    expect(await desk.call('GET', `${path}?seq=0`)).toMatchObject({
      body: {
        items: [
          { seq: 0, outcome: 'retrying', status: 500, attempt: 1, nextAt: expect.any(String) as string },
        ],
      },
    });
    expect(await desk.call('GET', `${path}?seq=1&limit=1&cursor=${cursor.slice(8)}`)).toMatchObject({
      status: 400,
    });
  });

  it('send again: one change, or all from one on', async () => {
    const desk = await open();
    const { webhook } = await desk.create();
    desk.feed.publish(plainEvents(0, 4));
    await expect.poll(() => desk.receiver.received.length).toBe(4);
    const path = `/${webhook.id}/replay`;
    expect(await desk.call('POST', path, { seq: 2 })).toMatchObject({ status: 202 });
    await expect.poll(() => desk.receiver.seqs().filter((seq) => seq === 2)).toHaveLength(2);
    expect(await desk.call('POST', path, { from: 1 })).toMatchObject({ status: 202 });
    await expect.poll(() => desk.receiver.received.length).toBe(8);
    expect(await desk.call('POST', path, {})).toMatchObject({
      status: 400,
      body: { code: 'webhooks/replay' },
    });
    expect(await desk.call('POST', path, { seq: 1, from: 1 })).toMatchObject({ status: 400 });
    expect(await desk.call('POST', path, { seq: 99 })).toMatchObject({
      status: 409,
      body: { code: 'webhooks/not-kept' },
    });
    expect(await desk.call('POST', '/wh_x/replay', { seq: 1 })).toMatchObject({ status: 404 });
  });

  it('leave a row in the audit log for what is done to their deliveries, and none for what is refused', async () => {
    const desk = await open();
    const { webhook } = await desk.create();
    desk.feed.publish(plainEvents(0, 4));
    await expect.poll(() => desk.receiver.received.length).toBe(4);
    const object = `webhook:${webhook.id}`;
    for (const [path, body, status] of [
      ['replay', { seq: 2 }, 202],
      ['replay', { from: 1 }, 202],
      ['replay', { seq: 99 }, 409],
      ['replay', { seq: 1, from: 1 }, 400],
      ['test', undefined, 200],
      ['skip', undefined, 200],
    ] as const) {
      expect(await desk.call('POST', `/${webhook.id}/${path}`, body)).toMatchObject({ status });
    }
    expect(desk.audited).toEqual([
      ['admin', 'webhook.replayed', object, { seq: 2 }],
      ['admin', 'webhook.replayed', object, { from: 1 }],
      ['admin', 'webhook.tested', object, {}],
      [
        'admin',
        'webhook.skipped',
        object,
        expect.objectContaining({ waiting: expect.any(Number) as number }),
      ],
    ]);
  });

  it('are tried with a made-up change', async () => {
    const desk = await open();
    const { webhook, secret } = await desk.create({ filter: { segments: ['vip'] } });
    desk.receiver.replies = [{ status: 418 }];
    expect(await desk.call('POST', `/${webhook.id}/test`)).toMatchObject({
      status: 200,
      body: { reason: 'test', outcome: 'given_up', status: 418, answer: 'ok', type: 'segue.segment.entered' },
    });
    const [received] = desk.receiver.received;
    verify(secret, received!);
    expect(JSON.parse(received!.body)).toMatchObject({
      data: { segment: 'vip', customer: { displayId: 'segue-test' } },
    });
  });

  it.each([
    [{ url: 'http://127.0.0.1/' }, 'webhooks/private-address'],
    [{ url: 'http://2130706433/' }, 'webhooks/private-address'],
    [{ url: 'ftp://shop.example/' }, 'webhooks/url'],
    [{ url: 'https://a:b@shop.example/' }, 'webhooks/url'],
    [{}, 'request/invalid'],
    [{ url: 'https://shop.example/', form: 'xml' }, 'request/invalid'],
    [{ url: 'https://shop.example/', filter: { segment: ['a'] } }, 'request/invalid'],
    [{ url: 'https://shop.example/', filter: { changes: ['stage'] } }, 'request/invalid'],
    [{ url: 'https://shop.example/', description: 'x'.repeat(501) }, 'request/invalid'],
    [{ url: 'https://shop.example/', description: 'a\u0007b' }, 'request/invalid'],
    [{ url: 'https://shop.example/', filter: { segments: ['a', 'vipp'] } }, 'webhooks/filter'],
    [{ url: 'https://shop.example/', filter: { segments: [''] } }, 'webhooks/filter'],
    [{ url: 'https://shop.example/', filter: { lifecycles: ['vip'] } }, 'webhooks/filter'],
  ])('refuse %j', async (body, code) => {
    const desk = await open();
    expect(await desk.call('POST', '', body)).toMatchObject({ status: 400, body: { code } });
  });

  it('say which name nothing has, and keep one that was there when they were made', async () => {
    const desk = await open();
    const { webhook } = await desk.create({ filter: { segments: ['vip'], lifecycles: ['life'] } });
    const wrong = await desk.call('PATCH', `/${webhook.id}`, { filter: { segments: ['vpi'] } });
    expect(wrong).toMatchObject({
      status: 400,
      body: {
        code: 'webhooks/filter',
        detail:
          'There is no segment “vpi”. Did you mean “vip”? Define it first, or leave it out of the filter.',
      },
    });
    desk.definitions = noDefinitions;
    const filter = { segments: ['vip'], changes: ['entered'] };
    expect(await desk.call('PATCH', `/${webhook.id}`, { filter })).toMatchObject({
      status: 200,
      body: { filter },
    });
    expect(await desk.call('PATCH', `/${webhook.id}`, { filter: { segments: ['a'] } })).toMatchObject({
      status: 400,
    });
    expect(await desk.call('PATCH', '/wh_none', { filter: {} })).toMatchObject({ status: 404 });
  });

  it('are arranged by admins and seen by marketers', async () => {
    const desk = await open();
    const { webhook } = await desk.create();
    const reads = [`/${webhook.id}`, `/${webhook.id}/deliveries`, ''];
    for (const path of reads) {
      expect(await desk.call('GET', path, undefined, 'marketer')).toMatchObject({ status: 200 });
      expect(await desk.call('GET', path, undefined, 'viewer')).toMatchObject({ status: 403 });
    }
    const writes = ['rotate-secret', 'disable', 'enable', 'skip', 'replay', 'test'].map(
      (what) => `/${webhook.id}/${what}`,
    );
    for (const path of ['', ...writes]) {
      expect(await desk.call('POST', path, { url: 'https://x.example' }, 'marketer')).toMatchObject({
        status: 403,
      });
    }
    expect(await desk.call('PATCH', `/${webhook.id}`, {}, 'marketer')).toMatchObject({ status: 403 });
    expect(await desk.call('DELETE', `/${webhook.id}`, undefined, 'marketer')).toMatchObject({ status: 403 });
    expect(await desk.call('GET', '', undefined, 'writer')).toMatchObject({ status: 403 });
  });
});

describe('hostile input', () => {
  let desk: Desk;
  let id = '';
  beforeAll(async () => {
    desk = await open();
    id = (await desk.create()).webhook.id;
  });

  it('is answered below 500 everywhere', async () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.jsonValue({ maxDepth: 3 }));
    const field = fc.constantFrom(
      'url',
      'form',
      'filter',
      'description',
      'seq',
      'from',
      'overlapSeconds',
      '__proto__',
      'x',
    );
    const body = fc.oneof(value, fc.dictionary(field, value, { maxKeys: 4 }));
    const path = fc.constantFrom(
      '',
      '/ID',
      '/ID/replay',
      '/ID/test',
      '/ID/rotate-secret',
      '/ID/enable',
      '/ID/skip',
      '/nobody/replay',
    );
    const name = fc.oneof(fc.constant(undefined), fc.string({ maxLength: 20 }));
    await fc.assert(
      fc.asyncProperty(
        path,
        name,
        body,
        fc.constantFrom('POST', 'PATCH', 'GET'),
        async (template, other, given, method) => {
          const target = template.replace('ID', encodeURIComponent(other ?? id).replaceAll('.', '%2E'));
          const response = await desk.door!.app.inject({
            method: method as 'POST',
            url: `/api/webhooks${target}`,
            headers: { ...bearer('admin'), 'content-type': 'application/json' },
            ...(method === 'GET' ? {} : { payload: JSON.stringify(given) }),
          });
          expect(response.statusCode).toBeLessThan(500);
        },
      ),
      { numRuns: 200 },
    );
  });
});

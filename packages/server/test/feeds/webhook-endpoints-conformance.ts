/** What every implementation of `WebhookEndpoints` must do. */

import { describe, expect, it } from 'vitest';

import { systemActor } from '../../src/catalog/catalog.ts';
import {
  type WebhookEndpointNews,
  type WebhookEndpoints,
  webhookEndpointsMax,
} from '../../src/feeds/webhook-endpoints.ts';
import { endpoint } from './plain-endpoint.ts';

export function webhookEndpointsConformance(name: string, open: () => WebhookEndpoints): void {
  describe(`endpoints of webhooks: ${name}`, () => {
    it('keeps what was created, in that order, to the last field', async () => {
      const endpoints = open();
      const full = endpoint('wh_b', {
        description: 'CRM — “VIP” ✓',
        form: 'segment-track',
        filter: { segments: ['vip'], lifecycles: [], changes: ['entered', 'stage'] },
        secrets: [{ text: 'whsec_bmV3' }, { text: 'whsec_b2xk', validUntil: 1_767_312_000_000 }],
        state: { kind: 'disabled', reason: 'gone', since: 1_767_225_600_001 },
        from: 12_345,
      });
      await endpoints.create(full, systemActor);
      await endpoints.create(endpoint('wh_a'), systemActor);
      expect(await endpoints.list()).toEqual([full, endpoint('wh_a')]);
      expect(await endpoints.get('wh_b')).toEqual(full);
      expect(await endpoints.get('wh_c')).toBeUndefined();
    });

    it('changes the named fields and leaves the others', async () => {
      const endpoints = open();
      await endpoints.create(endpoint('wh_a'), systemActor);
      const state = { kind: 'disabled', reason: 'by_hand', since: 5 } as const;
      const changed = await endpoints.update('wh_a', { state, filter: { segments: ['a'] } }, systemActor);
      expect(changed).toEqual({ ok: true, value: endpoint('wh_a', { state, filter: { segments: ['a'] } }) });
      expect(await endpoints.get('wh_a')).toEqual(endpoint('wh_a', { state, filter: { segments: ['a'] } }));
    });

    it('refuses to change or remove what does not exist', async () => {
      const endpoints = open();
      const refused = { ok: false, error: { code: 'webhooks/unknown' } };
      expect(await endpoints.update('wh_x', { description: 'x' }, systemActor)).toMatchObject(refused);
      expect(await endpoints.remove('wh_x', systemActor)).toMatchObject(refused);
      await endpoints.create(endpoint('wh_x'), systemActor);
      expect(await endpoints.remove('wh_x', systemActor)).toMatchObject({ ok: true });
      expect(await endpoints.list()).toEqual([]);
    });

    it('tells every change before its promise resolves', async () => {
      const endpoints = open();
      const told: WebhookEndpointNews[] = [];
      const stop = endpoints.watch((news) => told.push(news));
      await endpoints.create(endpoint('wh_a'), systemActor);
      await endpoints.update('wh_a', { description: 'till' }, systemActor);
      await endpoints.remove('wh_a', systemActor);
      stop();
      await endpoints.create(endpoint('wh_b'), systemActor);
      expect(told).toEqual([
        { kind: 'put', endpoint: endpoint('wh_a') },
        { kind: 'put', endpoint: endpoint('wh_a', { description: 'till' }) },
        { kind: 'removed', id: 'wh_a' },
      ]);
    });

    it('refuses more than there may be', async () => {
      const endpoints = open();
      for (let at = 0; at < webhookEndpointsMax; at++) {
        expect(await endpoints.create(endpoint(`wh_${at}`), systemActor)).toMatchObject({ ok: true });
      }
      const refused = { ok: false, error: { code: 'webhooks/too-many' } };
      expect(await endpoints.create(endpoint('wh_more'), systemActor)).toMatchObject(refused);
    });
  });
}

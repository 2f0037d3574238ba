/** A plain endpoint of webhooks. */

import type { WebhookEndpoint } from '../../src/feeds/webhook-endpoints.ts';

export function endpoint(id: string, more: Partial<WebhookEndpoint> = {}): WebhookEndpoint {
  return {
    id,
    url: 'https://shop.example/hook',
    description: '',
    form: 'cloudevent',
    filter: {},
    secrets: [{ text: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }],
    state: { kind: 'active' },
    createdAt: 1_767_225_600_000,
    from: 0,
    ...more,
  };
}

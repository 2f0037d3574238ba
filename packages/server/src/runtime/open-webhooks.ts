/** The sending of changes to webhooks, put together: deliveries kept on disk, requests that reach no private address. */

import type { Settings } from '../config/settings.ts';
import type { Feed } from '../feeds/feed.ts';
import type { AttemptOutcome } from '../feeds/delivery-store.ts';
import { openLmdbDeliveryStore } from '../feeds/lmdb-delivery-store.ts';
import { outgoingPost } from '../feeds/outgoing-post.ts';
import type { WebhookEndpoints } from '../feeds/webhook-endpoints.ts';
import { WebhookSender } from '../feeds/webhook-sender.ts';
import type { Surroundings } from '../http/parts.ts';
import type { DeliveryOutcome } from '../http/metrics.ts';
import { systemClock } from './clock.ts';

/** How long requests under way may take to end when the service stops, in milliseconds. */
const graceMs = 2_000;

const outcomeNames: Readonly<Record<AttemptOutcome, DeliveryOutcome>> = {
  delivered: 'delivered',
  retrying: 'retried',
  given_up: 'given_up',
  gone: 'disabled',
};

export type OpenWebhooks = { readonly sender: WebhookSender; close(): Promise<void> };

/** Goes on sending where it was. The feed must have been replayed. */
export async function openWebhooks(
  directory: string,
  { publicUrl, webhooks: { allowPrivateAddresses } }: Settings,
  { feed, endpoints }: { readonly feed: Feed; readonly endpoints: WebhookEndpoints },
  { log, metrics }: Surroundings,
): Promise<OpenWebhooks> {
  const store = await openLmdbDeliveryStore(directory);
  const sender = await WebhookSender.start({
    feed,
    endpoints,
    store,
    outgoing: outgoingPost({ allowPrivate: allowPrivateAddresses }),
    clock: systemClock,
    random: Math.random,
    source: publicUrl ?? 'urn:segue',
    onAttempt: (outcome, ms) => {
      metrics.delivery(outcomeNames[outcome], ms);
    },
    onError: (error) => {
      log.warn({ err: error }, 'a webhook could not be disabled');
    },
  });
  metrics.watch('webhooks_waiting', () => sender.waiting);
  return {
    sender,
    close: async () => {
      await sender.stop(graceMs);
      await store.close();
    },
  };
}

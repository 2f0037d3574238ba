/** A feed, endpoints, a clock that tests set and a receiver: what tests of the sender of webhooks begin with. */

import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import type { AttemptRecord, DeliveryStore } from '../../src/feeds/delivery-store.ts';
import { MemoryDeliveryStore } from '../../src/feeds/memory-delivery-store.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { MemoryWebhookEndpoints } from '../../src/feeds/memory-webhook-endpoints.ts';
import type { OutgoingPost } from '../../src/feeds/outgoing-post.ts';
import { WebhookSender, type WebhookSenderOptions } from '../../src/feeds/webhook-sender.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { start } from './plain-events.ts';
import { Receiver } from './receiver.ts';

export type World = {
  readonly feed: ChangeFeed;
  readonly endpoints: MemoryWebhookEndpoints;
  readonly store: DeliveryStore;
  readonly clock: ManualClock;
  readonly receiver: Receiver;
};

export function world(store: DeliveryStore = new MemoryDeliveryStore()): World {
  const clock = new ManualClock(start);
  const feed = new ChangeFeed({ store: new MemoryFeedStore(), now: () => start, onFault: () => undefined });
  return { feed, endpoints: new MemoryWebhookEndpoints(), store, clock, receiver: new Receiver() };
}

export function startSender(world: World, more: Partial<WebhookSenderOptions> = {}): Promise<WebhookSender> {
  const { feed, endpoints, store, clock, receiver } = world;
  const outgoing: OutgoingPost = receiver;
  return WebhookSender.start({
    feed,
    endpoints,
    store,
    outgoing,
    clock,
    random: () => 0.5,
    source: 'urn:segue:test',
    ...more,
  });
}

/** Lets everything happen that can happen without the clock moving. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export const attemptsOf = (
  sender: WebhookSender,
  seq?: number,
): Extract<AttemptRecord, { kind: 'attempt' }>[] =>
  sender
    .attempts('wh_a', { limit: 1000, ...(seq === undefined ? {} : { seq }) })
    .flatMap((record) => (record.kind === 'attempt' ? [record] : []))
    .reverse();

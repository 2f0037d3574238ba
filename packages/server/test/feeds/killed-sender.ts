/**
 * A process that publishes changes and sends them to a webhook, to be killed at any time: a feed and deliveries on disk.
 * Each time it begins as the runtime does: the replay publishes everything since the first change again. Prints a line for
 * what must never happen, and `done` when all is delivered.
 *
 *     node killed-sender.ts FOLDER URL EVENTS
 */

import { join } from 'node:path';

import { systemActor } from '../../src/catalog/catalog.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { openLmdbDeliveryStore } from '../../src/feeds/lmdb-delivery-store.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { MemoryWebhookEndpoints } from '../../src/feeds/memory-webhook-endpoints.ts';
import { outgoingPost } from '../../src/feeds/outgoing-post.ts';
import { WebhookSender } from '../../src/feeds/webhook-sender.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { plainEvents } from './plain-events.ts';
import { endpoint } from './plain-endpoint.ts';

const [folder = '', url = '', count = '0'] = process.argv.slice(2);
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
const feed = new ChangeFeed({
  store: await openLmdbFeedStore(join(folder, 'feed'), { mapBytes: 2 ** 26 }),
  now: Date.now,
  onFault: (fault) => {
    say(`fault ${JSON.stringify(fault)}`);
  },
  keepMs: 1e13,
  // What stands for the log here ends where this store does.
  writeAfterMs: 100,
});
const events = plainEvents(0, Number(count));
// As far as the log goes: what was published once is replayed, in other portions than it came in.
feed.publish(events.slice(0, feed.next));
feed.replayed(feed.next);
const endpoints = new MemoryWebhookEndpoints();
await endpoints.create(endpoint('wh_a', { url }), systemActor);
const sender = await WebhookSender.start({
  feed,
  endpoints,
  store: await openLmdbDeliveryStore(join(folder, 'deliveries'), { mapBytes: 2 ** 26 }),
  outgoing: outgoingPost({ allowPrivate: true }),
  clock: systemClock,
  random: Math.random,
  source: 'urn:segue:test',
});
void Promise.race([feed.failed, sender.failed]).then((error) => {
  say(`failed ${error.message}`);
});
say('started');
while (feed.next < events.length) {
  feed.publish(events.slice(feed.next, feed.next + 5));
  await new Promise((resolve) => setTimeout(resolve, 1));
}
while (sender.waiting > 0 || (sender.standing('wh_a')?.behind ?? 0) > 0) {
  await new Promise((resolve) => setTimeout(resolve, 10));
}
await sender.stop(1_000);
say('done');
process.exit(0);

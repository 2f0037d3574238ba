/**
 * The shop of a demo: a quiet year behind it, and a sale that began three hours before the first start, so that carts are
 * being left, and orders made, at a pace that can be watched from the first moment on.
 */

import type { Instant } from '@segue/core/model/message.ts';
import { LiveShop } from '@segue/testkit/shop-live.ts';
import { openShop, type OpenShop, type ShopMessage } from '@segue/testkit/shop.ts';

export type DemoShopOptions = {
  readonly seed: number;
  readonly customers: number;
  /** First day, midnight UTC, ms since 1970. */
  readonly start: Instant;
};

type LiveOptions = DemoShopOptions & { readonly messagesPerMinute: number };

const dayMs = 86_400_000;
const yearDays = 365;
const saleMs = 3 * 3_600_000;
/** Messages a minute in what of the sale is past, whatever the pace of the present. */
const saleMessagesPerMinute = 60;
/** After which visits overlap as they always do. */
const visitsMs = 5 * 60_000;
/** Of the sale in the past, handed out at a time. */
const stepMs = 60_000;

/** The first day of a year that ends now. */
export function startOfYear(now: Instant): Instant {
  return Math.floor(now / dayMs) * dayMs - yearDays * dayMs;
}

/** All that has arrived by `now`, in order: the year, then the sale. */
export function* pastOf(options: DemoShopOptions, now: Instant): Generator<readonly ShopMessage[]> {
  const shop = yearOf(options);
  const opens = now - saleMs;
  const until = new Date(opens).toISOString();
  for (const day of shop.days()) {
    const arrived = day.filter(({ receivedAt }) => receivedAt < until);
    if (arrived.length > 0) yield arrived;
  }
  const live = liveShop({ ...options, messagesPerMinute: saleMessagesPerMinute }, shop, opens, 0);
  for (let at = opens; at < now;) {
    at = Math.min(now, at + stepMs);
    yield live.until(at);
  }
}

/**
 * The shop as it opens for the `run`th time. Its people are brought to where the year left them, a day at each step, so that
 * whoever runs it has time for other things; the last step gives the shop.
 */
export function* reopen(
  options: LiveOptions,
  run: number,
  now: () => Instant,
): Generator<undefined, LiveShop> {
  const shop = yearOf(options);
  for (const _ of shop.days()) yield undefined;
  // People are in the middle of their visits already; what they did before the door opened is not told.
  const opened = now();
  const live = liveShop(options, shop, opened - visitsMs, run);
  live.until(opened);
  return live;
}

function yearOf({ seed, customers, start }: DemoShopOptions): OpenShop {
  return openShop({ seed, customers, start, days: yearDays + 1 });
}

function liveShop(options: LiveOptions, shop: OpenShop, opens: Instant, run: number): LiveShop {
  const { seed, start, messagesPerMinute } = options;
  const { people, catalogue } = shop;
  // Who is there on the last day of the year comes on all days after it.
  const day = Math.min(yearDays, (opens - start) / dayMs);
  return new LiveShop({ seed, run, people, catalogue, opens, day, messagesPerMinute });
}

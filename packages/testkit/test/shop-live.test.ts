import { describe, expect, it } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';
import { parseMessage } from '@segue/core/model/parse-message.ts';

import { LiveShop, type LiveShopOptions } from '../src/shop-live.ts';
import { openShop, type ShopMessage } from '../src/shop.ts';

const dayMs = 86_400_000;
const start = Date.UTC(2026, 2, 2);
const opens = start + 60 * dayMs;

function shopOf(change: Partial<LiveShopOptions> = {}): LiveShop {
  const shop = openShop({ seed: 1, customers: 200, days: 61, start });
  for (const _ of shop.days());
  const { people, catalogue } = shop;
  const standard = { seed: 1, run: 1, people, catalogue, opens, day: 60, messagesPerMinute: 60 };
  return new LiveShop({ ...standard, ...change });
}

/** What arrives in so many minutes, asked for every so many milliseconds. */
function live(shop: LiveShop, minutes: number, stepMs: number): ShopMessage[] {
  const all: ShopMessage[] = [];
  for (let at = opens; at <= opens + minutes * 60_000; at += stepMs) all.push(...shop.until(at));
  return all;
}

describe('the shop on a busy day', () => {
  it('says the same however often it is asked, and something else at its next opening', () => {
    const often = live(shopOf(), 60, 1_000);
    expect(live(shopOf(), 60, 60_000).map(({ messageId }) => messageId)).toHaveLength(often.length);
    const lines = (messages: readonly ShopMessage[]): string => JSON.stringify(messages);
    expect(lines(live(shopOf(), 60, 1_000))).toBe(lines(often));
    const ids = new Set(often.map(({ messageId }) => messageId));
    expect(live(shopOf({ run: 2 }), 60, 1_000).some(({ messageId }) => ids.has(messageId))).toBe(false);
  });

  it('keeps the pace, tells nothing before it has arrived, and everything in order', () => {
    const shop = shopOf({ messagesPerMinute: 120 });
    let count = 0;
    for (let at = opens; at <= opens + 4 * 3_600_000; at += 1_000) {
      const arrived = shop.until(at).map(({ receivedAt }) => Date.parse(receivedAt));
      expect(arrived.every((time) => time <= at && time > at - 1_000)).toBe(true);
      expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
      count += arrived.length;
    }
    expect(count / 240).toBeGreaterThan(90);
    expect(count / 240).toBeLessThan(150);
  });

  it('has carts that are left, orders, sign-ups, old and new customers, all readable', () => {
    const messages = live(shopOf(), 240, 1_000);
    const events = new Set(messages.map(({ type, event }) => event ?? type));
    for (const event of ['page', 'identify', 'Product Viewed', 'Product Added', 'Order Completed']) {
      expect(events).toContain(event);
    }
    const known = messages.flatMap(({ userId }) => (userId === undefined ? [] : [userId]));
    expect(known.some((id) => id.length === 6)).toBe(true);
    expect(known.some((id) => id.length > 6)).toBe(true);
    const zone = new Zone('UTC');
    for (const message of messages) {
      const receivedAt = Date.parse(message.receivedAt);
      expect(parseMessage(message, { zone, receivedAt, nextMessageId: () => 'x' }).ok).toBe(true);
    }
  });
});

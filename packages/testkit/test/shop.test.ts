import { describe, expect, it } from 'vitest';
import { Zone } from '@segue/core/base/zone.ts';
import { parseMessage } from '@segue/core/model/parse-message.ts';
import { generateShop, type ShopMessage, type ShopOptions } from '../src/shop.ts';

const all = (options: ShopOptions): ShopMessage[] => [...generateShop(options)].flat();

describe('the seeded shop', () => {
  const shop = all({ seed: 1, customers: 400, days: 365 });

  it('is the same for the same seed and another for another', () => {
    const lines = (seed: number): string =>
      all({ seed, customers: 30, days: 40 })
        .map((message) => JSON.stringify(message))
        .join('\n');
    expect(lines(7)).toBe(lines(7));
    expect(lines(7)).not.toBe(lines(8));
  });

  it('hands out messages in the order in which they arrive, about as many as asked for', () => {
    for (let i = 1; i < shop.length; i++) {
      expect((shop[i]?.receivedAt ?? '') >= (shop[i - 1]?.receivedAt ?? '')).toBe(true);
    }
    expect(shop.length).toBeGreaterThan(24_000 * 0.7);
    expect(shop.length).toBeLessThan(24_000 * 1.3);
    const asked = all({ seed: 3, customers: 500, days: 100, events: 50_000 });
    expect(asked.length).toBeGreaterThan(50_000 * 0.6);
    expect(asked.length).toBeLessThan(50_000 * 1.4);
  });

  it('makes messages that are read without complaint, none in the future', () => {
    const zone = new Zone('UTC');
    for (const message of shop) {
      const read = parseMessage(message, {
        zone,
        receivedAt: Date.parse(message.receivedAt),
        nextMessageId: () => 'x',
      });
      if (!read.ok) throw new Error(read.error.message);
      expect(read.value.time).toBe(Date.parse(message.timestamp));
      expect(read.value.timeFlagged).toBeUndefined();
    }
  });

  it('has late messages, duplicates, tills at night, refunds and every kind of event', () => {
    const ids = new Set(shop.map(({ messageId }) => messageId));
    const twice = (shop.length - ids.size) / shop.length;
    expect(twice).toBeGreaterThan(0.005);
    expect(twice).toBeLessThan(0.015);
    const late = shop.filter(
      ({ timestamp, receivedAt, context }) =>
        context.channel !== 'till' && Date.parse(receivedAt) - Date.parse(timestamp) > 5_000,
    );
    expect(late.length / shop.length).toBeGreaterThan(0.03);
    expect(late.length / shop.length).toBeLessThan(0.08);
    const till = shop.filter(({ context }) => context.channel === 'till');
    expect(till.length).toBeGreaterThan(20);
    expect(
      till.every(
        ({ receivedAt, userId }) => new Date(receivedAt).getUTCHours() === 2 && userId === undefined,
      ),
    ).toBe(true);
    const names = new Set(shop.map((message) => message.event ?? message.type));
    for (const name of [
      'page',
      'identify',
      'Product Viewed',
      'Products Searched',
      'Product Added',
      'Cart Viewed',
      'Checkout Started',
      'Order Completed',
      'Order Refunded',
      'Signed In',
      'Article Read',
      'Feature Used',
      'Subscription Updated',
      'Email Delivered',
      'Email Opened',
      'Email Link Clicked',
    ]) {
      expect(names).toContain(name);
    }
  });

  it('has visitors who become known, and a few customers with most of the events', () => {
    const known = shop.filter(
      ({ type, userId, anonymousId }) =>
        type === 'identify' && userId !== undefined && anonymousId !== undefined,
    );
    const becameKnown = known.filter(({ anonymousId, timestamp }) =>
      shop.some(
        (other) =>
          other.anonymousId === anonymousId && other.userId === undefined && other.timestamp < timestamp,
      ),
    );
    expect(becameKnown.length).toBeGreaterThan(50);
    const byDevice = new Map<string, number>();
    for (const { anonymousId } of shop) {
      if (anonymousId !== undefined) byDevice.set(anonymousId, (byDevice.get(anonymousId) ?? 0) + 1);
    }
    const sorted = [...byDevice.values()].sort((a, b) => b - a);
    const top = sorted.slice(0, Math.ceil(sorted.length / 10)).reduce((sum, n) => sum + n, 0);
    expect(top / sorted.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(0.4);
  });

  it('sells at prices in whole cents, and revenue is their exact sum', () => {
    for (const { event, properties } of shop) {
      if (event !== 'Order Completed') continue;
      const products = properties?.['products'] as { price: number; quantity: number }[];
      const cents = products.reduce(
        (sum, { price, quantity }) => sum + Math.round(price * 100) * quantity,
        0,
      );
      expect(properties?.['revenue']).toBe(cents / 100);
    }
  });
});

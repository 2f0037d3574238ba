/** The ready-made mappings on the data sets they are for; each is skipped, by name, where its file is absent. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readAll, type Read } from './read.ts';

const data = fileURLToPath(new URL('../../../../../shared/data/', import.meta.url));

function withData(
  name: string,
  files: readonly string[],
  mapping: string,
  check: (read: Read) => void,
): void {
  const paths = files.map((path) => data + path);
  it.skipIf(!paths.every((path) => existsSync(path)))(name, async () => {
    const read = await readAll(paths, { mapping });
    expect(read.report.fileErrors).toEqual([]);
    for (let i = 1; i < read.messages.length; i++) {
      expect((read.messages[i]?.time ?? 0) >= (read.messages[i - 1]?.time ?? 0)).toBe(true);
    }
    check(read);
  });
}

const counts = (read: Read): Record<string, number> => {
  const byName: Record<string, number> = {};
  for (const { kind, name } of read.messages) {
    byName[`${kind} ${name}`.trim()] = (byName[`${kind} ${name}`.trim()] ?? 0) + 1;
  }
  return byName;
};
const reasons = (list: readonly { readonly reason: string; readonly count: number }[]): [string, number][] =>
  list.map(({ reason, count }) => [reason, count]);
const cents = (read: Read, event: string): bigint =>
  read.messages
    .filter(({ name }) => name === event)
    .reduce((sum, { properties }) => sum + BigInt(Math.round(Number(properties['revenue']) * 1000)), 0n);

describe('data sets', () => {
  withData(
    'Online Retail: invoices, cancellations, countries',
    ['online_retail/online_retail_to_2011-11-16.csv.gz'],
    'online_retail',
    (read) => {
      expect(read.report.rows).toBe(475_462);
      expect(counts(read)).toEqual({
        'track Order Completed': 16_487,
        'track Order Refunded': 3_324,
        identify: 19_811,
      });
      expect(reasons(read.report.skipped.list())).toEqual([
        ['line without a customer', 117_638],
        ['exact duplicate', 4_225],
      ]);
      expect(read.report.rejected.total).toBe(0);
      expect(read.messages[0]).toMatchObject({
        name: 'Order Completed',
        time: Date.UTC(2010, 11, 1, 8, 26),
        identifiers: [{ kind: 'user_id', value: '17850' }],
        properties: { order_id: '536365', revenue: 139.12 },
      });
      expect(cents(read, 'Order Refunded') > 0n).toBe(true);
    },
  );

  withData(
    'The Complete Journey: baskets with categories, demographics, coupons',
    [
      'completejourney/transactions_sample.csv.gz',
      'completejourney/demographics.csv',
      'completejourney/coupon_redemptions.csv',
    ],
    'completejourney',
    (read) => {
      expect(read.report.rows).toBe(75_000 + 801 + 2_102);
      expect(counts(read)).toEqual({
        'track Order Completed': 47_243,
        identify: 801,
        'track Coupon Applied': 2_102,
      });
      const basket = read.messages.find(({ name }) => name === 'Order Completed');
      expect(basket?.properties['products']).toMatchObject([{ category: expect.any(String) as string }]);
    },
  );

  withData(
    'CDNOW: columns of text, several purchases on one day',
    ['cdnow/CDNOW_sample.txt'],
    'cdnow',
    (read) => {
      expect(counts(read)).toEqual({ 'track Order Completed': 6_919 });
      expect(new Set(read.messages.map(({ identifiers }) => identifiers[0]?.value)).size).toBe(2_357);
      expect(cents(read, 'Order Completed')).toBe(244_091_940n);
      const days = read.messages.map(({ identifiers, time }) => `${identifiers[0]?.value} ${time}`);
      expect(new Set(days).size).toBeLessThan(days.length);
    },
  );

  withData(
    'RFM orders: customers known by their e-mail address',
    ['rfm/rfm_data_orders.csv'],
    'rfm',
    (read) => {
      expect(counts(read)).toEqual({ 'track Order Completed': 4_906, identify: 4_906 });
      expect(new Set(read.messages.map(({ identifiers }) => identifiers[0]?.value)).size).toBe(995);
      expect(read.messages.every(({ identifiers }) => identifiers[0]?.kind === 'email')).toBe(true);
    },
  );

  withData(
    'RetailRocket: anonymous visitors, Unix milliseconds',
    ['retailrocket/sample_events.csv'],
    'retailrocket',
    (read) => {
      expect(counts(read)).toEqual({
        'track Product Viewed': 9_076,
        'track Product Added': 263,
        'track Order Completed': 46,
      });
      expect(read.messages.some(({ time }) => time === 1_433_193_132_535)).toBe(true);
    },
  );
});

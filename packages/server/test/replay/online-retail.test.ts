/**
 * A year of a real shop against arithmetic by hand: the file is read with the CSV library alone, orders are added up in whole
 * tenths of pence, and stages, tiers and the churn alert are worked out at the last instant.
 */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { readDefinitionFiles } from '../../src/definitions-files/read-definition-files.ts';
import { readMappingFile } from '../../src/ingest/files/read-mapping.ts';
import { Replay } from '../../src/replay/replay.ts';

const file = fileURLToPath(
  new URL('../../../../../shared/data/online_retail/online_retail_to_2011-11-16.csv.gz', import.meta.url),
);
const definitions = ['lifecycle', 'churn-alert', 'value-tiers'].map((name) =>
  fileURLToPath(new URL(`../../../../examples/definitions/${name}.yaml`, import.meta.url)),
);

const DAY = 86_400_000;
const END = Date.UTC(2011, 10, 16, 17, 26);

type Order = { readonly refund: boolean; readonly customer: string; at: number; money: number };

function ordersByHand(): Map<string, Order[]> {
  const rows: string[][] = parse(gunzipSync(readFileSync(file)), { from_line: 2 });
  const seen = new Set<string>();
  const orders = new Map<string, Order>();
  for (const row of rows) {
    const [invoice = '', , , quantity = '', date = '', price = '', customer = ''] = row;
    const text = row.join('|');
    if (customer === '' || seen.has(text)) continue;
    seen.add(text);
    const at = Date.parse(`${date.replace(' ', 'T')}Z`);
    const order = orders.get(invoice) ?? { refund: invoice.startsWith('C'), customer, at, money: 0 };
    order.at = Math.min(order.at, at);
    order.money += Number(quantity) * Math.round(Number(price) * 1000);
    orders.set(invoice, order);
  }
  const byCustomer = new Map<string, Order[]>();
  for (const order of orders.values()) {
    const list = byCustomer.get(order.customer);
    if (list === undefined) byCustomer.set(order.customer, [order]);
    else list.push(order);
  }
  return byCustomer;
}

function stageByHand(orders: readonly Order[]): string {
  const bought = orders.filter(({ refund }) => !refund);
  const within = (days: number): number => bought.filter(({ at }) => at > END - days * DAY).length;
  if (bought.length === 0) return 'visitor';
  if (within(180) === 0) return 'lost';
  if (within(90) === 0) return 'dormant';
  if (within(45) === 0) return 'at_risk';
  if (bought.length >= 3) return 'loyal';
  return bought.length >= 2 ? 'active' : 'new_customer';
}

function tierByHand(orders: readonly Order[]): string {
  const net = orders.reduce((sum, { money }) => sum + money, 0);
  if (net >= 2_000_000) return 'platinum';
  if (net >= 800_000) return 'gold';
  if (net >= 250_000) return 'silver';
  return orders.some(({ refund }) => !refund) ? 'bronze' : 'none';
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

it.skipIf(!existsSync(file))(
  'Online Retail: stages, value tiers and the churn alert are those worked out by hand',
  async () => {
    const byHand = [...ordersByHand().values()];
    const read = await readDefinitionFiles(definitions);
    expect(read.diagnostics).toEqual([]);
    const replay = new Replay({
      files: [file],
      mappings: readMappingFile('online_retail').mappings,
      definitions: read.definitions,
      // The file's times are London's; the mapping says so.
      timeZone: 'Europe/London',
    });
    const report = await replay.run();
    expect(report.now).toBe(END);
    expect(report.customers).toBe(byHand.length);
    const stages = (lifecycle: string): Record<string, number> =>
      Object.fromEntries(
        (report.lifecycles.find((found) => found.lifecycle === lifecycle)?.stages ?? []).map(
          ({ stage, customers }) => [stage, customers],
        ),
      );
    expect(stages('default')).toEqual(count(byHand.map(stageByHand)));
    expect(stages('value_tier')).toEqual(count(byHand.map(tierByHand)));

    const boughtFor = (orders: readonly Order[]): number =>
      orders.reduce((sum, { refund, money }) => sum + (refund ? 0 : money), 0);
    const valuable = byHand.filter((orders) => boughtFor(orders) >= 500_000);
    const silent = valuable.filter(
      (orders) => !orders.some(({ refund, at }) => !refund && at > END - 90 * DAY),
    );
    const members = (name: string): number | undefined =>
      report.segments.find(({ segment }) => segment === name)?.members;
    expect(members('valuable_customers')).toBe(valuable.length);
    expect(members('churn_alert')).toBe(silent.length);
    for (const { segment, entered, exited, members: now } of report.segments) {
      expect([segment, entered - exited]).toEqual([segment, now]);
    }
  },
);

/**
 * The RFM table of a year of a real shop against arithmetic by hand: the file is read with the CSV library alone, and scores
 * and groups are worked out here from what docs/rule-language.md says.
 */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';

import { noDefinitions } from '@segue/core/model/definitions.ts';

import { readDefinitionFiles } from '../../src/definitions-files/read-definition-files.ts';
import { readMappingFile } from '../../src/ingest/files/read-mapping.ts';
import { PopulationDesk } from '../../src/preview/population-desk.ts';
import { Replay } from '../../src/replay/replay.ts';
import { MembershipSets } from '../../src/sets/membership-sets.ts';

const file = fileURLToPath(
  new URL('../../../../../shared/data/online_retail/online_retail_to_2011-11-16.csv.gz', import.meta.url),
);
const model = fileURLToPath(new URL('../../../../examples/definitions/rfm.yaml', import.meta.url));

const hour = 3_600_000;
const year = 365 * 24 * hour;
const end = Date.UTC(2011, 10, 16, 17, 26);

type Bought = { last: number; orders: number; tenthsOfPence: number };

/** London's time as UTC: summer time from 27 March to 30 October 2011, each at night. */
function londonTime(text: string): number {
  const local = Date.parse(`${text.replace(' ', 'T')}Z`);
  const isSummer = local >= Date.UTC(2011, 2, 27, 2) && local < Date.UTC(2011, 9, 30, 2);
  return isSummer ? local - hour : local;
}

/** Purchases of the last 365 days by customer; lines that occur twice count once. */
function boughtByHand(): readonly Bought[] {
  const rows: string[][] = parse(gunzipSync(readFileSync(file)), { from_line: 2 });
  const seen = new Set<string>();
  const orders = new Map<string, { customer: string; at: number; money: number }>();
  for (const row of rows) {
    const [invoice = '', , , quantity = '', date = '', price = '', customer = ''] = row;
    const text = row.join('|');
    if (customer === '' || seen.has(text)) continue;
    seen.add(text);
    if (invoice.startsWith('C')) continue;
    const at = londonTime(date);
    const order = orders.get(invoice) ?? { customer, at, money: 0 };
    order.at = Math.min(order.at, at);
    order.money += Number(quantity) * Math.round(Number(price) * 1000);
    orders.set(invoice, order);
  }
  const byCustomer = new Map<string, Bought>();
  for (const { customer, at, money } of orders.values()) {
    if (at <= end - year || at > end) continue;
    const bought = byCustomer.get(customer) ?? { last: at, orders: 0, tenthsOfPence: 0 };
    bought.last = Math.max(bought.last, at);
    bought.orders += 1;
    bought.tenthsOfPence += money;
    byCustomer.set(customer, bought);
  }
  return [...byCustomer.values()];
}

/** 1 to 5: one more than how many of 20, 40, 60 and 80 % lie strictly below where a value stands among all. */
function quintiles(values: readonly number[]): (value: number) => number {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.length - 1;
  const place = new Map<number, number>();
  sorted.forEach((value, i) => {
    if (!place.has(value)) place.set(value, i);
  });
  return (value) => {
    const i = value === sorted[last] ? last : (place.get(value) ?? NaN);
    return 1 + [20, 40, 60, 80].filter((cut) => cut * last < 100 * i).length;
  };
}

/** Rows by recency from 5 down, columns by the mean of frequency and monetary, halves rounded up. */
const table = [
  'new_customers potential_loyalists potential_loyalists champions champions',
  'promising potential_loyalists potential_loyalists loyal loyal',
  'about_to_sleep about_to_sleep needs_attention loyal loyal',
  'hibernating hibernating at_risk at_risk cannot_lose',
  'lost lost at_risk at_risk cannot_lose',
].map((row) => row.split(' '));

function byHand(): { groups: Record<string, number>; cells: Record<string, number> } {
  const all = boughtByHand();
  const age = quintiles(all.map(({ last }) => end - last));
  const frequency = quintiles(all.map(({ orders }) => orders));
  const monetary = quintiles(all.map(({ tenthsOfPence }) => tenthsOfPence));
  const groups: Record<string, number> = {};
  const cells: Record<string, number> = {};
  for (const { last, orders, tenthsOfPence } of all) {
    const recency = 6 - age(end - last);
    const weight = Math.ceil((frequency(orders) + monetary(tenthsOfPence)) / 2);
    const group = table[5 - recency]?.[weight - 1] ?? '?';
    groups[group] = (groups[group] ?? 0) + 1;
    const cell = [recency, frequency(orders), monetary(tenthsOfPence)].join(' ');
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  return { groups, cells };
}

it.skipIf(!existsSync(file))(
  'Online Retail up to 2011-11-16: the RFM table is the one worked out by hand',
  async () => {
    const read = await readDefinitionFiles([model]);
    expect(read.diagnostics).toEqual([]);
    const replay = new Replay({
      files: [file],
      mappings: readMappingFile('online_retail').mappings,
      // Defined at the end, which takes the populations then and not on every night before.
      definitions: noDefinitions,
      timeZone: 'Europe/London',
      keepHistory: true,
    });
    const report = await replay.run();
    expect(report.now).toBe(end);
    const { engine } = replay;
    if (engine === undefined) throw new Error('an engine');
    engine.apply({ kind: 'definitions', definitions: read.definitions }, end);
    const desk = new PopulationDesk({
      engine,
      sets: new MembershipSets(engine),
      now: () => engine.now,
      atRest: (work) => Promise.resolve(work()),
      closed: () => undefined,
      submit: () => Promise.resolve(engine.apply({ kind: 'refresh' }, engine.now)),
    });
    await desk.refresh();
    const { groups, cells, none } = await desk.rfmTable('default', new AbortController().signal);
    const worked = byHand();
    expect(Object.fromEntries(groups.filter(({ size }) => size > 0).map((g) => [g.group, g.size]))).toEqual(
      worked.groups,
    );
    const found = cells.map(({ recency, frequency, monetary, size }) => [
      [recency, frequency, monetary].join(' '),
      size,
    ]);
    expect(Object.fromEntries(found)).toEqual(worked.cells);
    const scored = Object.values(worked.groups).reduce((sum, size) => sum + size, 0);
    expect(none).toBe(engine.profileCount() - scored);
    expect(scored).toBeGreaterThan(4_000);
  },
);

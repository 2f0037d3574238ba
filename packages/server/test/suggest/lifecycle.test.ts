import { describe, expect, it } from 'vitest';

import { noDefinitions } from '@segue/core/model/definitions.ts';

import { parseYaml } from '../../src/definitions-files/yaml-source.ts';
import { readDefinitions } from '../../src/definitions-files/read-definitions.ts';
import { askLifecycle } from '../../src/suggest/ask-suggestion.ts';
import { performLifecycle, type LifecycleResult } from '../../src/suggest/perform-lifecycle.ts';
import { dayMs, random, shopStart, storyOf, type Order } from '../backtest/small-shop.ts';

/** Customers who come every so many days, more or less, and stay away for good one day. */
function shopOf(everyDays: number, days: number, seed: number): readonly Order[] {
  const next = random(seed);
  const orders: Order[] = [];
  for (let c = 0; c < 120; c++) {
    const leavesAt = next() * days * 2;
    for (
      let day = next() * everyDays * 3;
      day < Math.min(days, leavesAt);
      day += everyDays * (0.5 + next())
    ) {
      orders.push({ customer: `c${c}`, at: shopStart + Math.floor(day * dayMs) + c, revenue: 5 });
    }
  }
  return orders.sort((a, b) => a.at - b.at);
}

async function proposed(orders: readonly Order[], returnWithin = '90d'): Promise<LifecycleResult> {
  const question = askLifecycle({ name: 'habits', returnWithin }, { timeZone: 'Europe/Berlin' });
  if (!question.ok) throw new Error(JSON.stringify(question.error));
  const result = await performLifecycle(question.value, storyOf(orders));
  if (result === undefined) throw new Error('it was stopped');
  return result;
}

function daysIn(text: string | undefined): number {
  return Number.parseFloat(text ?? '') * (text?.endsWith('h') === true ? 1 / 24 : 1);
}

describe('a proposed lifecycle', () => {
  it('of a coffee shop is not that of a furniture shop', async () => {
    const coffee = await proposed(shopOf(3, 300, 1));
    const furniture = await proposed(shopOf(120, 2_500, 2));
    expect(daysIn(coffee.thresholds?.atRisk)).toBeGreaterThan(2.5);
    expect(daysIn(coffee.thresholds?.atRisk)).toBeLessThan(5);
    expect(daysIn(coffee.thresholds?.lost)).toBeLessThan(20);
    expect(daysIn(furniture.thresholds?.atRisk)).toBeGreaterThan(110);
    expect(daysIn(furniture.thresholds?.lost)).toBeGreaterThan(daysIn(furniture.thresholds?.atRisk));
  });

  it('is a definitions file that can be put into force', async () => {
    const { yaml = '' } = await proposed(shopOf(10, 400, 3));
    const source = parseYaml('suggested.yaml', yaml);
    if (!source.ok) throw new Error(JSON.stringify(source.error));
    const [document] = source.value.documents;
    if (document === undefined) throw new Error('a document');
    const { definitions, diagnostics } = readDefinitions(document, noDefinitions);
    expect(diagnostics).toEqual([]);
    const lifecycle = definitions.lifecycles.get('habits');
    expect(lifecycle?.stages.map(({ name }) => name)).toEqual([
      'lost',
      'at_risk',
      'loyal',
      'active',
      'new_customer',
      'visitor',
    ]);
  });

  it('counts how many of the silent come back as counting slowly does', async () => {
    const orders = shopOf(10, 400, 5);
    const { returns } = await proposed(orders, '20d');
    const end = Math.max(...orders.map(({ at }) => at));
    expect(returns.length).toBeGreaterThan(3);
    for (const { silentFor, silences, returned } of returns) {
      const silentMs = daysIn(silentFor) * dayMs;
      const own = orders
        .map(({ customer, at }) => ({
          at,
          next: orders.find((other) => other.customer === customer && other.at > at)?.at ?? Infinity,
        }))
        .filter(({ at, next }) => next > at + silentMs && at + silentMs + 20 * dayMs <= end);
      expect(silences).toBe(own.length);
      expect(returned).toBeCloseTo(
        own.filter(({ at, next }) => next <= at + silentMs + 20 * dayMs).length / own.length,
        9,
      );
    }
  });

  it('counts every customer once, however often they buy', async () => {
    // One comes every hour or so for a year, twenty every hundred days.
    const often = Array.from({ length: 3_000 }, (_, i): Order => ({
      customer: 'often',
      at: shopStart + i * 2 * 3_600_000,
      revenue: 1,
    }));
    const seldom = Array.from({ length: 20 }, (_, c) =>
      [0, 100, 200].map((day): Order => ({
        customer: `c${c}`,
        at: shopStart + day * dayMs + c + 1,
        revenue: 1,
      })),
    ).flat();
    const { gapPercentiles } = await proposed([...often, ...seldom].sort((a, b) => a.at - b.at));
    expect(gapPercentiles.find(({ percent }) => percent === 10)?.gap).toBe('100d');
  });

  it('of too little is none', async () => {
    const { thresholds, yaml, customers } = await proposed(shopOf(10, 400, 5).slice(0, 10));
    expect([thresholds, yaml]).toEqual([undefined, undefined]);
    expect(customers).toBeGreaterThan(0);
    expect((await proposed([])).customers).toBe(0);
  });
});

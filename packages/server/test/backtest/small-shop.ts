/** A small shop with a seed, and what a backtest of “no order for N days” must say of it, counted the slow way. */

import type { Instant, Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';

import type { Step, Story } from '../../src/backtest/story.ts';

export const dayMs = 86_400_000;
export const shopStart: Instant = Date.parse('2025-01-01T00:00:00Z');

export type Order = { readonly customer: string; readonly at: Instant; readonly revenue: number };

/** Mulberry32. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** No two orders at one instant, nor a whole number of days apart. */
export function makeOrders(customers: number, days: number, seed: number): readonly Order[] {
  const next = random(seed);
  const orders: Order[] = [];
  for (let c = 0; c < customers; c++) {
    const gap = 4 + next() * 60;
    let day = next() * days * 0.7;
    while (day < days) {
      const at = shopStart + Math.floor(day * dayMs) + c;
      orders.push({ customer: `c${c}`, at, revenue: Math.round(next() * 10_000) / 100 });
      day += 0.01 - gap * Math.log(1 - next());
    }
  }
  return orders.sort((a, b) => a.at - b.at);
}

export function orderMessage({ customer, at, revenue }: Order, i: number): Message {
  return {
    kind: 'track',
    messageId: `m${i}`,
    time: at,
    identifiers: [{ kind: 'user_id', value: customer }],
    name: 'Order Completed',
    properties: { revenue },
    traits: {},
  };
}

export function storyOf(orders: readonly Order[], batch = 50): Story {
  const steps = orders.map((order, i): Step => ({
    at: order.at,
    input: { kind: 'message', message: orderMessage(order, i) },
  }));
  return {
    total: steps.length,
    async *steps(from) {
      for (let i = from; i < steps.length; i += batch) {
        yield steps.slice(i, i + batch);
        await Promise.resolve();
      }
    },
  };
}

export function define(raw: unknown): Definitions {
  const { definitions, diagnostics } = parseDefinitions(raw);
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  return definitions;
}

export function silentFor(days: number): string {
  return `did "Order Completed" and not did "Order Completed" last ${days}d`;
}

type Spell = { readonly customer: string; readonly from: Instant; readonly until: Instant };

/** When each customer had been silent for so many days. */
function silentSpells(orders: readonly Order[], days: number): readonly Spell[] {
  return orders.flatMap(({ customer, at }) => {
    const next = orders.find((other) => other.customer === customer && other.at > at)?.at ?? Infinity;
    const from = at + days * dayMs;
    return next > from ? [{ customer, from, until: next }] : [];
  });
}

/** The same figures as a backtest gives, from the definition of each. */
export function countSlowly(
  orders: readonly Order[],
  days: number,
  from: Instant,
  to: Instant,
  withinMs: number,
) {
  const end = Math.min(to + withinMs, Math.max(...orders.map(({ at }) => at)));
  const spells = silentSpells(orders, days);
  const inPeriod = (at: Instant): boolean => at >= from && at < to && at <= end;
  const customers = [...new Set(orders.map(({ customer }) => customer))];
  const bornAt = (customer: string): Instant =>
    orders.find((order) => order.customer === customer)?.at ?? Infinity;
  const isIn = (customer: string, t: Instant): boolean =>
    spells.some((spell) => spell.customer === customer && spell.from <= t && t < spell.until);
  const after = (customer: string, t: Instant): readonly number[] =>
    orders
      .filter((order) => order.customer === customer && order.at > t && order.at <= t + withinMs)
      .map(({ revenue }) => revenue);
  const first = customers
    .flatMap((customer) => {
      const times = spells.filter((s) => s.customer === customer && inPeriod(s.from)).map((s) => s.from);
      return times.length === 0 ? [] : [{ customer, at: Math.min(...times) }];
    })
    .filter(({ at }) => at + withinMs <= end);
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  const outsiders = new Set<string>();
  let rate = 0;
  let mean = 0;
  let squares = 0;
  let counted = 0;
  for (const { at } of first) {
    const others = customers.filter((customer) => bornAt(customer) <= at && !isIn(customer, at));
    if (others.length === 0) continue;
    counted += 1;
    for (const other of others) outsiders.add(other);
    const did = others.map((other) => after(other, at));
    rate += did.filter((list) => list.length > 0).length / others.length;
    mean += sum(did.map(sum)) / others.length;
    squares += sum(did.map((list) => sum(list) ** 2)) / others.length;
  }
  const own = first.map(({ customer, at }) => after(customer, at));
  return {
    entered: spells.filter((spell) => inPeriod(spell.from)).length,
    exited: spells.filter((spell) => inPeriod(spell.until)).length,
    size: customers.filter((customer) => isIn(customer, Math.min(to, end + 1) - 1)).length,
    followed: first.length,
    rate: own.filter((list) => list.length > 0).length / own.length,
    mean: sum(own.map(sum)) / own.length,
    outsiders: outsiders.size,
    othersRate: rate / counted,
    othersMean: mean / counted,
    othersSquares: squares / counted,
  };
}

/**
 * The traffic of the benchmark as columns of numbers: who did what, when, and when it arrived. Everything else
 * (messages, JSON, the input of floors and peers) is made from it, so all subjects see the same events.
 *
 * Customers come by zipf 0.8, and one bot makes one hundredth of all traffic. People come in visits of a few events
 * about mostly one category. Of all events 5 % arrive late, by 5 s to 7 days; 1 % arrive twice. Rows are in order of
 * arrival. The same options give the same traffic.
 */

import { DAYS, SEED } from '../scale.ts';
import { Random, runningSums, zipf } from '@segue/testkit/shop-random.ts';

/** Events with their share of the traffic; the last row is no event. */
const SHARES: readonly (readonly [name: string, share: number])[] = [
  ['Product Viewed', 30],
  ['Product Added', 12],
  ['Order Completed', 6],
  ['Product List Viewed', 12],
  ['Cart Viewed', 8],
  ['Checkout Started', 5],
  ['Products Searched', 8],
  ['Email Opened', 9],
  ['Email Link Clicked', 4],
  ['Product Shared', 2],
  ['Coupon Applied', 2],
  ['Signed In', 1],
  ['identify', 1],
];

/** Names of events; a row's `name` is an index of it, or IDENTIFY. */
export const EVENT_NAMES: readonly string[] = SHARES.slice(0, -1).map(([name]) => name);
export const IDENTIFY: number = EVENT_NAMES.length;

const DAY = 86_400_000;
const START: number = Date.UTC(2026, 0, 1);
/** Categories of the shop; a workload folds them into as many as it has. */
export const CATEGORIES = 10_080;
const ZIPF = 0.8;
/** Events of a customer, on average. */
const EVENTS_EACH = 10;
const BOT = 0.01;
const LATE = 0.05;
const LATE_MIN_MS = 5_000;
const LATE_MAX_MS = 7 * DAY;
const TWICE = 0.01;
const VISIT_EVENTS_MAX = 8;
const CENTS_MAX = 20_000;

export type TrafficOptions = {
  readonly seed: number;
  readonly customers: number;
  readonly events: number;
  readonly days: number;
  /** All customers alike, and no bot. */
  readonly even?: boolean;
};

export type Traffic = {
  readonly customers: number;
  readonly rows: number;
  /** Before the first arrival, and after all that the last one brings within the time looked at. */
  readonly start: number;
  readonly end: number;
  readonly customer: Int32Array;
  readonly name: Uint8Array;
  readonly category: Uint16Array;
  readonly cents: Int32Array;
  /** When it happened and when it arrived, in milliseconds since 1970. */
  readonly time: Float64Array;
  readonly arrival: Float64Array;
  /** Number of the message; a repeated one has the number of the first. */
  readonly message: Int32Array;
  readonly isRepeated: Uint8Array;
};

/** About `events` rows: the visits that begin within `days`. */
export function makeTraffic(options: TrafficOptions): Traffic {
  const columns = new Columns(options.events);
  const visits = new Visits(options);
  while (!columns.isFull) visits.visit(columns);
  return columns.inOrder().traffic(options.customers, START, START + (options.days + 7) * DAY);
}

/** Traffic of that many events with ten for each customer, so that more of it is more customers and not busier ones. */
export function usualTraffic(events: number): Traffic {
  return makeTraffic({ seed: SEED, customers: Math.ceil(events / EVENTS_EACH), events, days: DAYS });
}

/** One event of each customer on the day before, then the traffic. */
export function joinTraffic(customers: number, traffic: Traffic): Traffic {
  const { rows, start } = traffic;
  const columns = new Columns(customers + rows);
  const random = new Random(customers);
  for (let customer = 0; customer < customers; customer++) {
    const time = start - DAY + Math.floor((customer * DAY) / customers);
    columns.add(customer, 0, random.below(CATEGORIES), 1 + random.below(CENTS_MAX), time, time);
  }
  columns.append(traffic);
  return columns.traffic(customers, start - DAY, traffic.end);
}

class Columns {
  readonly customer: Int32Array;
  readonly name: Uint8Array;
  readonly category: Uint16Array;
  readonly cents: Int32Array;
  readonly time: Float64Array;
  readonly arrival: Float64Array;
  readonly message: Int32Array;
  readonly isRepeated: Uint8Array;
  rows = 0;
  messages = 0;

  constructor(rows: number) {
    this.customer = new Int32Array(rows);
    this.name = new Uint8Array(rows);
    this.category = new Uint16Array(rows);
    this.cents = new Int32Array(rows);
    this.time = new Float64Array(rows);
    this.arrival = new Float64Array(rows);
    this.message = new Int32Array(rows);
    this.isRepeated = new Uint8Array(rows);
  }

  get isFull(): boolean {
    return this.rows === this.customer.length;
  }

  add(customer: number, name: number, category: number, cents: number, time: number, arrival: number): void {
    if (this.isFull) return;
    const row = this.rows++;
    this.customer[row] = customer;
    this.name[row] = name;
    this.category[row] = category;
    this.cents[row] = cents;
    this.time[row] = time;
    this.arrival[row] = arrival;
    this.message[row] = this.messages++;
  }

  /** The last row once more, under the same messageId. */
  repeat(arrival: number): void {
    if (this.isFull) return;
    const from = this.rows - 1;
    const row = this.rows++;
    for (const column of [this.customer, this.name, this.category, this.cents, this.time, this.message]) {
      column[row] = column[from] as number;
    }
    this.arrival[row] = arrival;
    this.isRepeated[row] = 1;
  }

  append(traffic: Traffic): void {
    const at = this.rows;
    this.customer.set(traffic.customer, at);
    this.name.set(traffic.name, at);
    this.category.set(traffic.category, at);
    this.cents.set(traffic.cents, at);
    this.time.set(traffic.time, at);
    this.arrival.set(traffic.arrival, at);
    this.isRepeated.set(traffic.isRepeated, at);
    for (let row = 0; row < traffic.rows; row++) {
      this.message[at + row] = this.messages + (traffic.message[row] as number);
    }
    this.rows += traffic.rows;
  }

  traffic(customers: number, start: number, end: number): Traffic {
    const { rows, customer, name, category, cents, time, arrival, message, isRepeated } = this;
    return {
      customers,
      rows,
      start,
      end,
      customer,
      name,
      category,
      cents,
      time,
      arrival,
      message,
      isRepeated,
    };
  }

  inOrder(): this {
    const { arrival, rows } = this;
    const order = Uint32Array.from({ length: rows }, (_, row) => row);
    order.sort((a, b) => (arrival[a] as number) - (arrival[b] as number) || a - b);
    for (const column of this.#all()) {
      const unsorted = column.slice();
      for (let row = 0; row < rows; row++) column[row] = unsorted[order[row] as number] as number;
    }
    return this;
  }

  #all(): readonly (Int32Array | Uint8Array | Uint16Array | Float64Array)[] {
    const { customer, name, category, cents, time, arrival, message, isRepeated } = this;
    return [customer, name, category, cents, time, arrival, message, isRepeated];
  }
}

class Visits {
  readonly #options: TrafficOptions;
  readonly #random: Random;
  readonly #names: Float64Array = runningSums(SHARES.map(([, share]) => share));
  readonly #ranks: Float64Array;
  /** Rank → customer, so that busy customers are not neighbours. */
  readonly #customers: Int32Array;

  constructor(options: TrafficOptions) {
    const { seed, customers } = options;
    this.#options = options;
    this.#random = new Random(seed);
    this.#ranks = zipf(customers, options.even === true ? 0 : ZIPF);
    this.#customers = Int32Array.from({ length: customers }, (_, customer) => customer);
    for (let i = customers - 1; i > 0; i--) {
      const j = this.#random.below(i + 1);
      const other = this.#customers[j] as number;
      this.#customers[j] = this.#customers[i] as number;
      this.#customers[i] = other;
    }
  }

  visit(into: Columns): void {
    const { days, customers, even } = this.#options;
    const random = this.#random;
    // The bot has a number of its own, after all others.
    const isBot = even !== true && random.chance(BOT);
    const customer = isBot ? customers : (this.#customers[random.weighted(this.#ranks)] as number);
    const favourite = random.below(CATEGORIES);
    const events = 1 + random.below(VISIT_EVENTS_MAX);
    let time = START + Math.floor(random.unit() * days * DAY);
    for (let i = 0; i < events; i++) {
      const category = !isBot && random.chance(0.8) ? favourite : random.below(CATEGORIES);
      const arrival = time + Math.round(this.#delay());
      const cents = 1 + random.below(CENTS_MAX);
      into.add(customer, random.weighted(this.#names), category, cents, time, arrival);
      if (random.chance(TWICE)) into.repeat(arrival + 1_000 + random.below(30_000));
      time += Math.round(random.exponential(90_000));
    }
  }

  #delay(): number {
    const random = this.#random;
    if (random.chance(LATE)) return LATE_MIN_MS * (LATE_MAX_MS / LATE_MIN_MS) ** random.unit();
    return random.between(80, 3_000);
  }
}

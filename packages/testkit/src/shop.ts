/**
 * A shop that never was: Segment messages of a web shop with tills and e-mail, the same for the same seed.
 *
 * The shop lives day by day on virtual time. Each person waits for the day of the next visit in that day's list, so a
 * day costs what happens on it, however many people there are. Messages are handed out in the order in which they
 * arrive: `timestamp` is when it happened, `receivedAt` when it arrived. About one in twenty comes late, by up to a week;
 * tills send their receipts at night; one in a hundred arrives twice under one messageId.
 *
 * Memory: the people, one day of messages, and what is still on its way.
 */

import { makeCatalogue, type Catalogue } from './shop-catalogue.ts';
import { arrivingAt, messageOf } from './shop-message.ts';
import { makePeople, type Person } from './shop-people.ts';
import { Random, runningSums } from './shop-random.ts';
import { Visits, type Draft, type Post, type ShopMessage } from './shop-visits.ts';

export type { ShopMessage } from './shop-visits.ts';

export type ShopOptions = {
  readonly seed: number;
  /** People, known or not. */
  readonly customers: number;
  readonly days: number;
  /** Messages in all, about; 60 for each customer and year when left out. */
  readonly events?: number;
  /** First day, midnight UTC, ms; 2025-01-01 when left out. */
  readonly start?: number;
};

const DAY = 86_400_000;
const HOUR = 3_600_000;
const START: number = Date.UTC(2025, 0, 1);
/** Messages that one visit brings about, measured, with its share of e-mail and receipts. */
const EVENTS_PER_VISIT = 4.4;
const LATE = 0.05;
const TWICE = 0.01;
const LATE_MIN_MS = 5_000;
const LATE_MAX_MS = 7 * DAY;
const CAMPAIGN_TYPES = ['newsletter', 'offer', 'win_back'] as const;
/** When people shop, by hour of the day (UTC), by day of the week (from Sunday), by month. */
const HOURS = [2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 11, 12, 13, 12, 11, 11, 12, 14, 17, 20, 21, 18, 11, 5];
const WEEKDAYS = [1.15, 0.9, 0.9, 0.95, 0.95, 1.05, 1.2];
const MONTHS = [0.85, 0.8, 0.9, 0.95, 1, 0.95, 0.9, 0.85, 1, 1.05, 1.35, 1.4];
const BUSIEST = 1.2 * 1.4;

/** In order of arrival, a batch for every day; `JSON.stringify` of each is a line of NDJSON. */
export function* generateShop(options: ShopOptions): Generator<ShopMessage[], void, undefined> {
  yield* openShop(options).days();
}

/** The shop from its first day on, for whoever goes on with its people when the days are over (shop-live.ts). */
export type OpenShop = {
  readonly people: readonly Person[];
  readonly catalogue: Catalogue;
  /** As `generateShop`; lives through the days, once. */
  days(): Generator<ShopMessage[], void, undefined>;
};

export function openShop(options: ShopOptions): OpenShop {
  const shop = new Shop(options);
  return { people: shop.people, catalogue: shop.catalogue, days: () => daysOf(shop, options.days) };
}

function* daysOf(shop: Shop, days: number): Generator<ShopMessage[], void, undefined> {
  for (let day = 0; day < days; day++) yield shop.live(day);
  yield* shop.rest();
}

type Arrival = { readonly at: number; readonly order: number; readonly message: ShopMessage };

class Shop implements Post {
  readonly people: readonly Person[];
  readonly catalogue: Catalogue;
  readonly #options: ShopOptions;
  readonly #start: number;
  readonly #end: number;
  readonly #random: Random;
  readonly #visits: Visits;
  readonly #hours: Float64Array = runningSums(HOURS);
  /** People whose next visit may be on that day. */
  readonly #visitors: number[][] = [];
  /** Messages by the day on which they arrive. */
  readonly #arrivals = new Map<number, Arrival[]>();
  /** What is to happen on a later day. */
  readonly #plans = new Map<number, { time: number; act: (time: number) => void }[]>();
  readonly #campaignEvery: number;
  #sent = 0;
  #today = 0;

  constructor(options: ShopOptions) {
    const { seed, customers, days } = options;
    const events = options.events ?? Math.round((customers * 60 * days) / 365);
    this.#options = options;
    this.#start = options.start ?? START;
    this.#end = this.#start + days * DAY;
    this.#random = new Random(seed);
    this.people = makePeople({ people: customers, days, visits: events / EVENTS_PER_VISIT }, this.#random);
    this.catalogue = makeCatalogue(this.#random);
    this.#visits = new Visits(this.catalogue, this.#random, this);
    // Campaigns as often as makes e-mail about an eighth of all messages.
    this.#campaignEvery = Math.max(1, Math.round((customers * days * 2) / Math.max(1, events)));
    for (let day = 0; day < days; day++) this.#visitors.push([]);
    for (const person of this.people) this.#expect(person, person.arrives);
  }

  live(day: number): ShopMessage[] {
    this.#today = day;
    const plans = this.#plans.get(day) ?? [];
    this.#plans.delete(day);
    // A plan may plan for the same day again.
    for (const plan of plans) plan.act(plan.time);
    const date = new Date(this.#start + day * DAY);
    const busy = (WEEKDAYS[date.getUTCDay()] ?? 1) * (MONTHS[date.getUTCMonth()] ?? 1);
    if (day % this.#campaignEvery === 0) this.#campaign(day);
    for (const number of this.#visitors[day] ?? []) {
      const person = this.people[number];
      if (person !== undefined) this.#visitDay(person, day, busy);
    }
    this.#visitors[day] = [];
    return this.#arrived(day);
  }

  /** What arrives after the last day. */
  *rest(): Generator<ShopMessage[], void, undefined> {
    const days = [...this.#arrivals.keys()].sort((a, b) => a - b);
    for (const day of days) yield this.#arrived(day);
  }

  online(time: number, draft: Draft): void {
    const random = this.#random;
    const late = random.chance(LATE);
    const delay = late
      ? LATE_MIN_MS * (LATE_MAX_MS / LATE_MIN_MS) ** random.unit()
      : random.between(80, 3_000);
    this.#arrive(time, time + Math.round(delay), draft);
  }

  atNight(time: number, draft: Draft): void {
    const night = this.#start + (Math.floor((time - this.#start) / DAY) + 1) * DAY + 2 * HOUR;
    this.#arrive(time, night + this.#random.below(60_000), draft);
  }

  later(time: number, act: (time: number) => void): void {
    const day = Math.floor((time - this.#start) / DAY);
    if (day >= this.#options.days) return;
    if (day <= this.#today) {
      act(time);
      return;
    }
    const plans = this.#plans.get(day);
    if (plans === undefined) this.#plans.set(day, [{ time, act }]);
    else plans.push({ time, act });
  }

  #visitDay(person: Person, day: number, busy: number): void {
    const random = this.#random;
    // Interest fades over the last month before a person leaves.
    const left = person.leaves - day;
    const interest =
      person.leaves < this.#options.days && left < 30 ? 0.25 + (0.75 * Math.max(0, left)) / 30 : 1;
    if (random.chance((busy / BUSIEST) * interest)) {
      const time = this.#start + day * DAY + random.weighted(this.#hours) * HOUR + random.below(HOUR);
      if (person.loyaltyId !== undefined && random.chance(0.25)) this.#visits.till(person, time);
      else this.#visits.web(person, time, busy);
    }
    this.#expect(person, day + random.unit());
  }

  /** Puts a person down for the day of the next visit, if there is one. */
  #expect(person: Person, from: number): void {
    if (person.rate <= 0) return;
    // Thinned by season and weekday when the day has come, so asked for more often.
    const next = from + this.#random.exponential(1 / (person.rate * BUSIEST));
    if (next < person.leaves) this.#visitors[Math.floor(next)]?.push(person.number);
  }

  #campaign(day: number): void {
    const type =
      CAMPAIGN_TYPES[Math.floor(day / this.#campaignEvery) % CAMPAIGN_TYPES.length] ?? 'newsletter';
    const name = `${type}-${day + 1}`;
    const at = this.#start + day * DAY + 9 * HOUR;
    for (const person of this.people) {
      if (person.subscribed) this.#visits.email(person, at + this.#random.below(HOUR), name, type);
    }
  }

  #arrive(time: number, at: number, draft: Draft): void {
    if (time >= this.#end) return;
    this.#sent += 1;
    const message = messageOf(`m${this.#options.seed}-${this.#sent}`, draft, time, at);
    this.#put({ at, order: this.#sent, message });
    if (!this.#random.chance(TWICE)) return;
    // Sent again by a client that missed the answer.
    const again = at + 1_000 + this.#random.below(30_000);
    this.#put({ at: again, order: this.#sent, message: arrivingAt(message, again) });
  }

  #put(arrival: Arrival): void {
    const day = Math.floor((arrival.at - this.#start) / DAY);
    const list = this.#arrivals.get(day);
    if (list === undefined) this.#arrivals.set(day, [arrival]);
    else list.push(arrival);
  }

  #arrived(day: number): ShopMessage[] {
    const list = this.#arrivals.get(day) ?? [];
    this.#arrivals.delete(day);
    list.sort((a, b) => a.at - b.at || a.order - b.order);
    return list.map((arrival) => arrival.message);
  }
}

/**
 * The shop on a busy day, as it goes: the same people as before and new ones, at a pace that can be watched.
 *
 * Idea. Visits begin at random instants, so many a minute; each hands over its messages with the seconds in between that
 * people need, so whoever asks for what has arrived by now gets a steady trickle of many visits that overlap: looking,
 * carts, orders, carts that are left, sign-ups, a campaign's mails, receipts of tills. Some arrive late and some twice, as
 * ever. Pure: the clock is an argument, and the same options and instants give the same messages.
 *
 * Memory: the people, and what has happened in visits under way or is on its way late.
 */

import type { Catalogue } from './shop-catalogue.ts';
import { arrivingAt, messageOf } from './shop-message.ts';
import { makePerson, type Person } from './shop-people.ts';
import { Random, runningSums } from './shop-random.ts';
import { Visits, type Draft, type Post, type ShopMessage } from './shop-visits.ts';

export type LiveShopOptions = {
  readonly seed: number;
  /** Which opening of the shop this is: ids of messages, orders and new people differ from those of the others. */
  readonly run: number;
  /** Who is known from before; nobody is fine. They change, as people do. */
  readonly people: readonly Person[];
  readonly catalogue: Catalogue;
  /** When it opens, ms since 1970. */
  readonly opens: number;
  /** Days from the shop's first day to `opens`: who has left by then does not come. */
  readonly day: number;
  /** Messages a minute, about. */
  readonly messagesPerMinute: number;
};

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Messages that a visit brings about here, measured, with mails, receipts and duplicates. */
const MESSAGES_PER_VISIT = 4;
const NEWCOMERS = 0.22;
const RETURNING_NEWCOMERS = 0.15;
const TILLS = 0.06;
const MAILS = 0.15;
const LATE = 0.02;
const LATE_MAX_MS = 3_600_000;
const TWICE = 0.01;
/** Buyers are in the mood today. */
const KEEN = 1.3;
const NEW_PEOPLE_PER_RUN = 1_000_000;

type Arrival = { readonly at: number; readonly message: ShopMessage };

export class LiveShop implements Post {
  readonly #options: LiveShopOptions;
  readonly #random: Random;
  readonly #visits: Visits;
  readonly #regulars: readonly Person[];
  readonly #interest: Float64Array;
  readonly #newcomers: Person[] = [];
  #onTheirWay: Arrival[] = [];
  #plans: { readonly time: number; readonly act: (time: number) => void }[] = [];
  #nextVisit: number;
  #sent = 0;

  constructor(options: LiveShopOptions) {
    const { seed, run, people, catalogue, opens, day } = options;
    this.#options = options;
    this.#random = new Random(seed + run * 1_000_003);
    this.#visits = new Visits(catalogue, this.#random, this, `o${run}-`);
    this.#regulars = people.filter(({ arrives, leaves, rate }) => arrives <= day && leaves > day && rate > 0);
    this.#interest = runningSums(this.#regulars.map(({ rate }) => rate));
    this.#nextVisit = opens + this.#pause();
  }

  /** What has arrived by `now` and was not told before, in the order of arrival. `now` never goes back. */
  until(now: number): readonly ShopMessage[] {
    while (this.#nextVisit <= now) {
      const at = this.#nextVisit;
      this.#nextVisit += this.#pause();
      this.#visit(at);
    }
    this.#carryOut(now);
    const arrived: Arrival[] = [];
    const left: Arrival[] = [];
    for (const arrival of this.#onTheirWay) (arrival.at <= now ? arrived : left).push(arrival);
    this.#onTheirWay = left;
    return arrived.sort((a, b) => a.at - b.at).map(({ message }) => message);
  }

  online(time: number, draft: Draft): void {
    const late = this.#random.chance(LATE);
    this.#send(
      time,
      time + Math.round(late ? this.#random.unit() * LATE_MAX_MS : this.#random.between(80, 1_500)),
      draft,
    );
  }

  /** On a busy day the tills send as they go. */
  atNight(time: number, draft: Draft): void {
    this.online(time, draft);
  }

  later(time: number, act: (time: number) => void): void {
    this.#plans.push({ time, act });
  }

  #carryOut(now: number): void {
    for (;;) {
      const due = this.#plans.filter(({ time }) => time <= now);
      if (due.length === 0) return;
      this.#plans = this.#plans.filter(({ time }) => time > now);
      for (const { time, act } of due) act(time);
    }
  }

  #visit(at: number): void {
    const random = this.#random;
    const person = this.#somebody(at);
    if (person.loyaltyId !== undefined && random.chance(TILLS)) this.#visits.till(person, at);
    else if (person.subscribed && random.chance(MAILS)) {
      this.#visits.email(person, at, `today-${this.#options.run}`, 'offer');
    } else this.#visits.web(person, at, KEEN);
  }

  #somebody(at: number): Person {
    const random = this.#random;
    const regular = this.#regulars[random.weighted(this.#interest)];
    if (regular !== undefined && !random.chance(NEWCOMERS + RETURNING_NEWCOMERS)) return regular;
    const share = RETURNING_NEWCOMERS / (NEWCOMERS + RETURNING_NEWCOMERS);
    if (this.#newcomers.length > 0 && random.chance(share)) return random.pick(this.#newcomers);
    const { run, people, day, opens } = this.#options;
    const number = people.length + run * NEW_PEOPLE_PER_RUN + this.#newcomers.length;
    const newcomer = makePerson(number, day + (at - opens) / DAY, Infinity, 1, random);
    newcomer.known = false;
    this.#newcomers.push(newcomer);
    return newcomer;
  }

  #pause(): number {
    return Math.round(
      this.#random.exponential((MESSAGES_PER_VISIT * MINUTE) / this.#options.messagesPerMinute),
    );
  }

  #send(time: number, at: number, draft: Draft): void {
    this.#sent += 1;
    const { seed, run } = this.#options;
    const message = messageOf(`m${seed}-${run}-${this.#sent}`, draft, time, at);
    this.#onTheirWay.push({ at, message });
    if (!this.#random.chance(TWICE)) return;
    const again = at + 1_000 + this.#random.below(30_000);
    this.#onTheirWay.push({ at: again, message: arrivingAt(message, again) });
  }
}

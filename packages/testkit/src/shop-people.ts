/** The people who come to the shop: a few buy often, most seldom; they arrive, stay a while and drift away. */

import { CATEGORY_COUNT, CITIES } from './shop-catalogue.ts';
import type { Random } from './shop-random.ts';

export type Person = {
  readonly number: number;
  readonly userId: string;
  readonly email: string;
  readonly city: string;
  readonly country: string;
  /** Undefined: no card, so the till does not know who buys. */
  readonly loyaltyId: string | undefined;
  readonly devices: readonly string[];
  /** Days from the start of the shop; the last day of activity is before `leaves`. */
  readonly arrives: number;
  readonly leaves: number;
  /** Visits a day while at full interest. */
  readonly rate: number;
  readonly favourite: number;
  readonly topic: number;
  /** How likely a visit ends in an order, relative to others. */
  readonly spender: number;
  /** Signed up: known by userId from then on. */
  known: boolean;
  /** Bit i: device i has been linked to the userId. */
  linkedDevices: number;
  /** Gets e-mail. */
  subscribed: boolean;
  orders: number;
};

const RATE_MAX = 12;
const SKEW = 0.8;

export type PeopleOptions = {
  readonly people: number;
  readonly days: number;
  /** Visits of all people together, about. */
  readonly visits: number;
};

const FIRST_NAMES = [
  'asha',
  'ben',
  'chloe',
  'dev',
  'elif',
  'finn',
  'gia',
  'hal',
  'ivy',
  'jon',
  'kim',
  'lea',
  'mia',
  'noor',
];

export function makePeople(options: PeopleOptions, random: Random): Person[] {
  const { people, days, visits } = options;
  const arrivals = new Float64Array(people);
  const departures = new Float64Array(people);
  const weights = new Float64Array(people);
  const ranks = shuffledRanks(people, random);
  let weightedDays = 0;
  for (let i = 0; i < people; i++) {
    // Two in five have been there before the first day.
    const arrives = random.chance(0.4) ? 0 : random.unit() * days;
    // One in five stays for good.
    const stays = random.chance(0.2) ? Infinity : 3 + random.exponential(days * 0.4);
    arrivals[i] = arrives;
    departures[i] = Math.min(days, arrives + stays);
    weights[i] = ((ranks[i] ?? 0) + 1) ** -SKEW;
    weightedDays += (weights[i] ?? 0) * ((departures[i] ?? 0) - arrives);
  }
  const scale = weightedDays === 0 ? 0 : visits / weightedDays;
  const list: Person[] = [];
  for (let i = 0; i < people; i++) {
    const rate = Math.min(RATE_MAX, (weights[i] ?? 0) * scale);
    list.push(makePerson(i, arrivals[i] ?? 0, departures[i] ?? 0, rate, random));
  }
  return list;
}

/** Who is the keenest is not who has the smallest number. */
function shuffledRanks(count: number, random: Random): Uint32Array {
  const ranks = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = ranks[i] ?? 0;
    ranks[i] = ranks[j] ?? 0;
    ranks[j] = kept;
  }
  return ranks;
}

/** `arrives` and `leaves` in days from the start of the shop, `rate` in visits a day. */
export function makePerson(
  number: number,
  arrives: number,
  leaves: number,
  rate: number,
  random: Random,
): Person {
  const id = String(number + 1).padStart(5, '0');
  const name = random.pick(FIRST_NAMES);
  const [city, country] = random.pick(CITIES);
  const devices = [`a-${id}-1`];
  if (random.chance(0.35)) devices.push(`a-${id}-2`);
  return {
    number,
    userId: `c${id}`,
    email: `${name}.${id}@example.com`,
    city,
    country,
    loyaltyId: random.chance(0.3) ? `L${id}` : undefined,
    devices,
    arrives,
    leaves,
    rate,
    favourite: random.below(CATEGORY_COUNT),
    topic: random.below(7),
    spender: random.between(0.4, 1.6),
    known: random.chance(0.15),
    linkedDevices: 0,
    subscribed: false,
    orders: 0,
  };
}

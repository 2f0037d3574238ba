/**
 * What one person does on one visit: on the web, at the till, or on getting an e-mail. Visits hand their messages to a
 * `Post`, which settles when each arrives.
 */

import {
  FEATURES,
  pickProduct,
  QUERIES,
  TOPICS,
  CATEGORY_COUNT,
  type Catalogue,
  type Product,
} from './shop-catalogue.ts';
import type { Person } from './shop-people.ts';
import type { Random } from './shop-random.ts';

export type ShopMessage = {
  readonly type: 'track' | 'page' | 'identify';
  readonly messageId: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly event?: string;
  readonly name?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly traits?: Readonly<Record<string, unknown>>;
  readonly context: ShopContext;
  readonly timestamp: string;
  readonly sentAt: string;
  readonly receivedAt: string;
};

type ShopContext = {
  readonly channel: 'web' | 'till' | 'email';
  readonly externalIds?: readonly { readonly type: string; readonly id: string }[];
};

/** A message before it is known when it arrives. */
export type Draft = {
  readonly type: 'track' | 'page' | 'identify';
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
  readonly event?: string | undefined;
  readonly name?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly traits?: Readonly<Record<string, unknown>> | undefined;
  readonly context: ShopContext;
};

/** Takes a message that happened at `time` (ms). */
export interface Post {
  online(time: number, draft: Draft): void;
  /** Tills send the day's receipts together at night. */
  atNight(time: number, draft: Draft): void;
  /** Something that is to happen later, such as a refund. */
  later(time: number, act: (time: number) => void): void;
}

export type Lines = readonly { readonly product: Product; readonly quantity: number }[];

const SECOND = 1_000;
const DAY = 86_400_000;
const WEB: ShopContext = { channel: 'web' };
const EMAIL: ShopContext = { channel: 'email' };
const SPEND_MAX_LINES = 5;

export class Visits {
  readonly #catalogue: Catalogue;
  readonly #random: Random;
  readonly #post: Post;
  readonly #orderPrefix: string;
  #orders = 0;

  /** `orderPrefix`: what the ids of orders begin with. */
  constructor(catalogue: Catalogue, random: Random, post: Post, orderPrefix: string = 'o') {
    this.#catalogue = catalogue;
    this.#random = random;
    this.#post = post;
    this.#orderPrefix = orderPrefix;
  }

  /** Starts at `start` (ms); `keen` scales how likely an order is (sales season). */
  web(person: Person, start: number, keen: number): void {
    const random = this.#random;
    const visit = new WebVisit(person, start, random, this.#post);
    visit.begin();
    if (random.chance(0.2)) {
      visit.track('Article Read', { topic: this.#topic(person), minutes: 1 + random.below(9) });
    }
    if (random.chance(0.15)) visit.track('Feature Used', { feature: random.pick(FEATURES) });
    if (random.chance(0.15)) visit.track('Products Searched', { query: random.pick(QUERIES) });
    const cart = this.#browse(person, visit);
    if (!person.known && random.chance(cart.length > 0 ? 0.35 : 0.1)) visit.signUp();
    if (cart.length === 0) return;
    if (random.chance(0.6)) visit.track('Cart Viewed', { products: cart.length });
    if (!random.chance(Math.min(0.9, 0.45 * person.spender * keen))) return;
    visit.track('Checkout Started', { value: money(cart), currency: 'EUR' });
    if (random.chance(0.12)) return;
    if (!person.known) visit.signUp();
    const order = this.#order(cart);
    visit.track('Order Completed', order);
    this.#ordered(person, visit.time, order);
  }

  /** A purchase in a shop by loyalty card; the till knows nothing else of the customer. */
  till(person: Person, time: number): void {
    if (person.loyaltyId === undefined) return;
    const lines: { product: Product; quantity: number }[] = [];
    const count = 1 + this.#random.below(SPEND_MAX_LINES);
    for (let i = 0; i < count; i++) {
      lines.push({ product: this.#product(person), quantity: 1 + this.#random.below(2) });
    }
    const order = this.#order(lines);
    const externalIds = [{ type: 'loyalty_id', id: person.loyaltyId }];
    this.#post.atNight(time, {
      type: 'track',
      event: 'Order Completed',
      properties: { ...order, store: person.city },
      context: { channel: 'till', externalIds },
    });
    person.orders += 1;
  }

  /** A campaign reaches a subscriber; some open it, some of those click and visit, a few leave. */
  email(person: Person, time: number, campaign: string, campaignType: string): void {
    const random = this.#random;
    const properties = { campaign, campaign_type: campaignType };
    const send = (at: number, event: string): void => {
      this.#post.online(at, { type: 'track', userId: person.userId, event, properties, context: EMAIL });
    };
    send(time, 'Email Delivered');
    if (!random.chance(0.32)) return;
    const opened = time + Math.round(random.exponential(5 * 3_600 * SECOND));
    send(opened, 'Email Opened');
    if (random.chance(0.008)) {
      person.subscribed = false;
      const left = { channel: 'email', ...properties };
      this.#post.online(opened + 20 * SECOND, {
        type: 'track',
        userId: person.userId,
        event: 'Unsubscribed',
        properties: left,
        context: EMAIL,
      });
      return;
    }
    if (!random.chance(0.18)) return;
    const clicked = opened + Math.round(random.between(3 * SECOND, 60 * SECOND));
    send(clicked, 'Email Link Clicked');
    this.#post.later(clicked + SECOND, (at) => {
      this.web(person, at, 1.2);
    });
  }

  #browse(person: Person, visit: WebVisit): Lines {
    const random = this.#random;
    const cart: { product: Product; quantity: number }[] = [];
    const views = Math.min(12, Math.floor(random.exponential(2.2)));
    for (let i = 0; i < views; i++) {
      const product = this.#product(person);
      visit.track('Product Viewed', { ...product, currency: 'EUR' });
      if (!random.chance(0.14)) continue;
      const quantity = random.chance(0.85) ? 1 : 2;
      visit.track('Product Added', { ...product, quantity, currency: 'EUR' });
      cart.push({ product, quantity });
    }
    return cart;
  }

  #ordered(person: Person, time: number, order: Readonly<Record<string, unknown>>): void {
    person.orders += 1;
    if (!this.#random.chance(0.06)) return;
    const when = time + Math.round(this.#random.between(2 * DAY, 14 * DAY));
    const refund = {
      order_id: order['order_id'],
      revenue: order['revenue'],
      currency: 'EUR',
      products: order['products'],
    };
    this.#post.later(when, (at) => {
      this.#post.online(at, {
        type: 'track',
        userId: person.userId,
        event: 'Order Refunded',
        properties: refund,
        context: WEB,
      });
    });
  }

  #order(lines: Lines): Record<string, unknown> {
    this.#orders += 1;
    const products = lines.map(({ product, quantity }) => ({ ...product, quantity }));
    return {
      order_id: `${this.#orderPrefix}${this.#orders}`,
      revenue: money(lines),
      currency: 'EUR',
      products,
    };
  }

  #product(person: Person): Product {
    const category = this.#random.chance(0.6) ? person.favourite : this.#random.below(CATEGORY_COUNT);
    return pickProduct(this.#catalogue, category, this.#random);
  }

  #topic(person: Person): string {
    const topic = this.#random.chance(0.7) ? TOPICS[person.topic] : undefined;
    return topic ?? this.#random.pick(TOPICS);
  }
}

/** Exact: prices are whole cents. */
function money(lines: Lines): number {
  let cents = 0;
  for (const { product, quantity } of lines) cents += Math.round(product.price * 100) * quantity;
  return cents / 100;
}

/** One visit on one device: a clock that moves on, and who the site knows the visitor to be. */
class WebVisit {
  time: number;
  readonly #person: Person;
  readonly #device: number;
  readonly #random: Random;
  readonly #post: Post;
  #signedIn = false;

  constructor(person: Person, start: number, random: Random, post: Post) {
    this.time = start;
    this.#person = person;
    this.#device = random.below(person.devices.length);
    this.#random = random;
    this.#post = post;
  }

  begin(): void {
    this.#send({ type: 'page', name: this.#random.chance(0.5) ? 'Home' : 'Category' });
    const person = this.#person;
    const linked = (person.linkedDevices >> this.#device) & 1;
    if (!person.known || !this.#random.chance(linked === 1 ? 0.8 : 0.4)) return;
    if (linked === 0) this.#identify();
    this.#signedIn = true;
    if (this.#random.chance(0.4)) this.track('Signed In', {});
  }

  track(event: string, properties: Readonly<Record<string, unknown>>): void {
    this.time += Math.round(this.#random.between(2, 70) * SECOND);
    this.#send({ type: 'track', event, properties });
  }

  /** From here on the visitor is known; what was anonymous before belongs to the same person. */
  signUp(): void {
    this.time += Math.round(this.#random.between(10, 90) * SECOND);
    this.#person.known = true;
    this.#signedIn = true;
    this.#identify();
    if (!this.#random.chance(0.6)) return;
    this.#person.subscribed = true;
    this.track('Subscription Updated', { channel: 'email', status: 'subscribed', source: 'sign-up' });
    if (this.#random.chance(0.5)) {
      this.track('Subscription Updated', {
        channel: 'email',
        topic: 'newsletter',
        status: 'subscribed',
        source: 'sign-up',
      });
    }
  }

  #identify(): void {
    const person = this.#person;
    person.linkedDevices |= 1 << this.#device;
    const { email, city, country } = person;
    const traits =
      person.loyaltyId === undefined
        ? { email, city, country }
        : { email, city, country, loyalty_id: person.loyaltyId };
    this.#post.online(this.time, {
      type: 'identify',
      userId: person.userId,
      anonymousId: person.devices[this.#device],
      traits,
      context: WEB,
    });
  }

  #send(what: Pick<Draft, 'type' | 'event' | 'name' | 'properties'>): void {
    this.#post.online(this.time, {
      ...what,
      userId: this.#signedIn ? this.#person.userId : undefined,
      anonymousId: this.#person.devices[this.#device],
      context: WEB,
    });
  }
}

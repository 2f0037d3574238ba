/**
 * Rows of the traffic as the engine takes them (messages that a door has read) and as senders write them (JSON).
 *
 * Ids and names are strings that exist once, as a process with a table of ids has them; messageIds are 36 characters,
 * each string flat. Made ahead of the clock, in portions, so that what is measured is the subject and not the maker.
 */

import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, JsonObject, Message } from '@segue/core/model/message.ts';
import { EVENT_NAMES, IDENTIFY, type Traffic } from './traffic.ts';

const NOTHING: JsonObject = Object.freeze({});
/** Of two members of a club, one is gold. */
const LEVELS = ['gold', 'silver'] as const;

export function userId(customer: number): string {
  return `user_${String(customer).padStart(8, '0')}`;
}

export function categoryName(category: number): string {
  return `c${category}`;
}

/** The trait that an identify sets, when there are that many categories: `club_c7`. */
export function clubTrait(category: number): string {
  return `club_c${category}`;
}

export class MessageMaker {
  readonly #traffic: Traffic;
  readonly #categories: number;
  readonly #users: readonly Identifier[];
  readonly #categoryNames: readonly string[];
  readonly #clubs: readonly string[];
  readonly #bytes: Buffer = Buffer.alloc(36, '-');

  /** `categories`: the traffic's are folded into that many. */
  constructor(traffic: Traffic, categories: number) {
    this.#traffic = traffic;
    this.#categories = categories;
    // A template may leave a rope behind; through bytes it is one flat string.
    const flat = (text: string): string => Buffer.from(text).toString('latin1');
    const users = Array.from({ length: traffic.customers + 1 }, (_, customer) => flat(userId(customer)));
    this.#users = users.map((value) => ({ kind: 'user_id', value }));
    this.#categoryNames = Array.from({ length: categories }, (_, category) => flat(categoryName(category)));
    this.#clubs = Array.from({ length: categories }, (_, category) => flat(clubTrait(category)));
  }

  /** Inputs of the rows `from` to before `to`. */
  inputs(from: number, to: number): Input[] {
    const inputs: Input[] = [];
    for (let row = from; row < to; row++) inputs.push({ kind: 'message', message: this.message(row) });
    return inputs;
  }

  message(row: number): Message {
    const { name, time, message, customer } = this.#traffic;
    const event = name[row] as number;
    const isIdentify = event === IDENTIFY;
    return {
      kind: isIdentify ? 'identify' : 'track',
      messageId: this.#messageId(message[row] as number),
      time: time[row] as number,
      identifiers: [this.#users[customer[row] as number] as Identifier],
      name: isIdentify ? '' : (EVENT_NAMES[event] as string),
      properties: isIdentify ? NOTHING : this.#properties(row),
      traits: isIdentify ? this.#traits(row) : NOTHING,
    };
  }

  /** The row as a sender writes it, about 500 bytes in Segment's format. */
  json(row: number): string {
    const { name, time, customer, message } = this.#traffic;
    const event = name[row] as number;
    const isIdentify = event === IDENTIFY;
    const at = time[row] as number;
    return JSON.stringify({
      type: isIdentify ? 'identify' : 'track',
      messageId: this.#messageId(message[row] as number),
      userId: (this.#users[customer[row] as number] as Identifier).value,
      ...(isIdentify
        ? { traits: this.#traits(row) }
        : { event: EVENT_NAMES[event], properties: this.#properties(row) }),
      context: {
        library: { name: 'analytics.js', version: '2.11.1' },
        ip: '203.0.113.7',
        page: { path: `/p/${row % 10_000}`, url: `https://shop.example/p/${row % 10_000}` },
        locale: 'en-GB',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/143.0',
      },
      timestamp: new Date(at).toISOString(),
    });
  }

  #properties(row: number): JsonObject {
    const { cents, category } = this.#traffic;
    const price = cents[row] as number;
    return {
      product_id: this.#categoryNames[(price * 7) % this.#categories] as string,
      category: this.#categoryNames[(category[row] as number) % this.#categories] as string,
      price: price / 100,
      quantity: 1 + (price % 3),
      currency: 'EUR',
    };
  }

  #traits(row: number): JsonObject {
    const { cents, category } = this.#traffic;
    const club = this.#clubs[(category[row] as number) % this.#categories] as string;
    return { [club]: LEVELS[(cents[row] as number) % 2] as string };
  }

  /** Looks like a random UUID, and is the same for the same number. */
  #messageId(number: number): string {
    const bytes = this.#bytes;
    let at = 0;
    for (let part = 0; part < 4; part++) {
      let mixed = Math.imul(number + 1, 0x9e3779b1) + Math.imul(part, 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      mixed ^= mixed >>> 15;
      // The first part is the number itself, so that no two are the same.
      if (part === 0) mixed = number;
      for (let digit = 0; digit < 8; digit++) {
        if (at === 8 || at === 13 || at === 18 || at === 23) at++;
        const nibble = (mixed >>> (digit * 4)) & 15;
        bytes[at++] = nibble < 10 ? 48 + nibble : 87 + nibble;
      }
    }
    return bytes.toString('latin1');
  }
}

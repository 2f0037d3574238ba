/**
 * What was sent and what became of it: the client's own book, against which the service is held. A message was acknowledged,
 * refused with certainty, or its fate is unknown because the connection broke or the answer left it open.
 */

import { messagesPerCustomer } from './workspace.ts';

export type Fate = 'unsent' | 'acknowledged' | 'refused' | 'unknown';

export type Entry = {
  readonly messageId: string;
  readonly customer: Customer;
  fate: Fate;
  readonly message: Readonly<Record<string, unknown>>;
};

export type Customer = {
  readonly userId: string;
  /** Of those whose first messages came before they were known, and who were merged with themselves later. */
  readonly anonymousId: string | undefined;
  readonly entries: Entry[];
};

/** Every third customer is anonymous at first. */
const anonymousEach = 3;
/** Customers who send at the same time. */
const groupSize = 20;

export class Ledger {
  readonly customers: Customer[] = [];
  readonly #name: string;

  /** `name` sets its customers apart from those of other ledgers. */
  constructor(name: string) {
    this.#name = name;
  }

  /** Messages one after the other without end: those of a group of customers in turn, then those of the next group. */
  *messages(): Generator<Entry, never> {
    for (;;) {
      const group = Array.from({ length: groupSize }, () => this.#newCustomer());
      for (let i = 0; i < messagesPerCustomer; i++) {
        for (const customer of group) yield customer.entries[i]!;
      }
    }
  }

  get entries(): readonly Entry[] {
    return this.customers.flatMap(({ entries }) => entries);
  }

  count(fate: Fate): number {
    return this.entries.filter((entry) => entry.fate === fate).length;
  }

  #newCustomer(): Customer {
    const n = this.customers.length;
    const userId = `${this.#name}-${n}`;
    const anonymousId = n % anonymousEach === 0 ? `anonymous-${userId}` : undefined;
    const customer: Customer = { userId, anonymousId, entries: [] };
    for (let i = 1; i <= messagesPerCustomer; i++) {
      const messageId = `${userId}-${i}`;
      customer.entries.push({
        messageId,
        customer,
        fate: 'unsent',
        message: {
          type: 'track',
          event: 'Counted',
          messageId,
          ...(anonymousId === undefined ? {} : { anonymousId }),
          ...(anonymousId === undefined || i >= 3 ? { userId } : {}),
          properties: { points: i },
        },
      });
    }
    this.customers.push(customer);
    return customer;
  }
}

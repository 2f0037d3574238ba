/**
 * Tickets for WebSockets of browser pages, which cannot set headers: whoever may read gets one, it opens one connection,
 * soon. What stands in an address ends up in logs and histories, so no key does.
 */

import { createHash, randomBytes } from 'node:crypto';

import type { Instant } from '@segue/core/model/message.ts';

import type { Principal } from '../catalog/grants.ts';

export const ticketLifetimeMs = 30_000;
/** Tickets that wait to be used; above it the oldest goes. */
const ticketsMax = 10_000;

export class StreamTickets {
  readonly #now: () => Instant;
  /** By hash, oldest first. */
  readonly #waiting = new Map<string, { readonly principal: Principal; readonly until: Instant }>();

  constructor(now: () => Instant) {
    this.#now = now;
  }

  issue(principal: Principal): string {
    const now = this.#now();
    for (const [hash, { until }] of this.#waiting) {
      if (until > now && this.#waiting.size < ticketsMax) break;
      this.#waiting.delete(hash);
    }
    const ticket = randomBytes(32).toString('base64url');
    this.#waiting.set(hashOf(ticket), { principal, until: now + ticketLifetimeMs });
    return ticket;
  }

  /** Whose it is; it is used up. Undefined when it is too old, was used, or never was. */
  redeem(ticket: string): Principal | undefined {
    const hash = hashOf(ticket);
    const found = this.#waiting.get(hash);
    this.#waiting.delete(hash);
    return found !== undefined && found.until > this.#now() ? found.principal : undefined;
  }
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64');
}

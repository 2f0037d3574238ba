/**
 * Slows down guessing of passwords. Failures are counted per address of the network, per user, and per both; after a few,
 * the next attempt must wait, twice as long each time, up to a quarter of an hour. The strict count is of both together, so that a
 * stranger who guesses cannot lock the user out.
 *
 * In memory, bounded: the oldest counts go. A count is forgotten an hour after its last failure.
 */

import type { Instant } from '@segue/core/model/message.ts';

/** Failures before the first wait. */
const freeFailures = { both: 5, address: 30, user: 100 } as const;
const waitMsMax = 900_000;
const forgottenAfterMs = 3_600_000;
const countsMax = 50_000;

type Count = { failures: number; at: Instant };

export class SignInThrottle {
  readonly #counts = new Map<string, Count>();

  /** Milliseconds until an attempt may be made; 0 for now. */
  waitMs(address: string, user: string, now: Instant): number {
    let wait = 0;
    for (const { key, free } of keysOf(address, user)) {
      const count = this.#counts.get(key);
      if (count === undefined || count.failures < free) continue;
      const pause = Math.min(1000 * 2 ** (count.failures - free), waitMsMax);
      wait = Math.max(wait, count.at + pause - now);
    }
    return wait;
  }

  failed(address: string, user: string, now: Instant): void {
    for (const { key } of keysOf(address, user)) {
      const count = this.#counts.get(key);
      const failures = count === undefined || count.at + forgottenAfterMs <= now ? 0 : count.failures;
      this.#counts.delete(key);
      this.#counts.set(key, { failures: failures + 1, at: now });
    }
    for (const key of this.#counts.keys()) {
      if (this.#counts.size <= countsMax) break;
      this.#counts.delete(key);
    }
  }

  /**
   * Takes back one failure, and all of this user from this address. An attacker who signs in to an account of their own does not
   * wipe out what they failed elsewhere.
   */
  succeeded(address: string, user: string): void {
    for (const { key, free } of keysOf(address, user)) {
      const count = this.#counts.get(key);
      if (count === undefined) continue;
      if (count.failures <= 1 || free === freeFailures.both) this.#counts.delete(key);
      else count.failures -= 1;
    }
  }
}

function keysOf(address: string, user: string): readonly { readonly key: string; readonly free: number }[] {
  const name = user.trim().toLowerCase().slice(0, 300);
  return [
    { key: `both ${address} ${name}`, free: freeFailures.both },
    { key: `address ${address}`, free: freeFailures.address },
    { key: `user ${name}`, free: freeFailures.user },
  ];
}

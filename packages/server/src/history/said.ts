/**
 * Facts about customers that rows say already, so that not every message says them again: who came under which identifier,
 * and since when they are known. Bounded: what was forgotten is said once more, which changes no answer.
 */

import type { Instant } from '@segue/core/model/message.ts';

const entriesMax = 500_000;

export class Said {
  #births = new Map<number, Instant>();
  #names = new Set<string>();

  /** Whether a message is the earliest so far of its customer. */
  isNewBirth(profile: number, time: Instant): boolean {
    const known = this.#births.get(profile);
    if (known !== undefined && known <= time) return false;
    if (this.#births.size >= entriesMax) this.#births = new Map();
    this.#births.set(profile, time);
    return true;
  }

  isNewName(profile: number, kind: string, value: string): boolean {
    const name = `${profile} ${kind} ${value}`;
    if (this.#names.has(name)) return false;
    if (this.#names.size >= entriesMax) this.#names = new Set();
    this.#names.add(name);
    return true;
  }

  /** After an erasure nothing of them may be taken as said. */
  forget(profile: number): void {
    this.#births.delete(profile);
    this.#names = new Set();
  }
}

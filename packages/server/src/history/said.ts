/**
 * Facts about customers that rows say already, so that not every message says them again: who came under which identifier,
 * and since when they are known. Bounded: what was forgotten is said once more, which changes no answer.
 */

import type { Instant } from '@segue/core/model/message.ts';

const entriesMax = 500_000;

export class Said {
  #births = new Map<number, Instant>();
  /** By kind and value: whose it was last said to be. */
  #names = new Map<string, Map<string, number>>();
  #namesCount = 0;

  /** Whether a message is the earliest so far of its customer. */
  isNewBirth(profile: number, time: Instant): boolean {
    const known = this.#births.get(profile);
    if (known !== undefined && known <= time) return false;
    if (this.#births.size >= entriesMax) this.#births = new Map();
    this.#births.set(profile, time);
    return true;
  }

  isNewName(profile: number, kind: string, value: string): boolean {
    let values = this.#names.get(kind);
    if (values?.get(value) === profile) return false;
    if (values === undefined || this.#namesCount >= entriesMax) {
      if (this.#namesCount >= entriesMax) this.#forgetNames();
      values = new Map();
      this.#names.set(kind, values);
    }
    this.#namesCount++;
    values.set(value, profile);
    return true;
  }

  /** After an erasure nothing of them may be taken as said. */
  forget(profile: number): void {
    this.#births.delete(profile);
    this.#forgetNames();
  }

  #forgetNames(): void {
    this.#names = new Map();
    this.#namesCount = 0;
  }
}

/**
 * What customers were called as of a change, found out when the change is read, which is mostly later or never.
 *
 * Idea. Names change seldom. So of most changes the customer's names are still those of then, and of the few others the names are
 * noted just before they change, if there are changes of that customer that somebody may still read.
 */

import type { FeedCustomer } from './feed.ts';

/** Names that held for changes numbered below `until`. */
type Former = { readonly until: number; readonly customer: FeedCustomer };

export class NamesThen {
  readonly #namesOf: (profile: number) => FeedCustomer;
  /** By profile: one more than the number of its last change. */
  #after = new Float64Array(1024);
  readonly #former = new Map<number, Former[]>();
  /** Changes below it are not read any more. */
  #released = 0;

  /** `namesOf`: what a customer is called now. */
  constructor(namesOf: (profile: number) => FeedCustomer) {
    this.#namesOf = namesOf;
  }

  /** There is a change of the customer; numbers ascend. */
  note(profile: number, seq: number): void {
    if (profile >= this.#after.length) {
      const grown = new Float64Array(Math.max(profile + 1, 2 * this.#after.length));
      grown.set(this.#after);
      this.#after = grown;
    }
    this.#after[profile] = seq + 1;
  }

  /** The customer's names are about to change. */
  changing(profile: number): void {
    const until = this.#after[profile] ?? 0;
    if (until <= this.#released) return;
    const former = this.#former.get(profile);
    if (former === undefined) this.#former.set(profile, [{ until, customer: this.#namesOf(profile) }]);
    else if ((former.at(-1) as Former).until < until) {
      former.push({ until, customer: this.#namesOf(profile) });
    }
  }

  /** The customer as of one of their changes that was not released. */
  of(profile: number, seq: number): FeedCustomer {
    const former = this.#former.size === 0 ? undefined : this.#former.get(profile);
    return former?.find(({ until }) => seq < until)?.customer ?? this.#namesOf(profile);
  }

  /** Changes below a number are not read any more. */
  release(below: number): void {
    if (below <= this.#released) return;
    this.#released = below;
    for (const [profile, former] of this.#former) {
      if ((former.at(-1) as Former).until <= below) this.#former.delete(profile);
    }
  }
}

/**
 * Many versions of one rule at once: which customers each has at instants that lie `withinMs` apart, and what those people
 * then did before the next. Every version is a segment of one engine, and a customer's answers to all are the bits of one
 * number; so a sweep costs hardly more than one rule, since all that the versions share is done once.
 *
 * Looked at like this nobody is counted twice for the same time. A customer is right in a version where they are a member
 * and the outcome is as expected.
 */

import { Zone } from '@segue/core/base/zone.ts';
import { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { Column } from '../backtest/column.ts';
import { RecentOutcomes } from '../backtest/recent-outcomes.ts';
import type { Listener, Step } from '../backtest/story.ts';
import type { ThresholdQuestion } from './question.ts';

/** Counted over all instants looked at. */
export type VersionCounts = {
  members: number;
  /** Members whose outcome was as expected. */
  right: number;
};

export type SweepOptions = {
  readonly definitions: Definitions;
  /** Names of the versions, at most `gridMax`. */
  readonly versions: readonly string[];
};

export class SweepRun implements Listener {
  readonly counts: readonly VersionCounts[];
  /** Instants looked at whose outcomes are known. */
  readonly looks: Instant[] = [];
  /** Customers at those instants, and those of them whose outcome was as expected. */
  customers = 0;
  expected = 0;
  readonly endsAt: Instant;
  readonly #question: ThresholdQuestion;
  readonly #zone: Zone;
  readonly #engine: Engine;
  readonly #outcomes: RecentOutcomes;
  readonly #bits: ReadonlyMap<string, number>;
  // By customer.
  readonly #known = new Column('byte');
  readonly #answers = new Column('integer');
  /** Answers at the last instant looked at, with one bit more for who existed. */
  readonly #looked = new Column('integer');
  readonly #did = new Column('byte');
  #lookAt: Instant;
  #isOpen = false;

  constructor(question: ThresholdQuestion, { definitions, versions }: SweepOptions, start: Instant) {
    const { timeZone, withinMs, outcome, from, to } = question;
    this.#question = question;
    this.#zone = new Zone(timeZone);
    this.#bits = new Map(versions.map((name, i) => [name, 1 << i]));
    this.counts = versions.map(() => ({ members: 0, right: 0 }));
    this.#outcomes = new RecentOutcomes(outcome, withinMs);
    this.#lookAt = from;
    this.endsAt = to + withinMs;
    this.#engine = new Engine({
      timeZone,
      start,
      definitions,
      onChange: (change) => {
        this.#hear(change);
      },
      onMerge: (survivor, gone) => {
        this.#merge(survivor, gone);
      },
    });
  }

  get now(): Instant {
    return this.#engine.now;
  }

  take({ at, input }: Step): void {
    // What happens at the instant itself belongs to what is looked at.
    while (at > this.#lookAt) this.#look();
    this.#engine.advanceTo(at);
    if (input === undefined) return;
    const erased = input.kind === 'erase' ? this.#engine.findProfile(input.customer) : undefined;
    const applied = this.#engine.apply(input, at);
    if (erased !== undefined) this.#forget(erased);
    if (input.kind !== 'message' || !applied.ok) return;
    const { profile, ignored } = applied.value;
    if (profile === undefined || ignored !== undefined) return;
    this.#known.set(profile, 1);
    if (this.#outcomes.valueOf(input.message, this.#zone) !== undefined) this.#did.set(profile, 1);
  }

  /** A run is not written down: begun again it says the same. */
  save(): Iterable<string> {
    return [];
  }

  #hear(change: Change): void {
    if (change.kind !== 'segment') return;
    const bit = this.#bits.get(change.segment);
    if (bit === undefined) return;
    const before = this.#answers.get(change.profile);
    this.#known.set(change.profile, 1);
    this.#answers.set(change.profile, change.change === 'entered' ? before | bit : before & ~bit);
  }

  #merge(survivor: number, gone: number): void {
    if (this.#did.get(gone) === 1) this.#did.set(survivor, 1);
    this.#forget(gone);
  }

  #forget(profile: number): void {
    for (const column of [this.#known, this.#answers, this.#looked, this.#did]) column.set(profile, 0);
  }

  /** Counts what those looked at did until now, and looks at all anew. */
  #look(): void {
    const { withinMs, to, expects } = this.#question;
    this.#engine.advanceTo(this.#lookAt);
    if (this.#isOpen) this.#close(expects === 'does');
    this.#isOpen = this.#lookAt < to;
    if (!this.#isOpen) {
      this.#lookAt = Infinity;
      return;
    }
    for (let profile = 0; profile < this.#known.length; profile++) {
      const isThere = this.#known.get(profile) === 1;
      this.#looked.set(profile, isThere ? this.#answers.get(profile) | there : 0);
      this.#did.set(profile, 0);
    }
    this.#lookAt += withinMs;
  }

  #close(does: boolean): void {
    this.looks.push(this.#lookAt - this.#question.withinMs);
    for (let profile = 0; profile < this.#looked.length; profile++) {
      const looked = this.#looked.get(profile);
      if ((looked & there) === 0) continue;
      const isExpected = (this.#did.get(profile) === 1) === does;
      this.customers += 1;
      if (isExpected) this.expected += 1;
      for (const [i, count] of this.counts.entries()) {
        if ((looked & (1 << i)) === 0) continue;
        count.members += 1;
        if (isExpected) count.right += 1;
      }
    }
  }
}

/** The bit of who existed, above those of all versions. */
const there = 1 << 31;

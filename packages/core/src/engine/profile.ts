/**
 * The state of one customer, as compact as plain JavaScript allows.
 *
 * Numbers live in one array of doubles per customer (`data`), which holds a record for every stream of events
 * that the customer has taken part in (see rings.ts). What is not a number (values of properties, message ids)
 * sits beside it, and only for streams whose rules ask for it. Whatever equals the state of a customer about
 * whom nothing is known is not stored: memberships are kept where they differ from the default.
 *
 * Nothing here has behaviour of its own beyond keeping itself consistent; the rules are in the plan, the
 * order of things in machine.ts.
 */

import type { Instant, Message } from '../model/message.ts';
import type { FactLog } from './facts.ts';
import type { RichRing } from './rich-ring.ts';
import { dropPair, findPair, makeDoubles, NO_DOUBLES, NO_KEY, setPair } from './pairs.ts';
import type { KeyedRun } from './sequence-runs.ts';

/** Later than every instant; "never". */
export const NEVER: Instant = Infinity;

export class Profile {
  readonly id: number;
  /** Identifier under which the customer first arrived; `sample` hashes it. */
  sampleId: string;
  /** Earliest event time of any message that names the customer; NEVER until that time has come. */
  bornAt: Instant = NEVER;

  /** Records of numbers; see records.ts. Only the first `used` slots mean anything. */
  data: number[] = NO_DOUBLES;
  used = 0;
  /** Pairs (key, offset in `data`) by key, padded with NEVER. */
  index: number[] = NO_DOUBLES;

  /** Pairs (timer id, due instant) by timer id, padded with NEVER. */
  timers: number[] = NO_DOUBLES;
  /** The earliest of `timers`; NEVER when there is none. */
  dueAt: Instant = NEVER;
  /** The instant for which the partition's queue holds an entry of this profile; NEVER when none. */
  queuedAt: Instant = NEVER;

  /**
   * Pairs (unit id, answer and since; see `encodeAnswer`) by unit id, padded with NEVER. A segment that is not here has
   * its default answer, and had it when the customer came into being.
   */
  memberships: number[] = NO_DOUBLES;
  /** Triples (unit id, stage index, since) for lifecycles. */
  stages: number[] = [];

  rich: Map<number, RichRing> | undefined = undefined;
  /** Traits, scores, consents, list spells, each by its key. */
  facts: Map<string, FactLog> | undefined = undefined;
  /** Runs of sequences with `on`, by timer; those without are records. */
  sequences: Map<number, KeyedRun> | undefined = undefined;
  /** Messages whose time has not come yet, soonest first. */
  future: Message[] | undefined = undefined;

  constructor(id: number, sampleId: string) {
    this.id = id;
    this.sampleId = sampleId;
  }

  /** Arms a timer, or moves it forward; an armed timer that is due sooner stays as it is (it re-arms when it fires). */
  arm(timer: number, due: Instant): void {
    if (due === NEVER) return;
    const i = findPair(this.timers, timer);
    if (i >= 0) {
      if ((this.timers[i + 1] as number) <= due) return;
      this.timers[i + 1] = due;
    } else this.timers = setPair(this.timers, timer, due);
    if (due < this.dueAt) this.dueAt = due;
  }

  /**
   * Takes all timers that are due at `t` or before into `into`, by their numbers. A timer that fired keeps its slot,
   * as it is likely to be armed again; slots that are not used are squeezed out when they become many.
   */
  takeDue(t: Instant, into: number[]): void {
    const timers = this.timers;
    let earliest = NEVER;
    let idle = 0;
    for (let i = 1; i < timers.length; i += 2) {
      const due = timers[i] as number;
      if (due <= t) {
        into.push(timers[i - 1] as number);
        timers[i] = NEVER;
      } else if (due < earliest) earliest = due;
      else if (due === NEVER) idle++;
    }
    this.dueAt = earliest;
    if (idle > 4 && idle * 4 > timers.length) this.#squeezeTimers();
  }

  #squeezeTimers(): void {
    const timers = this.timers;
    const armed: number[] = [];
    for (let i = 1; i < timers.length; i += 2) {
      if (timers[i] !== NEVER && timers[i - 1] !== NO_KEY) {
        armed.push(timers[i - 1] as number, timers[i] as number);
      }
    }
    const kept = makeDoubles(armed.length);
    for (let i = 0; i < armed.length; i++) kept[i] = armed[i] as number;
    this.timers = kept;
  }

  disarmAll(): void {
    this.timers = NO_DOUBLES;
    this.dueAt = NEVER;
  }

  /** Index in `memberships` of a segment, or −1. */
  membershipIndex(unit: number): number {
    return findPair(this.memberships, unit);
  }

  /** Answer and since when, as the memberships keep it. */
  setMembership(unit: number, is: boolean, since: Instant): void {
    this.memberships = setPair(this.memberships, unit, encodeAnswer(is, since));
  }

  /** Back to the default, as if it had never been otherwise. */
  dropMembership(unit: number): void {
    dropPair(this.memberships, unit);
  }

  fact(key: string): FactLog | undefined {
    return this.facts?.get(key);
  }
}

/** An answer and its instant in one number: instants are whole, so half a millisecond more says "outside". */
export function encodeAnswer(is: boolean, since: Instant): number {
  return is ? since : since + 0.5;
}

export function answerOf(encoded: number): boolean {
  return Number.isInteger(encoded);
}

export function sinceOf(encoded: number): Instant {
  return Math.floor(encoded);
}

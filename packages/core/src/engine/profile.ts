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
import type { SequenceState } from './sequence-state.ts';

/** Later than every instant; "never". */
export const NEVER: Instant = Infinity;

export class Profile {
  readonly id: number;
  /** Identifier under which the customer first arrived; `sample` hashes it. */
  sampleId: string;
  /** Earliest event time of any message that names the customer; NEVER until that time has come. */
  bornAt: Instant = NEVER;

  /** Records of streams; see rings.ts. Only the first `used` slots mean anything. */
  data: number[] = [];
  used = 0;

  /** Armed timers as pairs (timer id, due instant), by timer id. A timer stands there once at most. */
  timers: number[] = [];
  /** The earliest of `timers`; NEVER when there is none. */
  dueAt: Instant = NEVER;
  /** The instant for which the partition's queue holds an entry of this profile; NEVER when none. */
  queuedAt: Instant = NEVER;

  /**
   * Pairs (2 × unit id + answer, since) for segments, by unit id. A segment that is not here has its default answer, and had it
   * when the customer came into being.
   */
  memberships: number[] = [];
  /** Triples (unit id, stage index, since) for lifecycles. */
  stages: number[] = [];

  rich: Map<number, RichRing> | undefined = undefined;
  /** Traits, scores, consents, list spells, each by its key. */
  facts: Map<string, FactLog> | undefined = undefined;
  /** Tracked unit id → instants at which its answer flipped, false → true first. Missing: the default. */
  tracked: Map<number, number[]> | undefined = undefined;
  sequences: Map<number, SequenceState> | undefined = undefined;
  /** Messages whose time has not come yet, soonest first. */
  future: Message[] | undefined = undefined;

  constructor(id: number, sampleId: string) {
    this.id = id;
    this.sampleId = sampleId;
  }

  /** Arms a timer, or moves it forward; an armed timer that is due sooner stays as it is (it re-arms when it fires). */
  arm(timer: number, due: Instant): void {
    if (due === NEVER) return;
    const timers = this.timers;
    const i = this.#timerPlace(timer);
    if (i < timers.length && timers[i] === timer) {
      if ((timers[i + 1] as number) <= due) return;
      timers[i + 1] = due;
    } else insertPair(timers, i, timer, due);
    if (due < this.dueAt) this.dueAt = due;
  }

  /**
   * Takes all timers that are due at `t` or before into `into`, by their numbers. A timer that fired keeps its slot,
   * as it is likely to be armed again; slots that are not used are squeezed out when they become the majority.
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
      if (due === NEVER) idle++;
    }
    this.dueAt = earliest;
    if (idle * 4 > timers.length) this.#squeezeTimers();
  }

  #squeezeTimers(): void {
    const timers = this.timers;
    const armed: number[] = [];
    for (let i = 1; i < timers.length; i += 2) {
      if (timers[i] !== NEVER) armed.push(timers[i - 1] as number, timers[i] as number);
    }
    this.timers = armed;
  }

  disarmAll(): void {
    this.timers = [];
    this.dueAt = NEVER;
  }

  /** Index in `timers` of a timer, or where it belongs. */
  #timerPlace(timer: number): number {
    const timers = this.timers;
    let lo = 0;
    let hi = timers.length >>> 1;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if ((timers[mid * 2] as number) < timer) lo = mid + 1;
      else hi = mid;
    }
    return lo * 2;
  }

  /** Index in `memberships` of a segment, or where it belongs. */
  #membershipPlace(unit: number): number {
    const memberships = this.memberships;
    const first = unit * 2;
    let lo = 0;
    let hi = memberships.length >>> 1;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      if ((memberships[mid * 2] as number) < first) lo = mid + 1;
      else hi = mid;
    }
    return lo * 2;
  }

  /** Index in `memberships` of a segment, or −1. */
  membershipIndex(unit: number): number {
    const i = this.#membershipPlace(unit);
    return i < this.memberships.length && (this.memberships[i] as number) >>> 1 === unit ? i : -1;
  }

  setMembership(unit: number, is: boolean, since: Instant): void {
    const memberships = this.memberships;
    const entry = unit * 2 + (is ? 1 : 0);
    const i = this.#membershipPlace(unit);
    if (i < memberships.length && (memberships[i] as number) >>> 1 === unit) {
      memberships[i] = entry;
      memberships[i + 1] = since;
    } else insertPair(memberships, i, entry, since);
  }

  /** Back to the default, as if it had never been otherwise. */
  dropMembership(unit: number): void {
    const i = this.membershipIndex(unit);
    if (i >= 0) removePair(this.memberships, i);
  }

  fact(key: string): FactLog | undefined {
    return this.facts?.get(key);
  }
}

function insertPair(pairs: number[], at: number, key: number, value: number): void {
  const n = pairs.length;
  pairs.push(0, 0);
  for (let i = n - 1; i >= at; i--) pairs[i + 2] = pairs[i] as number;
  pairs[at] = key;
  pairs[at + 1] = value;
}

function removePair(pairs: number[], at: number): void {
  const n = pairs.length - 2;
  for (let i = at; i < n; i++) pairs[i] = pairs[i + 2] as number;
  pairs.length = n;
}

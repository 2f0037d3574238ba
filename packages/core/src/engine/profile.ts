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

  /** Armed timers as pairs (timer id, due instant), in no order. A timer stands there once at most. */
  timers: number[] = [];
  /** The earliest of `timers`; NEVER when there is none. */
  dueAt: Instant = NEVER;
  /** The instant for which the partition's queue holds an entry of this profile; NEVER when none. */
  queuedAt: Instant = NEVER;

  /**
   * Pairs (2 × unit id + answer, since) for segments. A segment that is not here has its default answer, and had it
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
    for (let i = 0; i < timers.length; i += 2) {
      if (timers[i] !== timer) continue;
      if ((timers[i + 1] as number) <= due) return;
      timers[i + 1] = due;
      if (due < this.dueAt) this.dueAt = due;
      return;
    }
    timers.push(timer, due);
    if (due < this.dueAt) this.dueAt = due;
  }

  /** Takes one timer that is due at `t` or before, or −1. `dueAt` is right again once it has answered −1. */
  takeDue(t: Instant): number {
    const timers = this.timers;
    let earliest = NEVER;
    for (let i = 0; i < timers.length; i += 2) {
      const due = timers[i + 1] as number;
      if (due <= t) {
        const timer = timers[i] as number;
        const last = timers.length - 2;
        timers[i] = timers[last] as number;
        timers[i + 1] = timers[last + 1] as number;
        timers.length = last;
        return timer;
      }
      if (due < earliest) earliest = due;
    }
    this.dueAt = earliest;
    return -1;
  }

  disarmAll(): void {
    this.timers = [];
    this.dueAt = NEVER;
  }

  /** Index in `memberships` of a segment, or −1. */
  membershipIndex(unit: number): number {
    const memberships = this.memberships;
    for (let i = 0; i < memberships.length; i += 2) {
      if ((memberships[i] as number) >>> 1 === unit) return i;
    }
    return -1;
  }

  setMembership(unit: number, is: boolean, since: Instant): void {
    const i = this.membershipIndex(unit);
    if (i < 0) this.memberships.push(unit * 2 + (is ? 1 : 0), since);
    else {
      this.memberships[i] = unit * 2 + (is ? 1 : 0);
      this.memberships[i + 1] = since;
    }
  }

  /** Back to the default, as if it had never been otherwise. */
  dropMembership(unit: number): void {
    const i = this.membershipIndex(unit);
    if (i < 0) return;
    const memberships = this.memberships;
    const last = memberships.length - 2;
    memberships[i] = memberships[last] as number;
    memberships[i + 1] = memberships[last + 1] as number;
    memberships.length = last;
  }

  fact(key: string): FactLog | undefined {
    return this.facts?.get(key);
  }
}

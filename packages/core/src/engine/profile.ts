/**
 * The state of one customer, as the machine works on it. Customers who are not being worked on lie packed as bytes
 * (see customers.ts).
 *
 * Numbers live in one array of doubles (`data`), which holds a record for every stream of events that the customer has
 * taken part in (see rings.ts). What is not a number (values of properties, message ids) sits beside it, and only for
 * streams whose rules ask for it. Whatever equals the state of a customer about whom nothing is known is not stored:
 * memberships are kept where they differ from the default.
 *
 * Nothing here has behaviour of its own beyond keeping itself consistent; the rules are in the plan, the
 * order of things in machine.ts.
 */

import type { Instant, Message } from '../model/message.ts';
import type { FactLog } from './facts.ts';
import { makeDoubles, NO_DOUBLES, Pairs } from './pairs.ts';
import type { RichRing } from './rich-ring.ts';
import type { KeyedRun } from './sequence-runs.ts';

/** Later than every instant; "never". */
export const NEVER: Instant = Infinity;

/** Room for more numbers than this is not kept for somebody else. */
const KEPT_NUMBERS_MAX = 4096;

export class Profile {
  id: number;
  /** Identifier under which the customer first arrived; `sample` hashes it. */
  sampleId: string;
  /** Earliest event time of any message that names the customer; NEVER until that time has come. */
  bornAt: Instant = NEVER;

  /** Records of numbers; see records.ts. Only the first `used` slots mean anything. */
  data: number[] = NO_DOUBLES;
  used = 0;
  /** Key of a record → its offset in `data`. */
  readonly index: Pairs = new Pairs();

  /** Timer id → due instant. */
  readonly timers: Pairs = new Pairs();
  /** The earliest of `timers`; NEVER when there is none. */
  dueAt: Instant = NEVER;

  /**
   * Unit id → answer and since (see `encodeAnswer`). A segment that is not here has its default answer, and had it when
   * the customer came into being.
   */
  readonly memberships: Pairs = new Pairs();
  /** Triples (unit id, stage index, since) for lifecycles. */
  stages: number[] = [];

  rich: Map<number, RichRing> | undefined = undefined;
  /** Traits, scores, consents, list spells, each by its key. */
  facts: Map<string, FactLog> | undefined = undefined;
  /** Runs of sequences with `on`, by timer; those without are records. */
  sequences: Map<number, KeyedRun> | undefined = undefined;
  /** Messages whose time has not come yet, soonest first. */
  future: Message[] | undefined = undefined;

  // Of the working form, which is one customer's after another; only customers.ts knows of these.

  /** Its place among all working forms; −1: none of them. */
  slot = -1;
  /** Somebody is in it. */
  isTaken = false;
  /** The customer's block in the arena, out of date; −1: none. */
  block = -1;
  /** The step in which the customer was last asked for to be changed. */
  step = -1;
  /** Asked for since the hand last passed. */
  isRecent = false;
  /** What is in it is too much to be packed. */
  isLarge = false;

  constructor(id: number, sampleId: string) {
    this.id = id;
    this.sampleId = sampleId;
  }

  /** Becomes somebody of whom nothing is known. */
  reset(id: number, sampleId: string): void {
    this.id = id;
    this.sampleId = sampleId;
    this.bornAt = NEVER;
    if (this.data.length > KEPT_NUMBERS_MAX) this.data = NO_DOUBLES;
    this.used = 0;
    this.index.clear();
    this.disarmAll();
    this.memberships.clear();
    if (this.stages.length > 0) this.stages = [];
    this.rich = undefined;
    this.facts = undefined;
    this.sequences = undefined;
    this.future = undefined;
  }

  /** Becomes what somebody else is as far as numbers say it, under their number; shares nothing with them. */
  copyNumbers(from: Profile): void {
    this.reset(from.id, from.sampleId);
    this.bornAt = from.bornAt;
    if (this.data.length < from.used) this.data = makeDoubles(from.used);
    for (let i = 0; i < from.used; i++) this.data[i] = from.data[i] as number;
    this.used = from.used;
    this.index.copyFrom(from.index);
    this.timers.copyFrom(from.timers);
    this.dueAt = from.dueAt;
    this.memberships.copyFrom(from.memberships);
    this.stages = from.stages.slice();
  }

  /** Makes what is not a number its own, as far as time alone changes it. */
  ownForTime(): void {
    const { rich, sequences } = this;
    if (rich !== undefined) {
      this.rich = new Map();
      for (const [stream, ring] of rich) this.rich.set(stream, ring.copy());
    }
    if (sequences !== undefined) {
      this.sequences = new Map();
      for (const [timer, run] of sequences) this.sequences.set(timer, run.copyForTime());
    }
  }

  /** Arms a timer, or moves it forward; an armed timer that is due sooner stays as it is (it re-arms when it fires). */
  arm(timer: number, due: Instant): void {
    if (due === NEVER) return;
    const { timers } = this;
    const i = timers.find(timer);
    if (i < 0) timers.set(timer, due);
    else if (timers.valueAt(i) <= due) return;
    else timers.setValueAt(i, due);
    if (due < this.dueAt) this.dueAt = due;
  }

  /**
   * Takes all timers that are due at `t` or before into `into`, by their numbers. A timer that fired keeps its slot
   * until the customer is packed, as it is likely to be armed again.
   */
  takeDue(t: Instant, into: number[]): void {
    const { list, size } = this.timers;
    let earliest = NEVER;
    for (let i = 0; i < size * 2; i += 2) {
      const due = list[i + 1] as number;
      if (due <= t) {
        into.push(list[i] as number);
        list[i + 1] = NEVER;
      } else if (due < earliest) earliest = due;
    }
    this.dueAt = earliest;
  }

  disarmAll(): void {
    this.timers.clear();
    this.dueAt = NEVER;
  }

  /** Index in `memberships` of a segment, or −1. */
  membershipIndex(unit: number): number {
    return this.memberships.find(unit);
  }

  /** Answer and since when, as the memberships keep it. */
  setMembership(unit: number, is: boolean, since: Instant): void {
    this.memberships.set(unit, encodeAnswer(is, since));
  }

  /** Back to the default, as if it had never been otherwise. */
  dropMembership(unit: number): void {
    this.memberships.drop(unit);
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

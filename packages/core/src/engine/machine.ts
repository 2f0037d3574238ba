/**
 * The profile machine: what happens to one customer when an event arrives, a fact is learnt, or time passes.
 *
 * Every step goes the same way. The input is written into the customer's state; the thresholds that it crossed and
 * the questions that it touched mark units; `settle` evaluates the marked units in the order of their numbers (so a
 * unit after all that it refers to) at the instant of the step, and reports the answers that changed. Timers keep
 * the earliest instant at which anything could change by itself; they may fire for nothing, never too late.
 *
 * Tests are pure functions of kept state and an instant. So what a late event did to the past (`for`, the age of a
 * membership) is found by asking again, from the event's time on: see past-answers.ts.
 */

import type { Cause, Change } from '../model/change.ts';
import type { Instant, Message } from '../model/message.ts';
import type { FreshParts } from './common-parts.ts';
import { Crossings } from './crossings.ts';
import { Dispatcher } from './dispatch.ts';
import type { Plan } from './make-plan.ts';
import { Marks } from './marks.ts';
import { PastAnswers } from './past-answers.ts';
import type { StreamPlan } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { insertEvent } from './ring-events.ts';
import { findRing } from './rings.ts';
import { ANY_CONSENT } from './scope.ts';
import { SequenceSteps } from './sequence-steps.ts';
import { Settler } from './settle.ts';
import { forgetTracked } from './tracked.ts';

export class Machine {
  readonly plan: Plan;
  readonly #dispatcher: Dispatcher;
  readonly #marks: Marks;
  readonly #past: PastAnswers;
  readonly #crossings: Crossings;
  readonly #sequences: SequenceSteps;
  readonly #settler: Settler;

  // Scratch of the step under way.
  readonly #matched: StreamPlan[] = [];
  readonly #due: number[] = [];

  constructor(plan: Plan, onChange: (change: Change) => void) {
    this.plan = plan;
    this.#dispatcher = new Dispatcher(plan.streams, plan.zone);
    this.#marks = new Marks(plan.units.length);
    this.#past = new PastAnswers(plan, this.#marks);
    this.#crossings = new Crossings(this.#marks, this.#past);
    this.#sequences = new SequenceSteps(this.#marks, this.#crossings);
    this.#settler = new Settler(plan, this.#marks, onChange);
  }

  /** Names the cause of the changes that the next `settle` reports. */
  because(cause: Cause, messageId?: string): void {
    this.#settler.because(cause, messageId);
  }

  /** Evaluates all marked units as of t and reports what changed. */
  settle(p: Profile, t: Instant): void {
    this.#settler.settle(p, t);
  }

  // Inputs. Each leaves marks behind; the caller settles.

  /** An event with time ≤ now, of a customer who exists by then. */
  takeEvent(p: Profile, message: Message, now: Instant): void {
    const { time, messageId, properties } = message;
    const matched = this.#matched;
    matched.length = 0;
    this.#dispatcher.match(message.kind, message.name, properties, matched);
    for (let i = 0; i < matched.length; i++) {
      this.#crossings.append(p, matched[i] as StreamPlan, time, messageId, properties, now);
    }
    for (let i = 0; i < matched.length; i++) {
      const stream = matched[i] as StreamPlan;
      if (stream.steps.length > 0) this.#sequences.advance(p, stream, time, properties, now);
    }
    this.#sequences.rerun(p, now);
    for (let i = 0; i < matched.length; i++) {
      this.#crossings.touchReaders(p, matched[i] as StreamPlan, time, now);
    }
    this.#marks.armTouched(p, now);
  }

  /** A fact changed, as of `time`. */
  touchFact(p: Profile, key: string, time: Instant, now: Instant): void {
    for (const atom of this.plan.factAtoms.get(key) ?? []) this.#marks.touch(atom);
    this.#past.retrackAll(p, this.plan.factTracked.get(key) ?? [], time, now);
    this.#marks.armTouched(p, now);
  }

  touchConsent(p: Profile, key: string, time: Instant, now: Instant): void {
    this.touchFact(p, key, time, now);
    this.touchFact(p, ANY_CONSENT, time, now);
  }

  /** The population behind `key` was taken anew, now. */
  touchPopulation(p: Profile, key: string, now: Instant): void {
    for (const atom of this.plan.populationAtoms.get(key) ?? []) {
      // Against another population only what moves reaches its cuts at another time.
      if (atom.standingMoves) this.#marks.touch(atom);
      else this.#marks.markAll(atom.units);
    }
    this.#marks.armTouched(p, now);
  }

  /** The customer exists from `time` on, which is earlier than what was known. */
  born(p: Profile, time: Instant, now: Instant): void {
    const first = p.bornAt === NEVER;
    p.bornAt = time;
    if (first) {
      this.beginOutside(p);
      this.#marks.markAll(this.plan.birthUnits);
      for (const atom of this.plan.birthAtoms) p.arm(atom.timer, atom.next(p, now));
      // What was learnt before the customer existed.
      for (const key of p.facts?.keys() ?? []) {
        for (const atom of this.plan.factAtoms.get(key) ?? []) this.#marks.touch(atom);
        for (const atom of this.plan.factAtoms.get(ANY_CONSENT) ?? []) this.#marks.touch(atom);
      }
    }
    if (time < now || !first) this.#past.retrackBirth(p, this.plan.bornTracked, now);
    this.#marks.armTouched(p, now);
  }

  /** Puts a new customer outside of all segments until asked, so that what the first event denies is no entry and exit. */
  beginOutside(p: Profile): void {
    this.#settler.beginOutside(p);
  }

  /** Lets time pass to `t`, at which (or before) the customer has a timer due. True when a dated message is due. */
  wake(p: Profile, t: Instant): boolean {
    let dated = false;
    const due = this.#due;
    due.length = 0;
    p.takeDue(t, due);
    for (let i = 0; i < due.length; i++) {
      const timed = this.plan.timed[due[i] as number];
      if (timed === undefined || timed.kind === 'future') dated = true;
      else if (timed.kind === 'group') this.#crossings.wake(p, timed, t);
      else if (timed.kind === 'atom') this.#marks.touch(timed);
    }
    // A completion trims its stream, whose groups have compared before and after by now.
    for (let i = 0; i < due.length; i++) {
      const timed = this.plan.timed[due[i] as number];
      if (timed?.kind === 'sequence') this.#sequences.completeWaits(p, timed, t);
    }
    this.#marks.armTouched(p, t);
    this.#crossings.trimWoken(p, t);
    return dated;
  }

  /** Everything about the customer may have changed: asks all questions anew. */
  renew(p: Profile, now: Instant): void {
    p.disarmAll();
    this.#sequences.rerunAll(p, this.plan.sequences, now);
    forgetTracked(p);
    this.#past.retrackBirth(p, this.plan.trackedUnits, now);
    this.#armAll(p, now);
    for (let unit = 0; unit < this.plan.units.length; unit++) this.#marks.mark(unit);
  }

  /** Asks only what is fresh of a customer under this plan; all else stands. The caller settles. */
  askFresh(p: Profile, { sequences, tracked, groups, atoms, units }: FreshParts, now: Instant): void {
    if (sequences.length > 0) this.#sequences.rerunAll(p, sequences, now);
    if (tracked.length > 0) this.#past.retrackBirth(p, tracked, now);
    for (const group of groups) {
      const o = findRing(p, group.stream.id);
      if (o >= 0) p.arm(group.timer, group.next(p, o, now));
    }
    for (const atom of atoms) p.arm(atom.timer, atom.next(p, now));
    this.#marks.armTouched(p, now);
    for (const { id } of units) this.#marks.mark(id);
  }

  /** Takes up a customer whose state was written down: finds timers and sequences again; no answer changes. */
  resume(p: Profile, now: Instant): void {
    this.#sequences.rerunAll(p, this.plan.sequences, now);
    this.#armAll(p, now);
    this.#marks.clear();
  }

  #armAll(p: Profile, now: Instant): void {
    for (const stream of this.plan.streams) {
      const o = findRing(p, stream.id);
      if (o < 0) continue;
      for (const group of stream.groups) p.arm(group.timer, group.next(p, o, now));
    }
    for (const atom of this.plan.atoms) p.arm(atom.timer, atom.next(p, now));
    const future = p.future?.[0];
    if (future !== undefined) p.arm(0, future.time);
  }

  /** Writes an event into the customer's streams and nothing else; `renew` makes the rest of it. */
  load(p: Profile, message: Message, now: Instant): void {
    this.#matched.length = 0;
    this.#dispatcher.match(message.kind, message.name, message.properties, this.#matched);
    for (const stream of this.#matched) {
      const oldest = stream.oldest(p, now);
      insertEvent(p, stream, message.time, message.messageId, message.properties, oldest);
    }
  }
}

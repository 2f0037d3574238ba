/**
 * The profile machine: what happens to one customer when an event arrives, a fact is learnt, or time passes.
 *
 * Every step goes the same way. The input is written into the customer's state; the thresholds that it crossed and
 * the questions that it touched mark units; `settle` evaluates the marked units in the order of their numbers (so a
 * unit after all that it refers to) at the instant of the step, and reports the answers that changed. Timers keep
 * the earliest instant at which anything could change by itself; they may fire for nothing, never too late.
 *
 * Tests are pure functions of kept state and an instant. So what a late event did to the past (`for`, the age of a
 * membership) is found by asking again, from the event's time on: see `#retrack`.
 */

import type { Cause, Change, SegmentChange } from '../model/change.ts';
import type { Instant, JsonObject, Message } from '../model/message.ts';
import { readPath } from '../rules/semantics.ts';
import { ANY_CONSENT, stageIndex } from './compiler.ts';
import { Dispatcher } from './dispatch.ts';
import type { Plan } from './make-plan.ts';
import {
  ABSENT_STEP,
  type Atom,
  type LifecycleUnit,
  type Reads,
  type SegmentUnit,
  type SequencePlan,
  type StreamPlan,
  type ThresholdGroup,
  type TrackedUnit,
} from './plan.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';
import { clearRing, findRing, insertEvent, lengthOf, physical, timeAt, trim, upperBound } from './rings.ts';
import type { SequenceState } from './sequence-state.ts';

const NOTHING: JsonObject = {};

export class Machine {
  readonly plan: Plan;
  readonly #dispatcher: Dispatcher;
  #onChange: (change: Change) => void;

  // Scratch of the step under way.
  readonly #matched: StreamPlan[] = [];
  readonly #before: number[] = [];
  readonly #marked: Uint8Array;
  /** Marked units, ascending from `#next` on. */
  readonly #queue: number[] = [];
  readonly #touched: Atom[] = [];
  readonly #due: number[] = [];
  /** Who has just come into being: outside of everything until the next `settle`. */
  #newborn: Profile | undefined = undefined;
  /** Streams whose groups a timer woke. */
  readonly #woken: StreamPlan[] = [];
  readonly #rerun = new Set<SequencePlan>();
  #cause: Cause = 'event';
  #messageId: string | undefined = undefined;

  constructor(plan: Plan, onChange: (change: Change) => void) {
    this.plan = plan;
    this.#dispatcher = new Dispatcher(plan.streams, plan.zone);
    this.#onChange = onChange;
    this.#marked = new Uint8Array(plan.units.length);
  }

  /** Names the cause of the changes that the next `settle` reports. */
  because(cause: Cause, messageId?: string): void {
    this.#cause = cause;
    this.#messageId = messageId;
  }

  // Inputs. Each leaves marks behind; the caller settles.

  /** An event with time ≤ now, of a customer who exists by then. */
  takeEvent(p: Profile, message: Message, now: Instant): void {
    const { time, messageId, properties } = message;
    const matched = this.#matched;
    matched.length = 0;
    this.#dispatcher.match(message.kind, message.name, properties, matched);
    for (let i = 0; i < matched.length; i++) {
      this.#append(p, matched[i] as StreamPlan, time, messageId, properties, now);
    }
    for (let i = 0; i < matched.length; i++) {
      const stream = matched[i] as StreamPlan;
      if (stream.steps.length > 0) this.#advanceSequences(p, stream, time, properties, now);
    }
    this.#runSequences(p, now);
    for (let i = 0; i < matched.length; i++) this.#touchStream(p, matched[i] as StreamPlan, time, now);
    this.#armTouched(p, now);
  }

  /** A fact changed, as of `time`. */
  touchFact(p: Profile, key: string, time: Instant, now: Instant): void {
    for (const atom of this.plan.factAtoms.get(key) ?? []) this.#touch(atom);
    this.#retrackAll(p, this.plan.factTracked.get(key), time, now);
    this.#armTouched(p, now);
  }

  touchConsent(p: Profile, key: string, time: Instant, now: Instant): void {
    this.touchFact(p, key, time, now);
    this.touchFact(p, ANY_CONSENT, time, now);
  }

  /** The population behind `key` was taken anew, now. */
  touchPopulation(p: Profile, key: string, now: Instant): void {
    for (const atom of this.plan.populationAtoms.get(key) ?? []) this.#touch(atom);
    this.#armTouched(p, now);
  }

  /** The customer exists from `time` on, which is earlier than what was known. */
  born(p: Profile, time: Instant, now: Instant): void {
    const first = p.bornAt === NEVER;
    p.bornAt = time;
    if (first) {
      this.beginOutside(p);
      this.#markAll(this.plan.birthUnits);
      for (const atom of this.plan.birthAtoms) p.arm(atom.timer, atom.next(p, now));
      // What was learnt before the customer existed.
      for (const key of p.facts?.keys() ?? []) {
        for (const atom of this.plan.factAtoms.get(key) ?? []) this.#touch(atom);
        for (const atom of this.plan.factAtoms.get(ANY_CONSENT) ?? []) this.#touch(atom);
      }
    }
    if (time < now || !first) this.#retrackAll(p, this.plan.trackedUnits, time, now);
    this.#armTouched(p, now);
  }

  /** Puts a new customer outside of all segments until asked, so that what the first event denies is no entry and exit. */
  beginOutside(p: Profile): void {
    this.#newborn = p;
    this.#markAll(this.plan.defaultUnits);
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
      else if (timed.kind === 'group') this.#wakeGroup(p, timed, t);
      else if (timed.kind === 'atom') this.#touch(timed);
    }
    // A completion trims its stream, whose groups have compared before and after by now.
    for (let i = 0; i < due.length; i++) {
      const timed = this.plan.timed[due[i] as number];
      if (timed?.kind === 'sequence') this.#completeWaits(p, timed, timed.stateOf(p), t);
    }
    this.#armTouched(p, t);
    if (this.#woken.length > 0) this.#trimWoken(p, t);
    return dated;
  }

  /** Everything about the customer may have changed: asks all questions anew. */
  renew(p: Profile, now: Instant): void {
    p.disarmAll();
    p.sequences = undefined;
    for (const sequence of this.plan.sequences) this.#rerun.add(sequence);
    this.#runSequences(p, now);
    p.tracked = undefined;
    this.#retrackAll(p, this.plan.trackedUnits, p.bornAt, now);
    this.#armAll(p, now);
    for (let unit = 0; unit < this.plan.units.length; unit++) this.#mark(unit);
  }

  /** Takes up a customer whose state was written down: finds timers and sequences again; no answer changes. */
  resume(p: Profile, now: Instant): void {
    for (const sequence of this.plan.sequences) this.#rerun.add(sequence);
    this.#runSequences(p, now);
    this.#armAll(p, now);
    this.#touched.length = 0;
    for (const unit of this.#queue) this.#marked[unit] = 0;
    this.#queue.length = 0;
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

  // Settling.

  /** Evaluates all marked units as of t and reports what changed. */
  settle(p: Profile, t: Instant): void {
    const queue = this.#queue;
    if (queue.length === 0) return;
    queue.sort(ascending);
    for (let i = 0; i < queue.length; i++) {
      const id = queue[i] as number;
      this.#marked[id] = 0;
      const unit = this.plan.units[id];
      if (unit === undefined || p.bornAt > t) continue;
      const from = queue.length;
      const changed =
        unit.kind === 'segment'
          ? this.#settleSegment(p, unit, t)
          : unit.kind === 'tracked'
            ? this.#settleTracked(p, unit, t)
            : this.#settleLifecycle(p, unit, t);
      if (!changed) continue;
      this.#markAll(unit.dependents);
      for (const atom of unit.dependentAtoms) p.arm(atom.timer, atom.next(p, t));
      if (queue.length > from) sortFrom(queue, i + 1);
    }
    queue.length = 0;
    this.#newborn = undefined;
  }

  #settleSegment(p: Profile, unit: SegmentUnit, t: Instant): boolean {
    const is = unit.test(p, t);
    const i = p.membershipIndex(unit.id);
    const was = i < 0 ? unit.byDefault && this.#newborn !== p : (p.memberships[i] as number) % 2 === 1;
    if (is === was) {
      // Denied from the beginning: from now on that is what is known.
      if (!is && i < 0 && unit.byDefault) p.setMembership(unit.id, false, t);
      return false;
    }
    // Since when somebody is outside matters to nobody, nor does it for one who was inside from the beginning.
    if (is === unit.byDefault && (!is || t === p.bornAt)) p.dropMembership(unit.id);
    else p.setMembership(unit.id, is, t);
    this.#onChange(this.#segmentChange(p, unit, is ? 'entered' : 'exited', t));
    return true;
  }

  #segmentChange(p: Profile, unit: SegmentUnit, change: 'entered' | 'exited', at: Instant): SegmentChange {
    const { name: segment, version } = unit;
    const cause = this.#cause;
    const messageId = this.#messageId;
    return messageId === undefined
      ? { kind: 'segment', profile: p.id, segment, version, change, at, cause }
      : { kind: 'segment', profile: p.id, segment, version, change, at, cause, messageId };
  }

  #settleTracked(p: Profile, unit: TrackedUnit, t: Instant): boolean {
    const is = unit.test(p, t);
    const flips = flipsOf(p, unit);
    if (is === (flips.length % 2 === 1)) return false;
    // There and back within one instant is no flip.
    if (flips[flips.length - 1] === t) flips.pop();
    else flips.push(t);
    forgetFlips(flips, t - unit.horizonMs);
    return true;
  }

  #settleLifecycle(p: Profile, unit: LifecycleUnit, t: Instant): boolean {
    const was = stageIndex(p, unit.id);
    const is = unit.stages.findIndex((stage) => stage.test(p, t));
    if (is === was) return false;
    const stages = p.stages;
    let i = 0;
    while (i < stages.length && stages[i] !== unit.id) i += 3;
    stages[i] = unit.id;
    stages[i + 1] = is;
    stages[i + 2] = t;
    const from = unit.stages[was]?.name;
    const to = unit.stages[is]?.name;
    this.#onChange({
      kind: 'stage',
      profile: p.id,
      lifecycle: unit.name,
      at: t,
      cause: this.#cause,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(this.#messageId === undefined ? {} : { messageId: this.#messageId }),
    });
    return true;
  }

  // Streams.

  #append(
    p: Profile,
    stream: StreamPlan,
    time: Instant,
    messageId: string,
    properties: JsonObject,
    now: Instant,
  ): void {
    const { groups } = stream;
    const before = this.#before;
    let o = findRing(p, stream.id);
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g] as ThresholdGroup;
      if (group.column >= 0) before[g] = o < 0 ? 0 : group.valueAt(p, o, now);
    }
    o = insertEvent(p, stream, time, messageId, properties, stream.oldest(p, now));
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g] as ThresholdGroup;
      const is = group.valueAt(p, o, now);
      const was = group.column >= 0 ? (before[g] as number) : group.contains(p, time, now) ? is - 1 : is;
      this.#cross(p, o, group, was, is, now);
    }
  }

  /** Marks the units of the thresholds between two values, and arms the group where that may bring it forward. */
  #cross(p: Profile, o: number, group: ThresholdGroup, was: number, is: number, now: Instant): void {
    if (was !== is) {
      const from = group.position(was);
      const to = group.position(is);
      for (let i = Math.min(from, to); i < Math.max(from, to); i++) {
        this.#markAll((group.thresholds[i] as { units: number[] }).units);
      }
      if (to > from) p.arm(group.timer, group.next(p, o, now));
    }
    if (group.isRestless) p.arm(group.timer, group.next(p, o, now));
  }

  #touchStream(p: Profile, stream: StreamPlan, time: Instant, now: Instant): void {
    for (const atom of stream.atoms) this.#touch(atom);
    if (time < now) this.#retrackAll(p, stream.trackedReaders, time, now);
  }

  #wakeGroup(p: Profile, group: ThresholdGroup, t: Instant): void {
    const o = findRing(p, group.stream.id);
    if (o < 0) return;
    this.#cross(p, o, group, group.valueAt(p, o, t - 1), group.valueAt(p, o, t), t);
    p.arm(group.timer, group.next(p, o, t));
    this.#woken.push(group.stream);
  }

  /** Lets go of what no window sees any more, once every group has compared before and after. */
  #trimWoken(p: Profile, t: Instant): void {
    for (const stream of this.#woken) {
      const o = findRing(p, stream.id);
      if (o >= 0) trim(p, stream, o, stream.oldest(p, t));
    }
    this.#woken.length = 0;
  }

  // Sequences.

  #advanceSequences(
    p: Profile,
    stream: StreamPlan,
    time: Instant,
    properties: JsonObject,
    now: Instant,
  ): void {
    for (const { sequence, step } of stream.steps) {
      const state = sequence.stateOf(p);
      if (time < state.lastTime || time < state.lastCompletion) this.#rerun.add(sequence);
      if (this.#rerun.has(sequence)) continue;
      const on = sequence.on === undefined ? undefined : readPath(properties, sequence.on);
      if (step === ABSENT_STEP) state.takeAbsent(time, on);
      else if (state.takeStep(step, time, on)) this.#complete(p, sequence, time, now);
      this.#completeWaits(p, sequence, state, now);
    }
  }

  #complete(p: Profile, sequence: SequencePlan, time: Instant, now: Instant): void {
    const { completions } = sequence;
    this.#append(p, completions, time, '', NOTHING, now);
    this.#touchStream(p, completions, time, now);
  }

  #completeWaits(p: Profile, sequence: SequencePlan, state: SequenceState, now: Instant): void {
    for (let at = state.takeCompletion(now); at !== undefined; at = state.takeCompletion(now)) {
      this.#complete(p, sequence, at, now);
    }
    p.arm(sequence.timer, state.nextCompletion());
  }

  /** Runs the sequences that a late event upset again, over the events that are kept. */
  #runSequences(p: Profile, now: Instant): void {
    if (this.#rerun.size === 0) return;
    for (const sequence of this.#rerun) this.#runSequence(p, sequence, now);
    this.#rerun.clear();
  }

  #runSequence(p: Profile, sequence: SequencePlan, now: Instant): void {
    const { completions } = sequence;
    for (const group of completions.groups) {
      for (const threshold of group.thresholds) this.#markAll(threshold.units);
    }
    clearRing(p, completions);
    p.sequences?.delete(sequence.timer);
    const state = sequence.stateOf(p);
    const done: Instant[] = [];
    const finish = (t: Instant): void => {
      for (let at = state.takeCompletion(t); at !== undefined; at = state.takeCompletion(t)) done.push(at);
    };
    for (const { stream, step, time, i } of stepsInOrder(p, sequence)) {
      finish(time);
      const on = sequence.on === undefined ? undefined : valueOf(p, stream, i, sequence.on);
      if (step === ABSENT_STEP) state.takeAbsent(time, on);
      else if (state.takeStep(step, time, on)) done.push(time);
    }
    finish(now);
    for (const time of done) insertEvent(p, completions, time, '', NOTHING, completions.oldest(p, now));
    p.arm(sequence.timer, state.nextCompletion());
    const o = findRing(p, completions.id);
    if (o >= 0) for (const group of completions.groups) p.arm(group.timer, group.next(p, o, now));
    for (const atom of completions.atoms) this.#touch(atom);
  }

  // Answers about the past.

  #retrackAll(p: Profile, units: Iterable<number> | undefined, from: Instant, now: Instant): void {
    for (const id of units ?? []) {
      const unit = this.plan.units[id];
      if (unit?.kind !== 'tracked' || p.bornAt > now) continue;
      this.#retrack(p, unit, from, now);
      this.#markAll(unit.dependents);
      for (const atom of unit.dependentAtoms) this.#touch(atom);
    }
  }

  /** Finds the flips of a unit from an instant on again; what comes before it stands. */
  #retrack(p: Profile, unit: TrackedUnit, from: Instant, now: Instant): void {
    const start = Math.max(from, p.bornAt, now - unit.horizonMs);
    const flips = flipsOf(p, unit).filter((flip) => flip < start && flip >= p.bornAt);
    for (let t = start; t <= now; t = nextInstant(p, unit.reads, t, this.plan)) {
      const is = unit.test(p, t);
      if (is !== (flips.length % 2 === 1)) flips.push(t);
    }
    p.tracked ??= new Map();
    p.tracked.set(unit.id, flips);
  }

  // Marks.

  #mark(unit: number): void {
    if (this.#marked[unit] === 1) return;
    this.#marked[unit] = 1;
    this.#queue.push(unit);
  }

  #markAll(units: readonly number[]): void {
    for (let i = 0; i < units.length; i++) this.#mark(units[i] as number);
  }

  #touch(atom: Atom): void {
    this.#markAll(atom.units);
    this.#touched.push(atom);
  }

  #armTouched(p: Profile, now: Instant): void {
    const touched = this.#touched;
    for (let i = 0; i < touched.length; i++) {
      const atom = touched[i] as Atom;
      p.arm(atom.timer, atom.next(p, now));
    }
    touched.length = 0;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** Sorts the tail of a queue whose beginning is done with. */
function sortFrom(queue: number[], from: number): void {
  const tail = queue.slice(from).sort(ascending);
  for (let i = 0; i < tail.length; i++) queue[from + i] = tail[i] as number;
}

/** The flips of a tracked unit, as a list that may be changed. */
function flipsOf(p: Profile, unit: TrackedUnit): number[] {
  const stored = p.tracked?.get(unit.id);
  if (stored !== undefined) return stored;
  const flips = unit.byDefault && p.bornAt !== NEVER ? [p.bornAt] : [];
  p.tracked ??= new Map();
  p.tracked.set(unit.id, flips);
  return flips;
}

/** Drops pairs of flips that are older than anybody asks for; the last two always stay. */
function forgetFlips(flips: number[], oldest: Instant): void {
  let drop = 0;
  while (drop + 3 < flips.length && (flips[drop + 2] as number) < oldest) drop += 2;
  if (drop > 0) flips.splice(0, drop);
}

/** The next instant after t at which something that a unit reads happened, or moved by time. */
function nextInstant(p: Profile, reads: Reads, t: Instant, plan: Plan): Instant {
  let next = NEVER;
  for (const stream of reads.streams) {
    const o = findRing(p, stream.id);
    if (o < 0) continue;
    const i = upperBound(p, stream, o, t);
    if (i < lengthOf(p, o)) next = Math.min(next, timeAt(p, stream, o, i));
  }
  for (const group of reads.groups) {
    const o = findRing(p, group.stream.id);
    if (o >= 0) next = Math.min(next, group.next(p, o, t));
  }
  for (const atom of reads.atoms) next = Math.min(next, atom.next(p, t));
  for (const unit of reads.tracked) {
    for (const flip of p.tracked?.get(unit.id) ?? []) if (flip > t) next = Math.min(next, flip);
  }
  for (const key of reads.facts) {
    if (key !== ANY_CONSENT) next = Math.min(next, p.fact(key)?.nextAfter(t) ?? NEVER);
    else for (const fact of p.facts?.values() ?? []) next = Math.min(next, fact.nextAfter(t));
  }
  for (const key of reads.populations) next = Math.min(next, plan.env.nextPopulation(key, t));
  return next;
}

type StepEvent = {
  readonly stream: StreamPlan;
  readonly step: number;
  readonly time: Instant;
  /** Position among the stream's kept events. */ readonly i: number;
};

/** All kept events of a sequence's steps in order of time. */
function stepsInOrder(p: Profile, sequence: SequencePlan): readonly StepEvent[] {
  const events: StepEvent[] = [];
  const take = (stream: StreamPlan, step: number): void => {
    const o = findRing(p, stream.id);
    const length = o < 0 ? 0 : lengthOf(p, o);
    for (let i = 0; i < length; i++) events.push({ stream, step, time: timeAt(p, stream, o, i), i });
  };
  sequence.stepStreams.forEach(take);
  if (sequence.absentStream !== undefined) take(sequence.absentStream, ABSENT_STEP);
  return events.sort((a, b) => a.time - b.time);
}

function valueOf(p: Profile, stream: StreamPlan, i: number, path: readonly string[]): ReturnType<typeof readPath> {
  const o = findRing(p, stream.id);
  const key = JSON.stringify(path);
  const column = stream.values.findIndex((v) => JSON.stringify(v) === key);
  return p.rich?.get(stream.id)?.columns[column]?.[physical(p, o, i)];
}

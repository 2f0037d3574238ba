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
import { answerOf, NEVER } from './profile.ts';
import { cutRing, insertEvent, trim } from './ring-events.ts';
import { clearRing } from './ring-room.ts';
import { findRing, lengthOf, physical, timeAt, upperBound } from './rings.ts';
import { ANY_CONSENT } from './scope.ts';
import { stageIndex } from './stored-answers.ts';
import { flip, flipsBefore, flipsUntil, forgetTracked, nextFlip, setFlips } from './tracked.ts';

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
  /** Sequences to run again, from the time of the event that upset them. */
  readonly #rerun = new Map<SequencePlan, Instant>();
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
    if (time < now || !first) this.#retrackAll(p, this.plan.bornTracked, time, now);
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
      if (timed?.kind === 'sequence') this.#completeWaits(p, timed, t);
    }
    this.#armTouched(p, t);
    if (this.#woken.length > 0) this.#trimWoken(p, t);
    return dated;
  }

  /** Everything about the customer may have changed: asks all questions anew. */
  renew(p: Profile, now: Instant): void {
    p.disarmAll();
    for (const sequence of this.plan.sequences) this.#rerun.set(sequence, -NEVER);
    this.#runSequences(p, now);
    forgetTracked(p);
    this.#retrackAll(p, this.plan.trackedUnits, p.bornAt, now);
    this.#armAll(p, now);
    for (let unit = 0; unit < this.plan.units.length; unit++) this.#mark(unit);
  }

  /** Takes up a customer whose state was written down: finds timers and sequences again; no answer changes. */
  resume(p: Profile, now: Instant): void {
    for (const sequence of this.plan.sequences) this.#rerun.set(sequence, -NEVER);
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
    if (queue.length > 1) sortFrom(queue, 0);
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
    const was = i < 0 ? unit.byDefault && this.#newborn !== p : answerOf(p.memberships[i + 1] as number);
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
    if (is === (flipsUntil(p, unit, t) % 2 === 1)) return false;
    flip(p, unit, t);
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
      const run = sequence.runOf(p);
      if (time < run.lastTime || time < run.lastCompletion) this.#rerun.set(sequence, time);
      if (this.#rerun.has(sequence)) continue;
      const on = sequence.on === undefined ? undefined : readPath(properties, sequence.on);
      if (step === ABSENT_STEP) run.takeAbsent(time, on);
      else if (run.takeStep(step, time, on)) this.#complete(p, sequence, time, now);
      if (sequence.shape.absentMs !== undefined) this.#completeWaits(p, sequence, now);
    }
  }

  #complete(p: Profile, sequence: SequencePlan, time: Instant, now: Instant): void {
    const { completions } = sequence;
    this.#append(p, completions, time, '', NOTHING, now);
    this.#touchStream(p, completions, time, now);
  }

  #completeWaits(p: Profile, sequence: SequencePlan, now: Instant): void {
    for (;;) {
      // A completion may add a record, so the run is looked up anew each time.
      const at = sequence.runOf(p).takeCompletion(now);
      if (at === undefined) break;
      this.#complete(p, sequence, at, now);
    }
    p.arm(sequence.timer, sequence.runOf(p).nextCompletion());
  }

  /** Runs the sequences that a late event upset again, over the events that are kept. */
  #runSequences(p: Profile, now: Instant): void {
    if (this.#rerun.size === 0) return;
    for (const [sequence, from] of this.#rerun) this.#runSequence(p, sequence, from, now);
    this.#rerun.clear();
  }

  /** Finds the completions from an instant on again; those before it stand where they are all kept. */
  #runSequence(p: Profile, sequence: SequencePlan, upsetAt: Instant, now: Instant): void {
    const { completions } = sequence;
    for (const group of completions.groups) {
      for (const threshold of group.thresholds) this.#markAll(threshold.units);
    }
    const from = completions.keepsTotals ? -NEVER : upsetAt;
    const kept = findRing(p, completions.id);
    if (kept >= 0 && from > -NEVER) cutRing(p, completions, kept, from);
    else clearRing(p, completions);
    sequence.forgetRun(p);
    const run = sequence.runOf(p);
    const done: Instant[] = [];
    const finish = (t: Instant): void => {
      for (let at = run.takeCompletion(t); at !== undefined; at = run.takeCompletion(t)) done.push(at);
    };
    const takeStep = (stream: StreamPlan, step: number, time: Instant, i: number): void => {
      finish(time);
      const on = sequence.on === undefined ? undefined : valueOf(p, stream, i, sequence.on);
      if (step === ABSENT_STEP) run.takeAbsent(time, on);
      else if (run.takeStep(step, time, on)) done.push(time);
    };
    stepsInOrder(p, sequence, from - sequence.reachMs - 1, takeStep);
    finish(now);
    const oldest = completions.oldest(p, now);
    for (const time of done) if (time >= from) insertEvent(p, completions, time, '', NOTHING, oldest);
    p.arm(sequence.timer, sequence.runOf(p).nextCompletion());
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
    const flips = flipsBefore(p, unit, start);
    for (let t = start; t <= now; t = nextInstant(p, unit.reads, t, this.plan)) {
      if (unit.test(p, t) !== (flips.length % 2 === 1)) flips.push(t);
    }
    setFlips(p, unit, flips);
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

const SORT_BY_INSERTION_MAX = 24;

/** Sorts the tail of a queue whose beginning is done with. */
function sortFrom(queue: number[], from: number): void {
  if (queue.length - from > SORT_BY_INSERTION_MAX) {
    const tail = queue.slice(from).sort((a, b) => a - b);
    for (let i = 0; i < tail.length; i++) queue[from + i] = tail[i] as number;
    return;
  }
  for (let i = from + 1; i < queue.length; i++) {
    const unit = queue[i] as number;
    let j = i;
    while (j > from && (queue[j - 1] as number) > unit) {
      queue[j] = queue[j - 1] as number;
      j--;
    }
    queue[j] = unit;
  }
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
  for (const unit of reads.tracked) next = Math.min(next, nextFlip(p, unit, t));
  for (const key of reads.facts) {
    if (key !== ANY_CONSENT) next = Math.min(next, p.fact(key)?.nextAfter(t) ?? NEVER);
    else for (const fact of p.facts?.values() ?? []) next = Math.min(next, fact.nextAfter(t));
  }
  for (const key of reads.populations) next = Math.min(next, plan.env.nextPopulation(key, t));
  return next;
}

/** Goes through the kept events of a sequence's steps with time > after, in order of time. */
function stepsInOrder(
  p: Profile,
  sequence: SequencePlan,
  after: Instant,
  take: (stream: StreamPlan, step: number, time: Instant, i: number) => void,
): void {
  const { stepStreams, absentStream } = sequence;
  const streams = absentStream === undefined ? stepStreams : [...stepStreams, absentStream];
  const places = streams.map((stream) => {
    const o = findRing(p, stream.id);
    return o < 0 ? 0 : upperBound(p, stream, o, after);
  });
  for (;;) {
    let first = -1;
    let earliest = NEVER;
    for (let s = 0; s < streams.length; s++) {
      const stream = streams[s] as StreamPlan;
      const o = findRing(p, stream.id);
      if (o < 0 || (places[s] as number) >= lengthOf(p, o)) continue;
      const time = timeAt(p, stream, o, places[s] as number);
      if (time < earliest) {
        earliest = time;
        first = s;
      }
    }
    if (first < 0) return;
    const i = places[first] as number;
    places[first] = i + 1;
    take(streams[first] as StreamPlan, first < stepStreams.length ? first : ABSENT_STEP, earliest, i);
  }
}

function valueOf(p: Profile, stream: StreamPlan, i: number, path: readonly string[]): ReturnType<typeof readPath> {
  const o = findRing(p, stream.id);
  const key = JSON.stringify(path);
  const column = stream.values.findIndex((v) => JSON.stringify(v) === key);
  return p.rich?.get(stream.id)?.columns[column]?.[physical(p, o, i)];
}

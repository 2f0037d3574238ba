/**
 * Sequences of one customer, step by step. A completion is an event of the sequence's own stream, so counts and ages of
 * completions are answered like those of any event. An event that is late for its sequence upsets it: it is run again,
 * over the events that are kept, from as far back as that event can reach.
 */

import type { Instant, JsonObject } from '../model/message.ts';
import { readPath } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import type { Crossings } from './crossings.ts';
import type { Marks } from './marks.ts';
import { ABSENT_STEP, type SequencePlan, type StreamPlan } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { cutRing, insertEvent } from './ring-events.ts';
import { clearRing } from './ring-room.ts';
import { findRing, lengthOf, lowerBound, physical, timeAt, upperBound } from './rings.ts';

const NOTHING: JsonObject = {};

export class SequenceSteps {
  readonly #marks: Marks;
  readonly #crossings: Crossings;
  /** Sequences to run again, from the time of the event that upset them. */
  readonly #upset = new Map<SequencePlan, Instant>();

  constructor(marks: Marks, crossings: Crossings) {
    this.#marks = marks;
    this.#crossings = crossings;
  }

  /** An event of a stream: a step of the sequences that it belongs to. */
  advance(p: Profile, stream: StreamPlan, time: Instant, properties: JsonObject, now: Instant): void {
    for (const { sequence, step } of stream.steps) {
      const run = sequence.runOf(p);
      if (time < run.lastTime || time < run.lastCompletion) this.#upset.set(sequence, time);
      if (this.#upset.has(sequence)) continue;
      const on = sequence.on === undefined ? undefined : readPath(properties, sequence.on);
      if (step === ABSENT_STEP) run.takeAbsent(time, on);
      else if (run.takeStep(step, time, on)) this.#complete(p, sequence, time, now);
      if (sequence.shape.absentMs !== undefined) this.completeWaits(p, sequence, now);
    }
  }

  #complete(p: Profile, sequence: SequencePlan, time: Instant, now: Instant): void {
    const { completions } = sequence;
    this.#crossings.append(p, completions, time, '', NOTHING, now);
    this.#crossings.touchReaders(p, completions, time, now);
  }

  /** What a final `no` has not happened in time for is complete. */
  completeWaits(p: Profile, sequence: SequencePlan, now: Instant): void {
    for (;;) {
      // A completion may add a record, so the run is looked up anew each time.
      const at = sequence.runOf(p).takeCompletion(now);
      if (at === undefined) break;
      this.#complete(p, sequence, at, now);
    }
    p.arm(sequence.timer, sequence.runOf(p).nextCompletion());
  }

  /** Runs the sequences that a late event upset again, over the events that are kept. */
  rerun(p: Profile, now: Instant): void {
    if (this.#upset.size === 0) return;
    for (const [sequence, from] of this.#upset) this.#runAgain(p, sequence, from, now);
    this.#upset.clear();
  }

  /** Finds the completions from an instant on again; those before it stand where they are all kept. */
  #runAgain(p: Profile, sequence: SequencePlan, upsetAt: Instant, now: Instant): void {
    const { completions } = sequence;
    for (const group of completions.groups) {
      for (const threshold of group.thresholds) this.#marks.markAll(threshold.units);
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
    stepsInOrder(p, sequence, decidingAfter(p, sequence, from), takeStep);
    finish(now);
    const oldest = completions.oldest(p, now);
    for (const time of done) if (time >= from) insertEvent(p, completions, time, '', NOTHING, oldest);
    p.arm(sequence.timer, sequence.runOf(p).nextCompletion());
    const o = findRing(p, completions.id);
    if (o >= 0) for (const group of completions.groups) p.arm(group.timer, group.next(p, o, now));
    for (const atom of completions.atoms) this.#marks.touch(atom);
  }

  /** Runs all sequences again, over all that is kept. */
  rerunAll(p: Profile, sequences: readonly SequencePlan[], now: Instant): void {
    for (const sequence of sequences) this.#upset.set(sequence, -NEVER);
    this.rerun(p, now);
  }
}

/**
 * After which instant kept events decide what is completed from another on: as far back as events can reach, and of short
 * sequences no further than they do. An event of the final `no` ends all waits before it; a second step asks for the latest
 * first step before it.
 */
function decidingAfter(p: Profile, sequence: SequencePlan, from: Instant): Instant {
  const { shape, absentStream, stepStreams, reachMs } = sequence;
  const farthest = from - reachMs - 1;
  const [first, second, third] = stepStreams;
  if (shape.hasKey || first === undefined || third !== undefined) return farthest;
  const since = absentStream === undefined ? from : lastBefore(p, absentStream, from);
  const begun = second === undefined ? since : lastBefore(p, first, since);
  return Math.max(farthest, begun - 1);
}

/** Time of the last kept event of a stream before an instant; −NEVER where there is none. */
function lastBefore(p: Profile, stream: StreamPlan, t: Instant): Instant {
  const o = findRing(p, stream.id);
  const i = o < 0 ? 0 : lowerBound(p, stream, o, t);
  return i === 0 ? -NEVER : timeAt(p, stream, o, i - 1);
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

function valueOf(p: Profile, stream: StreamPlan, i: number, path: readonly string[]): RuleValue {
  const o = findRing(p, stream.id);
  const key = JSON.stringify(path);
  const column = stream.values.findIndex((v) => JSON.stringify(v) === key);
  return p.rich?.get(stream.id)?.columns[column]?.[physical(p, o, i)];
}

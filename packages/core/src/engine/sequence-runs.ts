/**
 * Sequences as small automata, one run per customer.
 *
 * For every step k and value of the `on` property, a run keeps the latest time at which steps 0…k had been completed
 * in order. The latest is all it needs: a later predecessor satisfies every `within` that an earlier one does. Because
 * a step must come strictly later, the latest *different* time before it is kept too, for events that share an instant.
 * An event that completes the last step at time e is a completion at e. With `no E within W` at the end, completing the
 * steps at r starts a wait: an E in (r, r + W) ends it, else it is a completion at r + W.
 *
 * Completions form a stream of their own, on which the rule's window is asked as for any other stream. Events must come
 * in order of time; when one is late the run is made anew from the kept events.
 *
 * Runs without `on` are records among the customer's numbers; `PlainRun` is a view of one, used again and again.
 */

import type { Instant } from '../model/message.ts';
import { elementsOf, valueKey } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import { NEVER, type Profile } from './profile.ts';
import { addRecord, dropRecord, findRecord, resizeRecord, sequenceKey, sizeOf } from './records.ts';

export type SequenceShape = {
  /** Exclusive upper bound of the gap before each step, in ms; NEVER where there is none. The first is unused. */
  readonly within: readonly number[];
  /** Ms of the final `no … within`; undefined when there is none. */
  readonly absentMs: number | undefined;
  readonly hasKey: boolean;
};

export interface SequenceRun {
  /** Time of the latest event taken; earlier ones are late. */
  readonly lastTime: Instant;
  /** The latest wait that completed: an event before it would have come too late to prevent that. */
  readonly lastCompletion: Instant;
  /** The instant at which the earliest wait completes; NEVER when nobody waits. */
  nextCompletion(): Instant;
  /** Ends waits that complete at or before t, earliest first. */
  takeCompletion(t: Instant): Instant | undefined;
  /** An event that matches step `step`; true when it completes the sequence. Steps of one event: last step first. */
  takeStep(step: number, time: Instant, on: RuleValue): boolean;
  /** An event that matches the final `no`: waits that began before it are over. */
  takeAbsent(time: Instant, on: RuleValue): void;
}

const LAST_TIME = 2;
const LAST_COMPLETION = 3;
const WAITS = 4;
/** Where the instants of a record begin, and the number of its waits. */
export const RUN_TIMES: number = LAST_TIME;
export const RUN_WAITS: number = WAITS;
/** Then latest and before for each step but the last, then the starts of waits. */
const STEPS = 5;
const WAITS_GROWTH = 2;

/** Where a record's waits begin. */
export function waitsAtOf({ within }: SequenceShape): number {
  return STEPS + 2 * (within.length - 1);
}

/** [ key, size, last time, last completion, number of waits, (latest, before) × steps, start of wait × capacity ] */
export class PlainRun implements SequenceRun {
  readonly #shape: SequenceShape;
  readonly #key: number;
  readonly #waitsAt: number;
  #p: Profile | undefined = undefined;
  #o = -1;

  constructor(shape: SequenceShape, timer: number) {
    this.#shape = shape;
    this.#key = sequenceKey(timer);
    this.#waitsAt = waitsAtOf(shape);
  }

  /** Looks at a customer's run, which is made when there is none. Valid until another record of theirs is added. */
  of(p: Profile): this {
    this.#p = p;
    this.#o = findRecord(p, this.#key);
    if (this.#o < 0) {
      this.#o = addRecord(p, this.#key, this.#waitsAt + (this.#shape.absentMs === undefined ? 0 : 1));
      p.data[this.#o + LAST_TIME] = -NEVER;
      p.data[this.#o + LAST_COMPLETION] = -NEVER;
      for (let i = STEPS; i < this.#waitsAt; i++) p.data[this.#o + i] = -NEVER;
    }
    return this;
  }

  forget(p: Profile): void {
    const o = findRecord(p, this.#key);
    if (o >= 0) dropRecord(p, o);
  }

  get lastTime(): Instant {
    return this.#read(LAST_TIME);
  }

  get lastCompletion(): Instant {
    return this.#read(LAST_COMPLETION);
  }

  nextCompletion(): Instant {
    return this.#read(WAITS) === 0 ? NEVER : this.#read(this.#waitsAt) + (this.#shape.absentMs as number);
  }

  takeCompletion(t: Instant): Instant | undefined {
    const next = this.nextCompletion();
    if (next > t) return undefined;
    const n = this.#read(WAITS);
    for (let i = 1; i < n; i++) this.#write(this.#waitsAt + i - 1, this.#read(this.#waitsAt + i));
    this.#write(WAITS, n - 1);
    this.#write(LAST_COMPLETION, next);
    return next;
  }

  takeStep(step: number, time: Instant): boolean {
    this.#write(LAST_TIME, time);
    const { within, absentMs } = this.#shape;
    if (step > 0) {
      const latest = this.#read(STEPS + step * 2 - 2);
      const before = latest < time ? latest : this.#read(STEPS + step * 2 - 1);
      if (time - before >= (within[step] as number)) return false;
    }
    if (step + 1 === within.length) {
      if (absentMs === undefined) return true;
      this.#wait(time);
      return false;
    }
    const at = STEPS + step * 2;
    const latest = this.#read(at);
    if (time > latest) {
      this.#write(at + 1, latest);
      this.#write(at, time);
    }
    return false;
  }

  takeAbsent(time: Instant): void {
    this.#write(LAST_TIME, time);
    const n = this.#read(WAITS);
    let kept = 0;
    for (let i = 0; i < n; i++) {
      const start = this.#read(this.#waitsAt + i);
      if (start >= time) this.#write(this.#waitsAt + kept++, start);
    }
    this.#write(WAITS, kept);
  }

  #wait(time: Instant): void {
    const p = this.#p as Profile;
    const n = this.#read(WAITS);
    if (n > 0 && this.#read(this.#waitsAt + n - 1) === time) return;
    if (this.#waitsAt + n === sizeOf(p, this.#o)) {
      this.#o = resizeRecord(p, this.#o, this.#waitsAt + n + WAITS_GROWTH);
    }
    this.#write(this.#waitsAt + n, time);
    this.#write(WAITS, n + 1);
  }

  #read(slot: number): number {
    return (this.#p as Profile).data[this.#o + slot] as number;
  }

  #write(slot: number, value: number): void {
    (this.#p as Profile).data[this.#o + slot] = value;
  }
}

/** Latest time and the latest different one before it. */
type Reached = { latest: Instant; before: Instant };

const PRUNE_AT = 64;

/** A run with `on`. */
export class KeyedRun implements SequenceRun {
  readonly #shape: SequenceShape;
  /** Latest times by value, per step but the last. */
  readonly #reached: readonly Map<string, Reached>[];
  #waits: { readonly start: Instant; readonly key: string }[] = [];
  lastTime: Instant = -NEVER;
  lastCompletion: Instant = -NEVER;
  #pruneAt = PRUNE_AT;

  constructor(shape: SequenceShape, reached?: readonly Map<string, Reached>[]) {
    this.#shape = shape;
    this.#reached =
      reached ?? Array.from({ length: shape.within.length - 1 }, () => new Map<string, Reached>());
  }

  /** A copy that time may pass for. It is not to take events: values reached, which time does not change, are shared. */
  copyForTime(): KeyedRun {
    const copy = new KeyedRun(this.#shape, this.#reached);
    copy.#waits = this.#waits.slice();
    copy.lastTime = this.lastTime;
    copy.lastCompletion = this.lastCompletion;
    copy.#pruneAt = this.#pruneAt;
    return copy;
  }

  nextCompletion(): Instant {
    const first = this.#waits[0];
    return first === undefined ? NEVER : first.start + (this.#shape.absentMs as number);
  }

  takeCompletion(t: Instant): Instant | undefined {
    const next = this.nextCompletion();
    if (next > t) return undefined;
    this.#waits.shift();
    this.lastCompletion = next;
    return next;
  }

  takeStep(step: number, time: Instant, on: RuleValue): boolean {
    this.lastTime = time;
    let completed = false;
    for (const key of keysOf(on)) {
      if (step > 0 && !this.#follows(step, time, key)) continue;
      if (step < this.#reached.length) this.#reach(step, time, key);
      else if (this.#shape.absentMs === undefined) completed = true;
      else if (!this.#waits.some((w) => w.start === time && w.key === key)) {
        this.#waits.push({ start: time, key });
      }
    }
    return completed;
  }

  takeAbsent(time: Instant, on: RuleValue): void {
    this.lastTime = time;
    if (this.#waits.length === 0) return;
    const keys = keysOf(on);
    this.#waits = this.#waits.filter(({ start, key }) => start >= time || !keys.has(key));
  }

  #follows(step: number, time: Instant, key: string): boolean {
    const reached = this.#reached[step - 1]?.get(key);
    if (reached === undefined) return false;
    const latest = reached.latest < time ? reached.latest : reached.before;
    return time - latest < (this.#shape.within[step] as number);
  }

  #reach(step: number, time: Instant, key: string): void {
    const times = this.#reached[step] as Map<string, Reached>;
    const reached = times.get(key);
    if (reached === undefined) {
      times.set(key, { latest: time, before: -NEVER });
      if (times.size >= this.#pruneAt) this.#prune(time);
    } else if (time > reached.latest) {
      reached.before = reached.latest;
      reached.latest = time;
    }
  }

  /** Forgets values whose next step could only come too late. */
  #prune(time: Instant): void {
    let largest = 0;
    this.#reached.forEach((times, step) => {
      const within = this.#shape.within[step + 1] as number;
      for (const [key, { latest }] of times) if (time - latest >= within) times.delete(key);
      largest = Math.max(largest, times.size);
    });
    this.#pruneAt = Math.max(PRUNE_AT, largest * 2);
  }
}

function keysOf(on: RuleValue): ReadonlySet<string> {
  return new Set(elementsOf(on).map(valueKey));
}

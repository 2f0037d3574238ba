/**
 * The plan: all definitions compiled into what an event, a fact or an instant touches.
 *
 * Rules share. Two rules that count the same events read one stream; two that compare the same count with different
 * numbers share a group of thresholds. An event goes: name → streams that match it → groups whose value crossed a
 * threshold → units whose answer may have changed. What is not touched costs nothing.
 *
 * A unit is something with an answer per customer: a segment, the operand of a `for` (tracked: the instants of its
 * flips are kept), or a lifecycle. Units are numbered so that a unit comes after all that it refers to.
 */

import type { Instant } from '../model/message.ts';
import type { Condition, EventSource, Path } from '../rules/tree.ts';
import { KeyedRun, PlainRun, type SequenceRun, type SequenceShape } from './sequence-runs.ts';
import {
  findRing,
  HEADER_SLOTS,
  sumBetween,
  timeAt,
  TOTALS_SLOTS,
  trimmedCount,
  upperBound,
} from './rings.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';
import { nextMove, type WindowPlan } from './windows.ts';

/** A yes/no question about a customer as of t; pure. */
export type Test = (p: Profile, t: Instant) => boolean;

export type NumberColumn = {
  /** Sums of the property's numbers, or how many numbers there were. */
  readonly kind: 'sum' | 'numeric_count';
  readonly path: Path;
  /** Some customer has had a negative number here: sums may rise when an event leaves. */
  hasNegative: boolean;
};

export class StreamPlan {
  id: number;
  /** Undefined for the completions of a sequence. */
  readonly source: EventSource | undefined;
  readonly where: Condition | undefined;
  readonly columns: NumberColumn[] = [];
  readonly values: Path[] = [];
  /** Ties between events are decided by messageId somewhere. */
  keepsIds: boolean = false;
  /** Some rule asks over all time what totals can answer. */
  keepsTotals: boolean = false;
  keepsLast: boolean = false;
  /** Some view needs the rich ring though no value is kept. */
  hasViews: boolean = false;
  readonly groups: ThresholdGroup[] = [];
  /** Other questions that read the stream. */
  readonly atoms: Atom[] = [];
  readonly steps: { readonly sequence: SequencePlan; readonly step: number }[] = [];
  /** Tracked units that read the stream, ascending. */
  trackedReaders: number[] = [];

  #keepsAll = false;
  #spanMs = 0;
  readonly #windows: { readonly window: WindowPlan; readonly extraMs: number }[] = [];

  constructor(id: number, source: EventSource | undefined, where: Condition | undefined) {
    this.id = id;
    this.source = source;
    this.where = where;
  }

  get isRich(): boolean {
    return this.keepsIds || this.hasViews || this.values.length > 0;
  }
  /** Slot of the first base sum within a record. */
  get basesAt(): number {
    return HEADER_SLOTS + (this.keepsTotals ? TOTALS_SLOTS : 0);
  }
  timesAt = 0;

  /** Is found under another number from now on: for plans that are only asked. */
  renumber(id: number): void {
    this.id = id;
  }

  /** Has everything in records at the place where the other has it, before any rule asks for anything. */
  layOutLike(other: StreamPlan): void {
    this.columns.push(...other.columns.map((column) => ({ ...column })));
    this.values.push(...other.values);
    this.keepsIds = other.keepsIds;
    this.keepsTotals = other.keepsTotals;
    this.hasViews = other.hasViews;
  }

  /** Fixes the layout of records; called once, when all rules have been compiled. */
  settle(): void {
    this.timesAt = this.basesAt + this.columns.length;
    this.trackedReaders = [...new Set(this.trackedReaders)].sort((a, b) => a - b);
  }

  /** A rule needs the events that `window` sees, and those it saw up to `extraMs` ago (Infinity: ever). */
  need(window: WindowPlan, extraMs: number): void {
    if (window.all || extraMs === NEVER) this.#keepsAll = true;
    else if (window.spanMs !== undefined) this.#spanMs = Math.max(this.#spanMs, window.spanMs + extraMs);
    else if (!this.#windows.some((w) => w.window === window && w.extraMs >= extraMs)) {
      this.#windows.push({ window, extraMs });
    }
  }

  needAll(): void {
    this.#keepsAll = true;
  }
  needSpan(ms: number): void {
    this.#spanMs = Math.max(this.#spanMs, ms);
  }

  /** Whether what is kept here is all that `other` has to keep. `keyOf` says what a window is, in any plan. */
  keepsAsFarBack(other: StreamPlan, keyOf: (window: WindowPlan) => string | undefined): boolean {
    if (this.#keepsAll) return true;
    if ((other.keepsTotals && !this.keepsTotals) || (other.keepsLast && !this.keepsLast)) return false;
    if (other.#keepsAll || other.#spanMs > this.#spanMs) return false;
    return other.#windows.every(({ window, extraMs }) =>
      this.#windows.some((w) => keyOf(w.window) === keyOf(window) && w.extraMs >= extraMs),
    );
  }

  /** Events up to this instant are not needed to begin to keep it at `t`; −Infinity: all are. */
  reach(t: Instant): Instant {
    const oldest = this.keepsTotals || this.keepsLast ? -NEVER : this.oldest(undefined, t);
    return oldest <= -NEVER ? -Infinity : oldest;
  }

  /** Events at or before this instant are of no use beyond totals any more; without a customer, whoever it is. */
  oldest(p: Profile | undefined, t: Instant): Instant {
    if (this.#keepsAll) return -NEVER;
    let oldest = t - this.#spanMs;
    for (const { window, extraMs } of this.#windows) {
      oldest = Math.min(oldest, window.oldest(p, t - extraMs));
    }
    return oldest;
  }
}

/** How far back windows reach that rules look through; those over all time are left out. */
export function windowsReach(streams: readonly StreamPlan[], now: Instant): Instant {
  const reaches = streams
    .filter(({ source }) => source !== undefined)
    .map((stream) => stream.oldest(undefined, now));
  return Math.min(now, ...reaches.filter((reach) => reach > -NEVER));
}

/** Something that a timer wakes: looks again at what has changed by time. */
export type Timed = ThresholdGroup | Atom | SequencePlan | FutureTimer;

/** Wakes a customer for messages dated ahead. */
export type FutureTimer = { readonly kind: 'future' };

/**
 * A question that is not a threshold on a count or sum. It keeps no state: when something that it reads is touched,
 * its units are evaluated anew.
 */
export class Atom {
  readonly kind = 'atom' as const;
  readonly timer: number;
  readonly units: number[] = [];
  /** The next instant after t at which its answer may change by time alone; NEVER when it cannot. */
  readonly next: (p: Profile, t: Instant) => Instant;
  /** It asks where a value stands among all customers that moves with time by itself. */
  readonly standingMoves: boolean;

  constructor(timer: number, next: (p: Profile, t: Instant) => Instant, standingMoves: boolean) {
    this.timer = timer;
    this.next = next;
    this.standingMoves = standingMoves;
  }
}

/** True when the value is ≥ `at` (inclusive) or > `at`. */
export type Threshold = { readonly at: number; readonly inclusive: boolean; readonly units: number[] };

/** All thresholds on one count or sum over one window, in ascending order: those that hold come first. */
export class ThresholdGroup {
  readonly kind = 'group' as const;
  readonly timer: number;
  readonly stream: StreamPlan;
  readonly window: WindowPlan;
  /** Column to sum, or −1 to count. */
  readonly column: number;
  readonly thresholds: Threshold[] = [];

  /** Length of a `last` window, NEVER for all time, −1 for the other kinds: the common ones go a short way. */
  readonly #slidingMs: number;

  constructor(timer: number, stream: StreamPlan, window: WindowPlan, column: number) {
    this.timer = timer;
    this.stream = stream;
    this.window = window;
    this.column = column;
    this.#slidingMs = window.all ? NEVER : window.delayed ? -1 : (window.spanMs ?? -1);
  }

  threshold(at: number, inclusive: boolean): Threshold {
    const thresholds = this.thresholds;
    let i = 0;
    while (i < thresholds.length && comesBefore(thresholds[i] as Threshold, at, inclusive)) i++;
    const found = thresholds[i];
    if (found?.at === at && found.inclusive === inclusive) return found;
    const made: Threshold = { at, inclusive, units: [] };
    thresholds.splice(i, 0, made);
    return made;
  }

  /** The count or sum as of t. */
  value(p: Profile, t: Instant): number {
    const o = findRing(p, this.stream.id);
    return o < 0 ? 0 : this.valueAt(p, o, t);
  }

  valueAt(p: Profile, o: number, t: Instant): number {
    const { stream, window, column } = this;
    if (column < 0 && this.#slidingMs >= 0) {
      const n = upperBound(p, stream, o, t);
      return this.#slidingMs === NEVER
        ? n + (stream.keepsTotals ? trimmedCount(p, o) : 0)
        : n - upperBound(p, stream, o, t - this.#slidingMs);
    }
    const lo = window.lo(p, stream, o, t);
    const hi = window.hi(p, stream, o, t);
    if (column >= 0) return sumBetween(p, stream, o, column, lo, hi, window.all);
    return hi - lo + (window.all && stream.keepsTotals ? trimmedCount(p, o) : 0);
  }

  /** Whether an event that happened at `time` counts as of t. */
  contains(p: Profile, time: Instant, t: Instant): boolean {
    const span = this.#slidingMs;
    return span >= 0 ? time > t - span : this.window.contains(p, time, t);
  }

  /** How many thresholds hold for a value. */
  position(value: number): number {
    const thresholds = this.thresholds;
    let lo = 0;
    let hi = thresholds.length;
    while (lo < hi) {
      const mid = (lo + hi) >>> 1;
      const { at, inclusive } = thresholds[mid] as Threshold;
      if (inclusive ? value >= at : value > at) lo = mid + 1;
      else hi = mid;
    }
    return lo;
  }

  /** The next instant at which a threshold may be crossed by time alone. */
  next(p: Profile, o: number, t: Instant): Instant {
    const { stream, window } = this;
    if (window.all) return NEVER;
    if (this.isRestless) return nextMove(p, stream, o, window, t);
    const isPlain = this.#slidingMs >= 0;
    const hi = isPlain ? upperBound(p, stream, o, t) : window.hi(p, stream, o, t);
    const lo = isPlain ? upperBound(p, stream, o, t - this.#slidingMs) : window.lo(p, stream, o, t);
    if (lo === hi) return NEVER;
    const value = this.column < 0 ? hi - lo : sumBetween(p, stream, o, this.column, lo, hi, false);
    const holding = this.position(value);
    if (holding === 0) return NEVER;
    const highest = this.thresholds[holding - 1] as Threshold;
    const i = this.column < 0 ? this.#lastNeeded(highest, hi) : this.#lastSparable(p, o, lo, hi, highest);
    return i < lo ? NEVER : window.exitOf(timeAt(p, stream, o, i));
  }

  /** Time may raise the value too, so every move of the window counts. */
  get isRestless(): boolean {
    return this.window.delayed || (this.column >= 0 && this.#mayRise() && !this.window.all);
  }

  #mayRise(): boolean {
    return (this.stream.columns[this.column] as NumberColumn).hasNegative;
  }

  /** Position of the event whose leaving takes the count below the threshold. */
  #lastNeeded(threshold: Threshold, hi: number): number {
    const least = threshold.inclusive ? Math.ceil(threshold.at) : Math.floor(threshold.at) + 1;
    return hi - Math.max(least, 0) < hi ? hi - least : -1;
  }

  /** As above for a sum of numbers none of which is negative: the first event whose leaving breaks the threshold. */
  #lastSparable(p: Profile, o: number, lo: number, hi: number, threshold: Threshold): number {
    let a = lo;
    let b = hi;
    while (a < b) {
      const mid = (a + b) >>> 1;
      const value = sumBetween(p, this.stream, o, this.column, mid + 1, hi, false);
      const holds = threshold.inclusive ? value >= threshold.at : value > threshold.at;
      if (holds) a = mid + 1;
      else b = mid;
    }
    return a < hi ? a : -1;
  }
}

function comesBefore(threshold: Threshold, at: number, inclusive: boolean): boolean {
  return threshold.at < at || (threshold.at === at && threshold.inclusive && !inclusive);
}

/** The last step of a sequence, for `StreamPlan.steps`. */
export const ABSENT_STEP = -1;

export class SequencePlan {
  readonly kind = 'sequence' as const;
  readonly timer: number;
  readonly shape: SequenceShape;
  readonly completions: StreamPlan;
  /** Streams of the steps in order, and of the final `no` if there is one. */
  readonly stepStreams: readonly StreamPlan[];
  readonly absentStream: StreamPlan | undefined;
  readonly on: Path | undefined;
  readonly #plain: PlainRun | undefined;

  constructor(
    timer: number,
    shape: SequenceShape,
    completions: StreamPlan,
    stepStreams: readonly StreamPlan[],
    absentStream: StreamPlan | undefined,
    on: Path | undefined,
  ) {
    this.timer = timer;
    this.shape = shape;
    this.completions = completions;
    this.stepStreams = stepStreams;
    this.absentStream = absentStream;
    this.on = on;
    this.reachMs = shape.within.reduce((sum, ms, step) => sum + (step === 0 ? 0 : ms), shape.absentMs ?? 0);
    this.#plain = shape.hasKey ? undefined : new PlainRun(shape, timer);
  }

  /** How far back an event can reach: what is older has no part in completions from now on. NEVER without `within`. */
  readonly reachMs: number;

  /** The customer's run, which is made when there is none. Valid until another record of theirs is added. */
  runOf(p: Profile): SequenceRun {
    if (this.#plain !== undefined) return this.#plain.of(p);
    p.sequences ??= new Map();
    let run = p.sequences.get(this.timer);
    if (run === undefined) {
      run = new KeyedRun(this.shape);
      p.sequences.set(this.timer, run);
    }
    return run;
  }

  forgetRun(p: Profile): void {
    this.#plain?.forget(p);
    p.sequences?.delete(this.timer);
  }
}

/** What a tracked unit's answer rests on; to find the instants of its flips again. */
export type Reads = {
  readonly streams: readonly StreamPlan[];
  readonly facts: readonly string[];
  readonly atoms: readonly Atom[];
  readonly groups: readonly ThresholdGroup[];
  readonly tracked: readonly TrackedUnit[];
  readonly populations: readonly string[];
};

type UnitBase = {
  id: number;
  /** Units whose answer may change with this one's. */
  readonly dependents: number[];
  /** Questions whose next instant may change with this unit's answer. */
  readonly dependentAtoms: Atom[];
};

export type SegmentUnit = UnitBase & {
  readonly kind: 'segment';
  readonly name: string;
  readonly version: number;
  readonly test: Test;
  /** The answer for a customer of whom nothing is known. */
  byDefault: boolean;
};

export type TrackedUnit = UnitBase & {
  readonly kind: 'tracked';
  readonly test: Test;
  byDefault: boolean;
  readonly reads: Reads;
  /** How far back flips matter; Infinity: for ever. */
  readonly horizonMs: number;
};

export type LifecycleUnit = UnitBase & {
  readonly kind: 'lifecycle';
  readonly name: string;
  readonly stages: readonly { readonly name: string; readonly test: Test }[];
};

export type Unit = SegmentUnit | TrackedUnit | LifecycleUnit;

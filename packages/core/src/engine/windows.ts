/**
 * Windows over a stream's events: which positions they cover at an instant, and when that changes by time alone.
 *
 * A window is a pure function of the customer's kept events and an instant: nothing is stored for it. So it can be
 * asked about any past instant too, as long as the events that it would see then are still kept.
 *
 * Every event has at most one instant at which it comes into a window by time (`entryOf`, only `ago` windows) and
 * one at which it goes (`exitOf`); in between nothing moves. That is what keeps time free until it is due.
 */

import type { Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { durationMs } from '../rules/semantics.ts';
import type { CalendarUnit, Window } from '../rules/tree.ts';
import type { StreamPlan } from './plan.ts';
import { findRing, lengthOf, lowerBound, timeAt, upperBound } from './rings.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';

export interface WindowPlan {
  /** Over all time: totals of trimmed events count too. */
  readonly all: boolean;
  /** Events come in by time, some while after they happened. */
  readonly delayed: boolean;
  /** Length of a window that slides with time; undefined for others. */
  readonly spanMs: number | undefined;
  /** Position of the first event inside, as of t. */
  lo(p: Profile, stream: StreamPlan, o: number, t: Instant): number;
  /** Position after the last event inside, as of t. */
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number;
  /** Whether an event at `time` ≤ t is inside as of t. */
  contains(p: Profile, time: Instant, t: Instant): boolean;
  /** The instant at which an event comes in. */
  entryOf(time: Instant): Instant;
  /** The instant at which an event goes; NEVER where none does. */
  exitOf(time: Instant): Instant;
  /** Events at or before this are outside as of t, and for good; without a customer, whoever it is. */
  oldest(p: Profile | undefined, t: Instant): Instant;
}

class AllTime implements WindowPlan {
  readonly all = true;
  readonly delayed = false;
  readonly spanMs = undefined;
  lo(): number {
    return 0;
  }
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t);
  }
  contains(): boolean {
    return true;
  }
  entryOf(time: Instant): Instant {
    return time;
  }
  exitOf(): Instant {
    return NEVER;
  }
  oldest(): Instant {
    return -NEVER;
  }
}

class Last implements WindowPlan {
  readonly all = false;
  readonly delayed = false;
  readonly spanMs: number;
  readonly #ms: number;
  constructor(ms: number) {
    this.#ms = ms;
    this.spanMs = ms;
  }
  lo(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t - this.#ms);
  }
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t);
  }
  contains(_p: Profile, time: Instant, t: Instant): boolean {
    return time > t - this.#ms;
  }
  entryOf(time: Instant): Instant {
    return time;
  }
  exitOf(time: Instant): Instant {
    return time + this.#ms;
  }
  oldest(_p: Profile, t: Instant): Instant {
    return t - this.#ms;
  }
}

class Ago implements WindowPlan {
  readonly all = false;
  readonly delayed = true;
  readonly spanMs: number;
  readonly #from: number;
  readonly #to: number;
  constructor(from: number, to: number) {
    this.spanMs = from;
    this.#from = from;
    this.#to = to;
  }
  lo(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t - this.#from);
  }
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t - this.#to);
  }
  contains(_p: Profile, time: Instant, t: Instant): boolean {
    return time > t - this.#from && time <= t - this.#to;
  }
  entryOf(time: Instant): Instant {
    return time + this.#to;
  }
  exitOf(time: Instant): Instant {
    return time + this.#from;
  }
  oldest(_p: Profile, t: Instant): Instant {
    return t - this.#from;
  }
}

class Calendar implements WindowPlan {
  readonly all = false;
  readonly delayed = false;
  readonly spanMs = undefined;
  readonly #zone: Zone;
  readonly #n: number;
  readonly #unit: CalendarUnit;
  constructor(zone: Zone, n: number, unit: CalendarUnit) {
    this.#zone = zone;
    this.#n = n;
    this.#unit = unit;
  }
  lo(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return lowerBound(p, stream, o, this.#zone.windowStart(t, this.#n, this.#unit));
  }
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t);
  }
  contains(_p: Profile, time: Instant, t: Instant): boolean {
    return time >= this.#zone.windowStart(t, this.#n, this.#unit);
  }
  entryOf(time: Instant): Instant {
    return time;
  }
  exitOf(time: Instant): Instant {
    return this.#zone.windowEnd(time, this.#n, this.#unit);
  }
  oldest(_p: Profile, t: Instant): Instant {
    return this.#zone.windowStart(t, this.#n, this.#unit) - 1;
  }
}

/** `since D`, `before D`, `from D to D`: from ≤ e < to. */
class Absolute implements WindowPlan {
  readonly all = false;
  readonly delayed = false;
  readonly spanMs = undefined;
  readonly #from: Instant;
  readonly #to: Instant;
  constructor(from: Instant, to: Instant) {
    this.#from = from;
    this.#to = to;
  }
  lo(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return Math.min(lowerBound(p, stream, o, this.#from), this.hi(p, stream, o, t));
  }
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, Math.min(t, this.#to - 1));
  }
  contains(_p: Profile, time: Instant): boolean {
    return time >= this.#from && time < this.#to;
  }
  entryOf(time: Instant): Instant {
    return time;
  }
  exitOf(): Instant {
    return NEVER;
  }
  oldest(): Instant {
    return this.#from - 1;
  }
}

/** `after last E2`. */
class AfterLast implements WindowPlan {
  readonly all = false;
  readonly delayed = false;
  readonly spanMs = undefined;
  readonly #other: StreamPlan;
  constructor(other: StreamPlan) {
    this.#other = other;
  }
  /** Time of the most recent E2 as of t; NEVER when there was none. */
  #mark(p: Profile, t: Instant): Instant {
    const o = findRing(p, this.#other.id);
    if (o < 0) return NEVER;
    const n = upperBound(p, this.#other, o, t);
    return n === 0 ? NEVER : timeAt(p, this.#other, o, n - 1);
  }
  lo(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return Math.min(upperBound(p, stream, o, this.#mark(p, t)), this.hi(p, stream, o, t));
  }
  hi(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
    return upperBound(p, stream, o, t);
  }
  contains(p: Profile, time: Instant, t: Instant): boolean {
    return time > this.#mark(p, t);
  }
  entryOf(time: Instant): Instant {
    return time;
  }
  exitOf(): Instant {
    return NEVER;
  }
  oldest(p: Profile | undefined, t: Instant): Instant {
    if (p === undefined) return -NEVER;
    // Until there is an E2 nothing is inside, but a late E2 may yet let all events in.
    const mark = this.#mark(p, t);
    return mark === NEVER ? -NEVER : mark;
  }
}

const allTime = new AllTime();

/** `other` finds the stream of an `after last` window. */
export function planWindow(
  window: Window | undefined,
  zone: Zone,
  other: (window: Window & { kind: 'after_last' }) => StreamPlan,
): WindowPlan {
  if (window === undefined) return allTime;
  const dateOf = (text: string): Instant => zone.parseInstant(text) ?? NEVER;
  switch (window.kind) {
    case 'last':
      return new Last(durationMs(window.duration));
    case 'ago':
      return new Ago(durationMs(window.from), durationMs(window.to));
    case 'calendar':
      return new Calendar(zone, window.n, window.unit);
    case 'since':
      return new Absolute(dateOf(window.from.text), NEVER);
    case 'before':
      return new Absolute(-NEVER, dateOf(window.to.text));
    case 'between':
      return new Absolute(dateOf(window.from.text), dateOf(window.to.text));
    case 'after_last':
      return new AfterLast(other(window));
  }
}

/** The next instant after t at which the window's contents change by time alone. */
export function nextMove(p: Profile, stream: StreamPlan, o: number, window: WindowPlan, t: Instant): Instant {
  const lo = window.lo(p, stream, o, t);
  const hi = window.hi(p, stream, o, t);
  let next = NEVER;
  if (lo < hi) next = window.exitOf(timeAt(p, stream, o, lo));
  if (window.delayed && hi < lengthOf(p, o)) next = Math.min(next, window.entryOf(timeAt(p, stream, o, hi)));
  return next > t ? next : NEVER;
}

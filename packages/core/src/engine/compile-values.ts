/**
 * Values of rules compiled to plans (see value-plan.ts), one function per kind. Each notes in the context what it
 * reads, and tells the streams what they have to keep.
 */

import { defined } from '../base/assert.ts';
import { roundSignificant } from '../base/decimal.ts';
import type { Instant } from '../model/message.ts';
import { arithmetic, duration, isPresent, literalValue, readPath, toInstant } from '../rules/semantics.ts';
import type { AggregateFunction, EventPattern, Path, Value, Window } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { compilePercentile, compileQuintile, compileRfm } from './compile-standing.ts';
import type { Compiler } from './compiler.ts';
import { scoreKey, traitKey } from './facts.ts';
import type { StreamPlan } from './plan.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';
import {
  findRing,
  lengthOf,
  physical,
  richOf,
  sumBetween,
  timeAt,
  trimmedCount,
  trimmedFirst,
} from './rings.ts';
import type { Context } from './scope.ts';
import { SlidingView, type ViewKind } from './sliding-view.ts';
import { flipAt, flipsUntil } from './tracked.ts';
import { magnitude, never, still, type ValuePlan } from './value-plan.ts';
import { nextMove, type WindowPlan } from './windows.ts';

export function compileValue(c: Compiler, x: Context, value: Value): ValuePlan {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration': {
      const constant = literalValue(value, c.zone);
      return { get: () => constant, next: never, slope: still };
    }
    case 'trait':
      return compileTrait(c, x, value.path);
    case 'property':
      throw new Error('Invariant broken: a property outside where');
    case 'count':
      return compileCount(c, x, value.events, value.window);
    case 'aggregate':
      return compileAggregate(c, x, value.fn, value.property, value.events, value.window);
    case 'days':
      return compileView(c, x, 'days', undefined, value.events, value.window);
    case 'age_of_event':
      x.moves = true;
      return compileAgeOfEvent(c, x, value.which, value.events, value.window);
    case 'age':
      x.moves = true;
      return compileAge(c, compileValue(c, x, value.of), 1);
    case 'until':
      x.moves = true;
      return compileAge(c, compileValue(c, x, value.of), -1);
    case 'age_in_segment':
      x.moves = true;
      return compileAgeInSegment(c, x, value.segment, value.change === 'entered' ? 1 : 0);
    case 'days_until_anniversary':
      return compileAnniversary(c, compileValue(c, x, value.of));
    case 'percentile':
      return compilePercentile(c, x, JSON.stringify(value.of), compileValue(c, x, value.of));
    case 'quintile':
      return compileQuintile(c, x, JSON.stringify(value.of), compileValue(c, x, value.of));
    case 'rfm':
      return compileRfm(c, x, value.part, c.rfmModel(value.model ?? 'default'));
    case 'stage':
      return c.stageValue(value.lifecycle, x);
    case 'score': {
      const key = scoreKey(value.name);
      c.readFact(x, key);
      return { get: (p, t) => p.fact(key)?.at(t) as RuleValue, next: never, slope: still };
    }
    case 'coalesce':
      return compileCoalesce(value.values.map((v) => compileValue(c, x, v)));
    case 'arithmetic':
      return compileArithmetic(c, x, value);
  }
}

function compileTrait(c: Compiler, x: Context, path: Path): ValuePlan {
  const root = defined(path[0], 'the root of a path');
  const key = traitKey(root);
  c.readFact(x, key);
  return {
    get: (p, t) => {
      const json = p.fact(key)?.at(t);
      return json === undefined ? undefined : readPath({ [root]: json }, path);
    },
    next: never,
    slope: still,
  };
}

/** A window's stream and positions, and `next` for values that change only when the window moves. */
function over(
  c: Compiler,
  x: Context,
  events: EventPattern,
  window: Window | undefined,
): {
  readonly stream: StreamPlan;
  readonly plan: WindowPlan;
  readonly next: (p: Profile, t: Instant) => Instant;
} {
  const stream = c.stream(events);
  const plan = c.window(window, x);
  c.readStream(x, stream);
  const next = (p: Profile, t: Instant): Instant => {
    const o = findRing(p, stream.id);
    return o < 0 ? NEVER : nextMove(p, stream, o, plan, t);
  };
  return { stream, plan, next };
}

function compileCount(c: Compiler, x: Context, events: EventPattern, window: Window | undefined): ValuePlan {
  const { stream, plan, next } = over(c, x, events, window);
  c.needTotalsOr(stream, plan, x);
  return {
    get: (p, t) => {
      const o = findRing(p, stream.id);
      if (o < 0) return 0;
      const kept = plan.hi(p, stream, o, t) - plan.lo(p, stream, o, t);
      return kept + (plan.all && stream.keepsTotals ? trimmedCount(p, o) : 0);
    },
    next,
    slope: still,
  };
}

function compileAggregate(
  c: Compiler,
  x: Context,
  fn: AggregateFunction,
  property: Path,
  events: EventPattern,
  window: Window | undefined,
): ValuePlan {
  switch (fn) {
    case 'sum':
    case 'avg':
      return compileSum(c, x, fn === 'avg', property, events, window);
    case 'first':
    case 'last':
      return compileEnd(c, x, fn, property, events, window);
    case 'min':
    case 'max':
    case 'distinct':
    case 'top':
      return compileView(c, x, fn, property, events, window);
  }
}

function compileSum(
  c: Compiler,
  x: Context,
  average: boolean,
  property: Path,
  events: EventPattern,
  window: Window | undefined,
): ValuePlan {
  const { stream, plan, next } = over(c, x, events, window);
  c.needTotalsOr(stream, plan, x);
  const sums = c.column(stream, 'sum', property);
  const numbers = average ? c.column(stream, 'numeric_count', property) : -1;
  return {
    get: (p, t) => {
      const o = findRing(p, stream.id);
      if (o < 0) return average ? undefined : 0;
      const lo = plan.lo(p, stream, o, t);
      const hi = plan.hi(p, stream, o, t);
      const sum = sumBetween(p, stream, o, sums, lo, hi, plan.all);
      if (!average) return Number.isFinite(sum) ? sum : undefined;
      const n = sumBetween(p, stream, o, numbers, lo, hi, plan.all);
      return n === 0 || !Number.isFinite(sum) ? undefined : roundSignificant(sum / n);
    },
    next,
    slope: still,
  };
}

/** `first(p of E, W)`, `last(p of E, W)`: of events that share the instant, the one with the greater messageId. */
function compileEnd(
  c: Compiler,
  x: Context,
  which: 'first' | 'last',
  property: Path,
  events: EventPattern,
  window: Window | undefined,
): ValuePlan {
  const { stream, plan, next } = over(c, x, events, window);
  stream.keepsIds = true;
  const column = c.valueColumn(stream, property);
  c.needEnds(stream, plan, x);
  const get = (p: Profile, t: Instant): RuleValue => {
    const o = findRing(p, stream.id);
    if (o < 0) return undefined;
    const lo = plan.lo(p, stream, o, t);
    const hi = plan.hi(p, stream, o, t);
    const rich = richOf(p, stream);
    const first = which === 'first' && plan.all && stream.keepsTotals ? trimmedFirst(p, o) : NEVER;
    if (lo >= hi) return first <= t ? rich.firstValues[column] : undefined;
    const values = defined(rich.columns[column], 'a value column');
    if (which === 'last') return values[physical(p, o, hi - 1)];
    let at = lo;
    while (at + 1 < hi && timeAt(p, stream, o, at + 1) === timeAt(p, stream, o, lo)) at++;
    const kept = timeAt(p, stream, o, lo);
    if (first < kept || (first === kept && rich.firstId > (rich.ids[physical(p, o, at)] ?? ''))) {
      return rich.firstValues[column];
    }
    return values[physical(p, o, at)];
  };
  return { get, next, slope: still };
}

function compileView(
  c: Compiler,
  x: Context,
  kind: ViewKind,
  property: Path | undefined,
  events: EventPattern,
  window: Window | undefined,
): ValuePlan {
  const { stream, plan, next } = over(c, x, events, window);
  stream.hasViews = true;
  if (kind === 'top') stream.keepsIds = true;
  stream.need(plan, x.extraMs);
  const column = property === undefined ? -1 : c.valueColumn(stream, property);
  const view = c.nextViewId();
  const nothing = new SlidingView(kind, column, c.zone, 0).result();
  const get = (p: Profile, t: Instant): RuleValue => {
    const o = findRing(p, stream.id);
    if (o < 0 || lengthOf(p, o) === 0) return nothing;
    const rich = richOf(p, stream);
    const lo = rich.trimmed + plan.lo(p, stream, o, t);
    const hi = rich.trimmed + plan.hi(p, stream, o, t);
    let v = rich.views?.get(view);
    if (v === undefined || v.from > lo || v.to > hi) {
      const replaces = v === undefined || plan.hi(p, stream, o, t) === lengthOf(p, o);
      v = new SlidingView(kind, column, c.zone, lo);
      rich.views ??= new Map();
      if (replaces) rich.views.set(view, v);
    }
    slide(v, p, stream, o, lo, Math.max(lo, hi));
    return v.result();
  };
  return { get, next, slope: still };
}

/** Moves a view forward to absolute positions [lo, hi). */
function slide(v: SlidingView, p: Profile, stream: StreamPlan, o: number, lo: number, hi: number): void {
  const rich = richOf(p, stream);
  const position = (absolute: number): number => physical(p, o, absolute - rich.trimmed);
  while (v.to < hi) {
    v.add(rich, position(v.to), timeAt(p, stream, o, v.to - rich.trimmed));
  }
  while (v.from < lo) {
    v.removeFirst(rich, position(v.from), timeAt(p, stream, o, v.from - rich.trimmed));
  }
}

function compileAgeOfEvent(
  c: Compiler,
  x: Context,
  which: 'first' | 'last',
  events: EventPattern,
  window: Window | undefined,
): ValuePlan {
  const { stream, plan, next } = over(c, x, events, window);
  c.needEnds(stream, plan, x);
  const timeOf = (p: Profile, t: Instant): Instant | undefined => {
    const o = findRing(p, stream.id);
    if (o < 0) return undefined;
    const lo = plan.lo(p, stream, o, t);
    const hi = plan.hi(p, stream, o, t);
    if (which === 'first' && plan.all && stream.keepsTotals && trimmedFirst(p, o) <= t) {
      return Math.min(trimmedFirst(p, o), hi > lo ? timeAt(p, stream, o, lo) : NEVER);
    }
    return lo >= hi ? undefined : timeAt(p, stream, o, which === 'first' ? lo : hi - 1);
  };
  return {
    get: (p, t) => {
      const time = timeOf(p, t);
      return time === undefined ? undefined : duration(t - time);
    },
    next,
    slope: (p, t) => (timeOf(p, t) === undefined ? 0 : 1),
  };
}

/** `age` (sign 1) and `until` (sign −1) of a value that reads as a date. */
function compileAge(c: Compiler, of: ValuePlan, sign: 1 | -1): ValuePlan {
  return {
    get: (p, t) => {
      const date = toInstant(of.get(p, t), c.zone);
      return date === undefined ? undefined : duration(sign * (t - date));
    },
    next: of.next,
    slope: (p, t) => (toInstant(of.get(p, t), c.zone) === undefined ? 0 : sign * (1 - of.slope(p, t))),
  };
}

/** `parity` 1: since the last rise, 0: since the last fall. Flips alternate, beginning with a rise. */
function compileAgeInSegment(c: Compiler, x: Context, segment: string, parity: 0 | 1): ValuePlan {
  const unit = c.trackedSegment(segment, x);
  c.readTracked(x, unit);
  const at = (p: Profile, t: Instant): Instant | undefined => {
    const n = flipsUntil(p, unit, t);
    const i = n % 2 === parity ? n - 1 : n - 2;
    return i < 0 ? undefined : flipAt(p, unit, i);
  };
  return {
    get: (p, t) => {
      const time = at(p, t);
      return time === undefined ? undefined : duration(t - time);
    },
    next: never,
    slope: (p, t) => (at(p, t) === undefined ? 0 : 1),
  };
}

function compileAnniversary(c: Compiler, of: ValuePlan): ValuePlan {
  return {
    get: (p, t) => {
      const date = toInstant(of.get(p, t), c.zone);
      return date === undefined ? undefined : c.zone.anniversaryDays(date, t);
    },
    next: (p, t) => Math.min(of.next(p, t), isPresent(of.get(p, t)) ? c.zone.nextDay(t) : NEVER),
    slope: still,
  };
}

function compileCoalesce(values: readonly ValuePlan[]): ValuePlan {
  const pick = (p: Profile, t: Instant): ValuePlan | undefined => values.find((v) => isPresent(v.get(p, t)));
  return {
    get: (p, t) => pick(p, t)?.get(p, t),
    next: (p, t) => values.reduce((next, v) => Math.min(next, v.next(p, t)), NEVER),
    slope: (p, t) => pick(p, t)?.slope(p, t) ?? 0,
  };
}

function compileArithmetic(c: Compiler, x: Context, value: Value & { kind: 'arithmetic' }): ValuePlan {
  const left = compileValue(c, x, value.left);
  const right = compileValue(c, x, value.right);
  const next = (p: Profile, t: Instant): Instant => Math.min(left.next(p, t), right.next(p, t));
  const slope = (p: Profile, t: Instant): number => {
    const dl = left.slope(p, t);
    const dr = right.slope(p, t);
    if (dl === 0 && dr === 0) return 0;
    const l = magnitude(left.get(p, t)) ?? 0;
    const r = magnitude(right.get(p, t)) ?? 0;
    switch (value.op) {
      case '+':
        return dl + dr;
      case '-':
        return dl - dr;
      case '*':
        // The checker sees to it that at most one side moves.
        return dl * r + dr * l;
      case '/':
        return r === 0 ? 0 : dl / r;
    }
  };
  return { get: (p, t) => arithmetic(value.op, left.get(p, t), right.get(p, t), c.zone), next, slope };
}

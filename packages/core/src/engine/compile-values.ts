/**
 * Values compiled to closures over a customer's state. Each is pure in (customer, instant) and says two more things
 * that the passing of time needs: when next it may jump, and how fast it moves meanwhile (an age grows by 1 ms a ms).
 */

import { assert, defined } from '../base/assert.ts';
import { roundSignificant } from '../base/decimal.ts';
import type { RfmDefinition } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { percentileOf, quintileCuts, quintileOf } from '../rules/population.ts';
import { rfmGroup } from '../rules/rfm-groups.ts';
import { arithmetic, duration, isPresent, literalValue, readPath, toInstant } from '../rules/semantics.ts';
import type { AggregateFunction, EventPattern, Path, RfmPart, Value, Window } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import type { Compiler, Context } from './compiler.ts';
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
import { SlidingView, type ViewKind } from './sliding-view.ts';
import { flipAt, flipsUntil } from './tracked.ts';
import { nextMove, type WindowPlan } from './windows.ts';

export type ValuePlan = {
  readonly get: (p: Profile, t: Instant) => RuleValue;
  /** The next instant after t at which it may jump by time alone. */
  readonly next: (p: Profile, t: Instant) => Instant;
  /** Change per millisecond until then, of the number or of the milliseconds. */
  readonly slope: (p: Profile, t: Instant) => number;
};

const never = (): Instant => NEVER;
const still = (): number => 0;

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
      return compileAgeOfEvent(c, x, value.which, value.events, value.window);
    case 'age':
      return compileAge(c, compileValue(c, x, value.of), 1);
    case 'until':
      return compileAge(c, compileValue(c, x, value.of), -1);
    case 'age_in_segment':
      return compileAgeInSegment(c, x, value.segment, value.change === 'entered' ? 1 : 0);
    case 'days_until_anniversary':
      return compileAnniversary(c, compileValue(c, x, value.of));
    case 'percentile':
      return compilePercentile(c, x, value.of);
    case 'quintile':
      return compileQuintile(c, x, JSON.stringify(value.of), c.populationValue(value.of, x));
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

/** The plain number of a value: milliseconds for durations. */
export function magnitude(value: RuleValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object') return undefined;
  return value.kind === 'duration' || value.kind === 'instant' ? value.ms : undefined;
}

function compilePercentile(c: Compiler, x: Context, of: Value): ValuePlan {
  const key = JSON.stringify(of);
  const v = c.populationValue(of, x);
  c.readPopulation(x, key, v);
  const population = (t: Instant): Float64Array | undefined => c.env.population(key, t);
  return {
    get: (p, t) => percentileAt(population(t), magnitude(v.get(p, t))),
    next: (p, t) => Math.min(v.next(p, t), nextKnot(population(t), v, p, t)),
    slope: (p, t) => steepness(population(t), magnitude(v.get(p, t)), v.slope(p, t)),
  };
}

/** How fast the percentile of a moving value moves: between neighbours it goes along a straight line. */
function steepness(population: Float64Array | undefined, value: number | undefined, slope: number): number {
  if (slope === 0 || population === undefined || value === undefined) return 0;
  const after = firstAbove(population, value, slope > 0);
  const to = population[after];
  const from = population[after - 1];
  if (from === undefined || to === undefined) return 0;
  return ((100 / (population.length - 1)) * slope) / (to - from);
}

/** Index of the first value > x (beyond), or ≥ x. */
function firstAbove(population: Float64Array, x: number, beyond: boolean): number {
  let lo = 0;
  let hi = population.length;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    const value = population[mid] as number;
    if (beyond ? value > x : value >= x) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

function percentileAt(population: Float64Array | undefined, value: number | undefined): number | undefined {
  if (population === undefined || population.length === 0 || value === undefined) return undefined;
  return percentileOf(value, population);
}

/** When a moving value reaches the next value of the population, where the percentile bends or jumps. */
function nextKnot(population: Float64Array | undefined, v: ValuePlan, p: Profile, t: Instant): Instant {
  const slope = v.slope(p, t);
  const value = magnitude(v.get(p, t));
  if (slope === 0 || population === undefined || value === undefined) return NEVER;
  const lo = firstAbove(population, value, slope > 0);
  // Just past a value of the population the percentile may jump.
  if (population[slope > 0 ? lo - 1 : lo] === value) return t + 1;
  const knot = population[slope > 0 ? lo : lo - 1];
  if (knot === undefined) return NEVER;
  const reached = Math.floor(t + (knot - value) / slope);
  return reached > t ? reached : t + 1;
}

/** `quintile`, and the parts of RFM: a step function, so only the instants of its steps matter. */
function compileQuintile(c: Compiler, x: Context, key: string, v: ValuePlan): ValuePlan {
  c.readPopulation(x, key, v);
  const get = (p: Profile, t: Instant): number | undefined => {
    const population = c.env.population(key, t);
    const value = magnitude(v.get(p, t));
    if (population === undefined || population.length === 0 || value === undefined) return undefined;
    return quintileOf(value, population);
  };
  const next = (p: Profile, t: Instant): Instant => {
    const jump = v.next(p, t);
    const now = get(p, t);
    if (now === undefined || v.slope(p, t) === 0) return jump;
    const population = c.env.population(key, t);
    const value = magnitude(v.get(p, t));
    assert(population !== undefined && value !== undefined, 'a quintile has a value and a population');
    const slope = v.slope(p, t);
    const differs = (at: Instant): boolean => get(p, at) !== now;
    // The cut that the value comes to next; where rounding may have moved the step, it is searched for.
    const cut = quintileCuts(population)[slope > 0 ? now - 1 : now - 2];
    if (cut === undefined) return jump;
    const step = t + (slope > 0 ? Math.floor((cut - value) / slope) + 1 : Math.ceil((cut - value) / slope));
    if (step > t + 1 && step < jump && differs(step) && !differs(step - 1)) return step;
    // Beyond the ends of the population nothing moves any more.
    const end = slope > 0 ? (population[population.length - 1] as number) : (population[0] as number);
    const settled = t + Math.max(0, Math.ceil((end - value) / slope)) + 1;
    return Math.min(jump, firstDifference(t, Math.min(settled, jump - 1), differs));
  };
  return { get, next, slope: still };
}

/** The first instant in (t, end] at which a monotone test holds; NEVER where it does not by `end`. */
function firstDifference(t: Instant, end: Instant, differs: (at: Instant) => boolean): Instant {
  if (end <= t || !differs(end)) return NEVER;
  let lo = t;
  let hi = end;
  while (hi - lo > 1) {
    const mid = Math.floor((lo + hi) / 2);
    if (differs(mid)) hi = mid;
    else lo = mid;
  }
  return hi;
}

function compileRfm(c: Compiler, x: Context, part: RfmPart, model: RfmDefinition): ValuePlan {
  if (part !== 'group') return compileRfmScore(c, x, part, model);
  const recency = compileRfmScore(c, x, 'recency', model);
  const frequency = compileRfmScore(c, x, 'frequency', model);
  const monetary = compileRfmScore(c, x, 'monetary', model);
  return {
    get: (p, t) => {
      const r = recency.get(p, t);
      const f = frequency.get(p, t);
      const m = monetary.get(p, t);
      const scored = typeof r === 'number' && typeof f === 'number' && typeof m === 'number';
      return scored ? rfmGroup(r, f, m) : undefined;
    },
    next: (p, t) => Math.min(recency.next(p, t), frequency.next(p, t), monetary.next(p, t)),
    slope: still,
  };
}

function compileRfmScore(
  c: Compiler,
  x: Context,
  part: 'recency' | 'frequency' | 'monetary',
  model: RfmDefinition,
): ValuePlan {
  const scored = compileQuintile(c, x, `rfm ${model.name} ${part}`, c.rfmMeasure(model, part, x));
  if (part !== 'recency') return scored;
  return {
    ...scored,
    get: (p, t) => {
      const quintile = scored.get(p, t);
      return typeof quintile === 'number' ? 6 - quintile : undefined;
    },
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

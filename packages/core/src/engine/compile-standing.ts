/**
 * Where a customer stands among all: percentile, quintile, RFM.
 *
 * The population is a sorted array taken at the last refresh; the customer's own value is read as of the instant asked
 * about, and may move (an age). A percentile bends where that value passes one of the population, a quintile steps
 * where it passes a cut, so the next such instant is computed from the value's slope.
 */

import { assert } from '../base/assert.ts';
import type { RfmDefinition } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { percentileOf, quintileCuts, quintileOf } from '../rules/population.ts';
import { rfmGroup } from '../rules/rfm-groups.ts';
import type { RfmPart } from '../rules/tree.ts';
import type { Compiler } from './compiler.ts';
import { NEVER, type Profile } from './profile.ts';
import type { Context } from './scope.ts';
import { magnitude, still, type ValuePlan } from './value-plan.ts';

/** `percentile`: where `v` stands among its values for all customers, which are kept under `key`. */
export function compilePercentile(c: Compiler, x: Context, key: string, v: ValuePlan): ValuePlan {
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
export function compileQuintile(c: Compiler, x: Context, key: string, v: ValuePlan): ValuePlan {
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

export function compileRfm(c: Compiler, x: Context, part: RfmPart, model: RfmDefinition): ValuePlan {
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

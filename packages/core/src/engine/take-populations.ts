/**
 * Populations: what all customers' values are, sorted, as of local midnight or of when a rule first asked. Everybody
 * who is measured by one then looks again.
 *
 * With several partitions all are asked for the values of their customers first, and then each is given those of all.
 */

import { defined } from '../base/assert.ts';
import type { Instant } from '../model/message.ts';
import type { EngineState, Partitions } from './engine-state.ts';
import type { Plan } from './make-plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { magnitude, type ValuePlan } from './value-plan.ts';

/** A partition, or what is built for one. */
export type Measured = Pick<
  EngineState,
  'plan' | 'env' | 'profiles' | 'now' | 'machine' | 'keepsAllMessages'
>;

/**
 * What everybody's values are until then, unless somebody is touched. Midnights at which nothing can be other than at the one
 * before cost nothing by that: of data that ended years ago there are thousands.
 */
export type Stillness = { readonly plan: Plan; readonly touches: number; readonly until: Instant };

/** Takes all populations, and says when they are next taken. Returns the keys of those that are not as they were. */
export function takePopulations(parts: Partitions): readonly string[] {
  const [{ plan, zone, now }] = parts;
  const keys = [...plan.populationValues.keys()];
  const refreshAt = keys.length === 0 ? NEVER : zone.nextDay(now);
  for (const state of parts) state.refreshAt = refreshAt;
  if (keys.length === 0) return [];
  if (parts.every(isStill)) {
    for (const key of keys) keepForAll(parts, key, lastValues(parts[0], key));
    return [];
  }
  for (const state of parts) {
    state.still = { plan, touches: state.profiles.touches, until: NEVER };
  }
  // One after another: those that rest on another come after it.
  return keys.filter((key) => keepForAll(parts, key, valuesOfAll(parts, key)));
}

function isStill({ still, plan, profiles, now }: EngineState): boolean {
  return still?.plan === plan && still.touches === profiles.touches && still.until > now;
}

function lastValues({ env }: EngineState, key: string): Float64Array {
  return defined(env.populations.get(key)?.at(-1), 'a population taken before').values;
}

function valuesOfAll(parts: Partitions, key: string): Float64Array {
  const all: number[] = [];
  for (const state of parts) collectValues(state, key, all);
  return Float64Array.from(all).sort();
}

/** True when the values are not those of the time before. */
function keepForAll(parts: Partitions, key: string, values: Float64Array): boolean {
  let isOther = false;
  for (const state of parts) isOther = keepPopulation(state, key, values);
  return isOther;
}

/** Adds the values of the partition's own customers, as of now, and notes until when they stay as they are. */
function collectValues(state: EngineState, key: string, into: number[]): void {
  const { plan, profiles, now } = state;
  const still = defined(state.still, 'when values were taken');
  const value = plan.populationValues.get(key);
  let { until } = still;
  for (let id = 0; id < profiles.length; id++) {
    const p = profiles.glance(id);
    if (p === undefined) continue;
    collectValue(state, p, key, into);
    if (until > now) until = Math.min(until, stillUntil(value, p, now));
  }
  state.still = { ...still, until };
}

/** Until when time alone does not change the value; `now` where it changes it all the time. */
function stillUntil(value: ValuePlan | undefined, p: Profile, now: Instant): Instant {
  if (p.bornAt > now) return p.bornAt;
  if (value === undefined) return NEVER;
  return value.slope(p, now) === 0 ? value.next(p, now) : now;
}

/** Adds the value of one, where they have one. */
export function collectValue(
  { plan, now }: Pick<Measured, 'plan' | 'now'>,
  p: Profile,
  key: string,
  into: number[],
): void {
  if (p.bornAt > now) return;
  const value = magnitude(plan.populationValues.get(key)?.get(p, now));
  if (value !== undefined) into.push(value);
}

/** Keeps the values of everybody, as of now; true when they are not those of the time before. */
export function keepPopulation(
  state: Omit<Measured, 'profiles' | 'machine'>,
  key: string,
  values: Float64Array,
): boolean {
  const population = { at: state.now, values };
  const taken = state.env.populations.get(key) ?? [];
  const keeps = state.keepsAllMessages || state.plan.populationHistory.has(key);
  const kept = keeps ? taken.filter(({ at }) => at < state.now) : [];
  state.env.populations.set(key, [...kept, population]);
  return !areEqual(taken[taken.length - 1]?.values, values);
}

function areEqual(a: Float64Array | undefined, b: Float64Array): boolean {
  return a?.length === b.length && b.every((value, i) => value === a[i]);
}

/** Takes all populations anew and lets everybody who is measured by one look again. */
export function refreshPopulations(parts: Partitions): void {
  const changed = takePopulations(parts);
  if (changed.length === 0) return;
  parts[0].registry.changes.inOrder(() => {
    for (const state of parts) lookAgain(state, changed);
  });
}

function lookAgain(state: EngineState, changed: readonly string[]): void {
  const { profiles, now } = state;
  for (let id = 0; id < profiles.length; id++) {
    profiles.beginStep();
    const p = profiles.usePassing(id);
    if (p === undefined || p.bornAt > now) continue;
    askMeasured(state, p, changed);
    state.enqueue(p);
  }
}

/** Asks what is measured by populations again. */
export function askMeasured({ machine, now }: Measured, p: Profile, keys: readonly string[]): void {
  for (const key of keys) machine.touchPopulation(p, key, now);
  machine.because('population');
  machine.settle(p, now);
}

/**
 * Keys of the populations that are to be taken when a plan comes into force: a population is taken when a rule that needs it is
 * defined, so also when such a rule is changed.
 */
export function newPopulations(
  { plan, env }: Pick<EngineState, 'plan' | 'env'>,
  keys: ReadonlySet<string>,
): readonly string[] {
  return [...plan.populationValues.keys()].filter((key) => keys.has(key) || !env.populations.has(key));
}

/** New definitions have come into force: populations are next taken when they would have been, or at midnight. */
export function sayWhenMeasured(parts: Partitions): void {
  const [{ plan, zone, now, refreshAt }] = parts;
  const nextAt = refreshAt === NEVER ? zone.nextDay(now) : refreshAt;
  for (const state of parts) state.refreshAt = plan.populationValues.size === 0 ? NEVER : nextAt;
}

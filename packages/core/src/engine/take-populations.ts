/**
 * Populations: what all customers' values are, sorted, as of local midnight or of when a rule first asked. Everybody
 * who is measured by one then looks again.
 *
 * With several partitions all are asked for the values of their customers first, and then each is given those of all.
 */

import type { EngineState, Partitions } from './engine-state.ts';
import { NEVER, type Profile } from './profile.ts';
import { magnitude } from './value-plan.ts';

/** A partition, or what is built for one. */
export type Measured = Pick<
  EngineState,
  'plan' | 'env' | 'profiles' | 'now' | 'machine' | 'keepsAllMessages'
>;

/** Takes all populations, and says when they are next taken. Returns the keys of those that are not as they were. */
export function takePopulations(parts: Partitions): readonly string[] {
  const [{ plan, zone, now }] = parts;
  const keys = [...plan.populationValues.keys()];
  const refreshAt = keys.length === 0 ? NEVER : zone.nextDay(now);
  for (const state of parts) state.refreshAt = refreshAt;
  return keys.filter((key) => takePopulation(parts, key));
}

/** True when the values are not those of the time before. */
function takePopulation(parts: Partitions, key: string): boolean {
  const all: number[] = [];
  for (const state of parts) collectValues(state, key, all);
  const values = Float64Array.from(all).sort();
  let isOther = false;
  for (const state of parts) isOther = keepPopulation(state, key, values);
  return isOther;
}

/** Adds the values of the partition's own customers, as of now. */
function collectValues(state: EngineState, key: string, into: number[]): void {
  for (const p of state.profiles) collectValue(state, p, key, into);
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
  for (const p of state.profiles) {
    if (p.bornAt > state.now) continue;
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

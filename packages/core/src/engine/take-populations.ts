/**
 * Populations: what all customers' values are, sorted, as of local midnight or of when a rule first asked. Everybody
 * who is measured by one then looks again.
 */

import type { Instant } from '../model/message.ts';
import type { RuleValue } from '../rules/value.ts';
import type { EngineState } from './engine-state.ts';
import { NEVER, type Profile } from './profile.ts';
import { magnitude } from './value-plan.ts';

/** Takes all populations, and says when they are next taken. Returns the keys of those that are not as they were. */
export function takePopulations(state: EngineState): readonly string[] {
  const { populationValues } = state.plan;
  state.refreshAt = populationValues.size === 0 ? NEVER : state.zone.nextDay(state.now);
  return [...populationValues]
    .filter(([key, { get }]) => takePopulation(state, key, get))
    .map(([key]) => key);
}

/** True when the values are not those of the time before. */
function takePopulation(
  state: EngineState,
  key: string,
  get: (p: Profile, t: Instant) => RuleValue,
): boolean {
  const values: number[] = [];
  for (const p of state.profiles) {
    if (p.bornAt > state.now) continue;
    const value = magnitude(get(p, state.now));
    if (value !== undefined) values.push(value);
  }
  const population = { at: state.now, values: Float64Array.from(values).sort() };
  const taken = state.env.populations.get(key) ?? [];
  const keeps = state.keepsAllMessages || state.plan.populationHistory.has(key);
  const kept = keeps ? taken.filter(({ at }) => at < state.now) : [];
  state.env.populations.set(key, [...kept, population]);
  return !areEqual(taken[taken.length - 1]?.values, population.values);
}

function areEqual(a: Float64Array | undefined, b: Float64Array): boolean {
  return a?.length === b.length && b.every((value, i) => value === a[i]);
}

/** Takes all populations anew and lets everybody who is measured by one look again. */
export function refreshPopulations(state: EngineState): void {
  const changed = takePopulations(state);
  if (changed.length === 0) return;
  for (const p of state.profiles) {
    if (p.bornAt > state.now) continue;
    for (const key of changed) state.machine.touchPopulation(p, key, state.now);
    state.machine.because('population');
    state.machine.settle(p, state.now);
    state.enqueue(p);
  }
}

/** A population is taken when a rule that needs it is defined, so also when such a rule is changed. */
export function takeNewPopulations(state: EngineState, keys: ReadonlySet<string>): void {
  const { populationValues } = state.plan;
  if (populationValues.size === 0) state.refreshAt = NEVER;
  else if (state.refreshAt === NEVER) state.refreshAt = state.zone.nextDay(state.now);
  const fresh = [...populationValues].filter(([key]) => keys.has(key) || !state.env.populations.has(key));
  for (const [key, plan] of fresh) takePopulation(state, key, plan.get);
  if (fresh.length === 0) return;
  state.report.silence();
  for (const p of state.profiles) {
    if (p.bornAt > state.now) continue;
    for (const [key] of fresh) state.machine.touchPopulation(p, key, state.now);
    state.machine.settle(p, state.now);
    state.enqueue(p);
  }
  state.report.speak();
}

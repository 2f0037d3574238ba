/**
 * Populations: what all customers' values are, sorted, as of local midnight or of when a rule first asked. Everybody
 * who is measured by one then looks again.
 *
 * With several partitions all are asked for the values of their customers first, and then each is given those of all.
 */

import type { EngineState, Partitions } from './engine-state.ts';
import { NEVER } from './profile.ts';
import { magnitude } from './value-plan.ts';

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
  const measured = state.plan.populationValues.get(key);
  if (measured === undefined) return;
  for (const p of state.profiles) {
    if (p.bornAt > state.now) continue;
    const value = magnitude(measured.get(p, state.now));
    if (value !== undefined) into.push(value);
  }
}

/** Keeps the values of everybody, as of now; true when they are not those of the time before. */
function keepPopulation(state: EngineState, key: string, values: Float64Array): boolean {
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
  parts[0].registry.changes.inOrder('ascending', () => {
    for (const state of parts) lookAgain(state, changed);
  });
}

function lookAgain(state: EngineState, changed: readonly string[]): void {
  for (const p of state.profiles) {
    if (p.bornAt > state.now) continue;
    for (const key of changed) state.machine.touchPopulation(p, key, state.now);
    state.machine.because('population');
    state.machine.settle(p, state.now);
    state.enqueue(p);
  }
}

/** A population is taken when a rule that needs it is defined, so also when such a rule is changed. */
export function takeNewPopulations(parts: Partitions, keys: ReadonlySet<string>): void {
  const [{ plan, env, zone, now, refreshAt }] = parts;
  const { populationValues } = plan;
  const nextAt = refreshAt === NEVER ? zone.nextDay(now) : refreshAt;
  for (const state of parts) state.refreshAt = populationValues.size === 0 ? NEVER : nextAt;
  const fresh = [...populationValues.keys()].filter((key) => keys.has(key) || !env.populations.has(key));
  for (const key of fresh) takePopulation(parts, key);
  if (fresh.length === 0) return;
  for (const state of parts) {
    state.report.silence();
    lookAgain(state, fresh);
    state.report.speak();
  }
}

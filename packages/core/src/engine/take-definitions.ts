/**
 * New definitions: customers as the plan that comes has them take the place of those before (definitions-build.ts), and what
 * differs is reported.
 */

import { assert } from '../base/assert.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Definitions } from '../model/definitions.ts';
import { populationNeeds, populationNeedsOf } from '../rules/population.ts';
import { DefinitionsBuild } from './definitions-build.ts';
import { compare, compareAnswers, type Comparison, reportChange } from './definition-report.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES, type Partitions } from './engine-state.ts';
import type { Plan } from './make-plan.ts';
import { Profile } from './profile.ts';
import { takeList } from './take-list.ts';
import {
  askMeasured,
  collectValue,
  keepPopulation,
  newPopulations,
  sayWhenMeasured,
} from './take-populations.ts';

/**
 * Puts a complete set of definitions into force; refused where the history that their answers rest on was not kept.
 * `built` has been loaded with all messages; without it they are read here, which takes as long as it takes. Lists that
 * are replaced with the definitions are replaced before them, at the same instant, and nothing is said of it: whose answers
 * are others in the end is told once.
 *
 * `goOn` is asked now and then whether there is time for more. Where it says no the answer is undefined: to be called again
 * with the same build, and nothing else meanwhile. Where it stops changes nothing.
 */
export function takeDefinitions(
  parts: Partitions,
  definitions: Definitions,
  built?: DefinitionsBuild,
  goOn: () => boolean = always,
): Result<Applied, readonly Diagnostic[]> | undefined {
  const [{ keepsAllMessages }] = parts;
  if (!keepsAllMessages && parts.some(({ profiles }) => profiles.count > 0)) {
    return fail([
      {
        code: 'engine/no-history',
        severity: 'error',
        message:
          'Definitions cannot change here: the engine was started without history, which the new answers rest on. Start it with keepHistory, or start anew with the new definitions.',
      },
    ]);
  }
  const build = built ?? loadedBuild(parts, definitions);
  assert(build.swap !== undefined || build.before === parts[0].plan, 'a build of definitions that come next');
  build.swap ??= swap(parts, build);
  do {
    if (build.swap.next().done === true) return ok({ notices: NO_NOTICES });
  } while (goOn());
  return undefined;
}

function always(): boolean {
  return true;
}

/**
 * Customers and rows of checkpoints between two questions whether there is time for more: few, since whoever is asked looks at
 * the clock only once in some dozen times.
 */
const STEPS_MAX = 2;

/** Step by step; how many steps there are depends on what was done before. */
function* swap(parts: Partitions, build: DefinitionsBuild): Generator<undefined, void> {
  const { before, definitions } = build;
  const [{ registry }] = parts;
  /** Customers whom these lists concern, with the answers that they had before. */
  const listed = new Map<number, Profile>();
  for (const { name, members } of changedOf(before.definitions.lists, definitions.lists)) {
    replaceSilently(parts, name, members, listed);
    yield;
  }
  while (!build.bringUp(never)) yield;
  // A checkpoint under way is of customers as they were before.
  for (const { checkpoint } of parts) while (!checkpoint.forgetAll(STEPS_MAX)) yield;
  const customersBefore = parts.map(({ profiles }) => profiles);
  putInForce(build);
  yield;
  const keys = newPopulations(parts[0], populationsOfChanged(before.definitions, definitions));
  sayWhenMeasured(parts);
  if (keys.length > 0) {
    for (const key of keys) yield* measure(parts, key);
    const comparison = compare(before, parts[0].plan);
    for (let id = 0; id < registry.count; id++) {
      const place = registry.placeOf(id);
      const old = listed.get(id) ?? customersBefore[place]?.look(id);
      compareMeasured(parts[place] as EngineState, id, keys, comparison, old, before);
      if (id % STEPS_MAX === 0) yield;
    }
    return;
  }
  yield* reportChanges(parts, build, listed);
}

/** Tells whose answers are others, by ascending number. */
function* reportChanges(
  parts: Partitions,
  { before, changes }: DefinitionsBuild,
  listed: ReadonlyMap<number, Profile>,
): Generator<undefined, void> {
  const [{ registry, plan }] = parts;
  const comparison = listed.size === 0 ? undefined : compare(before, plan);
  let n = 0;
  for (const id of Uint32Array.from(new Set([...changes.keys(), ...listed.keys()])).sort()) {
    const state = parts[registry.placeOf(id)] as EngineState;
    state.profiles.beginStep();
    const p = state.profiles.use(id);
    const old = listed.get(id);
    if (p === undefined) continue;
    const isCompared = old !== undefined && comparison !== undefined && p.bornAt <= state.now;
    const change = isCompared ? compareAnswers(comparison, old, p) : changes.get(id);
    if (change !== undefined) reportChange(state, p, change, before);
    if (++n % STEPS_MAX === 0) yield;
  }
}

/** Replaces a list, saying nothing, and notes what was true of those whom it concerns. */
function replaceSilently(
  parts: Partitions,
  name: string,
  members: readonly string[],
  listed: Map<number, Profile>,
): void {
  for (const { report } of parts) report.silence();
  takeList(parts, name, members, (p) => {
    if (!listed.has(p.id)) listed.set(p.id, answersOf(p));
  });
  for (const { report } of parts) report.speak();
}

/** A customer of whom only the answers are kept. */
function answersOf(p: Profile): Profile {
  const copy = new Profile(p.id, p.sampleId);
  copy.bornAt = p.bornAt;
  const { memberships } = p;
  for (let i = 0; i < memberships.size; i++) {
    copy.memberships.set(memberships.keyAt(i), memberships.valueAt(i));
  }
  copy.stages = [...p.stages];
  return copy;
}

function never(): boolean {
  return false;
}

/** Takes a population of everybody. */
function* measure(parts: Partitions, key: string): Generator<undefined, void> {
  const [{ registry }] = parts;
  const all: number[] = [];
  for (let id = 0; id < registry.count; id++) {
    const state = parts[registry.placeOf(id)] as EngineState;
    const p = state.profiles.glance(id);
    if (p !== undefined) collectValue(state, p, key, all);
    if (id % STEPS_MAX === 0) yield;
  }
  const values = Float64Array.from(all).sort();
  for (const state of parts) keepPopulation(state, key, values);
}

/** What follows from populations may concern anybody. */
function compareMeasured(
  state: EngineState,
  id: number,
  keys: readonly string[],
  comparison: Comparison,
  old: Profile | undefined,
  before: Plan,
): void {
  const { profiles, report } = state;
  profiles.beginStep();
  const p = profiles.use(id);
  if (p === undefined || old === undefined || p.bornAt > state.now) return;
  report.silence();
  askMeasured(state, p, keys);
  report.speak();
  state.enqueue(p);
  const change = compareAnswers(comparison, old, p);
  if (change !== undefined) reportChange(state, p, change, before);
}

function loadedBuild(parts: Partitions, definitions: Definitions): DefinitionsBuild {
  const build = new DefinitionsBuild(parts, definitions);
  if (!build.isLoading) return build;
  for (const state of parts) {
    for (const id of state.profiles.ids()) {
      for (const message of state.messagesOf(id)) build.load(id, message);
    }
  }
  return build;
}

/** From here on everybody is as the new definitions see them; nothing is said of it yet. */
function putInForce(build: DefinitionsBuild): void {
  build.release();
  for (const { state, env, plan, machine, profiles } of build.parts) {
    state.env = env;
    state.plan = plan;
    state.machine = machine;
    const due = profiles.succeed(state.profiles);
    state.profiles = profiles;
    for (const id of due) state.queue.push(profiles.queuedAt(id), id);
  }
}

/** Keys of the populations that new and changed definitions need. */
export function populationsOfChanged(before: Definitions, after: Definitions): ReadonlySet<string> {
  const rules = [
    ...changedOf(before.segments, after.segments).map(({ rule }) => rule),
    ...changedOf(before.lifecycles, after.lifecycles).flatMap(({ stages }) =>
      stages.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
    ),
  ];
  const models = new Set(changedOf(before.rfm, after.rfm).map(({ name }) => name));
  const keys = rules.flatMap((condition) => populationNeedsOf({ condition }, after).map(({ key }) => key));
  const measured = populationNeeds(after).filter((need) => need.kind === 'rfm' && models.has(need.model));
  return new Set([...keys, ...measured.map(({ key }) => key)]);
}

/** Definitions that are new or not as they were. */
export function changedOf<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly T[] {
  return [...after].flatMap(([name, definition]) =>
    JSON.stringify(before.get(name)) === JSON.stringify(definition) ? [] : [definition],
  );
}

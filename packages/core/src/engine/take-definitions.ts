/**
 * New definitions: customers as the plan that comes has them take the place of those before (definitions-build.ts), and what
 * differs is reported.
 */

import { assert } from '../base/assert.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Definitions } from '../model/definitions.ts';
import { populationNeeds, populationNeedsOf } from '../rules/population.ts';
import type { Customers } from './customers.ts';
import { DefinitionsBuild } from './definitions-build.ts';
import { type AnswerChange, compare, compareAnswers, reportChange } from './definition-report.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES, type Partitions } from './engine-state.ts';
import type { Profile } from './profile.ts';
import { takeList } from './take-list.ts';
import { takeNewPopulations } from './take-populations.ts';

/**
 * Puts a complete set of definitions into force; refused where the history that their answers rest on was not kept.
 * `built` has been loaded with all messages; without it they are read here, which takes as long as it takes. Lists that
 * are replaced with the definitions are replaced before them, at the same instant.
 */
export function takeDefinitions(
  parts: Partitions,
  definitions: Definitions,
  built?: DefinitionsBuild,
): Result<Applied, readonly Diagnostic[]> {
  const [{ keepsAllMessages, plan: before }] = parts;
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
  assert(build.before === before, 'a build of definitions that follow those in force');
  for (const { name, members } of changedOf(before.definitions.lists, definitions.lists)) {
    takeList(parts, name, members);
  }
  build.bringUp(() => true);
  const customersBefore = parts.map(({ profiles }) => profiles);
  putInForce(parts, build);
  const measuresAnew = takeNewPopulations(parts, populationsOfChanged(before.definitions, definitions));
  parts[0].registry.changes.inOrder('ascending', () => {
    for (const state of parts) {
      if (measuresAnew) reportAll(state, customersBefore[state.partition] as Customers, build);
      else reportChanged(state, build);
    }
  });
  return ok({ notices: NO_NOTICES });
}

function reportChanged(state: EngineState, { changes, before }: DefinitionsBuild): void {
  for (const id of [...changes.keys()].sort((a, b) => a - b)) {
    if (!state.profiles.has(id)) continue;
    state.profiles.beginStep();
    reportChange(state, state.profiles.use(id) as Profile, changes.get(id) as AnswerChange, before);
  }
}

/** What follows from a population may concern anybody. */
function reportAll(state: EngineState, customersBefore: Customers, { before }: DefinitionsBuild): void {
  const comparison = compare(before, state.plan);
  for (const p of state.profiles) {
    const old = customersBefore.look(p.id);
    if (old === undefined || p.bornAt > state.now) continue;
    const change = compareAnswers(comparison, old, p);
    if (change !== undefined) reportChange(state, p, change, before);
  }
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
function putInForce(parts: Partitions, build: DefinitionsBuild): void {
  for (const { checkpoint } of parts) checkpoint.forgetAll();
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

/**
 * New definitions: everybody's state is built anew from their history under the new plan, silently; then the
 * differences are reported.
 */

import { assert } from '../base/assert.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { populationNeeds, populationNeedsOf } from '../rules/population.ts';
import { DefinitionsBuild } from './definitions-build.ts';
import { answersOf, reportDefinition } from './definition-report.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES, type Partitions } from './engine-state.ts';
import type { Plan } from './make-plan.ts';
import { takeList } from './take-list.ts';
import { takeNewPopulations } from './take-populations.ts';

/**
 * Puts a complete set of definitions into force; refused where the history that their answers rest on was not kept.
 * `built` has been loaded with all messages; without it they are read here, which takes as long as it takes.
 */
export function takeDefinitions(
  parts: Partitions,
  definitions: Definitions,
  built?: DefinitionsBuild,
): Result<Applied, readonly Diagnostic[]> {
  const [{ keepsAllMessages, registry, plan }] = parts;
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
  assert(build.before === plan, 'a build of definitions that follow those in force');
  const { before } = build;
  const was = new Map<number, ReadonlyMap<string, Instant>>();
  for (const state of parts) for (const p of state.profiles) was.set(p.id, answersOf(state, p));
  putInForce(parts, build);
  for (const [name, list] of definitions.lists) {
    if (JSON.stringify(before.definitions.lists.get(name)) !== JSON.stringify(list)) {
      takeList(parts, name, list.members);
    }
  }
  takeNewPopulations(parts, populationsOfChanged(before.definitions, definitions));
  registry.changes.inOrder('ascending', () => {
    for (const state of parts) reportDefinitions(state, was, before);
  });
  return ok({ notices: NO_NOTICES });
}

function reportDefinitions(
  state: EngineState,
  was: ReadonlyMap<number, ReadonlyMap<string, Instant>>,
  before: Plan,
): void {
  for (const p of state.profiles) {
    if (p.bornAt <= state.now) reportDefinition(state, p, was.get(p.id) ?? new Map(), before);
  }
}

function loadedBuild(parts: Partitions, definitions: Definitions): DefinitionsBuild {
  const build = new DefinitionsBuild(parts, definitions);
  for (const state of parts) {
    for (const id of state.profiles.ids()) {
      for (const message of state.messagesOf(id)) build.load(id, message);
    }
  }
  return build;
}

/** From here on everybody is as the new definitions see them; nothing is said of it yet. */
function putInForce(parts: Partitions, build: DefinitionsBuild): void {
  build.takePopulations();
  for (const state of parts) {
    state.checkpoint.forgetAll();
    state.report.silence();
    for (const old of state.profiles) build.renewed(old);
    state.report.speak();
  }
  build.release();
  for (const { state, env, plan, machine, profiles } of build.parts) {
    state.env = env;
    state.plan = plan;
    state.machine = machine;
    profiles.succeed(state.profiles);
    state.profiles = profiles;
    for (const p of state.profiles) state.enqueue(p);
  }
}

/** Keys of the populations that new and changed definitions need. */
function populationsOfChanged(before: Definitions, after: Definitions): ReadonlySet<string> {
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

function changedOf<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly T[] {
  return [...after].flatMap(([name, definition]) =>
    JSON.stringify(before.get(name)) === JSON.stringify(definition) ? [] : [definition],
  );
}

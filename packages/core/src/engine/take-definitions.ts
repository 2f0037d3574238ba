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
import { type EngineState, NO_NOTICES } from './engine-state.ts';
import { takeList } from './take-list.ts';
import { takeNewPopulations } from './take-populations.ts';

/**
 * Puts a complete set of definitions into force; refused where the history that their answers rest on was not kept.
 * `built` has been loaded with all messages; without it they are read here, which takes as long as it takes.
 */
export function takeDefinitions(
  state: EngineState,
  definitions: Definitions,
  built?: DefinitionsBuild,
): Result<Applied, readonly Diagnostic[]> {
  if (!state.keepsAllMessages && state.profiles.count > 0) {
    return fail([
      {
        code: 'engine/no-history',
        severity: 'error',
        message:
          'Definitions cannot change here: the engine was started without history, which the new answers rest on. Start it with keepHistory, or start anew with the new definitions.',
      },
    ]);
  }
  const build = built ?? loadedBuild(state, definitions);
  assert(build.before === state.plan, 'a build of definitions that follow those in force');
  const { before } = build;
  const was = new Map<number, ReadonlyMap<string, Instant>>();
  for (const p of state.profiles) was.set(p.id, answersOf(state, p));
  putInForce(state, build);
  for (const [name, list] of definitions.lists) {
    if (JSON.stringify(before.definitions.lists.get(name)) !== JSON.stringify(list)) {
      takeList(state, name, list.members);
    }
  }
  takeNewPopulations(state, populationsOfChanged(before.definitions, definitions));
  for (const p of state.profiles) {
    if (p.bornAt <= state.now) reportDefinition(state, p, was.get(p.id) ?? new Map(), before);
  }
  return ok({ notices: NO_NOTICES });
}

function loadedBuild(state: EngineState, definitions: Definitions): DefinitionsBuild {
  const build = new DefinitionsBuild(state, definitions);
  for (const id of state.profiles.ids()) {
    for (const message of state.messagesOf(id)) build.load(id, message);
  }
  return build;
}

/** From here on everybody is as the new definitions see them; nothing is said of it yet. */
function putInForce(state: EngineState, build: DefinitionsBuild): void {
  state.checkpoint.forgetAll();
  build.env.populations.clear();
  for (const [key, taken] of state.env.populations) build.env.populations.set(key, taken);
  state.report.silence();
  for (const old of state.profiles) build.renewed(old);
  state.report.speak();
  build.release();
  state.env = build.env;
  state.plan = build.plan;
  state.machine = build.machine;
  build.profiles.succeed(state.profiles);
  state.profiles = build.profiles;
  for (const p of state.profiles) state.enqueue(p);
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

/**
 * New definitions: everybody's state is built anew from their history under the new plan, silently; then the
 * differences are reported.
 */

import { fail, ok, type Result } from '../base/result.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import type { Definitions } from '../model/definitions.ts';
import { populationNeeds, populationNeedsOf } from '../rules/population.ts';
import { answersOf, reportDefinition } from './definition-report.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES } from './engine-state.ts';
import { Profile } from './profile.ts';
import { takeList } from './take-list.ts';
import { takeNewPopulations } from './take-populations.ts';
import { nextVersions } from './versions.ts';

/** Puts a complete set of definitions into force; refused where the history that their answers rest on was not kept. */
export function takeDefinitions(
  state: EngineState,
  definitions: Definitions,
): Result<Applied, readonly Diagnostic[]> {
  if (!state.keepsAllMessages && state.count > 0) {
    return fail([
      {
        code: 'engine/no-history',
        severity: 'error',
        message:
          'Definitions cannot change here: the engine was started without history, which the new answers rest on. Start it with keepHistory, or start anew with the new definitions.',
      },
    ]);
  }
  const before = state.plan;
  const was = state.profiles.map((p) => (p === undefined ? undefined : answersOf(state, p)));
  state.define(definitions, nextVersions(before, definitions));
  rebuildAll(state);
  for (const [name, list] of definitions.lists) {
    if (JSON.stringify(before.definitions.lists.get(name)) !== JSON.stringify(list)) {
      takeList(state, name, list.members);
    }
  }
  takeNewPopulations(state, populationsOfChanged(before.definitions, definitions));
  for (const p of state.profiles) {
    if (p !== undefined && p.bornAt <= state.now) reportDefinition(state, p, was[p.id] ?? new Map(), before);
  }
  return ok({ notices: NO_NOTICES });
}

/** Builds everybody's state anew from their history, silently. */
function rebuildAll(state: EngineState): void {
  state.report.silence();
  for (const p of state.profiles) {
    if (p === undefined) continue;
    state.profiles[p.id] = rebuilt(state, p);
  }
  state.report.speak();
}

function rebuilt(state: EngineState, old: Profile): Profile {
  const p = new Profile(old.id, old.sampleId);
  p.bornAt = old.bornAt;
  p.facts = old.facts;
  p.future = old.future;
  p.queuedAt = old.queuedAt;
  if (p.bornAt > state.now) {
    if (p.future?.[0] !== undefined) p.arm(0, p.future[0].time);
    return p;
  }
  for (const message of state.messagesOf(p.id)) state.machine.load(p, message, state.now);
  state.machine.renew(p, state.now);
  state.machine.settle(p, state.now);
  state.enqueue(p);
  return p;
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

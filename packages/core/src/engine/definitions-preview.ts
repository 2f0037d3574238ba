/**
 * What would change if definitions that have been built came into force now, with lists that they replace and populations
 * that would be taken. Only the build is touched: it is of no use for anything else afterwards.
 *
 * Everybody has a step of their own, after which the engine may go on; what it does meanwhile is not looked at.
 */

import type { DefinitionsBuild, PartBuild } from './definitions-build.ts';
import { type AnswerChange, compare, compareAnswers } from './definition-report.ts';
import { FactLog, listKey } from './facts.ts';
import { Lists } from './lists.ts';
import type { Profile } from './profile.ts';
import { changedOf, populationsOfChanged } from './take-definitions.ts';
import { askMeasured, collectValue, keepPopulation, newPopulations } from './take-populations.ts';

/** Customer by customer, each perhaps more than once before anything is said: undefined is a step that says nothing. */
export function* previewDefinitions(build: DefinitionsBuild): Iterable<AnswerChange | undefined> {
  while (!build.bringUp(takesTurns())) yield undefined;
  const isListed = replaceLists(build);
  const { definitions, before, parts } = build;
  const [first] = parts;
  if (first === undefined) return;
  const keys = newPopulations(first, populationsOfChanged(before.definitions, definitions));
  if (keys.length === 0 && !isListed) {
    for (const id of [...build.changes.keys()].sort((a, b) => a - b)) yield build.changes.get(id);
    return;
  }
  yield* takePopulations(build, keys);
  const comparison = compare(before, first.plan);
  for (const [part, id] of customersOf(build)) {
    const old = part.state.profiles.look(id);
    const p = part.profiles.use(id);
    if (p === undefined || old === undefined || p.bornAt > part.now) continue;
    quietly(part, () => {
      askMeasured(part, p, keys);
    });
    yield compareAnswers(comparison, old, p);
  }
}

/** A few at a time. */
function takesTurns(): () => boolean {
  let turns = 0;
  return () => ++turns < 8;
}

/** Everybody in the order of their numbers, each in a step of their own. */
function* customersOf({ parts, engine }: DefinitionsBuild): Iterable<readonly [PartBuild, number]> {
  const [{ registry }] = engine;
  for (let id = 0; id < registry.count; id++) {
    const part = parts[registry.placeOf(id)];
    if (part?.profiles.has(id) !== true) continue;
    part.profiles.beginStep();
    yield [part, id];
  }
}

function* takePopulations(build: DefinitionsBuild, keys: readonly string[]): Iterable<undefined> {
  const values = new Map(keys.map((key) => [key, [] as number[]]));
  for (const [part, id] of customersOf(build)) {
    const p = part.profiles.use(id);
    if (p !== undefined) for (const [key, into] of values) collectValue(part, p, key, into);
    yield undefined;
  }
  for (const [key, all] of values) {
    const sorted = Float64Array.from(all).sort();
    for (const part of build.parts) keepPopulation(part, key, sorted);
  }
}

/** Puts those on the lists, and takes those off, whom the definitions would. True when there were any. */
function replaceLists({ definitions, before, engine, parts }: DefinitionsBuild): boolean {
  const [{ registry, now }] = engine;
  let isListed = false;
  for (const { name, members } of changedOf(before.definitions.lists, definitions.lists)) {
    const lists = new Lists();
    lists.restore(registry.lists.state().filter(([other]) => other === name));
    const touched = lists.replace(name, members, now).map((text) => registry.identity.find(text));
    for (const id of new Set(touched)) {
      const part = id === undefined ? undefined : parts[registry.placeOf(id)];
      if (part === undefined || id === undefined) continue;
      part.profiles.beginStep();
      const p = part.profiles.use(id);
      if (p === undefined) continue;
      isListed = true;
      const values = registry.identity.identifiersOf(id).map(({ value }) => value);
      noteList(part, p, name, lists.since(name, values));
    }
  }
  return isListed;
}

/** The engine's facts stay as they are. */
function noteList(part: PartBuild, p: Profile, name: string, since: number | undefined): void {
  const key = listKey(name);
  const known = p.fact(key);
  if ((known?.at(part.now) === true) === (since !== undefined)) return;
  const fact = new FactLog();
  if (known !== undefined) fact.unite(known);
  const at = since === undefined ? part.now : Math.min(since, part.now);
  if (since !== undefined) fact.forgetFrom(at);
  fact.set(at, '', since !== undefined, true);
  p.facts = new Map(p.facts).set(key, fact);
  quietly(part, () => {
    part.machine.touchFact(p, key, at, part.now);
    part.machine.settle(p, part.now);
  });
}

function quietly({ state: { report } }: PartBuild, work: () => void): void {
  report.silence();
  work();
  report.speak();
}

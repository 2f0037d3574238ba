/**
 * Lists: a list that is replaced says which identifiers came and went, and what is known of their owners' places on it
 * is brought in line. A new identifier or a merge may put a customer on a list too.
 */

import { defined } from '../base/assert.ts';
import { type Definitions, withMembers } from '../model/definitions.ts';
import { withoutNames } from '../model/identifiers.ts';
import type { Instant } from '../model/message.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES, type Partitions } from './engine-state.ts';
import { listKey } from './facts.ts';
import type { Profile } from './profile.ts';
import { setFact } from './take-fact.ts';

export function defineLists(parts: Partitions, definitions: Definitions): void {
  for (const { name, members } of definitions.lists.values()) takeList(parts, name, members);
}

/** Replaces a list. `beforeEach` is told of whoever comes onto it or goes from it, as they are before. */
export function takeList(
  parts: Partitions,
  name: string,
  members: readonly string[],
  beforeEach?: (p: Profile) => void,
): Applied {
  const [{ registry, now }] = parts;
  const touched = new Set<number>();
  for (const text of registry.lists.replace(name, members, now)) {
    const id = registry.identity.find(text);
    if (id !== undefined) touched.add(id);
  }
  const ids = [...touched].sort((a, b) => a - b);
  registry.changes.inOrder(() => {
    for (const state of parts) noteListed(state, name, ids, beforeEach);
  });
  return { notices: NO_NOTICES };
}

/** Takes identifiers off all lists, in whatever form they were uploaded, and out of the definitions in force. */
export function takeOffLists(parts: Partitions, values: ReadonlySet<string>): void {
  const [{ registry }] = parts;
  for (const name of registry.lists.having(values)) {
    const { definitions } = parts[0].plan;
    const members = withoutNames(definitions.lists.get(name)?.members ?? [], values);
    const without = withMembers(definitions, name, members);
    for (const { plan } of parts) plan.definitions = without;
    takeList(parts, name, withoutNames(registry.lists.membersOf(name), values));
  }
}

/** Looks at those customers of the partition who came onto a list or went from it. */
function noteListed(
  state: EngineState,
  name: string,
  ids: readonly number[],
  beforeEach: ((p: Profile) => void) | undefined,
): void {
  const { now, profiles } = state;
  for (const id of ids) {
    if (!profiles.has(id)) continue;
    profiles.beginStep();
    const p = defined(profiles.use(id), 'a listed profile');
    beforeEach?.(p);
    noteList(state, p, name, now);
    state.machine.because('list');
    state.machine.settle(p, now);
    state.enqueue(p);
  }
}

/** A customer who is new, or has come under another identifier, may be on any list. */
export function noteLists(state: EngineState, p: Profile, now: Instant): void {
  for (const name of state.lists.names()) noteList(state, p, name, now);
}

/** Brings what is known of the customer's place on a list in line with the list. */
function noteList(state: EngineState, p: Profile, name: string, now: Instant): void {
  const values = state.identity.identifiersOf(p.id).map(({ value }) => value);
  const since = state.lists.since(name, values);
  const key = listKey(name);
  const was = p.fact(key)?.at(now) === true;
  if (was === (since !== undefined)) return;
  const at = since === undefined ? now : Math.min(since, now);
  // Whoever is on it by a new identifier has been there as long as that: what was known since gives way.
  if (since !== undefined) p.fact(key)?.forgetFrom(at);
  setFact(state, p, key, at, '', since !== undefined, now);
}

/**
 * Lists: a list that is replaced says which identifiers came and went, and what is known of their owners' places on it
 * is brought in line. A new identifier or a merge may put a customer on a list too.
 */

import { defined } from '../base/assert.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import type { Applied } from './engine.ts';
import { type EngineState, NO_NOTICES } from './engine-state.ts';
import { listKey } from './facts.ts';
import type { Profile } from './profile.ts';
import { setFact } from './take-fact.ts';

export function defineLists(state: EngineState, definitions: Definitions): void {
  for (const { name, members } of definitions.lists.values()) takeList(state, name, members);
}

/** Replaces a list. */
export function takeList(state: EngineState, name: string, members: readonly string[]): Applied {
  const now = state.now;
  const touched = new Set<number>();
  for (const text of state.lists.replace(name, members, now)) {
    const id = state.identity.find(text);
    if (id !== undefined) touched.add(id);
  }
  for (const id of [...touched].sort((a, b) => a - b)) {
    state.profiles.beginStep();
    const p = defined(state.profiles.use(id), 'a listed profile');
    noteList(state, p, name, now);
    state.machine.because('list');
    state.machine.settle(p, now);
    state.enqueue(p);
  }
  return { notices: NO_NOTICES };
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

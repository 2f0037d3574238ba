/**
 * Two customers become one: everything kept of the one that goes is put into the one that stays, as if it had
 * arrived there. Counts, sums and firsts of trimmed events add up; events keep their places in time.
 */

import type { Instant } from '../model/message.ts';
import { FactLog, nameOfKey } from './facts.ts';
import type { Plan } from './make-plan.ts';
import type { Profile } from './profile.ts';
import { absorbRing } from './ring-state.ts';

/** Merges state only; `Machine.renew` then finds the answers. */
export function mergeProfiles(
  to: Profile,
  from: Profile,
  plan: Plan,
  now: Instant,
  keepsHistory: boolean,
): void {
  to.bornAt = Math.min(to.bornAt, from.bornAt);
  for (const stream of plan.streams) {
    if (stream.source !== undefined) absorbRing(to, from, stream, stream.oldest(to, now));
  }
  for (const [key, fact] of from.facts ?? []) {
    mergeFact(to, key, fact, keepsHistory || plan.factHistory.has(key));
  }
  for (const message of from.future ?? []) (to.future ??= []).push(message);
  to.future?.sort((a, b) => a.time - b.time);
}

function mergeFact(to: Profile, key: string, from: FactLog, keepsHistory: boolean): void {
  to.facts ??= new Map();
  let fact = to.facts.get(key);
  if (fact === undefined) to.facts.set(key, (fact = new FactLog()));
  if (nameOfKey(key, 'list') !== undefined) {
    fact.unite(from);
    return;
  }
  const history = keepsHistory || from.times.length > 1 || fact.times.length > 1;
  from.times.forEach((time, i) => fact.set(time, from.ids[i] as string, from.values[i], history));
}

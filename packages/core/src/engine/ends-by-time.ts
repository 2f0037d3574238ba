/**
 * When time alone will end each membership of a customer: a copy of them lives through it, woken at each instant at which
 * something may change, until they have left everything that they are in. What depends on how others do (populations)
 * stands still, and messages dated ahead are left out.
 *
 * Cost: the copy, and a wake for each instant; nothing is read from the customer's past.
 */

import type { SegmentChange } from '../model/change.ts';
import type { Instant } from '../model/message.ts';
import { readProfile, writeProfile } from './checkpoint.ts';
import type { EngineState } from './engine-state.ts';
import { Machine } from './machine.ts';
import type { Plan } from './make-plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { segmentsOf } from './views.ts';

/** A rule that flips for ever ends its memberships early; what is left by then is said not to end. */
const wakesMax = 10_000;
/** Further ahead nothing is looked for: a hundred years. */
const horizonMs = 3_155_760_000_000;

type Foresight = { readonly machine: Machine; readonly changes: SegmentChange[] };
const foresights = new WeakMap<Plan, Foresight>();

/** By segment; those that time alone will not end are left out. Undefined: there is no such customer. */
export function endsByTime(state: EngineState, id: number): ReadonlyMap<string, Instant> | undefined {
  const p = copyOf(state, id);
  if (p === undefined) return undefined;
  const waiting = new Set(segmentsOf(state, p).map(({ segment }) => segment));
  const ends = new Map<string, Instant>();
  const { machine, changes } = foresightOf(state.plan);
  for (let n = 0; n < wakesMax && waiting.size > 0; n++) {
    const due = p.dueAt;
    if (due === NEVER || due > state.now + horizonMs) break;
    machine.because('time');
    machine.wake(p, due);
    machine.settle(p, due);
    for (const { segment, change, at } of changes.splice(0)) {
      if (change === 'exited' && waiting.delete(segment)) ends.set(segment, at);
    }
  }
  changes.length = 0;
  return ends;
}

function foresightOf(plan: Plan): Foresight {
  let foresight = foresights.get(plan);
  if (foresight === undefined) {
    const changes: SegmentChange[] = [];
    const machine = new Machine(plan, (change) => {
      if (change.kind === 'segment') changes.push(change);
    });
    foresights.set(plan, (foresight = { machine, changes }));
  }
  return foresight;
}

/** A working form that shares nothing with the customer but what time does not change. */
function copyOf(state: EngineState, id: number): Profile | undefined {
  const { profiles, plan, now } = state;
  const kept = profiles.keptOf(id);
  if (kept === undefined) return undefined;
  const copies = state.customersOf(plan);
  const sampleId = profiles.sampleIdOf(id) ?? '';
  if (kept.bytes !== undefined && kept.rich === undefined && kept.sequences === undefined) {
    copies.putAt(id, sampleId, kept.bytes, { rich: undefined, facts: kept.facts, future: undefined });
    return copies.use(id);
  }
  const p = profiles.look(id);
  if (p === undefined) return undefined;
  const copy = copies.addAt(id, sampleId);
  readProfile(copy, { ...writeProfile(p, plan, now, [], []), future: [] }, plan);
  state.machine.resume(copy, now);
  return copy;
}

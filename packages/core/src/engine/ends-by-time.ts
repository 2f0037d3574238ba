/**
 * What time alone will do to a customer: a copy of them lives through it, woken at each instant at which something may change.
 * What depends on how others do (populations) stands still, and messages dated ahead are left out.
 *
 * Cost: the copy, and a wake for each instant; nothing is read from the customer's past, and nothing of anybody is changed.
 */

import type { Change } from '../model/change.ts';
import type { Instant } from '../model/message.ts';
import { readProfile, writeProfile } from './checkpoint.ts';
import type { Customers } from './customers.ts';
import type { EngineState } from './engine-state.ts';
import { Machine } from './machine.ts';
import type { Plan } from './make-plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { segmentsOf } from './views.ts';

/** A rule that flips for ever ends its memberships early; what is left by then is said not to end. */
const wakesMax = 10_000;
/** Further ahead nothing is looked for: a hundred years. */
const horizonMs = 3_155_760_000_000;
/** The number of whoever is copied; they live among nobody. */
const copyId = 0;

type Foresight = { readonly machine: Machine; readonly changes: Change[]; readonly copies: Customers };
const foresights = new WeakMap<Plan, Foresight>();

/** When time alone will end each membership, by segment; those that it will not are left out. Undefined: nobody has the number. */
export function endsByTime(state: EngineState, id: number): ReadonlyMap<string, Instant> | undefined {
  const foresight = foresightOf(state);
  const p = copyOf(state, id, foresight);
  if (p === undefined) return undefined;
  const waiting = new Set(segmentsOf(state, p).map(({ segment }) => segment));
  const ends = new Map<string, Instant>();
  liveOn(p, state.now + horizonMs, foresight, (change) => {
    if (change.kind === 'segment' && change.change === 'exited' && waiting.delete(change.segment)) {
      ends.set(change.segment, change.at);
    }
    return waiting.size > 0;
  });
  return ends;
}

/** What time alone will change up to an instant, that included, in order. */
export function comingChanges(state: EngineState, id: number, until: Instant): readonly Change[] {
  // The queue wakes whoever something may happen to.
  if (!state.profiles.has(id) || state.profiles.queuedAt(id) > until) return [];
  const foresight = foresightOf(state);
  const p = copyOf(state, id, foresight);
  const changes: Change[] = [];
  if (p === undefined) return changes;
  liveOn(p, until, foresight, (change) => {
    changes.push({ ...change, profile: id });
    return true;
  });
  return changes;
}

/** Lets a copy live until an instant, or until `goOn`, which is told of every change, has heard enough. */
function liveOn(
  p: Profile,
  until: Instant,
  { machine, changes, copies }: Foresight,
  goOn: (change: Change) => boolean,
): void {
  let isEnough = false;
  for (let n = 0; n < wakesMax && !isEnough; n++) {
    const due = p.dueAt;
    if (due === NEVER || due > until) break;
    machine.because('time');
    machine.wake(p, due);
    machine.settle(p, due);
    for (const change of changes.splice(0)) if (!goOn(change)) isEnough = true;
  }
  changes.length = 0;
  copies.remove(copyId);
}

function foresightOf(state: EngineState): Foresight {
  const { plan } = state;
  let foresight = foresights.get(plan);
  if (foresight === undefined) {
    const changes: Change[] = [];
    const machine = new Machine(plan, (change) => changes.push(change));
    foresights.set(plan, (foresight = { machine, changes, copies: state.customersOf(plan) }));
  }
  return foresight;
}

/** A working form that shares nothing with the customer but what time does not change; to be removed from `copies` again. */
function copyOf(state: EngineState, id: number, { copies }: Foresight): Profile | undefined {
  const { profiles, plan, now } = state;
  const kept = profiles.keptOf(id);
  if (kept === undefined) return undefined;
  const sampleId = profiles.sampleIdOf(id) ?? '';
  copies.beginStep();
  if (kept.bytes !== undefined && kept.rich === undefined && kept.sequences === undefined) {
    copies.putAt(copyId, sampleId, kept.bytes, { rich: undefined, facts: kept.facts, future: undefined });
    return copies.use(copyId);
  }
  const p = profiles.look(id);
  if (p === undefined) return undefined;
  const copy = copies.addAt(copyId, sampleId);
  readProfile(copy, { ...writeProfile(p, plan, now, [], []), future: [] }, plan);
  state.machine.resume(copy, now);
  return copy;
}

/**
 * What time alone will do to a customer: a copy of them lives through it, woken at each instant at which something may change.
 * What depends on how others do (populations) stands still, and messages dated ahead are left out.
 *
 * Cost: the copy, and a wake for each instant; nothing is read from the customer's past, and nothing of anybody is changed.
 */

import type { Change } from '../model/change.ts';
import type { Instant } from '../model/message.ts';
import type { EngineState } from './engine-state.ts';
import { Machine } from './machine.ts';
import type { Plan } from './make-plan.ts';
import { NEVER, Profile } from './profile.ts';
import { segmentsOf } from './views.ts';

/** A rule that flips for ever ends its memberships early; what is left by then is said not to end. */
const wakesMax = 10_000;
/** Further ahead nothing is looked for: a hundred years. */
const horizonMs = 3_155_760_000_000;

type Foresight = { readonly machine: Machine; readonly changes: Change[]; readonly copy: Profile };
const foresights = new WeakMap<Plan, Foresight>();

/** When time alone will end each membership, by segment; those that it will not are left out. Undefined: nobody has the number. */
export function endsByTime(state: EngineState, id: number): ReadonlyMap<string, Instant> | undefined {
  const { profiles, now } = state;
  const foresight = foresightOf(state);
  const ends = new Map<string, Instant>();
  if (!profiles.copyDue(foresight.copy, id, now + horizonMs)) return profiles.has(id) ? ends : undefined;
  const waiting = new Set(segmentsOf(state, foresight.copy).map(({ segment }) => segment));
  liveOn(foresight, now + horizonMs, (change) => {
    if (change.kind === 'segment' && change.change === 'exited' && waiting.delete(change.segment)) {
      ends.set(change.segment, change.at);
    }
    return waiting.size > 0;
  });
  return ends;
}

/** What time alone will change up to an instant, that included, in order. */
export function comingChanges(state: EngineState, id: number, until: Instant): readonly Change[] {
  const foresight = foresightOf(state);
  const changes: Change[] = [];
  if (!state.profiles.copyDue(foresight.copy, id, until)) return changes;
  liveOn(foresight, until, (change) => {
    changes.push(change);
    return true;
  });
  return changes;
}

/** Lets a copy live until an instant, or until `goOn`, which is told of every change, has heard enough. */
function liveOn(
  { machine, changes, copy }: Foresight,
  until: Instant,
  goOn: (change: Change) => boolean,
): void {
  let isEnough = false;
  for (let n = 0; n < wakesMax && !isEnough; n++) {
    const due = copy.dueAt;
    if (due === NEVER || due > until) break;
    machine.because('time');
    machine.wake(copy, due);
    machine.settle(copy, due);
    for (const change of changes) if (!goOn(change)) isEnough = true;
    changes.length = 0;
  }
}

function foresightOf(state: EngineState): Foresight {
  const { plan } = state;
  let foresight = foresights.get(plan);
  if (foresight === undefined) {
    const changes: Change[] = [];
    const machine = new Machine(plan, (change) => changes.push(change));
    foresights.set(plan, (foresight = { machine, changes, copy: new Profile(-1, '') }));
  }
  return foresight;
}

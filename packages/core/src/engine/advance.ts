/**
 * Time passes for all partitions together: from one instant at which something is due to the next, so that changes come in
 * the order of their instants whoever tells them, and what is taken of everybody is of one instant. At one instant customers
 * are woken by descending number, wherever they live.
 *
 * Very many may be due at once, so time passes in as many pieces as the caller likes. Between two pieces some customers are
 * at the instant already and others not yet; going on gives the same changes in the same order as not having stopped.
 */

import type { Instant } from '../model/message.ts';
import type { EngineState, Partitions } from './engine-state.ts';
import { NEVER } from './profile.ts';
import { takeHeldMessages } from './take-message.ts';
import { refreshPopulations } from './take-populations.ts';

/** The earliest instant at which time alone could change an answer; NEVER when there is none. */
export function nextDue(parts: Partitions): Instant {
  return Math.min(nextWake(parts), parts[0].refreshAt);
}

/**
 * Lets time pass towards `now`; true when it is there. `goOn` is asked before each customer whether there is time for
 * more; where it says no, call again, and until then take nothing else. Never goes back.
 */
export function advance(parts: Partitions, now: Instant, goOn: () => boolean): boolean {
  for (;;) {
    const due = nextWake(parts);
    const { refreshAt } = parts[0];
    if (Math.min(due, refreshAt) > now) break;
    if (!goOn()) return false;
    setClocks(parts, Math.min(due, refreshAt));
    if (due <= refreshAt) wakeNext(ofNext(parts, due), due);
    else refreshPopulations(parts);
  }
  setClocks(parts, now);
  return true;
}

function nextWake(parts: Partitions): Instant {
  let due = NEVER;
  for (const { queue } of parts) if (queue.peek() < due) due = queue.peek();
  return due;
}

function setClocks(parts: Partitions, now: Instant): void {
  for (const state of parts) if (now > state.now) state.now = now;
}

/** Where the customer lives who is to be woken next: of those due at the earliest instant the one with the greatest number. */
function ofNext(parts: Partitions, due: Instant): EngineState {
  let [next] = parts;
  if (parts.length === 1) return next;
  let greatest = -1;
  for (const state of parts) {
    const id = state.queue.next(due);
    if (id > greatest) {
      greatest = id;
      next = state;
    }
  }
  return next;
}

function wakeNext(state: EngineState, due: Instant): void {
  const { profiles } = state;
  const id = state.queue.take(due);
  if (profiles.queuedAt(id) !== due) return;
  profiles.beginStep();
  const p = profiles.usePassing(id);
  profiles.setQueuedAt(id, NEVER);
  if (p === undefined) return;
  if (p.dueAt <= due) {
    state.machine.because('time');
    const dated = state.machine.wake(p, due);
    state.machine.settle(p, due);
    if (dated) takeHeldMessages(state, p, due);
  }
  state.enqueue(p);
}

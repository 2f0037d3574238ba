/**
 * Time passes for all partitions together: from one instant at which something is due to the next, so that changes come in
 * the order of their instants whoever tells them, and what is taken of everybody is of one instant.
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

/** Never goes back. */
export function advance(parts: Partitions, now: Instant): void {
  for (;;) {
    const due = nextWake(parts);
    const { refreshAt } = parts[0];
    if (due <= now && due <= refreshAt) wakeAll(parts, due);
    else if (refreshAt <= now) {
      setClocks(parts, refreshAt);
      refreshPopulations(parts);
    } else break;
  }
  setClocks(parts, now);
}

function nextWake(parts: Partitions): Instant {
  let due = NEVER;
  for (const { queue } of parts) if (queue.peek() < due) due = queue.peek();
  return due;
}

function setClocks(parts: Partitions, now: Instant): void {
  for (const state of parts) if (now > state.now) state.now = now;
}

/** Everybody who is to be woken at the earliest instant. */
function wakeAll(parts: Partitions, due: Instant): void {
  setClocks(parts, due);
  parts[0].registry.changes.inOrder('descending', () => {
    for (const state of parts) while (state.queue.peek() <= due) wakeNext(state, due);
  });
}

function wakeNext(state: EngineState, due: Instant): void {
  const { profiles } = state;
  const id = state.queue.take(due);
  if (profiles.queuedAt(id) !== due) return;
  profiles.beginStep();
  const p = profiles.use(id);
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

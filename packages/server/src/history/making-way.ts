/** How the process of the history store makes way for the service: both want the same cores. */

import type { ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';

/** A process that turns in its event loop for more than this part of the time has much to do. */
const busyUtilization = 0.4;
/** Of the process, as systems count it: taking messages goes before history where there is not time for both. */
const niceness = 5;

/** Begins to watch how busy this process is, and makes what tells it at the end. */
export function busySince(): () => boolean {
  const begin = performance.eventLoopUtilization();
  return () => performance.eventLoopUtilization(begin).utilization > busyUtilization;
}

export function makeWay({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, niceness);
  } catch {
    // Not everywhere may a process say so of another.
  }
}

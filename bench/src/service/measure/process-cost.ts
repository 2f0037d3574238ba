/** What a process has cost so far, from `/proc`; elsewhere than on Linux nobody knows, and figures are NaN. */

import { readdirSync, readFileSync } from 'node:fs';

export type ProcessCost = {
  /** Of all its threads, in the process and in the kernel on its behalf. */
  readonly cpuSeconds: number;
  /** How often a thread was given a core: it had waited for something, or was put aside for another. */
  readonly wakeUps: number;
};

/** Threads that have ended are in neither figure: those of Node and LMDB last as long as the process. */
export function processCost(pid: number): ProcessCost {
  let nanoseconds = 0;
  let wakeUps = 0;
  let threads: readonly string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return { cpuSeconds: NaN, wakeUps: NaN };
  }
  for (const thread of threads) {
    try {
      // Time on a core in nanoseconds, time spent waiting for one, times that it was given one.
      const [onCore, , times] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      nanoseconds += Number(onCore);
      wakeUps += Number(times);
    } catch {
      // It ended between the two looks.
    }
  }
  return { cpuSeconds: nanoseconds / 1e9, wakeUps };
}

export function costBetween(before: ProcessCost, after: ProcessCost): ProcessCost {
  return {
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    wakeUps: after.wakeUps - before.wakeUps,
  };
}

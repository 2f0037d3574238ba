/** What processes take of memory, from `/proc`; elsewhere than on Linux nobody knows. */

import { readdirSync, readFileSync } from 'node:fs';

/** Processes that a process has started and that run. */
export function childrenOf(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter((text) => text.trim() !== '')
        .map(Number),
    );
  } catch {
    return [];
  }
}

/** The most that a process has had in memory, in bytes; NaN where it is not known. */
export function memoryPeak(pid: number): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kibibytes) * 1024;
  } catch {
    return NaN;
  }
}

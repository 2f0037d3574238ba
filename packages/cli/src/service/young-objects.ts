/** How the memory of a process that serves is collected. */

import { totalmem } from 'node:os';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';

const MiB = 1 << 20;
/** So much may come to the heap between two full collections, or as much as there is where that is more. */
const roomBytesMax: number = 256 * MiB;
/** Of the memory of the machine, or of what the process may have of it. */
const roomShare: number = 1 / 16;
/** What lives in the heap of a service without customers: the program itself. */
const programBytes: number = 64 * MiB;

/**
 * Has V8 make all objects young, and go through the old ones seldom. To be called before the code that serves is loaded.
 *
 * Left to itself it makes those of places whose objects once lived long old from the start (allocation-site pretenuring): so
 * after a burst, in which many requests wait at once, messages are old when they are made. An old object that is dead keeps
 * all that it refers to until a full collection, so every short one then copies whatever came since the one before, 10 to
 * 20 ms each, instead of 2 to 3.
 *
 * And it begins a full collection whenever there is a fifth more than the last one left, buffers counted in: in a busy service
 * that is every few seconds, and each takes most of two cores for a tenth of one. So there may be twice as much, and where
 * little lives some hundred megabytes more.
 */
export function keepObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  allowGrowth(programBytes, memory);
  const observer = new PerformanceObserver((list) => {
    if (list.getEntries().some(isFull)) allowGrowth(getHeapStatistics().used_heap_size, memory);
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** Percent of what lives that may come before the next full collection; `memory` is that of the machine, in bytes. */
export function growthPercent(liveBytes: number, memory: number): number {
  const room = Math.min(roomBytesMax, memory * roomShare);
  return Math.max(100, Math.round((100 * room) / liveBytes));
}

function allowGrowth(liveBytes: number, memory: number): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent(liveBytes, memory)}`);
}

/** The declarations of Node do not know the details of an entry. */
function isFull(entry: PerformanceEntry & { readonly detail?: unknown }): boolean {
  const { detail } = entry;
  return (
    typeof detail === 'object' &&
    detail !== null &&
    'kind' in detail &&
    detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
  );
}

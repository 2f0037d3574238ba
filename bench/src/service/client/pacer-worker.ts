/** The thread of a `Pacer`: sleeps until an instant, and says that it has come. */

import { parentPort } from 'node:worker_threads';

import type { Pace } from './pacer.ts';

const sleeper = new Int32Array(new SharedArrayBuffer(4));

parentPort?.on('message', ({ begin, intervalMs, count }: Pace) => {
  const first = begin - performance.timeOrigin;
  for (let i = 0; i < count; i++) {
    const due = first + i * intervalMs;
    let rest = due - performance.now();
    // What has come while the last call was made goes along with the next.
    if (rest <= 0 && i + 1 < count) continue;
    for (; rest > 0; rest = due - performance.now()) Atomics.wait(sleeper, 0, 0, rest);
    parentPort?.postMessage(i);
  }
});
parentPort?.postMessage('ready');

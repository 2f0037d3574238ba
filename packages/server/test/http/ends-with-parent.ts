/**
 * Loaded before a program that a test starts (own-process.ts): the program ends when its input does, which is when the test's
 * process has gone, however it went. Processes that the program starts itself see to that on their own.
 */

import { isMainThread } from 'node:worker_threads';

const isStartedByTest = isMainThread && process.channel === undefined;

if (isStartedByTest) {
  process.stdin.on('close', () => {
    process.kill(process.pid, 'SIGKILL');
  });
  process.stdin.resume();
  process.stdin.unref();
}

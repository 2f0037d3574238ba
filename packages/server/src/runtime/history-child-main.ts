/** The process of the history store; its parent speaks to it through the channel of `fork`. */

import type { ToHistory, FromHistory } from '../history/protocol.ts';
import { HistoryChild } from '../history/history-child.ts';
import { replayLog } from './replay-log.ts';

const child = new HistoryChild({ send }, (timeZone, bases) => (log) => replayLog(log, timeZone, bases));

function send(message: FromHistory): void {
  // The parent may be gone; then this process is too, soon.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/**
 * Ends the process at once. The usual exit runs the library's own ends, which may wait for ever for a thread that has gone, and a
 * process that stays keeps the store locked for the one that comes after it. Whatever must be whole is whole by now.
 */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

function fail(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  send({ kind: 'broken', message, at: Date.now() });
  // What was said gets out first.
  setTimeout(end, 50);
}

process.on('message', (message) => {
  child.take(message as ToHistory).then((outcome) => {
    if (outcome === 'stop') end();
  }, fail);
});
process.on('disconnect', end);
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// Whoever asks the service to stop asks its group: the service says when this process stops.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

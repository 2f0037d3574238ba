/**
 * A process that appends without end, to be killed or to have its disk broken. Lines it says, each written at once:
 * `ack P N` for every acknowledged append of N entries at position P, then, when the log has failed, `failed CODE` and
 * `after CODE` for what became of one more append, and `alive` a while later.
 *
 * Entries follow from their position (entries.ts), so whoever looks at the log knows what must be there.
 *
 * Arguments: directory, entries of an append, stallMs.
 */

import { writeSync } from 'node:fs';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import type { Log } from '../../src/log/log.ts';
import { messages } from './entries.ts';

const [directory = '', size = '5', stallMs = '10000'] = process.argv.slice(2);
const concurrent = 4;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function appendOn(log: Log): Promise<void> {
  for (;;) {
    const count = 1 + (log.next % Number(size));
    const position = await log.append(messages(log.next, count), Math.max(log.lastAt ?? 0, log.next));
    say(`ack ${position} ${count}`);
  }
}

const log = await openLmdbLog(directory, { stallMs: Number(stallMs) });
say('open');
const appending = Array.from({ length: concurrent }, () => appendOn(log).catch(() => undefined));
say(`failed ${codeOf(await log.failed)}`);
await Promise.all(appending);
await log.append(messages(log.next, 1), log.next).then(
  () => {
    say('after acknowledged');
  },
  (error: unknown) => {
    say(`after ${codeOf(error)}`);
  },
);
await log.close();
await new Promise((resolve) => setTimeout(resolve, 200));
say('alive');
process.exit(0);

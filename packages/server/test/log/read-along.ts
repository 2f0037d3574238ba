/**
 * A process that only looks at a log, which another writes. For every position on a line of its input it says on one line, as
 * JSON, what it sees from there on.
 *
 * Arguments: directory.
 */

import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

import { openLmdbLog } from '../../src/log/lmdb-log.ts';

const log = await openLmdbLog(process.argv[2] ?? '', { readOnly: true });

for await (const line of createInterface({ input: process.stdin })) {
  const from = Number(line);
  const entry = log.entryAt(from);
  const seen = {
    next: log.next,
    last: log.lastAt ?? null,
    records: [...log.read(from)].map(({ position, entries }) => [position, entries.length]),
    at: log.recordAt(from)?.position ?? null,
    entry: entry?.kind === 'message' ? entry.message.messageId : null,
    scanned: [...log.scan(from, () => true)].reduce((sum, { messages }) => sum + messages.length, 0),
  };
  writeSync(1, `${JSON.stringify(seen)}\n`);
}
await log.close();

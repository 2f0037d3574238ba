/** Looks through a whole log for damage, in slices, so that whatever else the process does goes on. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Instant } from '@segue/core/model/message.ts';
import { checkRecord } from './entry-codec.ts';
import type { Position } from './entry.ts';
import { positionKey, readPosition } from './keys.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { damagedGap } from './log-damage.ts';

export type LogSummary = {
  readonly records: number;
  readonly entries: number;
  /** Instants of the first and the last record. */
  readonly firstAt?: Instant;
  readonly lastAt?: Instant;
};

/** Records looked at between two turns of the event loop. */
const sliceRecords = 64;

/** Reads every record of the log in a directory. @throws StorageError that says where it is damaged */
export async function checkLog(directory: string): Promise<LogSummary> {
  const environment = new LmdbEnvironment(directory, { store: 'log', readOnly: true });
  try {
    let summary: LogSummary = { records: 0, entries: 0 };
    for (;;) {
      const before = summary.records;
      summary = checkSlice(environment, summary);
      if (summary.records === before) return summary;
      await nextTurn();
    }
  } finally {
    await environment.close();
  }
}

function checkSlice(environment: LmdbEnvironment, summary: LogSummary): LogSummary {
  let next: Position = summary.entries;
  let { records, firstAt, lastAt } = summary;
  const range = environment.db.getRange({ start: positionKey(next), limit: sliceRecords });
  for (const { key, value } of range) {
    const position = readPosition(key);
    if (position !== next) throw damagedGap(next, position);
    const head = checkRecord(value, position);
    next = position + head.count;
    records += 1;
    firstAt ??= head.at;
    lastAt = head.at;
  }
  return {
    records,
    entries: next,
    ...(firstAt === undefined ? {} : { firstAt }),
    ...(lastAt === undefined ? {} : { lastAt }),
  };
}

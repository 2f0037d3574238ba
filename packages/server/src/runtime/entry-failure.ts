/**
 * An error of the engine while it took an entry of the log. State and log may differ from there on, so the process ends;
 * and since the entry is in the log, the next start fails at the same place, until the entry is put aside (skip-entry.ts)
 * or a version of Segue without the error is started.
 */

import type { LogEntry, Position } from '../log/entry.ts';

export class EntryFailure extends Error {
  readonly code: 'engine/entry-failed' | 'engine/time-failed';
  readonly position: Position;
  readonly retryable = false;

  /** `whose`: whether it was the entry that failed, or the passing of time before it. */
  constructor(whose: 'entry' | 'time', entry: LogEntry, position: Position, cause: unknown) {
    super(whose === 'entry' ? entryMessage(entry, position) : timeMessage(position), { cause });
    this.name = 'EntryFailure';
    this.code = whose === 'entry' ? 'engine/entry-failed' : 'engine/time-failed';
    this.position = position;
  }
}

function entryMessage(entry: LogEntry, position: Position): string {
  return (
    `The engine failed at entry ${position} of the log (${describe(entry)}). Nothing that was acknowledged is lost, ` +
    'and no start will get beyond it: report this as a bug, and to go on without that entry stop Segue and run ' +
    `segue skip ${position} --reason TEXT.`
  );
}

function timeMessage(position: Position): string {
  return (
    `The engine failed over the passing of time before entry ${position} of the log, so leaving that entry out would not ` +
    'help. Nothing that was acknowledged is lost: report this as a bug, and start the version of Segue that ran before.'
  );
}

/** What an entry is, without what it says of anybody. */
export function describe(entry: LogEntry): string {
  switch (entry.kind) {
    case 'message':
      return `a message of kind ${entry.message.kind} of the source ${entry.source}`;
    case 'definitions':
      return `definitions, revision ${entry.revision}`;
    case 'list':
      return `the list ${entry.name}`;
    case 'score':
      return `a score ${entry.name}`;
    case 'consent':
      return 'a consent';
    case 'refresh':
      return 'a refresh of populations';
    case 'erase':
      return 'an erasure';
    case 'tick':
      return 'the passing of time';
    case 'skipped':
      return `put aside: ${describe(entry.entry)}`;
    case 'erased':
      return 'erased';
  }
}

/** What the loop is given, and how those are answered who gave it. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';
import type { Message } from '@segue/core/model/message.ts';

import type { LogEntry } from '../log/entry.ts';
import type { Outcome } from './intake.ts';

/** What became of an entry: of a message its outcome, of a definition set perhaps why it was refused. */
export type EntryResult = Result<Outcome, readonly Diagnostic[]>;

/** Entries that came together, and stay together. */
export type Submission = {
  readonly entries: readonly LogEntry[];
  /** Called when they are durable, if somebody waits for that. */
  readonly onDurable?: () => void;
  /** Called when they are taken. */
  readonly onTaken: (results: readonly EntryResult[]) => void;
  readonly reject: (error: Error) => void;
};

export function entriesOf(messages: readonly Message[], source: string): readonly LogEntry[] {
  return messages.map((message): LogEntry => ({ kind: 'message', message, source }));
}

export function outcomesOf(results: readonly EntryResult[]): readonly Outcome[] {
  return results.map((result) => (result.ok ? result.value : { notices: result.error }));
}

/** The entries of all of them, in order. */
export function flat(submissions: readonly Submission[]): readonly LogEntry[] {
  const all: LogEntry[] = [];
  for (const { entries } of submissions) for (const entry of entries) all.push(entry);
  return all;
}

/** Tells each what became of its own; results are in the order of all entries. */
export function answer(submissions: readonly Submission[], results: readonly EntryResult[]): void {
  let from = 0;
  for (const { entries, onTaken } of submissions) {
    onTaken(submissions.length === 1 ? results : results.slice(from, from + entries.length));
    from += entries.length;
  }
}

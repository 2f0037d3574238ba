/** Records with some of their entries replaced, at the same positions. */

import type { LogEntry, LogRecord, Position } from './entry.ts';

/** The record with those entries in place of its own; itself where none of them is one of its. */
export function withEntries(record: LogRecord, entries: ReadonlyMap<Position, LogEntry>): LogRecord {
  const { position } = record;
  if (!record.entries.some((_, i) => entries.has(position + i))) return record;
  return { ...record, entries: record.entries.map((entry, i) => entries.get(position + i) ?? entry) };
}

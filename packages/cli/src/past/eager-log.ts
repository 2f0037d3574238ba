/**
 * A log that answers before the disk has: for a past that is lived through in seconds, and begun anew where that is cut short.
 *
 * What is not durable yet is kept here, so that whoever looks an entry up finds it. `settled` waits for the disk; the number
 * of records that wait is bounded by whoever appends.
 */

import type { LogEntry, LogRecord, Position } from '@segue/server/log/entry.ts';
import type { Log, ScannedRecord, SkimmedRecord, Wanted } from '@segue/server/log/log.ts';
import type { Instant, MessageKind } from '@segue/core/model/message.ts';

export class EagerLog implements Log {
  readonly #inner: Log;
  /** In order; those that are durable are taken off by `settled`. */
  #waiting: LogRecord[] = [];
  #last: Promise<unknown> = Promise.resolve();

  constructor(inner: Log) {
    this.#inner = inner;
  }

  get next(): Position {
    return this.#inner.next;
  }

  get lastAt(): Instant | undefined {
    return this.#inner.lastAt;
  }

  get failed(): Promise<Error> {
    return this.#inner.failed;
  }

  /** Records that are not known to be durable. */
  get waiting(): number {
    return this.#waiting.length;
  }

  append(entries: readonly LogEntry[], at: Instant): Promise<Position> {
    const position = this.#inner.next;
    this.#last = this.#inner.append(entries, at);
    // Whoever waits for the disk is told of a failure, and `failed` tells it too.
    this.#last.catch(() => undefined);
    this.#waiting.push({ position, at, entries });
    return Promise.resolve(position);
  }

  /** Resolves when everything appended so far is durable. */
  async settled(): Promise<void> {
    const count = this.#waiting.length;
    await this.#last;
    this.#waiting = this.#waiting.slice(count);
  }

  *read(from: Position): Iterable<LogRecord> {
    let next = from;
    for (const record of this.#inner.read(from)) {
      next = record.position + record.entries.length;
      yield record;
    }
    for (const record of this.#waiting) if (record.position >= next) yield record;
  }

  scan(from: Position, reads: (kind: MessageKind, name: string) => boolean): Iterable<ScannedRecord> {
    return this.#inner.scan(from, reads);
  }

  skim(from: Position, wanted: Wanted): Iterable<SkimmedRecord> {
    return this.#inner.skim(from, wanted);
  }

  entryAt(position: Position): LogEntry | undefined {
    const record = this.#waitingAt(position);
    return record === undefined ? this.#inner.entryAt(position) : record.entries[position - record.position];
  }

  timeAt(position: Position): Instant | undefined {
    const record = this.#waitingAt(position);
    if (record === undefined) return this.#inner.timeAt(position);
    const entry = record.entries[position - record.position];
    return entry?.kind === 'message' ? entry.message.time : undefined;
  }

  recordAt(position: Position): LogRecord | undefined {
    return this.#waitingAt(position) ?? this.#inner.recordAt(position);
  }

  replace(entries: ReadonlyMap<Position, LogEntry>): Promise<void> {
    return this.#inner.replace(entries);
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#inner.close();
  }

  #waitingAt(position: Position): LogRecord | undefined {
    let low = 0;
    let high = this.#waiting.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const record = this.#waiting[middle];
      if (record === undefined || position < record.position) high = middle - 1;
      else if (position >= record.position + record.entries.length) low = middle + 1;
      else return record;
    }
    return undefined;
  }
}

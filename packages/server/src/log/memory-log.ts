/**
 * A log in memory, for tests: it does what the conformance suite asks except outliving its process. Records are kept as
 * bytes, so whoever reads gets values of their own, and what a stored log could not keep is refused here too.
 */

import type { Instant, MessageKind } from '@segue/core/model/message.ts';
import { refuseAppend } from './append-guard.ts';
import {
  decodeEntry,
  decodeRecord,
  encodeRecord,
  scanRecord,
  skimRecord,
  timesOfRecord,
} from './entry-codec.ts';
import type { LogEntry, LogRecord, Position } from './entry.ts';
import type { Log, ScannedRecord, SkimmedRecord, Wanted } from './log.ts';
import { timeIn } from './recent-times.ts';
import { withEntries } from './replaced-entries.ts';

export interface MemoryLog extends Log {
  /** From now on the disk is broken: appends that are not durable yet, and all later ones, fail with this error. */
  breakWith(error: Error): void;
}

export function createMemoryLog(): MemoryLog {
  return new RecordsInMemory();
}

type Kept = { readonly position: Position; bytes: Buffer };

class RecordsInMemory implements MemoryLog {
  readonly failed: Promise<Error>;
  #settleFailed: (error: Error) => void = () => undefined;
  #failure: Error | undefined;
  #closed = false;
  readonly #durable: Kept[] = [];
  #next: Position = 0;
  #lastAt: Instant | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.failed = new Promise((resolve) => {
      this.#settleFailed = resolve;
    });
  }

  get next(): Position {
    return this.#next;
  }

  get lastAt(): Instant | undefined {
    return this.#lastAt;
  }

  async append(entries: readonly LogEntry[], at: Instant): Promise<Position> {
    const refusal = refuseAppend(entries, at, this.#lastAt);
    if (refusal !== undefined) throw refusal;
    this.#requireWhole();
    if (this.#closed) throw new Error('The log is closed');
    const position = this.#next;
    const bytes = encodeRecord(position, at, entries);
    this.#next += entries.length;
    this.#lastAt = at;
    const durable = new Promise((resolve) => setImmediate(resolve));
    this.#last = durable;
    await durable;
    this.#requireWhole();
    this.#durable.push({ position, bytes });
    return position;
  }

  *read(from: Position): Generator<LogRecord, void, undefined> {
    for (let i = Math.max(0, this.#indexOf(from)); i < this.#durable.length; i += 1) {
      const { position, bytes } = this.#durable[i] as Kept;
      const record = decodeRecord(bytes, position);
      if (position + record.entries.length > from) yield record;
    }
  }

  *scan(from: Position, reads: (kind: MessageKind, name: string) => boolean): Iterable<ScannedRecord> {
    for (let i = Math.max(0, this.#indexOf(from)); i < this.#durable.length; i += 1) {
      const { position, bytes } = this.#durable[i] as Kept;
      const record = scanRecord(bytes, position, reads);
      if (position + record.count > from) yield record;
    }
  }

  *skim(from: Position, wanted: Wanted): Iterable<SkimmedRecord> {
    for (let i = Math.max(0, this.#indexOf(from)); i < this.#durable.length; i += 1) {
      const { position, bytes } = this.#durable[i] as Kept;
      const record = skimRecord(bytes, position, wanted);
      if (position + record.count > from) yield record;
    }
  }

  entryAt(position: Position): LogEntry | undefined {
    const kept = this.#durable[this.#indexOf(position)];
    return kept === undefined ? undefined : decodeEntry(kept.bytes, kept.position, position - kept.position);
  }

  timeAt(position: Position): Instant | undefined {
    const kept = this.#durable[this.#indexOf(position)];
    if (kept === undefined) return undefined;
    const times = timesOfRecord(kept.bytes, kept.position);
    return timeIn({ position: kept.position, times }, position);
  }

  recordAt(position: Position): LogRecord | undefined {
    const kept = this.#durable[this.#indexOf(position)];
    if (kept === undefined) return undefined;
    const record = decodeRecord(kept.bytes, kept.position);
    return position < kept.position + record.entries.length ? record : undefined;
  }

  async replace(entries: ReadonlyMap<Position, LogEntry>): Promise<void> {
    this.#requireWhole();
    for (const position of entries.keys()) {
      if (this.recordAt(position) === undefined) throw new RangeError(`no entry at position ${position}`);
    }
    for (const kept of this.#durable) {
      const record = decodeRecord(kept.bytes, kept.position);
      const replaced = withEntries(record, entries);
      if (replaced !== record) kept.bytes = encodeRecord(kept.position, record.at, replaced.entries);
    }
    await this.#last;
  }

  breakWith(error: Error): void {
    this.#failure ??= error;
    this.#settleFailed(this.#failure);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#last;
  }

  #requireWhole(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Index of the last durable record that begins at or before a position; −1 when there is none. */
  #indexOf(position: Position): number {
    let low = 0;
    let high = this.#durable.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#durable[middle] as Kept).position <= position) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

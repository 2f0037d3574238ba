/**
 * The log in an LMDB environment of its own: one value per append, under the position of its first entry as eight bytes,
 * big-endian. Appends of one turn of the event loop, and those that come while a commit runs, share a transaction and
 * an fsync (lmdb-environment.ts). Readers take copies of a few records at a time, so that no reader holds a snapshot
 * and reading never blocks writing. Values of more than half a page lie in pages of their own, so packing many entries
 * into one append is what makes it fast: never one append per event.
 */

import type { Instant, MessageKind } from '@segue/core/model/message.ts';
import { refuseAppend } from './append-guard.ts';
import {
  checkRecord,
  decodeEntry,
  decodeRecord,
  encodeRecord,
  scanRecord,
  skimRecord,
  timesOfRecord,
} from './entry-codec.ts';
import type { LogEntry, LogRecord, Position } from './entry.ts';
import { positionKey, readPosition } from './keys.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { damagedGap } from './log-damage.ts';
import type { Log, ScannedRecord, SkimmedRecord, Wanted } from './log.ts';
import { RecentRecords } from './recent-records.ts';
import { RecentTimes, timeIn } from './recent-times.ts';
import { withEntries } from './replaced-entries.ts';

/** Read ahead of whoever iterates: bytes, and records, copied at a time. */
const chunkBytes = 1 << 20;
const chunkRecords = 256;
/** Entries of one record that are read by themselves, one after the other. */
const singlesMax = 3;

export type LmdbLogOptions = {
  /** An append that has not settled after so many milliseconds is taken as failed; 10,000 when left out. */
  readonly stallMs?: number;
  /** Address space at first, a power of two; it grows when reached. */
  readonly mapBytes?: number;
  /** For looking at a log that another process writes. */
  readonly readOnly?: boolean;
};

/** Opens the log in a directory, which is made when it is not there. @throws StorageError */
export function openLmdbLog(directory: string, options: LmdbLogOptions = {}): Promise<Log> {
  // A promise because other logs (a broker's) need the network to open.
  return Promise.resolve().then(() => new StoredLog(directory, options));
}

type Stored = { readonly position: Position; readonly bytes: Buffer };

class StoredLog implements Log {
  readonly #environment: LmdbEnvironment;
  /** Another process writes: where the log ends is looked up whenever it is asked. */
  readonly #isOthers: boolean;
  readonly #recent = new RecentRecords();
  readonly #times = new RecentTimes();
  /** How many entries were read by themselves of the record that was looked at last. */
  #singles = { position: -1, times: 0 };
  #next: Position = 0;
  #lastAt: Instant | undefined;

  constructor(directory: string, options: LmdbLogOptions) {
    this.#environment = new LmdbEnvironment(directory, { store: 'log', ...options });
    this.#isOthers = options.readOnly === true;
    this.#findEnd();
  }

  get next(): Position {
    this.#lookAnew();
    return this.#next;
  }

  get lastAt(): Instant | undefined {
    this.#lookAnew();
    return this.#lastAt;
  }

  get failed(): Promise<Error> {
    return this.#environment.failed;
  }

  async append(entries: readonly LogEntry[], at: Instant): Promise<Position> {
    const refusal = refuseAppend(entries, at, this.#lastAt);
    if (refusal !== undefined) throw refusal;
    const position = this.#next;
    const bytes = encodeRecord(position, at, entries);
    this.#next += entries.length;
    this.#lastAt = at;
    await this.#environment.commit((writes) => {
      writes.put(positionKey(position), bytes, true);
    });
    return position;
  }

  read(from: Position): Generator<LogRecord, void, undefined> {
    return this.#records(from, decodeRecord, ({ entries }) => entries.length);
  }

  scan(from: Position, reads: (kind: MessageKind, name: string) => boolean): Iterable<ScannedRecord> {
    return this.#records(
      from,
      (bytes, position) => scanRecord(bytes, position, reads),
      ({ count }) => count,
    );
  }

  skim(from: Position, wanted: Wanted): Iterable<SkimmedRecord> {
    return this.#records(
      from,
      (bytes, position) => skimRecord(bytes, position, wanted),
      ({ count }) => count,
    );
  }

  entryAt(position: Position): LogEntry | undefined {
    if (position >= this.#next) this.#lookAnew();
    const recent = this.#recent.find(position);
    if (recent !== undefined) return recent.entries[position - recent.position];
    const stored = this.#storedAt(position);
    if (stored === undefined || position >= this.#next) return undefined;
    // Who asks for several of a record reads all of it at once.
    const times = stored.position === this.#singles.position ? this.#singles.times + 1 : 1;
    this.#singles = { position: stored.position, times };
    if (times <= singlesMax) return decodeEntry(stored.bytes, stored.position, position - stored.position);
    const record = this.recordAt(position);
    return record?.entries[position - record.position];
  }

  timeAt(position: Position): Instant | undefined {
    if (position >= this.#next) this.#lookAnew();
    const known = this.#times.find(position);
    if (known !== undefined) return timeIn(known, position);
    const stored = this.#storedAt(position);
    if (stored === undefined || position >= this.#next) return undefined;
    const found = { position: stored.position, times: timesOfRecord(stored.bytes, stored.position) };
    this.#times.add(found);
    return timeIn(found, position);
  }

  recordAt(position: Position): LogRecord | undefined {
    if (position >= this.#next) this.#lookAnew();
    const recent = this.#recent.find(position);
    if (recent !== undefined) return recent;
    const stored = this.#storedAt(position);
    if (stored === undefined) return undefined;
    const record = decodeRecord(stored.bytes, stored.position);
    if (position >= stored.position + record.entries.length) return undefined;
    this.#recent.add(record, stored.bytes.length);
    return record;
  }

  async replace(entries: ReadonlyMap<Position, LogEntry>): Promise<void> {
    let group: Stored[] = [];
    let size = 0;
    let next = 0;
    for (const position of [...entries.keys()].sort((a, b) => a - b)) {
      if (position < next) continue;
      const stored = this.#storedAt(position);
      const record = stored === undefined ? undefined : decodeRecord(stored.bytes, stored.position);
      if (record !== undefined) next = record.position + record.entries.length;
      if (record === undefined || position >= next) throw new RangeError(`no entry at position ${position}`);
      const bytes = encodeRecord(record.position, record.at, withEntries(record, entries).entries);
      group.push({ position: record.position, bytes });
      size += bytes.length;
      if (size < chunkBytes) continue;
      await this.#put(group);
      group = [];
      size = 0;
    }
    await this.#put(group);
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  async #put(records: readonly Stored[]): Promise<void> {
    if (records.length === 0) return;
    await this.#environment.commit((writes) => {
      for (const { position, bytes } of records) writes.put(positionKey(position), bytes);
    });
    this.#recent.clear();
    this.#times.clear();
    this.#environment.db.resetReadTxn();
  }

  /** LMDB shows what there was when it was first asked in a turn of the event loop; another process may have written since. */
  #lookAnew(): void {
    if (!this.#isOthers) return;
    this.#environment.db.resetReadTxn();
    this.#findEnd();
  }

  /** As of the last durable record. */
  #findEnd(): void {
    const last = this.#storedAt(Number.MAX_SAFE_INTEGER);
    if (last === undefined || last.position < this.#next) return;
    const head = checkRecord(last.bytes, last.position);
    this.#next = head.position + head.count;
    this.#lastAt = head.at;
  }

  /** The last durable record that begins at or before a position. */
  #storedAt(position: Position): Stored | undefined {
    if (position < 0) return undefined;
    const range = this.#environment.db.getRange({ start: positionKey(position), reverse: true, limit: 1 });
    for (const { key, value } of range) return { position: readPosition(key), bytes: value };
    return undefined;
  }

  /** From the one that holds `from` on; `countOf`: the entries of a record. */
  *#records<R>(
    from: Position,
    decode: (bytes: Buffer, position: Position) => R,
    countOf: (record: R) => number,
  ): Generator<R, void, undefined> {
    this.#lookAnew();
    let next = this.#storedAt(from)?.position ?? 0;
    for (;;) {
      const chunk = this.#chunk(next);
      if (chunk.length === 0) return;
      for (const { position, bytes } of chunk) {
        if (position !== next) throw damagedGap(next, position);
        const record = decode(bytes, position);
        next = position + countOf(record);
        if (next > from) yield record;
      }
    }
  }

  #chunk(from: Position): readonly Stored[] {
    const chunk: Stored[] = [];
    let size = 0;
    for (const { key, value } of this.#environment.db.getRange({
      start: positionKey(from),
      limit: chunkRecords,
    })) {
      chunk.push({ position: readPosition(key), bytes: value });
      size += value.length;
      if (size >= chunkBytes) break;
    }
    return chunk;
  }
}

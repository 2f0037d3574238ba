/**
 * The quarantine in an LMDB environment of its own. A row is JSON under a key of its id, the length of the value and a
 * hash of the source: 8, 4 and 4 bytes. So what must be known about all rows, to let the oldest go and to find those of
 * one source, is read from the keys alone when it is opened and then stands in memory, 8 bytes a row. Counts by code are
 * one more value, written in the transaction that adds what they count.
 */

import { crc32 } from 'node:zlib';
import { positionKey, positionKeyBytes, readPosition } from './keys.ts';
import { LmdbEnvironment, type LmdbWrites } from './lmdb-environment.ts';
import type { Quarantine, Quarantined } from './quarantine.ts';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { boundRow, checkLimit, countRow, holdsOneOf } from './quarantined-row.ts';

const rowsMaxDefault = 100_000;
const bytesMaxDefault: number = 2 ** 30;
/** Rows looked through between two turns of the event loop. */
const sliceRows = 100;
const rowKeyBytes = positionKeyBytes + 8;
/** After the keys of all rows, whose first byte is 0, and of another length. */
const countsKey = Buffer.from('counts by code, of all that ever came');

export type LmdbQuarantineOptions = {
  /** Rows kept; 100,000 when left out. */
  readonly rowsMax?: number;
  /** Bytes kept; 1 GiB when left out. */
  readonly bytesMax?: number;
  /** A write that has not settled after so many milliseconds is taken as failed; 10,000 when left out. */
  readonly stallMs?: number;
};

export interface LmdbQuarantine extends Quarantine {
  /** Settles, with the error, when a write has failed or stalled; the process must end then. */
  readonly failed: Promise<Error>;
  /** Waits for what is being added. */
  close(): Promise<void>;
}

/** Opens the quarantine in a directory, which is made when it is not there. @throws StorageError */
export function openLmdbQuarantine(
  directory: string,
  options: LmdbQuarantineOptions = {},
): Promise<LmdbQuarantine> {
  return Promise.resolve().then(() => new StoredQuarantine(directory, options));
}

/** What is known of a row without reading it. */
type RowMark = { readonly bytes: number; readonly source: number };

class StoredQuarantine implements LmdbQuarantine {
  readonly #environment: LmdbEnvironment;
  readonly #rowsMax: number;
  readonly #bytesMax: number;
  /** Of the rows from id `#first` on; those before `#from` are gone and their marks wait to be cut off. None: removed. */
  #marks: (RowMark | undefined)[] = [];
  #first = 0;
  #from = 0;
  #bytes = 0;
  /** Ids below this are durable. */
  #durable = 0;
  #counts = new Map<string, number>();

  constructor(directory: string, options: LmdbQuarantineOptions) {
    this.#rowsMax = options.rowsMax ?? rowsMaxDefault;
    this.#bytesMax = options.bytesMax ?? bytesMaxDefault;
    this.#environment = new LmdbEnvironment(directory, { store: 'quarantine', stallMs: options.stallMs });
    this.#readMarks();
    const counts = this.#environment.db.get(countsKey);
    if (counts === undefined) return;
    this.#counts = new Map(JSON.parse(counts.toString()) as [string, number][]);
  }

  get failed(): Promise<Error> {
    return this.#environment.failed;
  }

  async add(refused: readonly Quarantined[]): Promise<void> {
    if (refused.length === 0) return;
    const rows: { readonly key: Buffer; readonly value: Buffer }[] = [];
    for (const row of refused) {
      const bounded = boundRow(row);
      countRow(this.#counts, bounded);
      const value = Buffer.from(JSON.stringify(bounded));
      const mark = { bytes: value.length, source: sourceHash(bounded.source) };
      rows.push({ key: rowKey(this.#first + this.#marks.length, mark), value });
      this.#marks.push(mark);
      this.#bytes += mark.bytes;
    }
    const next = this.#first + this.#marks.length;
    const gone = this.#letGo();
    const counts = Buffer.from(JSON.stringify([...this.#counts]));
    await this.#environment.commit((writes) => {
      for (const { key, value } of rows) writes.put(key, value);
      removeAll(writes, gone);
      writes.put(countsKey, counts);
    });
    this.#durable = Math.max(this.#durable, next);
  }

  list(options: {
    readonly limit: number;
    readonly before?: number;
    readonly source?: string;
  }): readonly (Quarantined & { readonly id: number })[] {
    checkLimit(options.limit);
    const source = options.source === undefined ? undefined : sourceHash(options.source);
    const found: (Quarantined & { readonly id: number })[] = [];
    let id = Math.min(options.before ?? Infinity, this.#durable) - 1;
    for (; id >= this.#from && found.length < options.limit; id -= 1) {
      const mark = this.#marks[id - this.#first];
      if (mark === undefined || (source !== undefined && mark.source !== source)) continue;
      const value = this.#environment.db.get(rowKey(id, mark));
      if (value === undefined) continue;
      const row = JSON.parse(value.toString()) as Quarantined;
      if (options.source === undefined || row.source === options.source) found.push({ ...row, id });
    }
    return found;
  }

  async remove(texts: readonly string[]): Promise<number> {
    const isGone = holdsOneOf(texts);
    const found: number[] = [];
    const until = this.#durable;
    for (let id = this.#from; id < until; id += 1) {
      const mark = this.#marks[id - this.#first];
      const key = mark === undefined ? undefined : rowKey(id, mark);
      const value = key === undefined ? undefined : this.#environment.db.get(key);
      if (id % sliceRows === 0) await nextTurn();
      if (value !== undefined && isGone(JSON.parse(value.toString()) as Quarantined)) found.push(id);
    }
    const gone = found.flatMap((id) => {
      // It may have been let go meanwhile.
      const mark = id < this.#from ? undefined : this.#marks[id - this.#first];
      if (mark === undefined) return [];
      this.#marks[id - this.#first] = undefined;
      this.#bytes -= mark.bytes;
      return [rowKey(id, mark)];
    });
    if (gone.length === 0) return 0;
    await this.#environment.commit((writes) => {
      removeAll(writes, gone);
    });
    return gone.length;
  }

  counts(): ReadonlyMap<string, number> {
    return new Map(this.#counts);
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  #readMarks(): void {
    for (const key of this.#environment.db.getKeys({ start: positionKey(0) })) {
      if (key.length !== rowKeyBytes) continue;
      const id = readPosition(key);
      if (this.#marks.length === 0) this.#first = id;
      const mark = {
        bytes: key.readUInt32BE(positionKeyBytes),
        source: key.readUInt32BE(positionKeyBytes + 4),
      };
      this.#marks[id - this.#first] = mark;
      this.#bytes += mark.bytes;
    }
    this.#from = this.#first;
    this.#durable = this.#first + this.#marks.length;
  }

  /** Takes the oldest rows off until the rest is within bounds; their keys. */
  #letGo(): readonly Buffer[] {
    const gone: Buffer[] = [];
    const next = this.#first + this.#marks.length;
    while (this.#from < next && (next - this.#from > this.#rowsMax || this.#bytes > this.#bytesMax)) {
      const mark = this.#marks[this.#from - this.#first];
      if (mark !== undefined) {
        gone.push(rowKey(this.#from, mark));
        this.#bytes -= mark.bytes;
      }
      this.#from += 1;
    }
    // Cutting moves what stays, so only when half has gone.
    if (this.#from - this.#first > this.#marks.length / 2) {
      this.#marks = this.#marks.slice(this.#from - this.#first);
      this.#first = this.#from;
    }
    return gone;
  }
}

function rowKey(id: number, mark: RowMark): Buffer {
  const key = Buffer.allocUnsafe(rowKeyBytes);
  positionKey(id).copy(key);
  key.writeUInt32BE(mark.bytes, positionKeyBytes);
  key.writeUInt32BE(mark.source, positionKeyBytes + 4);
  return key;
}

function removeAll(writes: LmdbWrites, keys: readonly Buffer[]): void {
  for (const key of keys) writes.remove(key);
}

function sourceHash(source: string): number {
  return crc32(source);
}

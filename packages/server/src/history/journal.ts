/**
 * What rows of history need and only the engine knows: whose each entry of the log is, and who became whom.
 *
 * The log has the messages and the feed the changes; who is who is decided by the engine when it takes a message. It costs
 * four bytes an entry, so it is kept until the history store is sure of it, however long that is away: what came since the
 * last checkpoint in memory (a replay of the log's end makes it again), what is older in rows of the checkpoint.
 *
 * Invariant: parts cover [first, next) without gaps, each ends where a record of the log ends.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { CheckpointStore, Row } from '../log/checkpoint-store.ts';
import type { Position } from '../log/entry.ts';
import { positionKey, readPosition } from '../log/keys.ts';

/** First byte of the rows' keys. */
export const journalPrefix = 0x68;

/** No customer is concerned, or none that counts: a repeated message, a tick. */
export const nobody = -1;

/** What happened beside the entries themselves, in the order in which it did. */
export type JournalMark = { readonly position: Position; readonly at: Instant } & (
  | {
      /** A customer became part of another. What they were in ended, which no change says. */
      readonly kind: 'merged';
      readonly profile: number;
      readonly survivor: number;
      readonly segments: readonly string[];
      readonly stages: readonly (readonly [lifecycle: string, stage: string])[];
      /** Number of the next change. */
      readonly seq: number;
    }
  | { readonly kind: 'erased'; readonly profile: number }
  /** All identifiers of a customer, where those of the message at this position are not all theirs. */
  | {
      readonly kind: 'names';
      readonly profile: number;
      readonly names: readonly (readonly [kind: string, value: string])[];
    }
  /** What everybody's values were; `place`: how many of that key were taken before, as far as they are kept. */
  | {
      readonly kind: 'population';
      readonly key: string;
      readonly place: number;
      readonly takenAt: Instant;
      readonly values: readonly number[];
    }
);

export type JournalPart = {
  readonly from: Position;
  /** Number of the first change of this part, and of the next one after it. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** The profile of each entry from `from` on, or `nobody`. */
  readonly whose: Int32Array;
  readonly marks: readonly JournalMark[];
};

/** What was taken lately: of each entry from a position on whose it is, and who was merged into whom, in that order. */
export type JournalTail = {
  readonly from: Position;
  readonly whose: Int32Array;
  readonly merged: readonly (readonly [gone: number, survivor: number])[];
};

/** Entries of one part. */
const partEntriesMax = 65_536;
/** Entries in memory; beyond, the oldest go, and a history that lacks them is built from the log instead. */
const memoryEntriesMax = 16_000_000;

type KeptPart = { readonly from: Position; readonly to: Position };

export class Journal {
  readonly #store: CheckpointStore | undefined;
  /** In rows of the checkpoint, oldest first. */
  #kept: KeptPart[] = [];
  /** In rows that a checkpoint under way is writing. */
  #writing: readonly KeptPart[] = [];
  /** Rows that lead nowhere, to be removed by the next checkpoint. */
  #useless: Position[] = [];
  /** In memory, after those kept. */
  #parts: JournalPart[] = [];
  #whose: Int32Array = new Int32Array(1024);
  #length = 0;
  /** How many of them are of records that have ended. */
  #ended = 0;
  #marks: JournalMark[] = [];
  #from: Position;
  #fromSeq: number;
  #toSeq: number;
  #sure: Position = 0;
  /** Told when there is something new. */
  onGrown: (() => void) | undefined = undefined;

  /** Goes on at a position of the log and a number of a change; `store` has what a checkpoint kept. */
  constructor(position: Position, seq: number, store?: CheckpointStore) {
    this.#from = position;
    this.#fromSeq = seq;
    this.#toSeq = seq;
    this.#store = store;
    if (store === undefined) return;
    for (const { key, value } of store.read(Uint8Array.of(journalPrefix), Uint8Array.of(journalPrefix + 1))) {
      const start = readPosition(Buffer.from(key.subarray(1)));
      this.#kept.push({ from: start, to: start + readHeader(value).entries });
    }
    this.#dropIslands();
  }

  /** The oldest entry that is known. */
  get first(): Position {
    return this.#kept[0]?.from ?? this.#parts[0]?.from ?? this.#from;
  }

  /** Number of the first change after what came before `first`. */
  get firstSeq(): number {
    return this.read(this.first)?.fromSeq ?? this.#fromSeq;
  }

  /** Of the next entry, after the records that have ended. */
  get next(): Position {
    return this.#from + this.#ended;
  }

  get entriesInMemory(): number {
    return this.next - (this.#parts[0]?.from ?? this.#from);
  }

  /** An entry was taken; `profile`: whose it is. Entries come in order. */
  note(profile: number | undefined): void {
    if (this.#length === this.#whose.length) {
      const larger = new Int32Array(2 * this.#length);
      larger.set(this.#whose);
      this.#whose = larger;
    }
    this.#whose[this.#length++] = profile ?? nobody;
  }

  mark(mark: JournalMark): void {
    this.#marks.push(mark);
  }

  /** A record has been taken, and is durable; `seq`: the number of the next change. What is read ends here at most. */
  endRecord(seq: number): void {
    this.#toSeq = seq;
    this.#ended = this.#length;
    if (this.#length >= partEntriesMax) this.#cut();
    this.onGrown?.();
  }

  /** The part that begins at a position or holds it; undefined when nothing is known there. */
  read(from: Position): JournalPart | undefined {
    const kept = this.#kept.find(({ to }) => to > from);
    if (kept !== undefined) return kept.from > from ? undefined : this.#readKept(kept.from);
    if (this.next > from && this.#from <= from) this.#cut();
    const part = this.#parts.find((one) => one.from + one.whose.length > from);
    return part === undefined || part.from > from ? undefined : part;
  }

  /** Whose every entry from a position on is, up to the last one taken; undefined where what it has begins later. */
  since(from: Position): JournalTail | undefined {
    if (from < this.first || from > this.next) return undefined;
    const whose = new Int32Array(this.next - from);
    const merged: (readonly [number, number])[] = [];
    const add = (part: Pick<JournalPart, 'from' | 'whose' | 'marks'>): void => {
      const skipped = Math.max(0, from - part.from);
      if (skipped >= part.whose.length) return;
      whose.set(part.whose.subarray(skipped), part.from + skipped - from);
      for (const mark of part.marks) {
        if (mark.kind === 'merged' && mark.position >= from) merged.push([mark.profile, mark.survivor]);
      }
    };
    for (const kept of this.#kept) {
      const part = kept.to > from ? this.#readKept(kept.from) : undefined;
      if (part !== undefined) add(part);
    }
    for (const part of this.#parts) add(part);
    const { ended } = this.#marksByRecord();
    add({ from: this.#from, whose: this.#whose.subarray(0, this.#ended), marks: ended });
    return { from, whose, merged };
  }

  /** The history store has everything before a position, for good. */
  forget(sure: Position): void {
    this.#sure = Math.max(this.#sure, sure);
    let gone = 0;
    for (const { from, whose } of this.#parts) {
      if (from + whose.length > sure) break;
      gone++;
    }
    if (gone > 0) this.#parts.splice(0, gone);
  }

  /** The rows of the next checkpoint: what is new and the store is not sure of; what it is sure of goes. */
  beginCheckpoint(): readonly Row[] {
    this.#cut();
    const rows = this.#useless.map((from): Row => ({ key: keyOf(from), value: undefined }));
    this.#useless = [];
    this.#kept = this.#kept.filter(({ from, to }) => {
      const stays = to > this.#sure;
      if (!stays) rows.push({ key: keyOf(from), value: undefined });
      return stays;
    });
    for (const part of this.#parts) rows.push({ key: keyOf(part.from), value: encodePart(part) });
    this.#writing = this.#parts.map(({ from, whose }) => ({ from, to: from + whose.length }));
    return rows;
  }

  /** The checkpoint begun last is written. */
  endCheckpoint(): void {
    const end = this.#writing.at(-1)?.to ?? 0;
    this.#parts = this.#parts.filter(({ from }) => from >= end);
    this.#kept.push(...this.#writing);
    this.#writing = [];
  }

  /** What was noted is in parts, but for the record under way. */
  #cut(): void {
    // Changes come with entries only; what is left over goes with the next.
    if (this.#ended === 0) return;
    const { ended, underWay } = this.#marksByRecord();
    this.#parts.push({
      from: this.#from,
      fromSeq: this.#fromSeq,
      toSeq: this.#toSeq,
      whose: this.#whose.slice(0, this.#ended),
      marks: ended,
    });
    this.#whose.copyWithin(0, this.#ended, this.#length);
    this.#from += this.#ended;
    this.#fromSeq = this.#toSeq;
    this.#length -= this.#ended;
    this.#ended = 0;
    this.#marks = underWay;
    while (this.entriesInMemory > memoryEntriesMax && this.#parts.length > 0) {
      this.#parts.shift();
      // What is older than a gap is of no use.
      this.#dropIslands();
    }
  }

  #marksByRecord(): { readonly ended: JournalMark[]; readonly underWay: JournalMark[] } {
    const { next } = this;
    const first = this.#marks.findIndex(({ position }) => position >= next);
    if (first < 0) return { ended: this.#marks, underWay: [] };
    return { ended: this.#marks.slice(0, first), underWay: this.#marks.slice(first) };
  }

  /** Keeps only rows that lead up to what is in memory without a gap. */
  #dropIslands(): void {
    let next = this.#parts[0]?.from ?? this.#from;
    let at = this.#kept.length;
    while (at > 0 && this.#kept[at - 1]?.to === next) {
      at--;
      next = this.#kept[at]?.from ?? next;
    }
    for (const { from } of this.#kept.slice(0, at)) this.#useless.push(from);
    this.#kept = this.#kept.slice(at);
  }

  #readKept(from: Position): JournalPart | undefined {
    const key = keyOf(from);
    for (const row of this.#store?.read(key, Uint8Array.of(...key, 0)) ?? []) {
      return decodePart(from, row.value);
    }
    return undefined;
  }
}

function keyOf(position: Position): Uint8Array {
  return Uint8Array.of(journalPrefix, ...positionKey(position));
}

type Header = {
  readonly entries: number;
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly marks: readonly JournalMark[];
};

/** Length of the header (4 bytes), the header as JSON, whose each entry is as 32 bits. */
export function encodePart({ fromSeq, toSeq, whose, marks }: JournalPart): Uint8Array {
  const header = Buffer.from(
    JSON.stringify({ entries: whose.length, fromSeq, toSeq, marks } satisfies Header),
  );
  const bytes = Buffer.allocUnsafe(4 + header.length + 4 * whose.length);
  bytes.writeUInt32LE(header.length, 0);
  bytes.set(header, 4);
  bytes.set(new Uint8Array(whose.buffer, whose.byteOffset, whose.byteLength), 4 + header.length);
  return bytes;
}

export function decodePart(from: Position, value: Uint8Array): JournalPart {
  const { entries, fromSeq, toSeq, marks } = readHeader(value);
  const whose = new Int32Array(entries);
  new Uint8Array(whose.buffer).set(value.subarray(value.length - 4 * entries));
  return { from, fromSeq, toSeq, whose, marks };
}

function readHeader(value: Uint8Array): Header {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return JSON.parse(bytes.toString('utf8', 4, 4 + bytes.readUInt32LE(0))) as Header;
}

/**
 * The events that a build of definitions has to know, out of the history store, in place of a reading of the whole log.
 *
 * The store gives what lies before a position of the log (as far as it had come when the build began), only events that the
 * new parts read, only what they read of them, customer by customer. What lies behind that position is short, and comes
 * from the log; whose it is the journal knows. So together it is what a reading of the log gives: each message once, under the
 * customer whose it is now.
 *
 * Where the store cannot be asked, has let go of something that is needed, or fails on the way, the log is read; what had come
 * by then counts (`has`), and is passed over.
 */

import type { DefinitionsBuild } from '@segue/core/engine/definitions-build.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { EventNeeds } from '@segue/core/rules/event-needs.ts';
import { eventRowsToSql } from '@segue/core/sql/event-rows-sql.ts';

import { type EventRow, EventRowReader, readPairs } from '../history/event-rows.ts';
import type { History } from '../history/history-process.ts';
import type { Journal, JournalTail } from '../history/journal.ts';
import { letGoQuery } from '../history/store-tables.ts';
import type { Position } from '../log/entry.ts';

export type PastEventsOptions = {
  readonly history: History;
  readonly journal: Journal;
  readonly zone: Zone;
  /** Below so many entries of the log it is read; 200,000 when left out. */
  readonly entriesMin?: number;
};

/** Entries of the log that may come from the log itself: beyond, the store is too far behind to be of use. */
const tailEntriesMax = 1_000_000;
/** A query takes longer than to read so many. */
const entriesMinDefault = 200_000;
/** How long the store may take for all of it, in milliseconds. */
const timeoutMs = 1_800_000;
/** Bytes that may wait to be loaded. */
const waitingBytesMax = 1 << 20;
/** How soon it is looked again whether what waits has become less, in milliseconds. */
const lookAgainMs = 2;

const mergesQuery = 'SELECT gone, argMax(survivor, position) AS survivor FROM merges GROUP BY gone';

/** Why the store is not asked. */
export type NoPast = 'small' | 'away' | 'behind' | 'let-go' | 'not-sql' | 'failed';

/** Asks the store for what a build needs, as the engine stands now; what is not known here is found out on the way. */
export function askPast(
  build: DefinitionsBuild,
  now: Instant,
  { history, journal, zone, entriesMin = entriesMinDefault }: PastEventsOptions,
): PastEvents | NoPast {
  if (journal.next < entriesMin) return 'small';
  const { state, reached } = history.status();
  if (reached === undefined || state !== 'running') return 'away';
  if (journal.next - reached.position > Math.min(tailEntriesMax, journal.next / 2)) return 'behind';
  const tail = journal.since(reached.position);
  if (tail === undefined) return 'behind';
  const { needs } = build;
  const after = build.readsFrom(now);
  const sql = eventRowsToSql(needs, {
    zone,
    at: now,
    after,
    before: tail.from,
    columns: history.properties,
  });
  return sql.ok ? new PastEvents(history, { sql: sql.value, needs, after, tail }) : 'not-sql';
}

type Asked = {
  readonly sql: string;
  readonly needs: EventNeeds;
  readonly after: Instant;
  readonly tail: JournalTail;
};

export class PastEvents {
  /** Events from there on come from the log. */
  readonly before: Position;
  readonly tail: JournalTail;
  /** Why not all of it comes. */
  failure: NoPast | undefined = undefined;
  readonly #reader: EventRowReader;
  readonly #survivors = new Map<number, number>();
  /** A bit for each position: whether the message there has come. */
  readonly #come: Uint8Array;
  readonly #stop = new AbortController();
  #isDone = false;

  constructor(history: History, asked: Asked) {
    this.tail = asked.tail;
    this.before = asked.tail.from;
    this.#reader = new EventRowReader(asked.needs.roots);
    this.#come = new Uint8Array(Math.ceil(this.before / 8));
    this.#read(history, asked).then(
      () => {
        this.#isDone = true;
      },
      () => {
        this.failure ??= 'failed';
      },
    );
  }

  /** Not all of it comes. */
  get isBroken(): boolean {
    return this.failure !== undefined;
  }

  /** Everything has come and been taken. */
  get isDone(): boolean {
    return this.#isDone && this.#reader.waiting === 0;
  }

  /** The next event that has not been taken, valid until the next call; undefined where none has come. */
  next(): EventRow | undefined {
    for (;;) {
      const row = this.#reader.next();
      if (row === undefined) {
        // Its end is no row: nothing is known of what is missing.
        if (this.#isDone && this.#reader.waiting > 0) this.failure ??= 'failed';
        return undefined;
      }
      if (this.#take(row.position)) return row;
    }
  }

  /** Whether the message at a position has come. */
  has(position: Position): boolean {
    const byte = Math.floor(position / 8);
    return position < this.before && ((this.#come[byte] as number) & (1 << (position % 8))) !== 0;
  }

  /** Who the customer with a number is now, or was when the build began. */
  survivorOf(profile: number): number {
    let id = profile;
    for (let next = this.#survivors.get(id); next !== undefined; next = this.#survivors.get(id)) id = next;
    return id;
  }

  /** Nobody wants it any more. */
  close(): void {
    this.#stop.abort();
  }

  /** False where it has come before, as it may where the store was cut off while it wrote. */
  #take(position: Position): boolean {
    if (position >= this.before || this.has(position)) return false;
    const byte = Math.floor(position / 8);
    this.#come[byte] = (this.#come[byte] as number) | (1 << (position % 8));
    return true;
  }

  async #read(history: History, { sql, needs, after, tail }: Asked): Promise<void> {
    const options = { timeoutMs, signal: this.#stop.signal };
    if (await isLetGo(history, needs, after)) this.failure = 'let-go';
    if (this.failure !== undefined) return;
    for await (const [gone, survivor] of readPairs(history.stream(mergesQuery, 'RowBinary', options))) {
      this.#survivors.set(gone, survivor);
    }
    // The store may know later merges, which the build is told of too, and lacks the last ones.
    for (const [gone, survivor] of tail.merged) this.#survivors.set(gone, survivor);
    for await (const piece of history.stream(sql, 'RowBinary', options)) {
      this.#reader.add(piece);
      while (this.#reader.waiting > waitingBytesMax && !this.#stop.signal.aborted) await pause();
    }
    // What was let go meanwhile may not have come.
    if (await isLetGo(history, needs, after)) this.failure = 'let-go';
  }
}

/** Whether events that are needed may be gone from the store. */
async function isLetGo(history: History, { patterns }: EventNeeds, after: Instant): Promise<boolean> {
  const { rows } = await history.query(letGoQuery);
  return (rows as [string, string[], number][]).some(
    ([kind, names, before]) =>
      before > after &&
      patterns.some(({ source }) => {
        if (!('name' in source)) return true;
        return names.includes(source.name) === (kind === 'only');
      }),
  );
}

function pause(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, lookAgainMs);
  });
}

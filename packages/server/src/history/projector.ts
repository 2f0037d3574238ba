/**
 * Fills the store from the log: reads records, knows from the journal whose they are, takes changes from the feed, and
 * writes a batch at a time.
 *
 * Where the journal does not reach back to what the store has (a new store, one that was deleted, one that lost its end),
 * the log is replayed by an engine of its own, which knows all that again; what the store has already is passed over. So
 * a rebuild that is cut short goes on where it was.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { FeedEvent } from '../feeds/feed.ts';
import type { LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import type { HistoryStore, Reached } from './history-store.ts';
import type { JournalMark, JournalPart } from './journal.ts';
import { nobody } from './journal.ts';
import { RowMaker } from './rows.ts';

/** Changes that are durable in the feed. */
export interface FeedReader {
  /** Number of the oldest that is kept, and of the next. */
  readonly first: number;
  readonly next: number;
  read(from: number): Iterable<FeedEvent>;
}

export type JournalAnswer =
  | { readonly kind: 'part'; readonly part: JournalPart }
  | { readonly kind: 'behind'; readonly first: Position; readonly firstSeq: number };

/** A piece of a replay: records, what the journal says of them, and their changes. */
export type Replayed = {
  readonly records: readonly LogRecord[];
  readonly part: JournalPart;
  readonly events: readonly FeedEvent[];
};

export type ProjectorOptions = {
  readonly store: HistoryStore;
  readonly log: Log;
  readonly feed: FeedReader;
  /** Resolves when there is something from there on. */
  readonly journal: (from: Position) => Promise<JournalAnswer>;
  /** The whole log again, from its beginning. */
  readonly replay: (log: Log) => AsyncIterable<Replayed>;
  readonly onReached: (reached: Reached) => void;
  readonly onRebuilding: (position: Position) => void;
};

/** How long to wait before looking again for what another process writes, in milliseconds. */
const lookAgainMs = 20;
/** A change that is counted and does not come for so long is not coming: the feed was put back. */
const feedWaitMs = 30_000;

export class Projector {
  readonly #options: ProjectorOptions;
  readonly #rows: RowMaker;
  #reached: Reached;
  #stopped = false;

  constructor(options: ProjectorOptions, merges: Iterable<readonly [number, number]> = []) {
    this.#options = options;
    this.#reached = options.store.reached;
    this.#rows = new RowMaker(merges);
  }

  /** Goes on until `stop` or an error. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const answer = await this.#options.journal(this.#reached.position);
      if (this.#isStopped()) return;
      if (answer.kind === 'behind') await this.#rebuild(answer);
      else if (!(await this.#takePart(answer.part))) await this.#rebuild(undefined);
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  /** False where the feed no longer has the changes of the part. */
  async #takePart(part: JournalPart): Promise<boolean> {
    const { feed, log } = this.#options;
    const end = part.from + part.whose.length;
    const isThere = await this.#waitForChanges(part.toSeq);
    if (!isThere || (part.toSeq > this.#reached.seq && feed.first > this.#reached.seq)) return false;
    let next = this.#reached.position;
    let at = this.#reached.at;
    while (next < end && !this.#stopped) {
      for (const record of log.read(next)) {
        if (record.position >= end) break;
        this.#addRecord(record, part, next);
        next = record.position + record.entries.length;
        at = record.at;
      }
      if (next < end) await pause(lookAgainMs);
    }
    if (this.#stopped) return true;
    this.#addMarks(part.marks);
    const { seq } = this.#reached;
    if (part.toSeq > seq) {
      for (const event of feed.read(seq)) {
        if (event.seq >= part.toSeq) break;
        this.#rows.addChange(event);
      }
    }
    await this.#apply({ position: end, seq: part.toSeq, at });
    return true;
  }

  async #waitForChanges(seq: number): Promise<boolean> {
    const until = Date.now() + feedWaitMs;
    while (this.#options.feed.next < seq && !this.#stopped) {
      if (Date.now() > until) return false;
      await pause(lookAgainMs);
    }
    return true;
  }

  /** From the log alone. */
  async #rebuild(answer: (JournalAnswer & { readonly kind: 'behind' }) | undefined): Promise<void> {
    const { log, replay, onRebuilding } = this.#options;
    if (answer !== undefined && !beginsAtZero(log)) {
      // What the log has let go is gone; history begins where it is known again.
      await this.#apply({ position: answer.first, seq: answer.firstSeq, at: this.#reached.at });
      return;
    }
    onRebuilding(0);
    for await (const { records, part, events } of replay(log)) {
      if (this.#stopped) return;
      const end = part.from + part.whose.length;
      onRebuilding(end);
      if (end <= this.#reached.position) continue;
      const { position, seq } = this.#reached;
      for (const record of records) this.#addRecord(record, part, position);
      this.#addMarks(part.marks);
      for (const event of events) if (event.seq >= seq) this.#rows.addChange(event);
      await this.#apply({ position: end, seq: part.toSeq, at: records.at(-1)?.at ?? this.#reached.at });
    }
  }

  /** Entries of a record from a position on. */
  #addRecord(record: LogRecord, part: JournalPart, from: Position): void {
    const named = namedIn(part.marks);
    record.entries.forEach((entry, i) => {
      const position = record.position + i;
      if (position < from) return;
      const profile = part.whose[position - part.from] ?? nobody;
      this.#rows.addEntry(entry, profile, record.at, position, named.has(position));
    });
  }

  #addMarks(marks: readonly JournalMark[]): void {
    for (const mark of marks) if (mark.position >= this.#reached.position) this.#rows.addMark(mark);
  }

  async #apply(to: Reached): Promise<void> {
    const { tables, erased } = this.#rows.take();
    const { store, onReached } = this.#options;
    await store.apply({ from: this.#reached, to, tables, erased });
    this.#reached = to;
    onReached(to);
  }
}

const namedByMarks = new WeakMap<readonly JournalMark[], ReadonlySet<Position>>();

/** Positions of messages of which a mark says by what their customer is known. */
function namedIn(marks: readonly JournalMark[]): ReadonlySet<Position> {
  let named = namedByMarks.get(marks);
  if (named === undefined) {
    named = new Set(marks.filter(({ kind }) => kind === 'names').map(({ position }) => position));
    namedByMarks.set(marks, named);
  }
  return named;
}

function beginsAtZero(log: Log): boolean {
  for (const { position } of log.read(0)) return position === 0;
  return true;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** What tells one log from another: when it began. */
export function logMark(log: Pick<Log, 'recordAt'>): string {
  const at: Instant | undefined = log.recordAt(0)?.at;
  return at === undefined ? '' : String(at);
}

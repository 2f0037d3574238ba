/**
 * The loop: what arrives goes into the log, and from the log into the engine.
 *
 * Idea. Everything that arrived while the last commit was under way is one record of the log, committed once. The next commit
 * begins the moment one is durable, so the disk never waits for the engine, nor the engine for the disk. The engine takes
 * durable records in their order, each at the record's instant, in slices of a few milliseconds; between two slices others
 * have a turn. Its changes are published, and those are answered who asked what became of their messages.
 *
 * Who only wants to know that nothing is lost is answered when the record is durable. Mostly the engine has taken it a
 * moment later. Where it has much to do, because a million customers are due at one instant, it falls behind; then records
 * wait for it, up to `behindEntriesMax`, above which no more are written and senders wait. Reading waits for it (`caughtUp`),
 * so that everybody reads their own writes and nobody sees the middle of an instant.
 *
 * Invariants. The state is a function of the durable log: nothing is applied, published or answered before it is in it.
 * That holds for time too: when something is due, a tick goes into the log, and the engine follows when it is durable.
 * Instants of records never go back; a clock that does stands still here until it has caught up. Where slices end changes
 * nothing.
 *
 * A failed or stalled commit is the end (`Log.failed`): nobody is answered any more and whoever runs the process stops it.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import type { LogEntry, LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import type { Clock } from './clock.ts';
import type { Intake, IntakeClosed, Membership, Outcome } from './intake.ts';

/** What became of an entry: of a message its outcome, of a definition set perhaps why it was refused. */
export type EntryResult = Result<Outcome, readonly Diagnostic[]>;

/** What the loop moves: the customers, wherever they live. */
export interface Subject {
  /**
   * Takes a durable record; results are in the order of its entries. `goOn` is asked now and then; where it says no before the
   * end there are no results yet: to be called again with the same record, and nothing else meanwhile.
   */
  take(record: LogRecord, goOn: () => boolean): readonly EntryResult[] | undefined;
  /** The earliest instant at which time alone could change an answer. */
  nextDueAt(): Instant | undefined;
  memberships(profile: number): readonly Membership[];
}

export type LoopOptions = {
  readonly log: Log;
  readonly clock: Clock;
  readonly subject: Subject;
  /** Asked at each `take`; the disk may be full, for one. */
  readonly refuses?: () => IntakeClosed | undefined;
  /** Called when a record has been taken. */
  readonly onTaken?: (record: LogRecord, timing: RecordTiming) => void;
  /** Makes what says whether there is time left of so many milliseconds; by the clock unless given. */
  readonly timeFor?: (ms: number) => () => boolean;
};

/** How long a record took, in milliseconds. */
export type RecordTiming = {
  readonly commitMs: number;
  readonly applyMs: number;
  /** Where something was due by time alone: how long after it was due its change was there. */
  readonly lateMs?: number;
};

/** Entries of one record; more wait for the next, so that nobody waits for a giant, nor reads one for a single message. */
const recordEntriesMax = 1000;
/** Entries that may wait to be written; above it senders are asked to come again. */
const waitingEntriesMax = 100_000;
/** Entries that may be durable and wait for the engine; above it no more are written until it has come nearer. */
const behindEntriesMax = 20_000;
/** How long the engine works before others have a turn, in milliseconds: at least, and at most. */
const sliceMsMin = 3;
const sliceMsMax = 5;
/** At most while more entries than this wait for it, so that under full load it keeps up with what arrives. */
const sliceMsMaxBehind = 12;
const behindEntriesMany = 2_000;

type Submission = {
  readonly entries: readonly LogEntry[];
  /** Called when they are durable, if somebody waits for that. */
  readonly onDurable?: () => void;
  /** Called when they are taken. */
  readonly onTaken: (results: readonly EntryResult[]) => void;
  readonly reject: (error: Error) => void;
};

type Batch = {
  readonly submissions: readonly Submission[];
  readonly entries: readonly LogEntry[];
  readonly at: Instant;
};

type Durable = { readonly batch: Batch; readonly record: LogRecord; readonly commitMs: number };

/** The record that the engine is taking. */
type Taking = { readonly due: Instant | undefined; applyMs: number };

export class Loop implements Intake {
  readonly #options: LoopOptions;
  #waiting: Submission[] = [];
  #waitingEntries = 0;
  #committing: Batch | undefined = undefined;
  /** Written and not taken yet, in order. */
  readonly #durable: Durable[] = [];
  #durableEntries = 0;
  #taking: Taking | undefined = undefined;
  #turn: NodeJS.Immediate | undefined = undefined;
  #slice: NodeJS.Immediate | undefined = undefined;
  /** Since when the next slice waits for its turn. */
  #sliceSince = 0;
  #isDue = false;
  #disarm: (() => void) | undefined = undefined;
  #armedFor: Instant | undefined = undefined;
  #lastAt: Instant;
  #stopping = false;
  /** Who waits for the engine to have taken the entries before a position. */
  readonly #catchingUp: { readonly until: Position; readonly resolve: () => void }[] = [];
  /** What is to be done when no record is half taken. */
  readonly #atRest: (() => void)[] = [];
  readonly #idle: (() => void)[] = [];
  #error: Error | undefined = undefined;
  readonly #failure: PromiseWithResolvers<Error> = Promise.withResolvers<Error>();

  constructor(options: LoopOptions) {
    this.#options = options;
    this.#lastAt = options.log.lastAt ?? -Infinity;
    void options.log.failed.then((error) => {
      this.#fail(error);
    });
    this.#arm();
  }

  /** Settles when the log or the engine has failed. State and log may differ by then, so nothing goes on. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  now(): Instant {
    return Math.max(this.#options.clock.now(), this.#lastAt);
  }

  /** Entries that wait for the next record. */
  get depth(): number {
    return this.#waitingEntries;
  }

  /** Entries that are durable and wait for the engine. */
  get behind(): number {
    return this.#durableEntries;
  }

  /** The engine has so much to do that one slice was not enough. */
  get isBusy(): boolean {
    return this.#taking !== undefined;
  }

  get closed(): IntakeClosed | undefined {
    if (this.#error !== undefined || this.#stopping) {
      return {
        code: 'intake/stopping',
        message: 'The server is stopping; send again in a moment.',
        retryAfterSeconds: 5,
      };
    }
    if (this.#waitingEntries >= waitingEntriesMax) {
      return {
        code: 'intake/overloaded',
        message: 'More arrives than can be taken; send again in a moment.',
        retryAfterSeconds: 1,
      };
    }
    return this.#options.refuses?.();
  }

  async take(messages: readonly Message[], source: string): ReturnType<Intake['take']> {
    const { closed } = this;
    if (closed !== undefined) return { ok: false, error: closed };
    if (messages.length === 0) return { ok: true, value: [] };
    return { ok: true, value: outcomesOf(await this.submit(entriesOf(messages, source))) };
  }

  keep(
    messages: readonly Message[],
    source: string,
    onTaken: (outcomes: readonly Outcome[]) => void,
  ): ReturnType<Intake['keep']> {
    const { closed } = this;
    if (closed !== undefined) return Promise.resolve(closed);
    if (messages.length === 0) return Promise.resolve(undefined);
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#add({
        entries: entriesOf(messages, source),
        onDurable: () => {
          resolve(undefined);
        },
        onTaken: (results) => {
          onTaken(outcomesOf(results));
        },
        reject,
      });
    });
  }

  memberships(profile: number): readonly Membership[] {
    return this.#options.subject.memberships(profile);
  }

  /**
   * Puts entries into the log, together; resolves when they are durable and every answer reflects them. Rejects when the
   * log has failed: then nobody knows what is in it.
   */
  submit(entries: readonly LogEntry[]): Promise<readonly EntryResult[]> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      this.#add({ entries, onTaken: resolve, reject });
    });
  }

  /** When every answer reflects all that is durable now, or never will; undefined where that is so already. */
  caughtUp(): Promise<void> | undefined {
    const last = this.#durable.at(-1)?.record;
    if (last === undefined) return undefined;
    return new Promise((resolve) => {
      this.#catchingUp.push({ until: last.position + last.entries.length, resolve });
    });
  }

  /** Does something that must not see a record half taken: at once, or as soon as the one under way is taken. */
  async atRest<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#taking === undefined) return work();
    return new Promise((resolve, reject) => {
      this.#atRest.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(asError(error));
        }
      });
    });
  }

  /** Takes nothing more; resolves when all that was taken has been answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#disarm?.();
    this.#disarm = undefined;
    if (this.#isIdle) return;
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  get #isIdle(): boolean {
    const isWritten = this.#committing === undefined && this.#waiting.length === 0 && !this.#isDue;
    return (isWritten && this.#durable.length === 0) || this.#error !== undefined;
  }

  #add(submission: Submission): void {
    this.#waiting.push(submission);
    this.#waitingEntries += submission.entries.length;
    this.#start();
  }

  #start(): void {
    if (this.#committing !== undefined || this.#turn !== undefined) return;
    // What arrives in this turn goes along.
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#commit();
    });
  }

  /** Writes the next record, if there is one and none is being written. */
  #commit(): void {
    if (this.#committing !== undefined || this.#error !== undefined) return;
    if (this.#durableEntries >= behindEntriesMax) return;
    const batch = this.#gather();
    if (batch === undefined) return;
    this.#committing = batch;
    const started = performance.now();
    this.#options.log.append(batch.entries, batch.at).then(
      (position) => {
        this.#onDurable(batch, position, performance.now() - started);
      },
      (error: unknown) => {
        this.#fail(asError(error));
      },
    );
  }

  #onDurable(batch: Batch, position: Position, commitMs: number): void {
    if (this.#error !== undefined) return;
    const { entries, at, submissions } = batch;
    this.#committing = undefined;
    this.#durable.push({ batch, record: { position, at, entries }, commitMs });
    this.#durableEntries += entries.length;
    // First of all the disk: it works while everything else here is done.
    this.#commit();
    for (const { onDurable } of submissions) onDurable?.();
    this.#continue();
  }

  /** The next record; undefined when nothing waits and nothing is due. */
  #gather(): Batch | undefined {
    let count = 0;
    let n = 0;
    for (const { entries } of this.#waiting) {
      if (count > 0 && n + entries.length > recordEntriesMax) break;
      count++;
      n += entries.length;
    }
    const submissions = count === this.#waiting.length ? this.#waiting : this.#waiting.slice(0, count);
    this.#waiting = count === this.#waiting.length ? [] : this.#waiting.slice(count);
    this.#waitingEntries -= n;
    const isDue = this.#isDue;
    this.#isDue = false;
    if (n === 0 && !isDue) return undefined;
    const at = this.now();
    this.#lastAt = at;
    // Time passes with every record, so a tick is needed only where there is nothing else.
    const entries = n === 0 ? [tick] : count === 1 ? (submissions[0]?.entries ?? []) : flat(submissions);
    return { submissions, entries, at };
  }

  /** Has the engine go on at the end of this turn: behind the store, which begins to write what it was given then too. */
  #continue(): void {
    if (this.#durable.length === 0) return;
    if (this.#slice === undefined) this.#sliceSince = performance.now();
    else clearImmediate(this.#slice);
    this.#slice = setImmediate(() => {
      const wasWriting = this.#committing !== undefined;
      this.#commit();
      if (wasWriting || this.#committing === undefined) this.#endTurn();
      else this.#continue();
    });
  }

  #endTurn(): void {
    this.#slice = undefined;
    try {
      this.#takeSlice();
    } catch (error) {
      this.#fail(asError(error));
    }
  }

  #takeSlice(): void {
    if (this.#error !== undefined) return;
    const started = performance.now();
    // As long as others had, where they had longer.
    const most = this.#durableEntries > behindEntriesMany ? sliceMsMaxBehind : sliceMsMax;
    const ms = Math.min(Math.max(sliceMsMin, started - this.#sliceSince), most);
    const until = started + ms;
    const { timeFor = untilThen } = this.#options;
    const goOn = timeFor(ms);
    for (let next = this.#durable[0]; next !== undefined; next = this.#durable[0]) {
      if (!this.#takeFrom(next, goOn) || performance.now() >= until) break;
    }
    if (this.#durable.length > 0) {
      this.#continue();
      return;
    }
    if (this.#waiting.length === 0 && this.#committing === undefined) this.#arm();
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Takes the first of the durable records, as far as there is time; true when all of it is taken. */
  #takeFrom({ batch, record, commitMs }: Durable, goOn: () => boolean): boolean {
    const { subject, clock, onTaken } = this.#options;
    const started = performance.now();
    this.#taking ??= { due: subject.nextDueAt(), applyMs: 0 };
    const taking = this.#taking;
    const results = subject.take(record, goOn);
    taking.applyMs += performance.now() - started;
    if (results === undefined) return false;
    this.#taking = undefined;
    this.#durable.shift();
    this.#durableEntries -= record.entries.length;
    answer(batch.submissions, results);
    const { due, applyMs } = taking;
    const lateMs = due !== undefined && due <= record.at ? { lateMs: clock.now() - due } : {};
    onTaken?.(record, { commitMs, applyMs, ...lateMs });
    this.#tellTaken(record.position + record.entries.length);
    return true;
  }

  #tellTaken(position: Position): void {
    for (const begin of this.#atRest.splice(0)) begin();
    const waiting = this.#catchingUp;
    while ((waiting[0]?.until ?? Infinity) <= position) waiting.shift()?.resolve();
    // It may have waited for the engine to come nearer.
    if (this.#waiting.length > 0 || this.#isDue) this.#start();
  }

  /** Sees to it that the loop wakes when something is due. */
  #arm(): void {
    const due = this.#options.subject.nextDueAt();
    if (due === this.#armedFor && this.#disarm !== undefined) return;
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedFor = due;
    if (due === undefined || this.#stopping) return;
    this.#disarm = this.#options.clock.wakeAt(due, () => {
      this.#disarm = undefined;
      this.#isDue = true;
      this.#commit();
    });
  }

  #fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    const written = this.#durable.flatMap(({ batch }) => batch.submissions);
    const writing = this.#committing?.submissions ?? [];
    // Those who were answered already are told in vain.
    for (const { reject } of [...written, ...writing, ...this.#waiting]) reject(error);
    this.#failure.resolve(error);
    this.#waiting = [];
    this.#waitingEntries = 0;
    this.#disarm?.();
    this.#disarm = undefined;
    for (const { resolve } of this.#catchingUp.splice(0)) resolve();
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const tick: LogEntry = { kind: 'tick' };

function entriesOf(messages: readonly Message[], source: string): readonly LogEntry[] {
  return messages.map((message): LogEntry => ({ kind: 'message', message, source }));
}

function outcomesOf(results: readonly EntryResult[]): readonly Outcome[] {
  return results.map((result) => (result.ok ? result.value : { notices: result.error }));
}

function flat(submissions: readonly Submission[]): readonly LogEntry[] {
  const all: LogEntry[] = [];
  for (const { entries } of submissions) for (const entry of entries) all.push(entry);
  return all;
}

function answer(submissions: readonly Submission[], results: readonly EntryResult[]): void {
  let from = 0;
  for (const { entries, onTaken } of submissions) {
    onTaken(submissions.length === 1 ? results : results.slice(from, from + entries.length));
    from += entries.length;
  }
}

/** Whether there is time left; the clock is looked at once in a while. */
function untilThen(ms: number): () => boolean {
  const until = performance.now() + ms;
  let left = asksBetweenLooks;
  return () => {
    if (left-- > 0) return true;
    left = asksBetweenLooks;
    return performance.now() < until;
  };
}

/** An ask comes every microsecond or so. */
const asksBetweenLooks = 32;

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

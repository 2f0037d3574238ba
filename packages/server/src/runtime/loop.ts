/**
 * The loop: what arrives goes into the log, and from the log into the engine.
 *
 * Idea. Everything that arrived while the last commit was under way is one record of the log, committed once. The next commit
 * begins the moment one is durable, so the disk never waits for the engine, nor the engine for the disk. The engine takes
 * records in their order, each at the record's instant, in slices of a few milliseconds; between two slices others have a
 * turn. Its changes are published, and those are answered who asked what became of their messages.
 *
 * An engine with nothing else to do takes a record while it is being written: it is *ahead*, by one record at most. It holds
 * its tongue until that is durable: nothing is published or answered, checkpoints wait, and so do those who read (`caughtUp`,
 * `settled`). Nothing else is taken meanwhile, so what is told then is what the state shows. Should the commit fail, the
 * process ends, and what was ahead was never seen. Only messages and ticks are taken so: what else an entry may be has effects
 * outside the engine.
 *
 * Who only wants to know that nothing is lost is answered when the record is durable. Mostly the engine has taken it by then.
 * Where it has much to do, because a million customers are due at one instant, it falls behind; then records
 * wait for it, up to `behindEntriesMax`, above which no more are written and senders wait. Reading waits for it (`caughtUp`),
 * so that everybody reads their own writes and nobody sees the middle of an instant.
 *
 * Invariants. What anybody is told is a function of the durable log: nothing is published or answered before it is in it.
 * That holds for time too: when something is due, a tick goes into the log, and its changes are told when it is durable.
 * Instants of records never go back; a clock that does stands still here until it has caught up. Where slices end, and how
 * soon a commit, change nothing.
 *
 * A failed or stalled commit is the end (`Log.failed`): nobody is answered any more and whoever runs the process stops it.
 */

import type { Instant, Message } from '@segue/core/model/message.ts';

import type { LogEntry, LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { type Clock, untilThen } from './clock.ts';
import type { Intake, IntakeClosed, Membership, Outcome } from './intake.ts';
import { answer, entriesOf, type EntryResult, flat, outcomesOf, type Submission } from './submissions.ts';

/** What the loop moves: the customers, wherever they live. */
export interface Subject {
  /**
   * Takes a record; results are in the order of its entries. `goOn` is asked now and then; where it says no before the
   * end there are no results yet: to be called again with the same record, and nothing else meanwhile. Nothing of it leaves
   * the state before `tell`.
   */
  take(record: LogRecord, goOn: () => boolean): readonly EntryResult[] | undefined;
  /** Publishes what has been taken, all of which is durable. */
  tell(): void;
  /** Whether messages and ticks may be taken now before they are durable. */
  readonly mayGoAhead: boolean;
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

/** The next record, before it has its place in the log. */
type Batch = {
  readonly submissions: readonly Submission[];
  readonly entries: readonly LogEntry[];
  readonly at: Instant;
};

/** A record that is being written or is written, until the engine has taken it and told of it. */
type Pending = {
  readonly submissions: readonly Submission[];
  readonly record: LogRecord;
  /** It is of messages and ticks alone. */
  readonly isPlain: boolean;
  /** How long it took to write; undefined while it is being written. */
  commitMs: number | undefined;
  /** When the engine began, what time alone had to bring then, and how long it has worked on it. */
  taking: { readonly due: Instant | undefined; applyMs: number } | undefined;
  /** When the engine is through with it. */
  results: readonly EntryResult[] | undefined;
};

type Waiter = { readonly resolve: () => void; readonly reject: (error: Error) => void };

export class Loop implements Intake {
  readonly #options: LoopOptions;
  #waiting: Submission[] = [];
  #waitingEntries = 0;
  #isWriting = false;
  /** In order; the last may be being written, and the first be taken. */
  readonly #pending: Pending[] = [];
  /** Entries of those that are durable. */
  #durableEntries = 0;
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
  readonly #catchingUp: (Waiter & { readonly until: Position })[] = [];
  readonly #resting: Waiter[] = [];
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
    const [first] = this.#pending;
    return first?.taking !== undefined && first.results === undefined;
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

  /**
   * When every answer reflects all that is durable now, and nothing that is not; undefined where that is so already. Rejects
   * where it never will: nothing may be answered any more.
   */
  caughtUp(): Promise<void> | undefined {
    return this.#whenTold(
      this.#pending.findLast(({ commitMs, taking }) => commitMs !== undefined || taking !== undefined),
    );
  }

  /** When nothing is taken that is not durable; undefined where that is so already. Rejects where it never will. */
  settled(): Promise<void> | undefined {
    const [first] = this.#pending;
    const isAhead = first?.taking !== undefined && first.commitMs === undefined;
    return this.#whenTold(isAhead ? first : undefined);
  }

  /** Does something that must see no record half taken, nor one that is not durable: at once, or as soon as that is so. */
  async atRest<T>(work: () => T | Promise<T>): Promise<T> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#pending[0]?.taking === undefined) return work();
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        try {
          resolve(work());
        } catch (error) {
          reject(asError(error));
        }
      };
      this.#resting.push({ resolve: begin, reject });
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
    const isAllTold = this.#pending.length === 0 && this.#waiting.length === 0 && !this.#isDue;
    return isAllTold || this.#error !== undefined;
  }

  /** Undefined where there is nothing to wait for. */
  #whenTold(pending: Pending | undefined): Promise<void> | undefined {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (pending === undefined) return undefined;
    const { position, entries } = pending.record;
    return new Promise((resolve, reject) => {
      this.#catchingUp.push({ until: position + entries.length, resolve, reject });
    });
  }

  #add(submission: Submission): void {
    this.#waiting.push(submission);
    this.#waitingEntries += submission.entries.length;
    this.#start();
  }

  #start(): void {
    if (this.#isWriting || this.#turn !== undefined) return;
    // What arrives in this turn goes along.
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#commit();
    });
  }

  /** Writes the next record, if there is one and none is being written. */
  #commit(): void {
    if (this.#isWriting || this.#error !== undefined) return;
    if (this.#durableEntries >= behindEntriesMax) return;
    const batch = this.#gather();
    if (batch === undefined) return;
    const { submissions, entries, at } = batch;
    const { log } = this.#options;
    const record = { position: log.next, at, entries };
    const pending: Pending = {
      submissions,
      record,
      isPlain: entries.every(({ kind }) => kind === 'message' || kind === 'tick'),
      commitMs: undefined,
      taking: undefined,
      results: undefined,
    };
    this.#pending.push(pending);
    this.#isWriting = true;
    const started = performance.now();
    log.append(entries, at).then(
      () => {
        this.#onDurable(pending, performance.now() - started);
      },
      (error: unknown) => {
        this.#fail(asError(error));
      },
    );
    this.#continue();
  }

  #onDurable(pending: Pending, commitMs: number): void {
    if (this.#error !== undefined) return;
    this.#isWriting = false;
    pending.commitMs = commitMs;
    this.#durableEntries += pending.record.entries.length;
    // First of all the disk: it works while everything else here is done.
    this.#commit();
    try {
      if (pending.taking !== undefined) this.#tell(pending);
    } catch (error) {
      this.#fail(asError(error));
      return;
    }
    for (const { onDurable } of pending.submissions) onDurable?.();
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
    if (!this.#canTake) return;
    if (this.#slice === undefined) this.#sliceSince = performance.now();
    else clearImmediate(this.#slice);
    this.#slice = setImmediate(() => {
      const wasWriting = this.#isWriting;
      this.#commit();
      if (wasWriting || !this.#isWriting) this.#endTurn();
    });
  }

  /** The engine can begin or go on with the first record, which is durable or may be taken before. */
  get #canTake(): boolean {
    const [first] = this.#pending;
    if (first === undefined || first.results !== undefined || this.#error !== undefined) return false;
    return first.commitMs !== undefined || (first.isPlain && this.#options.subject.mayGoAhead);
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
    const started = performance.now();
    // As long as others had, where they had longer.
    const most = this.#durableEntries > behindEntriesMany ? sliceMsMaxBehind : sliceMsMax;
    const ms = Math.min(Math.max(sliceMsMin, started - this.#sliceSince), most);
    const until = started + ms;
    const { timeFor = untilThen } = this.#options;
    const goOn = timeFor(ms);
    const waiters = this.#catchingUp.length;
    while (this.#canTake) {
      if (!this.#takeFrom(this.#pending[0] as Pending, goOn) || performance.now() >= until) break;
      // Whoever waited looks before more is taken.
      if (this.#catchingUp.length < waiters) break;
    }
    this.#continue();
  }

  /** Takes of the first record what there is time for, and tells of it where it is durable; true when all of it is taken. */
  #takeFrom(pending: Pending, goOn: () => boolean): boolean {
    const { subject } = this.#options;
    const started = performance.now();
    pending.taking ??= { due: subject.nextDueAt(), applyMs: 0 };
    pending.results = subject.take(pending.record, goOn);
    pending.taking.applyMs += performance.now() - started;
    if (pending.commitMs !== undefined) this.#tell(pending);
    return pending.results !== undefined;
  }

  /** Tells of what has been taken of the first record, which is durable; where it is all, the next may come. */
  #tell({ submissions, record, commitMs = 0, taking, results }: Pending): void {
    const { subject, clock, onTaken } = this.#options;
    subject.tell();
    if (results === undefined) return;
    this.#pending.shift();
    this.#durableEntries -= record.entries.length;
    answer(submissions, results);
    const { due, applyMs = 0 } = taking ?? {};
    const lateMs = due !== undefined && due <= record.at ? { lateMs: clock.now() - due } : {};
    onTaken?.(record, { commitMs, applyMs, ...lateMs });
    this.#tellTaken(record.position + record.entries.length);
    if (this.#waiting.length === 0 && this.#pending.length === 0) this.#arm();
    if (this.#isIdle) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #tellTaken(position: Position): void {
    for (const { resolve } of this.#resting.splice(0)) resolve();
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
    const pending = this.#pending.flatMap(({ submissions }) => submissions);
    // Those who were answered already are told in vain.
    for (const { reject } of [...pending, ...this.#waiting]) reject(error);
    this.#failure.resolve(error);
    this.#waiting = [];
    this.#waitingEntries = 0;
    this.#disarm?.();
    this.#disarm = undefined;
    for (const { reject } of [...this.#catchingUp.splice(0), ...this.#resting.splice(0)]) reject(error);
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const tick: LogEntry = { kind: 'tick' };

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

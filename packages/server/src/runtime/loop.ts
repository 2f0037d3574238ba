/**
 * The loop: what arrives goes into the log, and from the log into the engine.
 *
 * Idea. Everything that arrived while the last commit was under way is one record of the log, committed once. When it
 * is durable the engine takes it at the record's instant, its changes are published, and those who sent it are answered.
 * While the engine works on one record the next is being written.
 *
 * Invariants. The state is a function of the durable log: nothing is applied, published or answered before it is in it.
 * That holds for time too: when something is due, a tick goes into the log, and the engine follows when it is durable.
 * Instants of records never go back; a clock that does stands still here until it has caught up.
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
  /** Takes a durable record; results are in the order of its entries. */
  take(record: LogRecord): readonly EntryResult[];
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
/** Entries that may wait; above it senders are asked to come again. */
const waitingEntriesMax = 100_000;

type Submission = {
  readonly entries: readonly LogEntry[];
  readonly resolve: (results: readonly EntryResult[]) => void;
  readonly reject: (error: Error) => void;
};

type Batch = {
  readonly submissions: readonly Submission[];
  readonly entries: readonly LogEntry[];
  readonly at: Instant;
};

type Durable = { readonly batch: Batch; readonly position: Position; readonly commitMs: number };

export class Loop implements Intake {
  readonly #options: LoopOptions;
  #waiting: Submission[] = [];
  #waitingEntries = 0;
  /** Records under way: written, or about to be, and not taken yet. */
  readonly #unanswered = new Set<Batch>();
  #isRunning = false;
  #isDue = false;
  #disarm: (() => void) | undefined = undefined;
  #armedFor: Instant | undefined = undefined;
  #lastAt: Instant;
  #stopping = false;
  #idle: (() => void) | undefined = undefined;
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
    const entries = messages.map((message): LogEntry => ({ kind: 'message', message, source }));
    const results = await this.submit(entries);
    return {
      ok: true,
      value: results.map((result) => (result.ok ? result.value : { notices: result.error })),
    };
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
      this.#waiting.push({ entries, resolve, reject });
      this.#waitingEntries += entries.length;
      this.#start();
    });
  }

  /** Takes nothing more; resolves when all that was taken has been answered. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#disarm?.();
    this.#disarm = undefined;
    if (!this.#isRunning) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  #start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    // What arrives in this turn goes along.
    setImmediate(() => {
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    let durable: Durable | undefined = undefined;
    try {
      for (;;) {
        const batch = this.#gather();
        const commit = batch === undefined ? undefined : this.#commit(batch);
        if (durable !== undefined) this.#take(durable);
        durable = await commit;
        // Something may have arrived while the engine worked.
        if (durable === undefined && this.#waiting.length === 0) break;
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
    this.#isRunning = false;
    if (this.#error === undefined) this.#arm();
    this.#idle?.();
  }

  async #commit(batch: Batch): Promise<Durable> {
    const started = performance.now();
    this.#unanswered.add(batch);
    const position = await this.#options.log.append(batch.entries, batch.at);
    return { batch, position, commitMs: performance.now() - started };
  }

  /** The next record; undefined when nothing waits and nothing is due. */
  #gather(): Batch | undefined {
    const submissions: Submission[] = [];
    let n = 0;
    for (const submission of this.#waiting) {
      if (n > 0 && n + submission.entries.length > recordEntriesMax) break;
      submissions.push(submission);
      n += submission.entries.length;
    }
    this.#waiting = this.#waiting.slice(submissions.length);
    this.#waitingEntries -= n;
    const isDue = this.#isDue;
    this.#isDue = false;
    if (n === 0 && !isDue) return undefined;
    const at = this.now();
    this.#lastAt = at;
    // Time passes with every record, so a tick is needed only where there is nothing else.
    const entries =
      n === 0 ? [tick] : submissions.length === 1 ? (submissions[0]?.entries ?? []) : flat(submissions);
    return { submissions, entries, at };
  }

  #take({ batch, position, commitMs }: Durable): void {
    const { submissions, entries, at } = batch;
    const record = { position, at, entries };
    const { subject, clock, onTaken } = this.#options;
    const started = performance.now();
    const due = subject.nextDueAt();
    const results = subject.take(record);
    this.#unanswered.delete(batch);
    let from = 0;
    for (const { entries: own, resolve } of submissions) {
      resolve(submissions.length === 1 ? results : results.slice(from, from + own.length));
      from += own.length;
    }
    const lateMs = due !== undefined && due <= at ? { lateMs: clock.now() - due } : {};
    onTaken?.(record, { commitMs, applyMs: performance.now() - started, ...lateMs });
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
      this.#start();
    });
  }

  #fail(error: Error): void {
    if (this.#error !== undefined) return;
    this.#error = error;
    const unanswered = [...this.#unanswered].flatMap(({ submissions }) => submissions);
    for (const { reject } of [...unanswered, ...this.#waiting]) reject(error);
    this.#failure.resolve(error);
    this.#waiting = [];
    this.#waitingEntries = 0;
    this.#disarm?.();
    this.#disarm = undefined;
  }
}

const tick: LogEntry = { kind: 'tick' };

function flat(submissions: readonly Submission[]): readonly LogEntry[] {
  const all: LogEntry[] = [];
  for (const { entries } of submissions) for (const entry of entries) all.push(entry);
  return all;
}

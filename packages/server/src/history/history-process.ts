/**
 * The history store as the service has it: a process of its own that is started, fed, asked, and started anew when it ends.
 *
 * Nothing here is waited for by what takes messages. While the process is away questions are refused at once, and the
 * journal keeps what it will want to know.
 */

import { fork, type ChildProcess } from 'node:child_process';

import type { Instant } from '@segue/core/model/message.ts';
import { noColumns, type PropertyColumns } from '@segue/core/sql/event-sql.ts';

import type { Position } from '../log/entry.ts';
import {
  HistoryError,
  type QueryOptions,
  type QueryRows,
  type Reached,
  type StreamFormat,
} from './history-store.ts';
import type { Journal } from './journal.ts';
import { busySince, makeWay } from './making-way.ts';
import type { FromHistory, HistoryConfig, ToHistory } from './protocol.ts';

export type HistoryStatus = {
  readonly state: 'starting' | 'running' | 'rebuilding' | 'down' | 'stopped';
  /** Undefined until the store has been opened once. */
  readonly reached: Reached | undefined;
  /** Entries of the log that are not in yet. */
  readonly behindEntries: number;
  /** How long ago what is missing first arrived; 0 where nothing is missing. */
  readonly lagMs: number;
  /** Times that the process ended and was started anew. */
  readonly restarts: number;
  readonly rebuilding?: { readonly position: Position; readonly end: Position };
  /** Why it ended last. */
  readonly error?: string;
};

/** Asking the history; what doors know of it. */
export interface History {
  query(sql: string, options?: Partial<QueryOptions>): Promise<QueryRows>;
  stream(sql: string, format: StreamFormat, options?: Partial<QueryOptions>): AsyncIterable<Uint8Array>;
  status(): HistoryStatus;
  /** Properties of events that queries may read from columns of their own. */
  readonly properties: PropertyColumns;
  /** Empties the store and fills it from the log; from now on nothing is in it, also where its process is away. */
  rebuild(): void;
  /** Resolves when everything up to a position is in; false when it took too long. */
  caughtUp(position: Position, timeoutMs: number): Promise<boolean>;
}

export type HistoryProcessOptions = {
  readonly config: HistoryConfig;
  readonly journal: Journal;
  /** The file that runs in the process. */
  readonly main: URL;
  readonly now: () => Instant;
  /** Of a query where it does not say. */
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  /** The longest pause before another process is started, in milliseconds. */
  readonly retryMsMax?: number;
  /** How long the store may take to open at first; each time that it took longer, twice as long the next time. */
  readonly openMs?: number;
  /** Begins to watch how busy this process is, and makes what tells it at the end; by its event loop unless given. */
  readonly busy?: () => () => boolean;
  readonly onEnded?: (reason: string, startsAgainInMs: number) => void;
  readonly onRebuilding?: () => void;
  readonly onRebuilt?: () => void;
};

/** How long new entries are gathered before they are sent, in milliseconds. */
const gatherMs = 250;
/** The same, while this process has much to do. */
const gatherMsMax = 3_000;
const retryMsMin = 100;
const retryMsMax = 30_000;
/** What a query may take beyond its own time before the process is taken to hang. */
const hangMs = 15_000;
/** A store whose disk is full may wait at its opening for ever; a large one takes some seconds. */
const openMsDefault = 60_000;
/** A store that cannot be opened so many times in a row is made again from the log, which has everything. */
const unopenableMax = 8;
/** How long a part may take. */
const partMs = 300_000;
/** What was written longer ago has reached the disk, as systems write back what they hold. */
const settledMs = 90_000;
const stopMs = 5_000;

type Asked = {
  readonly take: (message: FromHistory) => void;
  readonly fail: (error: HistoryError) => void;
};

export class HistoryProcess implements History {
  readonly #options: HistoryProcessOptions;
  readonly #asked = new Map<number, Asked>();
  #nextId = 1;
  #child: ChildProcess | undefined;
  #retryMs = retryMsMin;
  #openMs: number;
  /** How often in a row the store could not be opened. */
  #unopenable = 0;
  #timers = new Set<NodeJS.Timeout>();
  #state: HistoryStatus['state'] = 'starting';
  #reached: Reached | undefined;
  #properties: PropertyColumns = noColumns;
  #rebuilding: { readonly position: Position; readonly end: Position } | undefined;
  /** It was told to empty the store, and has not said yet that it did; told again where it ended meanwhile. */
  #emptying = false;
  #restarts = 0;
  #error: string | undefined;
  /** From where the process wants to know more. */
  #needs: Position | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  /** Since when something is missing. */
  #missingSince: Instant | undefined;
  /** Positions that were reached, and when: the journal forgets them once they are surely on the disk. */
  #settling: { readonly position: Position; readonly at: Instant }[] = [];
  #waiting: { readonly position: Position; readonly done: () => void }[] = [];

  constructor(options: HistoryProcessOptions) {
    this.#options = options;
    this.#openMs = options.openMs ?? openMsDefault;
    options.journal.onGrown = () => {
      this.#missingSince ??= options.now();
      this.#gather();
    };
    this.#start();
  }

  query(sql: string, options: Partial<QueryOptions> = {}): Promise<QueryRows> {
    return new Promise((resolve, reject) => {
      const id = this.#ask({ kind: 'query', sql, ...this.#limits(options) }, options.signal, {
        take: (message) => {
          if (message.kind === 'rows') resolve(message.rows);
        },
        fail: reject,
      });
      if (id === undefined) reject(unavailable(this.#error));
    });
  }

  async *stream(
    sql: string,
    format: StreamFormat,
    options: Partial<QueryOptions> = {},
  ): AsyncIterable<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let wake: (() => void) | undefined;
    const end: { isReached: boolean; error?: HistoryError } = { isReached: false };
    const cancel = new AbortController();
    const signal =
      options.signal === undefined ? cancel.signal : AbortSignal.any([cancel.signal, options.signal]);
    const id = this.#ask({ kind: 'stream', sql, format, ...this.#limits(options) }, signal, {
      take: (message) => {
        if (message.kind === 'piece') pieces.push(message.bytes);
        else if (message.kind === 'end') end.isReached = true;
        wake?.();
      },
      fail: (error) => {
        end.error = error;
        wake?.();
      },
    });
    if (id === undefined) throw unavailable(this.#error);
    try {
      for (;;) {
        const piece = pieces.shift();
        if (piece !== undefined) {
          yield piece;
          this.#send({ kind: 'more', id });
        } else if (end.error !== undefined) throw end.error;
        else if (end.isReached) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      cancel.abort();
    }
  }

  get properties(): PropertyColumns {
    return this.#properties;
  }

  status(): HistoryStatus {
    const { journal, now } = this.#options;
    const behindEntries = Math.max(0, journal.next - (this.#reached?.position ?? 0));
    return {
      state: this.#state,
      reached: this.#reached,
      behindEntries,
      lagMs:
        behindEntries === 0 || this.#missingSince === undefined ? 0 : Math.max(0, now() - this.#missingSince),
      restarts: this.#restarts,
      ...(this.#rebuilding === undefined ? {} : { rebuilding: this.#rebuilding }),
      ...(this.#error === undefined ? {} : { error: this.#error }),
    };
  }

  rebuild(): void {
    this.#emptying = true;
    this.#settling = [];
    this.#setReached({ position: 0, seq: 0, at: -Infinity });
    if (this.#state !== 'starting') this.#send({ kind: 'rebuild' });
  }

  caughtUp(position: Position, timeoutMs: number): Promise<boolean> {
    if ((this.#reached?.position ?? 0) >= position) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiting = {
        position,
        done: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = this.#later(timeoutMs, () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        resolve(false);
      });
      this.#waiting.push(waiting);
    });
  }

  /** Ends the process at once; another is started. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Lets it write what it has, and ends it. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    this.#options.journal.onGrown = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    clearTimeout(this.#gathering);
    clearTimeout(this.#watchdog);
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    this.#send({ kind: 'stop' });
    const kill = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(kill);
  }

  #start(): void {
    const { config, main } = this.#options;
    this.#state = 'starting';
    const child = fork(main, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    makeWay(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    });
    child.on('message', (message) => {
      if (this.#child === child) this.#take(message as FromHistory);
    });
    child.on('error', (error) => {
      said = error.message;
      // One that never ran does not end either.
      if (child.pid === undefined) this.#ended(child, said);
    });
    child.once('exit', (code, signal) => {
      const last = said.trim().split('\n').at(-1);
      const reason = last === undefined || last === '' ? `it ended with ${signal ?? String(code)}` : last;
      this.#ended(child, reason);
    });
    this.#send({ kind: 'open', config, afresh: this.#unopenable >= unopenableMax });
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#openMs *= 2;
      child.kill('SIGKILL');
    }, this.#openMs);
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#needs = undefined;
    this.#rebuilding = undefined;
    clearTimeout(this.#watchdog);
    const failed = unavailable(reason);
    for (const { fail } of this.#asked.values()) fail(failed);
    this.#asked.clear();
    if (this.#state === 'stopped') return;
    this.#state = 'down';
    this.#error ??= reason;
    this.#restarts++;
    const wait = this.#retryMs;
    this.#retryMs = Math.min(2 * this.#retryMs, this.#options.retryMsMax ?? retryMsMax);
    this.#options.onEnded?.(this.#error, wait);
    this.#later(wait, () => {
      this.#start();
    });
  }

  #take(message: FromHistory): void {
    switch (message.kind) {
      case 'opened':
        clearTimeout(this.#watchdog);
        this.#error = undefined;
        this.#unopenable = 0;
        this.#state = 'running';
        this.#properties = message.properties;
        if (this.#emptying) this.#send({ kind: 'rebuild' });
        else this.#setReached(message.reached);
        return;
      case 'reached':
        // It gets on.
        this.#retryMs = retryMsMin;
        // What it reached before it was emptied is no longer so.
        if (this.#emptying && message.reached.position > 0) return;
        this.#emptying = false;
        this.#setReached(message.reached);
        return;
      case 'properties':
        this.#properties = message.properties;
        return;
      case 'need':
        clearTimeout(this.#watchdog);
        this.#needs = message.from;
        this.#gather();
        return;
      case 'rebuilding':
        if (this.#rebuilding === undefined) this.#options.onRebuilding?.();
        this.#rebuilding = { position: message.position, end: message.end };
        this.#state = 'rebuilding';
        this.#watch();
        return;
      case 'rebuilt':
        this.#rebuilding = undefined;
        this.#state = 'running';
        this.#options.onRebuilt?.();
        return;
      case 'broken':
        if (this.#state === 'starting') this.#unopenable++;
        this.#error = message.message;
        return;
      case 'piece':
        this.#asked.get(message.id)?.take(message);
        return;
      case 'rows':
      case 'end':
        this.#settle(message.id)?.take(message);
        return;
      case 'failed':
        this.#settle(message.id)?.fail(new HistoryError(message.code, message.message));
        return;
    }
  }

  #setReached(reached: Reached): void {
    const { journal, now } = this.#options;
    this.#reached = reached;
    const at = now();
    if (reached.position >= journal.next) this.#missingSince = undefined;
    else this.#missingSince = Math.max(this.#missingSince ?? at, reached.at);
    this.#settling.push({ position: reached.position, at });
    while ((this.#settling[0]?.at ?? Infinity) <= at - settledMs) {
      journal.forget(this.#settling.shift()?.position ?? 0);
    }
    for (const { position, done } of this.#waiting) if (position <= reached.position) done();
    this.#waiting = this.#waiting.filter(({ position }) => position > reached.position);
  }

  /** Sends what the process waits for, once some of it has come together. */
  #gather(): void {
    const { journal } = this.#options;
    if (this.#needs === undefined || this.#gathering !== undefined) return;
    if (this.#needs >= journal.first && journal.next <= this.#needs) return;
    this.#gatherFor(performance.now() + gatherMsMax);
  }

  /** Where this process has much to do, history gets more at a time and less often, unless somebody waits for it. */
  #gatherFor(until: number): void {
    const isBusy = this.#options.busy?.() ?? busySince();
    this.#gathering = setTimeout(() => {
      if (this.#waiting.length === 0 && performance.now() < until && isBusy()) {
        this.#gatherFor(until);
        return;
      }
      this.#gathering = undefined;
      this.#sendPart();
    }, gatherMs);
  }

  #sendPart(): void {
    const { journal } = this.#options;
    const from = this.#needs;
    if (from === undefined) return;
    const part = journal.read(from);
    if (part !== undefined) this.#answer({ kind: 'part', asked: from, part });
    else if (from < journal.first) {
      this.#answer({ kind: 'behind', asked: from, first: journal.first, firstSeq: journal.firstSeq });
    }
  }

  #answer(message: ToHistory): void {
    this.#needs = undefined;
    this.#send(message);
    this.#watch();
  }

  /** Ends a process that says nothing for too long. */
  #watch(): void {
    clearTimeout(this.#watchdog);
    const child = this.#child;
    this.#watchdog = setTimeout(() => child?.kill('SIGKILL'), partMs);
  }

  #limits(options: Partial<QueryOptions>): { readonly timeoutMs: number; readonly memoryBytes: number } {
    const { timeoutMs = this.#options.timeoutMs, memoryBytes = this.#options.memoryBytes } = options;
    return { timeoutMs, memoryBytes };
  }

  /** Undefined where there is nobody to ask. */
  #ask(
    message:
      | Omit<ToHistory & { readonly kind: 'query' }, 'id'>
      | Omit<ToHistory & { readonly kind: 'stream' }, 'id'>,
    signal: AbortSignal | undefined,
    asked: Asked,
  ): number | undefined {
    if (this.#child === undefined || this.#state === 'starting' || this.#state === 'stopped') {
      return undefined;
    }
    const id = this.#nextId++;
    const child = this.#child;
    const cancel = (): void => {
      this.#send({ kind: 'cancel', id });
    };
    // A stream takes as long as its reader; a query that does not come back means that the process hangs.
    const hang =
      message.kind === 'query'
        ? this.#later(message.timeoutMs + hangMs, () => child.kill('SIGKILL'))
        : undefined;
    const end = (): void => {
      signal?.removeEventListener('abort', cancel);
      if (hang !== undefined) this.#timers.delete(hang);
      clearTimeout(hang);
    };
    this.#asked.set(id, {
      take: (answer) => {
        if (answer.kind !== 'piece') end();
        asked.take(answer);
      },
      fail: (error) => {
        end();
        asked.fail(error);
      },
    });
    this.#send({ ...message, id });
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
    return id;
  }

  #settle(id: number): Asked | undefined {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked;
  }

  #send(message: ToHistory): void {
    if (this.#child?.connected === true) this.#child.send(message, () => undefined);
  }

  #later(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    this.#timers.add(timer);
    return timer;
  }
}

function unavailable(reason: string | undefined): HistoryError {
  const why = reason === undefined ? '' : ` (${reason})`;
  return new HistoryError(
    'history/unavailable',
    `The history store does not answer now${why}; everything else goes on. Ask again in a moment.`,
  );
}

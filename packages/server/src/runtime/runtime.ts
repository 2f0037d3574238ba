/**
 * The running engine: log, customers and feed put together, taken up where they were, and written down again.
 *
 * Start: the last checkpoint, then the rest of the log, then the clock. The changes of the rest are published again under
 * the numbers that they had; the feed passes over those that it has. A checkpoint that does not fit the log, or cannot be
 * read, is cleared and the whole log replayed: slower, and the same. Where entries were taken out of the log, the base
 * (log/base.ts) stands for what was before it, and the log is replayed from there.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { ChangeFeed } from '../feeds/change-feed.ts';
import { Journal } from '../history/journal.ts';
import { JournalKeeper } from '../history/journal-keeper.ts';
import type { CheckpointStore } from '../log/checkpoint-store.ts';
import type { LogRecord, Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { StorageError } from '../log/storage-error.ts';
import { CheckpointRows } from './checkpoint-rows.ts';
import { type CheckpointHead, Checkpointer, readHead } from './checkpoints.ts';
import type { Clock } from './clock.ts';
import {
  Customers,
  type CustomersOptions,
  type ErasedCustomer,
  type RestoredFrom,
  type Standing,
} from './customers.ts';
import type { IntakeClosed } from './intake.ts';
import { Loop, type LoopOptions, type RecordTiming } from './loop.ts';
import { MessageIndex } from './message-index.ts';

export type RuntimeOptions = {
  readonly log: Log;
  readonly checkpoints: CheckpointStore;
  /** Where the log can only be replayed from a position on: that, and the way to put the state of then into `checkpoints`. */
  readonly base?: { readonly position: Position; restore(): Promise<void> };
  readonly feed: ChangeFeed;
  /** Told of somebody erased; what it begins must be durable before `erasuresKept` resolves, which checkpoints wait for. */
  readonly onErased?: (erased: ErasedCustomer) => void;
  readonly erasuresKept?: () => Promise<void>;
  readonly clock: Clock;
  /** IANA name; days of rules begin at its midnights. */
  readonly timeZone: string;
  /** Parts that customers are spread over (default 1); may be another number at each start. */
  readonly partitions?: number;
  /** How often a checkpoint is written while something happens, in milliseconds. */
  readonly checkpointEveryMs: number;
  /**
   * A checkpoint is written after so many entries too, of which ten changes make one, and after definitions have come into
   * force, so that a start has little to replay; later where checkpoints would take more than a twentieth of the time.
   */
  readonly checkpointEveryEntries?: number;
  /** Keep the journal that the history store is filled from. */
  readonly journal?: boolean;
  /** Customers that a checkpoint writes before others have a turn. */
  readonly checkpointSliceCustomers?: number;
  readonly refuses?: () => IntakeClosed | undefined;
  readonly onTaken?: (record: LogRecord, timing: RecordTiming) => void;
  /** As of `LoopOptions`. */
  readonly timeFor?: LoopOptions['timeFor'];
  /** While the log is replayed: how far, of how much. */
  readonly onReplay?: (position: Position, end: Position) => void;
  /** A checkpoint that is of no use; the log is replayed instead. */
  readonly onBadCheckpoint?: (reason: string) => void;
  readonly onCheckpoint?: (position: Position, ms: number) => void;
};

/** A start replays them in less than half a second, with code that has not been compiled yet. */
const checkpointEveryEntriesDefault = 20_000;
/** Changes that take a replay as long as an entry: time alone may bring a million with one. */
const changesOfEntry = 10;
/** What is written for their sake alone takes a part of the time of 1 / this at most. */
const checkpointShare = 20;

/** Customers as they were, the rows that they came from, and where the checkpoint stands. */
type TakenUp = {
  readonly customers: Customers;
  readonly rows: CheckpointRows;
  readonly checkpointAt: Replayed;
};

/** What has been taken before a point: entries, and changes told. */
type Replayed = Pick<Standing, 'position' | 'seq'>;

/** How long a replay works before it lets others have a turn, in milliseconds. */
const sliceMs = 20;

export class Runtime {
  /** When the last checkpoint was written, or the state taken up. */
  checkpointedAt: Instant;
  readonly customers: Customers;
  readonly loop: Loop;
  readonly feed: ChangeFeed;
  readonly #options: RuntimeOptions;
  readonly #watching: ((record: LogRecord) => void)[] = [];
  readonly #checkpointer: Checkpointer;
  #checkpointAt: Replayed;
  /** When the last checkpoint began, in milliseconds of the process. */
  #checkpointBegan = -Infinity;
  /** Definitions have come into force since; to replay that takes long. */
  #hasNewDefinitions = false;
  #checkpointing: Promise<void> | undefined = undefined;
  #timer: NodeJS.Timeout | undefined = undefined;
  #rewriting: Promise<unknown> = Promise.resolve();
  #hasFailed = false;
  readonly #failure: PromiseWithResolvers<Error> = Promise.withResolvers<Error>();

  private constructor(options: RuntimeOptions, { customers, rows, checkpointAt }: TakenUp) {
    const { log, clock, refuses, onTaken, timeFor } = options;
    this.#options = options;
    this.customers = customers;
    this.feed = options.feed;
    this.checkpointedAt = clock.now();
    this.#checkpointAt = checkpointAt;
    this.#checkpointer = new Checkpointer(options.checkpoints, rows, options.checkpointSliceCustomers);
    this.loop = new Loop({
      log,
      clock,
      subject: customers,
      ...(refuses === undefined ? {} : { refuses }),
      ...(timeFor === undefined ? {} : { timeFor }),
      onTaken: (record, timing) => {
        onTaken?.(record, timing);
        for (const watch of this.#watching) watch(record);
        if (record.entries.some(({ kind }) => kind === 'definitions')) this.#hasNewDefinitions = true;
        this.#scheduleCheckpoint();
      },
    });
    this.feed.giveWayTo(() => this.loop.isBusy);
    for (const failed of [this.loop.failed, options.feed.failed]) {
      void failed.then((error) => {
        this.#fail(error);
      });
    }
  }

  /** Tells of every record that the engine has taken from here on. */
  watchTaken(watch: (record: LogRecord) => void): void {
    this.#watching.push(watch);
  }

  /** Settles, with the error, when nothing can go on; whoever owns the process stops it. */
  get failed(): Promise<Error> {
    return this.#failure.promise;
  }

  get engine(): Engine {
    return this.customers.engine;
  }

  /** Takes up the state where it was. */
  static async open(options: RuntimeOptions): Promise<Runtime> {
    const { log, feed } = options;
    const takenUp = await takeUp(options);
    const { customers } = takenUp;
    await replay(customers, log, options.onReplay);
    feed.replayed(customers.standing.seq);
    return new Runtime(options, takenUp);
  }

  /**
   * Writes down where everything stands, with nothing left of what customers were before; resolves, with where that is, when
   * it is durable.
   */
  async thoroughCheckpoint(): Promise<Position> {
    await this.#checkpointing;
    this.#checkpointing = this.#checkpoint(true).finally(() => {
      this.#checkpointing = undefined;
    });
    await this.#checkpointing;
    return this.#checkpointAt.position;
  }

  /** Does something that takes entries out of the log: one such thing after the other. */
  rewriteLog<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#rewriting.then(work);
    this.#rewriting = done.catch(() => undefined);
    return done;
  }

  /** Writes down where everything stands; resolves when it is durable. */
  checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#checkpoint().finally(() => {
      this.#checkpointing = undefined;
    });
    return this.#checkpointing;
  }

  /** Takes nothing more, answers what was taken, writes a last checkpoint. The log and the stores stay open. */
  async stop(): Promise<void> {
    await this.loop.stop();
    clearTimeout(this.#timer);
    // One that fails is told by `failed`.
    await this.#checkpointing?.catch(() => undefined);
    if (!this.#hasFailed) await this.checkpoint();
  }

  async #checkpoint(isThorough: boolean = false): Promise<void> {
    const started = performance.now();
    if (this.customers.position === this.#checkpointAt.position && !isThorough) return;
    try {
      // Of an instant at which every record is taken whole or not at all.
      const { position, seq } = await this.loop.atRest(() => this.#writeCheckpoint(isThorough));
      this.#checkpointAt = { position, seq };
      this.checkpointedAt = this.#options.clock.now();
      this.#options.onCheckpoint?.(position, performance.now() - started);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  #writeCheckpoint(isThorough: boolean): Promise<Standing> {
    this.#checkpointBegan = performance.now();
    this.#hasNewDefinitions = false;
    return this.#checkpointer.write(this.customers, () => this.#flush(), isThorough);
  }

  /** What must be durable before a checkpoint says that it has been done. */
  async #flush(): Promise<void> {
    await this.feed.flush();
    await this.#options.erasuresKept?.();
  }

  /** The state may be half of something by now: it is not written down any more. */
  #fail(error: Error): void {
    this.#hasFailed = true;
    clearTimeout(this.#timer);
    this.#failure.resolve(error);
  }

  #hasMuchToReplay(): boolean {
    if (this.#hasNewDefinitions) return true;
    const { checkpointEveryEntries = checkpointEveryEntriesDefault } = this.#options;
    const { position, seq } = this.customers.standing;
    const entries = position - this.#checkpointAt.position;
    const changes = seq - this.#checkpointAt.seq;
    return entries + changes / changesOfEntry >= checkpointEveryEntries;
  }

  #scheduleCheckpoint(): void {
    if (this.#hasFailed) return;
    if (this.#hasMuchToReplay() && this.#checkpointing === undefined) {
      const idleMs = performance.now() - this.#checkpointBegan;
      if (idleMs >= this.#checkpointer.busyMs * checkpointShare) {
        void this.checkpoint().catch(() => undefined);
      }
    }
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.checkpoint().catch(() => undefined);
    }, this.#options.checkpointEveryMs);
    this.#timer.unref();
  }
}

function customersOptions(
  options: RuntimeOptions,
  index: MessageIndex,
  head: Pick<CheckpointHead, 'position' | 'seq'>,
): CustomersOptions {
  const { log, timeZone, partitions, clock, feed, checkpoints, onErased } = options;
  const journal = options.journal === true ? new Journal(head.position, head.seq, checkpoints) : undefined;
  return {
    ...(journal === undefined ? {} : { journal: new JournalKeeper(journal) }),
    log,
    clock,
    timeZone,
    start: log.recordAt(0)?.at ?? clock.now(),
    definitions: noDefinitions,
    ...(partitions === undefined ? {} : { partitions }),
    ...(onErased === undefined ? {} : { onErased }),
    index,
    publish: (changes) => {
      feed.publish(changes);
    },
  };
}

/** From the last checkpoint, else from the base, else from the beginning. */
async function takeUp(options: RuntimeOptions): Promise<TakenUp> {
  const { checkpoints, base } = options;
  const restored = restore(options);
  if (restored !== undefined) return restored;
  // Of one that is empty nothing needs to be cleared, by a thread that would have to be started for it.
  if (checkpoints.head !== undefined) await checkpoints.clear();
  if (base === undefined) return fresh(options);
  await base.restore();
  const fromBase = restore(options);
  if (fromBase !== undefined) return fromBase;
  throw new StorageError(
    'base/unusable',
    'The base, the state that stands for what was taken out of the log, cannot be read, damaged or of another version; start the version that wrote it, or restore a backup',
  );
}

function fresh(options: RuntimeOptions): TakenUp {
  const rows = new CheckpointRows(options.checkpoints);
  return { customers: openCustomers(options, 0), rows, checkpointAt: { position: 0, seq: 0 } };
}

/** The index needs the clock of customers who need the index: it is asked only once there are some. */
function openCustomers(options: RuntimeOptions, chunk: number, checkpoint?: RestoredFrom): Customers {
  const late: { customers?: Customers } = {};
  const now = (): Instant => late.customers?.engine.now ?? -Infinity;
  const index = new MessageIndex(options.log, options.checkpoints, chunk, now);
  const head = checkpoint?.head ?? { position: 0, seq: 0 };
  const customers = new Customers(customersOptions(options, index, head), checkpoint);
  late.customers = customers;
  return customers;
}

/** The customers as of the last checkpoint; undefined where there is none that is of use. */
function restore(options: RuntimeOptions): TakenUp | undefined {
  const { checkpoints, log, onBadCheckpoint } = options;
  try {
    const head = readHead(checkpoints);
    if (head === undefined) {
      if (checkpoints.head !== undefined) onBadCheckpoint?.('it has the format of another version');
      return undefined;
    }
    if (head.position > log.next) {
      onBadCheckpoint?.(`it is of position ${head.position}, and the log ends at ${log.next}`);
      return undefined;
    }
    if (head.position < (options.base?.position ?? 0)) {
      onBadCheckpoint?.(`it is of position ${head.position}, before what was taken out of the log`);
      return undefined;
    }
    const rows = new CheckpointRows(checkpoints);
    const customers = openCustomers(options, head.chunk, { rows, head });
    return { customers, rows, checkpointAt: head };
  } catch (error) {
    onBadCheckpoint?.(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

async function replay(customers: Customers, log: Log, onReplay: RuntimeOptions['onReplay']): Promise<void> {
  const end = log.next;
  let until = performance.now() + sliceMs;
  for (const record of log.read(customers.position)) {
    customers.take(record);
    customers.tell();
    if (performance.now() < until) continue;
    onReplay?.(customers.position, end);
    await new Promise((resolve) => setImmediate(resolve));
    until = performance.now() + sliceMs;
  }
  onReplay?.(customers.position, end);
}

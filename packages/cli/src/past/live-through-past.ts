/**
 * A year in seconds: the engine of the service lives through what happened, each message at the instant at which it arrived,
 * so that log, changes, history and versions are those of a service that has been running for a year.
 *
 * The same code as in the running service takes the messages; only its clock is told the time, and nobody waits for the disk
 * between two records. A past that was cut short is thrown away by whoever began it.
 */

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Catalog } from '@segue/server/catalog/catalog.ts';
import { openSqliteCatalog } from '@segue/server/catalog/sqlite-catalog.ts';
import { ChangeFeed } from '@segue/server/feeds/change-feed.ts';
import { openLmdbFeedStore } from '@segue/server/feeds/lmdb-feed-store.ts';
import { openDataDirectory, type DataDirectory } from '@segue/server/log/data-directory.ts';
import { openLmdbCheckpointStore } from '@segue/server/log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '@segue/server/log/lmdb-log.ts';
import { changeWorkspace } from '@segue/server/log/workspace-file.ts';
import type { Clock } from '@segue/server/runtime/clock.ts';
import { RuntimeDesk } from '@segue/server/runtime/definitions-desk.ts';
import { Runtime } from '@segue/server/runtime/runtime.ts';
import { mkdir } from 'node:fs/promises';

import { EagerLog } from './eager-log.ts';

/** A message, and when it arrived. */
export type Arrival = { readonly at: Instant; readonly message: Message };

export type PastOptions = {
  /** The data directory, empty or not there yet. */
  readonly data: string;
  readonly timeZone: string;
  readonly definitions: Definitions;
  /** Name of the source that all came from. */
  readonly source: string;
  /** When the service is to have been started, ms since 1970: before the first message. */
  readonly start: Instant;
  /** In order of arrival. */
  readonly arrivals: Iterable<readonly Arrival[]> | AsyncIterable<readonly Arrival[]>;
  /** Time goes on to here after the last of them; left out: it stands there. */
  readonly until?: Instant;
  /** Who is named as having made the definitions, and why. */
  readonly author: string;
  readonly reason: string;
  /** Is told now and then up to where it has come. */
  readonly onProgress: (at: Instant) => void;
};

/** Records that may wait for the disk. */
const waitingRecordsMax = 2_000;
/** Time without messages passes in steps, so that no entry of the log stands for years of it. */
const stepMs = 7 * 86_400_000;
/** Checkpoints are of use at the end only. */
const neverMs = 2 ** 31 - 1;

/** Time is what messages bring along: what became due before one comes to pass with it, at its own instant. */
class ToldClock implements Clock {
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  set(now: Instant): void {
    this.#now = Math.max(this.#now, now);
  }

  wakeAt(): () => void {
    return () => undefined;
  }
}

/** Resolves with the number of messages when all of it is durable and closed. `arrange` may put into the catalog what it likes. */
export async function liveThroughPast(
  options: PastOptions,
  arrange: (catalog: Catalog) => Promise<void>,
): Promise<number> {
  const clock = new ToldClock(options.start);
  const now = (): Instant => clock.now();
  const directory = await openDataDirectory(options.data);
  try {
    await changeWorkspace(directory.paths.workspace, { timeZone: options.timeZone });
    const catalog = openSqliteCatalog({ path: directory.paths.catalog, clock: now });
    try {
      await arrange(catalog);
      return await live(options, directory, catalog, clock);
    } finally {
      await catalog.close();
    }
  } finally {
    await directory.close();
  }
}

async function live(
  options: PastOptions,
  { paths }: DataDirectory,
  catalog: Catalog,
  clock: ToldClock,
): Promise<number> {
  const now = (): Instant => clock.now();
  await mkdir(paths.feed, { recursive: true, mode: 0o700 });
  const log = new EagerLog(await openLmdbLog(paths.log));
  const checkpoints = await openLmdbCheckpointStore(paths.checkpoint);
  const feed = new ChangeFeed({
    store: await openLmdbFeedStore(paths.feed),
    now,
    keepMs: Infinity,
    keepEventsMax: Infinity,
    onFault: (fault) => {
      throw new Error(`The feed of a past says ${fault.kind}`);
    },
  });
  try {
    const runtime = await Runtime.open({
      log,
      checkpoints,
      feed,
      clock,
      timeZone: options.timeZone,
      journal: true,
      checkpointEveryMs: neverMs,
      checkpointEveryEntries: Infinity,
    });
    const { definitions, author, reason } = options;
    try {
      const desk = await RuntimeDesk.open(runtime, log, catalog.definitions);
      const applied = await desk.apply(definitions, { author, reason });
      if (!applied.ok) throw new Error(`The definitions are refused: ${applied.error.kind}`);
      return await takeAll(options, runtime, log, clock);
    } finally {
      await runtime.stop();
    }
  } finally {
    await feed.close();
    await checkpoints.close();
    await log.close();
  }
}

async function takeAll(
  { arrivals, source, until, onProgress }: PastOptions,
  { loop }: Runtime,
  log: EagerLog,
  clock: ToldClock,
): Promise<number> {
  let count = 0;
  for await (const some of arrivals) {
    for (const { at, message } of some) {
      clock.set(at);
      const taken = await loop.take([message], source);
      if (!taken.ok) throw new Error(taken.error.message);
      count += 1;
      if (log.waiting >= waitingRecordsMax) await log.settled();
    }
    onProgress(clock.now());
  }
  while (until !== undefined && clock.now() < until) {
    clock.set(Math.min(until, clock.now() + stepMs));
    await loop.submit([{ kind: 'tick' }]);
    onProgress(clock.now());
    // Timers and signals get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return count;
}

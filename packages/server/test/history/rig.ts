/** A running engine with its history on disk: what the service has, without its doors. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Instant, Message } from '@segue/core/model/message.ts';

import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { HistoryProcess, type HistoryProcessOptions } from '../../src/history/history-process.ts';
import type { QueryRows } from '../../src/history/history-store.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { openLmdbCheckpointStore } from '../../src/log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import type { Log } from '../../src/log/log.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { Runtime } from '../../src/runtime/runtime.ts';

export const start: Instant = Date.UTC(2026, 0, 5);
const main = new URL('../../src/runtime/history-child-main.ts', import.meta.url);

export type RigOptions = Partial<HistoryProcessOptions> & {
  /** How long events are kept by name. */
  readonly retention?: HistoryProcessOptions['config']['retention'];
  /** What the store may take of memory. */
  readonly storeMemoryBytes?: number;
};

function nextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}

export class Rig {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly runtime: Runtime;
  readonly history: HistoryProcess;
  readonly log: Log;
  readonly ended: string[] = [];
  rebuilds = 0;
  readonly #close: () => Promise<void>;

  private constructor(
    directory: string,
    clock: ManualClock,
    parts: { readonly log: Log; readonly runtime: Runtime; readonly close: () => Promise<void> },
    { retention = [], storeMemoryBytes = 2 ** 30, ...options }: RigOptions,
  ) {
    this.directory = directory;
    this.clock = clock;
    this.runtime = parts.runtime;
    this.log = parts.log;
    this.#close = parts.close;
    const { journal } = parts.runtime.customers;
    if (journal === undefined) throw new Error('no journal');
    this.history = new HistoryProcess({
      config: {
        store: {
          kind: 'chdb',
          directory: join(directory, 'history'),
          threads: 1,
          memoryBytes: storeMemoryBytes,
        },
        logPath: join(directory, 'log'),
        feedPath: join(directory, 'feed'),
        deliveriesPath: join(directory, 'deliveries'),
        timeZone: 'Europe/Berlin',
        retention,
      },
      journal,
      main,
      now: () => clock.now(),
      timeoutMs: 60_000,
      memoryBytes: 2 ** 28,
      onEnded: (reason) => this.ended.push(reason),
      onRebuilding: () => this.rebuilds++,
      ...options,
    });
  }

  static async open(directory: string, now: Instant = start, options: RigOptions = {}): Promise<Rig> {
    const clock = new ManualClock(now);
    for (const name of ['log', 'checkpoint', 'feed']) mkdirSync(join(directory, name), { recursive: true });
    const log = await openLmdbLog(join(directory, 'log'));
    const checkpoints = await openLmdbCheckpointStore(join(directory, 'checkpoint'));
    const feed = new ChangeFeed({
      store: await openLmdbFeedStore(join(directory, 'feed')),
      now: () => clock.now(),
      keepMs: Infinity,
      onFault: () => undefined,
    });
    const runtime = await Runtime.open({
      log,
      checkpoints,
      feed,
      clock,
      timeZone: 'Europe/Berlin',
      partitions: 2,
      checkpointEveryMs: 3_600_000,
      journal: true,
    });
    const close = async (): Promise<void> => {
      await feed.close();
      await checkpoints.close();
      await log.close();
    };
    return new Rig(directory, clock, { log, runtime, close }, options);
  }

  /** Lets the clock go on; what is due on the way is done when it is due. */
  async passTime(until: Instant): Promise<void> {
    for (;;) {
      const due = this.runtime.engine.nextDueAt();
      if (due === undefined || due > until) break;
      const { position } = this.runtime.customers;
      this.clock.set(Math.max(due, this.clock.now()));
      while (this.runtime.customers.position === position) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    this.clock.set(Math.max(until, this.clock.now()));
  }

  async submit(entries: readonly LogEntry[]): Promise<void> {
    await this.runtime.loop.submit(entries);
  }

  async take(messages: readonly Message[]): Promise<void> {
    await this.submit(messages.map((message) => ({ kind: 'message', message, source: 'shop' })));
  }

  /** Everything that was taken is in history. */
  async caughtUp(): Promise<void> {
    const { position } = this.runtime.customers;
    if (!(await this.history.caughtUp(position, 240_000))) {
      throw new Error(`not caught up: ${JSON.stringify(this.history.status())} ${this.ended.join(' | ')}`);
    }
  }

  async rows(sql: string): Promise<QueryRows['rows']> {
    return (await this.history.query(sql)).rows;
  }

  /** Ends the process of the history the hard way, in whatever it is doing; it is started anew by itself. */
  async killHistory(): Promise<void> {
    while (this.history.status().state === 'down') await nextLook();
    const before = this.ended.length;
    this.history.kill();
    // One that is told twice dies once.
    while (this.ended.length === before) await nextLook();
  }

  async close(): Promise<void> {
    await this.history.stop();
    await this.runtime.stop();
    await this.#close();
  }

  /** As a process that is killed leaves it: no last checkpoint, the history wherever it was. */
  async abandon(): Promise<void> {
    this.history.kill();
    await this.history.stop();
    await this.runtime.loop.stop();
    await this.#close();
  }
}

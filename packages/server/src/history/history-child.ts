/**
 * What runs in the process of the history store: the store, the projector that fills it, and the queries of the service.
 * It ends when the service does (its channel closes), when it is told to, and when something is wrong that a start anew
 * may repair: then it says so and whoever started it starts another.
 */

import { dirname, join } from 'node:path';

import { LmdbFeedReader } from '../feeds/lmdb-feed-reader.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import type { Position } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import { DeliveryKeeper } from './deliveries.ts';
import { HistoryError, type HistoryStore, type Retained } from './history-store.ts';
import { PropertyKeeper } from './property-columns.ts';
import { Projector, type JournalAnswer, logMark, type ProjectorOptions } from './projector.ts';
import { type FromHistory, type HistoryConfig, piecesAhead, type ToHistory } from './protocol.ts';

/** The way to the service. */
export interface Channel {
  send(message: FromHistory): void;
}

type Running = { readonly cancel: AbortController; more: () => void };

const hourMs = 3_600_000;
/** Stands for all events that are not named. */
const everyOther = '*';
/** Between two looks for the first entry of an empty log. */
const lookAgainMs = 50;

export class HistoryChild {
  readonly #channel: Channel;
  readonly #replay: ProjectorOptions['replay'];
  #store: HistoryStore | undefined;
  #projector: Projector | undefined;
  #deliveries: DeliveryKeeper | undefined;
  #properties: PropertyKeeper | undefined;
  #running = new Map<number, Running>();
  /** From where the projector wants to know more, and how it is told. */
  #asked: Position | undefined;
  #answer: ((answer: JournalAnswer) => void) | undefined;
  #retaining: NodeJS.Timeout | undefined;
  #wantsRebuild = false;

  constructor(channel: Channel, replay: (timeZone: string, bases: string) => ProjectorOptions['replay']) {
    this.#channel = channel;
    this.#replayIn = replay;
    this.#replay = (log) => this.#replayIn(this.#timeZone, this.#bases)(log);
  }

  readonly #replayIn: (timeZone: string, bases: string) => ProjectorOptions['replay'];
  /** Where the bases of the log are. */
  #bases = '';
  #timeZone = 'UTC';

  /** Resolves when the message has been dealt with as far as it can at once. */
  async take(message: ToHistory): Promise<'stop' | undefined> {
    switch (message.kind) {
      case 'open':
        await this.#open(message.config, message.afresh);
        return undefined;
      case 'part':
      case 'behind':
        // One that was meant for a projector that has gone is not for the one that came.
        if (message.asked === this.#asked) this.#answer?.(message);
        return undefined;
      case 'query':
        void this.#query(message);
        return undefined;
      case 'stream':
        void this.#stream(message);
        return undefined;
      case 'more':
        this.#running.get(message.id)?.more();
        return undefined;
      case 'cancel':
        this.#running.get(message.id)?.cancel.abort();
        return undefined;
      case 'rebuild':
        this.#wantsRebuild = true;
        this.#projector?.stop();
        this.#answer?.({ kind: 'behind', first: 0, firstSeq: 0 });
        return undefined;
      case 'stop':
        await this.close();
        return 'stop';
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#retaining);
    this.#deliveries?.stop();
    this.#projector?.stop();
    for (const { cancel } of this.#running.values()) cancel.abort();
    await this.#store?.close();
  }

  async #open(config: HistoryConfig, afresh: boolean): Promise<void> {
    this.#timeZone = config.timeZone;
    this.#bases = join(dirname(config.logPath), 'base');
    const log = await openLmdbLog(config.logPath, { readOnly: true });
    const store = await openStore(config, afresh);
    this.#store = store;
    this.#channel.send({ kind: 'opened', reached: store.reached, properties: store.properties });
    const mark = await waitForMark(log);
    // Another log, or one that was put back: what is known of it is of no use.
    if (store.log !== mark || store.reached.position > log.next) await store.reset(mark);
    const tellProperties = (): void => {
      this.#channel.send({ kind: 'properties', properties: store.properties });
    };
    tellProperties();
    this.#properties = new PropertyKeeper(store, tellProperties);
    this.#properties.reached(store.reached.position);
    const retain = (): void => void this.#retain(config).catch(() => undefined);
    this.#retaining = setInterval(retain, hourMs);
    retain();
    if (config.deliveriesPath !== undefined) {
      this.#deliveries = new DeliveryKeeper(store, config.deliveriesPath);
      // What goes wrong with it ends the process, as everything does.
      void this.#deliveries.run();
    }
    do {
      if (this.#wantsRebuild) {
        this.#wantsRebuild = false;
        await store.reset(mark);
        this.#channel.send({ kind: 'reached', reached: store.reached });
      }
      await this.#project(config, log, store);
    } while (this.#isRebuildWanted());
  }

  async #project(config: HistoryConfig, log: Log, store: HistoryStore): Promise<void> {
    const feed = new LmdbFeedReader(config.feedPath);
    const merges = await store.query('SELECT gone, argMax(survivor, position) FROM merges GROUP BY gone', {
      timeoutMs: 600_000,
      memoryBytes: 0,
    });
    let end = 0;
    this.#projector = new Projector(
      {
        store,
        log,
        feed,
        journal: (from) =>
          new Promise((resolve) => {
            if (end > 0) this.#channel.send({ kind: 'rebuilt' });
            end = 0;
            this.#asked = from;
            this.#answer = resolve;
            this.#channel.send({ kind: 'need', from });
          }),
        replay: this.#replay,
        onReached: (reached) => {
          this.#channel.send({ kind: 'reached', reached });
          this.#properties?.reached(reached.position);
        },
        onRebuilding: (position) => {
          end = log.next;
          this.#channel.send({ kind: 'rebuilding', position, end });
        },
      },
      merges.rows.map(([gone, survivor]) => [Number(gone), Number(survivor)] as const),
    );
    // It may have been wanted before there was one to stop.
    if (this.#wantsRebuild) this.#projector.stop();
    try {
      await this.#projector.run();
    } finally {
      await feed.close();
    }
  }

  #isRebuildWanted(): boolean {
    return this.#wantsRebuild;
  }

  async #retain({ retention }: HistoryConfig): Promise<void> {
    const named = retention.map(([event]) => event).filter((event) => event !== everyOther);
    for (const [event, keepMs] of retention) {
      const which: Retained =
        event === everyOther ? { kind: 'but', names: named } : { kind: 'only', names: [event] };
      await this.#store?.retain(which, Date.now() - keepMs);
    }
  }

  async #query({ id, sql, timeoutMs, memoryBytes }: ToHistory & { readonly kind: 'query' }): Promise<void> {
    const cancel = new AbortController();
    this.#running.set(id, { cancel, more: () => undefined });
    try {
      const rows = await this.#opened().query(sql, { timeoutMs, memoryBytes, signal: cancel.signal });
      this.#channel.send({ kind: 'rows', id, rows });
    } catch (error) {
      this.#fail(id, error);
    } finally {
      this.#running.delete(id);
    }
  }

  async #stream(message: ToHistory & { readonly kind: 'stream' }): Promise<void> {
    const { id, sql, format, timeoutMs, memoryBytes } = message;
    const cancel = new AbortController();
    let ahead = 0;
    let wake: (() => void) | undefined;
    const running: Running = {
      cancel,
      more: () => {
        ahead--;
        wake?.();
      },
    };
    cancel.signal.addEventListener('abort', () => wake?.());
    this.#running.set(id, running);
    try {
      const options = { timeoutMs, memoryBytes, signal: cancel.signal };
      for await (const bytes of this.#opened().stream(sql, format, options)) {
        this.#channel.send({ kind: 'piece', id, bytes });
        ahead++;
        while (ahead >= piecesAhead && !cancel.signal.aborted) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
      this.#channel.send({ kind: 'end', id });
    } catch (error) {
      this.#fail(id, error);
    } finally {
      this.#running.delete(id);
    }
  }

  #opened(): HistoryStore {
    if (this.#store === undefined) {
      throw new HistoryError('history/unavailable', 'The history store is starting; ask again in a moment.');
    }
    return this.#store;
  }

  #fail(id: number, error: unknown): void {
    const known = error instanceof HistoryError;
    this.#channel.send({
      kind: 'failed',
      id,
      code: known ? error.code : 'history/failed',
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

async function openStore({ store }: HistoryConfig, afresh: boolean): Promise<HistoryStore> {
  if (store.kind === 'clickhouse') {
    const { openClickHouseStore } = await import('./clickhouse-store.ts');
    return openClickHouseStore(store);
  }
  const { clearChdbStore, openChdbStore } = await import('./chdb-store.ts');
  if (afresh) await clearChdbStore(store.directory);
  return openChdbStore(store);
}

/** An empty log has nothing that tells it from others. */
async function waitForMark(log: Log): Promise<string> {
  for (;;) {
    const mark = logMark(log);
    if (mark !== '') return mark;
    await new Promise((resolve) => {
      setTimeout(resolve, lookAgainMs);
    });
  }
}

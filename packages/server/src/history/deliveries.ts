/**
 * What became of sending changes to webhooks, kept for good: the service itself keeps the last attempts of each endpoint only.
 *
 * Attempts are numbered by endpoint, so what is in the store already is known by its greatest number, and what is written twice
 * is there once. They are not made from the log: a rebuild keeps them. Whom a change was about its number says, so that of
 * somebody who was erased nothing is here.
 */

import type { AttemptRecord } from '../feeds/delivery-store.ts';
import { type KeptAttempt, LmdbDeliveryReader } from '../feeds/lmdb-delivery-reader.ts';
import type { HistoryStore, TableRows } from './history-store.ts';
import { RowBinaryWriter } from './row-binary.ts';

/** Between two looks for new attempts, in milliseconds. */
const lookMs = 2_000;
/** Attempts of an endpoint that are written at once; more than it keeps. */
const attemptsMax = 2_000;
const limits = { timeoutMs: 60_000, memoryBytes: 0 };
const ofTest = -1;

export class DeliveryKeeper {
  readonly #store: HistoryStore;
  readonly #directory: string;
  #reader: LmdbDeliveryReader | undefined;
  #known: Map<string, number> | undefined;
  #isStopped = false;
  #wake: () => void = () => undefined;

  constructor(store: HistoryStore, directory: string) {
    this.#store = store;
    this.#directory = directory;
  }

  /** Goes on until `stop` or an error. */
  async run(): Promise<void> {
    while (!this.#isStopped) {
      await this.keep();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, lookMs).unref();
      });
    }
    await this.#reader?.close();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  /** Writes what is new. */
  async keep(): Promise<void> {
    this.#reader ??= LmdbDeliveryReader.open(this.#directory);
    if (this.#reader === undefined) return;
    const known = (this.#known ??= await this.#inStore());
    for (const [endpoint, newest] of this.#reader.newest()) {
      // Where numbers begin anew, the service was put back.
      const last = known.get(endpoint) ?? -1;
      if (newest === last) continue;
      const attempts = [...this.#reader.after(endpoint, newest < last ? -1 : last, attemptsMax)];
      await this.#store.add(deliveryRows(attempts));
      known.set(endpoint, attempts.at(-1)?.id ?? last);
    }
  }

  async #inStore(): Promise<Map<string, number>> {
    const sql = 'SELECT endpoint, max(attempt_id) FROM deliveries GROUP BY endpoint';
    const { rows } = await this.#store.query(sql, limits);
    return new Map(rows.map(([endpoint, id]) => [String(endpoint), Number(id)]));
  }
}

export function deliveryRows(attempts: readonly KeptAttempt[]): TableRows {
  const w = new RowBinaryWriter();
  for (const { endpoint, id, record } of attempts) {
    w.int64(record.at);
    w.text(endpoint);
    w.int64(id);
    w.text('webhook');
    addRecord(w, record);
    w.endRow();
  }
  return { table: 'deliveries', ...w.take() };
}

function addRecord(w: RowBinaryWriter, record: AttemptRecord): void {
  const isMissed = record.kind === 'missed';
  w.text(isMissed ? '' : record.webhookId);
  w.int64(isMissed ? record.from : (record.seq ?? ofTest));
  w.text(isMissed ? 'missed' : record.reason);
  w.uint32(isMissed ? 0 : record.attempt);
  w.text(isMissed ? 'missed' : record.outcome);
  w.uint32(isMissed ? 0 : (record.status ?? 0));
  w.text(isMissed ? '' : (record.failure ?? ''));
  w.float64(isMissed ? 0 : record.durationMs);
}

/**
 * Checkpoints: the state as of a record of the log, so that a start need not replay everything. What a checkpoint says can
 * always be had from the log instead; one that cannot be read is put aside and the log replayed.
 *
 * A checkpoint is written while messages go on: the engine gives it a sheet of customers at a time, all of one instant.
 * Only customers who were touched since the one before are in it, and those whose sheets are to be emptied.
 */

import type { CheckpointStore, Row } from '../log/checkpoint-store.ts';
import type { CheckpointRows } from './checkpoint-rows.ts';
import type { Customers, Standing } from './customers.ts';

/** Grows when older checkpoints can no longer be read. */
const format = 4;
/** Of a sheet, mostly: see checkpoint-run.ts. */
const sliceCustomersDefault = 256;

export type CheckpointHead = Standing & {
  readonly format: number;
  /** Checkpoints written before; see MessageIndex. */
  readonly chunk: number;
  /** The engine's own header. */
  readonly engine: string;
};

const text = new TextDecoder();

/** The head of the last checkpoint; undefined where there is none of this format. */
export function readHead(store: CheckpointStore): CheckpointHead | undefined {
  if (store.head === undefined) return undefined;
  const head = JSON.parse(text.decode(store.head)) as CheckpointHead;
  return head.format === format ? head : undefined;
}

/** Writes down where the customers stand; one checkpoint at a time. */
export class Checkpointer {
  readonly #store: CheckpointStore;
  readonly #rows: CheckpointRows;
  readonly #sliceCustomers: number;
  /** How long the last one kept others from their turn, in milliseconds, all in all. */
  busyMs = 0;

  /** `sliceCustomers`: customers written between two turns of the event loop. */
  constructor(store: CheckpointStore, rows: CheckpointRows, sliceCustomers: number = sliceCustomersDefault) {
    this.#store = store;
    this.#rows = rows;
    this.#sliceCustomers = sliceCustomers;
  }

  /**
   * Resolves, with where they stood, when the checkpoint is durable. `before` is waited for first: what must be durable
   * before the checkpoint is, such as the changes that it counts. `isThorough`: nothing is left in it of what customers were
   * before.
   */
  async write(
    customers: Customers,
    before: () => Promise<void>,
    isThorough: boolean = false,
  ): Promise<Standing> {
    let busyMs = 0;
    let since = performance.now();
    const others = async (): Promise<void> => {
      busyMs += performance.now() - since;
      await new Promise((resolve) => setImmediate(resolve));
      since = performance.now();
    };
    // All of this is of one instant.
    const { standing, index, journal, engine } = customers;
    const rows: Row[] = [...(journal?.beginCheckpoint() ?? [])];
    const indexed = index.beginCheckpoint();
    const { header, seen } = engine.startCheckpoint(this.#rows.crowdedOut(isThorough));
    const head: CheckpointHead = { format, ...standing, chunk: index.chunk, engine: header };
    this.#rows.addSeen(seen, rows);

    for (;;) {
      const part = engine.checkpointPart(this.#sliceCustomers);
      if (part === undefined) break;
      this.#rows.addPart(part, rows);
      await others();
    }
    this.#rows.addIndex(rows);
    this.busyMs = busyMs + performance.now() - since;
    await before();
    // Rows of the index, as many as there are customers, are made as they are written: none lives longer than its slice.
    await this.#store.write(both(rows, indexed), Buffer.from(JSON.stringify(head)));
    index.endCheckpoint();
    journal?.endCheckpoint();
    return standing;
  }
}

function* both<T>(first: Iterable<T>, second: Iterable<T>): Generator<T, void> {
  yield* first;
  yield* second;
}

/**
 * Checkpoints: the state as of a record of the log, so that a start need not replay everything. What a checkpoint says can
 * always be had from the log instead; one that cannot be read is put aside and the log replayed.
 */

import type { CheckpointStore, Row } from '../log/checkpoint-store.ts';
import type { Customers, Standing } from './customers.ts';
import { numberKey, prefixRange } from './row-keys.ts';

/** First byte of the keys of profiles' rows. */
const profilePrefix = 0x70;
/** Grows when older checkpoints can no longer be read. */
const format = 1;

export type CheckpointHead = Standing & {
  readonly format: number;
  /** Checkpoints written before; see MessageIndex. */
  readonly chunk: number;
  /** First line of the engine's own checkpoint. */
  readonly engine: string;
};

const text = new TextDecoder();
const bytes = new TextEncoder();

export function readHead(store: CheckpointStore): CheckpointHead | undefined {
  if (store.head === undefined) return undefined;
  const head = JSON.parse(text.decode(store.head)) as CheckpointHead;
  return head.format === format ? head : undefined;
}

/** The engine's lines, as `Engine.restore` reads them. */
export function* readLines(store: CheckpointStore, head: CheckpointHead): Iterable<string> {
  yield head.engine;
  const [from, to] = prefixRange(profilePrefix);
  for (const { value } of store.read(from, to)) yield text.decode(value);
}

/** Writes down where the customers stand now; resolves when that is durable. Only the rows that changed are written. */
export class Checkpointer {
  readonly #store: CheckpointStore;
  /** Profile → its line in the last checkpoint. */
  #written: Map<number, string>;

  constructor(store: CheckpointStore) {
    this.#store = store;
    this.#written = new Map();
    const [from, to] = prefixRange(profilePrefix);
    for (const { value } of store.read(from, to)) {
      const line = text.decode(value);
      this.#written.set(idOf(line), line);
    }
  }

  /** `before` is waited for first: what must be durable before the checkpoint is, such as the changes that it counts. */
  async write(customers: Customers, before: () => Promise<void>): Promise<Standing> {
    const { standing, index } = customers;
    const [engine = '', ...lines] = customers.engine.serialize();
    const rows: Row[] = [...index.beginCheckpoint()];
    const now = new Map<number, string>();
    for (const line of lines) {
      const id = idOf(line);
      now.set(id, line);
      if (this.#written.get(id) !== line) {
        rows.push({ key: numberKey(profilePrefix, id), value: bytes.encode(line) });
      }
    }
    for (const id of this.#written.keys()) {
      if (!now.has(id)) rows.push({ key: numberKey(profilePrefix, id), value: undefined });
    }
    const head: CheckpointHead = { format, ...standing, chunk: index.chunk, engine };
    await before();
    await this.#store.write(rows, bytes.encode(JSON.stringify(head)));
    this.#written = now;
    index.endCheckpoint();
    return standing;
  }
}

function idOf(line: string): number {
  return (JSON.parse(line) as { readonly id: number }).id;
}

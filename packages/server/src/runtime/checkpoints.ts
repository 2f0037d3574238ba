/**
 * Checkpoints: the state as of a record of the log, so that a start need not replay everything. What a checkpoint says can
 * always be had from the log instead; one that cannot be read is put aside and the log replayed.
 *
 * A checkpoint is written while messages go on: the engine gives its rows a few at a time, all of one instant. Only
 * customers who were touched since the one before have a row in it.
 *
 *     p, id              a customer: length of the text (4 bytes), the text, packed bytes
 *     s, number          hashes of messages taken, three words of 4 bytes each
 *     i, profile, number positions of a customer's messages (message-index.ts)
 */

import { Engine, type RestoreOptions } from '@segue/core/engine/engine.ts';
import type { KeptRow } from '@segue/core/engine/checkpoint-run.ts';
import { seenMessagesMax } from '@segue/core/base/limits.ts';

import type { CheckpointStore, Row } from '../log/checkpoint-store.ts';
import type { Customers, Standing } from './customers.ts';
import { numberKey, numberOfKey, prefixRange } from './row-keys.ts';

/** First bytes of keys. */
const profilePrefix = 0x70;
const seenPrefix = 0x73;
/** Grows when older checkpoints can no longer be read. */
const format = 2;
const lengthBytes = 4;
const hashBytes = 12;
const sliceRowsDefault = 200;

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

/** The engine as the last checkpoint has it. */
export function restoreEngine(
  store: CheckpointStore,
  head: CheckpointHead,
  options: Omit<RestoreOptions, 'keepHistory'>,
): Engine {
  return Engine.restoreRows(head.engine, readSeen(store), readRows(store), options);
}

function* readRows(store: CheckpointStore): Iterable<KeptRow> {
  const [from, to] = prefixRange(profilePrefix);
  for (const { key, value } of store.read(from, to)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const end = lengthBytes + bytes.readUInt32LE(0);
    yield {
      id: numberOfKey(key, 0),
      text: bytes.toString('utf8', lengthBytes, end),
      packed: end < bytes.length ? bytes.subarray(end) : undefined,
    };
  }
}

function* readSeen(store: CheckpointStore): Iterable<Uint32Array> {
  const [from, to] = prefixRange(seenPrefix);
  for (const { value } of store.read(from, to)) {
    const words = new Uint32Array(value.length / 4);
    new Uint8Array(words.buffer).set(value);
    yield words;
  }
}

/** Writes down where the customers stand; one checkpoint at a time. */
export class Checkpointer {
  readonly #store: CheckpointStore;
  readonly #sliceRows: number;
  /** Number and hashes of the rows of messages taken, oldest first. */
  readonly #seenRows: { readonly number: number; readonly hashes: number }[] = [];

  /** `sliceRows`: customers written between two turns of the event loop. */
  constructor(store: CheckpointStore, sliceRows: number = sliceRowsDefault) {
    this.#store = store;
    this.#sliceRows = sliceRows;
    const [from, to] = prefixRange(seenPrefix);
    for (const { key, value } of store.read(from, to)) {
      this.#seenRows.push({ number: numberOfKey(key, 0), hashes: value.length / hashBytes });
    }
  }

  /**
   * Resolves, with where they stood, when the checkpoint is durable. `before` is waited for first: what must be durable
   * before the checkpoint is, such as the changes that it counts.
   */
  async write(customers: Customers, before: () => Promise<void>): Promise<Standing> {
    // All of this is of one instant.
    const { standing, index, engine } = customers;
    const rows: Row[] = [...index.beginCheckpoint()];
    const { header, seen } = engine.startCheckpoint();
    const head: CheckpointHead = { format, ...standing, chunk: index.chunk, engine: header };
    this.#addSeen(seen, rows);

    for (;;) {
      const part = engine.checkpointRows(this.#sliceRows);
      if (part.length === 0) break;
      for (const { id, text: line, packed } of part) {
        rows.push({ key: numberKey(profilePrefix, id), value: rowValue(line, packed) });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await before();
    await this.#store.write(rows, Buffer.from(JSON.stringify(head)));
    index.endCheckpoint();
    return standing;
  }

  /** A row for the new hashes; the oldest go where enough newer ones are remembered. */
  #addSeen(seen: Uint32Array, rows: Row[]): void {
    const kept = this.#seenRows;
    if (seen.length > 0) {
      const number = (kept.at(-1)?.number ?? -1) + 1;
      kept.push({ number, hashes: seen.length / 3 });
      rows.push({ key: numberKey(seenPrefix, number), value: new Uint8Array(seen.buffer) });
    }
    let all = kept.reduce((sum, { hashes }) => sum + hashes, 0);
    for (
      let oldest = kept[0];
      oldest !== undefined && all - oldest.hashes >= seenMessagesMax;
      oldest = kept[0]
    ) {
      rows.push({ key: numberKey(seenPrefix, oldest.number), value: undefined });
      all -= oldest.hashes;
      kept.shift();
    }
  }
}

function rowValue(line: string | undefined, packed: Uint8Array | undefined): Uint8Array | undefined {
  if (line === undefined) return undefined;
  const textBytes = Buffer.byteLength(line);
  const value = Buffer.allocUnsafe(lengthBytes + textBytes + (packed?.length ?? 0));
  value.writeUInt32LE(textBytes, 0);
  value.write(line, lengthBytes);
  if (packed !== undefined) value.set(packed, lengthBytes + textBytes);
  return value;
}

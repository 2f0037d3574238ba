/** Checkpoints in memory, for tests: what the conformance suite asks except outliving the process. */

import { checkKey } from './checkpoint-batch.ts';
import { sortByKey } from './checkpoint-rows.ts';
import type { CheckpointStore, Row } from './checkpoint-store.ts';

export function createMemoryCheckpointStore(): CheckpointStore {
  return new CheckpointsInMemory();
}

class CheckpointsInMemory implements CheckpointStore {
  /** By the key in hexadecimal, whose order is that of the bytes. */
  readonly #rows = new Map<string, Uint8Array>();
  #head: Uint8Array | undefined;
  #closed = false;

  get head(): Uint8Array | undefined {
    return this.#head;
  }

  async write(rows: Iterable<Row>, head: Uint8Array): Promise<void> {
    const all: Row[] = [];
    for (const { key, value } of rows) {
      checkKey(key);
      all.push({ key: key.slice(), value: value?.slice() });
    }
    const sorted = sortByKey(all).map(({ key, value }) => [hex(key), value] as const);
    const kept = head.slice();
    if (this.#closed) throw new Error('The checkpoint is closed');
    await new Promise((resolve) => setImmediate(resolve));
    for (const [key, value] of sorted) {
      if (value === undefined) this.#rows.delete(key);
      else this.#rows.set(key, value);
    }
    this.#head = kept;
  }

  *read(
    from: Uint8Array,
    to: Uint8Array,
  ): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }, void, undefined> {
    const [start, end] = [hex(from), hex(to)];
    const found = [...this.#rows].filter(([key]) => key >= start && key < end);
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, value] of found) yield { key: Buffer.from(key, 'hex'), value: value.slice() };
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(hex(key))?.slice();
  }

  view(key: Uint8Array): Uint8Array | undefined {
    return this.get(key);
  }

  async clear(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#rows.clear();
    this.#head = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}

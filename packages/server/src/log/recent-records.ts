/** Records decoded lately, so that entries close to each other cost one decoding. */

import type { LogRecord, Position } from './entry.ts';

/** Records kept. */
const recordsMax = 16;
/** Bytes of their encoded form; the last one is kept whatever its size. */
const bytesMax = 1 << 25;

type Kept = { readonly record: LogRecord; readonly bytes: number };

export class RecentRecords {
  /** The one used last comes last. */
  #kept: Kept[] = [];

  find(position: Position): LogRecord | undefined {
    for (let i = this.#kept.length - 1; i >= 0; i -= 1) {
      const kept = this.#kept[i] as Kept;
      if (position < kept.record.position || position >= kept.record.position + kept.record.entries.length) {
        continue;
      }
      if (i < this.#kept.length - 1) this.#kept.push(...this.#kept.splice(i, 1));
      return kept.record;
    }
    return undefined;
  }

  clear(): void {
    this.#kept = [];
  }

  add(record: LogRecord, bytes: number): void {
    this.#kept.push({ record, bytes });
    let total = 0;
    let from = this.#kept.length;
    while (from > 0 && this.#kept.length - from < recordsMax) {
      total += (this.#kept[from - 1] as Kept).bytes;
      if (total > bytesMax && from < this.#kept.length) break;
      from -= 1;
    }
    if (from > 0) this.#kept = this.#kept.slice(from);
  }
}

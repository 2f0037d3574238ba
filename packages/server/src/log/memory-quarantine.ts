/** The quarantine in memory, for tests: what the conformance suite asks except outliving the process. */

import type { Quarantine, Quarantined } from './quarantine.ts';
import { boundRow, checkLimit, countRow, holdsOneOf } from './quarantined-row.ts';

export function createMemoryQuarantine(options: { readonly rowsMax?: number } = {}): Quarantine {
  return new RowsInMemory(options.rowsMax ?? Infinity);
}

class RowsInMemory implements Quarantine {
  readonly #rowsMax: number;
  #rows: (Quarantined & { readonly id: number })[] = [];
  #next = 0;
  readonly #counts = new Map<string, number>();

  constructor(rowsMax: number) {
    this.#rowsMax = rowsMax;
  }

  async add(refused: readonly Quarantined[]): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    for (const row of refused) {
      const bounded = boundRow(row);
      countRow(this.#counts, bounded);
      this.#rows.push({ ...bounded, id: this.#next });
      this.#next += 1;
    }
    if (this.#rows.length > this.#rowsMax) this.#rows = this.#rows.slice(-this.#rowsMax);
  }

  list(options: {
    readonly limit: number;
    readonly before?: number;
    readonly source?: string;
  }): readonly (Quarantined & { readonly id: number })[] {
    checkLimit(options.limit);
    const before = options.before ?? Infinity;
    return this.#rows
      .filter((row) => row.id < before && (options.source === undefined || row.source === options.source))
      .reverse()
      .slice(0, options.limit);
  }

  remove(texts: readonly string[]): Promise<number> {
    const isGone = holdsOneOf(texts);
    const before = this.#rows.length;
    this.#rows = this.#rows.filter((row) => !isGone(row));
    return Promise.resolve(before - this.#rows.length);
  }

  counts(): ReadonlyMap<string, number> {
    return new Map(this.#counts);
  }
}

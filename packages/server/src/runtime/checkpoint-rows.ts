/**
 * The rows of a checkpoint, and what is known of those that the store has.
 *
 *     p, number            a sheet of customers (core/engine/checkpoint-sheet.ts); written once
 *     l                    which customers of which sheets count (core/engine/sheet-index.ts)
 *     s, number            hashes of messages taken, three words of 4 bytes each, oldest first
 *     i, profile, number   positions of a customer's messages (message-index.ts)
 */

import type { CheckpointPart } from '@segue/core/engine/checkpoint-run.ts';
import { idsOfSheet } from '@segue/core/engine/checkpoint-sheet.ts';
import { Engine, type RestoreOptions } from '@segue/core/engine/engine.ts';
import type { KeptSheet } from '@segue/core/engine/engine-checkpoint.ts';
import { readSheetIndex, SheetIndex } from '@segue/core/engine/sheet-index.ts';
import { seenMessagesMax } from '@segue/core/base/limits.ts';

import type { CheckpointStore, Row } from '../log/checkpoint-store.ts';
import { numberKey, numberOfKey, prefixRange } from './row-keys.ts';

/** First bytes of keys. */
const sheetPrefix = 0x70;
const indexPrefix = 0x6c;
const seenPrefix = 0x73;
const hashBytes = 12;

export class CheckpointRows {
  readonly #store: CheckpointStore;
  readonly #sheets = new SheetIndex();
  /** Number and hashes of the rows of messages taken, oldest first. */
  readonly #seenRows: { readonly number: number; readonly hashes: number }[] = [];

  /** The store is empty, or `restore` comes first. */
  constructor(store: CheckpointStore) {
    this.#store = store;
  }

  /** The engine as the store's rows have it, below the header of its last checkpoint. */
  restore(header: string, options: Omit<RestoreOptions, 'keepHistory'>): Engine {
    return Engine.restoreSheets(header, this.#readSeen(), this.#readSheets(), options);
  }

  /**
   * Whom the next checkpoint should write besides those who were touched. `isThorough`: so many that nothing is left of
   * what customers were before.
   */
  crowdedOut(isThorough: boolean): readonly number[] {
    return isThorough ? this.#sheets.besideGaps() : this.#sheets.crowdedOut();
  }

  /** Adds the row of a part of a checkpoint. */
  addPart({ sheet, gone }: CheckpointPart, rows: Row[]): void {
    this.#sheets.remove(gone);
    if (sheet === undefined) return;
    rows.push({ key: numberKey(sheetPrefix, this.#sheets.add(sheet.ids)), value: sheet.bytes });
  }

  /** Adds what is to be known of the sheets, when all parts are there. */
  addIndex(rows: Row[]): void {
    for (const number of this.#sheets.takeEmptied()) {
      rows.push({ key: numberKey(sheetPrefix, number), value: undefined });
    }
    rows.push({ key: numberKey(indexPrefix), value: this.#sheets.write() });
  }

  /** Adds a row for new hashes; the oldest go where enough newer ones are remembered. */
  addSeen(seen: Uint32Array, rows: Row[]): void {
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

  *#readSheets(): Iterable<KeptSheet> {
    const index = this.#store.get(numberKey(indexPrefix));
    if (index === undefined) throw new Error('the index of its sheets is missing');
    for (const sheet of readSheetIndex(index)) {
      const bytes = this.#store.view(numberKey(sheetPrefix, sheet.number));
      if (bytes === undefined) throw new Error(`its sheet ${sheet.number} is missing`);
      const ids = idsOfSheet(bytes);
      if (ids.length !== sheet.customers) {
        throw new Error(`its sheet ${sheet.number} is not the one of the index`);
      }
      this.#sheets.restore(sheet, ids);
      yield { bytes, counts: sheet.counts };
    }
  }

  *#readSeen(): Iterable<Uint32Array> {
    const [from, to] = prefixRange(seenPrefix);
    for (const { key, value } of this.#store.read(from, to)) {
      const isAligned = value.byteOffset % 4 === 0;
      const { buffer, byteOffset, length } = isAligned ? value : new Uint8Array(value);
      const words = new Uint32Array(buffer, byteOffset, length / 4);
      this.#seenRows.push({ number: numberOfKey(key, 0), hashes: value.length / hashBytes });
      yield words;
    }
  }
}

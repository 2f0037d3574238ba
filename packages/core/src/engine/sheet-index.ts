/**
 * In which sheet of a checkpoint each customer stands, and which sheets are to be emptied.
 *
 * Idea. As in a log-structured store: sheets are written once, and whoever is written anew leaves a gap in the sheet where
 * they stood before. A sheet of gaps only goes. When there are too many gaps, those who are left in the sheets with the
 * most of them are written anew too. So a checkpoint costs what was touched since the one before, about as much again
 * at most, and a start reads little that no longer counts.
 *
 * What is written of it is a bit for each customer of each sheet: whether they count.
 */

import { assert } from '../base/assert.ts';

const NONE = -1;
/** Smaller sheets are counted as if they had so many customers: many small ones are to become few. */
const SHEET_CUSTOMERS_MIN = 128;
/** Gaps are let be up to half as many as count, and up to so many besides. */
const GAPS_SHARE = 0.5;
const GAPS_MIN: number = 64 * SHEET_CUSTOMERS_MIN;
/** Of 32 bits a word. */
const BIT_SHIFT = 5;
const BIT_MASK = 31;

type KnownSheet = { readonly ids: Uint32Array; counting: number };

/** A sheet, and which of its customers count, by their place in it. */
export type ListedSheet = { readonly number: number; readonly counts: (place: number) => boolean };

export class SheetIndex {
  /** By customer; NONE: in no sheet. */
  #sheetOf = new Int32Array(0);
  readonly #sheets = new Map<number, KnownSheet>();
  #next = 0;
  /** Customers who are in a sheet, and how many all sheets are counted as. */
  #counting = 0;
  #weight = 0;
  /** Numbers of sheets in which nobody counts any more. */
  #emptied: number[] = [];

  get sheets(): number {
    return this.#sheets.size;
  }

  /** Everybody who stands in a sheet with a gap: written anew, they leave nothing behind of who was there before. */
  besideGaps(): readonly number[] {
    const moving: number[] = [];
    for (const [number, sheet] of this.#sheets) {
      if (sheet.counting === sheet.ids.length) continue;
      for (const id of sheet.ids) if (this.#sheetOf[id] === number) moving.push(id);
    }
    return moving;
  }

  /** Whom the next checkpoint should write besides those who were touched, so that sheets with many gaps become empty. */
  crowdedOut(): readonly number[] {
    let gaps = this.#weight - this.#counting;
    const allowed = GAPS_MIN + this.#counting * GAPS_SHARE;
    if (gaps <= allowed) return [];
    const shareOf = ([, sheet]: readonly [number, KnownSheet]): number => sheet.counting / weightOf(sheet);
    const moving: number[] = [];
    for (const [number, sheet] of [...this.#sheets].sort((a, b) => shareOf(a) - shareOf(b))) {
      if (gaps <= allowed) break;
      gaps -= weightOf(sheet) - sheet.counting;
      for (const id of sheet.ids) if (this.#sheetOf[id] === number) moving.push(id);
    }
    return moving;
  }

  /** A new sheet has these customers, each once, and no other has them any more. Returns its number. */
  add(ids: readonly number[]): number {
    const number = this.#next++;
    this.remove(ids);
    this.restore({ number, counts: () => true }, Uint32Array.from(ids));
    return number;
  }

  /** These customers are in no sheet any more. */
  remove(ids: readonly number[]): void {
    for (const id of ids) {
      const number = id < this.#sheetOf.length ? (this.#sheetOf[id] as number) : NONE;
      const sheet = this.#sheets.get(number);
      if (sheet === undefined) continue;
      this.#sheetOf[id] = NONE;
      this.#counting--;
      sheet.counting--;
      if (sheet.counting > 0) continue;
      this.#sheets.delete(number);
      this.#weight -= weightOf(sheet);
      this.#emptied.push(number);
    }
  }

  /** Numbers of sheets that have become empty since the last call. */
  takeEmptied(): readonly number[] {
    const emptied = this.#emptied;
    this.#emptied = [];
    return emptied;
  }

  /** A sheet of which `read` knows has these customers. */
  restore({ number, counts }: ListedSheet, ids: Uint32Array): void {
    this.#next = Math.max(this.#next, number + 1);
    const sheet = { ids, counting: 0 };
    for (let place = 0; place < ids.length; place++) {
      if (!counts(place)) continue;
      const id = ids[place] as number;
      if (id >= this.#sheetOf.length) this.#grow(id + 1);
      assert(this.#sheetOf[id] === NONE, 'a customer in one sheet');
      this.#sheetOf[id] = number;
      sheet.counting++;
    }
    this.#sheets.set(number, sheet);
    this.#counting += sheet.counting;
    this.#weight += weightOf(sheet);
  }

  /** [ (number, how many customers, a bit each) of each sheet ] */
  write(): Uint8Array {
    let length = 0;
    for (const { ids } of this.#sheets.values()) length += 2 + bitWords(ids.length);
    const words = new Uint32Array(length);
    let at = 0;
    for (const [number, { ids }] of this.#sheets) {
      words[at] = number;
      words[at + 1] = ids.length;
      const bitsAt = at + 2;
      for (let place = 0; place < ids.length; place++) {
        if (this.#sheetOf[ids[place] as number] !== number) continue;
        const word = bitsAt + (place >>> BIT_SHIFT);
        words[word] = (words[word] as number) | (1 << (place & BIT_MASK));
      }
      at = bitsAt + bitWords(ids.length);
    }
    return new Uint8Array(words.buffer);
  }

  #grow(length: number): void {
    const sheetOf = new Int32Array(Math.max(1024, length, this.#sheetOf.length * 2)).fill(NONE);
    sheetOf.set(this.#sheetOf);
    this.#sheetOf = sheetOf;
  }
}

/** The sheets that an index had when it was written. */
export function* readSheetIndex(bytes: Uint8Array): Iterable<ListedSheet & { readonly customers: number }> {
  const words = new Uint32Array(new Uint8Array(bytes).buffer);
  for (let at = 0; at < words.length;) {
    const bitsAt = at + 2;
    const customers = words[at + 1] as number;
    const counts = (place: number): boolean =>
      (((words[bitsAt + (place >>> BIT_SHIFT)] as number) >>> (place & BIT_MASK)) & 1) === 1;
    yield { number: words[at] as number, customers, counts };
    at = bitsAt + bitWords(customers);
  }
}

function weightOf({ ids }: KnownSheet): number {
  return Math.max(ids.length, SHEET_CUSTOMERS_MIN);
}

function bitWords(customers: number): number {
  return (customers + BIT_MASK) >>> BIT_SHIFT;
}

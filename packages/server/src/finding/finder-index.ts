/**
 * Answers who is found and in which order, in the thread that nobody else waits for. One question after the other; a long
 * search is cut into pieces between which it can be called off.
 */

import { CustomerTexts, nameField } from './customer-texts.ts';
import type { FinderQuestion, SentCustomer } from './finder-messages.ts';
import { folded } from './folded.ts';
import { sortByNumber } from './number-order.ts';
import type { SearchTerm } from './search-terms.ts';
import { sortByValue } from './value-order.ts';

/** Bytes that are searched before anybody may call it off. */
const pieceBytes = 4_194_304;

export class FinderIndex {
  readonly #texts = new CustomerTexts();
  /** By number; NaN for nobody. */
  #bornAt = new Float64Array(1_024).fill(NaN);
  #seen = new Float64Array(0);

  put(customer: SentCustomer): void {
    const [id, known] = customer;
    this.#texts.put(customer);
    if (id >= this.#bornAt.length) {
      const bornAt = new Float64Array(Math.max(id + 1, this.#bornAt.length * 2)).fill(NaN);
      bornAt.set(this.#bornAt);
      this.#bornAt = bornAt;
    }
    this.#bornAt[id] = known === null ? NaN : known[0];
  }

  /** Positions of the latest messages, by number; −1 for none. */
  seeBy(positions: Float64Array<ArrayBuffer> | Float64Array<SharedArrayBuffer>): void {
    this.#seen = positions as Float64Array<ArrayBuffer>;
  }

  /** Undefined where it was called off; `goOn` is asked now and then, and others have a turn there. */
  async find(
    question: FinderQuestion,
    goOn: () => Promise<boolean>,
  ): Promise<Uint32Array<ArrayBuffer> | undefined> {
    const { terms, among, first } = question;
    const ids = terms.length === 0 ? among : await this.#search(terms, among, goOn);
    if (ids === undefined || !(await goOn())) return undefined;
    const sorted = this.#sorted(ids, among, question);
    return first === undefined ? sorted : withFirst(sorted, first);
  }

  /** Those among the given who have every term, in their order. */
  async #search(
    terms: readonly SearchTerm[],
    among: Uint32Array,
    goOn: () => Promise<boolean>,
  ): Promise<Uint32Array | undefined> {
    const length = (among.at(-1) ?? -1) + 1;
    const isAmong = new Uint8Array(length);
    for (const id of among) isAmong[id] = 1;
    const needles = terms
      .map((term) => this.#needleOf(term))
      // The longest is the rarest, mostly.
      .sort((a, b) => b.length - a.length);
    let size = 0;
    const found = (id: number): void => {
      if (id >= length || isAmong[id] !== 1) return;
      isAmong[id] = 2;
      size++;
    };
    for (let from = 0; from !== Infinity;) {
      from = this.#texts.scan(needles, from, pieceBytes, found);
      if (!(await goOn())) return undefined;
    }
    const ids = new Uint32Array(size);
    let n = 0;
    for (const id of among) if (isAmong[id] === 2) ids[n++] = id;
    return ids;
  }

  #needleOf({ text, field }: SearchTerm): Buffer {
    if (field === undefined) return Buffer.from(text, 'utf8');
    return this.#texts.fieldNeedle(field, text) ?? Buffer.from(`${field}:${text}`, 'utf8');
  }

  #sorted(
    ids: Uint32Array,
    among: Uint32Array,
    { order, descending }: FinderQuestion,
  ): Uint32Array<ArrayBuffer> {
    switch (order.by) {
      case 'known': {
        const copy = Uint32Array.from(ids);
        return descending ? copy.reverse() : copy;
      }
      case 'lastSeen':
        return sortByNumber(ids, (id) => numberAt(this.#seen, id), descending);
      case 'firstSeen':
        return sortByNumber(ids, (id) => this.#bornAt[id] ?? NaN, descending);
      case 'name':
        return sortByValue(ids, this.#texts.valuesOf(ids, nameField), { numbers: false, descending });
      case 'trait': {
        const values = this.#texts.valuesOf(ids, folded(order.trait));
        return sortByValue(ids, values, { numbers: true, descending });
      }
      case 'given': {
        const keys = new Map<number, number>();
        if (ids !== among) among.forEach((id, place) => keys.set(id, order.keys[place] ?? NaN));
        const keyOf = (id: number, place: number): number =>
          (ids === among ? order.keys[place] : keys.get(id)) ?? NaN;
        return sortByNumber(ids, keyOf, descending);
      }
    }
  }
}

function numberAt(positions: Float64Array, id: number): number {
  const position = positions[id] ?? -1;
  return position < 0 ? NaN : position;
}

function withFirst(ids: Uint32Array<ArrayBuffer>, first: number): Uint32Array<ArrayBuffer> {
  const place = ids.indexOf(first);
  if (place > 0) {
    ids.copyWithin(1, 0, place);
    ids[0] = first;
  }
  return ids;
}

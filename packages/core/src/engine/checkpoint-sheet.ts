/**
 * Sheets: what a checkpoint is made of. A sheet has some hundred customers as they were at one instant, and is written
 * once; whoever is touched afterwards stands in a later sheet. Which of a sheet's customers still count is known to
 * whoever keeps the sheets (sheet-index.ts).
 *
 * Idea. Taking up a million customers is a matter of copying memory. So a sheet is words of 4 bytes: nothing in it has to
 * be parsed but what few are asked for, and that is left as it is until somebody asks (kept-texts.ts).
 *
 *     sheet  = [ MAGIC, number of customers, their ids …, a record of each … ]
 *     record = [ flags, queued at (a double), words of the packed form, words of the rest,
 *                (hash, kind) of each identifier, the packed form, the rest ]
 *     rest   = [ number of identifiers, whose text the sample id is (0: its own) and whether there are objects,
 *                texts of identifiers, the sample id?, objects? ]
 *
 * Words are in the order of the machine's bytes; a sheet from a machine that has another is refused by its first word.
 */

import { assert } from '../base/assert.ts';
import type { Instant } from '../model/message.ts';
import type { ProfileJson } from './checkpoint.ts';
import type { NumberedIdentifier } from './identity-table.ts';
import { type KeptCustomer, type KeptObjects, readObjects, writeObjects } from './kept-customer.ts';
import {
  afterText,
  type KeptTexts,
  readText,
  textWordsMax,
  type Words,
  wordsOf,
  writeText,
} from './kept-texts.ts';

const MAGIC = 0x53_65_67_31;
const HEADER_WORDS = 2;
const RECORD_WORDS = 5;
const IDENTIFIER_WORDS = 2;
const REST_WORDS = 2;
/** A flag: the customer is written as a whole. Above it, the number of identifiers. */
const IS_WHOLE = 1;
const FLAG_BITS = 1;
const FIRST_WORDS = 16_384;

/** A sheet, and whom it has: each once, in the order of its records. */
export type Sheet = { readonly ids: readonly number[]; readonly bytes: Uint8Array };

/** Reads and writes doubles as two words. */
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** Makes sheets, one after another. */
export class SheetWriter {
  #memory: Words = wordsOf(new ArrayBuffer(FIRST_WORDS * 4));
  #at = 0;
  #ids: number[] = [];

  get count(): number {
    return this.#ids.length;
  }

  get byteLength(): number {
    return this.#at * 4;
  }

  add(kept: KeptCustomer, identifiers: readonly NumberedIdentifier[]): void {
    const isWhole = kept.kind === 'whole';
    const sampleId = isWhole ? '' : kept.sampleId;
    const objects = isWhole ? JSON.stringify(kept.json) : writeObjects(kept.objects);
    const packed = isWhole ? 0 : (kept.bytes.length + 3) >>> 2;
    this.#reserve(packed, identifiers, sampleId, objects ?? '');
    const { words, bytes } = this.#memory;
    const start = this.#at;
    let at = start + RECORD_WORDS;
    for (const { hash, kind } of identifiers) {
      words[at++] = hash;
      words[at++] = kind;
    }
    if (!isWhole) bytes.set(kept.bytes, at * 4);
    const restAt = at + packed;
    const after = this.#writeRest(restAt, identifiers, sampleId, objects);
    double[0] = isWhole ? 0 : kept.queuedAt;
    words[start] = (identifiers.length << FLAG_BITS) | (isWhole ? IS_WHOLE : 0);
    words[start + 1] = doubleWords[0] as number;
    words[start + 2] = doubleWords[1] as number;
    words[start + 3] = packed;
    words[start + 4] = after - restAt;
    this.#at = after;
    this.#ids.push(kept.id);
  }

  /** What has been written since the last call. */
  take(): Sheet {
    const ids = this.#ids;
    const records = this.#memory.words.subarray(0, this.#at);
    const words = new Uint32Array(HEADER_WORDS + ids.length + records.length);
    words[0] = MAGIC;
    words[1] = ids.length;
    words.set(ids, HEADER_WORDS);
    words.set(records, HEADER_WORDS + ids.length);
    records.fill(0);
    this.#at = 0;
    this.#ids = [];
    return { ids, bytes: new Uint8Array(words.buffer) };
  }

  #writeRest(
    from: number,
    identifiers: readonly NumberedIdentifier[],
    sampleId: string,
    objects: string | undefined,
  ): number {
    const { words } = this.#memory;
    const sample = identifiers.findIndex(({ value }) => value === sampleId) + 1;
    words[from] = identifiers.length;
    words[from + 1] = sample * 2 + (objects === undefined ? 0 : 1);
    let at = from + REST_WORDS;
    for (const { value } of identifiers) at = writeText(this.#memory, at, value);
    if (sample === 0) at = writeText(this.#memory, at, sampleId);
    return objects === undefined ? at : writeText(this.#memory, at, objects);
  }

  #reserve(
    packed: number,
    identifiers: readonly NumberedIdentifier[],
    sampleId: string,
    objects: string,
  ): void {
    let needed =
      this.#at + RECORD_WORDS + packed + REST_WORDS + textWordsMax(sampleId) + textWordsMax(objects);
    for (const { value } of identifiers) needed += IDENTIFIER_WORDS + textWordsMax(value);
    if (needed <= this.#memory.words.length) return;
    const memory = wordsOf(new ArrayBuffer(needed * 8));
    memory.words.set(this.#memory.words.subarray(0, this.#at));
    this.#memory = memory;
  }
}

/** Who takes up what a sheet has. */
export interface SheetTaker {
  readonly texts: KeptTexts;
  /** An identifier of a customer, as their last; its text is among `texts`. */
  identifier(id: number, kind: number, hash: number, textAt: number): void;
  /** A customer whose packed form stands in `words`, and the rest among `texts`. */
  packed(
    id: number,
    queuedAt: Instant,
    words: Uint32Array,
    from: number,
    count: number,
    restAt: number,
  ): void;
  whole(id: number, json: ProfileJson): void;
}

/** Whom a sheet has. */
export function idsOfSheet(bytes: Uint8Array): Uint32Array {
  const { words } = asWords(bytes);
  assert(words[0] === MAGIC, 'a sheet that was written on a machine with this order of bytes');
  return words.slice(HEADER_WORDS, HEADER_WORDS + (words[1] as number));
}

/** Takes up the customers of a sheet of whom `counts`, asked with their place in it, says that they count. */
export function takeUpSheet(bytes: Uint8Array, counts: (place: number) => boolean, taker: SheetTaker): void {
  const memory = asWords(bytes);
  const { words } = memory;
  const customers = words[1] as number;
  let at = HEADER_WORDS + customers;
  for (let place = 0; place < customers; place++) {
    const identifiers = (words[at] as number) >>> FLAG_BITS;
    const packedAt = at + RECORD_WORDS + identifiers * IDENTIFIER_WORDS;
    const restAt = packedAt + (words[at + 3] as number);
    const next = restAt + (words[at + 4] as number);
    if (counts(place)) {
      takeUpRecord(memory, words[HEADER_WORDS + place] as number, at, packedAt, restAt, next, taker);
    }
    at = next;
  }
  assert(at === words.length, 'a sheet that ends with its last record');
}

function takeUpRecord(
  memory: Words,
  id: number,
  at: number,
  packedAt: number,
  restAt: number,
  next: number,
  taker: SheetTaker,
): void {
  const { words } = memory;
  const { texts } = taker;
  const isWhole = ((words[at] as number) & IS_WHOLE) === IS_WHOLE;
  // Of whoever is written as a whole only the identifiers stay texts.
  const wholeAt = isWhole ? objectsAt(words, restAt) : next;
  const kept = texts.take(words, restAt, wholeAt - restAt);
  let textAt = restAt + REST_WORDS;
  for (let i = at + RECORD_WORDS; i < packedAt; i += IDENTIFIER_WORDS) {
    taker.identifier(id, words[i + 1] as number, words[i] as number, kept + textAt - restAt);
    textAt = afterText(words, textAt);
  }
  if (isWhole) {
    taker.whole(id, JSON.parse(readText(memory, wholeAt)) as ProfileJson);
    return;
  }
  doubleWords[0] = words[at + 1] as number;
  doubleWords[1] = words[at + 2] as number;
  taker.packed(id, double[0] as number, words, packedAt, restAt - packedAt, kept);
}

function objectsAt(words: Uint32Array, restAt: number): number {
  const texts = (words[restAt] as number) + ((words[restAt + 1] as number) >>> 1 === 0 ? 1 : 0);
  let at = restAt + REST_WORDS;
  for (let n = 0; n < texts; n++) at = afterText(words, at);
  return at;
}

/** The rest of a packed customer, read when somebody asks. */
export function readRest(
  texts: KeptTexts,
  restAt: number,
): { readonly sampleId: string; readonly objects: KeptObjects | undefined } {
  const identifiers = texts.wordAt(restAt);
  const flags = texts.wordAt(restAt + 1);
  const sample = flags >>> 1;
  let at = restAt + REST_WORDS;
  let sampleId = '';
  for (let n = 1; n <= identifiers; n++) {
    if (n === sample) sampleId = texts.textAt(at);
    at = texts.after(at);
  }
  if (sample === 0) {
    sampleId = texts.textAt(at);
    at = texts.after(at);
  }
  return { sampleId, objects: (flags & 1) === 1 ? readObjects(texts.textAt(at)) : undefined };
}

function asWords(bytes: Uint8Array): Words {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset, byteLength } = aligned;
  assert(byteLength % 4 === 0 && byteLength >= HEADER_WORDS * 4, 'a sheet of whole words');
  return { words: new Uint32Array(buffer, byteOffset, byteLength / 4), bytes: aligned };
}

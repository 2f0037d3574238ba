/**
 * Sheets: what a checkpoint is made of. A sheet has some hundred customers as they were at one instant, and is written
 * once; whoever is touched afterwards stands in a later sheet. Which of a sheet's customers still count is known to
 * whoever keeps the sheets (sheet-index.ts).
 *
 * Idea. Taking up a million customers is a matter of copying memory. So a sheet is words of 4 bytes, and what is of one
 * kind lies together: the packed forms of all its customers are blocks as they lie in memory afterwards (arena.ts), and so
 * are their texts (kept-texts.ts). Those who count are taken up in runs, each in two copies of a piece of memory; what is left
 * to do for each are a few numbers. Nothing is parsed, and no string is made, before somebody asks.
 *
 *     sheet      = [ MAGIC, number of customers, of identifiers, words of all rests, their ids …, heads …, identifiers …,
 *                    rests …, blocks … ]
 *     head       = [ flags, queued at (a double), words of the rest ]
 *     identifier = [ hash, kind ]
 *     rest       = [ number of identifiers, whose text the sample id is (0: its own) and whether there are objects,
 *                    texts of identifiers, the sample id?, objects? ]
 *
 * A customer who is written as a whole has no block. Words are in the order of the machine's bytes; a sheet from a machine that
 * has another is refused by its first word.
 */

import { assert } from '../base/assert.ts';
import type { Instant } from '../model/message.ts';
import { blockWordsOf, writeBlock } from './arena.ts';
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

const MAGIC = 0x53_65_67_32;
const HEADER_WORDS = 4;
const HEAD_WORDS = 4;
const IDENTIFIER_WORDS = 2;
const REST_WORDS = 2;
/** A flag: the customer is written as a whole. Above it, the number of identifiers. */
const IS_WHOLE = 1;
const FLAG_BITS = 1;
const FIRST_WORDS = 8_192;

/** A sheet, and whom it has: each once, in the order of its heads. */
export type Sheet = { readonly ids: readonly number[]; readonly bytes: Uint8Array };

/** Reads and writes doubles as two words. */
const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** Makes sheets, one after another. */
export class SheetWriter {
  #ids: number[] = [];
  #heads: number[] = [];
  #identifiers: number[] = [];
  #rests: Words = wordsOf(new ArrayBuffer(FIRST_WORDS * 4));
  #restsTo = 0;
  #blocks = new Uint32Array(FIRST_WORDS);
  #blocksTo = 0;

  get count(): number {
    return this.#ids.length;
  }

  get byteLength(): number {
    const { length } = this.#ids;
    return (length + this.#heads.length + this.#identifiers.length + this.#restsTo + this.#blocksTo) * 4;
  }

  add(kept: KeptCustomer, identifiers: readonly NumberedIdentifier[]): void {
    const isWhole = kept.kind === 'whole';
    const objects = isWhole ? JSON.stringify(kept.json) : writeObjects(kept.objects);
    for (const { hash, kind } of identifiers) this.#identifiers.push(hash, kind);
    if (!isWhole) this.#addBlock(kept.id, kept.bytes);
    const restAt = this.#restsTo;
    this.#addRest(identifiers, isWhole ? '' : kept.sampleId, objects);
    double[0] = isWhole ? 0 : kept.queuedAt;
    this.#heads.push(
      (identifiers.length << FLAG_BITS) | (isWhole ? IS_WHOLE : 0),
      doubleWords[0] as number,
      doubleWords[1] as number,
      this.#restsTo - restAt,
    );
    this.#ids.push(kept.id);
  }

  /** What has been written since the last call. */
  take(): Sheet {
    const ids = this.#ids;
    const rests = this.#rests.words.subarray(0, this.#restsTo);
    const blocks = this.#blocks.subarray(0, this.#blocksTo);
    const parts = [ids, this.#heads, this.#identifiers, rests, blocks];
    const words = new Uint32Array(parts.reduce((sum, { length }) => sum + length, HEADER_WORDS));
    words.set([MAGIC, ids.length, this.#identifiers.length / IDENTIFIER_WORDS, rests.length]);
    let at = HEADER_WORDS;
    for (const part of parts) {
      words.set(part, at);
      at += part.length;
    }
    rests.fill(0);
    blocks.fill(0);
    this.#ids = [];
    this.#heads = [];
    this.#identifiers = [];
    this.#restsTo = 0;
    this.#blocksTo = 0;
    return { ids, bytes: new Uint8Array(words.buffer) };
  }

  #addBlock(id: number, bytes: Uint8Array): void {
    const needed = this.#blocksTo + blockWordsOf(bytes.length);
    if (needed > this.#blocks.length) {
      const blocks = new Uint32Array(needed * 2);
      blocks.set(this.#blocks.subarray(0, this.#blocksTo));
      this.#blocks = blocks;
    }
    this.#blocksTo = writeBlock(this.#blocks, this.#blocksTo, id, bytes);
  }

  #addRest(identifiers: readonly NumberedIdentifier[], sampleId: string, objects: string | undefined): void {
    let needed = this.#restsTo + REST_WORDS + textWordsMax(sampleId) + textWordsMax(objects ?? '');
    for (const { value } of identifiers) needed += textWordsMax(value);
    if (needed > this.#rests.words.length) {
      const rests = wordsOf(new ArrayBuffer(needed * 8));
      rests.words.set(this.#rests.words.subarray(0, this.#restsTo));
      this.#rests = rests;
    }
    const { words } = this.#rests;
    const sample = identifiers.findIndex(({ value }) => value === sampleId) + 1;
    words[this.#restsTo] = identifiers.length;
    words[this.#restsTo + 1] = sample * 2 + (objects === undefined ? 0 : 1);
    let at = this.#restsTo + REST_WORDS;
    for (const { value } of identifiers) at = writeText(this.#rests, at, value);
    if (sample === 0) at = writeText(this.#rests, at, sampleId);
    this.#restsTo = objects === undefined ? at : writeText(this.#rests, at, objects);
  }
}

/** Who takes up what a sheet has. */
export interface SheetTaker {
  readonly texts: KeptTexts;
  /** The partition that a customer is to live in. */
  homeOf(id: number): number;
  /** Packed forms of customers of one home, as blocks one after another, from a word to another; `packed` comes for each. */
  blocks(home: number, words: Uint32Array, from: number, to: number): void;
  /** A customer whose packed form was among the last blocks, and of whom what is not a number is among `texts`. */
  packed(home: number, id: number, queuedAt: Instant, restAt: number): void;
  whole(id: number, json: ProfileJson): void;
  /** An identifier of a customer, as their last; its text is among `texts`. */
  identifier(id: number, kind: number, hash: number, textAt: number): void;
}

/** Whom a sheet has. */
export function idsOfSheet(bytes: Uint8Array): Uint32Array {
  const { words } = asWords(bytes);
  assert(words[0] === MAGIC, 'a sheet that was written on a machine with this order of bytes');
  return words.slice(HEADER_WORDS, HEADER_WORDS + (words[1] as number));
}

/** Takes up the customers of a sheet of whom `counts`, asked with their place in it, says that they count. */
export function takeUpSheet(bytes: Uint8Array, counts: (place: number) => boolean, taker: SheetTaker): void {
  new SheetReader(asWords(bytes)).takeUp(counts, taker);
}

/** Goes through a sheet, customer by customer. */
class SheetReader {
  readonly #memory: Words;
  readonly #words: Uint32Array;
  readonly #customers: number;
  readonly #headsAt: number;
  /** Where it stands: a place, and where what is of that customer begins. */
  #place = 0;
  #identifierAt: number;
  #restAt: number;
  #blockAt: number;

  constructor(memory: Words) {
    const { words } = memory;
    const customers = words[1] as number;
    this.#memory = memory;
    this.#words = words;
    this.#customers = customers;
    this.#headsAt = HEADER_WORDS + customers;
    this.#identifierAt = this.#headsAt + customers * HEAD_WORDS;
    this.#restAt = this.#identifierAt + (words[2] as number) * IDENTIFIER_WORDS;
    this.#blockAt = this.#restAt + (words[3] as number);
  }

  takeUp(counts: (place: number) => boolean, taker: SheetTaker): void {
    while (this.#place < this.#customers) {
      if (!counts(this.#place)) this.#pass();
      else if (this.#isWhole(this.#place)) this.#takeWhole(taker);
      else this.#takeRun(counts, taker);
    }
    assert(this.#blockAt === this.#words.length, 'a sheet that ends with its last block');
  }

  #idAt(place: number): number {
    return this.#words[HEADER_WORDS + place] as number;
  }

  #flagsAt(place: number): number {
    return this.#words[this.#headsAt + place * HEAD_WORDS] as number;
  }

  #isWhole(place: number): boolean {
    return (this.#flagsAt(place) & IS_WHOLE) === IS_WHOLE;
  }

  #restWordsAt(place: number): number {
    return this.#words[this.#headsAt + place * HEAD_WORDS + 3] as number;
  }

  /** To the next customer. */
  #pass(): void {
    const place = this.#place++;
    const flags = this.#flagsAt(place);
    this.#identifierAt += (flags >>> FLAG_BITS) * IDENTIFIER_WORDS;
    this.#restAt += this.#restWordsAt(place);
    if ((flags & IS_WHOLE) === 0) this.#blockAt += (this.#words[this.#blockAt + 1] as number) * 2;
  }

  /** Of whoever is written as a whole only the identifiers stay texts. */
  #takeWhole(taker: SheetTaker): void {
    const wholeAt = objectsAt(this.#words, this.#restAt);
    const kept = taker.texts.take(this.#words, this.#restAt, wholeAt - this.#restAt);
    this.#tellIdentifiers(this.#place, this.#identifierAt, this.#restAt, kept, taker);
    taker.whole(this.#idAt(this.#place), JSON.parse(readText(this.#memory, wholeAt)) as ProfileJson);
    this.#pass();
  }

  /** As many as count and live together. */
  #takeRun(counts: (place: number) => boolean, taker: SheetTaker): void {
    const words = this.#words;
    const first = this.#place;
    const restsFrom = this.#restAt;
    const blocksFrom = this.#blockAt;
    let identifierAt = this.#identifierAt;
    const home = taker.homeOf(this.#idAt(first));
    do this.#pass();
    while (this.#goesOn(home, counts, taker));
    const kept = taker.texts.take(words, restsFrom, this.#restAt - restsFrom);
    taker.blocks(home, words, blocksFrom, this.#blockAt);
    let restAt = restsFrom;
    for (let place = first; place < this.#place; place++) {
      const head = this.#headsAt + place * HEAD_WORDS;
      doubleWords[0] = words[head + 1] as number;
      doubleWords[1] = words[head + 2] as number;
      taker.packed(home, this.#idAt(place), double[0] as number, kept + restAt - restsFrom);
      identifierAt = this.#tellIdentifiers(place, identifierAt, restAt, kept + restAt - restsFrom, taker);
      restAt += this.#restWordsAt(place);
    }
  }

  #goesOn(home: number, counts: (place: number) => boolean, taker: SheetTaker): boolean {
    const place = this.#place;
    if (place === this.#customers || !counts(place) || this.#isWhole(place)) return false;
    return taker.homeOf(this.#idAt(place)) === home;
  }

  /** Those of a customer whose rest is kept at a place. Returns where the next one's begin. */
  #tellIdentifiers(place: number, from: number, restAt: number, kept: number, taker: SheetTaker): number {
    const words = this.#words;
    const id = this.#idAt(place);
    const to = from + (this.#flagsAt(place) >>> FLAG_BITS) * IDENTIFIER_WORDS;
    let textAt = restAt + REST_WORDS;
    for (let i = from; i < to; i += IDENTIFIER_WORDS) {
      taker.identifier(id, words[i + 1] as number, words[i] as number, kept + textAt - restAt);
      textAt = afterText(words, textAt);
    }
    return to;
  }
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

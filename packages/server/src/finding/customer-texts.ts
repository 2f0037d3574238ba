/**
 * All that customers can be found by, as one long text in memory: searched by going through it, which for a million customers
 * takes some tens of milliseconds whatever is typed, a part of a word too.
 *
 * Idea. Each customer is a piece of bytes: a zero, then fields, each a mark, the number of its name, and its folded value.
 * No value has a control character, so no search goes across a border, and numbers of names, which are control characters, are
 * not found by digits. A customer who changes gets a new piece at the end, and the old one is dead; when half is dead, all is
 * written anew.
 *
 * Cost: some 60 to 150 bytes a customer and 12 beside them.
 */

import type { JsonValue } from '@segue/core/model/message.ts';

import { nameOfCustomer } from './customer-name.ts';
import type { SentCustomer } from './finder-messages.ts';
import { folded } from './folded.ts';
import type { Values } from './value-order.ts';

/** Of one customer; what is beyond is not found. */
const pieceBytesMax = 4_096;
const fieldsMax = 100;
/** Names of fields that can be asked for; values of others are found as words. */
const namesMax = 10_000;
const depthMax = 3;
const firstBytes = 65_536;

const ZERO = 0;
const FIELD = '\u0001';
const FIELD_BYTE = 1;
const VALUE = '\u0002';
/** Sixteen control characters are the digits of a field's number. */
const DIGIT = 0x10;

const NONE = -1;

/** Marker of fields beyond `namesMax`: none of a number. */
const otherFields = '\u0003';

/** Name of the first field of every customer: what they are called. */
export const nameField = 'name';

export class CustomerTexts {
  #bytes: Buffer = Buffer.allocUnsafe(firstBytes);
  #end = 0;
  /** By piece, in the order in which they lie: where it begins, and whose it is. */
  #starts = new Float64Array(1_024);
  #owners = new Uint32Array(1_024);
  #pieces = 0;
  #dead = 0;
  /** By customer: the piece, or NONE. */
  #pieceOf = new Int32Array(1_024).fill(NONE);
  readonly #fields = new Map<string, string>();
  #count = 0;

  constructor() {
    this.#marker(nameField);
  }

  /** How many customers there are. */
  get count(): number {
    return this.#count;
  }

  /** Takes a customer as they are now; `null`: they are gone. */
  put([id, known]: SentCustomer): void {
    this.remove(id);
    if (known === null) return;
    const text = this.#textOf(known);
    const room = Math.min(text.length * 3, pieceBytesMax) + 1;
    this.#reserve(room);
    const start = this.#end;
    this.#bytes[start] = ZERO;
    const written = this.#bytes.write(text, start + 1, pieceBytesMax, 'utf8');
    this.#end = start + 1 + written;
    const piece = this.#pieces++;
    if (piece >= this.#starts.length) this.#growPieces();
    this.#starts[piece] = start;
    this.#owners[piece] = id;
    if (id >= this.#pieceOf.length) this.#growCustomers(id + 1);
    this.#pieceOf[id] = piece;
    this.#count++;
  }

  remove(id: number): void {
    if (!this.has(id)) return;
    this.#pieceOf[id] = NONE;
    this.#count--;
    this.#dead++;
    if (this.#dead > this.#count + firstBytes) this.#compact();
  }

  has(id: number): boolean {
    return id < this.#pieceOf.length && this.#pieceOf[id] !== NONE;
  }

  /** The bytes to be looked for of a term; undefined: there is no such field, so the term is a word. */
  fieldNeedle(field: string, text: string): Buffer | undefined {
    const marker = this.#fields.get(field);
    return marker === undefined ? undefined : Buffer.from(`${FIELD}${marker}${VALUE}${text}`, 'utf8');
  }

  /**
   * Goes through `bytes` bytes from a place on; each customer who has all needles is told once. Gives the place to go on
   * from; Infinity at the end. The first needle is the one that is looked for, the others are checked where it was found.
   */
  scan(needles: readonly Buffer[], from: number, bytes: number, found: (id: number) => void): number {
    const [needle, ...rest] = needles;
    if (needle === undefined) return Infinity;
    const until = Math.min(this.#end, from + bytes);
    // A piece that begins before the end is looked through whole.
    let piece = this.#pieceAt(from);
    if (piece >= this.#pieces) return Infinity;
    const last = until >= this.#end ? this.#pieces : this.#pieceAt(until);
    const end = last >= this.#pieces ? this.#end : (this.#starts[last] as number);
    const window = this.#bytes.subarray(0, end);
    let at = this.#starts[piece] as number;
    for (;;) {
      at = window.indexOf(needle, at);
      if (at < 0) break;
      while (piece + 1 < this.#pieces && (this.#starts[piece + 1] as number) <= at) piece++;
      const owner = this.#owners[piece] as number;
      const next = piece + 1 < this.#pieces ? (this.#starts[piece + 1] as number) : this.#end;
      if (this.#pieceOf[owner] === piece && this.#hasAll(rest, this.#starts[piece] as number, next)) {
        found(owner);
      }
      at = next;
      if (at >= end) break;
    }
    return last >= this.#pieces ? Infinity : (this.#starts[last] as number);
  }

  /** Where the values of a field lie, folded, of these customers in turn. */
  valuesOf(ids: Uint32Array, field: string): Values {
    const bytes = this.#bytes;
    const from = new Float64Array(ids.length);
    const lengths = new Int16Array(ids.length).fill(-1);
    const marker = this.#fields.get(field);
    if (marker === undefined) return { bytes, from, lengths };
    const mark = Buffer.from(`${FIELD}${marker}${VALUE}`, 'latin1');
    for (let place = 0; place < ids.length; place++) {
      const piece = this.#pieceOf[ids[place] as number] ?? NONE;
      if (piece === NONE) continue;
      const end = piece + 1 < this.#pieces ? (this.#starts[piece + 1] as number) : this.#end;
      const at = fieldAt(bytes, (this.#starts[piece] as number) + 1, end, mark);
      if (at < 0) continue;
      from[place] = at;
      lengths[place] = endOfField(bytes, at, end) - at;
    }
    return { bytes, from, lengths };
  }

  #hasAll(needles: readonly Buffer[], start: number, end: number): boolean {
    if (needles.length === 0) return true;
    const view = this.#bytes.subarray(start, end);
    return needles.every((needle) => view.includes(needle));
  }

  /** The piece in which a place lies, or the next one. */
  #pieceAt(place: number): number {
    let low = 0;
    let high = this.#pieces;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #textOf([, identifiers, traits]: NonNullable<SentCustomer[1]>): string {
    const parts: string[] = [];
    const add = (field: string, value: string): void => {
      if (value === '' || parts.length >= fieldsMax) return;
      parts.push(`${FIELD}${this.#marker(folded(field))}${VALUE}${folded(value)}`);
    };
    add(nameField, nameOfCustomer(traits) ?? '');
    for (let i = 0; i + 1 < identifiers.length; i += 2) add(identifiers[i] ?? '', identifiers[i + 1] ?? '');
    for (const [trait, value] of Object.entries(traits)) {
      if (trait !== nameField || typeof value !== 'string') addValue(add, trait, value, 0);
    }
    return parts.join('');
  }

  #marker(field: string): string {
    let marker = this.#fields.get(field);
    if (marker === undefined) {
      if (this.#fields.size >= namesMax) return otherFields;
      const digits = Array.from(this.#fields.size.toString(16), (digit) => DIGIT + parseInt(digit, 16));
      this.#fields.set(field, (marker = String.fromCharCode(...digits)));
    }
    return marker;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#end + bytes, Math.ceil(this.#bytes.length * 1.5)));
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }

  #growPieces(): void {
    const starts = new Float64Array(this.#starts.length * 2);
    starts.set(this.#starts);
    this.#starts = starts;
    const owners = new Uint32Array(starts.length);
    owners.set(this.#owners);
    this.#owners = owners;
  }

  #growCustomers(length: number): void {
    const pieceOf = new Int32Array(Math.max(length, this.#pieceOf.length * 2)).fill(NONE);
    pieceOf.set(this.#pieceOf);
    this.#pieceOf = pieceOf;
  }

  /** Pieces move up to where the dead ones were. */
  #compact(): void {
    let to = 0;
    let kept = 0;
    for (let piece = 0; piece < this.#pieces; piece++) {
      const owner = this.#owners[piece] as number;
      if (this.#pieceOf[owner] !== piece) continue;
      const start = this.#starts[piece] as number;
      const end = piece + 1 < this.#pieces ? (this.#starts[piece + 1] as number) : this.#end;
      this.#bytes.copyWithin(to, start, end);
      this.#starts[kept] = to;
      this.#owners[kept] = owner;
      this.#pieceOf[owner] = kept;
      to += end - start;
      kept++;
    }
    this.#end = to;
    this.#pieces = kept;
    this.#dead = 0;
  }
}

/** Where the value begins of the first field with this mark; −1 for none. Plain loops: there may be millions. */
function fieldAt(bytes: Uint8Array, start: number, end: number, mark: Uint8Array): number {
  const marked = mark.length;
  for (let at = start; at + marked <= end; at = endOfField(bytes, at + 1, end)) {
    let same = 0;
    while (same < marked && bytes[at + same] === mark[same]) same++;
    if (same === marked) return at + marked;
  }
  return -1;
}

function endOfField(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== FIELD_BYTE) at++;
  return at;
}

function addValue(
  add: (field: string, value: string) => void,
  field: string,
  value: JsonValue,
  depth: number,
): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    add(field, String(value));
    return;
  }
  if (depth >= depthMax) return;
  if (Array.isArray(value)) {
    for (const item of value as readonly JsonValue[]) addValue(add, field, item, depth + 1);
    return;
  }
  for (const [key, item] of Object.entries(value)) addValue(add, `${field}.${key}`, item, depth + 1);
}

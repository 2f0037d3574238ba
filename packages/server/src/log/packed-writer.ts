/** Writes values as packed-format.ts says. */

import {
  doubleTag,
  emptyObjectTag,
  falseTag,
  hundredthsTag,
  knownShapeTag,
  knownTextTag,
  latinTag,
  listTag,
  minusZeroTag,
  negativeHundredthsTag,
  negativeTag,
  nullTag,
  placeOf,
  positiveTag,
  RecentTexts,
  recordBytesMax,
  rememberedMax,
  rememberedMin,
  shapeTag,
  shapesMax,
  shortListTag,
  shortTextTag,
  trueTag,
  undefinedTag,
  utf16Tag,
  utf8Tag,
} from './packed-format.ts';

/** Characters up to which a text is looked through for being one byte each; its length is one byte too. */
const latinMax = 127;
/** Levels of lists and objects. */
const depthMax = 1_000;
/** Bytes that a buffer has at first, and keeps after a greater record. */
const bufferBytesMin = 1 << 16;
const bufferBytesKept = 1 << 22;

/** A place for a list of keys among 256. */
function shapePlaceOf(keys: readonly string[]): number {
  const n = keys.length;
  const first = keys[0] as string;
  const last = keys[n - 1] as string;
  const mixed =
    n + (first.length << 5) + (last.length << 11) + (first.charCodeAt(0) << 16) + (last.charCodeAt(0) << 22);
  return Math.imul(mixed, 0x9e3779b1) >>> 24;
}

function sameKeys(a: readonly string[], b: readonly string[]): boolean {
  const n = a.length;
  if (n !== b.length) return false;
  for (let i = 0; i < n; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype === Object.prototype || prototype === null) return true;
  // JSON from another realm (a vm context) is plain too.
  return Object.getPrototypeOf(prototype) === null && !(object instanceof Object);
}

/** Writes the values of one record; `start` begins the next. */
export class PackedWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(bufferBytesMin);
  #at = 0;
  #depth = 0;
  readonly #texts: RecentTexts = new RecentTexts();
  #shapes: (readonly string[])[] = [];
  /** Number + 1 of the shape last written at a place. */
  readonly #shapeAt: Uint16Array = new Uint16Array(256);

  /** Forgets what was written, and leaves room for a head of that many bytes. */
  start(headBytes: number): void {
    if (this.#bytes.length > bufferBytesKept) this.#reallocate(bufferBytesMin);
    this.#at = headBytes;
    this.#depth = 0;
    this.#texts.forget();
    this.#shapes = [];
    this.#shapeAt.fill(0);
  }

  /** A copy of what was written, the head unset. */
  finish(): Buffer {
    const bytes = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(bytes, 0, 0, this.#at);
    return bytes;
  }

  writeByte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  /** A safe integer from 0 on. */
  writeCount(count: number): void {
    this.#reserve(10);
    let rest = count;
    while (rest > 0x7fff_ffff) {
      this.#bytes[this.#at] = (rest % 128) | 0x80;
      this.#at += 1;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#at] = (rest & 0x7f) | 0x80;
      this.#at += 1;
      rest >>>= 7;
    }
    this.#bytes[this.#at] = rest;
    this.#at += 1;
  }

  /** Null, booleans, numbers, texts, lists and plain objects of these; `undefined` too. Anything else is a TypeError. */
  writeValue(value: unknown): void {
    switch (typeof value) {
      case 'string':
        this.writeText(value);
        return;
      case 'number':
        this.writeNumber(value);
        return;
      case 'boolean':
        this.writeByte(value ? trueTag : falseTag);
        return;
      case 'undefined':
        this.writeByte(undefinedTag);
        return;
      case 'object':
        if (value === null) this.writeByte(nullTag);
        else this.#writeContainer(value);
        return;
      case 'bigint':
      case 'symbol':
      case 'function':
        throw new TypeError(`A ${typeof value} cannot be kept in the log`);
    }
  }

  writeText(text: string): void {
    const n = text.length;
    if (n >= rememberedMin && n <= rememberedMax) {
      const place = placeOf(text);
      if (this.#texts.at(place) === text) {
        this.#reserve(2);
        this.#bytes[this.#at] = knownTextTag | (place >> 8);
        this.#bytes[this.#at + 1] = place;
        this.#at += 2;
        return;
      }
      this.#texts.remember(place, text);
    }
    if (n > latinMax || !this.#writeLatin(text, n)) this.#writeWide(text, n);
  }

  writeNumber(value: number): void {
    if ((value | 0) === value) this.#writeInt(value);
    else if (Number.isSafeInteger(value)) this.#writeMagnitude(value, positiveTag, negativeTag, value);
    else {
      const hundredths = Math.round(value * 100);
      if (hundredths / 100 === value && (hundredths | 0) === hundredths) {
        this.#writeMagnitude(value, hundredthsTag, negativeHundredthsTag, hundredths);
      } else {
        this.#reserve(9);
        this.#bytes[this.#at] = doubleTag;
        this.#bytes.writeDoubleBE(value, this.#at + 1);
        this.#at += 9;
      }
    }
  }

  #writeInt(value: number): void {
    if (value > 0 && value < 0x80) this.writeByte(value);
    else if (value === 0) this.writeByte(Object.is(value, -0) ? minusZeroTag : 0);
    else this.#writeMagnitude(value, positiveTag, negativeTag, value);
  }

  #writeMagnitude(sign: number, positive: number, negative: number, integer: number): void {
    this.writeByte(sign > 0 ? positive : negative);
    this.writeCount(Math.abs(integer));
  }

  /** False, with nothing written, when a character does not fit into a byte. */
  #writeLatin(text: string, n: number): boolean {
    this.#reserve(n + 2);
    const bytes = this.#bytes;
    const head = n < 32 ? 1 : 2;
    const from = this.#at + head;
    for (let i = 0; i < n; i += 1) {
      const unit = text.charCodeAt(i);
      if (unit > 0xff) return false;
      bytes[from + i] = unit;
    }
    if (head === 1) {
      bytes[this.#at] = shortTextTag | n;
    } else {
      bytes[this.#at] = latinTag;
      bytes[this.#at + 1] = n;
    }
    this.#at = from + n;
    return true;
  }

  #writeWide(text: string, n: number): void {
    if (text.isWellFormed()) {
      const length = Buffer.byteLength(text, 'utf8');
      // As many bytes as characters: ASCII, which is read faster as such.
      this.writeByte(length === n ? latinTag : utf8Tag);
      this.writeCount(length);
      this.#reserve(length);
      this.#bytes.write(text, this.#at, length, 'utf8');
      this.#at += length;
    } else {
      this.writeByte(utf16Tag);
      this.writeCount(n * 2);
      this.#reserve(n * 2);
      this.#bytes.write(text, this.#at, n * 2, 'utf16le');
      this.#at += n * 2;
    }
  }

  #writeContainer(value: object): void {
    this.#depth += 1;
    if (this.#depth > depthMax) {
      throw new RangeError(`A value is nested deeper than ${depthMax} levels, which the log cannot keep`);
    }
    if (Array.isArray(value)) this.#writeList(value);
    else this.#writeObject(value as Readonly<Record<string, unknown>>);
    this.#depth -= 1;
  }

  #writeList(list: readonly unknown[]): void {
    const n = list.length;
    if (n < 16) this.writeByte(shortListTag | n);
    else {
      this.writeByte(listTag);
      this.writeCount(n);
    }
    for (let i = 0; i < n; i += 1) this.writeValue(list[i]);
  }

  #writeObject(object: Readonly<Record<string, unknown>>): void {
    if (!isPlain(object)) {
      throw new TypeError(
        'Only plain objects can be kept in the log; make dates, maps and instances of classes plain first',
      );
    }
    const keys = Object.keys(object);
    const n = keys.length;
    if (n === 0) {
      this.writeByte(emptyObjectTag);
      return;
    }
    this.#writeShape(keys);
    for (let i = 0; i < n; i += 1) this.writeValue(object[keys[i] as string]);
  }

  #writeShape(keys: readonly string[]): void {
    const place = shapePlaceOf(keys);
    const number = (this.#shapeAt[place] as number) - 1;
    const known = this.#shapes[number];
    if (known !== undefined && sameKeys(known, keys)) {
      this.#reserve(2);
      this.#bytes[this.#at] = knownShapeTag | (number >> 8);
      this.#bytes[this.#at + 1] = number;
      this.#at += 2;
      return;
    }
    if (this.#shapes.length < shapesMax) this.#shapeAt[place] = this.#shapes.push(keys);
    this.writeByte(shapeTag);
    this.writeCount(keys.length);
    for (let i = 0; i < keys.length; i += 1) this.writeText(keys[i] as string);
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    if (needed > recordBytesMax) {
      throw new RangeError(
        `A record of more than ${recordBytesMax} bytes cannot be kept; append fewer entries at once`,
      );
    }
    this.#reallocate(Math.max(needed, this.#bytes.length * 2));
  }

  #reallocate(length: number): void {
    const bytes = Buffer.allocUnsafeSlow(length);
    this.#bytes.copy(bytes, 0, 0, Math.min(this.#at, length));
    this.#bytes = bytes;
  }
}

/**
 * Reads values written as packed-format.ts says. Bytes that no writer wrote end in a `PackedError`, never in a hang, a
 * crash or a wrong value taken for a right one: what is read stays inside the bytes, and lengths are checked against
 * what is left before anything is made of them.
 */

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
  PackedError,
  placeOf,
  placeOfBytes,
  placesCount,
  positiveTag,
  RecentTexts,
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

/** The places need two bits above a byte; what is beyond has no meaning yet. */
const lastKnownTextTag = 0xa3;
/** Deeper than any writer goes; bytes that nest deeper are not ours. */
const depthMax = 1_001;

/** What `toString('latin1', …)` calls after its checks, which cost an eighth of reading a record. */
type LatinBuffer = Buffer & { latin1Slice(from: number, to: number): string };

const noBytes = Buffer.alloc(0) as LatinBuffer;

type Shape = {
  readonly keys: readonly string[];
  /** Assigning to `__proto__` would set the prototype. */
  readonly plain: boolean;
};

export class PackedReader {
  #bytes: LatinBuffer = noBytes;
  #at = 0;
  #end = 0;
  #depth = 0;
  readonly #texts: RecentTexts = new RecentTexts();
  #shapes: Shape[] = [];
  /** By place: one more than where a text begins that was passed over and is to be remembered; 0: none. */
  readonly #passedAt: Int32Array = new Int32Array(placesCount);
  #hasPassed = false;
  /** −1: there is no mark. */
  #markedAt = -1;
  /** What stood at places that were taken by other texts since the mark. */
  readonly #undo: { readonly place: number; readonly text: string; readonly passedAt: number }[] = [];

  /** Begins a record whose values stand from byte `from` on. */
  start(bytes: Buffer, from: number): void {
    this.#bytes = bytes as LatinBuffer;
    this.#at = from;
    this.#end = bytes.length;
    this.#depth = 0;
    this.#texts.forget();
    this.#shapes = [];
    if (this.#hasPassed) this.#passedAt.fill(0);
    this.#hasPassed = false;
    this.#markedAt = -1;
  }

  /** `rewind` comes back to here. */
  mark(): void {
    this.#markedAt = this.#at;
    this.#undo.length = 0;
  }

  /** What was passed over since the mark can be read. */
  rewind(): void {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      this.#texts.remember(undo.place, undo.text);
      this.#passedAt[undo.place] = undo.passedAt;
    }
    this.#at = this.#markedAt;
    this.#markedAt = -1;
  }

  /** `rewind` will not be called. */
  unmark(): void {
    this.#markedAt = -1;
  }

  /** Lets go of the bytes; an error if some were left. */
  finish(): void {
    const left = this.#end - this.#at;
    this.#bytes = noBytes;
    if (left !== 0) throw new PackedError(`${left} bytes are left over`);
  }

  readByte(): number {
    if (this.#at >= this.#end) throw new PackedError('The bytes end in the middle of a value');
    const byte = this.#bytes[this.#at] as number;
    this.#at += 1;
    return byte;
  }

  readCount(): number {
    let byte = this.readByte();
    if (byte < 0x80) return byte;
    let count = byte & 0x7f;
    let unit = 128;
    do {
      byte = this.readByte();
      count += (byte & 0x7f) * unit;
      unit *= 128;
    } while (byte >= 0x80 && unit < 2 ** 57);
    if (!Number.isSafeInteger(count)) throw new PackedError('A count is out of range');
    return count;
  }

  readText(): string {
    return this.#readText(this.readByte());
  }

  readNumber(): number {
    return this.#readNumber(this.readByte());
  }

  readValue(): unknown {
    const tag = this.readByte();
    if (tag < 0x80) return tag;
    if (tag < 0xa8) return this.#readText(tag);
    if (tag < shortListTag) return this.#readObject(this.#knownShape(tag));
    if (tag < nullTag) return this.#readList(tag & 0x0f);
    switch (tag) {
      case nullTag:
        return null;
      case trueTag:
        return true;
      case falseTag:
        return false;
      case undefinedTag:
        return undefined;
      case listTag:
        return this.#readList(this.readCount());
      case shapeTag:
        return this.#readObject(this.#readShape());
      case emptyObjectTag:
        return {};
      case latinTag:
      case utf8Tag:
      case utf16Tag:
        return this.#readText(tag);
      default:
        return this.#readNumber(tag);
    }
  }

  /** Passes over a text, which later ones may refer to all the same. */
  skipText(): void {
    this.#skipText(this.readByte());
  }

  /** Passes over a value without making anything of it. */
  skipValue(): void {
    const tag = this.readByte();
    if (tag < 0x80) return;
    if (tag < knownShapeTag) this.#skipText(tag);
    else if (tag < shortListTag) this.#skipFields(this.#knownShape(tag));
    else if (tag < nullTag) this.#skipValues(tag & 0x0f);
    else this.#skipTagged(tag);
  }

  #skipTagged(tag: number): void {
    switch (tag) {
      case nullTag:
      case trueTag:
      case falseTag:
      case undefinedTag:
      case emptyObjectTag:
        return;
      case listTag:
        this.#skipValues(this.readCount());
        return;
      case shapeTag:
        this.#skipFields(this.#readShape());
        return;
      case latinTag:
      case utf8Tag:
      case utf16Tag:
        this.#skipText(tag);
        return;
      default:
        this.#readNumber(tag);
    }
  }

  #skipFields({ keys }: Shape): void {
    this.#skipValues(keys.length);
  }

  #skipValues(n: number): void {
    // Every value has at least one byte.
    if (n > this.#end - this.#at) throw new PackedError('A list is longer than the bytes that are left');
    this.#deeper();
    for (let i = 0; i < n; i += 1) this.skipValue();
    this.#depth -= 1;
  }

  #skipText(tag: number): void {
    if (tag >= knownTextTag && tag < knownShapeTag) {
      if (tag > lastKnownTextTag) throw new PackedError('A text refers to none before it');
      this.readByte();
      return;
    }
    const at = this.#at;
    // Only of characters that are one byte each can the place be told from the bytes.
    const isLatin = tag === latinTag || (tag >= shortTextTag && tag < knownTextTag);
    if (!isLatin) {
      this.#readText(tag);
      return;
    }
    const length = tag === latinTag ? this.readCount() : tag & 0x1f;
    const from = this.#skip(length);
    if (length < rememberedMin || length > rememberedMax) return;
    const place = placeOfBytes(this.#bytes, from, length);
    if (this.#markedAt >= 0) this.#keepUndo(place);
    this.#passedAt[place] = at;
    this.#hasPassed = true;
  }

  #keepUndo(place: number): void {
    this.#undo.push({ place, text: this.#texts.at(place), passedAt: this.#passedAt[place] as number });
  }

  #readText(tag: number): string {
    if (tag >= knownTextTag && tag < knownShapeTag) {
      const place = ((tag & 0x03) << 8) | this.readByte();
      const text = this.#hasPassed ? this.#textAt(place) : this.#texts.at(place);
      if (tag > lastKnownTextTag || text === '') throw new PackedError('A text refers to none before it');
      return text;
    }
    const text = this.#readLiteral(tag);
    if (text.length >= rememberedMin && text.length <= rememberedMax) {
      const place = placeOf(text);
      if (this.#markedAt >= 0) this.#keepUndo(place);
      this.#texts.remember(place, text);
      if (this.#hasPassed) this.#passedAt[place] = 0;
    }
    return text;
  }

  /** The text of a place, which may have been passed over when it was written out. */
  #textAt(place: number): string {
    const passedAt = this.#passedAt[place] as number;
    if (passedAt === 0) return this.#texts.at(place);
    const back = this.#at;
    this.#at = passedAt - 1;
    const text = this.#readText(this.readByte());
    this.#at = back;
    return text;
  }

  #readLiteral(tag: number): string {
    if (tag >= shortTextTag && tag < knownTextTag) {
      const from = this.#skip(tag & 0x1f);
      return this.#bytes.latin1Slice(from, this.#at);
    }
    const from = this.#skip(this.readCount());
    switch (tag) {
      case latinTag:
        return this.#bytes.latin1Slice(from, this.#at);
      case utf8Tag:
        return this.#bytes.toString('utf8', from, this.#at);
      case utf16Tag:
        return this.#bytes.toString('utf16le', from, this.#at);
      default:
        throw new PackedError(`A text was expected, not ${tag}`);
    }
  }

  #readNumber(tag: number): number {
    if (tag < 0x80) return tag;
    switch (tag) {
      case positiveTag:
        return this.readCount();
      case negativeTag:
        return -this.readCount();
      case hundredthsTag:
        return this.readCount() / 100;
      case negativeHundredthsTag:
        return -this.readCount() / 100;
      case minusZeroTag:
        return -0;
      case doubleTag:
        return this.#bytes.readDoubleBE(this.#skip(8));
      default:
        throw new PackedError(`A value was expected, not ${tag}`);
    }
  }

  #readList(n: number): unknown[] {
    // Every value has at least one byte.
    if (n > this.#end - this.#at) throw new PackedError('A list is longer than the bytes that are left');
    this.#deeper();
    const list: unknown[] = [];
    for (let i = 0; i < n; i += 1) list.push(this.readValue());
    this.#depth -= 1;
    return list;
  }

  #readShape(): Shape {
    const n = this.readCount();
    if (n > this.#end - this.#at) throw new PackedError('A shape is longer than the bytes that are left');
    const keys: string[] = [];
    let plain = true;
    for (let i = 0; i < n; i += 1) {
      const key = this.readText();
      if (key === '__proto__') plain = false;
      keys.push(key);
    }
    const shape = { keys, plain };
    if (this.#shapes.length < shapesMax) this.#shapes.push(shape);
    return shape;
  }

  #knownShape(tag: number): Shape {
    const shape = this.#shapes[((tag & 0x07) << 8) | this.readByte()];
    if (shape === undefined) throw new PackedError('An object refers to a shape that is not there');
    return shape;
  }

  #readObject(shape: Shape): object {
    this.#deeper();
    const object: Record<string, unknown> = {};
    const keys = shape.keys;
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] as string;
      const value = this.readValue();
      if (shape.plain || key !== '__proto__') object[key] = value;
      else {
        Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    this.#depth -= 1;
    return object;
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > depthMax) throw new PackedError('The values are nested too deep');
  }

  /** Passes over bytes and says where they begin. */
  #skip(count: number): number {
    const from = this.#at;
    if (count > this.#end - from) throw new PackedError('The bytes end in the middle of a value');
    this.#at = from + count;
    return from;
  }
}

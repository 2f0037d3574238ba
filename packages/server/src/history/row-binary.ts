/**
 * Rows in ClickHouse's RowBinary: values one after the other, nothing between them. It is the form that both stores take
 * fastest, and exact: no number goes through a text.
 *
 * One writer for one table; the caller writes the columns of a row in their order.
 */

import type { HistoryTable } from './schema.ts';

const startBytes = 1 << 14;

export class RowBinaryWriter {
  #bytes: Buffer = Buffer.allocUnsafe(startBytes);
  #at = 0;
  #rows = 0;

  get rows(): number {
    return this.#rows;
  }

  get size(): number {
    return this.#at;
  }

  /** What was written; the writer is empty afterwards and may be used again. */
  take(): { readonly rows: number; readonly bytes: Buffer } {
    const taken = { rows: this.#rows, bytes: this.#bytes.subarray(0, this.#at) };
    this.#bytes = Buffer.allocUnsafe(startBytes);
    this.#at = 0;
    this.#rows = 0;
    return taken;
  }

  endRow(): void {
    this.#rows++;
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  bool(value: boolean): void {
    this.uint8(value ? 1 : 0);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeUInt32LE(value, this.#at);
  }

  /** A whole number up to 2^53, of either sign: Int64 and UInt64 alike. */
  int64(value: number): void {
    this.#reserve(8);
    const high = Math.floor(value / 2 ** 32);
    this.#bytes.writeUInt32LE(value - high * 2 ** 32, this.#at);
    this.#bytes.writeInt32LE(high, this.#at + 4);
    this.#at += 8;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#at = this.#bytes.writeDoubleLE(value, this.#at);
  }

  text(value: string): void {
    // A UTF-16 unit takes three bytes of UTF-8 at most.
    this.#reserve(10 + 3 * value.length);
    const length = Buffer.byteLength(value);
    this.#length(length);
    this.#at += this.#bytes.write(value, this.#at, 'utf8');
  }

  texts(values: readonly string[]): void {
    this.#reserve(10);
    this.#length(values.length);
    for (const value of values) this.text(value);
  }

  float64s(values: ArrayLike<number>): void {
    this.#reserve(10 + 8 * values.length);
    this.#length(values.length);
    for (let i = 0; i < values.length; i++) {
      this.#at = this.#bytes.writeDoubleLE(values[i] as number, this.#at);
    }
  }

  #length(length: number): void {
    let rest = length;
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

/** `profile UInt64, time Int64, …`: the columns of a table as a reader of RowBinary is told of them. */
export function rowStructure({ columns }: HistoryTable): string {
  return columns.map(({ name, type }) => `${name} ${type.replace(/ CODEC\(.*\)$/, '')}`).join(', ');
}

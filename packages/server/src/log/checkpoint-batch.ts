/**
 * Rows of a checkpoint on their way to the thread that writes them: one after the other in a few large buffers, which
 * change hands without being copied.
 *
 * A row is the length of its key (2 bytes), of its value plus one (4 bytes, 0 for a row that goes), the key behind the
 * byte `rowPrefix`, room for a checksum, and the value; so key and value can be put from where they lie.
 */

import type { Row } from './checkpoint-store.ts';

/** What stands before the keys of rows, so that other keys are free for what is not a row. */
export const rowPrefix = 1;
export const checksumBytes = 4;
/** Bytes of a row's key. */
const checkpointKeyBytesMax = 200;
const lengthsBytes = 6;
/** A slice is full with so many bytes or rows: it is packed without a pause for other work. */
const sliceBytes = 1 << 20;
const sliceRows = 2_000;

/** Packs rows into slices, each as it comes: nothing is kept of it but its bytes. */
export class RowPacker {
  #bytes: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(sliceBytes));
  #size = 0;
  #rows = 0;

  /** True when the slice is full. @throws RangeError for a key that is too long */
  add(row: Row): boolean {
    checkKey(row.key);
    const size = this.#size + packedBytes(row);
    if (size > this.#bytes.length) this.#grow(size);
    packRow(this.#bytes, this.#size, row);
    this.#size = size;
    this.#rows++;
    return this.#rows >= sliceRows || size >= sliceBytes;
  }

  /** What has been added since the last call; no bytes where nothing has. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(new ArrayBuffer(this.#size));
    bytes.set(this.#bytes.subarray(0, this.#size));
    this.#size = 0;
    this.#rows = 0;
    return bytes;
  }

  #grow(size: number): void {
    const larger = Buffer.from(new ArrayBuffer(Math.max(size, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }
}

export type PackedRow = {
  /** With its prefix. */
  readonly key: Buffer;
  /** With room for a checksum before it; undefined for a row that goes. */
  readonly value: Buffer | undefined;
};

/** The rows of a slice, as views of its bytes. */
export function unpackSlice(slice: Uint8Array): PackedRow[] {
  const bytes = Buffer.from(slice.buffer, slice.byteOffset, slice.length);
  const rows: PackedRow[] = [];
  for (let at = 0; at < bytes.length;) {
    const keyLength = bytes.readUInt16LE(at);
    const valueLength = bytes.readUInt32LE(at + 2) - 1;
    at += lengthsBytes;
    const key = bytes.subarray(at, at + keyLength);
    at += keyLength;
    const end = valueLength < 0 ? at : at + checksumBytes + valueLength;
    rows.push({ key, value: valueLength < 0 ? undefined : bytes.subarray(at, end) });
    at = end;
  }
  return rows;
}

/** @throws RangeError for a key that is too long */
export function checkKey(key: Uint8Array): void {
  if (key.length <= checkpointKeyBytesMax) return;
  throw new RangeError(`The key of a row has ${key.length} bytes, more than ${checkpointKeyBytesMax}`);
}

/** The key under which a row is kept. */
export function rowKey(key: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(key.length + 1);
  prefixed[0] = rowPrefix;
  prefixed.set(key, 1);
  return prefixed;
}

function packedBytes({ key, value }: Row): number {
  return lengthsBytes + 1 + key.length + (value === undefined ? 0 : checksumBytes + value.length);
}

function packRow(bytes: Buffer, from: number, { key, value }: Row): void {
  bytes.writeUInt16LE(key.length + 1, from);
  bytes.writeUInt32LE(value === undefined ? 0 : value.length + 1, from + 2);
  let at = from + lengthsBytes;
  bytes[at] = rowPrefix;
  bytes.set(key, at + 1);
  at += key.length + 1;
  if (value !== undefined) bytes.set(value, at + checksumBytes);
}

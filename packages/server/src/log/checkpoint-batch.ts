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

/** Packs rows into slices. */
export class RowPacker {
  readonly #rows: Row[] = [];
  #size = 0;

  /** True when the slice is full. @throws RangeError for a key that is too long */
  add(row: Row): boolean {
    checkKey(row.key);
    this.#rows.push(row);
    this.#size += packedBytes(row);
    return this.#rows.length >= sliceRows || this.#size >= sliceBytes;
  }

  /** What has been added since the last call; no bytes where nothing has. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = Buffer.from(new ArrayBuffer(this.#size));
    let at = 0;
    for (const row of this.#rows) at = packRow(bytes, at, row);
    this.#rows.length = 0;
    this.#size = 0;
    return bytes;
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

function packRow(bytes: Buffer, from: number, { key, value }: Row): number {
  bytes.writeUInt16LE(key.length + 1, from);
  bytes.writeUInt32LE(value === undefined ? 0 : value.length + 1, from + 2);
  let at = from + lengthsBytes;
  bytes[at] = rowPrefix;
  bytes.set(key, at + 1);
  at += key.length + 1;
  if (value === undefined) return at;
  bytes.set(value, at + checksumBytes);
  return at + checksumBytes + value.length;
}

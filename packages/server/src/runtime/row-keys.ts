/** Keys of checkpoint rows: a byte that says what the row is, then numbers of 32 bits, so that rows sort by number. */

export function numberKey(prefix: number, ...numbers: readonly number[]): Uint8Array {
  const key = new Uint8Array(1 + 4 * numbers.length);
  key[0] = prefix;
  setNumbers(key, ...numbers);
  return key;
}

/** Puts other numbers into a key. */
export function setNumbers(key: Uint8Array, ...numbers: readonly number[]): void {
  // Byte by byte: to ask so small an array for its buffer takes ten times as long as all of this.
  let at = 1;
  for (const n of numbers) {
    key[at] = n >>> 24;
    key[at + 1] = n >>> 16;
    key[at + 2] = n >>> 8;
    key[at + 3] = n;
    at += 4;
  }
}

/** The number at a place of a key. */
export function numberOfKey(key: Uint8Array, place: number): number {
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(1 + 4 * place);
}

/** From and to (exclusive) of all keys that begin with the prefix and, if given, the number. */
export function prefixRange(prefix: number, number?: number): readonly [Uint8Array, Uint8Array] {
  if (number === undefined) return [numberKey(prefix), numberKey(prefix + 1)];
  const from = numberKey(prefix, number);
  const to = number === 0xffff_ffff ? numberKey(prefix + 1) : numberKey(prefix, number + 1);
  return [from, to];
}

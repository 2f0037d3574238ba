/** What every checkpoint store asks of the rows that it is given. */

import type { Row } from './checkpoint-store.ts';

/** Bytes of a row's key. */
export const checkpointKeyBytesMax = 200;

/** The rows in the order of their keys. @throws RangeError for a key that is too long or comes twice */
export function checkRows(rows: readonly Row[]): readonly Row[] {
  const sorted = [...rows].sort((a, b) => Buffer.compare(a.key, b.key));
  let before: Uint8Array | undefined;
  for (const { key } of sorted) {
    if (key.length > checkpointKeyBytesMax) {
      throw new RangeError(`The key of a row has ${key.length} bytes, more than ${checkpointKeyBytesMax}`);
    }
    if (before !== undefined && Buffer.compare(before, key) === 0) {
      throw new RangeError(`A checkpoint has two rows with the key ${Buffer.from(key).toString('hex')}`);
    }
    before = key;
  }
  return sorted;
}

/** The order of a checkpoint's rows. */

/** A key as text of one character a byte, whose order is that of the bytes and quick to tell. */
function keyName(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

/** The rows in the order of their keys. @throws RangeError for a key that comes twice */
export function sortByKey<R extends { readonly key: Uint8Array }>(rows: readonly R[]): readonly R[] {
  const named = rows.map((row) => ({ name: keyName(row.key), row }));
  named.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (let i = 1; i < named.length; i += 1) {
    const name = named[i]?.name ?? '';
    if (name !== named[i - 1]?.name) continue;
    throw new RangeError(
      `Two rows of one checkpoint have the key ${Buffer.from(name, 'latin1').toString('hex')}`,
    );
  }
  return named.map(({ row }) => row);
}

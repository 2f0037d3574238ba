/** A process that writes checkpoint after checkpoint, each with its number in all rows, and says when one is complete. */

import { writeSync } from 'node:fs';
import { openLmdbCheckpointStore } from '../../src/log/lmdb-checkpoint-store.ts';

const store = await openLmdbCheckpointStore(process.argv[2] ?? '');
const first = store.head === undefined ? 0 : Number(Buffer.from(store.head).toString()) + 1;
for (let number = first; ; number += 1) {
  const value = Buffer.from(`${number}`);
  const rows = Array.from({ length: 500 }, (_, i) => ({ key: Buffer.from(`row ${i}`), value }));
  await store.write(rows, value);
  writeSync(1, `${number}\n`);
}

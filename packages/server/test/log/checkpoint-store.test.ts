import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmdbCheckpointStore } from '../../src/log/lmdb-checkpoint-store.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { describeCheckpointStore } from './checkpoint-conformance.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describeCheckpointStore('memory', () => ({
  open: () => Promise.resolve(createMemoryCheckpointStore()),
  outlivesClose: false,
}));

describeCheckpointStore('LMDB', () => {
  let path: string | undefined;
  return { open: () => openLmdbCheckpointStore((path ??= temporaryDirectory())), outlivesClose: true };
});

test('a row that has rotten on the disk is an error that says what to do, not another value', async () => {
  const path = temporaryDirectory();
  const store = await openLmdbCheckpointStore(path);
  await store.write(
    [{ key: Buffer.from('a'), value: Buffer.from('the quick brown fox') }],
    Buffer.from('head'),
  );
  await store.close();
  const file = join(path, 'data.mdb');
  writeFileSync(
    file,
    Buffer.from(readFileSync(file, 'latin1').replaceAll('quick brown', 'quack brown'), 'latin1'),
  );
  const rotten = await openLmdbCheckpointStore(path);
  expect(() => rotten.get(Buffer.from('a'))).toThrow(/damaged .* delete the checkpoint directory/);
  expect(() => [...rotten.read(Buffer.of(0), Buffer.of(255))]).toThrow(
    expect.objectContaining({ code: 'checkpoint/corrupt' }),
  );
  await rotten.clear();
  await rotten.close();
});

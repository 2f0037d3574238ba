import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
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

test('other work goes on while a large checkpoint is written, and readers see the one before', async () => {
  const store = await openLmdbCheckpointStore(temporaryDirectory());
  const value = new Uint8Array(100);
  const rows = Array.from({ length: 100_000 }, (_, i) => ({ key: Buffer.from(`${i}`), value }));
  await store.write([{ key: Buffer.from('7'), value: Buffer.from('old') }], Buffer.from('one'));
  const written = new AbortController();
  const writing = store.write(rows, Buffer.from('two')).then(() => {
    written.abort();
  });
  let turns = 0;
  let isThere = false;
  for (; !written.signal.aborted; turns += 1) {
    // The commit is there a moment before word of it comes from the other thread.
    const seen = store.get(Buffer.from('7'))!.length;
    expect(isThere ? [100] : [3, 100]).toContain(seen);
    isThere = seen === 100;
    await nextTurn();
  }
  await writing;
  expect(turns).toBeGreaterThan(10);
  expect(store.get(Buffer.from('7'))).toHaveLength(100);
  expect([...store.read(Buffer.of(0), Buffer.of(255))]).toHaveLength(100_000);
  await store.close();
});

test('a process that is killed while it writes a checkpoint leaves the one before, whole', async () => {
  const path = temporaryDirectory();
  const program = join(import.meta.dirname, 'checkpoint-endlessly.ts');
  let complete = -1;
  for (let round = 0; round < 5; round += 1) {
    const child = spawn(process.execPath, [program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (bytes: Buffer) => {
        complete = Math.max(complete, ...bytes.toString().trim().split('\n').map(Number));
        setTimeout(() => child.kill('SIGKILL'), Math.random() * 30);
      });
      child.once('close', () => {
        resolve();
      });
    });
    const store = await openLmdbCheckpointStore(path);
    const head = Number(Buffer.from(store.head!).toString());
    expect(head).toBeGreaterThanOrEqual(complete);
    const values = [...store.read(Buffer.of(0), Buffer.of(255))].map(({ value }) =>
      Buffer.from(value).toString(),
    );
    expect(values).toEqual(Array.from({ length: 500 }, () => `${head}`));
    await store.close();
  }
});

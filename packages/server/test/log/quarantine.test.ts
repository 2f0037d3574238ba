import { expect, test } from 'vitest';
import { openLmdbQuarantine, type LmdbQuarantine } from '../../src/log/lmdb-quarantine.ts';
import { createMemoryQuarantine } from '../../src/log/memory-quarantine.ts';
import { describeQuarantine } from './quarantine-conformance.ts';
import { temporaryDirectory } from './temporary-directory.ts';

describeQuarantine('memory', () => ({
  open: (options) => Promise.resolve(createMemoryQuarantine(options)),
  close: () => Promise.resolve(),
  outlivesClose: false,
}));

describeQuarantine('LMDB', () => {
  let path: string | undefined;
  return {
    open: (options) => openLmdbQuarantine((path ??= temporaryDirectory()), options),
    close: (quarantine) => (quarantine as LmdbQuarantine).close(),
    outlivesClose: true,
  };
});

test('rows of much text are bounded by their bytes', async () => {
  const quarantine = await openLmdbQuarantine(temporaryDirectory(), { bytesMax: 1_000_000 });
  const row = { at: 0, source: 'web', code: 'a/b', reason: '', raw: 'x'.repeat(60_000) };
  for (let n = 0; n < 5; n += 1) await quarantine.add(Array.from({ length: 10 }, () => row));
  expect(quarantine.list({ limit: 1_000 })).toHaveLength(16);
  expect(quarantine.counts()).toEqual(new Map([['a/b', 50]]));
  await quarantine.close();
});

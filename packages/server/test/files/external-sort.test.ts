import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ExternalSorter } from '../../src/ingest/files/external-sort.ts';
import { FileError } from '../../src/ingest/files/file-error.ts';

type Item = { readonly key: number; readonly text: string; readonly seq: number };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'segue-test-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function sorterOf(memoryBytes: number, runsMax: number): ExternalSorter<Item> {
  return new ExternalSorter<Item>({
    compare: (a, b) => a.key - b.key,
    write: (item) => JSON.stringify(item),
    read: (line) => JSON.parse(line) as Item,
    sizeOf: () => 1,
    memoryBytes,
    runsMax,
    folder,
  });
}

const items = fc
  .array(
    fc.record({ key: fc.integer({ min: 0, max: 20 }), text: fc.string({ unit: 'binary', maxLength: 20 }) }),
    { maxLength: 300 },
  )
  .map((list) => list.map((item, seq) => ({ ...item, seq })));

describe('sorting on disk', () => {
  it('gives what a stable sort in memory gives, whatever the chunk and the number of runs merged at once', () => {
    fc.assert(
      fc.property(
        items,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 2, max: 5 }),
        (list, memory, runs) => {
          const sorter = sorterOf(memory, runs);
          for (const item of list) sorter.add(item);
          const sorted = [...sorter.sorted()].flat();
          const expected = [...list].sort((a, b) => a.key - b.key);
          expect(sorted).toEqual(JSON.parse(JSON.stringify(expected)));
          expect(sorter.spilled).toBe(list.length > memory);
        },
      ),
      { numRuns: 150 },
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  it('reads back lines longer than its buffer', () => {
    const sorter = sorterOf(1, 2);
    const text = 'ü'.repeat(700_000);
    for (const key of [3, 1, 2]) sorter.add({ key, text, seq: key });
    const sorted = [...sorter.sorted()].flat();
    expect(sorted.map((item) => item.key)).toEqual([1, 2, 3]);
    expect(sorted.every((item) => item.text === text)).toBe(true);
  });

  it('removes its files when the reader leaves early', () => {
    const sorter = sorterOf(10, 4);
    for (let i = 0; i < 5_000; i++) sorter.add({ key: i % 7, text: 'x', seq: i });
    for (const batch of sorter.sorted()) {
      expect(batch.length).toBeGreaterThan(0);
      expect(readdirSync(folder)).toHaveLength(1);
      break;
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says what to do when there is no room for its files', () => {
    const sorter = new ExternalSorter<Item>({
      compare: (a, b) => a.key - b.key,
      write: (item) => JSON.stringify(item),
      read: (line) => JSON.parse(line) as Item,
      sizeOf: () => 1,
      memoryBytes: 1,
      folder: join(folder, 'not-there'),
    });
    sorter.add({ key: 1, text: '', seq: 1 });
    expect(() => {
      sorter.add({ key: 2, text: '', seq: 2 });
    }).toThrow(FileError);
    expect(existsSync(join(folder, 'not-there'))).toBe(false);
  });
});

/** What every checkpoint store does. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckpointStore, Row } from '../../src/log/checkpoint-store.ts';

export type CheckpointPlace = { open(): Promise<CheckpointStore>; readonly outlivesClose: boolean };

const first = Buffer.alloc(0);
const last = Buffer.alloc(200, 0xff);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function row(key: string, value: string | undefined): Row {
  return { key: bytes(key), value: value === undefined ? undefined : bytes(value) };
}

function all(store: CheckpointStore, from: Uint8Array = first, to: Uint8Array = last): [string, string][] {
  return [...store.read(from, to)].map(({ key, value }) => [
    Buffer.from(key).toString('latin1'),
    Buffer.from(value).toString('latin1'),
  ]);
}

export function describeCheckpointStore(name: string, makePlace: () => CheckpointPlace): void {
  async function opened(): Promise<CheckpointStore> {
    return await makePlace().open();
  }

  describe(`${name} as a checkpoint store`, () => {
    test('is empty at first', async () => {
      const store = await opened();
      expect(store.head).toBeUndefined();
      expect(store.get(bytes('a'))).toBeUndefined();
      expect(all(store)).toEqual([]);
      await store.close();
    });

    test('puts rows in place of the old, and takes rows away', async () => {
      const store = await opened();
      await store.write([row('b', '1'), row('a', '1'), row('c', '1')], bytes('one'));
      await store.write([row('b', '2'), row('a', undefined), row('never', undefined)], bytes('two'));
      expect(store.head).toEqual(bytes('two'));
      expect(all(store)).toEqual([
        ['b', '2'],
        ['c', '1'],
      ]);
      expect(store.get(bytes('a'))).toBeUndefined();
      expect(Buffer.from(store.get(bytes('b'))!).toString()).toBe('2');
      await store.close();
    });

    test('reads a range in the order of bytes, from included, to excluded', async () => {
      const store = await opened();
      const keys = [[0], [0, 0], [0, 255], [1], [127], [128], [255], [255, 255]].map((key) =>
        Uint8Array.from(key),
      );
      await store.write(
        [...keys].reverse().map((key) => ({ key, value: key })),
        first,
      );
      const read = (from: number[], to: number[]): number[][] =>
        [...store.read(Uint8Array.from(from), Uint8Array.from(to))].map(({ key }) => [...key]);
      expect(read([], [255, 255, 255])).toEqual(keys.map((key) => [...key]));
      expect(read([0, 0], [128])).toEqual([[0, 0], [0, 255], [1], [127]]);
      expect(read([2], [127])).toEqual([]);
      await store.close();
    });

    test('holds empty and large values, the empty and the longest key', async () => {
      const store = await opened();
      const large = Buffer.alloc(3_000_000, 7);
      const longest = Buffer.alloc(200, 1);
      await store.write(
        [
          { key: first, value: first },
          { key: longest, value: large },
        ],
        first,
      );
      expect(store.get(first)).toHaveLength(0);
      expect(Buffer.compare(store.get(longest)!, large)).toBe(0);
      expect(store.head).toHaveLength(0);
      await store.close();
    });

    test('is done with a row when it asks for the next, whose bytes may be the same', async () => {
      const store = await opened();
      const used = { key: new Uint8Array(1), value: new Uint8Array(2_000) };
      const rows = function* (): Generator<typeof used, void> {
        // More than are sent in one piece.
        for (let i = 0; i < 250; i++) {
          used.key.fill(i);
          used.value.fill(255 - i);
          yield used;
        }
      };
      await store.write(rows(), first);
      expect(all(store)).toHaveLength(250);
      for (const i of [0, 1, 100, 249]) {
        expect(store.get(Uint8Array.of(i))?.every((byte) => byte === 255 - i)).toBe(true);
      }
      await store.close();
    });

    test('takes a key twice, or too long a one, as a mistake, and changes nothing', async () => {
      const store = await opened();
      await expect(store.write([row('a', '1'), row('b', '1'), row('a', '2')], first)).rejects.toThrow(
        RangeError,
      );
      await expect(store.write([row('x'.repeat(201), '1')], first)).rejects.toThrow(RangeError);
      // Enough before it that part of the write is on its way.
      const many = Array.from({ length: 3 }, (_, i) => ({
        key: bytes(`${i}`),
        value: new Uint8Array(900_000),
      }));
      await expect(store.write([...many, row('x'.repeat(201), '1')], first)).rejects.toThrow(RangeError);
      expect(store.head).toBeUndefined();
      expect(all(store)).toEqual([]);
      await store.write([row('a', '1')], bytes('one'));
      expect(all(store)).toEqual([['a', '1']]);
      await store.close();
    });

    test('forgets everything when it is cleared, and goes on', async () => {
      const store = await opened();
      await store.write([row('a', '1')], bytes('one'));
      await store.clear();
      expect(store.head).toBeUndefined();
      expect(all(store)).toEqual([]);
      await store.write([row('b', '2')], bytes('two'));
      expect(all(store)).toEqual([['b', '2']]);
      await store.close();
    });

    test('keeps the order of writes that were called together', async () => {
      const store = await opened();
      const writes = Array.from({ length: 20 }, (_, i) => store.write([row('a', `${i}`)], bytes(`${i}`)));
      await Promise.all(writes);
      expect(all(store)).toEqual([['a', '19']]);
      expect(store.head).toEqual(bytes('19'));
      await store.close();
    });

    test('holds what a plain map would, whatever is written', async () => {
      const key = fc.uint8Array({ maxLength: 3, max: 3 });
      const value = fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined });
      const rows = fc.uniqueArray(fc.record({ key, value }), {
        maxLength: 20,
        selector: ({ key: k }) => k.join(),
      });
      const store = await opened();
      const expected = new Map<string, Uint8Array>();
      await fc.assert(
        fc.asyncProperty(rows, async (list) => {
          await store.write(list, first);
          for (const { key: k, value: v } of list) {
            if (v === undefined) expected.delete(k.join());
            else expected.set(k.join(), v);
          }
          const found = new Map(
            [...store.read(first, last)].map(({ key: k, value: v }) => [k.join(), Uint8Array.from(v)]),
          );
          expect(found).toEqual(expected);
        }),
        { numRuns: 30 },
      );
      await store.close();
    });

    test.runIf(makePlace().outlivesClose)(
      'holds the last write after it was closed and opened again',
      async () => {
        const place = makePlace();
        const before = await place.open();
        await before.write([row('a', '1'), row('b', '1')], bytes('one'));
        await before.close();
        const after = await place.open();
        expect(Uint8Array.from(after.head!)).toEqual(bytes('one'));
        expect(all(after)).toEqual([
          ['a', '1'],
          ['b', '1'],
        ]);
        await after.close();
      },
    );
  });
}

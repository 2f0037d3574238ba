import fc from 'fast-check';
import { expect, it } from 'vitest';

import { decodeRecord, encodeRecord, eventText, recordCount } from '../../src/feeds/feed-codec.ts';
import type { FeedStore } from '../../src/feeds/feed-store.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { LmdbEnvironment } from '../../src/log/lmdb-environment.ts';
import { anyEvents } from './events.ts';
import { plainEvents } from './plain-events.ts';
import { feedStoreConformance } from './feed-store-conformance.ts';
import { temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();
const folderOf = new Map<FeedStore, string>();

async function openIn(folder: string): Promise<FeedStore> {
  const store = await openLmdbFeedStore(folder, { mapBytes: 2 ** 26 });
  folderOf.set(store, folder);
  return store;
}

feedStoreConformance('in memory', () => Promise.resolve(new MemoryFeedStore()));
feedStoreConformance(
  'LMDB',
  async () => openIn(await newFolder()),
  async (store) => {
    await store.close();
    return openIn(folderOf.get(store)!);
  },
);

it('an event is the same to the byte after it was packed', () => {
  fc.assert(
    fc.property(anyEvents(), fc.nat(1e9), (events, first) => {
      const numbered = events.map((event, i) => ({ ...event, seq: first + i }));
      const record = encodeRecord(numbered);
      expect(decodeRecord(record, first)).toEqual(numbered);
      expect(decodeRecord(record, first).map(eventText)).toEqual(events.map(eventText));
    }),
  );
});

it('a record that is damaged is said to be, not read as something else', () => {
  const record = encodeRecord(plainEvents(0, 3));
  expect(() => recordCount(Buffer.from([9, 0, 0, 0, 1]))).toThrow(/cannot be read/u);
  expect(() => recordCount(Buffer.alloc(0))).toThrow(/cannot be read/u);
  expect(() => decodeRecord(record.subarray(0, record.length - 5), 0)).toThrow(/cannot be read/u);
});

it('what an older version kept is let go of, and numbers go on', async () => {
  const folder = await newFolder();
  const store = await openIn(folder);
  await store.append(plainEvents(0, 10));
  await store.close();
  const environment = new LmdbEnvironment(folder, { store: 'feed', mapBytes: 2 ** 26 });
  const older = encodeRecord(plainEvents(0, 10));
  older[0] = 1;
  await environment.commit((writes) => {
    writes.put(Buffer.from([1, 0, 0, 0, 0, 0, 0]), older);
    writes.put(Buffer.from([2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1]), Buffer.alloc(1));
  });
  await environment.close();
  const newer = await openIn(folder);
  expect([newer.first, newer.next, [...newer.read(0)]]).toEqual([10, 10, []]);
  await newer.append(plainEvents(10, 12));
  expect([...newer.read(0)]).toEqual(plainEvents(10, 12));
  await newer.close();
});

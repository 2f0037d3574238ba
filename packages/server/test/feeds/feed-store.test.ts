import fc from 'fast-check';
import { expect, it } from 'vitest';

import {
  decodeEvent,
  decodeRecord,
  encodeRecord,
  eventText,
  recordCount,
} from '../../src/feeds/feed-codec.ts';
import type { FeedStore } from '../../src/feeds/feed-store.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
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
  expect(() => decodeEvent(record.subarray(0, record.length - 5), 2, 0)).toThrow(/cannot be read/u);
});

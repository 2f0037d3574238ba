/** What every store of the feed must do. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { withoutNames } from '../../src/feeds/feed-codec.ts';
import type { FeedStore } from '../../src/feeds/feed-store.ts';
import { anyEvents } from './events.ts';
import { plainEvent, plainEvents } from './plain-events.ts';

/** `open` gives an empty store of its own each time; `reopen` closes one and opens it again, where it outlives that. */
export function feedStoreConformance(
  name: string,
  open: () => Promise<FeedStore>,
  reopen?: (store: FeedStore) => Promise<FeedStore>,
): void {
  describe(`a store of the feed: ${name}`, () => {
    it('is empty at first', async () => {
      const store = await open();
      expect([store.first, store.next, [...store.read(0)], store.get(0)]).toEqual([0, 0, [], undefined]);
      expect(store.ofProfile(1, { limit: 10 })).toEqual([]);
      await store.close();
    });

    it('gives back what was appended, from any number on, one by one and by customer', async () => {
      await fc.assert(
        fc.asyncProperty(anyEvents(), fc.array(fc.nat(8), { maxLength: 8 }), async (events, sizes) => {
          let store = await open();
          let written = 0;
          for (const size of [...sizes, events.length]) {
            await store.append(events.slice(written, written + size));
            written = Math.min(written + size, events.length);
            expect(store.next).toBe(written);
          }
          if (reopen !== undefined) store = await reopen(store);
          expect([store.first, store.next]).toEqual([0, events.length]);
          for (let from = 0; from <= events.length; from++) {
            expect([...store.read(from)]).toEqual(events.slice(from));
            expect(store.get(from)).toEqual(events[from]);
          }
          for (let profile = 0; profile <= 5; profile++) {
            const own = events.filter(({ customer }) => customer.profile === profile).reverse();
            expect(store.ofProfile(profile, { limit: 100 })).toEqual(own);
            expect(store.ofProfile(profile, { limit: 2 })).toEqual(own.slice(0, 2));
            const before = Math.floor(events.length / 2);
            expect(store.ofProfile(profile, { limit: 100, before })).toEqual(
              own.filter(({ seq }) => seq < before),
            );
          }
          await store.close();
        }),
        { numRuns: 25 },
      );
    });

    it('takes names out of events, of those that it has, and leaves everything else as it was', async () => {
      await fc.assert(
        fc.asyncProperty(
          anyEvents(),
          fc.array(fc.nat(40), { maxLength: 12 }),
          fc.nat(10),
          async (events, seqs, first) => {
            let store = await open();
            for (let i = 0; i < events.length; i += 3) await store.append(events.slice(i, i + 3));
            await store.trim(first);
            await store.takeNamesOut(seqs);
            if (reopen !== undefined) store = await reopen(store);
            const chosen = new Set(seqs);
            const expected = events.map((event) => (chosen.has(event.seq) ? withoutNames(event) : event));
            expect([...store.read(0)]).toEqual(expected.slice(store.first));
            expect(store.next).toBe(events.length);
            const own = expected.filter(({ customer, seq }) => customer.profile === 1 && seq >= store.first);
            expect(store.ofProfile(1, { limit: 100 })).toEqual(own.reverse());
            await store.close();
          },
        ),
        { numRuns: 25 },
      );
    });

    it('lets go of the oldest and keeps the rest', async () => {
      let store = await open();
      for (let seq = 0; seq < 100; seq += 10) await store.append(plainEvents(seq, seq + 10));
      await store.trim(40);
      expect([store.first, store.next]).toEqual([40, 100]);
      expect([...store.read(0)]).toEqual(plainEvents(40, 100));
      expect(store.get(39)).toBeUndefined();
      expect(store.ofProfile(1, { limit: 100 }).at(-1)).toEqual(plainEvent(43));
      await store.trim(1000);
      expect([store.first, store.next, [...store.read(0)]]).toEqual([100, 100, []]);
      if (reopen !== undefined) store = await reopen(store);
      expect([store.first, store.next]).toEqual([100, 100]);
      await store.append([plainEvent(100)]);
      expect([...store.read(0)]).toEqual([plainEvent(100)]);
      await store.close();
    });

    it('trims in the middle of what was written together without losing what is to stay', async () => {
      const store = await open();
      await store.append(plainEvents(0, 2000));
      await store.trim(1500);
      expect(store.first).toBeLessThanOrEqual(1500);
      expect([...store.read(1500)]).toEqual(plainEvents(1500, 2000));
      await store.close();
    });

    it('goes on reading where events are trimmed meanwhile', async () => {
      const store = await open();
      for (let seq = 0; seq < 30; seq += 10) await store.append(plainEvents(seq, seq + 10));
      const seen: number[] = [];
      for (const { seq } of store.read(0)) {
        if (seen.length === 0) await store.trim(20);
        seen.push(seq);
      }
      expect(seen.slice(-10)).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
      await store.close();
    });

    it('forgets everything and begins at another number', async () => {
      let store = await open();
      await store.append(plainEvents(0, 50));
      await store.restart(7);
      expect([store.first, store.next, [...store.read(0)]]).toEqual([7, 7, []]);
      expect(store.ofProfile(1, { limit: 10 })).toEqual([]);
      await store.append(plainEvents(7, 12));
      if (reopen !== undefined) store = await reopen(store);
      expect([store.first, [...store.read(0)]]).toEqual([7, plainEvents(7, 12)]);
      await store.close();
    });
  });
}

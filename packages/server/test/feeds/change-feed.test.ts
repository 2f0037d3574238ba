import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ChangeFeed, type ChangeFeedOptions, type FeedFault } from '../../src/feeds/change-feed.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import type { FeedStore } from '../../src/feeds/feed-store.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { plainEvent, plainEvents, start } from './plain-events.ts';
import { temporaryFolders } from './folders.ts';

const newFolder = temporaryFolders();

function feedOn(
  store: FeedStore,
  more: Partial<ChangeFeedOptions> = {},
): { feed: ChangeFeed; faults: FeedFault[] } {
  const faults: FeedFault[] = [];
  const feed = new ChangeFeed({
    store,
    now: () => start,
    onFault: (fault) => faults.push(fault),
    writeAfterMs: 0,
    ...more,
  });
  return { feed, faults };
}

/** A store whose appends wait until they are let through. */
class HeldStore extends MemoryFeedStore {
  #release: () => void = () => undefined;
  #held: Promise<void>;

  constructor() {
    super();
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#release();
  }

  override async append(events: readonly FeedEvent[]): Promise<void> {
    await this.#held;
    await super.append(events);
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('publishing', () => {
  it('tells subscribers at once, in order, until they stop', () => {
    const { feed } = feedOn(new MemoryFeedStore());
    const told: number[] = [];
    const stop = feed.subscribe((events) => told.push(...Array.from(events, ({ seq }) => seq)));
    feed.publish(plainEvents(0, 3));
    expect(told).toEqual([0, 1, 2]);
    feed.publish(plainEvents(3, 4));
    stop();
    feed.publish(plainEvents(4, 9));
    expect(told).toEqual([0, 1, 2, 3]);
  });

  it('goes on where one subscriber throws', () => {
    const { feed, faults } = feedOn(new MemoryFeedStore());
    const told: number[] = [];
    feed.subscribe(() => {
      throw new Error('no');
    });
    feed.subscribe((events) => told.push(events.length));
    feed.publish(plainEvents(0, 2));
    expect(told).toEqual([2]);
    expect(faults).toMatchObject([{ kind: 'subscriber' }]);
  });

  it('shows events that are not durable yet, and says which are', async () => {
    const store = new HeldStore();
    const { feed } = feedOn(store);
    feed.publish(plainEvents(0, 10));
    expect([...feed.read(4)]).toEqual(plainEvents(4, 10));
    expect(feed.ofProfile(3, { limit: 5 })).toEqual([plainEvent(3)]);
    expect([feed.durableThrough, feed.next]).toEqual([-1, 10]);
    store.release();
    await feed.flush();
    expect(feed.durableThrough).toBe(9);
    expect([...store.read(0)]).toEqual(plainEvents(0, 10));
  });

  it('writes when there is enough for a write; the few that come meanwhile wait for more', async () => {
    const store = new HeldStore();
    const parts: number[] = [];
    const append = store.append.bind(store);
    store.append = async (events) => {
      await append(events);
      parts.push(events.length);
    };
    const { feed } = feedOn(store, { writeAfterMs: 3_600_000 });
    feed.publish(plainEvents(0, 499));
    await turns();
    feed.publish(plainEvents(499, 500));
    await turns();
    feed.publish(plainEvents(500, 503));
    store.release();
    await turns();
    expect(parts).toEqual([500]);
    expect(feed.durableThrough).toBe(499);
    feed.publish(plainEvents(503, 1_000));
    await turns();
    expect(parts).toEqual([500, 500]);
    feed.publish(plainEvents(1_000, 1_001));
    await feed.flush();
    expect(parts).toEqual([500, 500, 1]);
    await feed.close();
  });

  it('puts writes off while something more urgent is done, until somebody waits for them', async () => {
    const store = new MemoryFeedStore();
    const { feed } = feedOn(store);
    let isBusy = true;
    feed.giveWayTo(() => isBusy);
    feed.publish(plainEvents(0, 10));
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve));
    expect([store.next, feed.next, [...feed.read(0)]]).toEqual([0, 10, plainEvents(0, 10)]);
    await feed.flush();
    expect(store.next).toBe(10);
    feed.publish(plainEvents(10, 12));
    isBusy = false;
    while (store.next < 12) await new Promise((resolve) => setImmediate(resolve));
    isBusy = true;
    feed.publish(plainEvents(12, 200_050));
    while (store.next < 100) await new Promise((resolve) => setImmediate(resolve));
    await feed.close();
  });

  it('says that its store has failed, and flush does too', async () => {
    class Broken extends MemoryFeedStore {
      override append(): Promise<void> {
        return Promise.reject(new Error('disk full'));
      }
    }
    const { feed } = feedOn(new Broken());
    feed.publish(plainEvents(0, 1));
    await expect(feed.flush()).rejects.toThrow('disk full');
    expect((await feed.failed).message).toBe('disk full');
    expect([...feed.read(0)]).toEqual(plainEvents(0, 1));
  });
});

describe('after a restart', () => {
  it('a replay adds nothing that is kept, and tells nobody twice', async () => {
    const store = new MemoryFeedStore();
    await store.append(plainEvents(0, 10));
    const { feed, faults } = feedOn(store);
    const told: number[] = [];
    feed.subscribe((events) => told.push(...Array.from(events, ({ seq }) => seq)));
    feed.publish(plainEvents(4, 8));
    feed.publish(plainEvents(8, 13));
    feed.replayed(13);
    await feed.flush();
    expect(told).toEqual([10, 11, 12]);
    expect([...store.read(0)]).toEqual(plainEvents(0, 13));
    expect(faults).toEqual([]);
  });

  it('a replay that says something else is reported, and the first stays', async () => {
    const store = new MemoryFeedStore();
    await store.append(plainEvents(0, 3));
    const { feed, faults } = feedOn(store);
    const other = plainEvent(1, { at: start + 999 });
    feed.publish([plainEvent(0), other, plainEvent(2), plainEvent(3)]);
    expect(faults).toEqual([{ kind: 'diverged', kept: plainEvent(1), published: other }]);
    expect([...feed.read(0)]).toEqual(plainEvents(0, 4));
  });

  it('a store that was deleted leaves a gap, and numbers go on', async () => {
    const store = new MemoryFeedStore();
    const { feed, faults } = feedOn(store);
    feed.publish(plainEvents(50, 53));
    expect([feed.first, feed.next, [...feed.read(0)]]).toEqual([50, 53, plainEvents(50, 53)]);
    await feed.flush();
    expect([store.first, [...store.read(0)]]).toEqual([50, plainEvents(50, 53)]);
    expect(faults).toEqual([{ kind: 'hole', from: 0, to: 50 }]);
  });

  it('a store that lagged behind the checkpoint leaves a gap even if nothing follows', async () => {
    const store = new MemoryFeedStore();
    await store.append(plainEvents(0, 10));
    const { feed, faults } = feedOn(store);
    feed.replayed(20);
    expect([feed.first, feed.next, [...feed.read(0)]]).toEqual([20, 20, []]);
    await feed.flush();
    expect([store.first, store.next]).toEqual([20, 20]);
    expect(faults).toEqual([{ kind: 'hole', from: 10, to: 20 }]);
  });

  it('what an older log that was put back does not know is forgotten', async () => {
    const store = new MemoryFeedStore();
    await store.append(plainEvents(0, 10));
    const { feed, faults } = feedOn(store);
    feed.publish(plainEvents(4, 6));
    feed.replayed(6);
    expect(faults).toEqual([{ kind: 'ahead', next: 6, known: 10 }]);
    feed.publish([plainEvent(6, { at: start + 1 })]);
    await feed.flush();
    expect([...feed.read(0)]).toEqual([plainEvent(6, { at: start + 1 })]);
    expect([...store.read(0)]).toEqual([plainEvent(6, { at: start + 1 })]);
  });
});

it('a write under way when the feed begins elsewhere does not count for what follows', async () => {
  const store = new HeldStore();
  const { feed } = feedOn(store);
  feed.publish(plainEvents(0, 4));
  await Promise.resolve();
  await Promise.resolve();
  feed.replayed(10);
  feed.publish(plainEvents(10, 14));
  expect(feed.durableThrough).toBe(9);
  store.release();
  await feed.flush();
  expect([feed.durableThrough, [...store.read(0)]]).toEqual([13, plainEvents(10, 14)]);
});

describe('keeping', () => {
  it('lets go of what is too old or too much', async () => {
    const store = new MemoryFeedStore();
    const events = plainEvents(0, 100);
    const now = start + 99_000;
    const { feed } = feedOn(store, { now: () => now, keepMs: 29_000 });
    feed.publish(events);
    await feed.trim();
    expect([feed.first, [...feed.read(0)]]).toEqual([70, plainEvents(70, 100)]);

    const fewer = feedOn(store, { now: () => now, keepEventsMax: 10 }).feed;
    await fewer.trim();
    expect(store.first).toBe(90);
  });

  it('reads across memory and store, whatever has been forgotten, trimmed or is still to be written', async () => {
    const folder = await newFolder();
    const store = await openLmdbFeedStore(folder, { mapBytes: 2 ** 26 });
    const { feed, faults } = feedOn(store, { keepEventsMax: 200 });
    let published = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.nat(300),
        fc.constantFrom('flush', 'trim', 'turn', 'nothing'),
        async (count, back, then) => {
          feed.publish(plainEvents(published, published + count));
          published += count;
          const from = Math.max(published - back, 0);
          const reading = feed.read(from)[Symbol.iterator]();
          const firstRead = reading.next();
          if (then === 'flush') await feed.flush();
          if (then === 'trim') await feed.trim();
          if (then === 'turn') await new Promise((resolve) => setImmediate(resolve));
          const rest =
            firstRead.done === true ? [] : [firstRead.value, ...{ [Symbol.iterator]: () => reading }];
          const seqs = rest.map(({ seq }) => seq);
          // In order, to the end, nothing twice; a jump only where events were let go.
          expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
          expect(new Set(seqs).size).toBe(seqs.length);
          expect(seqs.at(-1) ?? published - 1).toBe(published - 1);
          const kept = seqs.filter((seq) => seq >= feed.first);
          expect(kept).toEqual(plainEvents(Math.max(from, feed.first), published).map(({ seq }) => seq));
          for (const event of rest) expect(event).toEqual(plainEvent(event.seq));
        },
      ),
      { numRuns: 150 },
    );
    expect(faults).toEqual([]);
    const own = plainEvents(feed.first, published).filter(({ customer }) => customer.profile === 2);
    expect(feed.ofProfile(2, { limit: 1000 })).toEqual(own.reverse());
    await feed.close();
  });
});

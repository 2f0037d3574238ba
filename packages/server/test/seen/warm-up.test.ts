/** The list of event names before anybody asks: only when there is nothing else to do, and when it is worth it. */

import { afterEach, describe, expect, test } from 'vitest';

import { HistoryError } from '../../src/history/history-store.ts';
import type { History, HistoryStatus } from '../../src/history/history-process.ts';
import { SeenDesk } from '../../src/seen/seen-desk.ts';
import { WarmUp } from '../../src/seen/warm-up.ts';

const hourMs = 3_600_000;

/** A store of so many entries, of which it is known how often it was asked. */
class Store {
  asked = 0;
  isAway = false;
  now = 0;
  utilization = 0.01;
  position = 10_000_000;
  state: HistoryStatus['state'] = 'running';
  lagMs = 0;
  readonly desk: SeenDesk;
  readonly warmUp: WarmUp;

  constructor() {
    const history: Pick<History, 'query' | 'status'> = {
      query: () => {
        this.asked++;
        if (this.isAway) return Promise.reject(new HistoryError('history/unavailable', 'away'));
        return Promise.resolve({ columns: [], rows: [['track', 'Order', this.asked, 1, 5, 0]] });
      },
      status: () => ({
        state: this.state,
        reached: { position: this.position, seq: 0, at: 7 },
        behindEntries: 0,
        lagMs: this.lagMs,
        restarts: 0,
      }),
    };
    this.desk = new SeenDesk({ history: history as History, now: () => this.now });
    this.warmUp = new WarmUp({ desk: this.desk, history, utilization: () => this.utilization });
  }

  async looks(times: number): Promise<number> {
    for (let i = 0; i < times; i++) await this.warmUp.look();
    return this.asked;
  }
}

describe('what is taken before anybody asks', () => {
  let store: Store;
  afterEach(() => {
    store.warmUp.close();
  });

  test('is there for the first who asks, and is taken once', async () => {
    store = new Store();
    expect(await store.looks(1)).toBe(0);
    expect(await store.looks(1)).toBe(1);
    expect(await store.looks(10)).toBe(1);
    const { value } = await store.desk.events();
    expect(value.map(({ name }) => name)).toEqual(['Order']);
    expect(store.asked).toBe(1);
  });

  test('waits while there is load, or the store is behind, and begins to wait anew', async () => {
    store = new Store();
    store.utilization = 0.5;
    expect(await store.looks(5)).toBe(0);
    store.utilization = 0.01;
    expect(await store.looks(1)).toBe(0);
    store.lagMs = 60_000;
    expect(await store.looks(5)).toBe(0);
    store.lagMs = 0;
    store.state = 'rebuilding';
    expect(await store.looks(5)).toBe(0);
    store.state = 'running';
    expect(await store.looks(1)).toBe(0);
    expect(await store.looks(1)).toBe(1);
  });

  test('is not taken where there is little, so that nobody is given a list from before all came', async () => {
    store = new Store();
    store.position = 1_000;
    expect(await store.looks(10)).toBe(0);
    store.position = 300_000;
    expect(await store.looks(2)).toBe(1);
  });

  test('is taken anew when it is long out of date, but not when somebody has just had it taken', async () => {
    store = new Store();
    expect(await store.looks(2)).toBe(1);
    store.now += hourMs + 1;
    store.position += 5;
    expect(await store.looks(2)).toBe(2);
    expect((await store.desk.events()).value[0]?.events).toBe(2);
    store.now += hourMs / 2;
    expect(await store.looks(4)).toBe(2);
  });

  test('is tried a few times, and then no more', async () => {
    store = new Store();
    store.isAway = true;
    await store.looks(20);
    expect(store.asked).toBe(3);
    store.isAway = false;
    // Whoever asks is answered all the same.
    expect((await store.desk.events()).value).toHaveLength(1);
  });
});

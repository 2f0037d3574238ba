/** Which properties get a column of their own, when, and what whoever asks is told of them. */

import { describe, expect, test } from 'vitest';

import type { HistoryStore, QueryRows } from '../../src/history/history-store.ts';
import { propertyColumnsMax, PropertyKeeper } from '../../src/history/property-columns.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { Rig, start } from './rig.ts';
import { shop } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;

/** A store that finds these names, and is asked no more than that. */
class Found implements Pick<HistoryStore, 'properties' | 'query' | 'addProperties'> {
  properties = new Map<string, string>();
  looks = 0;
  names: readonly string[];

  constructor(names: readonly string[]) {
    this.names = names;
  }

  query(): Promise<QueryRows> {
    this.looks++;
    return Promise.resolve({ columns: [], rows: this.names.map((name) => [name]) });
  }

  addProperties(names: readonly string[]): Promise<void> {
    this.properties = new Map([...this.properties, ...names.map((name) => [name, `of ${name}`] as const)]);
    return Promise.resolve();
  }
}

describe('properties that events often have', () => {
  test('are looked for as the store doubles, and only so many get a column', async () => {
    const store = new Found(['a', 'b']);
    let told = 0;
    const keeper = new PropertyKeeper(store as unknown as HistoryStore, () => told++);
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    keeper.reached(49_999);
    expect(store.looks).toBe(0);
    keeper.reached(50_000);
    keeper.reached(500_000);
    await settle();
    expect([store.looks, told, [...store.properties.keys()]]).toEqual([1, 1, ['a', 'b']]);
    keeper.reached(99_999);
    await settle();
    expect(store.looks).toBe(1);
    store.names = ['b', ...Array.from({ length: 2 * propertyColumnsMax }, (_, i) => `more ${i}`)];
    keeper.reached(100_000);
    await settle();
    expect([store.looks, told, store.properties.size]).toEqual([2, 2, propertyColumnsMax]);
    keeper.reached(10_000_000);
    await settle();
    expect([store.looks, told, store.properties.size]).toEqual([3, 2, propertyColumnsMax]);
  });

  test('are none where the look fails, until the next one', async () => {
    const store = new Found(['a']);
    const query = store.query.bind(store);
    store.query = () => Promise.reject(new Error('away'));
    const keeper = new PropertyKeeper(store as unknown as HistoryStore, () => undefined);
    keeper.reached(50_000);
    await new Promise((resolve) => setImmediate(resolve));
    store.query = query;
    keeper.reached(100_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect([...store.properties.keys()]).toEqual(['a']);
  });
});

describe.skipIf(whyNoChdb !== undefined)(`columns of properties in a running store${skipped}`, () => {
  test('come by themselves for what is short and frequent, and are told to whoever compiles queries', async () => {
    const rig = await Rig.open(temporaryDirectory());
    await rig.submit([shop]);
    const count = 50_000;
    for (let first = 0; first < count; first += 5_000) {
      await rig.take(
        Array.from({ length: 5_000 }, (_, i) => {
          const n = first + i;
          return {
            kind: 'track' as const,
            messageId: `p${n}`,
            time: start - n,
            identifiers: [{ kind: 'user_id', value: `u${n % 100}` }],
            name: 'Looked',
            properties: {
              price: n / 100,
              "odd 'name'": 'x',
              text: 'long '.repeat(30),
              ...(n % 1_000 === 0 ? { rare: true } : {}),
            },
            traits: {},
          };
        }),
      );
    }
    await rig.caughtUp();
    while (rig.history.properties.size === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect([...rig.history.properties.keys()]).toEqual(["odd 'name'", 'price']);
    const [odd = '', price = ''] = rig.history.properties.values();
    expect(
      await rig.rows(
        `SELECT count(), countIf(${price} = JSONExtractRaw(properties, 'price')), uniqExact(${odd}) FROM events WHERE name = 'Looked'`,
      ),
    ).toEqual([[count, count, 1]]);
    await rig.killHistory();
    while (rig.history.status().state !== 'running') await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rig.history.properties.size).toBe(2);
    await rig.close();
  });
});

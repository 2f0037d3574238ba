/** History follows the log through whatever happens to its process, to the service, and to its own files. */

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../log/temporary-directory.ts';
import { expectHistory } from './recount.ts';
import { Rig, start } from './rig.ts';
import { buys, shop } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;

/** Sales of a few weeks, with what becomes of customers when they stop. */
async function live(rig: Rig, first: number, count: number): Promise<void> {
  await rig.passTime(rig.clock.now() + 9 * dayMs);
  const now = rig.clock.now();
  const messages = buys(first, count, now - count * 60_000);
  for (let i = 0; i < messages.length; i += 40) await rig.take(messages.slice(i, i + 40));
  await rig.passTime(now + 2 * hourMs);
  await rig.submit([{ kind: 'tick' }]);
}

describe.skipIf(whyNoChdb !== undefined)(`the process of the history store${skipped}`, () => {
  test('has what was taken, under whom it belongs to, with every change', async () => {
    const rig = await Rig.open(temporaryDirectory());
    await rig.submit([shop]);
    for (let i = 0; i < 5; i++) await live(rig, 200 * i, 200);
    await rig.caughtUp();
    await expectHistory(rig);
    expect(rig.ended).toEqual([]);
    await rig.close();
  });

  test('gets more at a time while the service has much to do, and at once what somebody waits for', async () => {
    let asked = 0;
    const busy = (): (() => boolean) => () => {
      asked++;
      return true;
    };
    const rig = await Rig.open(temporaryDirectory(), start, { busy });
    await rig.submit([shop]);
    await rig.caughtUp();
    asked = 0;
    await live(rig, 0, 100);
    const { position } = rig.runtime.customers;
    while (rig.history.status().behindEntries > 0) await new Promise(setImmediate);
    // Nobody waited for it: it was held back, and came all the same.
    expect(asked).toBeGreaterThan(0);
    expect(await rig.history.caughtUp(position, 0)).toBe(true);
    await live(rig, 100, 100);
    asked = 0;
    const waited = rig.caughtUp();
    expect(rig.history.status().behindEntries).toBeGreaterThan(0);
    await waited;
    expect(asked).toBe(0);
    await expectHistory(rig);
    await rig.close();
  });

  test('misses nothing and has nothing twice after it was killed twenty times while messages came', async () => {
    const rig = await Rig.open(temporaryDirectory(), start, { retryMsMax: 100 });
    await rig.submit([shop]);
    for (let i = 0; i < 20; i++) {
      await live(rig, 100 * i, 100);
      // In the middle of opening, of writing, or between two batches.
      await new Promise((resolve) => {
        setTimeout(resolve, (i * 67) % 600);
      });
      await rig.killHistory();
    }
    await rig.caughtUp();
    await expectHistory(rig);
    expect(rig.ended.length).toBe(20);
    await rig.close();
  });

  test('goes on where it was after the service was killed, without replaying the log', async () => {
    const directory = temporaryDirectory();
    let rig = await Rig.open(directory);
    await rig.submit([shop]);
    await live(rig, 0, 300);
    await rig.caughtUp();
    await rig.runtime.checkpoint();
    await live(rig, 300, 200);
    await rig.abandon();
    rig = await Rig.open(directory, rig.clock.now());
    await live(rig, 500, 100);
    await rig.caughtUp();
    await expectHistory(rig);
    expect(rig.rebuilds).toBe(0);
    await rig.close();
  });

  test('catches up from what checkpoints kept when it was away for days', async () => {
    const directory = temporaryDirectory();
    const away = join(directory, 'away.mjs');
    writeFileSync(away, 'throw new Error("no room left on the disk");');
    let rig = await Rig.open(directory, start, { main: pathToFileURL(away) });
    await rig.submit([shop]);
    for (let i = 0; i < 4; i++) {
      await live(rig, 150 * i, 150);
      await rig.runtime.checkpoint();
    }
    // Everything else went on.
    expect(rig.runtime.customers.position).toBeGreaterThan(600);
    expect(rig.history.status()).toMatchObject({ state: expect.stringMatching(/down|starting/u) as string });
    expect(rig.history.status().behindEntries).toBe(rig.runtime.customers.position);
    expect(rig.history.status().lagMs).toBeGreaterThan(20 * dayMs);
    await expect(rig.rows('SELECT 1')).rejects.toMatchObject({ code: 'history/unavailable' });
    await rig.abandon();
    rig = await Rig.open(directory, rig.clock.now());
    await rig.caughtUp();
    await expectHistory(rig);
    expect(rig.rebuilds).toBe(0);
    expect(rig.history.status()).toMatchObject({ state: 'running', behindEntries: 0, lagMs: 0 });
    await rig.close();
  });

  test('makes everything again from the log when its files are gone, and when it is told to', async () => {
    const directory = temporaryDirectory();
    let rig = await Rig.open(directory);
    await rig.submit([shop]);
    for (let i = 0; i < 4; i++) {
      await live(rig, 200 * i, 200);
      await rig.caughtUp();
    }
    const tables = [
      'messages',
      'trait_facts',
      'membership_changes',
      'merges FINAL',
      'population_versions FINAL',
    ];
    const all = async (): Promise<unknown[]> =>
      Promise.all(tables.map((table) => rig.rows(`SELECT * FROM ${table} ORDER BY ALL`)));
    const before = await all();
    expect(before.every((rows) => (rows as unknown[]).length > 0)).toBe(true);
    await rig.close();
    rmSync(join(directory, 'history'), { recursive: true });
    rig = await Rig.open(directory, rig.clock.now());
    await rig.caughtUp();
    expect(rig.rebuilds).toBe(1);
    expect(await all()).toEqual(before);
    await live(rig, 800, 100);
    await rig.caughtUp();
    await expectHistory(rig);

    await live(rig, 900, 100);
    rig.history.rebuild();
    await rig.caughtUp();
    await expectHistory(rig);
    expect(rig.rebuilds).toBe(2);
    await rig.close();
  });

  test('makes everything again when it is told to while it is away, and whoever waits waits for that', async () => {
    const rig = await Rig.open(temporaryDirectory());
    await rig.submit([shop]);
    await live(rig, 0, 200);
    await rig.caughtUp();
    const counted = 'SELECT count() FROM messages';
    const all = await rig.rows(counted);
    // Nobody would notice otherwise that nothing was emptied.
    await rig.rows("DELETE FROM messages WHERE name = 'Order Completed'");
    expect(await rig.rows(counted)).not.toEqual(all);
    await rig.killHistory();
    rig.history.rebuild();
    expect(rig.history.status()).toMatchObject({ behindEntries: rig.runtime.customers.position });
    await rig.caughtUp();
    expect(await rig.rows(counted)).toEqual(all);
    await expectHistory(rig);
    await rig.close();
  });

  test('shows nothing of who was erased', async () => {
    const rig = await Rig.open(temporaryDirectory());
    await rig.submit([shop]);
    await live(rig, 0, 400);
    const id = rig.runtime.engine.findProfile('u7');
    await rig.submit([{ kind: 'erase', customer: { kind: 'user_id', value: 'u7' } }]);
    await rig.caughtUp();
    for (const table of ['messages', 'trait_facts', 'profile_names', 'membership_changes', 'profile_facts']) {
      expect(await rig.rows(`SELECT count() FROM ${table} WHERE profile = ${id}`), table).toEqual([[0]]);
    }
    await rig.close();
  });

  test('stops a query that takes too long, too much, or is no longer wanted, and goes on', async () => {
    const rig = await Rig.open(temporaryDirectory());
    await rig.submit([shop]);
    await rig.caughtUp();
    const slow = 'SELECT sum(cityHash64(number)) FROM numbers(100000000000)';
    await expect(rig.history.query(slow, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'history/timeout',
    });
    const large = 'SELECT groupArray(number) FROM numbers(100000000000)';
    await expect(rig.history.query(large, { memoryBytes: 2 ** 24 })).rejects.toMatchObject({
      code: 'history/memory',
    });
    const cancel = new AbortController();
    const asked = rig.history.query(slow, { signal: cancel.signal });
    setTimeout(() => {
      cancel.abort();
    }, 100);
    await expect(asked).rejects.toMatchObject({ code: 'history/cancelled' });
    await expect(rig.history.query('SELECT nonsense')).rejects.toMatchObject({ code: 'history/failed' });
    let pieces = 0;
    for await (const _ of rig.history.stream('SELECT number FROM numbers(100000000)', 'JSONEachRow')) {
      if (++pieces === 3) break;
    }
    expect(await rig.rows('SELECT 1')).toEqual([[1]]);
    expect(rig.ended).toEqual([]);
    await rig.close();
  });
});

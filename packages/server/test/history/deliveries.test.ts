/** What became of deliveries to webhooks stays in history when the service has let go of it. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { DeliveryWrite } from '../../src/feeds/delivery-store.ts';
import { openLmdbDeliveryStore } from '../../src/feeds/lmdb-delivery-store.ts';
import { exportCountQuery, exportQuery, type ExportRequest } from '../../src/history/export.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { Rig, start } from './rig.ts';
import { buys, shop } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;
const dayMs = 86_400_000;

function attempt(endpoint: string, n: number, more: object = {}): DeliveryWrite {
  const record = {
    kind: 'attempt',
    at: start + n,
    reason: 'change',
    webhookId: `${endpoint}-${n}`,
    type: 'segment.entered',
    seq: n,
    attempt: 1,
    outcome: 'delivered',
    durationMs: 12.5,
    status: 200,
    answer: 'thank you, ann@example.com',
  } as const;
  return { kind: 'attempt', endpoint, attempt: { ...record, ...more } };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50));
}

describe.skipIf(whyNoChdb !== undefined)(`deliveries in history${skipped}`, () => {
  test('are all there, once, after restarts, rebuilds and erasures, without what receivers said', async () => {
    const directory = temporaryDirectory();
    const store = await openLmdbDeliveryStore(join(directory, 'deliveries'));
    let rig = await Rig.open(directory);
    await rig.submit([shop]);
    await rig.take(buys(0, 300, start - 3 * dayMs));
    const { next } = rig.runtime.feed;
    expect(next).toBeGreaterThan(20);
    await store.write(Array.from({ length: 700 }, (_, n) => attempt('a', n)));
    await store.write([
      attempt('b', 3, { status: 500, outcome: 'retrying' }),
      attempt('b', 3, { failure: 'timeout', status: undefined, attempt: 2, outcome: 'given_up' }),
      { kind: 'attempt', endpoint: 'b', attempt: { kind: 'missed', at: start + 9, from: 5, to: 8 } },
      attempt('b', 10, { seq: undefined, reason: 'test' }),
    ]);
    const counts =
      'SELECT endpoint, count(), uniqExact(attempt_id) FROM deliveries FINAL GROUP BY endpoint ORDER BY endpoint';
    const has = (counted: unknown) => async () =>
      JSON.stringify(await rig.rows(counts).catch(() => [])) === JSON.stringify(counted);
    await until(
      has([
        ['a', 700, 700],
        ['b', 4, 4],
      ]),
    );
    expect(
      await rig.rows(
        "SELECT seq, reason, attempt, status, http_status, failure FROM deliveries FINAL WHERE endpoint = 'b' ORDER BY attempt_id",
      ),
    ).toEqual([
      [3, 'change', 1, 'retrying', 500, ''],
      [3, 'change', 2, 'given_up', 0, 'timeout'],
      [5, 'missed', 0, 'missed', 0, ''],
      [-1, 'test', 1, 'delivered', 200, ''],
    ]);
    await rig.killHistory();
    // The store itself keeps a thousand of each.
    for (let from = 700; from < 3_000; from += 500) {
      await store.write(Array.from({ length: 500 }, (_, n) => attempt('a', from + n)));
      await until(
        has([
          ['a', from + 500, from + 500],
          ['b', 4, 4],
        ]),
      );
    }
    await rig.close();
    rig = await Rig.open(directory, rig.clock.now());
    await rig.caughtUp();
    rig.history.rebuild();
    await rig.caughtUp();
    await until(
      has([
        ['a', 3_200, 3_200],
        ['b', 4, 4],
      ]),
    );

    const request: ExportRequest = { kind: 'deliveries', endpoint: 'b', from: start, to: start + dayMs };
    expect(await rig.rows(exportCountQuery(request))).toEqual([[4]]);
    const first = [...rig.runtime.feed.read(3)][0];
    const whose = async (): Promise<unknown> =>
      (await rig.rows(exportQuery(request, 'ndjson', true))).map((row) => row[1]);
    const named =
      first?.customer.identifiers.find(({ kind }) => kind === 'user_id') ?? first?.customer.identifiers[0];
    if (named === undefined) throw new Error('nobody');
    const now = rig.runtime.engine.findProfile(named);
    expect(await whose()).toEqual([now, now, null, null]);
    expect(JSON.stringify(await rig.rows('SELECT * FROM deliveries LIMIT 10'))).not.toContain('thank you');
    await rig.submit([{ kind: 'erase', customer: named }]);
    await rig.caughtUp();
    expect(await whose()).toEqual([null, null, null, null]);
    await rig.close();
    await store.close();
  });
});

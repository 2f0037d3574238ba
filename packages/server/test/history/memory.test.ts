/** The process of the store keeps to the memory that it is given, whatever it is asked. */

import { readdirSync, readFileSync } from 'node:fs';
import { pid } from 'node:process';

import { describe, expect, test } from 'vitest';

import { temporaryDirectory } from '../log/temporary-directory.ts';
import { buys, shop } from './shop.ts';
import { Rig, start } from './rig.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const mebibyte = 2 ** 20;
const storeMemoryBytes = 384 * mebibyte;
/** The library itself, the language and answers on their way: about 450 MiB, and something for chance. */
const besideBytes = 550 * mebibyte;
const isLinux = process.platform === 'linux';
const skipped = whyNoChdb ?? (isLinux ? undefined : 'there is no /proc');
const title = skipped === undefined ? '' : ` (skipped: ${skipped})`;

/** The most that the process of the store has had in memory; this process has started no other. */
function peakBytes(): number {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').map(Number),
  );
  const peaks = children.map((child) =>
    child === 0 ? 0 : Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child}/status`, 'utf8'))?.[1]),
  );
  return Math.max(...peaks) * 1024;
}

/** Each needs more than there is: one large value, a hash table, a sort, a join, an answer as large as what it is made of. */
const greedy: Readonly<Record<string, string>> = {
  'one value': 'SELECT length(groupArray(number)) FROM numbers(10000000000)',
  'a set': 'SELECT uniqExact(number) FROM numbers(10000000000)',
  'a join':
    'SELECT count() FROM (SELECT number AS a FROM numbers(1000000000)) AS l INNER JOIN (SELECT number AS a, toString(number) AS b FROM numbers(1000000000)) AS r USING (a) WHERE length(b) > 1',
  'an answer': 'SELECT number, toString(number) FROM numbers(1000000000)',
};

describe.skipIf(skipped !== undefined)(`the memory of the history store${title}`, () => {
  test('is bounded by the setting: a question that wants more is refused, and everything else goes on', async () => {
    const rig = await Rig.open(temporaryDirectory(), start, { storeMemoryBytes });
    await rig.submit([shop]);
    await rig.take(buys(0, 200, start - 1));
    await rig.caughtUp();
    const limits = { memoryBytes: storeMemoryBytes / 2 };
    for (const [what, sql] of Object.entries(greedy)) {
      await expect(rig.history.query(sql, limits), what).rejects.toMatchObject({
        code: 'history/memory',
        message: expect.stringContaining('history.memory') as string,
      });
      expect(await rig.rows('SELECT 1'), what).toEqual([[1]]);
    }
    // Two at once, each of which might take everything: together they may not.
    const both = await Promise.allSettled(
      ['one value', 'a set'].map((what) =>
        rig.history.query(greedy[what] ?? '', { memoryBytes: storeMemoryBytes }),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    // Messages are taken and found as before, by the same process.
    await rig.take(buys(200, 200, start));
    await rig.caughtUp();
    expect(await rig.rows('SELECT count() FROM messages')).toEqual([[400]]);
    expect(rig.ended).toEqual([]);
    const peak = peakBytes();
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(storeMemoryBytes + besideBytes);
    await rig.close();
  });
});

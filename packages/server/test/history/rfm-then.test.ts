/** An RFM model in the past, held against the engine at the instants at which its populations are taken. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';
import { listDefinitions } from '@segue/core/model/listed-definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { rfmMembersThen, rfmThen } from '../../src/history/rfm-then.ts';
import { PopulationDesk } from '../../src/preview/population-desk.ts';
import type { RfmChoice, RfmTable } from '../../src/preview/rfm-table.ts';
import { ownedDirectory } from './owned-directory.ts';
import { Rig, start } from './rig.ts';
import { buys } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const dayMs = 86_400_000;
const { definitions } = parseDefinitions({
  segments: { best: { rule: 'rfm(group) = "champions"' } },
  rfm: { default: { purchase: '"Order Completed"', value: 'total', window: 'last 60d' } },
});
const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;

describe.skipIf(whyNoChdb !== undefined)(`RFM in the past${skipped}`, () => {
  const directory = ownedDirectory();
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.open(directory.path);
    await rig.submit([
      {
        kind: 'definitions',
        definitions: listDefinitions(definitions),
        revision: 1,
        author: 'test',
        reason: '',
      },
    ]);
  });
  afterAll(async () => {
    await rig.close();
    directory.remove();
  });

  test('the table of then is the engine’s of then', async () => {
    const { engine, sets } = rig.runtime.customers;
    const desk = new PopulationDesk({
      engine,
      sets,
      now: () => rig.runtime.customers.now(),
      atRest: (work) => rig.runtime.loop.atRest(work),
      closed: () => undefined,
      submit: (entries) => rig.submit(entries),
    });
    const tables: Awaited<ReturnType<PopulationDesk['rfmTable']>>[] = [];
    for (let i = 0; i < 2; i++) {
      await rig.passTime(rig.clock.now() + 10 * dayMs);
      await rig.take(buys(80 * i, 80, rig.clock.now() - 8 * dayMs));
      await rig.passTime(rig.clock.now() + 1_000);
      await desk.refresh();
      tables.push(await desk.rfmTable('default', new AbortController().signal));
      await rig.passTime(rig.clock.now() + 1_000);
    }
    await rig.caughtUp();
    // By what is known now: those of the last day are the engine's own; before, customers may have merged since.
    const last = tables.at(-1)!;
    const found = await rfmThen(
      { history: rig.history },
      { zone: new Zone('Europe/Berlin'), definitions },
      'default',
      last.at,
    );
    const { measuredAt, ...table } = last;
    expect(found.ok && found.value).toEqual(table);
    expect(measuredAt).toBe(last.at);
    expect(last.cells.length).toBeGreaterThan(6);
    const first = tables[0]!;
    const then = await rfmThen(
      { history: rig.history },
      { zone: new Zone('Europe/Berlin'), definitions },
      'default',
      first.at,
    );
    const scored = (table: RfmTable): number => table.cells.reduce((sum, { size }) => sum + size, 0);
    const mergedSince = Number((await rig.rows('SELECT count() FROM merges FINAL'))[0]?.[0]);
    if (!then.ok) throw new Error(then.error.message);
    expect(scored(then.value)).toBeLessThanOrEqual(scored(first));
    expect(scored(then.value)).toBeGreaterThanOrEqual(scored(first) - mergedSince);
  });

  test('who is in a cell or a group are as many as it says, page by page, each in one only', async () => {
    const of = { zone: new Zone('Europe/Berlin'), definitions };
    const at = rig.clock.now();
    const table = await rfmThen({ history: rig.history }, of, 'default', at);
    if (!table.ok) throw new Error(table.error.message);
    const everybody = async (choice: RfmChoice): Promise<{ size: number; members: number[] }> => {
      const members: number[] = [];
      for (let after = -1, size = 0; ;) {
        const page = { after, limit: 7 };
        const found = await rfmMembersThen({ history: rig.history }, of, 'default', at, choice, page);
        if (!found.ok) throw new Error(found.error.message);
        if (after === -1) ({ size } = found.value);
        members.push(...found.value.members);
        after = members.at(-1) ?? -1;
        if (found.value.members.length < page.limit) return { size, members };
      }
    };
    const { cells, groups } = table.value;
    const seen: number[] = [];
    for (const { size, ...scores } of cells) {
      const found = await everybody(scores);
      expect([scores, found.size, found.members.length]).toEqual([scores, size, size]);
      seen.push(...found.members);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect((await everybody({})).members).toEqual(seen.toSorted((a, b) => a - b));
    for (const { group, size } of groups) {
      const found = await everybody({ group });
      expect([group, found.members.length]).toEqual([group, size]);
    }
  });

  test('before anybody bought there is nobody in it', async () => {
    const then = await rfmThen(
      { history: rig.history },
      { zone: new Zone('Europe/Berlin'), definitions },
      'default',
      start - 400 * dayMs,
    );
    expect(then).toEqual({ ok: true, value: expect.objectContaining({ cells: [], none: 0 }) as unknown });
  });
});

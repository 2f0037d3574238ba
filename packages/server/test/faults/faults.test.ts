/**
 * The faults of the whole service, in short: `npm run test:faults` is the long form. What this machine does not allow is
 * skipped with the reason in its name. They run side by side, as each waits for processes of its own.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { jumpClock } from './clock-jumps.ts';
import { diskErrorName, failDisk, type DiskError } from './disk-errors.ts';
import { canMount, fillDisk, mountNote } from './full-disk.ts';
import { withHostileClients } from './hostile-clients.ts';
import { killRounds } from './kill-rounds.ts';
import { cutPower, namesAtRisk } from './power-cuts.ts';
import { canTrace, traceNote } from './strace.ts';
import { killAtPoints } from './system-calls.ts';
import { foundWorkspace, makeDirectory, removeDirectory, type Workspace } from './workspace.ts';

const rounds = 6;
const diskError: DiskError = { store: 'log', call: 'fdatasync', error: 'EIO', when: '4' };

let template: Workspace;
beforeAll(async () => {
  template = await foundWorkspace(makeDirectory());
});
afterAll(() => {
  removeDirectory(template.data);
});

describe.concurrent('the whole service', () => {
  test(`killed with -9, ${rounds} times over, has all that it acknowledged, once, under the same numbers`, async () => {
    const tally = await killRounds({ rounds, seed: Date.now() });
    expect(tally.faults).toEqual([]);
    expect(tally.rounds).toBe(rounds);
    expect(tally.acknowledged).toBeGreaterThan(0);
    expect(tally.changes).toBeGreaterThan(0);
  });

  test.runIf(canTrace)(
    `killed before a page is written or a file synced, starts again with all that it acknowledged${traceNote}`,
    async () => {
      const tally = await killAtPoints(template, [
        { call: 'pwrite64', file: 'log/data.mdb', n: 10 },
        { call: 'fdatasync', file: 'feed/data.mdb', n: 2 },
      ]);
      expect(tally.faults).toEqual([]);
      expect(tally.killed).toBeGreaterThan(0);
      expect(tally.acknowledged).toBeGreaterThan(0);
    },
  );

  test.runIf(canTrace)(
    `after ${diskErrorName(diskError)}, acknowledges nothing any more, ends, and starts again with all that it had${traceNote}`,
    async () => {
      const { faults, acknowledged } = await failDisk(template, diskError);
      expect(faults).toEqual([]);
      expect(acknowledged).toBeGreaterThan(0);
    },
  );

  test.runIf(canMount)(
    `closes its doors before the disk is full, and opens them when there is room${mountNote}`,
    async () => {
      const { faults, acknowledged } = await fillDisk(template);
      expect(faults).toEqual([]);
      expect(acknowledged).toBeGreaterThan(0);
    },
  );

  test.runIf(canTrace)(`has all that it acknowledged after a power cut${traceNote}`, async () => {
    const tally = await cutPower(template, { images: 20, seed: Date.now(), startEach: 20 });
    expect(tally.faults).toEqual([]);
    expect(tally.acknowledged).toBeGreaterThan(0);
  });

  test.runIf(canTrace)(`sees to it that the names of its files are on the disk${traceNote}`, async () => {
    expect(await namesAtRisk()).toEqual([]);
  });

  test('serves a good client among slow, broken and malicious ones, of whom none gets a 500', async () => {
    const tally = await withHostileClients(template, { clientsOfAKind: 2, silent: 200, seed: Date.now() });
    expect(tally.faults).toEqual([]);
    expect(tally.acknowledged).toBeGreaterThan(0);
  });

  test('brings each due change once, and none early, while its clock is set an hour forth and back', async () => {
    const { faults, timed } = await jumpClock(template);
    expect(faults).toEqual([]);
    expect(timed).toBeGreaterThan(0);
  });
});

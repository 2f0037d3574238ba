import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';

import type { LogEntry } from '../../src/log/entry.ts';
import type { Log } from '../../src/log/log.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { Activity, readKept } from '../../src/overview/activity.ts';
import { ActivityKeeper } from '../../src/overview/activity-keeper.ts';
import { Overview } from '../../src/overview/overview.ts';
import { message } from '../log/entries.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const noon = Date.UTC(2026, 2, 10, 12);
const berlin = new Zone('Europe/Berlin');

/** Messages of a source; they happened when they came, or at `time`. */
const from = (source: string, n = 1, time = Date.UTC(2100, 0)): readonly LogEntry[] =>
  Array.from({ length: n }, (_, i): LogEntry => {
    const entry = message(i);
    if (entry.kind !== 'message') throw new Error('expected a message');
    return { ...entry, source, message: { ...entry.message, time } };
  });

describe('activity', () => {
  it('counts messages by minute, source and day of the workspace', () => {
    const activity = new Activity(berlin);
    // 23:30 of the day before, in Berlin.
    activity.take({ at: Date.UTC(2026, 2, 9, 22, 30), entries: from('web', 5) });
    activity.take({ at: Date.UTC(2026, 2, 9, 23, 30), entries: from('web', 2) });
    activity.take({
      at: noon,
      entries: [...from('web', 3), { kind: 'tick' }, ...from('till'), ...from('web')],
    });
    activity.take({ at: noon + 1, entries: [{ kind: 'tick' }] });
    const now = activity.at(noon + 2 * minute);
    expect(now.day).toBe(Date.UTC(2026, 2, 9, 23));
    expect(now.today).toBe(7);
    expect(now.sources).toEqual([
      { name: 'till', today: 1, lastAt: noon, isSilent: false },
      { name: 'web', today: 6, lastAt: noon, isSilent: false },
    ]);
    expect(now.minutes).toHaveLength(61);
    expect(now.from).toBe(noon - 58 * minute);
    expect(now.minutes.slice(-4)).toEqual([0, 5, 0, 0]);
    expect(activity.at(noon + day)).toMatchObject({ today: 0, minutes: Array(61).fill(0) });
  });

  it('forgets minutes that nobody can ask for any more', () => {
    const activity = new Activity(berlin);
    for (let i = 0; i < 5_000; i++) activity.take({ at: noon + i * minute, entries: from('web') });
    expect(activity.kept(0).minutes.length).toBeLessThan(200);
    expect(activity.at(noon + 4_999 * minute).minutes).toEqual(Array(61).fill(1));
  });

  it('keeps no more sources than it may, and lets the silent ones go', () => {
    const activity = new Activity(berlin);
    for (let i = 0; i < 1_200; i++) activity.take({ at: noon + i, entries: from(`s${i}`) });
    const { sources } = activity.at(noon + 1_200);
    expect(sources).toHaveLength(1_000);
    expect(sources.some(({ name }) => name === 's199')).toBe(false);
    expect(sources.some(({ name }) => name === 's200')).toBe(true);
  });

  it('calls a source silent when it is so for twice its longest pause, and not at night', () => {
    const silent = (activity: Activity, at: number): boolean[] =>
      activity.at(at).sources.map(({ isSilent }) => isSilent);
    const shop = new Activity(berlin);
    // From 8 to 20 o'clock, a message every ten minutes, for ten days.
    for (let d = 0; d < 10; d++) {
      for (let m = 0; m <= 12 * 60; m += 10) {
        shop.take({ at: noon + d * day + m * minute, entries: from('web') });
      }
    }
    const last = noon + 9 * day + 12 * hour;
    expect(silent(shop, last + 12 * hour)).toEqual([false]);
    expect(silent(shop, last + 24 * hour - 1)).toEqual([false]);
    expect(silent(shop, last + 24 * hour)).toEqual([true]);

    const busy = new Activity(berlin);
    for (let m = 0; m <= 2 * 24 * 60; m++) busy.take({ at: noon + m * minute, entries: from('app') });
    expect(silent(busy, noon + 2 * day + 15 * minute - 1)).toEqual([false]);
    expect(silent(busy, noon + 2 * day + 15 * minute)).toEqual([true]);

    const fresh = new Activity(berlin);
    fresh.take({ at: noon, entries: from('once') });
    expect(silent(fresh, noon + day - 1)).toEqual([false]);
    expect(silent(fresh, noon + day)).toEqual([true]);
  });

  it('does not wait for more of a file, which has an end, but for a sender of each day’s orders', () => {
    const activity = new Activity(berlin);
    for (let m = 0; m < 30; m++) {
      activity.take({ at: noon + m * minute, entries: from('file', 100, noon - (300 - m) * day) });
      activity.take({ at: noon + m * minute, entries: from('late till', 1, noon - 40 * hour) });
    }
    const silent = (at: number): unknown =>
      activity.at(at).sources.map(({ name, isSilent }) => [name, isSilent]);
    expect(silent(noon + 9 * day)).toEqual([
      ['file', false],
      ['late till', true],
    ]);
    // The same name sends as things happen.
    activity.take({ at: noon + 10 * day, entries: from('file', 1, noon - 300 * day) });
    activity.take({ at: noon + 10 * day, entries: from('file', 1, noon + 10 * day) });
    expect(silent(noon + 40 * day)).toEqual([
      ['file', true],
      ['late till', true],
    ]);
  });

  it('is waited for of those only who can send', async () => {
    const activity = new Activity(berlin);
    activity.take({ at: noon, entries: [...from('web'), ...from('withdrawn'), ...from('import')] });
    const overview = new Overview({
      now: () => noon + 9 * day,
      activity,
      senders: () => new Set(['web', 'till']),
      customers: () => 0,
      segments: () => 0,
      quarantine: { counts: () => new Map(), list: () => [] },
      webhooks: { list: () => Promise.resolve([]) },
      history: undefined,
      building: () => undefined,
      closed: () => undefined,
    });
    const { sources } = await overview.now();
    expect(sources.map(({ name, silent }) => [name, silent])).toEqual([
      ['import', false],
      ['web', true],
      ['withdrawn', false],
    ]);
  });

  it('is the same after it was kept and read', () => {
    const activity = new Activity(berlin);
    for (let i = 0; i < 300; i++) {
      activity.take({ at: noon + i * 7 * minute, entries: from(`s${i % 3}`, i % 4) });
    }
    const kept = readKept(JSON.stringify(activity.kept(7)));
    expect(kept?.position).toBe(7);
    const again = new Activity(berlin, kept);
    const then = noon + 300 * 7 * minute;
    expect(again.at(then)).toEqual(activity.at(then));
    for (const each of [activity, again]) each.take({ at: then, entries: from('s1') });
    expect(again.at(then)).toEqual(activity.at(then));
  });

  it('does not believe a file that is not of its form', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{"format":1}',
      '{"format":2,"position":1,"minutes":[],"sources":[{}]}',
    ]) {
      expect(readKept(text)).toBeUndefined();
    }
  });
});

describe('activity beside a log', () => {
  let folder: string;
  let log: Log;
  const faults: unknown[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'segue-activity-'));
    log = createMemoryLog();
    faults.length = 0;
  });
  afterEach(async () => {
    await log.close();
    rmSync(folder, { recursive: true });
  });
  const open = (file = join(folder, 'activity.json')): Promise<ActivityKeeper> =>
    ActivityKeeper.open({ log, zone: berlin, file, onFault: (error) => faults.push(error) }, log.next);
  const append = async (keeper: ActivityKeeper | undefined, at: number, n: number): Promise<void> => {
    const entries = from('web', n);
    const position = await log.append(entries, at);
    keeper?.take({ position, at, entries });
  };
  const today = (keeper: ActivityKeeper): number => keeper.activity.at(noon + hour).today;

  it('counts what came before it, what it was not there for, and nothing twice', async () => {
    await append(undefined, noon, 3);
    const first = await open();
    expect(await first.caughtUp).toBe(true);
    expect(today(first)).toBe(3);
    await append(first, noon + 1, 2);
    await first.stop();
    const second = await open();
    await second.caughtUp;
    expect(today(second)).toBe(5);
    await append(second, noon + 2, 4);
    // Killed here: what came after the last writing is in the log.
    const third = await open();
    await third.caughtUp;
    expect(today(third)).toBe(9);
    await third.stop();
    expect(today(await open())).toBe(9);
  });

  it('begins anew where the file is damaged, or of a longer log', async () => {
    await append(undefined, noon, 3);
    const file = join(folder, 'activity.json');
    writeFileSync(file, 'garbage');
    const first = await open();
    await first.caughtUp;
    expect(today(first)).toBe(3);
    await first.stop();
    writeFileSync(file, readFileSync(file, 'utf8').replace('"position":3', '"position":300'));
    const second = await open();
    await second.caughtUp;
    expect(today(second)).toBe(3);
  });

  it('goes on where the file cannot be written, and says so once', async () => {
    const keeper = await open(join(folder, 'no', 'such', 'folder.json'));
    await append(keeper, noon, 1);
    await keeper.stop();
    await append(keeper, noon, 1);
    await keeper.stop();
    expect(faults).toHaveLength(1);
    expect(today(keeper)).toBe(2);
  });
});

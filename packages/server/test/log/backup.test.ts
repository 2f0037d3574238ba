import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { backUp, restoreBackup } from '../../src/log/backup.ts';
import { openDataDirectory, type DataDirectory } from '../../src/log/data-directory.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { openLmdbQuarantine } from '../../src/log/lmdb-quarantine.ts';
import type { Log } from '../../src/log/log.ts';
import type { DeliveryWrite } from '../../src/feeds/delivery-store.ts';
import { openLmdbDeliveryStore } from '../../src/feeds/lmdb-delivery-store.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { plainEvent, plainEvents } from '../feeds/plain-events.ts';
import { messages } from './entries.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const now = 1_760_000_000_000;
const refused = { at: now, source: 'web', code: 'message/shape', reason: 'no object', raw: '[]' };

type Running = { readonly directory: DataDirectory; readonly log: Log; close(): Promise<void> };

const waiting: Extract<DeliveryWrite, { kind: 'delivery' }> = {
  kind: 'delivery',
  endpoint: 'wh_1',
  delivery: { event: plainEvent(20), replay: false, attempts: 2, failingSince: now, nextAt: now + 5 },
};
const changes = plainEvents(0, 30);

/** A data directory in use, with 100 records, a quarantined row, a catalog, changes and a delivery that waits. */
async function running(path: string): Promise<Running> {
  const directory = await openDataDirectory(path);
  const log = await openLmdbLog(directory.paths.log);
  const quarantine = await openLmdbQuarantine(directory.paths.quarantine);
  await quarantine.add([refused]);
  const feed = await openLmdbFeedStore(directory.paths.feed);
  await feed.append(changes);
  const deliveries = await openLmdbDeliveryStore(directory.paths.deliveries);
  await deliveries.write([waiting, { kind: 'progress', endpoint: 'wh_1', progress: { position: 21 } }]);
  writeFileSync(directory.paths.workspace, '{"timeZone":"Asia/Kolkata"}\n');
  const catalog = new DatabaseSync(directory.paths.catalog);
  catalog.exec(
    "PRAGMA journal_mode = WAL; CREATE TABLE users (name TEXT); INSERT INTO users VALUES ('asha')",
  );
  const appends = Array.from({ length: 100 }, (_, i) => log.append(messages(log.next, 10), now + i));
  await Promise.all(appends);
  return {
    directory,
    log,
    close: async () => {
      await log.close();
      await quarantine.close();
      await feed.close();
      await deliveries.close();
      catalog.close();
      await directory.close();
    },
  };
}

describe('a backup', () => {
  test('taken while appends go on holds all that was acknowledged before, in order, and nothing else', async () => {
    const place = temporaryDirectory();
    const data = join(place, 'data');
    const source = await running(data);
    const stop = new AbortController();
    let acknowledged = source.log.next;
    const appending = (async () => {
      for (let i = 0; !stop.signal.aborted; i += 1) {
        await source.log.append(messages(source.log.next, 50), now + 100 + i);
        acknowledged = source.log.next;
      }
    })();
    const before = acknowledged;
    const report = await backUp(data, join(place, 'backup'), now);
    stop.abort();
    await appending;
    expect(report.log.entries).toBeGreaterThanOrEqual(before);
    expect(report.log.firstAt).toBe(now);

    const restored = join(place, 'restored');
    await restoreBackup(join(place, 'backup'), restored);
    const directory = await openDataDirectory(restored);
    const log = await openLmdbLog(directory.paths.log);
    const copied = [...log.read(0)];
    expect(copied).toEqual([...source.log.read(0)].slice(0, copied.length));
    expect(log.next).toBe(report.log.entries);
    expect(await log.append(messages(0, 1), now + 1e6)).toBe(report.log.entries);
    const quarantine = await openLmdbQuarantine(directory.paths.quarantine);
    expect(quarantine.list({ limit: 10 })).toEqual([{ ...refused, id: 0 }]);
    expect(quarantine.counts()).toEqual(new Map([['message/shape', 1]]));
    const catalog = new DatabaseSync(directory.paths.catalog);
    expect(catalog.prepare('SELECT name FROM users').all()).toEqual([{ name: 'asha' }]);
    catalog.close();
    const feed = await openLmdbFeedStore(directory.paths.feed);
    expect([...feed.read(0)]).toEqual(changes);
    await feed.close();
    const deliveries = await openLmdbDeliveryStore(directory.paths.deliveries);
    expect(deliveries.load()).toEqual([
      { endpoint: 'wh_1', progress: { position: 21 }, deliveries: [waiting.delivery] },
    ]);
    await deliveries.close();
    expect(readFileSync(directory.paths.workspace, 'utf8')).toContain('Asia/Kolkata');
    await log.close();
    await quarantine.close();
    await directory.close();

    // The copying went through the same environment: the source still writes.
    expect(await source.log.append(messages(0, 1), now + 1e6)).toBe(acknowledged);
    await source.close();
  });

  test('of a data directory that nothing runs on, without catalog and quarantine, is one too', async () => {
    const place = temporaryDirectory();
    const directory = await openDataDirectory(join(place, 'data'));
    const log = await openLmdbLog(directory.paths.log);
    await log.append(messages(0, 3), now);
    await log.close();
    await directory.close();
    const report = await backUp(join(place, 'data'), join(place, 'backup'), now);
    expect(report.files.map(({ name }) => name)).toEqual(['log/data.mdb']);
    expect(readdirSync(join(place, 'backup')).sort()).toEqual(['backup.json', 'log']);
    const restored = await restoreBackup(join(place, 'backup'), join(place, 'restored'));
    expect(restored.log).toEqual({ records: 1, entries: 3, firstAt: now, lastAt: now });
  });

  test('is not made of what is no data directory, nor into the data directory or over something else', async () => {
    const place = temporaryDirectory();
    await expect(backUp(join(place, 'none'), join(place, 'backup'), now)).rejects.toMatchObject({
      code: 'data/unusable',
    });
    expect(existsSync(join(place, 'none'))).toBe(false);
    const source = await running(join(place, 'data'));
    await expect(backUp(join(place, 'data'), join(place, 'data', 'backup'), now)).rejects.toMatchObject({
      code: 'backup/target-in-use',
    });
    mkdirSync(join(place, 'full'));
    writeFileSync(join(place, 'full', 'letter.txt'), 'dear');
    await expect(backUp(join(place, 'data'), join(place, 'full'), now)).rejects.toMatchObject({
      code: 'backup/target-in-use',
    });
    expect(readdirSync(join(place, 'full'))).toEqual(['letter.txt']);
    await source.close();
  });

  test('of a log that is damaged is not made, and says where', async () => {
    const place = temporaryDirectory();
    const data = join(place, 'data');
    const source = await running(data);
    await source.close();
    damage(join(data, 'log', 'data.mdb'));
    await expect(backUp(data, join(place, 'backup'), now)).rejects.toMatchObject({
      code: 'log/corrupt',
      message: expect.stringMatching(/position \d+/) as string,
    });
    expect(readdirSync(join(place, 'backup'))).toEqual([]);
  });
});

describe('a restore', () => {
  async function backedUp(): Promise<{ readonly backup: string; readonly target: string }> {
    const place = temporaryDirectory();
    const source = await running(join(place, 'data'));
    await backUp(join(place, 'data'), join(place, 'backup'), now);
    await source.close();
    return { backup: join(place, 'backup'), target: join(place, 'restored') };
  }

  test('overwrites nothing', async () => {
    const { backup, target } = await backedUp();
    await restoreBackup(backup, target);
    await expect(restoreBackup(backup, target)).rejects.toMatchObject({ code: 'backup/target-in-use' });
    const foreign = temporaryDirectory();
    writeFileSync(join(foreign, 'letter.txt'), 'dear');
    await expect(restoreBackup(backup, foreign)).rejects.toMatchObject({ code: 'data/foreign' });
    expect(readdirSync(foreign)).toEqual(['letter.txt']);
  });

  test.each<[string, (backup: string) => void, string]>([
    [
      'is not finished',
      (backup) => {
        rmSync(join(backup, 'backup.json'));
      },
      'backup/not-a-backup',
    ],
    [
      'lacks a file',
      (backup) => {
        rmSync(join(backup, 'log', 'data.mdb'));
      },
      'backup/incomplete',
    ],
    [
      'has grown',
      (backup) => {
        appendFileSync(join(backup, 'catalog.sqlite'), 'x');
      },
      'backup/incomplete',
    ],
    [
      'has rotten',
      (backup) => {
        damage(join(backup, 'log', 'data.mdb'));
      },
      'backup/incomplete',
    ],
    [
      'is of a newer version',
      (backup) => {
        edit(backup, '"format": 2', '"format": 3');
      },
      'backup/newer-format',
    ],
    [
      'names a file elsewhere',
      (backup) => {
        edit(backup, 'log/data.mdb', '../../etc/passwd');
      },
      'backup/not-a-backup',
    ],
    [
      'is another thing',
      (backup) => {
        writeFileSync(join(backup, 'backup.json'), '[]');
      },
      'backup/not-a-backup',
    ],
  ])('refuses a backup that %s, and makes nothing', async (_, spoil, code) => {
    const { backup, target } = await backedUp();
    spoil(backup);
    await expect(restoreBackup(backup, target)).rejects.toMatchObject({ code });
    expect(existsSync(target)).toBe(false);
  });

  test('takes a backup of before changes and deliveries were part of it', async () => {
    const { backup, target } = await backedUp();
    edit(backup, '"format": 2', '"format": 1');
    const { log } = await restoreBackup(backup, target);
    expect(log.entries).toBe(1_000);
  });

  test('that was cut short is not taken for a data directory', async () => {
    const target = temporaryDirectory();
    writeFileSync(join(target, 'restore-unfinished'), '');
    mkdirSync(join(target, 'log'));
    await expect(openDataDirectory(target)).rejects.toMatchObject({
      code: 'data/unusable',
      message: expect.stringMatching(/restore .* did not finish/) as string,
    });
  });
});

/** Other bytes in the middle of an entry. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  bytes.write('XX', bytes.indexOf('message-55') + 2);
  writeFileSync(file, bytes);
}

function edit(backup: string, from: string, to: string): void {
  const file = join(backup, 'backup.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}

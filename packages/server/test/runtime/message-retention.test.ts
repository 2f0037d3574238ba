/** Messages that are older than they are to be kept, while rules go on. */

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import type { Message } from '@segue/core/model/message.ts';

import { backUp, restoreBackup } from '../../src/log/backup.ts';
import { dataPaths } from '../../src/log/data-format.ts';
import { openDataDirectory } from '../../src/log/data-directory.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { readWorkspace } from '../../src/log/workspace-file.ts';
import { replayLog } from '../../src/runtime/replay-log.ts';
import { verifyData } from '../../src/runtime/verify-data.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { WholeService } from './whole-service.ts';

const dayMs = 86_400_000;
const now = Date.now();
const kept30 = { 'messages.retention': '30d', 'erasure.delay': '1s' };
const definitions = {
  segments: { buyers: { rule: 'count("Bought") >= 2' }, recent: { rule: 'did "Bought" last 10d' } },
};

function bought(
  id: number,
  userId: string,
  time: number,
  identifiers: Message['identifiers'] = [],
): LogEntry {
  const message: Message = {
    kind: 'track',
    messageId: `m${id}`,
    time,
    identifiers: [{ kind: 'user_id', value: userId }, ...identifiers],
    name: 'Bought',
    properties: { note: `said-${id}` },
    traits: {},
  };
  return { kind: 'message', message, source: 'shop' };
}

/** A log that began a hundred days ago: a record of ten messages a day, of twenty customers. */
async function oldLog(data: string): Promise<void> {
  const directory = await openDataDirectory(data);
  const log = await openLmdbLog(directory.paths.log);
  for (let day = 100; day >= 1; day--) {
    const at = now - day * dayMs;
    const entries = Array.from({ length: 10 }, (_, i) => bought(day * 10 + i, `u${(day * 10 + i) % 20}`, at));
    // Dated ahead: it is younger than what came with it.
    if (day === 60) entries.push(bought(5_000, 'u3', now - 5 * dayMs));
    await log.append(entries, at);
  }
  await log.close();
  await directory.close();
}

async function entriesOf(data: string): Promise<readonly LogEntry[]> {
  const log = await openLmdbLog(dataPaths(data).log, { readOnly: true });
  const entries = [...log.read(0)].flatMap((record) => record.entries);
  await log.close();
  return entries;
}

async function whoseEntries(data: string): Promise<readonly number[]> {
  const { log: path, base } = dataPaths(data);
  const log = await openLmdbLog(path, { readOnly: true });
  const whose: number[] = [];
  for await (const { part } of replayLog(log, 'UTC', base)) whose.push(...part.whose);
  await log.close();
  return whose;
}

async function trimmed(data: string): Promise<void> {
  const trimmedTo = async (): Promise<number> =>
    (await readWorkspace(dataPaths(data).workspace)).trimmedTo ?? 0;
  await expect.poll(trimmedTo).toBeGreaterThan(0);
}

async function expectSound(data: string): Promise<void> {
  const { parts } = await verifyData(data, { timezone: 'UTC' });
  expect(parts.filter(({ fault }) => fault !== undefined)).toEqual([]);
}

const segmentsOf = async (service: WholeService, who: string): Promise<unknown> =>
  ((await service.do('GET', `/v1/profiles/${who}/segments`)) as { readonly segments: unknown }).segments;

describe('messages that are older than they are kept', () => {
  test('are let go, while everybody stays where they are, and whoever they were', async () => {
    const place = temporaryDirectory();
    const data = join(place, 'data');
    await oldLog(data);
    const first = await WholeService.open(data, {});
    await first.do('POST', '/api/definitions', { definitions });
    const before = await Promise.all(['u1', 'u3', 'u19'].map((who) => segmentsOf(first, who)));
    await first.close();
    const whose = await whoseEntries(data);

    const service = await WholeService.open(data, { ...kept30, key: first.key });
    await trimmed(data);
    expect(await Promise.all(['u1', 'u3', 'u19'].map((who) => segmentsOf(service, who)))).toEqual(before);
    await backUp(data, join(place, 'backup'), now);
    await service.close();
    const entries = await entriesOf(data);
    const said = JSON.stringify(entries).match(/said-\d+/gu) ?? [];
    // Of 30 days, with the one that was dated ahead, whose record is old.
    expect(said).toHaveLength(29 * 10 + 1);
    expect(said).toContain('said-5000');
    // Whoever is named in a replay has the number that they had.
    const named = await whoseEntries(data);
    expect(named.map((who, i) => (who === -1 ? whose[i] : who))).toEqual(whose);
    expect(new Set(named).size).toBe(21);
    await expectSound(data);

    await restoreBackup(join(place, 'backup'), join(place, 'restored'));
    for (const directory of [data, join(place, 'restored')]) {
      const again = await WholeService.open(directory, { key: first.key });
      expect(await Promise.all(['u1', 'u3', 'u19'].map((who) => segmentsOf(again, who)))).toEqual(before);
      await again.close();
      await expectSound(directory);
    }
  });

  test('cannot be asked about by new rules, but those in force go on and others may come', async () => {
    const data = temporaryDirectory();
    await oldLog(data);
    const first = await WholeService.open(data, {});
    await first.do('POST', '/api/definitions', { definitions });
    await first.close();
    const service = await WholeService.open(data, { ...kept30, key: first.key });
    await trimmed(data);
    const apply = (more: object, dryRun = false): ReturnType<WholeService['call']> =>
      service.call('POST', '/api/definitions', {
        definitions: { segments: { ...definitions.segments, ...more } },
        dryRun,
      });
    for (const rule of ['count("Looked") >= 1', 'did "Looked" last 60d', 'first(note of "Bought") = "x"']) {
      for (const dryRun of [true, false]) {
        expect(await apply({ other: { rule } }, dryRun)).toMatchObject({
          status: 409,
          body: { code: 'definitions/history-trimmed' },
        });
      }
    }
    // Counting over all time and through a new window reads the same events, so all would be needed.
    expect(await apply({ other: { rule: 'count("Bought", last 20d) >= 1' } })).toMatchObject({ status: 409 });
    expect(await apply({ other: { rule: 'count("Looked", last 20d) >= 1' } })).toMatchObject({ status: 200 });
    expect(await apply({ other: { rule: 'trait.city = "Rom"' } })).toMatchObject({ status: 200 });
    expect(JSON.stringify(await segmentsOf(service, 'u7'))).toContain('buyers');
    await service.close();
    await expectSound(data);
  });

  test('stay where a rule in force looks through a longer window', async () => {
    const data = temporaryDirectory();
    await oldLog(data);
    const first = await WholeService.open(data, {});
    const segments = { ...definitions.segments, long: { rule: 'did "Bought" last 80d' } };
    await first.do('POST', '/api/definitions', { definitions: { segments } });
    await first.close();
    const service = await WholeService.open(data, { ...kept30, key: first.key });
    await trimmed(data);
    await service.close();
    const said = JSON.stringify(await entriesOf(data)).match(/said-\d+/gu) ?? [];
    expect(said).toHaveLength(79 * 10 + 1);
  });

  test('still name who they were of, until that customer is erased', async () => {
    const data = temporaryDirectory();
    await oldLog(data);
    const service = await WholeService.open(data, kept30);
    await trimmed(data);
    const identifier = { kind: 'user_id', value: 'u3' };
    const { erasure } = (await service.do('POST', '/api/erasures', { identifier })) as {
      readonly erasure: { readonly id: number };
    };
    const look = (): Promise<unknown> => service.do('GET', `/api/erasures/${erasure.id}`);
    await expect.poll(look).toMatchObject({ state: 'done' });
    await service.close();
    expect(JSON.stringify(await entriesOf(data))).not.toContain('"u3"');
    await expectSound(data);
  });
});

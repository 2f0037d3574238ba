/** A store whose tables another version has made is emptied and made anew, whatever they were. */

import { join } from 'node:path';

import { drainPending, Session } from 'chdb';
import { describe, expect, test } from 'vitest';

import { openChdbStore } from '../../src/history/chdb-store.ts';
import { historySchemaVersion } from '../../src/history/schema.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;
const limits = { timeoutMs: 20_000, memoryBytes: 2 ** 28 };

describe.skipIf(whyNoChdb !== undefined)(`a history store of another version${skipped}`, () => {
  test('is of no log, is emptied, and then takes what this version writes', async () => {
    const directory = temporaryDirectory();
    const session = new Session(join(directory, 'chdb'));
    for (const statement of [
      'CREATE DATABASE segue',
      'USE segue',
      'CREATE TABLE projected (to_position UInt64, from_position UInt64, to_seq UInt64, at Int64, written_at Int64, counts Map(String, UInt64)) ENGINE = MergeTree ORDER BY to_position',
      "INSERT INTO projected VALUES (70, 0, 3, 5000, 1, map('messages', 70))",
      'CREATE TABLE projection (version UInt32, log String, made_at Int64) ENGINE = MergeTree ORDER BY made_at',
      `INSERT INTO projection VALUES (${historySchemaVersion - 1}, 'one', 1)`,
      'CREATE TABLE membership_changes (profile UInt64, at Int64, seq UInt64) ENGINE = ReplacingMergeTree(at) ORDER BY seq',
      'INSERT INTO membership_changes VALUES (1, 2, 3)',
      'CREATE VIEW events AS SELECT profile FROM membership_changes',
    ]) {
      await session.queryAsync(statement);
    }
    session.close();
    await drainPending();

    const store = await openChdbStore({ directory, threads: 1, memoryBytes: 2 ** 30 });
    expect(store.log).toBeUndefined();
    await store.reset('one');
    expect(store.log).toBe('one');
    const to = { position: 4, seq: 2, at: 7 };
    await store.apply({ from: store.reached, to, tables: [], erased: [] });
    const rows = async (sql: string): Promise<unknown> => (await store.query(sql, limits)).rows;
    expect(await rows('SELECT from_position, to_position, from_seq, to_seq FROM projected')).toEqual([
      [0, 4, 0, 2],
    ]);
    expect(await rows('SELECT count(), max(position), max(cause) FROM membership_changes')).toEqual([
      [0, 0, ''],
    ]);
    expect(await rows('SELECT count(), max(properties) FROM events')).toEqual([[0, '']]);
    await store.close();
    const again = await openChdbStore({ directory, threads: 1, memoryBytes: 2 ** 30 });
    expect([again.log, again.reached]).toEqual(['one', to]);
    await again.close();
  });
});

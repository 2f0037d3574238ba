/** What the LMDB log does beyond what every log does. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, test } from 'vitest';
import { checkLog } from '../../src/log/check-log.ts';
import { positionKey } from '../../src/log/keys.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import type { Log } from '../../src/log/log.ts';
import { message, messages } from './entries.ts';
import { LogReader } from './log-reader.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const now = 1_760_000_000_000;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('group commit', () => {
  /** A log and how many transactions it has made. */
  async function counted(): Promise<{ readonly log: Log; readonly transactions: () => number }> {
    const path = temporaryDirectory();
    const log = await openLmdbLog(path);
    const beside = open({ path, noSubdir: false, readOnly: true });
    return { log, transactions: () => (beside.getStats() as { lastTxnId: number }).lastTxnId };
  }

  test('puts appends of one turn into one transaction', async () => {
    const { log, transactions } = await counted();
    const appends = Array.from({ length: 20 }, (_, n) => log.append([message(n)], now));
    const fromMicrotask = Promise.resolve().then(() => log.append([message(20)], now));
    await Promise.all([...appends, fromMicrotask]);
    expect(transactions()).toBe(1);
    await log.close();
  });

  test('puts what comes while a transaction runs into one other', async () => {
    const { log, transactions } = await counted();
    const appends = [log.append([message(0)], now)];
    await nextTurn();
    // In one turn, so that all of it comes before the first can have ended.
    for (let n = 1; n <= 50; n += 1) appends.push(log.append([message(n)], now));
    await Promise.all(appends);
    expect(transactions()).toBe(2);
    await log.close();
  });
});

test('an append is not taken as stalled when it was this process that stood still', async () => {
  const log = await openLmdbLog(temporaryDirectory(), { stallMs: 3_000 });
  const append = log.append([message(0)], now);
  await nextTurn();
  const until = performance.now() + 3_500;
  while (performance.now() < until);
  expect(await append).toBe(0);
  await log.close();
});

test('the log grows past the address space that it began with, under readers too', async () => {
  const path = temporaryDirectory();
  const log = await openLmdbLog(path, { mapBytes: 2 ** 18 });
  const reader = log.read(0)[Symbol.iterator]();
  for (let i = 0; i < 40; i += 1) {
    await log.append([message(i, { properties: { text: 'x'.repeat(50_000) } })], now);
    expect((reader.next().value as { position: number }).position).toBe(i);
  }
  await log.close();
  const again = await openLmdbLog(path, { mapBytes: 2 ** 18 });
  expect([...again.read(0)]).toHaveLength(40);
  await again.close();
});

test('many records are read in order, whatever part is taken', async () => {
  const log = await openLmdbLog(temporaryDirectory());
  await Promise.all(Array.from({ length: 2_000 }, (_, i) => log.append(messages(3 * i, 3), now)));
  expect([...log.read(0)].map(({ position }) => position)).toEqual(
    Array.from({ length: 2_000 }, (_, i) => 3 * i),
  );
  const some: number[] = [];
  for (const { position } of log.read(2_999)) {
    some.push(position);
    if (some.length === 3) break;
  }
  expect(some).toEqual([2_997, 3_000, 3_003]);
  // Back and forth, as explanations read.
  for (let i = 0; i < 3_000; i += 7) {
    expect(log.recordAt(5_999 - i)?.position).toBe(5_997 - (i - (i % 3)));
    expect(log.recordAt(i)?.position).toBe(i - (i % 3));
  }
  await log.close();
});

describe('damage', () => {
  async function logOf(count: number): Promise<string> {
    const path = temporaryDirectory();
    const log = await openLmdbLog(path);
    for (let i = 0; i < count; i += 1) await log.append(messages(i * 5, 5), now + i);
    await log.close();
    return path;
  }

  /** Damages a text wherever it stands: LMDB keeps old copies of its pages. */
  function spoil(path: string, text: string): void {
    const file = join(path, 'data.mdb');
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) bytes.write('X', at);
    writeFileSync(file, bytes);
  }

  test('of a record is said where it is, by reading and by checking, and what is before it is still read', async () => {
    const path = await logOf(4);
    spoil(path, 'message-11');
    const log = await openLmdbLog(path);
    const seen: number[] = [];
    expect(() => {
      for (const { position } of log.read(0)) seen.push(position);
    }).toThrow(
      expect.objectContaining({
        code: 'log/corrupt',
        message: expect.stringContaining('position 10') as string,
      }),
    );
    expect(seen).toEqual([0, 5]);
    expect(() => log.recordAt(12)).toThrow(/position 10: its checksum is wrong/);
    await expect(checkLog(path)).rejects.toThrow(/position 10/);
    await log.close();
  });

  test('of the last record is found when the log is opened', async () => {
    const path = await logOf(2);
    spoil(path, 'message-9');
    await expect(openLmdbLog(path)).rejects.toMatchObject({ code: 'log/corrupt' });
  });

  test('by a record that is missing is found', async () => {
    const path = await logOf(4);
    const db = open({
      path,
      noSubdir: false,
      encoding: 'binary',
      keyEncoding: 'binary',
      overlappingSync: false,
    });
    await db.remove(positionKey(5));
    await db.close();
    const log = await openLmdbLog(path);
    expect(() => [...log.read(0)]).toThrow(/position 5 is missing, the next one is 10/);
    expect(log.recordAt(7)).toBeUndefined();
    await expect(checkLog(path)).rejects.toMatchObject({ code: 'log/corrupt' });
    await log.close();
  });

  test('of the file itself is said clearly', async () => {
    const whole = readFileSync(join(await logOf(1), 'data.mdb'));
    const otherFormat = Buffer.from(whole);
    otherFormat.writeUInt32LE(3, 28);
    const spoiled: [Buffer, RegExp][] = [
      [Buffer.alloc(20_000, 'x'), /no LMDB file/],
      [Buffer.alloc(8_192), /no LMDB file/],
      [otherFormat, /LMDB's format 3/],
      [whole.subarray(0, 1), /cut off/],
      [whole.subarray(0, 4_096), /cut off/],
    ];
    for (const [bytes, wrong] of spoiled) {
      const path = temporaryDirectory();
      writeFileSync(join(path, 'data.mdb'), bytes);
      await expect(openLmdbLog(path)).rejects.toThrow(wrong);
      await expect(checkLog(path)).rejects.toMatchObject({ code: 'log/unusable' });
      expect(readFileSync(join(path, 'data.mdb')).equals(bytes)).toBe(true);
    }
  });

  test('is not what a path is called that is a file, or where nothing is to be read', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    await expect(openLmdbLog(file)).rejects.toMatchObject({ code: 'log/unusable' });
    await expect(checkLog(join(temporaryDirectory(), 'none'))).rejects.toMatchObject({
      code: 'log/unusable',
    });
  });

  test('is not found in a whole log, which is counted', async () => {
    const path = await logOf(4);
    expect(await checkLog(path)).toEqual({ records: 4, entries: 20, firstAt: now, lastAt: now + 3 });
    const empty = temporaryDirectory();
    await (await openLmdbLog(empty)).close();
    expect(await checkLog(empty)).toEqual({ records: 0, entries: 0 });
  });
});

test('who only reads begins on an empty log and sees what another process writes from then on', async () => {
  const path = temporaryDirectory();
  const log = await openLmdbLog(path);
  const reader = new LogReader(path);
  const empty = { next: 0, last: null, records: [], at: null, entry: null };
  expect(await reader.look(0)).toEqual({ ...empty, scanned: 0 });
  for (const [i, size] of [3, 1, 40].entries()) {
    const position = await log.append(messages(log.next, size), now + i);
    expect(await reader.look(position)).toEqual({
      next: position + size,
      last: now + i,
      records: [[position, size]],
      at: position,
      entry: `message-${position}`,
      scanned: size,
    });
  }
  expect(await reader.look(44)).toEqual({ ...empty, next: 44, last: now + 2, scanned: 0 });
  await reader.end();
  await log.close();
});

test('a second writer in the same directory fails rather than overwriting', async () => {
  const path = temporaryDirectory();
  const first = await openLmdbLog(path);
  const second = await openLmdbLog(path);
  await first.append(messages(0, 3), now);
  await expect(second.append(messages(0, 1), now)).rejects.toMatchObject({ code: 'log/failed' });
  await expect(second.append(messages(0, 1), now)).rejects.toMatchObject({ code: 'log/failed' });
  expect((await second.failed).message).toMatch(/something else writes/);
  expect([...first.read(0)]).toEqual([{ position: 0, at: now, entries: messages(0, 3) }]);
  await second.close();
  await first.close();
});

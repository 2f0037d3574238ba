/** What every implementation of the log does. */

import { describe, expect, test } from 'vitest';
import type { InputEntry, LogEntry, LogRecord } from '../../src/log/entry.ts';
import type { Log } from '../../src/log/log.ts';
import { message, messages } from './entries.ts';

/** A place where a log is kept: what `open` gives the second time holds what the first one acknowledged. */
export type LogPlace = { open(): Promise<Log>; readonly outlivesClose: boolean };

const now = 1_760_000_000_000;
const erased: LogEntry = { kind: 'erased', stand: { kind: 'tick' } };

export function describeLog(name: string, makePlace: () => LogPlace): void {
  async function opened(): Promise<Log> {
    return await makePlace().open();
  }

  describe(`${name} as a log`, () => {
    test('is empty at first', async () => {
      const log = await opened();
      expect(log.next).toBe(0);
      expect(log.lastAt).toBeUndefined();
      expect([...log.read(0)]).toEqual([]);
      expect(log.recordAt(0)).toBeUndefined();
      await log.close();
    });

    test('gives back records in the order of their appends, with positions that have no gaps', async () => {
      const log = await opened();
      const sizes = [1, 3, 1, 100, 2];
      const positions: number[] = [];
      for (const [i, size] of sizes.entries()) {
        positions.push(await log.append(messages(i * 1_000, size), now + i));
      }
      expect(positions).toEqual([0, 1, 4, 5, 105]);
      expect(log.next).toBe(107);
      expect(log.lastAt).toBe(now + 4);
      const expected: LogRecord[] = sizes.map((size, i) => ({
        position: positions[i]!,
        at: now + i,
        entries: messages(i * 1_000, size),
      }));
      expect([...log.read(0)]).toEqual(expected);
      await log.close();
    });

    test('keeps entries of every kind as they are', async () => {
      const log = await opened();
      await log.append(everyKind, now);
      expect([...log.read(0)]).toEqual([{ position: 0, at: now, entries: everyKind }]);
      await log.close();
    });

    test('reads from the record that holds a position, its earlier entries included', async () => {
      const log = await opened();
      await log.append(messages(0, 3), now);
      await log.append(messages(3, 4), now);
      await log.append(messages(7, 1), now);
      const firsts = (from: number): number[] => [...log.read(from)].map(({ position }) => position);
      expect(firsts(2)).toEqual([0, 3, 7]);
      expect(firsts(3)).toEqual([3, 7]);
      expect(firsts(6)).toEqual([3, 7]);
      expect(firsts(7)).toEqual([7]);
      expect(firsts(8)).toEqual([]);
      expect(firsts(1_000)).toEqual([]);
      await log.close();
    });

    test('gives single entries as the record has them, however many are asked for', async () => {
      const log = await opened();
      await log.append([...messages(0, 6), { kind: 'tick' }, ...messages(6, 3)], now);
      await log.append(messages(9, 1), now);
      for (const position of [10, 0, 8, 6, 3, 7, 1, 9, 10]) {
        const record = log.recordAt(position);
        expect(log.entryAt(position)).toEqual(record?.entries[position - record.position]);
      }
      for (const position of [-1, 11, 1_000]) expect(log.entryAt(position)).toBeUndefined();
      await log.close();
    });

    test('says when single messages happened, whatever stands around them, and what was put in their place', async () => {
      const log = await opened();
      const far = message(20, { time: -62_135_596_800_000 });
      const odd = message(21, {
        kind: 'alias',
        previousId: 'é漢'.repeat(40),
        properties: { é: ['漢', null] },
      });
      await log.append([...messages(0, 6), { kind: 'tick' }, far, odd, ...messages(6, 3)], now);
      await log.append(messages(9, 1), now);
      await log.append(everyKind, now);
      await log.append(messages(100, 1_000), now + 1);
      const timeOf = (entry: LogEntry | undefined): number | undefined =>
        entry?.kind === 'message' ? entry.message.time : undefined;
      const compare = (): void => {
        for (const position of [13, 0, 8, 7, 6, 12, 1_000, 3, ...Array(40).keys(), 500, 999]) {
          expect(log.timeAt(position)).toBe(timeOf(log.entryAt(position)));
        }
      };
      compare();
      expect(log.timeAt(7)).toBe(far.kind === 'message' ? far.message.time : NaN);
      await log.replace(new Map<number, LogEntry>([[3, erased]]));
      compare();
      expect(log.timeAt(3)).toBeUndefined();
      for (const position of [-1, log.next, 1_000_000]) expect(log.timeAt(position)).toBeUndefined();
      const append = log.append([message(5_000)], now + 2);
      expect(log.timeAt(log.next - 1)).toBeUndefined();
      const at = await append;
      expect(log.timeAt(at)).toBe(timeOf(message(5_000)));
      await log.close();
    });

    test('scans for some messages from the record that holds a position', async () => {
      const log = await opened();
      await log.append(messages(0, 3), now);
      await log.append([{ kind: 'tick' }, ...messages(3, 4)], now);
      const all = [...log.scan(0, () => true)];
      expect(all.map(({ position, count }) => [position, count])).toEqual([
        [0, 3],
        [3, 5],
      ]);
      expect(all.flatMap((record) => record.messages.map(({ at }) => at))).toEqual([0, 1, 2, 4, 5, 6, 7]);
      const name = log.recordAt(5)?.entries[2];
      const named = name?.kind === 'message' ? name.message.name : '';
      const some = [...log.scan(4, (_, other) => other === named)];
      expect(some.map(({ position }) => position)).toEqual([3]);
      expect(some[0]?.messages.every(({ message }) => message.name === named)).toBe(true);
      expect([...log.scan(8, () => true)]).toEqual([]);
      await log.close();
    });

    test('skims for messages by when they happened and who they are of, and tells all that is no message', async () => {
      const log = await opened();
      await log.append(messages(0, 3), now);
      await log.append([{ kind: 'tick' }, ...messages(3, 4)], now + 1);
      const seen: unknown[] = [];
      const records = [
        ...log.skim(2, {
          byName: true,
          wants: (time, identifiers, at, position) => {
            seen.push([time, identifiers, at, position]);
            return position === 5;
          },
        }),
      ];
      const expected = [...log.read(2)].flatMap(({ position, at, entries }) =>
        entries.flatMap((entry, i) =>
          entry.kind === 'message' ? [[entry.message.time, entry.message.identifiers, at, position + i]] : [],
        ),
      );
      expect(seen).toEqual(expected);
      expect(records).toEqual([
        { position: 0, at: now, count: 3, entries: [] },
        {
          position: 3,
          at: now + 1,
          count: 5,
          entries: [
            { at: 3, entry: { kind: 'tick' } },
            { at: 5, entry: log.entryAt(5) },
          ],
        },
      ]);
      expect([...log.skim(8, { byName: false, wants: () => true })]).toEqual([]);
      await log.close();
    });

    test('finds the record of an entry at every position, and none outside', async () => {
      const log = await opened();
      await log.append(messages(0, 3), now);
      await log.append(messages(3, 1), now + 1);
      await log.append(messages(4, 50), now + 2);
      const found = Array.from({ length: 54 }, (_, position) => log.recordAt(position)?.position);
      expect(found).toEqual([0, 0, 0, 3, ...Array.from({ length: 50 }, () => 4)]);
      expect(log.recordAt(53)?.entries[49]).toEqual(message(53));
      expect(log.recordAt(54)).toBeUndefined();
      expect(log.recordAt(-1)).toBeUndefined();
      expect(log.recordAt(Number.MAX_SAFE_INTEGER)).toBeUndefined();
      await log.close();
    });

    test('puts other entries in place of durable ones, and leaves their neighbours and positions alone', async () => {
      const place = makePlace();
      const log = await place.open();
      await log.append(messages(0, 3), now);
      await log.append(messages(3, 300), now + 1);
      await log.append(messages(303, 2), now + 2);
      log.recordAt(4);
      const skipped: LogEntry = { kind: 'skipped', entry: message(1) as InputEntry, reason: 'a bug' };
      await log.replace(
        new Map<number, LogEntry>([
          [304, erased],
          [1, skipped],
          [4, erased],
          [5, erased],
        ]),
      );
      const expected = messages(0, 305);
      expected[1] = skipped;
      for (const position of [4, 5, 304]) expected[position] = erased;
      expect([...log.read(0)].flatMap(({ entries }) => entries)).toEqual(expected);
      expect([...log.read(0)].map(({ position, at }) => [position, at])).toEqual([
        [0, now],
        [3, now + 1],
        [303, now + 2],
      ]);
      expect(log.recordAt(4)?.entries[1]).toEqual(erased);
      await expect(log.replace(new Map([[305, erased]]))).rejects.toThrow(RangeError);
      expect(await log.append([message(305)], now + 3)).toBe(305);
      await log.close();
      if (!place.outlivesClose) return;
      const again = await place.open();
      expect([...again.read(0)].flatMap(({ entries }) => entries).slice(0, 305)).toEqual(expected);
      await again.close();
    });

    test('acknowledges appends that were called together in the order of their calls', async () => {
      const log = await opened();
      const order: number[] = [];
      const appends = Array.from({ length: 50 }, async (_, i) => {
        const position = await log.append(messages(i, 1 + (i % 3)), now);
        order.push(i);
        return position;
      });
      const positions = await Promise.all(appends);
      expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i));
      expect(positions).toEqual([...positions].sort((a, b) => a - b));
      expect([...log.read(0)].map(({ position }) => position)).toEqual(positions);
      await log.close();
    });

    test('counts what is not durable yet in `next`, and does not show it to readers', async () => {
      const log = await opened();
      await log.append(messages(0, 2), now);
      const append = log.append(messages(2, 3), now + 1);
      expect(log.next).toBe(5);
      expect(log.lastAt).toBe(now + 1);
      expect([...log.read(0)]).toHaveLength(1);
      expect(log.recordAt(2)).toBeUndefined();
      expect(await append).toBe(2);
      expect(log.recordAt(2)?.position).toBe(2);
      await log.close();
    });

    test('shows a reader under way what becomes durable meanwhile', async () => {
      const log = await opened();
      await log.append([message(0)], now);
      const seen: number[] = [];
      for (const { position } of log.read(0)) {
        seen.push(position);
        if (position < 5) await log.append([message(position + 1)], now);
      }
      expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
      await log.close();
    });

    test('takes an append of nothing, and one before the last instant, as a mistake, and goes on', async () => {
      const log = await opened();
      await log.append([message(0)], now);
      await expect(log.append([], now)).rejects.toThrow(RangeError);
      await expect(log.append([message(1)], now - 1)).rejects.toThrow(RangeError);
      await expect(log.append([message(1)], Number.NaN)).rejects.toThrow(RangeError);
      await expect(log.append([message(1)], 0.5)).rejects.toThrow(RangeError);
      expect(log.next).toBe(1);
      expect(await log.append([message(1)], now)).toBe(1);
      await log.close();
    });

    test('refuses what is no plain data, whole, and goes on', async () => {
      const log = await opened();
      const date = { kind: 'list', name: 'vip', members: [new Date(0)] } as unknown as LogEntry;
      await expect(log.append([message(0), date], now)).rejects.toThrow(TypeError);
      let nested: unknown = 1;
      for (let i = 0; i < 2_000; i += 1) nested = [nested];
      const deep = { kind: 'list', name: 'vip', members: nested } as unknown as LogEntry;
      await expect(log.append([deep], now)).rejects.toThrow(RangeError);
      expect(log.next).toBe(0);
      expect(await log.append([message(0)], now)).toBe(0);
      expect([...log.read(0)]).toEqual([{ position: 0, at: now, entries: [message(0)] }]);
      await log.close();
    });

    test('keeps a record of 2,500 messages of 32 KB', async () => {
      const log = await opened();
      const large = Array.from({ length: 2_500 }, (_, n) =>
        message(n, { properties: { text: `${n}`.padEnd(32_000, 'x') } }),
      );
      await log.append([message(-1)], now);
      await log.append(large, now);
      await log.append([message(2_500)], now);
      expect([...log.read(1)].map(({ entries }) => entries.length)).toEqual([2_500, 1]);
      const record = log.recordAt(2_500);
      expect(record?.entries[2_499]).toEqual(large[2_499]);
      expect(record?.entries[0]).toEqual(large[0]);
      await log.close();
    });

    test('waits for appends under way when it is closed, and takes nothing afterwards', async () => {
      const place = makePlace();
      const log = await place.open();
      const appends = [log.append([message(0)], now), log.append([message(1)], now)];
      let acknowledged = 0;
      for (const append of appends) void append.then(() => (acknowledged += 1));
      await log.close();
      expect(acknowledged).toBe(2);
      await expect(log.append([message(2)], now)).rejects.toThrow('closed');
      await log.close();
    });

    test.runIf(makePlace().outlivesClose)(
      'holds everything after it was closed and opened again',
      async () => {
        const place = makePlace();
        const expected: LogRecord[] = [];
        for (let round = 0; round < 4; round += 1) {
          const log = await place.open();
          expect(log.next).toBe(round * 15);
          expect(log.lastAt).toBe(round === 0 ? undefined : now + round - 1);
          expect([...log.read(0)]).toEqual(expected);
          if (round > 0) await expect(log.append([message(0)], now + round - 2)).rejects.toThrow(RangeError);
          for (let i = 0; i < 5; i += 1) {
            const entries = messages(log.next, 3);
            expected.push({ position: await log.append(entries, now + round), at: now + round, entries });
          }
          await log.close();
        }
      },
    );
  });
}

const everyKind: LogEntry[] = [
  message(0),
  message(1, { kind: 'identify', name: '', properties: {}, traits: { city: 'Köln', cleared: null } }),
  message(2, { kind: 'alias', previousId: 'old', timeFlagged: true }),
  message(3, { kind: 'page', name: '', timeFlagged: false }),
  {
    kind: 'definitions',
    definitions: { segments: [], lifecycles: [], rfm: [], lists: [], channels: [['email', 'opt_in']] },
    revision: 7,
    author: 'asha',
    reason: 'first',
  },
  { kind: 'list', name: 'vip', members: ['a@example.com', 'b@example.com'] },
  { kind: 'score', customer: { kind: 'user_id', value: 'a' }, name: 'churn', value: 0.1 + 0.2, at: now },
  {
    kind: 'consent',
    customer: { kind: 'user_id', value: 'a' },
    channel: 'email',
    status: 'subscribed',
    at: now,
  },
  {
    kind: 'consent',
    customer: { kind: 'user_id', value: 'a' },
    topic: 'news',
    status: 'unsubscribed',
    at: now,
  },
  { kind: 'refresh' },
  { kind: 'erase', customer: { kind: 'email', value: 'a@example.com' } },
  { kind: 'tick' },
];

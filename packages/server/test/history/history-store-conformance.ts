/** What every history store does. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { deliveryRows } from '../../src/history/deliveries.ts';
import type { HistoryBatch, HistoryStore, Reached, TableRows } from '../../src/history/history-store.ts';
import { RowBinaryWriter } from '../../src/history/row-binary.ts';

export type StoreUnderTest = {
  /** What the first gives is empty; what the others give is what those before have left. */
  readonly open: () => Promise<HistoryStore>;
  readonly remove: () => Promise<void>;
};

const limits = { timeoutMs: 20_000, memoryBytes: 2 ** 28 };

/** Messages at positions from ≤ n < to. */
function messages(from: number, to: number): TableRows {
  const w = new RowBinaryWriter();
  for (let n = from; n < to; n++) {
    w.int64(n % 5);
    w.int64(1000 + n);
    w.text(`m${n}`);
    w.text('track');
    w.text(n % 2 === 0 ? 'Even' : 'Odd');
    w.text(`{"n":${n},"text":"a \\"b\\" é 漢 \\u0001"}`);
    w.text('shop');
    w.bool(n % 3 === 0);
    w.int64(2000 + n);
    w.int64(n);
    w.endRow();
  }
  return { table: 'messages', ...w.take() };
}

function changes(seqs: readonly number[]): TableRows {
  const w = new RowBinaryWriter();
  for (const seq of seqs) {
    w.int64(seq % 5);
    w.int64(-(2 ** 52) + seq);
    w.int64(seq);
    w.uint8(1);
    w.text('vip');
    w.uint32(1);
    w.bool(true);
    w.text('');
    w.text('');
    w.text('event');
    w.text('');
    w.int64(0);
    w.endRow();
  }
  return { table: 'membership_changes', ...w.take() };
}

function batch(from: Reached, position: number, seq: number, more: Partial<HistoryBatch> = {}): HistoryBatch {
  const seqs = Array.from({ length: seq - from.seq }, (_, i) => from.seq + i);
  const to = { position, seq, at: 5000 + position };
  return { from, to, tables: [messages(from.position, position), changes(seqs)], erased: [], ...more };
}

export function historyStoreConformance(
  name: string,
  why: string | undefined,
  make: () => StoreUnderTest,
): void {
  const skipped = why === undefined ? '' : ` (skipped: ${why})`;
  describe.skipIf(why !== undefined)(`a history store: ${name}${skipped}`, () => {
    let under: StoreUnderTest;
    let store: HistoryStore;

    beforeEach(async () => {
      under = make();
      store = await under.open();
    });
    afterEach(async () => {
      await store.close();
      await under.remove();
    });

    const reopen = async (): Promise<void> => {
      await store.close();
      store = await under.open();
    };
    const rows = async (sql: string) => (await store.query(sql, limits)).rows;

    test('keeps what is not made from the log through a reset for the same, and writes it once', async () => {
      await store.reset('one');
      await store.apply(batch(store.reached, 10, 5));
      const attempts = Array.from({ length: 3 }, (_, id) => {
        const webhookId = `w${id}`;
        const reason = 'change' as const;
        const rest = { type: 't', seq: id, attempt: 1, outcome: 'delivered' as const, durationMs: 0.5 };
        return { endpoint: 'e', id, record: { kind: 'attempt' as const, at: 7, reason, webhookId, ...rest } };
      });
      for (let i = 0; i < 2; i++) await store.add(deliveryRows(attempts));
      const counted = 'SELECT count(), sum(seq), any(duration_ms) FROM deliveries FINAL';
      expect(await rows(counted)).toEqual([[3, 3, 0.5]]);
      await store.reset('one');
      expect(await rows(counted)).toEqual([[3, 3, 0.5]]);
      expect(await rows('SELECT count() FROM messages')).toEqual([[0]]);
      await store.reset('another');
      expect(await rows('SELECT count() FROM deliveries')).toEqual([[0]]);
    });

    test('is of no log at first, and of the one that it was reset for from then on', async () => {
      expect(store.log).toBeUndefined();
      await store.reset("it's one");
      expect(store.log).toBe("it's one");
      await reopen();
      expect(store.log).toBe("it's one");
      expect(store.reached).toEqual({ position: 0, seq: 0, at: -Infinity });
    });

    test('has what was written, exactly, and knows how far it is after it was opened again', async () => {
      await store.reset('log');
      await store.apply(batch(store.reached, 10, 3));
      await store.apply(batch(store.reached, 25, 3));
      await store.apply(batch(store.reached, 26, 9));
      for (let i = 0; i < 2; i++) {
        expect(store.reached).toEqual({ position: 26, seq: 9, at: 5026 });
        const found = await store.query(
          'SELECT position, time, properties, late FROM messages ORDER BY position',
          limits,
        );
        expect(found.columns.map((column) => column.name)).toEqual([
          'position',
          'time',
          'properties',
          'late',
        ]);
        expect(found.rows).toEqual(
          Array.from({ length: 26 }, (_, n) => [
            n,
            1000 + n,
            `{"n":${n},"text":"a \\"b\\" é 漢 \\u0001"}`,
            n % 3 === 0,
          ]),
        );
        expect(await rows('SELECT seq, at FROM membership_changes ORDER BY seq')).toEqual(
          Array.from({ length: 9 }, (_, seq) => [seq, -(2 ** 52) + seq]),
        );
        await reopen();
      }
    });

    test('takes a batch that was cut short out again', async () => {
      await store.reset('log');
      await store.apply(batch(store.reached, 10, 2));
      // Some of the tables of a batch were written, then the process ended.
      const broken = { ...messages(10, 20), table: 'messages' };
      await expect(
        store.apply(
          batch(store.reached, 20, 4, {
            tables: [broken, { table: 'trait_facts', rows: 1, bytes: Buffer.of(1, 2) }],
          }),
        ),
      ).rejects.toMatchObject({ code: expect.stringContaining('history/') as string });
      await reopen();
      expect(store.reached.position).toBe(10);
      expect(await rows('SELECT count(), max(position) FROM messages')).toEqual([[10, 9]]);
      await store.apply(batch(store.reached, 20, 4));
      expect(await rows('SELECT count(), uniqExact(position) FROM messages')).toEqual([[20, 20]]);
      expect(await rows('SELECT count() FROM membership_changes')).toEqual([[4]]);
    });

    test('refuses a batch that does not follow', async () => {
      await store.reset('log');
      await store.apply(batch(store.reached, 10, 0));
      await expect(store.apply(batch({ position: 5, seq: 0, at: 0 }, 12, 0))).rejects.toMatchObject({
        code: 'history/failed',
      });
      expect(store.reached.position).toBe(10);
    });

    test('forgets everything when it is reset', async () => {
      await store.reset('log');
      await store.apply(batch(store.reached, 10, 4));
      await store.reset('another');
      expect(store.reached.position).toBe(0);
      expect(await rows('SELECT count() FROM messages')).toEqual([[0]]);
      await reopen();
      expect([store.log, store.reached.position]).toEqual(['another', 0]);
    });

    test('gives properties columns of their own, of which every row has what its JSON says', async () => {
      const held = async (): Promise<unknown> => {
        const [n = '', text = '', odd = ''] = ['n', 'text', "it's"].map((name) => store.properties.get(name));
        return rows(
          `SELECT count(), countIf(${n} = JSONExtractRaw(properties, 'n') AND ${text} = JSONExtractRaw(properties, 'text') AND ${odd} = '' AND ${text} != ''), max(${n}) FROM events`,
        );
      };
      await store.reset('log');
      expect([...store.properties]).toEqual([]);
      await store.apply(batch(store.reached, 10, 0));
      await store.addProperties(['n']);
      await store.addProperties(['text', "it's"]);
      await store.apply(batch(store.reached, 20, 0));
      expect(await held()).toEqual([[20, 20, '9']]);
      const { properties } = store;
      await reopen();
      expect(store.properties).toEqual(properties);
      expect(await held()).toEqual([[20, 20, '9']]);
      await store.reset('another');
      expect(store.properties).toEqual(properties);
      await store.apply(batch(store.reached, 15, 0));
      expect(await held()).toEqual([[15, 15, '9']]);
    });

    test('lets go of who was erased, and of events by name and age', async () => {
      await store.reset('log');
      await store.apply(batch(store.reached, 50, 5));
      await store.apply(batch(store.reached, 51, 5, { erased: [3] }));
      expect(await rows('SELECT count() FROM messages WHERE profile = 3')).toEqual([[0]]);
      expect(await rows('SELECT count() FROM membership_changes WHERE profile = 3')).toEqual([[0]]);
      await store.retain({ kind: 'only', names: ['Odd'] }, 1020);
      await store.retain({ kind: 'but', names: ['Odd'] }, 1010);
      expect(await rows('SELECT name, min(time) FROM messages GROUP BY name ORDER BY name')).toEqual([
        ['Even', 1010],
        ['Odd', 1021],
      ]);
    });

    test('answers with types, and refuses what takes too long, too much, is cancelled or is nonsense', async () => {
      await store.reset('log');
      const { columns, rows: found } = await store.query(
        "SELECT toInt64(-9007199254740991) AS a, 0.1 AS b, 'it''s \\n' AS c, [1, 2] AS d, true AS e, NULL AS f",
        limits,
      );
      expect(columns.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['Int64', 'Float64', 'String', 'Array(UInt8)', 'Bool']),
      );
      expect(found).toEqual([[-9007199254740991, 0.1, "it's \n", [1, 2], true, null]]);
      const slow = 'SELECT sum(cityHash64(number)) FROM numbers(100000000000)';
      await expect(store.query(slow, { ...limits, timeoutMs: 200 })).rejects.toMatchObject({
        code: 'history/timeout',
      });
      await expect(
        store.query('SELECT length(groupArray(number)) FROM numbers(100000000)', {
          ...limits,
          memoryBytes: 2 ** 24,
        }),
      ).rejects.toMatchObject({ code: 'history/memory' });
      const cancel = new AbortController();
      const asked = store.query(slow, { ...limits, signal: cancel.signal });
      setTimeout(() => {
        cancel.abort();
      }, 100);
      await expect(asked).rejects.toMatchObject({ code: 'history/cancelled' });
      await expect(store.query('SELECT FROM', limits)).rejects.toMatchObject({ code: 'history/failed' });
      expect(await rows('SELECT 1')).toEqual([[1]]);
    });

    test('streams in pieces, in any format, and stops when nobody reads on', async () => {
      await store.reset('log');
      const sql = 'SELECT number, toString(number) AS text FROM numbers(300000)';
      const sizes: Record<string, number> = {};
      for (const format of ['CSVWithNames', 'JSONEachRow', 'Parquet'] as const) {
        const pieces: Uint8Array[] = [];
        for await (const piece of store.stream(sql, format, limits)) pieces.push(Uint8Array.from(piece));
        const all = Buffer.concat(pieces);
        sizes[format] = pieces.length;
        if (format === 'Parquet') {
          expect([all.subarray(0, 4).toString(), all.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
        } else {
          expect(all.toString().trimEnd().split('\n')).toHaveLength(
            format === 'CSVWithNames' ? 300_001 : 300_000,
          );
        }
      }
      expect(sizes['CSVWithNames']).toBeGreaterThan(1);
      const endless = 'SELECT number FROM numbers(100000000000)';
      for await (const _ of store.stream(endless, 'JSONEachRow', limits)) break;
      expect(await rows('SELECT 1')).toEqual([[1]]);
    });
  });
}

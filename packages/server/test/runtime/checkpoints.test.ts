/** Checkpoints of the runtime: when they are written, and what a start does with one that is of no use. */

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

import { afterEach, describe, expect, test } from 'vitest';

import { listDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { Message } from '@segue/core/model/message.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { segmentsOf } from '@segue/testkit/differential.ts';

import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import type { CheckpointStore, Row } from '../../src/log/checkpoint-store.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { Runtime, type RuntimeOptions } from '../../src/runtime/runtime.ts';
import { stateHash } from '../../src/runtime/state-hash.ts';

const start = Date.UTC(2026, 0, 1);
const open: Runtime[] = [];
afterEach(async () => {
  for (const runtime of open.splice(0)) await runtime.stop();
});

const placed = { source: { kind: 'track', name: 'Order placed' } } as const;

function disk() {
  return {
    log: createMemoryLog(),
    checkpoints: createMemoryCheckpointStore(),
    feedStore: new MemoryFeedStore(),
    clock: new ManualClock(start),
    refused: [] as string[],
    written: [] as number[],
  };
}

type Disk = ReturnType<typeof disk>;

async function opened(on: Disk, more: Partial<RuntimeOptions> = {}): Promise<Runtime> {
  const { log, checkpoints, feedStore, clock, refused, written } = on;
  const feed = new ChangeFeed({
    store: feedStore,
    now: () => clock.now(),
    keepMs: Infinity,
    onFault: () => undefined,
  });
  const runtime = await Runtime.open({
    log,
    checkpoints,
    feed,
    clock,
    timeZone: 'UTC',
    checkpointEveryMs: 3_600_000,
    onBadCheckpoint: (reason) => refused.push(reason),
    onCheckpoint: (position) => written.push(position),
    ...more,
  });
  open.push(runtime);
  return runtime;
}

function entries(from: number, count: number, customers: number): LogEntry[] {
  return Array.from({ length: count }, (_, i): LogEntry => {
    const n = from + i;
    const message: Message = {
      kind: 'track',
      messageId: `m${n}`,
      time: start,
      identifiers: [{ kind: 'user_id', value: `käufer-${n % customers}` }],
      name: 'Order placed',
      properties: { total: n },
      traits: {},
    };
    return { kind: 'message', message, source: 'test' };
  });
}

/** What a store has, with some rows otherwise. */
async function rewritten(
  on: Disk,
  change: (row: { key: Uint8Array; value: Uint8Array }) => Row[],
): Promise<Disk> {
  const checkpoints = createMemoryCheckpointStore();
  const rows = [...on.checkpoints.read(Uint8Array.of(0), Uint8Array.of(255))].flatMap(change);
  await checkpoints.write(rows, on.checkpoints.head ?? new Uint8Array(0));
  return { ...on, checkpoints, refused: [] };
}

const sheet = 0x70;
const index = 0x6c;

async function withCheckpoint(): Promise<{ readonly on: Disk; readonly hash: string }> {
  const on = disk();
  const runtime = await opened(on);
  await runtime.loop.submit(entries(0, 900, 700));
  await runtime.checkpoint();
  await runtime.loop.submit(entries(900, 50, 700));
  const hash = stateHash(runtime.engine);
  await runtime.checkpoint();
  return { on, hash };
}

describe('a checkpoint of no use is put aside, and the log gives the same state:', () => {
  const damages: Readonly<Record<string, (row: { key: Uint8Array; value: Uint8Array }) => Row[]>> = {
    'a sheet is missing': (row) => (row.key[0] === sheet && row.key[4] === 0 ? [] : [row]),
    'the index of sheets is missing': (row) => (row.key[0] === index ? [] : [row]),
    'a sheet is cut off': (row) =>
      row.key[0] === sheet ? [{ key: row.key, value: row.value.subarray(0, row.value.length - 8) }] : [row],
    'a sheet is another one': (row) =>
      row.key[0] === sheet && row.key[4] === 1 ? [{ key: row.key, value: new Uint8Array(64) }] : [row],
    'hashes of messages are missing': (row) => (row.key[0] === 0x73 ? [] : [row]),
  };
  test.for(Object.entries(damages))('%s', async ([, damage]) => {
    const { on, hash } = await withCheckpoint();
    const damaged = await rewritten(on, damage);
    const runtime = await opened(damaged);
    expect(damaged.refused).toHaveLength(1);
    expect(stateHash(runtime.engine)).toBe(hash);
    expect(runtime.customers.find('käufer-3')?.id).toBe(3);
  });

  test('it has the format of an older version', async () => {
    const { on, hash } = await withCheckpoint();
    const head = JSON.parse(new TextDecoder().decode(on.checkpoints.head)) as { format: number };
    await on.checkpoints.write(
      [],
      new TextEncoder().encode(JSON.stringify({ ...head, format: head.format - 1 })),
    );
    const runtime = await opened(on);
    expect(on.refused).toEqual(['it has the format of another version']);
    expect(stateHash(runtime.engine)).toBe(hash);
  });

  test('and where nothing is damaged it is not', async () => {
    const { on, hash } = await withCheckpoint();
    const whole = await rewritten(on, (row) => [row]);
    const runtime = await opened(whole);
    expect(whole.refused).toEqual([]);
    expect(stateHash(runtime.engine)).toBe(hash);
  });
});

describe('a checkpoint is written', () => {
  test('when there are many entries to replay, without waiting for its time', async () => {
    const on = disk();
    const runtime = await opened(on, { checkpointEveryEntries: 500 });
    // Checkpoints that take much of the time are put off, so how many entries it takes is not said.
    for (let n = 0; on.written.length < 2; n += 100) {
      await runtime.loop.submit(entries(n, 100, 50));
      await nextTurn();
    }
    expect(on.written[0]).toBeGreaterThanOrEqual(500);
  });

  test('when time alone has brought many changes, though they are one entry', async () => {
    const on = disk();
    const runtime = await opened(on, { checkpointEveryEntries: 100 });
    const rule: Condition = {
      kind: 'did',
      negated: false,
      events: placed,
      window: { kind: 'last', duration: '1h' },
    };
    const definitions = listDefinitions(segmentsOf({ lately: rule }));
    const inForce = { kind: 'definitions', definitions, revision: 1, author: 'test', reason: '' } as const;
    await runtime.loop.submit([inForce]);
    for (let n = 0; n < 2000; n += 80) await runtime.loop.submit(entries(n, 80, 2000));
    await runtime.checkpoint();
    const before = on.log.next;
    on.written.length = 0;
    on.clock.set(start + 3_600_000);
    // Checkpoints that take much of the time are put off until a record that comes later.
    for (let n = 0; n < 90 && on.written.length === 0; n++) {
      await pause(10);
      await runtime.loop.submit([{ kind: 'tick' }]);
    }
    expect(on.written[0]).toBeLessThan(before + 100);
  });

  test('a part at a time, of one instant, while messages are taken', async () => {
    const on = disk();
    const runtime = await opened(on, { checkpointSliceCustomers: 10 });
    await runtime.loop.submit(entries(0, 600, 600));
    const hash = stateHash(runtime.engine);
    const done = runtime.checkpoint();
    const taken = runtime.loop.submit(entries(600, 300, 900));
    let answeredFirst = false;
    void taken.then(() => {
      answeredFirst = on.written.length === 0;
    });
    await Promise.all([done, taken]);
    expect(answeredFirst).toBe(true);
    // The log as it was when the checkpoint began.
    const short: Disk = { ...on, log: createMemoryLog(), refused: [] };
    for (const record of on.log.read(0)) {
      if (record.position < 600) await short.log.append(record.entries, record.at);
    }
    const restored = await opened(short);
    expect(short.refused).toEqual([]);
    expect(restored.customers.position).toBe(600);
    expect(stateHash(restored.engine)).toBe(hash);
  });
});

test('an empty store is not cleared: that would start a thread for nothing', async () => {
  const on = disk();
  let cleared = 0;
  const checkpoints: CheckpointStore = createMemoryCheckpointStore();
  checkpoints.clear = () => {
    cleared++;
    return Promise.resolve();
  };
  await opened({ ...on, checkpoints });
  expect(cleared).toBe(0);
});

import { afterEach, describe, expect, test, vi } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import type { Message } from '@segue/core/model/message.ts';

import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { openDataDirectory } from '../../src/log/data-directory.ts';
import { openLmdbCheckpointStore } from '../../src/log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import { openLmdbQuarantine } from '../../src/log/lmdb-quarantine.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { skipEntry } from '../../src/runtime/skip-entry.ts';
import { verifyData } from '../../src/runtime/verify-data.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';

const start = Date.parse('2026-11-01T09:00:00Z');

function message(messageId: string, userId = 'ann'): Message {
  return {
    kind: 'track',
    messageId,
    time: start,
    identifiers: [{ kind: 'user_id', value: userId }],
    name: 'A',
    properties: {},
    traits: {},
  };
}

/** From now on every engine of this process throws over messages whose ids begin so, unless it has seen them. */
function poison(beginning: string): void {
  const apply = Reflect.get<Engine, 'apply'>(Engine.prototype, 'apply');
  vi.spyOn(Engine.prototype, 'apply').mockImplementation(function (this: Engine, input, now) {
    const result = apply.call(this, input, now);
    const isTaken = result.ok && result.value.ignored === undefined;
    if (input.kind === 'message' && input.message.messageId.startsWith(beginning) && isTaken) {
      throw new Error('a bug');
    }
    return result;
  });
}

/** The service's engine on a data directory, as `segue start` has it. */
async function run<T>(data: string, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const directory = await openDataDirectory(data);
  const log = await openLmdbLog(directory.paths.log);
  const checkpoints = await openLmdbCheckpointStore(directory.paths.checkpoint);
  const store = new MemoryFeedStore();
  const feed = new ChangeFeed({ store, now: () => start, onFault: () => undefined });
  try {
    const clock = new ManualClock(start);
    const options = { log, checkpoints, feed, clock, timeZone: 'UTC', checkpointEveryMs: 3_600_000 };
    const runtime = await Runtime.open(options);
    try {
      return await work(runtime);
    } finally {
      await runtime.stop();
    }
  } finally {
    await checkpoints.close();
    await log.close();
    await directory.close();
  }
}

const settings = { reason: 'reported', now: start, timezone: 'UTC' };
const send = (runtime: Runtime, ...ids: readonly string[]) =>
  runtime.loop.take(
    ids.map((id) => message(id, id)),
    'shop',
  );

describe('an entry that the engine cannot take', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test('is named by the error that ends the process, and by every start that fails at it', async () => {
    const data = temporaryDirectory();
    poison('bad');
    await run(data, async (runtime) => {
      await send(runtime, 'one', 'two');
      await expect(send(runtime, 'three', 'bad', 'four')).rejects.toMatchObject({
        code: 'engine/entry-failed',
        position: 3,
        message: expect.stringContaining('segue skip 3 --reason') as string,
        cause: expect.objectContaining({ message: 'a bug' }) as Error,
      });
    });
    const started = run(data, () => Promise.resolve());
    await expect(started).rejects.toMatchObject({ code: 'engine/entry-failed', position: 3 });
  });

  test('can be skipped, and then everything else is there, also for a check and after it is sent again', async () => {
    const data = temporaryDirectory();
    poison('bad');
    await run(data, async (runtime) => {
      await send(runtime, 'one');
      await runtime.checkpoint();
      await send(runtime, 'two', 'bad', 'three').catch(() => undefined);
    });
    openSqliteCatalog({ path: `${data}/catalog.sqlite`, clock: () => start });
    expect(await skipEntry(data, 2, settings)).toEqual({
      ok: true,
      value: { position: 2, what: 'a message of kind track of the source shop', failure: 'a bug' },
    });
    await run(data, async (runtime) => {
      expect(runtime.engine.profileCount()).toBe(3);
      expect(await send(runtime, 'bad2', 'bad').catch((error: unknown) => error)).toMatchObject({
        code: 'engine/entry-failed',
        position: 4,
      });
    });
    expect(await skipEntry(data, 4, settings)).toMatchObject({ ok: true });
    await run(data, async (runtime) => {
      vi.restoreAllMocks();
      const again = await send(runtime, 'bad', 'bad2', 'bad3');
      expect(again.ok && again.value.map(({ ignored }) => ignored)).toEqual([
        'duplicate',
        'duplicate',
        undefined,
      ]);
    });
    const report = await verifyData(data, { timezone: 'UTC' });
    expect(report.parts.filter(({ fault }) => fault !== undefined)).toEqual([]);
    await expectKept(data);
  });

  test('is the only one that can be skipped', async () => {
    const data = temporaryDirectory();
    await run(data, (runtime) => send(runtime, 'one', 'bad', 'two'));
    expect(await skipEntry(data, 1, settings)).toMatchObject({ error: { code: 'skip/nothing-fails' } });
    const fresh = temporaryDirectory();
    poison('bad');
    await run(fresh, (runtime) => send(runtime, 'one', 'bad', 'two').catch(() => undefined));
    for (const position of [0, 2, 7]) {
      expect(await skipEntry(fresh, position, settings)).toMatchObject({
        ok: false,
        error: { code: 'skip/other-entry' },
      });
    }
    await expect(skipEntry(`${fresh}/nowhere`, 1, settings)).rejects.toMatchObject({ code: 'data/unusable' });
  });

  test('is not blamed where it is the passing of time that fails', async () => {
    const data = temporaryDirectory();
    vi.spyOn(Engine.prototype, 'advanceTo').mockImplementation(() => {
      throw new Error('a bug');
    });
    await run(data, async (runtime) => {
      vi.spyOn(Engine.prototype, 'now', 'get').mockReturnValue(start - 1);
      await expect(send(runtime, 'one')).rejects.toMatchObject({ code: 'engine/time-failed', position: 0 });
    });
    expect(await skipEntry(data, 0, settings)).toMatchObject({ error: { code: 'engine/time-failed' } });
  });
});

/** What was skipped is in quarantine, and the audit log says so. */
async function expectKept(data: string): Promise<void> {
  const quarantine = await openLmdbQuarantine(`${data}/quarantine`);
  const rows = quarantine.list({ limit: 10 });
  expect(rows.map(({ code, source, raw }) => [code, source, (JSON.parse(raw) as Message).messageId])).toEqual(
    [
      ['engine/entry-failed', 'shop', 'bad2'],
      ['engine/entry-failed', 'shop', 'bad'],
    ],
  );
  await quarantine.close();
  const catalog = openSqliteCatalog({ path: `${data}/catalog.sqlite`, clock: () => start });
  const { items } = await catalog.audit.list({ limit: 10 });
  expect(items.map(({ action, object }) => [action, object])).toEqual([
    ['log.skipped', 'entry:4'],
    ['log.skipped', 'entry:2'],
  ]);
  await catalog.close();
}

/** Definitions whose past comes from the history store are those that a replay of the log gives, to the byte. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Zone } from '@segue/core/base/zone.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '@segue/testkit/differential.ts';

import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import type { History } from '../../src/history/history-process.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { type DefinitionsBuilt, RuntimeDesk } from '../../src/runtime/definitions-desk.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { stateHash } from '../../src/runtime/state-hash.ts';
import { temporaryDirectory } from '../log/temporary-directory.ts';
import { Rig, type RigOptions, start } from './rig.ts';
import { buys } from './shop.ts';
import { whyNoChdb } from './why-no-chdb.ts';

const skipped = whyNoChdb === undefined ? '' : ` (skipped: ${whyNoChdb})`;
const by = { author: 'ann', reason: '' };
const dayMs = 86_400_000;

type Shop = { readonly rig: Rig; readonly desk: RuntimeDesk; readonly built: DefinitionsBuilt[] };

async function open(directory: string = temporaryDirectory(), options: RigOptions = {}): Promise<Shop> {
  const rig = await Rig.open(directory, start, options);
  const catalog = openSqliteCatalog({ path: ':memory:', clock: () => rig.clock.now() });
  const desk = await RuntimeDesk.open(rig.runtime, rig.log, catalog.definitions);
  const built: DefinitionsBuilt[] = [];
  const shop = { rig, desk, built };
  use(shop, rig.history);
  return shop;
}

function use({ rig, desk, built }: Shop, history: History): void {
  const { journal } = rig.runtime.customers;
  if (journal === undefined) throw new Error('no journal');
  desk.useHistory({ history, journal, zone: new Zone('Europe/Berlin'), entriesMin: 0 }, (one) =>
    built.push(one),
  );
}

async function expectReplayed({ rig }: Shop): Promise<void> {
  const replayed = await Runtime.open({
    log: rig.log,
    checkpoints: createMemoryCheckpointStore(),
    feed: new ChangeFeed({
      store: new MemoryFeedStore(),
      now: () => rig.clock.now(),
      keepMs: Infinity,
      onFault: () => undefined,
    }),
    clock: rig.clock,
    timeZone: 'Europe/Berlin',
    checkpointEveryMs: 2 ** 31 - 1,
  });
  expect(stateHash(replayed.engine)).toBe(stateHash(rig.runtime.engine));
  await replayed.loop.stop();
}

function rules(segments: Readonly<Record<string, string>>): Definitions {
  const { definitions, diagnostics } = parseDefinitions({ segments });
  expect(diagnostics).toEqual([]);
  return definitions;
}

/** Takes the steps of a story; messages of different stories are different. */
async function live({ rig }: Shop, { steps }: DifferentialCase, story: number): Promise<void> {
  const entries: LogEntry[] = [];
  const submit = async (): Promise<void> => {
    if (entries.length > 0) await rig.submit(entries.splice(0));
  };
  for (const { afterMs, input: sketch } of steps) {
    if (afterMs > 0) {
      await submit();
      await rig.passTime(rig.clock.now() + afterMs);
    }
    const input = inputAt(sketch, rig.clock.now());
    if (input.kind === 'definitions') continue;
    if (input.kind !== 'message') entries.push(input);
    else {
      const message = { ...input.message, messageId: `${story} ${input.message.messageId}` };
      entries.push({ kind: 'message', source: 'test', message });
    }
  }
  await submit();
}

describe.skipIf(whyNoChdb !== undefined)(`a build from history${skipped}`, () => {
  test('is what a replay gives, for any rules over any history, with messages under way', async () => {
    const shop = await open();
    const { rig, desk, built } = shop;
    const stories = fc.sample(arbitraryCase(arbitraryDefinitions), { numRuns: 14, seed: 7 });
    for (const [i, story] of stories.entries()) {
      await live(shop, story, i);
      // Sometimes the store has everything, sometimes it lags.
      if (i % 3 !== 2) await rig.caughtUp();
      const applied = desk.apply(story.definitions, by);
      await live(shop, story, -1 - i);
      expect(await applied, `story ${i}`).toMatchObject({ ok: true });
      await expectReplayed(shop);
    }
    const from = built.map((one) => one.whyLog ?? one.from);
    expect(from.filter((one) => one === 'history').length).toBeGreaterThan(7);
    await rig.close();
  });

  test('knows who was merged, what UTF-8 cannot say, what is dated ahead, and who was erased', async () => {
    const shop = await open();
    const { rig, desk, built } = shop;
    await rig.take(buys(0, 1_500, rig.clock.now() - 100 * dayMs));
    const identifiers = [{ kind: 'user_id' as const, value: 'u1' }];
    const odd = (n: number, text: string, time = rig.clock.now()) =>
      ({
        kind: 'track',
        messageId: `odd ${n}`,
        time,
        identifiers,
        name: 'Odd',
        properties: { text, nested: { list: [1, 'x', text] } },
        traits: {},
      }) as const;
    await rig.take([
      odd(1, 'half \ud800'),
      odd(2, 'half \ud801'),
      odd(3, 'half \ufffd'),
      odd(4, 'é 漢 "\\ \u0001'),
      odd(5, 'later', rig.clock.now() + dayMs),
    ]);
    await rig.submit([{ kind: 'erase', customer: { kind: 'user_id', value: 'u7' } }]);
    await rig.caughtUp();
    await rig.take(buys(1_500, 200, rig.clock.now() - dayMs));
    await desk.apply(
      rules({
        three: 'distinct(text of "Odd") >= 3',
        any: 'count(any event, last 200d) >= 3',
        spent: 'sum(total of "Order Completed", last 90d) >= 20',
        nested: 'did "Odd" where nested.list = "x"',
        half: 'did "Odd" where text = "half \ufffd"',
        order: 'seq("Product Viewed", "Order Completed" within 5d)',
      }),
      by,
    );
    expect(built).toMatchObject([{ from: 'log', whyLog: 'not-sql' }]);
    await desk.apply(rules({ any: 'count(any event, last 200d) >= 3' }), by);
    await desk.apply(rules({}), by);
    await desk.apply(
      rules({
        three: 'distinct(text of "Odd") >= 3',
        any: 'count(any event, last 200d) >= 3',
        spent: 'sum(total of "Order Completed", last 90d) >= 20',
        nested: 'did "Odd" where nested.list = "x"',
        order: 'seq("Product Viewed", "Order Completed" within 5d)',
      }),
      by,
    );
    expect(built.at(-1)).toMatchObject({ from: 'history', whyLog: undefined });
    expect(rig.runtime.engine.members('three')).toEqual([rig.runtime.engine.findProfile('u1')]);
    await expectReplayed(shop);
    await rig.passTime(rig.clock.now() + 2 * dayMs);
    await rig.submit([{ kind: 'tick' }]);
    await expectReplayed(shop);
    await rig.close();
  });

  test('goes on from the log, with nothing twice, when the store fails on the way', async () => {
    const shop = await open(temporaryDirectory(), { retryMsMax: 100 });
    const { rig, desk, built } = shop;
    await rig.take(buys(0, 4_000, rig.clock.now() - 100 * dayMs));
    for (const pieces of [0, 1, 3]) {
      await rig.caughtUp();
      use(shop, failing(rig.history, pieces));
      await desk.apply(
        rules({ [`spent_${pieces}`]: `sum(total of "Order Completed", last ${50 + pieces}d) >= 20` }),
        by,
      );
      expect(built.at(-1)).toMatchObject({ from: 'log', whyLog: 'failed' });
      await expectReplayed(shop);
    }
    // The process itself ends while it is read.
    use(shop, dying(rig));
    await desk.apply(rules({ all: 'count(any event) >= 3' }), by);
    expect(rig.ended.length).toBe(1);
    expect(built.at(-1)?.from).toBe('log');
    await expectReplayed(shop);
    await rig.close();
  });

  test('is not tried where the store is away, or far behind', async () => {
    const shop = await open();
    const { rig, desk, built } = shop;
    await rig.take(buys(0, 300, rig.clock.now() - 20 * dayMs));
    await rig.caughtUp();
    const { history } = rig;
    const statuses = {
      away: { state: 'down' },
      behind: { reached: { position: 10, seq: 0, at: start } },
    } as const;
    for (const [why, status] of Object.entries(statuses)) {
      use(shop, { ...failing(history, 0), status: () => ({ ...history.status(), ...status }) });
      await desk.apply(rules({ [why]: 'sum(total of "Order Completed", last 90d) >= 20' }), by);
      expect(built.at(-1)).toMatchObject({ from: 'log', whyLog: why });
      await expectReplayed(shop);
      await desk.apply(rules({}), by);
    }
    await rig.close();
  });

  test('reads what the store has let go of from the log', async () => {
    const directory = temporaryDirectory();
    let shop = await open(directory);
    await shop.rig.submit([{ kind: 'tick' }]);
    await shop.rig.take(buys(0, 1_000, start - 30 * dayMs));
    await shop.rig.caughtUp();
    await shop.rig.close();
    // Long ago by the clock of the store.
    const retention = [['Product Viewed', 10 * dayMs]] as const;
    shop = await open(directory, { retention });
    const { rig, desk, built } = shop;
    await rig.caughtUp();
    const counted =
      "SELECT countIf(kind = 'track' AND name = 'Product Viewed'), countIf(name = 'Order Completed') > 0, countIf(kind = 'identify') > 0 FROM messages";
    while ((await rig.rows(counted))[0]?.[0] !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await rig.rows(counted)).toEqual([[0, 1, 1]]);
    await desk.apply(rules({ spent: 'sum(total of "Order Completed", last 90d) >= 20' }), by);
    expect(built.at(-1)).toMatchObject({ from: 'history' });
    await desk.apply(rules({ views: 'count("Product Viewed", last 90d) >= 2' }), by);
    expect(built.at(-1)).toMatchObject({ from: 'log', whyLog: 'let-go' });
    expect(rig.runtime.engine.members('views').length).toBeGreaterThan(0);
    await expectReplayed(shop);
    await rig.close();
    // Also when nothing is let go of any more.
    const again = await open(directory);
    await again.rig.caughtUp();
    await again.desk.apply(rules({ views: 'count(any event, last 90d) >= 2' }), by);
    expect(again.built.at(-1)).toMatchObject({ from: 'log', whyLog: 'let-go' });
    await expectReplayed(again);
    // Made anew from the log it has everything again.
    again.rig.history.rebuild();
    await again.rig.caughtUp();
    await again.desk.apply(rules({ views: 'count(any event, last 91d) >= 2' }), by);
    expect(again.built.at(-1)).toMatchObject({ from: 'history' });
    await expectReplayed(again);
    await again.rig.close();
  });
});

/** The store of a shop, whose process is killed when the first events come from it. */
function dying(rig: Rig): History {
  const { history } = rig;
  return {
    ...passedOn(history),
    async *stream(sql, format, options) {
      for await (const piece of history.stream(sql, format, options)) {
        if (!sql.includes('merges') && rig.ended.length === 0) await rig.killHistory();
        yield piece;
      }
    },
  };
}

/** A store that fails after some pieces of a stream. */
function failing(history: History, piecesMax: number): History {
  return {
    ...passedOn(history),
    async *stream(sql, format, options) {
      let pieces = 0;
      for await (const piece of history.stream(sql, format, options)) {
        const isOfMerges = sql.includes('merges');
        // Cut anywhere, as pipes cut.
        for (let at = 0; at < piece.length; at += 1_000) {
          if (!isOfMerges && pieces++ >= piecesMax) throw new Error('the store failed');
          yield piece.subarray(at, at + 1_000);
        }
      }
      if (!sql.includes('merges')) throw new Error('the store failed');
    },
  };
}

function passedOn(history: History): Omit<History, 'stream'> {
  return {
    query: (sql, options) => history.query(sql, options),
    status: () => history.status(),
    properties: history.properties,
    rebuild: () => {
      history.rebuild();
    },
    caughtUp: (position, timeoutMs) => history.caughtUp(position, timeoutMs),
  };
}

/** Definitions and lists as people change them, while messages go on: the log says the same afterwards as the engine. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Message } from '@segue/core/model/message.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions } from '@segue/testkit/differential.ts';

import type { Moves } from '../../src/api/definitions-port.ts';
import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { ChangeFeed } from '../../src/feeds/change-feed.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { createMemoryLog, type MemoryLog } from '../../src/log/memory-log.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { RuntimeDesk } from '../../src/runtime/definitions-desk.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { stateHash } from '../../src/runtime/state-hash.ts';

const start = Date.UTC(2026, 0, 1);
const by = { author: 'ann', reason: 'for the sale' };

type Service = { readonly runtime: Runtime; readonly desk: RuntimeDesk; readonly clock: ManualClock };

function open(
  log: MemoryLog,
  clock: ManualClock,
  checkpoints = createMemoryCheckpointStore(),
): Promise<Runtime> {
  const feed = new ChangeFeed({
    store: new MemoryFeedStore(),
    now: () => clock.now(),
    keepMs: Infinity,
    onFault: () => undefined,
  });
  const timeZone = 'Europe/Berlin';
  return Runtime.open({ log, checkpoints, feed, clock, timeZone, checkpointEveryMs: 2 ** 31 - 1 });
}

async function service(log = createMemoryLog(), from = start): Promise<Service> {
  const clock = new ManualClock(from);
  const runtime = await open(log, clock);
  const catalog = openSqliteCatalog({ path: ':memory:', clock: () => clock.now() });
  return { runtime, desk: await RuntimeDesk.open(runtime, log, catalog.definitions), clock };
}

function defined(plain: object): Definitions {
  const { definitions, diagnostics } = parseDefinitions(plain);
  expect(diagnostics).toEqual([]);
  return definitions;
}

let messages = 0;

function did(user: string, name: string, properties: Message['properties'] = {}): LogEntry {
  const identifiers = [{ kind: 'user_id' as const, value: user }];
  const message = { kind: 'track', messageId: `m${messages++}`, time: start, identifiers, name } as const;
  return { kind: 'message', source: 'till', message: { ...message, properties, traits: {} } };
}

function members({ runtime: { engine } }: Service, segment: string): readonly string[] {
  return engine.members(segment).map((id) => engine.namesOf(id).displayId);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The state and changes of the log, replayed from its beginning. */
async function expectReplayed({ runtime, clock }: Service, log: MemoryLog): Promise<void> {
  const replayed = await open(log, clock);
  expect(stateHash(replayed.engine)).toBe(stateHash(runtime.engine));
  expect([...replayed.feed.read(0)]).toEqual([...runtime.feed.read(0)]);
  await replayed.loop.stop();
}

describe('definitions', () => {
  test('come into force while messages arrive, and are what a replay of the log gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryCase(arbitraryDefinitions),
        fc.array(arbitraryDefinitions, { minLength: 1, maxLength: 2 }),
        fc.array(fc.nat(3), { minLength: 20, maxLength: 20 }),
        async (story, sets, turns) => {
          const log = createMemoryLog();
          const all = await service(log, story.start);
          const { runtime, desk, clock } = all;
          const waiting: Promise<unknown>[] = [desk.apply(story.definitions, by)];
          for (const [i, { afterMs, input: sketch }] of story.steps.entries()) {
            clock.set(clock.now() + afterMs);
            const input = inputAt(sketch, clock.now());
            const next = input.kind === 'definitions' ? sets.pop() : undefined;
            if (next !== undefined) waiting.push(desk.apply(next, by));
            else if (input.kind === 'message') {
              waiting.push(runtime.loop.submit([{ ...input, source: 'test' }]));
            } else if (input.kind !== 'definitions') waiting.push(runtime.loop.submit([input]));
            for (let n = turns[i] ?? 0; n > 0; n--) await turn();
          }
          for (const next of sets) waiting.push(desk.apply(next, by));
          await Promise.all(waiting);
          await runtime.loop.stop();
          await expectReplayed(all, log);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('are tried before: what is foretold is what happens, with populations and lists', async () => {
    const all = await service();
    const { desk, runtime } = all;
    await desk.apply(
      defined({ segments: { team: { rule: 'in list staff' } }, lists: { staff: ['u1'] } }),
      by,
    );
    await runtime.loop.submit(
      Array.from({ length: 40 }, (_, i) => did(`u${i}`, 'Order Completed', { revenue: i })),
    );
    const next = defined({
      segments: {
        team: { rule: 'in list staff' },
        best: { rule: 'percentile(sum(revenue of "Order Completed")) > 90' },
        rest: { rule: 'not in best and rfm(monetary) < 5' },
      },
      rfm: { default: { purchase: '"Order Completed"', value: 'revenue' } },
      lifecycles: { path: { stages: [{ first: 'in best' }, 'last'] } },
      lists: { staff: ['u2', 'u3', 'nobody'] },
    });
    const preview = await desk.preview(next);
    const from = runtime.feed.next;
    await desk.apply(next, by);
    const happened = [...runtime.feed.read(from)];
    expect(preview.ok && sorted(preview.value.moves)).toEqual(sorted(movesOf(happened)));
    expect(members(all, 'best')).toEqual(['u36', 'u37', 'u38', 'u39']);
    expect(happened.filter((event) => event.kind === 'segment' && event.segment === 'team')).toMatchObject([
      { change: 'exited', cause: 'definition' },
      { change: 'entered', cause: 'definition' },
      { change: 'entered', cause: 'definition' },
    ]);
    await runtime.loop.stop();
  });

  test('are given up when the service stops', async () => {
    const { desk, runtime } = await service();
    await runtime.loop.submit(Array.from({ length: 500 }, (_, i) => did(`u${i}`, 'A')));
    const applied = desk.apply(defined({ segments: { a: { rule: 'did "A"' } } }), by);
    await runtime.loop.stop();
    expect(await applied).toMatchObject({ ok: false, error: { kind: 'closed' } });
    expect(runtime.engine.definitions.segments.size).toBe(0);
  });
});

describe('members of a list', () => {
  test('are what definitions say from then on, and after a start', async () => {
    const log = createMemoryLog();
    const all = await service(log);
    const { desk, runtime, clock } = all;
    const file = defined({ segments: { team: { rule: 'in list staff' } }, lists: { staff: ['ann'] } });
    await desk.apply(file, by);
    await runtime.loop.submit([did('ann', 'A'), did('bob', 'A'), did('cid', 'A')]);
    expect(await desk.changeList('staff', { kind: 'add', members: ['bob', 'ann'] })).toMatchObject({
      value: { added: 1, removed: 0, size: 2 },
    });
    expect(members(all, 'team')).toEqual(['ann', 'bob']);
    expect(desk.current()).toMatchObject({ revision: 1 });
    expect(desk.current().definitions.lists.get('staff')?.members).toEqual(['ann', 'bob']);
    await desk.changeList('staff', { kind: 'replace', members: ['cid'] });
    expect(members(all, 'team')).toEqual(['cid']);
    const { next } = log;
    await desk.changeList('staff', { kind: 'remove', members: ['dora'] });
    expect(log.next).toBe(next);
    await runtime.loop.stop();
    await expectReplayed(all, log);
    const checkpoints = createMemoryCheckpointStore();
    const first = await open(log, clock, checkpoints);
    await first.stop();
    const again = await open(log, clock, checkpoints);
    expect(again.customers.definitions.definitions.lists.get('staff')?.members).toEqual(['cid']);
    await again.loop.stop();
  });

  test('are those of a file again when it is put into force', async () => {
    const all = await service();
    const { desk, runtime } = all;
    const file = defined({ segments: { team: { rule: 'in list staff' } }, lists: { staff: ['ann'] } });
    await desk.apply(file, by);
    await runtime.loop.submit([did('ann', 'A'), did('bob', 'A')]);
    await desk.changeList('staff', { kind: 'replace', members: ['bob'] });
    expect(await desk.apply(file, by)).toMatchObject({
      value: { revision: 2, difference: [{ kind: 'lists', name: 'staff', change: 'changed' }] },
    });
    expect(members(all, 'team')).toEqual(['ann']);
    await runtime.loop.stop();
  });

  test('are not lost to definitions that were made before they came', async () => {
    const { desk, runtime } = await service();
    await desk.apply(defined({ lists: { staff: ['ann'] } }), by);
    const { definitions: madeFrom } = desk.current();
    const changed = desk.changeList('staff', { kind: 'add', members: ['bob'] });
    const applied = desk.apply({ ...madeFrom, channels: new Map([['sms', 'opt_out']]) }, { ...by, madeFrom });
    await changed;
    expect(await applied).toMatchObject({ ok: false, error: { kind: 'conflict', revision: 1 } });
    expect(await desk.changeList('none', { kind: 'add', members: [] })).toMatchObject({ ok: false });
    await runtime.loop.stop();
  });
});

/** What changes of one instant come to. */
function movesOf(events: readonly FeedEvent[]): readonly Moves[] {
  const moves = new Map<string, Moves>();
  for (const event of events) {
    const kind = event.kind === 'segment' ? 'segments' : 'lifecycles';
    const name = event.kind === 'segment' ? event.segment : event.lifecycle;
    const none = { kind, name, entering: 0, leaving: 0, enteringExamples: [], leavingExamples: [] } as const;
    const { entering, leaving, enteringExamples, leavingExamples } = moves.get(`${kind} ${name}`) ?? none;
    const { displayId } = event.customer;
    const comes = event.kind !== 'segment' || event.change === 'entered';
    moves.set(`${kind} ${name}`, {
      kind,
      name,
      entering: entering + (comes ? 1 : 0),
      leaving: leaving + (comes ? 0 : 1),
      enteringExamples: comes ? [...enteringExamples, displayId].slice(0, 20) : enteringExamples,
      leavingExamples: comes ? leavingExamples : [...leavingExamples, displayId].slice(0, 20),
    });
  }
  return [...moves.values()];
}

function sorted(moves: readonly Moves[]): readonly Moves[] {
  return [...moves].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The runtime on any history, killed and started again anywhere: the same state, the same changes under the same numbers,
 * as an engine that was told the same and never stopped.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import type { Change } from '@segue/core/model/change.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import { listDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { type HistoryStep, inputAt } from '@segue/testkit/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '@segue/testkit/differential.ts';

import { ChangeFeed, type FeedFault } from '../../src/feeds/change-feed.ts';
import type { FeedEvent } from '../../src/feeds/feed.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import type { LogEntry } from '../../src/log/entry.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { createMemoryLog } from '../../src/log/memory-log.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { Runtime } from '../../src/runtime/runtime.ts';

/** How many parts customers are spread over: another number at each start. */
type Partitions = readonly number[];

type Interruption =
  'none' | 'checkpoint' | 'checkpoint_under_way' | 'kill' | 'kill_half_way' | 'kill_while_written' | 'build';

/** What survives a process. */
class Disk {
  readonly log = createMemoryLog();
  readonly checkpoints = createMemoryCheckpointStore();
  readonly feedStore = new MemoryFeedStore();
  readonly faults: FeedFault[] = [];
  readonly clock: ManualClock;
  readonly timeZone: string;
  readonly #partitions: Partitions;
  #starts = 0;
  #slices = 0;

  constructor(timeZone: string, start: Instant, partitions: Partitions = [1]) {
    this.#partitions = partitions;
    this.timeZone = timeZone;
    this.clock = new ManualClock(start);
  }

  #cut: () => void = () => undefined;
  #isStuck = false;
  #appends = 0;

  /** From now on the disk takes no record. */
  stick(): void {
    this.#isStuck = true;
  }

  /** From now on nothing that the process was about to write reaches the disk. */
  kill(): void {
    this.#cut();
  }

  open(): Promise<Runtime> {
    const { clock, timeZone } = this;
    let isCut = false;
    this.#isStuck = false;
    this.#cut = () => {
      isCut = true;
    };
    /** Hands calls on, except writes of a process that is dead. */
    const cuttable = <T extends object>(target: T, writes: readonly string[]): T =>
      new Proxy(target, {
        get: (_, name) => {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown =>
            isCut && writes.includes(String(name))
              ? new Promise(() => undefined)
              : Reflect.apply(value, target, args);
        },
      });
    const log = new Proxy(this.log, {
      get: (target, name) => {
        if (name !== 'append') {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        }
        // Slower than the engine now and then, and quicker now and then.
        return async (entries: readonly LogEntry[], at: Instant) => {
          for (let turns = this.#appends++ % 4; turns > 0; turns--) await turn();
          return isCut || this.#isStuck
            ? await new Promise<never>(() => undefined)
            : target.append(entries, at);
        };
      },
    });
    const store = cuttable(this.feedStore, ['append', 'restart', 'trim']);
    const checkpoints = cuttable(this.checkpoints, ['write', 'clear']);
    const feed = new ChangeFeed({
      store,
      now: () => clock.now(),
      keepMs: Infinity,
      onFault: (fault) => this.faults.push(fault),
    });
    return Runtime.open({
      log,
      checkpoints,
      feed,
      clock,
      timeZone,
      partitions: this.#partitions[this.#starts++ % this.#partitions.length] ?? 1,
      checkpointEveryMs: 3_600_000,
      checkpointSliceCustomers: 1,
      // Slices that hardly get anything done.
      timeFor: () => {
        let left = 2 + (this.#slices++ % 3);
        return () => left-- > 0;
      },
    });
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function entryOf(input: Input, revision: number): LogEntry {
  if (input.kind === 'message') return { ...input, source: 'test' };
  if (input.kind !== 'definitions') return input;
  return {
    kind: 'definitions',
    definitions: listDefinitions(input.definitions),
    revision,
    author: 'test',
    reason: '',
  };
}

/** Entries in the log besides ticks. */
function told({ log }: Disk): number {
  let count = 0;
  for (const { entries } of log.read(0)) for (const { kind } of entries) if (kind !== 'tick') count++;
  return count;
}

/** Lets the clock go to an instant, the way it does: what is due on the way is done when it is due. */
async function passTime(disk: Disk, runtime: Runtime, until: Instant): Promise<void> {
  for (;;) {
    const due = runtime.engine.nextDueAt();
    if (due === undefined || due > until) break;
    const { position } = runtime.customers;
    disk.clock.set(Math.max(due, disk.clock.now()));
    while (runtime.customers.position === position) await turn();
  }
  disk.clock.set(until);
}

/** Begins to build the definitions that are to come, while what comes before them still arrives. */
function beginBuild(runtime: Runtime, steps: readonly HistoryStep[], revision: number): void {
  const next = steps.find(({ input }) => input.kind === 'definitions')?.input;
  if (next?.kind !== 'definitions') return;
  const loader = runtime.customers.beginBuild(next.definitions, revision);
  loader.load(Math.floor(runtime.customers.position / 2), () => true);
}

/** Lets the engine take what never gets into the log, and ends the process. */
async function takeInVain(disk: Disk, runtime: Runtime, entry: LogEntry): Promise<void> {
  disk.stick();
  const published = runtime.feed.next;
  let isAnswered = false;
  const answered = (): void => {
    isAnswered = true;
  };
  runtime.loop.submit([entry]).then(answered, answered);
  let isRead = false;
  for (let turns = 0; turns < 30; turns++) await turn();
  const waiting = [runtime.loop.caughtUp(), runtime.loop.settled()];
  const isAhead = waiting[1] !== undefined;
  expect([waiting[0] !== undefined, runtime.customers.position]).toEqual([isAhead, disk.log.next]);
  for (const one of waiting) {
    void one?.then(() => {
      isRead = true;
    });
  }
  void runtime.loop.atRest(() => {
    isRead ||= isAhead;
  });
  for (let turns = 0; turns < 3; turns++) await turn();
  expect([runtime.feed.next, isAnswered, isRead]).toEqual([published, false, false]);
  disk.kill();
  void runtime.loop.stop();
}

async function live(
  story: DifferentialCase,
  interruptions: readonly Interruption[],
  partitions: Partitions = [1],
) {
  const disk = new Disk(story.timeZone, story.start, partitions);
  let runtime = await disk.open();
  let revision = 1;
  const inputs: Input[] = [{ kind: 'definitions', definitions: story.definitions }];
  await runtime.loop.submit([entryOf(inputs[0] as Input, revision)]);
  let now = story.start;
  for (const [i, { afterMs, input: sketch }] of story.steps.entries()) {
    const interruption = interruptions[i % interruptions.length] ?? 'none';
    if (interruption === 'checkpoint') await runtime.checkpoint();
    if (interruption === 'checkpoint_under_way') void runtime.checkpoint();
    if (interruption === 'build') beginBuild(runtime, story.steps.slice(i), revision + 1);
    if (interruption === 'kill') {
      disk.kill();
      void runtime.loop.stop();
      runtime = await disk.open();
    }
    const halfWay = interruption === 'kill_half_way';
    // Then much is due at once, when the message comes.
    if (halfWay) disk.clock.set(now + afterMs);
    else await passTime(disk, runtime, now + afterMs);
    now += afterMs;
    const input = inputAt(sketch, now);
    if (input.kind === 'definitions') revision++;
    if (i % 3 === 0) runtime.customers.sizes();
    if (interruption === 'kill_while_written') {
      await takeInVain(disk, runtime, entryOf(input, revision));
      runtime = await disk.open();
    }
    const taken = runtime.loop.submit([entryOf(input, revision)]);
    if (!halfWay) await taken;
    else {
      while (told(disk) < i + 2) await turn();
      for (let turns = 0; turns < i % 5; turns++) await turn();
      disk.kill();
      void runtime.loop.stop();
      runtime = await disk.open();
    }
  }
  await passTime(disk, runtime, now + story.tailMs);
  // A last tick brings the engine's clock to the same instant.
  await runtime.loop.submit([{ kind: 'tick' }]);
  return { disk, runtime, state: [...runtime.engine.serialize()] };
}

function straight(story: DifferentialCase) {
  const changes: Change[] = [];
  const { timeZone, start } = story;
  const onChange = (change: Change): void => void changes.push(change);
  const history = new MemoryHistory();
  const engine = new Engine({ timeZone, start, definitions: noDefinitions, history, onChange });
  engine.apply({ kind: 'definitions', definitions: story.definitions }, start);
  let now = start;
  for (const { afterMs, input: sketch } of story.steps) {
    now += afterMs;
    engine.apply(inputAt(sketch, now), now);
  }
  engine.advanceTo(now + story.tailMs);
  return { changes, state: [...engine.serialize()] };
}

/** Stories in which the definitions change once, somewhere. */
const arbitraryRedefined: fc.Arbitrary<DifferentialCase> = fc
  .tuple(
    arbitraryCase(arbitraryDefinitions, { lengthMax: 20 }),
    arbitraryDefinitions,
    fc.nat(),
    fc.nat(3_600_000),
  )
  .map(([story, definitions, place, afterMs]) => {
    const at = place % (story.steps.length + 1);
    const change = { afterMs, input: { kind: 'definitions', definitions } } as const;
    return { ...story, steps: [...story.steps.slice(0, at), change, ...story.steps.slice(at)] };
  });

function bare({ seq: _, customer, ...change }: FeedEvent): string {
  return JSON.stringify(Object.entries({ profile: customer.profile, ...change }).sort());
}

describe('the runtime', () => {
  test('does as an engine that never stopped, wherever it is killed and over however many partitions', async () => {
    const interruption = fc.constantFrom<Interruption>(
      'kill_half_way',
      'none',
      'checkpoint',
      'checkpoint_under_way',
      'kill',
      'kill_while_written',
      'build',
    );
    await fc.assert(
      fc.asyncProperty(
        arbitraryRedefined,
        fc.array(interruption, { minLength: 1, maxLength: 12 }),
        fc.constantFrom<Partitions>([1], [2], [3], [5], [3, 1, 2]),
        async (story, interruptions, partitions) => {
          const one = await live(story, interruptions, partitions);
          const other = straight(story);
          const bytes = (lines: readonly string[]): string =>
            lines.join('\n').replace(/"negatives":\[.*?\],"seen"/, '"seen"');
          expect(bytes(one.state)).toBe(bytes(other.state));
          const events = [...one.runtime.feed.read(0)];
          expect(events.map(bare)).toEqual(
            other.changes.map((change) => JSON.stringify(Object.entries(change).sort())),
          );
          expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i));
          expect(one.disk.faults).toEqual([]);
          const { customers, engine } = one.runtime;
          for (const [segment, size] of customers.sizes()) expect(size).toBe(engine.size(segment));
        },
      ),
      { numRuns: Number(process.env['SEGUE_CASES'] ?? 150) },
    );
  });

  test('gives the same from the log alone as from a checkpoint and the rest', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCase(arbitraryDefinitions), async (story) => {
        const { disk, runtime, state } = await live(story, ['checkpoint', 'none', 'kill']);
        await runtime.stop();
        const restored = await disk.open();
        expect([...restored.engine.serialize()]).toEqual(state);
        await restored.stop();
        await disk.checkpoints.clear();
        const replayed = await disk.open();
        const bytes = (lines: readonly string[]): string =>
          lines.join('\n').replace(/"negatives":\[.*?\],"seen"/, '"seen"');
        expect(bytes([...replayed.engine.serialize()])).toBe(bytes(state));
        expect(disk.faults).toEqual([]);
      }),
      { numRuns: Number(process.env['SEGUE_CASES'] ?? 60) },
    );
  });
});

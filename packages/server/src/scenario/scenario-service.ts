/**
 * The service as a scenario runs it: data directory, log, checkpoints, changes and the running engine as in production,
 * on a clock that stands still until it is told to go on.
 *
 * Everything that happens is an entry of the log and everything that is asked is asked of what came out of it. Time
 * passes as it does in production: what is due on the way is done at its own instant, by a tick that the loop writes
 * when the clock wakes it.
 *
 * Arguments and answers are plain data, so that whoever asks may live in another process.
 */

import { join } from 'node:path';

import { assert } from '@segue/core/base/assert.ts';
import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { explainText } from '@segue/core/engine/explain-text.ts';
import { explain } from '@segue/core/engine/explain.ts';
import type { Engine } from '@segue/core/engine/engine.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { listDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import { ChangeFeed, type FeedFault } from '../feeds/change-feed.ts';
import type { FeedEvent } from '../feeds/feed.ts';
import { openLmdbFeedStore } from '../feeds/lmdb-feed-store.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import { openDataDirectory, type DataDirectory } from '../log/data-directory.ts';
import type { LogEntry } from '../log/entry.ts';
import type { CheckpointStore } from '../log/checkpoint-store.ts';
import { openLmdbCheckpointStore, type LmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import type { Log } from '../log/log.ts';
import { ManualClock } from '../runtime/clock.ts';
import type { EntryResult } from '../runtime/submissions.ts';
import { Runtime } from '../runtime/runtime.ts';
import { stateHash } from '../runtime/state-hash.ts';
import { compareWithReplay } from './compare-with-replay.ts';
import type { CustomerNumber, OtherInput } from './subject.ts';

export type ScenarioServiceOptions = {
  /** The data directory; made where it is not there. */
  readonly directory: string;
  readonly timeZone: string;
  /** Parts that customers are spread over (default 1). */
  readonly partitions?: number;
  /** Where the clock stands. */
  readonly now: Instant;
};

/** Name of the source that messages of scenarios come from. */
const source = 'scenario';
/** Address space set aside for each store at first, in bytes; it grows when it is reached. */
const mapBytes = 2 ** 26;
/** By the machine's clock checkpoints are never due: the same scenario does the same on every run. */
const checkpointEveryMs = 2 ** 31 - 1;
/** Lines of one explanation; a rule of hundreds of conditions is not read to its end. */
const explanationLinesMax = 60;

/** What is open in the data directory. */
type Stores = {
  readonly directory: DataDirectory;
  readonly log: Log;
  readonly checkpoints: LmdbCheckpointStore;
  readonly changes: FeedStore;
};

/** What the runtime lets one know. */
type Heard = {
  /** Called when a record of the log has been taken, and when nothing can go on. */
  onTurn: () => void;
  /** Why nothing can go on. */
  failure: Error | undefined;
  /** What must never happen, and did. */
  readonly faults: string[];
  /** Its data is about to go: nothing needs to be written down any more. */
  isEnding: boolean;
};

export class ScenarioService {
  readonly #stores: Stores;
  readonly #clock: ManualClock;
  readonly #heard: Heard;
  readonly #runtime: Runtime;

  private constructor(stores: Stores, clock: ManualClock, heard: Heard, runtime: Runtime) {
    this.#stores = stores;
    this.#clock = clock;
    this.#heard = heard;
    this.#runtime = runtime;
    void Promise.race([runtime.failed, stores.checkpoints.failed]).then((error) => {
      heard.failure = error;
      heard.onTurn();
    });
  }

  /** Opens the service on its data, of which there may be none yet. Nothing stays open when it rejects. */
  static async open(options: ScenarioServiceOptions): Promise<ScenarioService> {
    const { directory, now } = options;
    const clock = new ManualClock(now);
    const heard: Heard = { onTurn: () => undefined, failure: undefined, faults: [], isEnding: false };
    const stores = await openStores(directory);
    try {
      const runtime = await openRuntime(stores, clock, options, heard);
      return new ScenarioService(stores, clock, heard, runtime);
    } catch (error) {
      await closeStores(stores);
      throw error;
    }
  }

  /** Lets the clock go to an instant, the way it does: what is due on the way is done when it is due. */
  async advanceTo(now: Instant): Promise<void> {
    const { engine } = this.#runtime;
    this.#check();
    for (let due = engine.nextDueAt(); due !== undefined && due <= now; due = engine.nextDueAt()) {
      const taken = new Promise<void>((resolve) => {
        this.#heard.onTurn = resolve;
      });
      this.#clock.set(Math.max(due, this.#clock.now()));
      await taken;
      this.#check();
      assert((engine.nextDueAt() ?? Infinity) > due, 'what is due at an instant is done once it has passed');
    }
    this.#clock.set(Math.max(now, this.#clock.now()));
  }

  /** Takes messages of one request; in their order, whom each concerned. */
  async take(messages: readonly Message[], now: Instant): Promise<readonly (CustomerNumber | undefined)[]> {
    await this.advanceTo(now);
    const taken = await this.#runtime.loop.take(messages, source);
    if (!taken.ok) throw new Error(taken.error.message);
    this.#check();
    return taken.value.map(({ profile }) => profile);
  }

  /** Takes what is no message; why it was refused, and nothing when it was not. */
  async apply(input: OtherInput, now: Instant): Promise<readonly Diagnostic[]> {
    await this.advanceTo(now);
    const result =
      input.kind === 'definitions' ? await this.#define(input.definitions) : await this.#submit(input);
    this.#check();
    return result.ok ? [] : result.error;
  }

  findCustomers(names: readonly string[]): readonly (CustomerNumber | undefined)[] {
    return names.map((name) => this.#engine.findProfile(name));
  }

  namesOf(customers: readonly CustomerNumber[]): readonly string[] {
    return customers.map((customer) => this.#engine.profile(customer)?.displayId ?? `customer ${customer}`);
  }

  members(segment: string): readonly CustomerNumber[] {
    return this.#engine.members(segment);
  }

  stageMembers(lifecycle: string, stage: string): readonly CustomerNumber[] {
    return this.#engine.stageMembers(lifecycle, stage);
  }

  async value(customer: CustomerNumber, value: Value): Promise<RuleValue> {
    await this.#catchUp();
    return this.#engine.value(customer, value);
  }

  async explain(customer: CustomerNumber, segment: string): Promise<readonly string[]> {
    await this.#catchUp();
    const engine = this.#engine;
    if (!engine.definitions.segments.has(segment)) return [];
    const explanation = explain(engine.history(customer), engine.world(), segment, engine.now);
    const lines = explainText(explanation, engine.zone);
    return lines.length <= explanationLinesMax ? lines : [...lines.slice(0, explanationLinesMax), '…'];
  }

  /** The changes of the feed from a number on. */
  changesFrom(seq: number): readonly FeedEvent[] {
    return [...this.#runtime.feed.read(seq)];
  }

  /** Writes a checkpoint; resolves when it is durable. */
  checkpoint(): Promise<void> {
    return this.#runtime.checkpoint();
  }

  /** Equal states have equal hashes. */
  stateHash(): string {
    return stateHash(this.#engine);
  }

  /** What is wrong with what was found at the start: it is not what the log says. Undefined when all is well. */
  async whatIsWrong(): Promise<string | undefined> {
    return this.#heard.faults[0] ?? (await compareWithReplay(this.#stores.log, this.#runtime));
  }

  /** Ends it, and with it all use of its data. */
  async close(): Promise<void> {
    this.#heard.isEnding = true;
    try {
      await this.#runtime.stop();
      await this.#runtime.feed.close();
    } finally {
      await closeStores(this.#stores);
    }
  }

  get #engine(): Engine {
    return this.#runtime.engine;
  }

  /** As the management API does it: built beside those in force, from the log, and swapped by an entry of it. */
  #define(definitions: Definitions): Promise<EntryResult> {
    const { customers } = this.#runtime;
    const revision = customers.definitions.revision + 1;
    const loader = customers.beginBuild(definitions, revision);
    loader.load(customers.position, () => true);
    const listed = listDefinitions(definitions);
    return this.#submit({ kind: 'definitions', definitions: listed, revision, author: source, reason: '' });
  }

  async #submit(entry: LogEntry): Promise<EntryResult> {
    const [result] = await this.#runtime.loop.submit([entry]);
    assert(result !== undefined, 'a result for each entry');
    return result;
  }

  /** The engine knows the time of its last record, and the question is of now. */
  async #catchUp(): Promise<void> {
    if (this.#engine.now < this.#clock.now()) await this.#submit({ kind: 'tick' });
  }

  #check(): void {
    if (this.#heard.failure !== undefined) throw this.#heard.failure;
    const [fault] = this.#heard.faults;
    if (fault !== undefined) throw new Error(fault);
  }
}

function openRuntime(
  { log, checkpoints, changes }: Stores,
  clock: ManualClock,
  { timeZone, partitions = 1 }: ScenarioServiceOptions,
  heard: Heard,
): Promise<Runtime> {
  const feed = new ChangeFeed({
    store: changes,
    now: () => clock.now(),
    keepMs: Infinity,
    onFault: (fault) => {
      heard.faults.push(faultText(fault));
    },
  });
  return Runtime.open({
    log,
    checkpoints: sparingWriter(checkpoints, heard),
    feed,
    clock,
    timeZone,
    partitions,
    checkpointEveryMs,
    onTaken: () => {
      heard.onTurn();
    },
    onBadCheckpoint: (reason) => {
      heard.faults.push(`the checkpoint cannot be used: ${reason}`);
    },
  });
}

/**
 * Checkpoints are written by a thread that takes longer to start than most scenarios to run. It is left asleep where there
 * is nothing to clear, and at the end, when what it would write is about to be removed.
 */
function sparingWriter(store: CheckpointStore, heard: Heard): CheckpointStore {
  let isEmpty = store.head === undefined;
  return {
    get head() {
      return store.head;
    },
    write: async (rows, head) => {
      if (heard.isEnding) return;
      isEmpty = false;
      await store.write(rows, head);
    },
    read: (from, to) => store.read(from, to),
    get: (key) => store.get(key),
    view: (key) => store.view(key),
    clear: async () => {
      if (!isEmpty) await store.clear();
    },
    close: () => store.close(),
  };
}

function faultText(fault: FeedFault): string {
  switch (fault.kind) {
    case 'diverged':
      return `change ${fault.kept.seq} was ${JSON.stringify(fault.kept)}, and is ${JSON.stringify(fault.published)}`;
    case 'hole':
      return `changes ${fault.from} to ${fault.to - 1} are lost`;
    case 'ahead':
      return `${fault.known} changes are kept, and the log gives ${fault.next}`;
    case 'subscriber':
      return `a reader of the changes failed: ${String(fault.error)}`;
  }
}

/** What is open is closed again when the next cannot be opened. */
async function openStores(path: string): Promise<Stores> {
  const directory = await openDataDirectory(path);
  const opened: { close(): Promise<void> }[] = [directory];
  const opening = async <T extends { close(): Promise<void> }>(part: Promise<T>): Promise<T> => {
    const done = await part;
    opened.unshift(done);
    return done;
  };
  try {
    const { paths } = directory;
    const log = await opening(openLmdbLog(paths.log, { mapBytes }));
    const checkpoints = await opening(openLmdbCheckpointStore(paths.checkpoint, { mapBytes }));
    const changes = await opening(openLmdbFeedStore(join(path, 'feed'), { mapBytes }));
    return { directory, log, checkpoints, changes };
  } catch (error) {
    for (const part of opened) await part.close();
    throw error;
  }
}

async function closeStores({ directory, log, checkpoints, changes }: Stores): Promise<void> {
  await Promise.allSettled([changes.close(), checkpoints.close(), log.close()]);
  await directory.close();
}

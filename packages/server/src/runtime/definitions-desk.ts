/**
 * Definitions as people change them: looked at before, built beside those in force, put into force by an entry of the
 * log. The log is the truth about what is in force; the catalog's history of versions follows it.
 */

import { setTimeout as pause } from 'node:timers/promises';

import { assert } from '@segue/core/base/assert.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { previewDefinitions } from '@segue/core/engine/definitions-preview.ts';
import type { AnswerChange } from '@segue/core/engine/definition-report.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { listDefinitions, readListed } from '@segue/core/model/listed-definitions.ts';

import {
  type ApplyOptions,
  type DefinitionsApplied,
  type DefinitionsDesk,
  type DefinitionsPreview,
  type DefinitionsProgress,
  type DefinitionsRefusal,
  type ListChange,
  type ListChanged,
  moveExamplesMax,
  type Moves,
} from '../api/definitions-port.ts';
import { type DefinitionHistory, differenceOf } from '../catalog/definition-history.ts';
import type { IntakeClosed } from './intake.ts';
import { toPlain } from '../catalog/plain-definitions.ts';
import type { LogEntry } from '../log/entry.ts';
import type { Log } from '../log/log.ts';
import type { TakenDefinitions } from './customers.ts';
import type { DefinitionsLoader } from './definitions-loader.ts';
import { changeMembers } from './list-members.ts';
import { askPast, type PastEventsOptions } from './past-events.ts';
import type { Runtime } from './runtime.ts';

/** How long a build works before messages have their turn, in milliseconds. */
const sliceMs = 1.5;
/** Customers who may be left for when definitions come into force: some milliseconds. */
const leftMax = 256;
/** Slices after which more may be left, where customers are touched as fast as they are brought up. */
const chasesMax = 50;
/** How long the others have at least between two slices, in milliseconds. */
const restMs = 1;

/** What is known while definitions are built. */
type ProgressOf = Omit<DefinitionsProgress, 'done' | 'total' | 'from'> & {
  readonly loader: DefinitionsLoader;
};

/** What the building of definitions that came into force was like. */
export type DefinitionsBuilt = {
  readonly revision: number;
  readonly from: DefinitionsLoader['from'];
  /** Why what had to be loaded did not come from the history store. */
  readonly whyLog: DefinitionsLoader['whyLog'];
  readonly ms: number;
};

/** A build is given up because the service stops. */
class Stopping extends Error {
  readonly closed: IntakeClosed;

  constructor(closed: IntakeClosed) {
    super(closed.message);
    this.closed = closed;
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class RuntimeDesk implements DefinitionsDesk {
  readonly #runtime: Runtime;
  readonly #history: DefinitionHistory;
  /** Gives events of the past to builds; undefined while there is no history store. */
  #past: PastEventsOptions | undefined;
  #onBuilt: (built: DefinitionsBuilt) => void = () => undefined;
  #progress: ProgressOf | undefined;
  #isApplying = false;
  /** One build at a time: who comes later waits. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(runtime: Runtime, history: DefinitionHistory) {
    this.#runtime = runtime;
    this.#history = history;
  }

  /** Brings the history of versions up to the log first. */
  static async open(runtime: Runtime, log: Log, history: DefinitionHistory): Promise<RuntimeDesk> {
    await catchUp(history, log, runtime.customers.definitions.revision);
    return new RuntimeDesk(runtime, history);
  }

  /** From now on builds take the past from the history store where they can; `onBuilt` is told where they took it from. */
  useHistory(past: PastEventsOptions | undefined, onBuilt: (built: DefinitionsBuilt) => void): void {
    this.#past = past;
    this.#onBuilt = onBuilt;
  }

  current(): { readonly revision: number; readonly definitions: Definitions } {
    return this.#runtime.customers.definitions;
  }

  preview(definitions: Definitions): Promise<Result<DefinitionsPreview, DefinitionsRefusal>> {
    return this.#alone(async () => {
      const { customers } = this.#runtime;
      const { revision, definitions: before } = this.current();
      const difference = differenceOf(toPlain(before), toPlain(definitions));
      if (difference.length === 0) return ok({ revision, difference, moves: [] });
      const loader = this.#beginBuild(definitions, 0);
      try {
        const trimmed = this.#trimmed(loader);
        if (trimmed !== undefined) return fail(trimmed);
        await this.#bringUp(loader);
        return ok({ revision, difference, moves: await this.#moves(loader) });
      } catch (error) {
        if (error instanceof Stopping) return fail({ kind: 'closed', closed: error.closed });
        throw error;
      } finally {
        customers.dropBuild();
      }
    });
  }

  /**
   * What would change for whom if the definitions were in force, told one by one. `pause` is awaited now and then; what it
   * throws ends the build.
   */
  differences(
    definitions: Definitions,
    tell: (change: AnswerChange) => void,
    pause: () => Promise<void>,
  ): Promise<void> {
    return this.#alone(async () => {
      const { customers } = this.#runtime;
      await pause();
      const loader = this.#beginBuild(definitions, 0);
      try {
        await inSlices((isTime) => loader.load(customers.position, isTime), pause);
        let until = performance.now() + sliceMs;
        for (const change of previewDefinitions(loader.build)) {
          if (change !== undefined) tell(change);
          if (performance.now() < until) continue;
          await pause();
          until = performance.now() + sliceMs;
        }
      } finally {
        customers.dropBuild();
      }
    });
  }

  async apply(
    definitions: Definitions,
    options: ApplyOptions,
  ): Promise<Result<DefinitionsApplied, DefinitionsRefusal>> {
    const busy = this.progress();
    if (this.#isApplying && busy !== undefined) return fail({ kind: 'busy', progress: busy });
    this.#isApplying = true;
    try {
      return await this.#alone(() => this.#apply(definitions, options));
    } finally {
      this.#isApplying = false;
      this.#progress = undefined;
    }
  }

  changeList(name: string, change: ListChange): Promise<Result<ListChanged, DefinitionsRefusal>> {
    return this.#alone(async () => {
      const { loop } = this.#runtime;
      const { revision, definitions } = this.current();
      const list = definitions.lists.get(name);
      if (list === undefined) return fail({ kind: 'conflict', revision });
      const { members, ...changed } = changeMembers(list.members, change);
      if (changed.added + changed.removed === 0) return ok(changed);
      const { closed } = loop;
      if (closed !== undefined) return fail({ kind: 'closed', closed });
      const [taken] = await loop.submit([{ kind: 'list', name, members }]);
      assert(taken?.ok === true, 'a list that is defined is replaced');
      return ok(changed);
    });
  }

  progress(): DefinitionsProgress | undefined {
    if (this.#progress === undefined) return undefined;
    const { loader, ...rest } = this.#progress;
    return { ...rest, from: loader.from, done: loader.position, total: this.#runtime.customers.position };
  }

  async sizes(): Promise<ReadonlyMap<string, number>> {
    const { sets } = this.#runtime.customers;
    await sets.ready();
    return sets.sizes();
  }

  async #apply(
    definitions: Definitions,
    { author, reason, expectedRevision, madeFrom }: ApplyOptions,
  ): Promise<Result<DefinitionsApplied, DefinitionsRefusal>> {
    const { customers, loop } = this.#runtime;
    const { revision: before, definitions: was } = this.current();
    if ((expectedRevision ?? before) !== before || (madeFrom ?? was) !== was) {
      return fail({ kind: 'conflict', revision: before });
    }
    const { closed } = loop;
    if (closed !== undefined) return fail({ kind: 'closed', closed });
    const difference = differenceOf(toPlain(was), toPlain(definitions));
    if (difference.length === 0) return ok({ revision: before, difference });
    const revision = before + 1;
    // To compare and to compile a thousand rules takes some milliseconds each.
    await nextTurn();
    const loader = await loop.atRest(() => this.#beginBuild(definitions, revision));
    const trimmed = this.#trimmed(loader);
    if (trimmed !== undefined) {
      customers.dropBuild();
      return fail(trimmed);
    }
    this.#progress = { revision, author, startedAt: loop.now(), loader };
    const began = performance.now();
    try {
      await this.#bringUp(loader);
      // Somebody erased meanwhile must not come back onto a list.
      if (this.current().definitions !== was) return fail({ kind: 'conflict', revision: before });
      const entry = { kind: 'definitions', definitions: listDefinitions(definitions), revision } as const;
      const [taken] = await this.#whileBringingUp(loader, loop.submit([{ ...entry, author, reason }]));
      assert(taken?.ok === true, 'definitions that were checked come into force');
    } catch (error) {
      if (error instanceof Stopping) return fail({ kind: 'closed', closed: error.closed });
      throw error;
    } finally {
      customers.dropBuild();
    }
    const { from, whyLog } = loader;
    this.#onBuilt({ revision, from, whyLog, ms: performance.now() - began });
    await record(this.#history, customers.definitions);
    return ok({ revision, difference });
  }

  #beginBuild(definitions: Definitions, revision: number): DefinitionsLoader {
    const { customers } = this.#runtime;
    const past = this.#past;
    if (past === undefined) return customers.beginBuild(definitions, revision);
    return customers.beginBuild(definitions, revision, (build) => askPast(build, customers.engine.now, past));
  }

  /** Why they cannot be built, where they need messages that were let go. */
  #trimmed({ build }: DefinitionsLoader): DefinitionsRefusal | undefined {
    const { messagesSince: since, engine } = this.#runtime.customers;
    return build.readsFrom(engine.now) < since ? { kind: 'trimmed', since } : undefined;
  }

  /** Loads what there is and brings customers up, letting others have their turn, until hardly anybody is left. @throws Stopping */
  async #bringUp(loader: DefinitionsLoader): Promise<void> {
    for (let chases = 0; ;) {
      // A message that arrives meanwhile takes several turns, and should not find a slice in each.
      await pause(restMs);
      const { closed } = this.#runtime.loop;
      if (closed?.code === 'intake/stopping') throw new Stopping(closed);
      const isLoaded = this.#bringUpSome(loader);
      const { left, hasSeenAll } = loader.build;
      if (isLoaded && (left <= leftMax || (hasSeenAll && ++chases >= chasesMax))) return;
    }
  }

  /** Until the entry's turn has come others are touched, who would all have to be brought up then. */
  async #whileBringingUp<T>(loader: DefinitionsLoader, taken: Promise<T>): Promise<T> {
    const done = { is: false };
    const end = (): void => {
      done.is = true;
    };
    taken.then(end, end);
    while (!done.is && loader.build.swap === undefined) {
      this.#bringUpSome(loader);
      await pause(restMs);
    }
    return taken;
  }

  /** True when everything has been loaded. */
  #bringUpSome(loader: DefinitionsLoader): boolean {
    const until = performance.now() + sliceMs;
    const isTime = (): boolean => performance.now() < until;
    if (!loader.load(this.#runtime.customers.position, isTime)) return false;
    loader.build.bringUp(isTime);
    return true;
  }

  async #moves(loader: DefinitionsLoader): Promise<readonly Moves[]> {
    const { engine } = this.#runtime;
    const moves = new MovesCount((profile) => engine.namesOf(profile).displayId);
    let until = performance.now() + sliceMs;
    for (const change of previewDefinitions(loader.build)) {
      if (change !== undefined) moves.add(change);
      if (performance.now() < until) continue;
      await nextTurn();
      until = performance.now() + sliceMs;
    }
    return moves.list();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

/** Works until it is done, with a pause after each slice. */
async function inSlices(work: (isTime: () => boolean) => boolean, pause: () => Promise<void>): Promise<void> {
  for (;;) {
    const until = performance.now() + sliceMs;
    if (work(() => performance.now() < until)) return;
    await pause();
  }
}

type Count = {
  readonly kind: 'segments' | 'lifecycles';
  readonly name: string;
  entering: number;
  leaving: number;
  readonly enteringExamples: string[];
  readonly leavingExamples: string[];
};

/** Counts who would move where, with some examples. */
class MovesCount {
  readonly #nameOf: (profile: number) => string;
  readonly #counts = new Map<string, Count>();

  constructor(nameOf: (profile: number) => string) {
    this.#nameOf = nameOf;
  }

  add({ profile, entered, exited, moved }: AnswerChange): void {
    for (const segment of entered) this.#enter(this.#countOf('segments', segment), profile);
    for (const segment of exited) {
      const count = this.#countOf('segments', segment);
      count.leaving++;
      if (count.leavingExamples.length < moveExamplesMax) count.leavingExamples.push(this.#nameOf(profile));
    }
    for (const { lifecycle } of moved) this.#enter(this.#countOf('lifecycles', lifecycle), profile);
  }

  list(): readonly Moves[] {
    return [...this.#counts.values()];
  }

  #enter(count: Count, profile: number): void {
    count.entering++;
    if (count.enteringExamples.length < moveExamplesMax) count.enteringExamples.push(this.#nameOf(profile));
  }

  #countOf(kind: Count['kind'], name: string): Count {
    const key = `${kind} ${name}`;
    let count = this.#counts.get(key);
    if (count === undefined) {
      count = { kind, name, entering: 0, leaving: 0, enteringExamples: [], leavingExamples: [] };
      this.#counts.set(key, count);
    }
    return count;
  }
}

function record(history: DefinitionHistory, taken: TakenDefinitions): Promise<void> {
  const { revision, at, author, reason, definitions } = taken;
  return history.record({ revision, at, author, reason }, toPlain(definitions));
}

/** Versions that the log has and the history does not, because the process ended between the two. */
async function catchUp(history: DefinitionHistory, log: Log, inForce: number): Promise<void> {
  const known = (await history.latest())?.head.revision ?? 0;
  if (known >= inForce) return;
  for (const { at, entries } of log.read(0)) {
    for (const entry of entries) {
      if (isDefinitions(entry) && entry.revision > known) {
        await record(history, { ...entry, at, definitions: readListed(entry.definitions) });
      }
    }
  }
}

function isDefinitions(entry: LogEntry): entry is LogEntry & { readonly kind: 'definitions' } {
  return entry.kind === 'definitions';
}

/**
 * The engine: all customers of one partition on one clock, as a pure state machine.
 *
 * It has no clock, no timers and no I/O: the caller says what arrives and what time it is. Time passes first: what is
 * due at an instant by time alone happens before what arrives at it. Given the same inputs it does the same, to the byte.
 */

import { assert, defined } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { ok, type Result } from '../base/result.ts';
import type { Zone } from '../base/zone.ts';
import type { Change } from '../model/change.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Input } from '../model/input.ts';
import type { Identifier, Instant, JsonObject, Message } from '../model/message.ts';
import type { History, World } from '../rules/interpreter-history.ts';
import type { Condition, Value } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { ask } from './ask.ts';
import { readHeader } from './checkpoint.ts';
import { type CustomerRow, type KeptRow, restoreRows } from './checkpoint-run.ts';
import { restoreState, writeState } from './engine-checkpoint.ts';
import { DefinitionsBuild } from './definitions-build.ts';
import { EngineState, NO_NOTICES } from './engine-state.ts';
import { eraseCustomer } from './erase.ts';
import { historyOf } from './history.ts';
import type { ProfileKeeper, RefusedMerge } from './identity.ts';
import type { Plan } from './make-plan.ts';
import { MemoryHistory, type MessageHistory } from './message-history.ts';
import { keeperOf } from './merge-customers.ts';
import { NEVER } from './profile.ts';
import { takeDefinitions } from './take-definitions.ts';
import { takeConsent, takeScore } from './take-fact.ts';
import { defineLists, takeList } from './take-list.ts';
import { takeHeldMessages, takeKnownMessage, takeMessage } from './take-message.ts';
import { refreshPopulations, takePopulations } from './take-populations.ts';
import { isIn, stageOf, viewOf } from './views.ts';

export type EngineOptions = {
  /** IANA name, e.g. `Asia/Kolkata`; RangeError for one that does not exist. */
  readonly timeZone: string;
  /** Where the clock stands before the first input. */
  readonly start: Instant;
  readonly definitions: Definitions;
  /** Called for every change, in order of instants. The object is the caller's to keep. */
  readonly onChange: (change: Change) => void;
  /**
   * Keep every message in memory, so that definitions may change later and any expression can be asked and explained
   * (default false: then only what the definitions need is kept, and a change of definitions is refused once there are
   * customers). A function chooses the messages of the customers who will be asked about.
   */
  readonly keepHistory?: boolean | ((message: Message) => boolean);
  /** Where all messages are kept instead of in memory; does all that `keepHistory` does. It is not part of checkpoints. */
  readonly history?: MessageHistory;
  /** Called before two customers become one: `gone` is still there, as it was. */
  readonly onMerge?: (survivor: number, gone: number) => void;
  /** Numbers kept of one customer at most; see `customerNumbersMax`. */
  readonly customerNumbersMax?: number;
  /** Customers that are kept ready to be worked on; all others lie packed. 0: packed after every step. */
  readonly workingCustomersMax?: number;
};

export type Applied = {
  /** The profile concerned, where there is one. */
  readonly profile?: number;
  /** Why a message changed nothing. */
  readonly ignored?: 'duplicate' | 'erased' | 'unknown_customer' | 'limit';
  /** Things worth telling the sender: a refused merge, a time taken as now, a limit reached. */
  readonly notices: readonly Diagnostic[];
};

/** One customer, for people: what names it, what is true of it. */
export type ProfileView = {
  readonly id: number;
  readonly identifiers: readonly Identifier[];
  /** User id if there is one, else the first identifier. */
  readonly displayId: string;
  readonly bornAt: Instant | undefined;
  readonly traits: JsonObject;
  readonly segments: readonly { readonly segment: string; readonly since: Instant }[];
  readonly stages: readonly { readonly lifecycle: string; readonly stage: string; readonly since: Instant }[];
  readonly scores: readonly { readonly name: string; readonly value: number }[];
  readonly consents: readonly {
    readonly channel: string;
    readonly topic?: string;
    readonly status: 'subscribed' | 'unsubscribed';
  }[];
};

export class Engine {
  readonly zone: Zone;
  readonly #state: EngineState;
  readonly #keeper: ProfileKeeper;

  constructor(options: EngineOptions) {
    this.#state = new EngineState(options);
    this.zone = this.#state.zone;
    this.#keeper = keeperOf(this.#state);
    defineLists(this.#state, options.definitions);
    takePopulations(this.#state);
  }

  get now(): Instant {
    return this.#state.now;
  }

  get definitions(): Definitions {
    return this.#state.plan.definitions;
  }

  get plan(): Plan {
    return this.#state.plan;
  }

  get refusedMerges(): readonly RefusedMerge[] {
    return this.#state.identity.refused;
  }

  // Inputs and time.

  /** Advances to `now`, then takes the input. A clock that goes back is treated as standing still. */
  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]> {
    this.advanceTo(now);
    const state = this.#state;
    state.profiles.beginStep();
    switch (input.kind) {
      case 'message':
        return ok(takeMessage(state, this.#keeper, input.message));
      case 'definitions':
        return takeDefinitions(state, input.definitions);
      case 'list':
        return ok(takeList(state, input.name, input.members));
      case 'score':
        return ok(takeScore(state, input));
      case 'consent':
        return ok(takeConsent(state, input));
      case 'refresh':
        refreshPopulations(state);
        return ok({ notices: NO_NOTICES });
      case 'erase':
        return ok(eraseCustomer(state, input.customer));
    }
  }

  /**
   * Advances to `now`, then takes a message of a customer who is known already: the caller has seen to it that the message
   * is new, and that each of its identifiers is one of theirs. For those who keep numbers of customers beside their
   * messages, as an index of a log does. The messageId is not remembered.
   */
  applyKnown(profile: number, message: Message, now: Instant): Applied {
    this.advanceTo(now);
    this.#state.profiles.beginStep();
    return takeKnownMessage(this.#state, profile, message);
  }

  /**
   * Begins to build definitions beside those in force, with nothing loaded yet. `load` every message that was taken, tell it
   * of merges, and put it into force, which takes definitions as `apply` does but has nothing to read any more.
   */
  build(definitions: Definitions): DefinitionsBuild {
    return new DefinitionsBuild(this.#state, definitions);
  }

  /** Advances to `now`, then puts definitions that have been built into force. Throws when others have come into force since. */
  putInForce(build: DefinitionsBuild, now: Instant): Result<Applied, readonly Diagnostic[]> {
    this.advanceTo(now);
    return takeDefinitions(this.#state, build.definitions, build);
  }

  /** The earliest instant at which time alone could change an answer; undefined when there is none. */
  nextDueAt(): Instant | undefined {
    const { queue, refreshAt } = this.#state;
    const due = Math.min(queue.peek(), refreshAt);
    return due === NEVER ? undefined : due;
  }

  /** Lets time pass; changes due by time alone are emitted at their own instants, in order. Never goes back. */
  advanceTo(now: Instant): void {
    const state = this.#state;
    for (;;) {
      const due = state.queue.peek();
      if (due <= now && due <= state.refreshAt) this.#wakeNext(due);
      else if (state.refreshAt <= now) this.#refreshDaily();
      else break;
    }
    if (now > state.now) state.now = now;
  }

  #wakeNext(due: Instant): void {
    const state = this.#state;
    const { profiles } = state;
    const id = state.queue.take(due);
    if (due > state.now) state.now = due;
    if (profiles.queuedAt(id) !== due) return;
    profiles.beginStep();
    const p = profiles.use(id);
    profiles.setQueuedAt(id, NEVER);
    if (p === undefined) return;
    if (p.dueAt <= due) {
      state.machine.because('time');
      const dated = state.machine.wake(p, due);
      state.machine.settle(p, due);
      if (dated) takeHeldMessages(state, p, due);
    }
    state.enqueue(p);
  }

  #refreshDaily(): void {
    const state = this.#state;
    if (state.refreshAt > state.now) state.now = state.refreshAt;
    refreshPopulations(state);
  }

  // Questions.

  /** By any identifier of theirs; an e-mail in any case, a phone number as people write it. */
  findProfile(identifier: string | Identifier): number | undefined {
    const { identity } = this.#state;
    return typeof identifier === 'string'
      ? identity.find(identifier)
      : identity.owner(identifier.kind, identifier.value);
  }

  profileIds(): readonly number[] {
    return this.#state.profiles.ids();
  }

  profileCount(): number {
    return this.#state.profiles.count;
  }

  profile(id: number): ProfileView | undefined {
    const p = this.#state.profiles.look(id);
    return p === undefined ? undefined : viewOf(this.#state, p);
  }

  /** What names a customer, cheaper than the whole view. */
  namesOf(id: number): Pick<ProfileView, 'identifiers' | 'displayId'> {
    const identifiers = this.#state.identity.identifiersOf(id);
    const user = identifiers.find(({ kind }) => kind === 'user_id') ?? identifiers[0];
    return { identifiers, displayId: user?.value ?? this.#state.profiles.sampleIdOf(id) ?? `profile ${id}` };
  }

  members(segment: string): readonly number[] {
    return this.profileIds().filter((id) => this.isMember(id, segment));
  }

  size(segment: string): number {
    return this.members(segment).length;
  }

  stageMembers(lifecycle: string, stage: string): readonly number[] {
    return this.profileIds().filter((id) => this.stageOf(id, lifecycle) === stage);
  }

  isMember(profile: number, segment: string): boolean {
    return isIn(this.#state, this.#state.profiles.look(profile), segment);
  }

  stageOf(profile: number, lifecycle: string): string | undefined {
    return stageOf(this.#state, this.#state.profiles.look(profile), lifecycle);
  }

  /**
   * A checked expression about one customer, now. What no definition keeps the events for is answered from history,
   * so it needs `keepHistory`; scores of RFM models can always be asked.
   */
  value(profile: number, value: Value): RuleValue {
    const p = defined(this.#state.profiles.look(profile), 'a profile');
    if (p.bornAt > this.#state.now) return undefined;
    const known = this.#state.plan.values.get(JSON.stringify(value));
    if (known !== undefined) return known.get(p, this.#state.now);
    const asked = ask(this.#state, p, (compiler) => compiler.ask(value));
    return asked.compiled.get(asked.p, this.#state.now);
  }

  /** As `value`, for a condition. */
  holds(profile: number, condition: Condition): boolean {
    const p = defined(this.#state.profiles.look(profile), 'a profile');
    if (p.bornAt > this.#state.now) return false;
    const asked = ask(this.#state, p, (compiler) => compiler.askWhether(condition));
    return asked.compiled(asked.p, this.#state.now);
  }

  /** All that is known of a customer, as the plain interpreter reads it. Only what `keepHistory` kept. */
  history(profile: number): History {
    const p = defined(this.#state.profiles.look(profile), 'a profile');
    return historyOf(p, this.#state.messagesOf(profile));
  }

  /** What rules ask about besides the customer. */
  world(): World {
    const { zone, plan, env } = this.#state;
    return { zone, definitions: plan.definitions, populations: env.populations };
  }

  // Checkpoints.

  /** The whole state as lines of JSON; equal states give equal lines. See checkpoint.ts. */
  serialize(): Iterable<string> {
    return writeState(this.#state);
  }

  /** An engine in the state that `serialize` wrote down; throws for a checkpoint of another format. */
  static restore(
    lines: Iterable<string>,
    options: Pick<EngineOptions, 'onChange' | 'keepHistory' | 'history' | 'onMerge'>,
  ): Engine {
    const [first, ...profiles] = lines;
    const { header, definitions } = readHeader(defined(first, 'the header of a checkpoint'));
    const { timeZone, now: start } = header;
    const engine = new Engine({ ...options, timeZone, start, definitions });
    restoreState(engine.#state, header, profiles);
    return engine;
  }

  /**
   * Begins to write down the state as it is now, while the engine goes on: the header, and the hashes of messages taken since
   * the checkpoint before (three words each). Then `checkpointRows` until none come; then the next may begin. The first has
   * everybody and everything. Only where messages are kept elsewhere, or not at all.
   */
  startCheckpoint(): { readonly header: string; readonly seen: Uint32Array } {
    const { checkpoint, seen, options, keepsMessages } = this.#state;
    assert(options.history !== undefined || !keepsMessages, 'messages kept elsewhere than in the checkpoint');
    return { header: checkpoint.start(), seen: seen.takeFresh() };
  }

  /** Up to `max` more rows of the checkpoint begun, of its instant; none when all have been given. */
  checkpointRows(max: number): readonly CustomerRow[] {
    return this.#state.checkpoint.rows(max);
  }

  /** An engine in the state that rows hold: the last header, all hashes in order, and the last row of everybody. */
  static restoreRows(
    headerLine: string,
    seen: Iterable<Uint32Array>,
    rows: Iterable<KeptRow>,
    options: Pick<EngineOptions, 'onChange' | 'history' | 'onMerge'>,
  ): Engine {
    const { header, definitions } = readHeader(headerLine);
    const { timeZone, now: start } = header;
    const engine = new Engine({ ...options, timeZone, start, definitions });
    const state = engine.#state;
    restoreRows(state, header, rows);
    for (const words of seen) state.seen.restoreHashes(words);
    state.seen.takeFresh();
    state.checkpoint.begin();
    return engine;
  }

  /** An independent copy, for asking what would happen. */
  fork(onChange: (change: Change) => void): Engine {
    const { keepHistory, history } = this.#state.options;
    return Engine.restore(this.serialize(), {
      onChange,
      ...(keepHistory === undefined ? {} : { keepHistory }),
      ...(history === undefined ? {} : { history: readOnly(history) }),
    });
  }
}

/** What a copy of an engine asks of the original's messages: what happens to the copy stays with it. */
function readOnly(history: MessageHistory): MessageHistory {
  const own = new MemoryHistory();
  return {
    add: (profile, message) => {
      own.add(profile, message);
    },
    of: (profile) => [...history.of(profile), ...own.of(profile)],
    merge: (survivor, gone) => {
      for (const message of history.of(gone)) own.add(survivor, message);
      own.merge(survivor, gone);
    },
    forget: (profile) => {
      own.forget(profile);
    },
  };
}

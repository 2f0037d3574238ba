/**
 * The engine: all customers of a workspace on one clock, as a pure state machine.
 *
 * It has no clock, no timers and no I/O: the caller says what arrives and what time it is. Time passes first: what is
 * due at an instant by time alone happens before what arrives at it. Given the same inputs it does the same, to the byte.
 *
 * Customers are spread over partitions, each with its own plan, queue and customers, who share the registry. An input of
 * one customer goes to their partition; where it makes one of two who live apart, one moves first, as plain data
 * (move-customer.ts). What concerns everybody is done by each partition at the same instant. How many there are changes
 * nothing that is said or written down, not even an order.
 */

import { assert, defined } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { ok, type Result } from '../base/result.ts';
import type { Zone } from '../base/zone.ts';
import type { Change } from '../model/change.ts';
import { type Definitions, withMembers } from '../model/definitions.ts';
import type { Input } from '../model/input.ts';
import type { Identifier, Instant, Message } from '../model/message.ts';
import type { History, World } from '../rules/interpreter-history.ts';
import type { Condition, Value } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { ask } from './ask.ts';
import { advance, nextDue } from './advance.ts';
import { definitionsOf, readHeader } from './checkpoint.ts';
import type { CheckpointPart } from './checkpoint-run.ts';
import {
  type KeptSheet,
  restoreSheets,
  restoreState,
  type SheetsHeader,
  writeSheetsHeader,
  writeState,
} from './engine-checkpoint.ts';
import { DefinitionsBuild } from './definitions-build.ts';
import { EngineState, NO_NOTICES, type Partitions } from './engine-state.ts';
import { eraseCustomer } from './erase.ts';
import { comingChanges, endsByTime } from './ends-by-time.ts';
import { historyOf } from './history.ts';
import type { ProfileKeeper, RefusedMerge } from './identity.ts';
import type { Plan } from './make-plan.ts';
import { aside, type MessageHistory } from './message-history.ts';
import { keeperOf } from './merge-customers.ts';
import { letGo, takeIn } from './move-customer.ts';
import { NEVER } from './profile.ts';
import { Question, type QuestionOptions } from './question.ts';
import { partitionsMax, Registry } from './registry.ts';
import { takeDefinitions } from './take-definitions.ts';
import { takeConsent, takeScore } from './take-fact.ts';
import { defineLists, takeList } from './take-list.ts';
import { takeKnownMessage, takeMessage } from './take-message.ts';
import { refreshPopulations, takePopulations } from './take-populations.ts';
import {
  type AnswerVisitor,
  type Glimpse,
  glimpseOf,
  isIn,
  memberSince,
  type ProfileView,
  type Standing,
  stageOf,
  standingOf,
  viewOf,
  visitAnswers,
} from './views.ts';
import { WhatIf } from './what-if.ts';

export type { ProfileView } from './views.ts';

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
  /** Called before what names a customer changes. */
  readonly onNames?: (profile: number) => void;
  /** Numbers kept of one customer at most; see `customerNumbersMax`. */
  readonly customerNumbersMax?: number;
  /** Customers that a partition keeps ready to be worked on; all others lie packed. 0: packed after every step. */
  readonly workingCustomersMax?: number;
  /** How many partitions customers are spread over (default 1, up to `partitionsMax`). */
  readonly partitions?: number;
};

/** What an engine that is restored is told; the rest stands in the checkpoint. */
export type RestoreOptions = Pick<
  EngineOptions,
  'onChange' | 'keepHistory' | 'history' | 'onMerge' | 'onNames' | 'partitions'
>;

export type Applied = {
  /** The profile concerned, where there is one. */
  readonly profile?: number;
  /** Why a message changed nothing. */
  readonly ignored?: 'duplicate' | 'erased' | 'unknown_customer' | 'limit';
  /** Things worth telling the sender: a refused merge, a time taken as now, a limit reached. */
  readonly notices: readonly Diagnostic[];
};

export class Engine {
  readonly zone: Zone;
  readonly #registry: Registry;
  readonly #partitions: Partitions;
  /** By partition. */
  readonly #keepers: readonly ProfileKeeper[];

  constructor(options: EngineOptions) {
    const { partitions = 1, history, onChange, definitions } = options;
    assert(partitions >= 1 && partitions <= partitionsMax, `between 1 and ${partitionsMax} partitions`);
    this.#registry = new Registry(partitions, history, onChange);
    const first = new EngineState(options, this.#registry, 0);
    const others = Array.from(
      { length: partitions - 1 },
      (_, i) => new EngineState(options, this.#registry, i + 1),
    );
    this.#partitions = [first, ...others];
    this.#registry.identity.onTouch = (id) => {
      options.onNames?.(id);
      this.#of(id).profiles.onTouch?.(id);
    };
    this.#keepers = this.#partitions.map((state) =>
      keeperOf(state, (id) => {
        this.#bring(id, state);
      }),
    );
    this.zone = first.zone;
    defineLists(this.#partitions, definitions);
    takePopulations(this.#partitions);
  }

  get now(): Instant {
    return this.#partitions[0].now;
  }

  get definitions(): Definitions {
    return this.#partitions[0].plan.definitions;
  }

  get plan(): Plan {
    return this.#partitions[0].plan;
  }

  get refusedMerges(): readonly RefusedMerge[] {
    return this.#registry.identity.refused;
  }

  // Inputs and time.

  /** Advances to `now`, then takes the input. A clock that goes back is treated as standing still. */
  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]> {
    this.advanceTo(now);
    for (const { profiles } of this.#partitions) profiles.beginStep();
    switch (input.kind) {
      case 'message':
        return ok(this.#takeMessage(input.message));
      case 'definitions':
        return defined(takeDefinitions(this.#partitions, input.definitions), 'definitions in force');
      case 'list':
        return ok(this.#takeList(input.name, input.members));
      case 'score':
        return ok(takeScore(this.#ofOwner(input.customer), input));
      case 'consent':
        return ok(takeConsent(this.#ofOwner(input.customer), input));
      case 'refresh':
        refreshPopulations(this.#partitions);
        return ok({ notices: NO_NOTICES });
      case 'erase':
        return ok(eraseCustomer(this.#partitions, this.#ofOwner(input.customer), input.customer));
    }
  }

  /** The list is in force as if it had been defined so. */
  #takeList(name: string, members: readonly string[]): Applied {
    const definitions = withMembers(this.definitions, name, members);
    for (const { plan } of this.#partitions) plan.definitions = definitions;
    return takeList(this.#partitions, name, members);
  }

  /** By the partition of whom it concerns; somebody new begins where their number says. */
  #takeMessage(message: Message): Applied {
    const registry = this.#registry;
    const place =
      registry.partitions === 1 ? 0 : registry.placeOf(registry.identity.ownerOf(message) ?? registry.count);
    return takeMessage(
      this.#partitions[place] as EngineState,
      this.#keepers[place] as ProfileKeeper,
      message,
    );
  }

  /**
   * Advances to `now`, then takes a message of a customer who is known already: the caller has seen to it that the message
   * is new, and that each of its identifiers is one of theirs. For those who keep numbers of customers beside their
   * messages, as an index of a log does. The messageId is not remembered.
   */
  applyKnown(profile: number, message: Message, now: Instant): Applied {
    this.advanceTo(now);
    const state = this.#of(profile);
    state.profiles.beginStep();
    return takeKnownMessage(state, profile, message);
  }

  /** Advances to `now`. A message that is not to be taken counts as seen from then on: sent again it changes nothing. */
  passOver(message: Message, now: Instant): void {
    this.advanceTo(now);
    this.#registry.seen.see(message.messageId);
  }

  /**
   * Begins to build definitions beside those in force, with nothing loaded yet. `load` every message that was taken, tell it
   * of merges, and put it into force, which takes definitions as `apply` does but has nothing to read any more.
   */
  build(definitions: Definitions): DefinitionsBuild {
    return new DefinitionsBuild(this.#partitions, definitions);
  }

  /**
   * Advances to `now`, then puts definitions that have been built into force. Throws when others have come into force since.
   * `goOn` is asked now and then; undefined where it said no: call again, and until then take nothing else.
   */
  putInForce(
    build: DefinitionsBuild,
    now: Instant,
    goOn?: () => boolean,
  ): Result<Applied, readonly Diagnostic[]> | undefined {
    if (build.swap === undefined && !this.advanceTo(now, goOn)) return undefined;
    return takeDefinitions(this.#partitions, build.definitions, build, goOn);
  }

  /** The earliest instant at which time alone could change an answer; undefined when there is none. */
  nextDueAt(): Instant | undefined {
    const due = nextDue(this.#partitions);
    return due === NEVER ? undefined : due;
  }

  /**
   * Lets time pass; changes due by time alone are emitted at their own instants, in order. Never goes back. With `goOn`, which
   * is asked before each customer, in pieces: false where it said no before the end. Until it is true nothing else may be taken or
   * written down; what is asked meanwhile is answered from the middle of an instant.
   */
  advanceTo(now: Instant, goOn: () => boolean = always): boolean {
    return advance(this.#partitions, now, goOn);
  }

  /** The partition in which a customer lives. */
  #of(id: number): EngineState {
    const registry = this.#registry;
    return this.#partitions[registry.partitions === 1 ? 0 : registry.placeOf(id)] as EngineState;
  }

  /** Any where nobody is known by the identifier. */
  #ofOwner({ kind, value }: Identifier): EngineState {
    const id = this.#registry.identity.owner(kind, value);
    return id === undefined ? this.#partitions[0] : this.#of(id);
  }

  #bring(id: number, state: EngineState): void {
    if (state.profiles.has(id)) return;
    const moving = letGo(this.#of(id), id);
    if (moving !== undefined) takeIn(state, moving);
  }

  // Questions.

  /** By any identifier of theirs; an e-mail in any case, a phone number as people write it. */
  findProfile(identifier: string | Identifier): number | undefined {
    const { identity } = this.#registry;
    return typeof identifier === 'string'
      ? identity.find(identifier)
      : identity.owner(identifier.kind, identifier.value);
  }

  profileIds(): readonly number[] {
    const ids: number[] = [];
    for (let id = 0; id < this.#registry.count; id++) if (this.#of(id).profiles.has(id)) ids.push(id);
    return ids;
  }

  profileCount(): number {
    return this.#partitions.reduce((sum, { profiles }) => sum + profiles.count, 0);
  }

  profile(id: number): ProfileView | undefined {
    const state = this.#of(id);
    const p = state.profiles.look(id);
    return p === undefined ? undefined : viewOf(state, p);
  }

  /** What names a customer, cheaper than the whole view. */
  namesOf(id: number): Pick<ProfileView, 'identifiers' | 'displayId'> {
    const identifiers = this.#registry.identity.identifiersOf(id);
    const user = identifiers.find(({ kind }) => kind === 'user_id') ?? identifiers[0];
    return { identifiers, displayId: user?.value ?? this.#of(id).profiles.sampleIdOf(id) ?? `profile ${id}` };
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
    const state = this.#of(profile);
    return isIn(state, state.profiles.look(profile), segment);
  }

  stageOf(profile: number, lifecycle: string): string | undefined {
    const state = this.#of(profile);
    return stageOf(state, state.profiles.look(profile), lifecycle);
  }

  /**
   * A checked expression about one customer, now. What no definition keeps the events for is answered from history,
   * so it needs `keepHistory`; scores of RFM models can always be asked.
   */
  value(profile: number, value: Value): RuleValue {
    const state = this.#of(profile);
    const p = defined(state.profiles.look(profile), 'a profile');
    if (p.bornAt > state.now) return undefined;
    const known = state.plan.values.get(JSON.stringify(value));
    if (known !== undefined) return known.get(p, state.now);
    const asked = ask(state, p, (compiler) => compiler.ask(value));
    return asked.compiled.get(asked.p, state.now);
  }

  /** As `value`, for a condition. */
  holds(profile: number, condition: Condition): boolean {
    const state = this.#of(profile);
    const p = defined(state.profiles.look(profile), 'a profile');
    if (p.bornAt > state.now) return false;
    const asked = ask(state, p, (compiler) => compiler.askWhether(condition));
    return asked.compiled(asked.p, state.now);
  }

  /** All that is known of a customer, as the plain interpreter reads it. Only what `keepHistory` kept. */
  history(profile: number): History {
    const state = this.#of(profile);
    const p = defined(state.profiles.look(profile), 'a profile');
    return historyOf(p, state.messagesOf(profile));
  }

  /** Whether there is a customer of that number, who exists by now. */
  standingOf(id: number): Standing {
    return standingOf(this.#of(id), id);
  }

  /** As `standingOf`; of one who is here, each segment and stage that they are in is told, by name. */
  visitAnswers(id: number, visitor: AnswerVisitor): Standing {
    return visitAnswers(this.#of(id), id, visitor);
  }

  /** What a customer who is here can be found by, at the cost of a glance. */
  glimpse(id: number): Glimpse | undefined {
    return glimpseOf(this.#of(id), id);
  }

  /** Since when a customer is in a segment; undefined where they are not. */
  memberSince(id: number, segment: string): Instant | undefined {
    return memberSince(this.#of(id), id, segment);
  }

  /** How many numbers customers have been given: all are below it. */
  get numbersGiven(): number {
    return this.#registry.count;
  }

  /** Conditions asked of everybody, without history; release the question when done. */
  question(conditions: readonly Condition[], options: QuestionOptions = {}): Question {
    return new Question(this.#partitions, conditions, options);
  }

  /**
   * When time alone will end each segment that a customer is in; those that it will not are left out. Populations stand still
   * and messages dated ahead are left out.
   */
  endsByTime(profile: number): ReadonlyMap<string, Instant> {
    return endsByTime(this.#of(profile), profile) ?? new Map();
  }

  /** A copy of a customer, to see what would happen to them; undefined where there is none. */
  whatIf(profile: number): WhatIf | undefined {
    return WhatIf.of(this.#of(profile), profile);
  }

  /** What time alone will change of a customer up to an instant, that included, in order; otherwise as `endsByTime`. */
  comingChanges(profile: number, until: Instant): readonly Change[] {
    return comingChanges(this.#of(profile), profile, until);
  }

  /** What rules ask about besides the customer. */
  world(): World {
    const [{ zone, plan, env }] = this.#partitions;
    return { zone, definitions: plan.definitions, populations: env.populations };
  }

  // Checkpoints.

  /** The whole state as lines of JSON; equal states give equal lines. See checkpoint.ts. */
  serialize(): Iterable<string> {
    return writeState(this.#partitions);
  }

  /** An engine in the state that `serialize` wrote down; throws for a checkpoint of another format. */
  static restore(lines: Iterable<string>, options: RestoreOptions): Engine {
    const [first, ...profiles] = lines;
    const { header, definitions } = readHeader(defined(first, 'the header of a checkpoint'));
    const { timeZone, now: start } = header;
    const engine = new Engine({ ...options, timeZone, start, definitions });
    restoreState(engine.#partitions, header, profiles);
    return engine;
  }

  /**
   * Begins to write down the state as it is now, while the engine goes on: the header, and the hashes of messages taken since
   * the checkpoint before (three words each). Then `checkpointPart` until none comes; then the next may begin. In it are
   * those who were touched since the one before, and those of `moving`; the first has everybody and everything. Only
   * where messages are kept elsewhere, or not at all.
   */
  startCheckpoint(moving: readonly number[] = []): { readonly header: string; readonly seen: Uint32Array } {
    const [{ options, keepsMessages }] = this.#partitions;
    assert(options.history !== undefined || !keepsMessages, 'messages kept elsewhere than in the checkpoint');
    for (const { checkpoint } of this.#partitions) checkpoint.start(moving);
    const header = writeSheetsHeader(this.#partitions);
    return { header: JSON.stringify(header), seen: this.#registry.seen.takeFresh() };
  }

  /** A sheet of up to `max` more customers of the checkpoint begun, of its instant; undefined when all have been given. */
  checkpointPart(max: number): CheckpointPart | undefined {
    for (const { checkpoint } of this.#partitions) {
      const part = checkpoint.part(max);
      if (part !== undefined) return part;
    }
    return undefined;
  }

  /**
   * An engine in the state that sheets hold: the last header, all hashes in the order in which they were given, and the
   * sheets in any order. Of each customer the last sheet that has them counts, unless they have gone since.
   */
  static restoreSheets(
    headerLine: string,
    seen: Iterable<Uint32Array>,
    sheets: Iterable<KeptSheet>,
    options: Omit<RestoreOptions, 'keepHistory'>,
  ): Engine {
    const header = JSON.parse(headerLine) as SheetsHeader;
    const { timeZone, now: start } = header;
    const engine = new Engine({ ...options, timeZone, start, definitions: definitionsOf(header) });
    restoreSheets(engine.#partitions, header, seen, sheets);
    for (const { checkpoint } of engine.#partitions) checkpoint.begin();
    return engine;
  }

  /** An independent copy, for asking what would happen. */
  fork(onChange: (change: Change) => void): Engine {
    const { keepHistory, history } = this.#partitions[0].options;
    return Engine.restore(this.serialize(), {
      onChange,
      partitions: this.#registry.partitions,
      ...(keepHistory === undefined ? {} : { keepHistory }),
      ...(history === undefined ? {} : { history: aside(history) }),
    });
  }
}

function always(): boolean {
  return true;
}

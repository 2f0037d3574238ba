/**
 * The engine: all customers of one partition on one clock, as a pure state machine.
 *
 * It has no clock, no timers and no I/O: the caller says what arrives and what time it is. Time passes first: what is
 * due at an instant by time alone happens before what arrives at it. Given the same inputs it does the same, to the byte.
 */

import { defined } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { fail, ok, type Result } from '../base/result.ts';
import { futureMessagesMax, lateAfterMs, seenMessagesMax } from '../base/limits.ts';
import { Zone } from '../base/zone.ts';
import type { Cause, Change } from '../model/change.ts';
import type { Definitions } from '../model/definitions.ts';
import { listDefinitions } from '../model/listed-definitions.ts';
import type { Input } from '../model/input.ts';
import type { Identifier, Instant, JsonObject, JsonValue, Message } from '../model/message.ts';
import { consentOfEvent, defaultChannel } from '../rules/interpreter-consent.ts';
import type { History, World } from '../rules/interpreter-history.ts';
import { populationNeeds, populationNeedsOf } from '../rules/population.ts';
import type { Condition, Value } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import type { Compiler } from './compiler.ts';
import { CHECKPOINT_FORMAT, type CheckpointHeader, type ProfileJson, readHeader, readProfile, writeProfile } from './checkpoint.ts';
import { DueQueue } from './due-queue.ts';
import { Environment } from './environment.ts';
import { channelKey, FactLog, listKey, scoreKey, topicKey, traitKey } from './facts.ts';
import { historyOf } from './history.ts';
import { Identity, type RefusedMerge } from './identity.ts';
import { Lists } from './lists.ts';
import { Machine } from './machine.ts';
import { makePlan, makePlanFor, type Plan } from './make-plan.ts';
import { mergeProfiles } from './merge.ts';
import { findPair } from './pairs.ts';
import { answerOf, NEVER, Profile, sinceOf } from './profile.ts';
import { SeenMessages } from './seen-messages.ts';
import { isMember, stageIndex } from './stored-answers.ts';
import { magnitude } from './value-plan.ts';
import { nextVersions } from './versions.ts';

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
};

const NO_NOTICES: readonly Diagnostic[] = [];

export class Engine {
  readonly zone: Zone;
  readonly #options: EngineOptions;
  readonly #env: Environment;
  #plan: Plan;
  #machine: Machine;
  #now: Instant;

  readonly #profiles: (Profile | undefined)[] = [];
  #count = 0;
  readonly #identity = new Identity();
  readonly #queue: DueQueue;
  readonly #seen = new SeenMessages(seenMessagesMax);
  readonly #lists = new Lists();
  /** Identifier → when it was erased. */
  readonly #erased = new Map<string, Instant>();
  /** Messages by profile, with `keepHistory`. */
  readonly #history = new Map<number, Message[]>();
  /** Local midnight at which populations are next taken; NEVER when nothing needs one. */
  #refreshAt: Instant = NEVER;
  /** Nothing is reported while customers are built anew. */
  #silent = false;
  #held: Held | undefined = undefined;

  constructor(options: EngineOptions) {
    this.zone = new Zone(options.timeZone);
    this.#options = options;
    this.#env = new Environment(this.zone);
    this.#now = options.start;
    this.#queue = new DueQueue(options.start);
    this.#plan = this.#planFor(options.definitions, nextVersions(undefined, options.definitions));
    this.#machine = new Machine(this.#plan, this.#emit);
    this.#defineLists(options.definitions);
    this.#takePopulations();
  }

  get now(): Instant {
    return this.#now;
  }

  get definitions(): Definitions {
    return this.#plan.definitions;
  }

  get plan(): Plan {
    return this.#plan;
  }

  get refusedMerges(): readonly RefusedMerge[] {
    return this.#identity.refused;
  }

  /** The earliest instant at which time alone could change an answer; undefined when there is none. */
  nextDueAt(): Instant | undefined {
    const due = Math.min(this.#queue.peek(), this.#refreshAt);
    return due === NEVER ? undefined : due;
  }

  /** Lets time pass; changes due by time alone are emitted at their own instants, in order. Never goes back. */
  advanceTo(now: Instant): void {
    for (;;) {
      const due = this.#queue.peek();
      if (due <= now && due <= this.#refreshAt) this.#wakeNext(due);
      else if (this.#refreshAt <= now) this.#refreshDaily();
      else break;
    }
    if (now > this.#now) this.#now = now;
  }

  /** Advances to `now`, then takes the input. A clock that goes back is treated as standing still. */
  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]> {
    this.advanceTo(now);
    switch (input.kind) {
      case 'message':
        return ok(this.#applyMessage(input.message));
      case 'definitions':
        return this.#applyDefinitions(input.definitions);
      case 'list':
        return ok(this.#applyList(input.name, input.members));
      case 'score':
        return ok(this.#applyFact(input.customer, scoreKey(input.name), input.value, input.at, 'score'));
      case 'consent': {
        const channel = input.channel ?? defaultChannel;
        const key = input.topic === undefined ? channelKey(channel) : topicKey(channel, input.topic);
        return ok(this.#applyFact(input.customer, key, input.status === 'subscribed', input.at, 'identify'));
      }
      case 'refresh':
        this.#refresh();
        return ok({ notices: NO_NOTICES });
      case 'erase':
        return ok(this.#applyErase(input.customer));
    }
  }

  // Questions.

  /** By any identifier of theirs; an e-mail in any case, a phone number as people write it. */
  findProfile(identifier: string | Identifier): number | undefined {
    return typeof identifier === 'string'
      ? this.#identity.find(identifier)
      : this.#identity.owner(identifier.kind, identifier.value);
  }

  profileIds(): readonly number[] {
    return this.#profiles.filter((p) => p !== undefined).map((p) => p.id);
  }

  profileCount(): number {
    return this.#count;
  }

  profile(id: number): ProfileView | undefined {
    const p = this.#profiles[id];
    if (p === undefined) return undefined;
    const identifiers = this.#identity.identifiersOf(id);
    const user = identifiers.find(({ kind }) => kind === 'user_id') ?? identifiers[0];
    return {
      id,
      identifiers,
      displayId: user?.value ?? p.sampleId,
      bornAt: p.bornAt === NEVER ? undefined : p.bornAt,
      traits: this.#traitsOf(p),
      segments: this.#segmentsOf(p),
      stages: this.#stagesOf(p),
    };
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
    const p = this.#profiles[profile];
    const unit = this.#plan.segments.get(segment);
    return p !== undefined && unit !== undefined && p.bornAt <= this.#now && isMember(p, unit);
  }

  stageOf(profile: number, lifecycle: string): string | undefined {
    const p = this.#profiles[profile];
    const unit = this.#plan.lifecycles.get(lifecycle);
    if (p === undefined || unit === undefined || p.bornAt > this.#now) return undefined;
    return unit.stages[stageIndex(p, unit.id)]?.name;
  }

  /**
   * A checked expression about one customer, now. What no definition keeps the events for is answered from history,
   * so it needs `keepHistory`; scores of RFM models can always be asked.
   */
  value(profile: number, value: Value): RuleValue {
    const p = defined(this.#profiles[profile], 'a profile');
    if (p.bornAt > this.#now) return undefined;
    const known = this.#plan.values.get(JSON.stringify(value));
    if (known !== undefined) return known.get(p, this.#now);
    const asked = this.#ask(p, (compiler) => compiler.ask(value));
    return asked.compiled.get(asked.p, this.#now);
  }

  /** As `value`, for a condition. */
  holds(profile: number, condition: Condition): boolean {
    const p = defined(this.#profiles[profile], 'a profile');
    if (p.bornAt > this.#now) return false;
    const asked = this.#ask(p, (compiler) => compiler.askWhether(condition));
    return asked.compiled(asked.p, this.#now);
  }

  /** All that is known of a customer, as the plain interpreter reads it. Only what `keepHistory` kept. */
  history(profile: number): History {
    const p = defined(this.#profiles[profile], 'a profile');
    return historyOf(p, this.#history.get(profile) ?? []);
  }

  /** What rules ask about besides the customer. */
  world(): World {
    return { zone: this.zone, definitions: this.#plan.definitions, populations: this.#env.populations };
  }

  // Checkpoints.

  /** The whole state as lines of JSON; equal states give equal lines. See checkpoint.ts. */
  *serialize(): Iterable<string> {
    const header: CheckpointHeader = {
      format: CHECKPOINT_FORMAT,
      timeZone: this.#options.timeZone,
      now: this.#now,
      definitions: listDefinitions(this.#plan.definitions),
      versions: [...this.#plan.versions],
      profiles: this.#profiles.length,
      refused: this.#identity.refused,
      lists: this.#lists.state(),
      erased: [...this.#erased],
      populations: [...this.#env.populations].map(([key, taken]) => [
        key,
        taken.map(({ at, values }) => [at, [...values]] as const),
      ]),
      refreshAt: this.#refreshAt === NEVER ? null : this.#refreshAt,
      negatives: this.#plan.streams.flatMap(({ id, columns }) =>
        columns.flatMap(({ hasNegative }, c) => (hasNegative ? [[id, c] as const] : [])),
      ),
      seen: this.#seen.state(),
    };
    yield JSON.stringify(header);
    for (const p of this.#profiles) {
      if (p === undefined) continue;
      const identifiers = this.#identity.identifiersOf(p.id);
      yield JSON.stringify(writeProfile(p, this.#plan, this.#now, identifiers, this.#history.get(p.id) ?? []));
    }
  }

  /** An engine in the state that `serialize` wrote down; throws for a checkpoint of another format. */
  static restore(
    lines: Iterable<string>,
    options: Pick<EngineOptions, 'onChange' | 'keepHistory'>,
  ): Engine {
    const [first, ...rest] = lines;
    const { header, definitions } = readHeader(defined(first, 'the header of a checkpoint'));
    const { timeZone, now: start } = header;
    const engine = new Engine({ ...options, timeZone, start, definitions });
    engine.#restoreHeader(header);
    for (const line of rest) engine.#restoreProfile(JSON.parse(line) as ProfileJson);
    for (const p of engine.#profiles) {
      if (p === undefined) continue;
      engine.#machine.resume(p, start);
      engine.#enqueue(p);
    }
    return engine;
  }

  #restoreHeader(header: CheckpointHeader): void {
    this.#plan = this.#planFor(this.#plan.definitions, new Map(header.versions));
    this.#machine = new Machine(this.#plan, this.#emit);
    for (let i = 0; i < header.profiles; i++) this.#profiles.push(undefined);
    this.#identity.refused.push(...header.refused);
    this.#lists.restore(header.lists);
    for (const [identifier, at] of header.erased) this.#erased.set(identifier, at);
    this.#env.populations.clear();
    for (const [key, taken] of header.populations) {
      const populations = taken.map(([at, values]) => ({ at, values: Float64Array.from(values) }));
      this.#env.populations.set(key, populations);
    }
    this.#refreshAt = header.refreshAt ?? NEVER;
    for (const [stream, c] of header.negatives) {
      const column = this.#plan.streams[stream]?.columns[c];
      if (column !== undefined) column.hasNegative = true;
    }
    this.#seen.restore(header.seen);
  }

  #restoreProfile(json: ProfileJson): void {
    this.#profiles[json.id] = readProfile(json, this.#plan);
    this.#count++;
    for (const identifier of json.identifiers) this.#identity.own(json.id, identifier);
    if (json.history.length > 0) this.#history.set(json.id, [...json.history]);
  }

  /** An independent copy, for asking what would happen. */
  fork(onChange: (change: Change) => void): Engine {
    const { keepHistory } = this.#options;
    return Engine.restore(this.serialize(), keepHistory === undefined ? { onChange } : { onChange, keepHistory });
  }

  // Time.

  #wakeNext(due: Instant): void {
    const id = this.#queue.take(due);
    const p = this.#profiles[id];
    if (due > this.#now) this.#now = due;
    if (p?.queuedAt !== due) return;
    p.queuedAt = NEVER;
    if (p.dueAt <= due) {
      this.#machine.because('time');
      const dated = this.#machine.wake(p, due);
      this.#machine.settle(p, due);
      if (dated) this.#takeDated(p, due);
    }
    this.#enqueue(p);
  }

  #enqueue(p: Profile): void {
    if (p.dueAt >= p.queuedAt) return;
    p.queuedAt = p.dueAt;
    this.#queue.push(p.dueAt, p.id);
  }

  /** Messages dated ahead whose time has come. */
  #takeDated(p: Profile, now: Instant): void {
    const future = p.future ?? [];
    let due = 0;
    while (due < future.length && (future[due] as Message).time <= now) due++;
    for (const message of future.splice(0, due)) this.#takeMessage(p, message, now);
    const next = future[0];
    if (next === undefined) p.future = undefined;
    else p.arm(0, next.time);
  }

  // Messages.

  #applyMessage(message: Message): Applied {
    const now = this.#now;
    if (this.#erased.size > 0 && this.#isErased(message)) return { ignored: 'erased', notices: NO_NOTICES };
    if (this.#seen.see(message.messageId)) return { ignored: 'duplicate', notices: NO_NOTICES };
    const notices: Diagnostic[] = [];
    this.#machine.because(causeOf('merge', message, now), message.messageId);
    const id = this.#identity.resolve(message, now, this.#keeper, notices);
    const p = defined(this.#profiles[id], 'the profile of a message');
    if (this.#lists.size > 0) this.#noteLists(p, now);
    if (message.time > now) {
      if (!this.#holdBack(p, message, notices)) return { profile: id, ignored: 'limit', notices };
      this.#machine.because('identify', message.messageId);
      this.#machine.settle(p, now);
    } else this.#takeMessage(p, message, now);
    this.#enqueue(p);
    this.#report();
    return notices.length === 0 ? { profile: id, notices: NO_NOTICES } : { profile: id, notices };
  }

  #isErased(message: Message): boolean {
    return message.identifiers.some((identifier) => {
      const at = this.#erased.get(keyOf(identifier));
      return at !== undefined && message.time < at;
    });
  }

  readonly #keeper = {
    create: (sampleId: string): number => {
      const id = this.#profiles.length;
      this.#profiles.push(new Profile(id, sampleId));
      this.#count++;
      return id;
    },
    merge: (survivor: number, gone: number): void => {
      this.#merge(survivor, gone);
    },
  };

  #holdBack(p: Profile, message: Message, notices: Diagnostic[]): boolean {
    const future = (p.future ??= []);
    if (future.length >= futureMessagesMax) {
      notices.push({
        code: 'message/too-many-ahead',
        severity: 'warning',
        message: `The customer has ${futureMessagesMax} messages dated ahead already; this one was not taken.`,
      });
      return false;
    }
    let i = future.length;
    while (i > 0 && (future[i - 1] as Message).time > message.time) i--;
    future.splice(i, 0, message);
    p.arm(0, message.time);
    return true;
  }

  /** A message whose time has come, of a customer whom it names. */
  #takeMessage(p: Profile, message: Message, now: Instant): void {
    const { time } = message;
    if (time < p.bornAt) this.#machine.born(p, time, now);
    switch (message.kind) {
      case 'track':
      case 'page':
      case 'screen':
        this.#remember(p, message);
        this.#machine.takeEvent(p, message, now);
        if (message.kind === 'track') this.#takeConsent(p, message, now);
        this.#machine.because(causeOf('event', message, now), message.messageId);
        break;
      case 'identify':
        for (const [root, value] of Object.entries(message.traits)) {
          this.#setFact(p, traitKey(root), time, message.messageId, value, now);
        }
        this.#machine.because(causeOf('identify', message, now), message.messageId);
        break;
      case 'group':
        this.#machine.because(causeOf('event', message, now), message.messageId);
        break;
      case 'alias':
        this.#machine.because(causeOf('merge', message, now), message.messageId);
        break;
    }
    this.#machine.settle(p, now);
  }

  #remember(p: Profile, message: Message): void {
    const { keepHistory } = this.#options;
    if (keepHistory === undefined || keepHistory === false) return;
    if (keepHistory !== true && !keepHistory(message)) return;
    const messages = this.#history.get(p.id);
    if (messages === undefined) this.#history.set(p.id, [message]);
    else messages.push(message);
  }

  #takeConsent(p: Profile, message: Message, now: Instant): void {
    if (message.name !== 'Unsubscribed' && message.name !== 'Subscription Updated') return;
    const consent = consentOfEvent({ ...message, kind: 'track' });
    if (consent === undefined) return;
    const { channel, topic, subscribed, time, messageId } = consent;
    const key = topic === undefined ? channelKey(channel) : topicKey(channel, topic);
    this.#setConsent(p, key, time, messageId, subscribed, now);
  }

  // Facts.

  get #keepsFacts(): boolean {
    const { keepHistory } = this.#options;
    return keepHistory !== undefined && keepHistory !== false;
  }

  #keepsHistoryOf(key: string): boolean {
    return this.#keepsFacts || this.#plan.factHistory.has(key);
  }

  #factOf(p: Profile, key: string): FactLog {
    p.facts ??= new Map();
    let fact = p.facts.get(key);
    if (fact === undefined) p.facts.set(key, (fact = new FactLog()));
    return fact;
  }

  #setFact(p: Profile, key: string, time: Instant, id: string, value: JsonValue, now: Instant): void {
    const changed = this.#factOf(p, key).set(time, id, value ?? undefined, this.#keepsHistoryOf(key));
    if (changed) this.#machine.touchFact(p, key, time, now);
  }

  #setConsent(p: Profile, key: string, time: Instant, id: string, value: boolean, now: Instant): void {
    const history = this.#keepsHistoryOf(key) || this.#plan.factHistory.has('consents');
    if (this.#factOf(p, key).set(time, id, value, history)) this.#machine.touchConsent(p, key, time, now);
  }

  #applyFact(
    customer: Identifier,
    key: string,
    value: number | boolean,
    at: Instant,
    cause: Cause,
  ): Applied {
    const id = this.#identity.owner(customer.kind, customer.value);
    const p = id === undefined ? undefined : this.#profiles[id];
    if (p === undefined) return { ignored: 'unknown_customer', notices: NO_NOTICES };
    const now = this.#now;
    const time = Math.min(at, now);
    if (typeof value === 'number') this.#setFact(p, key, time, '', value, now);
    else this.#setConsent(p, key, time, '', value, now);
    this.#machine.because(cause);
    this.#machine.settle(p, now);
    this.#enqueue(p);
    return { profile: p.id, notices: NO_NOTICES };
  }

  // Lists.

  #defineLists(definitions: Definitions): void {
    for (const { name, members } of definitions.lists.values()) this.#applyList(name, members);
  }

  #applyList(name: string, members: readonly string[]): Applied {
    const now = this.#now;
    const touched = new Set<number>();
    for (const text of this.#lists.replace(name, members, now)) {
      const id = this.#identity.find(text);
      if (id !== undefined) touched.add(id);
    }
    for (const id of [...touched].sort((a, b) => a - b)) {
      const p = defined(this.#profiles[id], 'a listed profile');
      this.#noteList(p, name, now);
      this.#machine.because('list');
      this.#machine.settle(p, now);
      this.#enqueue(p);
    }
    return { notices: NO_NOTICES };
  }

  #noteLists(p: Profile, now: Instant): void {
    for (const name of this.#lists.names()) this.#noteList(p, name, now);
  }

  /** Brings what is known of the customer's place on a list in line with the list. */
  #noteList(p: Profile, name: string, now: Instant): void {
    const values = this.#identity.identifiersOf(p.id).map(({ value }) => value);
    const since = this.#lists.since(name, values);
    const key = listKey(name);
    const was = p.fact(key)?.at(now) === true;
    if (was === (since !== undefined)) return;
    // Who was known not to be on the list comes onto it now, even by an identifier that has long been there.
    const at = since === undefined || p.fact(key) !== undefined ? now : Math.min(since, now);
    this.#factOf(p, key).set(at, '', since !== undefined, this.#keepsHistoryOf(key));
    this.#machine.touchFact(p, key, at, now);
  }

  // Populations.

  #takePopulations(): void {
    const { populationValues } = this.#plan;
    if (populationValues.size === 0) {
      this.#refreshAt = NEVER;
      return;
    }
    this.#refreshAt = this.zone.nextDay(this.#now);
    for (const [key, plan] of populationValues) this.#takePopulation(key, plan.get);
  }

  #takePopulation(key: string, get: (p: Profile, t: Instant) => RuleValue): void {
    const values: number[] = [];
    for (const p of this.#profiles) {
      if (p === undefined || p.bornAt > this.#now) continue;
      const value = magnitude(get(p, this.#now));
      if (value !== undefined) values.push(value);
    }
    const population = { at: this.#now, values: Float64Array.from(values).sort() };
    const kept = this.#plan.populationHistory.has(key) ? (this.#env.populations.get(key) ?? []) : [];
    this.#env.populations.set(key, [...kept.filter(({ at }) => at < this.#now), population]);
  }

  #refreshDaily(): void {
    if (this.#refreshAt > this.#now) this.#now = this.#refreshAt;
    this.#refresh();
  }

  /** Takes all populations anew and lets everybody who is measured by one look again. */
  #refresh(): void {
    this.#takePopulations();
    const { populationValues } = this.#plan;
    if (populationValues.size === 0) return;
    for (const p of this.#profiles) {
      if (p === undefined || p.bornAt > this.#now) continue;
      for (const key of populationValues.keys()) this.#machine.touchPopulation(p, key, this.#now);
      this.#machine.because('population');
      this.#machine.settle(p, this.#now);
      this.#enqueue(p);
    }
  }

  // Merges and erasure.

  #merge(survivor: number, gone: number): void {
    const to = defined(this.#profiles[survivor], 'a surviving profile');
    const from = defined(this.#profiles[gone], 'a merged profile');
    const isNew = to.bornAt > this.#now;
    this.#hold(to);
    mergeProfiles(to, from, this.#plan, this.#now);
    this.#forget(gone);
    const history = this.#history.get(gone);
    if (history !== undefined) {
      this.#history.set(survivor, [...(this.#history.get(survivor) ?? []), ...history]);
      this.#history.delete(gone);
    }
    if (this.#lists.size > 0) this.#noteLists(to, this.#now);
    if (to.bornAt > this.#now) return;
    if (isNew) this.#machine.beginOutside(to);
    this.#machine.renew(to, this.#now);
    this.#machine.settle(to, this.#now);
    this.#enqueue(to);
  }

  #forget(id: number): void {
    this.#profiles[id] = undefined;
    this.#count--;
  }

  #applyErase(customer: Identifier): Applied {
    const id = this.#identity.owner(customer.kind, customer.value);
    const p = id === undefined ? undefined : this.#profiles[id];
    if (id === undefined || p === undefined) {
      this.#erased.set(keyOf(customer), this.#now);
      return { ignored: 'unknown_customer', notices: NO_NOTICES };
    }
    this.#exitAll(p);
    for (const identifier of this.#identity.remove(id)) this.#erased.set(keyOf(identifier), this.#now);
    this.#forget(id);
    this.#history.delete(id);
    return { profile: id, notices: NO_NOTICES };
  }

  #exitAll(p: Profile): void {
    if (p.bornAt > this.#now) return;
    for (const unit of this.#plan.segments.values()) {
      if (!isMember(p, unit)) continue;
      const { name: segment, version } = unit;
      this.#emit({
        kind: 'segment',
        profile: p.id,
        segment,
        version,
        change: 'exited',
        at: this.#now,
        cause: 'erasure',
      });
    }
    for (const { lifecycle, stage } of this.#stagesOf(p)) {
      this.#emit({
        kind: 'stage',
        profile: p.id,
        lifecycle,
        from: stage,
        at: this.#now,
        cause: 'erasure',
      });
    }
  }

  // Definitions.

  #planFor(definitions: Definitions, versions: ReadonlyMap<string, number>): Plan {
    this.#env.channels = definitions.channels;
    return makePlan(this.#env, definitions, versions);
  }

  #applyDefinitions(definitions: Definitions): Result<Applied, readonly Diagnostic[]> {
    if (this.#options.keepHistory !== true && this.#count > 0) {
      return fail([
        {
          code: 'engine/no-history',
          severity: 'error',
          message:
            'Definitions cannot change here: the engine was started without history, which the new answers rest on. Start it with keepHistory, or start anew with the new definitions.',
        },
      ]);
    }
    const before = this.#plan;
    const was = this.#profiles.map((p) => (p === undefined ? undefined : this.#answersOf(p)));
    this.#plan = this.#planFor(definitions, nextVersions(before, definitions));
    this.#machine = new Machine(this.#plan, this.#emit);
    this.#rebuildAll();
    for (const [name, list] of definitions.lists) {
      if (JSON.stringify(before.definitions.lists.get(name)) !== JSON.stringify(list)) {
        this.#applyList(name, list.members);
      }
    }
    this.#takeNewPopulations(populationsOfChanged(before.definitions, definitions));
    for (const p of this.#profiles) {
      if (p !== undefined && p.bornAt <= this.#now) this.#reportDefinition(p, was[p.id] ?? new Map(), before);
    }
    return ok({ notices: NO_NOTICES });
  }

  /** Builds everybody's state anew from their history, silently. */
  #rebuildAll(): void {
    this.#silent = true;
    for (const p of this.#profiles) {
      if (p === undefined) continue;
      this.#profiles[p.id] = this.#rebuilt(p);
    }
    this.#silent = false;
  }

  #rebuilt(old: Profile): Profile {
    const p = new Profile(old.id, old.sampleId);
    p.bornAt = old.bornAt;
    p.facts = old.facts;
    p.future = old.future;
    p.queuedAt = old.queuedAt;
    if (p.bornAt > this.#now) {
      if (p.future?.[0] !== undefined) p.arm(0, p.future[0].time);
      return p;
    }
    for (const message of this.#history.get(p.id) ?? []) this.#machine.load(p, message, this.#now);
    this.#machine.renew(p, this.#now);
    this.#machine.settle(p, this.#now);
    this.#enqueue(p);
    return p;
  }

  /** A population is taken when a rule that needs it is defined, so also when such a rule is changed. */
  #takeNewPopulations(keys: ReadonlySet<string>): void {
    const { populationValues } = this.#plan;
    if (populationValues.size === 0) this.#refreshAt = NEVER;
    else if (this.#refreshAt === NEVER) this.#refreshAt = this.zone.nextDay(this.#now);
    const fresh = [...populationValues].filter(([key]) => keys.has(key) || !this.#env.populations.has(key));
    for (const [key, plan] of fresh) this.#takePopulation(key, plan.get);
    if (fresh.length === 0) return;
    this.#silent = true;
    for (const p of this.#profiles) {
      if (p === undefined || p.bornAt > this.#now) continue;
      for (const [key] of fresh) this.#machine.touchPopulation(p, key, this.#now);
      this.#machine.settle(p, this.#now);
      this.#enqueue(p);
    }
    this.#silent = false;
  }

  #answersOf(p: Profile): Map<string, Instant> {
    const answers = new Map<string, Instant>();
    if (p.bornAt > this.#now) return answers;
    for (const { segment, since } of this.#segmentsOf(p)) answers.set(segment, since);
    for (const { lifecycle, stage, since } of this.#stagesOf(p)) answers.set(`${lifecycle} ${stage}`, since);
    return answers;
  }

  /** Emits the differences that new definitions made; who stayed in keeps the date of entry. */
  #reportDefinition(p: Profile, was: ReadonlyMap<string, Instant>, before: Plan): void {
    const at = this.#now;
    for (const [name, { version }] of before.segments) {
      if (!was.has(name) || this.isMember(p.id, name)) continue;
      const versionNow = this.#plan.segments.get(name)?.version ?? version;
      const change = { segment: name, version: versionNow, change: 'exited', at, cause: 'definition' } as const;
      this.#emit({ kind: 'segment', profile: p.id, ...change });
    }
    for (const unit of this.#plan.segments.values()) {
      if (!isMember(p, unit)) continue;
      const since = was.get(unit.name);
      if (since !== undefined) {
        if (since !== p.bornAt || p.membershipIndex(unit.id) >= 0) p.setMembership(unit.id, true, since);
        continue;
      }
      const { name: segment, version } = unit;
      this.#emit({
        kind: 'segment',
        profile: p.id,
        segment,
        version,
        change: 'entered',
        at,
        cause: 'definition',
      });
    }
    for (const unit of this.#plan.lifecycles.values()) this.#reportStage(p, unit.name, was, before);
  }

  #reportStage(p: Profile, lifecycle: string, was: ReadonlyMap<string, Instant>, before: Plan): void {
    const from = before.lifecycles.get(lifecycle)?.stages.find(({ name }) => was.has(`${lifecycle} ${name}`))?.name;
    const to = this.stageOf(p.id, lifecycle);
    if (from === to) {
      const since = was.get(`${lifecycle} ${to ?? ''}`);
      const unit = this.#plan.lifecycles.get(lifecycle)?.id;
      for (let i = 0; i < p.stages.length; i += 3) {
        if (p.stages[i] === unit && since !== undefined) p.stages[i + 2] = since;
      }
      return;
    }
    this.#emit({
      kind: 'stage',
      profile: p.id,
      lifecycle,
      at: this.#now,
      cause: 'definition',
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
  }

  readonly #emit = (change: Change): void => {
    if (this.#silent) return;
    if (this.#held === undefined) this.#options.onChange(change);
    else this.#held.changes.push(change);
  };

  /** A message that merges is one input: what one step of it does and another undoes was never so. */
  #hold(survivor: Profile): void {
    this.#held ??= { changes: [], memberships: [...survivor.memberships] };
  }

  /** Reports what was held back, with the cause that decided it. */
  #report(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    for (const change of lastingChanges(held.changes)) this.#options.onChange(change);
    this.#keepSince(held);
  }

  /** Who left and came back within the message has been there all the time. */
  #keepSince({ changes, memberships }: Held): void {
    for (const change of changes) {
      const p = this.#profiles[change.profile];
      if (p === undefined || change.kind !== 'segment') continue;
      const unit = defined(this.#plan.segments.get(change.segment), 'a segment');
      const was = findPair(memberships, unit.id);
      const answer = memberships[was + 1] as number;
      if (was >= 0 && answerOf(answer) && isMember(p, unit)) p.setMembership(unit.id, true, sinceOf(answer));
    }
  }

  // Views.

  #traitsOf(p: Profile): JsonObject {
    const traits: [string, JsonValue][] = [];
    for (const [key, fact] of p.facts ?? []) {
      const value = key.startsWith('trait ') ? fact.at(this.#now) : undefined;
      if (value !== undefined) traits.push([key.slice('trait '.length), value]);
    }
    return Object.fromEntries(traits);
  }

  #segmentsOf(p: Profile): readonly { segment: string; since: Instant }[] {
    if (p.bornAt > this.#now) return [];
    const segments: { segment: string; since: Instant }[] = [];
    for (const unit of this.#plan.segments.values()) {
      if (!isMember(p, unit)) continue;
      const i = p.membershipIndex(unit.id);
      segments.push({ segment: unit.name, since: i < 0 ? p.bornAt : sinceOf(p.memberships[i + 1] as number) });
    }
    return segments;
  }

  #stagesOf(p: Profile): readonly { lifecycle: string; stage: string; since: Instant }[] {
    const stages: { lifecycle: string; stage: string; since: Instant }[] = [];
    for (let i = 0; i < p.stages.length; i += 3) {
      const unit = this.#plan.units[p.stages[i] as number];
      if (unit?.kind !== 'lifecycle') continue;
      const stage = unit.stages[p.stages[i + 1] as number]?.name;
      if (stage !== undefined) stages.push({ lifecycle: unit.name, stage, since: p.stages[i + 2] as number });
    }
    return stages;
  }

  /** A question that no definition asks: builds the customer anew from history, under a plan made for it. */
  #ask<T>(old: Profile, question: (compiler: Compiler) => T): { readonly compiled: T; readonly p: Profile } {
    const { plan, compiled } = makePlanFor(this.#env, this.#plan.definitions, question);
    const machine = new Machine(plan, () => undefined);
    const p = new Profile(old.id, old.sampleId);
    p.bornAt = old.bornAt;
    p.facts = old.facts;
    for (const message of this.#history.get(p.id) ?? []) machine.load(p, message, this.#now);
    machine.renew(p, this.#now);
    machine.settle(p, this.#now);
    return { compiled, p };
  }
}

/** Changes of one message, held back until it is done with, and the survivor's memberships before. */
type Held = { readonly changes: Change[]; readonly memberships: readonly number[] };

/** Leaves out pairs that undo each other. */
function lastingChanges(changes: readonly Change[]): readonly Change[] {
  const bySubject = new Map<string, Change[]>();
  for (const change of changes) {
    const key = `${change.kind} ${change.profile} ${change.kind === 'segment' ? change.segment : change.lifecycle}`;
    bySubject.set(key, [...(bySubject.get(key) ?? []), change]);
  }
  const lasting = new Set<Change>();
  for (const steps of bySubject.values()) {
    const [first, last] = [steps[0], steps[steps.length - 1]];
    if (first === undefined || last === undefined) continue;
    const back =
      first.kind === 'segment' ? steps.length % 2 === 0 : last.kind === 'stage' && first.from === last.to;
    if (back) continue;
    const from = first.kind === 'stage' && last.kind === 'stage' ? first.from : undefined;
    lasting.add(from === undefined ? last : { ...last, from } as Change);
  }
  return [...lasting];
}

/** Keys of the populations that new and changed definitions need. */
function populationsOfChanged(before: Definitions, after: Definitions): ReadonlySet<string> {
  const rules = [
    ...changedOf(before.segments, after.segments).map(({ rule }) => rule),
    ...changedOf(before.lifecycles, after.lifecycles).flatMap(({ stages }) =>
      stages.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
    ),
  ];
  const models = new Set(changedOf(before.rfm, after.rfm).map(({ name }) => name));
  const keys = rules.flatMap((condition) => populationNeedsOf({ condition }, after).map(({ key }) => key));
  const measured = populationNeeds(after).filter((need) => need.kind === 'rfm' && models.has(need.model));
  return new Set([...keys, ...measured.map(({ key }) => key)]);
}

function changedOf<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly T[] {
  return [...after].flatMap(([name, definition]) =>
    JSON.stringify(before.get(name)) === JSON.stringify(definition) ? [] : [definition],
  );
}

/** The cause of a message's changes: that it is late says more than what kind it is. */
function causeOf(kind: Cause, message: Message, now: Instant): Cause {
  return message.time < now - lateAfterMs ? 'late_event' : kind;
}

function keyOf({ kind, value }: Identifier): string {
  return `${kind} ${value}`;
}

/**
 * Definitions that are to come into force, built beside those that are, while the engine goes on.
 *
 * Idea. What both have in common of a customer is taken over as it is (common-parts.ts, carry-over.ts). Only streams of
 * events that are not kept yet, or not as far back, are loaded from the messages of all customers, in any order; only what
 * is fresh is asked. A customer who has been brought up so far stays so until somebody touches them or something fresh is
 * due; then they are brought up again. When nobody is left, definitions come into force by putting these customers in
 * the place of those before and telling what differs (take-definitions.ts), which takes as long as there are differences.
 *
 * Invariant. When and how often a customer was brought up shows nowhere: what depends on the instant at which definitions
 * come into force is written then.
 *
 * Each partition has a part of the build. What was loaded of a customer who has moved since follows when it is next needed.
 */

import type { Definitions } from '../model/definitions.ts';
import type { Instant, Message, MessageKind } from '../model/message.ts';
import type { EventNeeds } from '../rules/event-needs.ts';
import { eventMatches } from '../rules/semantics.ts';
import { carryOver, dropCarried } from './carry-over.ts';
import { type CommonParts, commonParts } from './common-parts.ts';
import type { Customers } from './customers.ts';
import { type AnswerChange, compare, compareAnswers, type Comparison } from './definition-report.ts';
import { Dispatcher } from './dispatch.ts';
import type { EngineState, Partitions } from './engine-state.ts';
import { Environment } from './environment.ts';
import { loadNeedsOf } from './load-needs.ts';
import { Machine } from './machine.ts';
import { makePlan, type Plan } from './make-plan.ts';
import type { StreamPlan } from './plan.ts';
import { negativesOf, noteNegatives } from './move-customer.ts';
import { NEVER, type Profile } from './profile.ts';
import { insertEvent } from './ring-events.ts';
import { absorbRing } from './ring-state.ts';
import { nextVersions } from './versions.ts';

/** What is built for one partition. */
export class PartBuild {
  readonly state: EngineState;
  readonly env: Environment;
  readonly plan: Plan;
  readonly machine: Machine;
  readonly common: CommonParts;
  /** What has been loaded, and everybody who has been brought up. */
  readonly profiles: Customers;
  readonly #dispatcher: Dispatcher;
  readonly #matched: StreamPlan[] = [];

  constructor(state: EngineState, definitions: Definitions) {
    this.state = state;
    this.env = new Environment(state.zone);
    this.env.channels = definitions.channels;
    this.plan = makePlan(this.env, definitions, nextVersions(state.plan, definitions));
    this.machine = new Machine(this.plan, state.report.emit);
    this.common = commonParts(state.plan, this.plan);
    this.profiles = state.customersOf(this.plan);
    this.#dispatcher = new Dispatcher(this.common.loaded, state.zone);
  }

  get now(): Instant {
    return this.state.now;
  }

  get keepsAllMessages(): boolean {
    return this.state.keepsAllMessages;
  }

  /** True when the event belongs to streams that are loaded. */
  load(id: number, sampleId: string, { kind, name, time, messageId, properties }: Message): boolean {
    const matched = this.#matched;
    matched.length = 0;
    this.#dispatcher.match(kind, name, properties, matched);
    if (matched.length === 0) return false;
    this.profiles.beginStep();
    const p = this.room(id, sampleId);
    for (const stream of matched) {
      insertEvent(p, stream, time, messageId, properties, stream.oldest(p, this.now));
    }
    return true;
  }

  room(id: number, sampleId: string): Profile {
    return this.profiles.use(id) ?? this.profiles.addAt(id, sampleId);
  }

  /** As `room`, for one of all, who are brought up one after another. */
  roomInPassing(id: number, sampleId: string): Profile {
    return this.profiles.usePassing(id) ?? this.profiles.addPassing(id, sampleId);
  }

  /** What was loaded of `from` is this customer's too. */
  absorb(to: Profile, from: Profile): void {
    for (const stream of this.common.loaded) absorbRing(to, from, stream, stream.oldest(to, this.now));
  }

  /** What populations, as far as they were taken, say of everybody is the same for these customers. */
  takePopulations(): void {
    this.env.populations.clear();
    for (const [key, taken] of this.state.env.populations) this.env.populations.set(key, [...taken]);
  }

  /** What is in force now becomes of columns that are carried over. */
  takeNegatives(): void {
    const { streams, changed } = this.common;
    this.state.plan.streams.forEach((stream) => {
      const after = this.plan.streams[streams[stream.id] as number];
      after?.columns.forEach((column, c) => {
        const place = changed.get(stream.id)?.columns[c] ?? c;
        if (stream.columns[place]?.hasNegative === true) column.hasNegative = true;
      });
    });
  }
}

/** Of a customer who has not had a turn, is up to date, waits for another turn. */
const NOT_YET = 0;
const DONE = 1;
const WAITING = 2;
/** Names remembered per kind. */
const NAMES_MAX = 10_000;
/** Customers between two looks at the clock. */
const STEPS_PER_LOOK = 8;

export class DefinitionsBuild {
  readonly definitions: Definitions;
  /** The plan that was in force when the build began; the build is of use only while it is. */
  readonly before: Plan;
  readonly parts: readonly PartBuild[];
  readonly engine: Partitions;
  /** The steps of coming into force, once that has begun. */
  swap: Generator<undefined, void> | undefined = undefined;
  readonly #comparison: Comparison;
  /** Dated ahead when they were loaded, and when the first of them is due. */
  #ahead: { readonly profile: number; readonly message: Message }[] = [];
  #nextAhead: Instant = NEVER;
  readonly #read = new Map<MessageKind, Map<string, boolean>>();
  readonly #mergedInto = new Map<number, number>();
  /** By number: how far the customer has come. */
  #marks = new Uint8Array(1024);
  /** Numbers below have had a turn. */
  #cursor = 0;
  #waiting: number[] = [];
  /** Nothing fresh becomes due of anybody before. */
  #dueFrom: Instant = NEVER;
  readonly #changes = new Map<number, AnswerChange>();
  #isReleased = false;

  constructor(engine: Partitions, definitions: Definitions) {
    this.engine = engine;
    this.definitions = definitions;
    this.before = engine[0].plan;
    this.parts = engine.map((state) => new PartBuild(state, definitions));
    const [first] = this.parts as [PartBuild];
    this.#comparison = compare(this.before, first.plan, first.common.units);
    for (const { profiles } of engine) profiles.watch(this.#touch);
  }

  /** Whether any event has to be loaded at all. */
  get isLoading(): boolean {
    return this.#common.loaded.length > 0;
  }

  /** Events up to this instant need not be loaded; −Infinity: all are needed. Infinity where none are. */
  readsFrom(now: Instant): Instant {
    return this.#common.loaded.reduce((from, stream) => Math.min(from, stream.reach(now)), Infinity);
  }

  /** What has to be known of the events that have to be loaded. */
  get needs(): EventNeeds {
    return loadNeedsOf(this.#common.loaded);
  }

  /** Whether events of this kind and name may have to be loaded; all others need not come. */
  reads(kind: MessageKind, name: string): boolean {
    let names = this.#read.get(kind);
    if (names === undefined || names.size >= NAMES_MAX) {
      this.#read.set(kind, (names = new Map<string, boolean>()));
    }
    let isRead = names.get(name);
    if (isRead === undefined) {
      const { loaded } = this.#common;
      isRead = loaded.some(({ source }) => source !== undefined && eventMatches(source, kind, name));
      names.set(name, isRead);
    }
    return isRead;
  }

  /** Takes a message that the engine has taken for a profile, once each; those merged since are followed. */
  load(profile: number, message: Message): void {
    if (this.#isReleased || !this.reads(message.kind, message.name)) return;
    const id = this.#survivor(profile);
    const part = this.#partOf(id);
    const sampleId = part.state.profiles.sampleIdOf(id);
    if (sampleId === undefined) return;
    if (message.time > part.now) {
      this.#ahead.push({ profile: id, message });
      this.#nextAhead = Math.min(this.#nextAhead, message.time);
    } else if (part.load(id, sampleId, message)) this.#touch(id);
  }

  /** Two customers of the engine have become one. */
  merge(survivor: number, gone: number): void {
    if (this.#isReleased) return;
    this.#mergedInto.set(gone, survivor);
    const part = this.#partOf(survivor);
    this.#bring(gone, part);
    part.profiles.beginStep();
    const from = part.profiles.use(gone);
    if (from === undefined) return;
    part.absorb(part.room(survivor, from.sampleId), from);
    part.profiles.remove(gone);
  }

  /** Everybody has had a turn; some may have been touched since. */
  get hasSeenAll(): boolean {
    return this.#cursor >= this.engine[0].registry.count;
  }

  /** How many customers wait for a turn. */
  get left(): number {
    return this.#waiting.length + this.engine[0].registry.count - this.#cursor;
  }

  /**
   * Brings customers up to what they would be if the definitions came into force now, for as long as `isTime` says; true
   * when everybody is. What has been loaded is taken as all there is.
   */
  bringUp(isTime: () => boolean): boolean {
    if (this.#isReleased) return true;
    for (const part of this.parts) {
      part.takePopulations();
      part.takeNegatives();
    }
    this.#loadAhead();
    for (const { report } of this.engine) report.silence();
    const isDone = this.#bringUpNext(isTime);
    for (const { report } of this.engine) report.speak();
    return isDone;
  }

  /** What would change now, by customer; everybody has been brought up. What new populations would bring comes on top. */
  get changes(): ReadonlyMap<number, AnswerChange> {
    return this.#changes;
  }

  /** The customers built are the engine's from now on; what is told of messages and merges is not heard any more. */
  release(): void {
    this.#isReleased = true;
    this.#ahead = [];
    for (const { profiles } of this.engine) profiles.unwatch(this.#touch);
  }

  readonly #touch = (id: number): void => {
    if (this.#marks[id] !== DONE) return;
    this.#marks[id] = WAITING;
    this.#waiting.push(id);
  };

  #bringUpNext(isTime: () => boolean): boolean {
    const { registry } = this.engine[0];
    for (let n = 1; ; n++) {
      if (this.#cursor < registry.count) this.#bringUpOne(this.#cursor++);
      else {
        const id = this.#waiting.pop() ?? this.#nextDue();
        if (id === undefined) return true;
        this.#bringUpOne(id);
      }
      if (n % STEPS_PER_LOOK === 0 && !isTime()) return false;
    }
  }

  /** Somebody of whom something fresh has become due; the others wait. */
  #nextDue(): number | undefined {
    const { now } = this.engine[0];
    if (this.#dueFrom > now) return undefined;
    this.#dueFrom = NEVER;
    for (const { profiles } of this.parts) {
      for (let id = 0; id < profiles.length; id++) {
        const queuedAt = profiles.queuedAt(id);
        if (queuedAt <= now && profiles.has(id)) this.#touch(id);
        else if (queuedAt < this.#dueFrom && profiles.has(id)) this.#dueFrom = queuedAt;
      }
    }
    return this.#waiting.pop();
  }

  #bringUpOne(id: number): void {
    this.#mark(id);
    const part = this.#partOf(id);
    const { state, profiles, common, machine, now } = part;
    const old = state.profiles.glance(id);
    profiles.beginStep();
    if (old === undefined) {
      profiles.remove(id);
      this.#changes.delete(id);
      return;
    }
    const p = part.roomInPassing(id, old.sampleId);
    profiles.setSampleId(p, old.sampleId);
    dropCarried(p, common);
    carryOver(p, old, common);
    let change: AnswerChange | undefined = undefined;
    if (p.bornAt <= now) {
      machine.askFresh(p, common.fresh, now);
      machine.settle(p, now);
      change = compareAnswers(this.#comparison, old, p);
    }
    // Nobody is due now who has just been looked at.
    const queuedAt = Math.max(p.dueAt, now + 1);
    profiles.setQueuedAt(id, queuedAt);
    if (queuedAt < this.#dueFrom) this.#dueFrom = queuedAt;
    if (change !== undefined) this.#changes.set(id, change);
    else if (this.#changes.size > 0) this.#changes.delete(id);
  }

  #mark(id: number): void {
    if (id >= this.#marks.length) {
      const marks = new Uint8Array(Math.max(id + 1, this.#marks.length * 2)).fill(NOT_YET);
      marks.set(this.#marks);
      this.#marks = marks;
    }
    this.#marks[id] = DONE;
  }

  /** Layouts are the same in all partitions. */
  get #common(): CommonParts {
    return (this.parts[0] as PartBuild).common;
  }

  /** The part of the partition in which the customer lives now, with what has been loaded of them. */
  #partOf(id: number): PartBuild {
    const part = this.parts[this.engine[0].registry.placeOf(id)] as PartBuild;
    this.#bring(id, part);
    return part;
  }

  /** What has been loaded of a customer elsewhere comes to this part. */
  #bring(id: number, part: PartBuild): void {
    if (this.parts.length === 1 || part.profiles.has(id)) return;
    const other = this.parts.find(({ profiles }) => profiles.has(id));
    if (other === undefined) return;
    for (const { profiles } of [part, other]) profiles.beginStep();
    noteNegatives(part, negativesOf(other));
    const from = other.profiles.use(id) as Profile;
    part.absorb(part.room(id, from.sampleId), from);
    other.profiles.remove(id);
  }

  #loadAhead(): void {
    const { now } = this.engine[0];
    if (this.#nextAhead > now) return;
    const ahead = this.#ahead;
    this.#ahead = [];
    this.#nextAhead = NEVER;
    for (const { profile, message } of ahead) this.load(profile, message);
  }

  #survivor(profile: number): number {
    let id = profile;
    for (let next = this.#mergedInto.get(id); next !== undefined; next = this.#mergedInto.get(id)) id = next;
    return id;
  }
}

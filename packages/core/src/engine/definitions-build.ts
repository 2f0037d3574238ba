/**
 * Definitions that are to come into force, built beside those that are: every customer as the new rules see them.
 *
 * Idea. What a rule needs of the past are the events in its windows, so the messages of all customers are loaded, in any
 * order and in as many steps as the caller likes, while the engine goes on under the old rules. Loading is most of the
 * work. When all have been loaded, the new questions are asked of everybody as of now: to see what would change, or to put
 * the definitions into force (take-definitions.ts).
 *
 * Each partition has a part of the build. What was loaded of a customer who has moved since follows when it is next needed.
 */

import type { Definitions } from '../model/definitions.ts';
import type { Instant, Message } from '../model/message.ts';
import { answersOf } from './definition-report.ts';
import { keptCustomer, putCustomer } from './kept-customer.ts';
import type { EngineState, Partitions } from './engine-state.ts';
import { Environment } from './environment.ts';
import { Machine } from './machine.ts';
import { makePlan, type Plan } from './make-plan.ts';
import { mergeProfiles } from './merge.ts';
import { negativesOf, noteNegatives } from './move-customer.ts';
import type { Customers } from './customers.ts';
import type { Profile } from './profile.ts';
import { nextVersions } from './versions.ts';

/** What one customer's answers would be instead of what they are. */
export type AnswerChange = {
  readonly profile: number;
  /** Segments entered and left. */
  readonly entered: readonly string[];
  readonly exited: readonly string[];
  /** Stages, by lifecycle; a side is missing where the lifecycle is. */
  readonly moved: readonly { readonly lifecycle: string; readonly from?: string; readonly to?: string }[];
};

/** What is built for one partition. */
class PartBuild {
  readonly state: EngineState;
  readonly env: Environment;
  readonly plan: Plan;
  readonly machine: Machine;
  /** What has been loaded, and once renewed, everybody. */
  readonly profiles: Customers;

  constructor(state: EngineState, definitions: Definitions) {
    this.state = state;
    this.env = new Environment(state.zone);
    this.env.channels = definitions.channels;
    this.plan = makePlan(this.env, definitions, nextVersions(state.plan, definitions));
    this.machine = new Machine(this.plan, state.report.emit);
    this.profiles = state.customersOf(this.plan);
  }

  loaded(id: number, sampleId: string): Profile {
    return this.profiles.use(id) ?? this.profiles.addAt(id, sampleId);
  }

  /** What has been loaded of a customer elsewhere comes here. */
  takeOver(id: number, from: PartBuild): void {
    const kept = keptCustomer(from, id, this.state.now);
    from.profiles.remove(id);
    noteNegatives(this, negativesOf(from));
    if (kept !== undefined) putCustomer(this, kept);
  }
}

export class DefinitionsBuild {
  readonly definitions: Definitions;
  /** The plan that was in force when the build began; the build is of use only while it is. */
  readonly before: Plan;
  readonly parts: readonly PartBuild[];
  readonly #engine: Partitions;
  /** Dated ahead when they were loaded. */
  #waiting: { readonly profile: number; readonly message: Message }[] = [];
  readonly #mergedInto = new Map<number, number>();
  #isReleased = false;

  constructor(engine: Partitions, definitions: Definitions) {
    this.#engine = engine;
    this.definitions = definitions;
    this.before = engine[0].plan;
    this.parts = engine.map((state) => new PartBuild(state, definitions));
  }

  /** Takes a message that the engine has taken for a profile, once each; those merged since are followed. */
  load(profile: number, message: Message): void {
    if (this.#isReleased) return;
    const id = this.#survivor(profile);
    const part = this.#partOf(id);
    const { now, profiles } = part.state;
    const old = profiles.look(id);
    if (old === undefined) return;
    if (message.time > now) {
      this.#waiting.push({ profile: id, message });
      return;
    }
    part.profiles.beginStep();
    const p = part.loaded(id, old.sampleId);
    p.bornAt = old.bornAt;
    part.machine.load(p, message, now);
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
    const to = part.loaded(survivor, from.sampleId);
    mergeProfiles(to, from, part.plan, part.state.now, false);
    part.profiles.remove(gone);
  }

  /**
   * What would change if the definitions came into force now: customer by customer, undefined for one of whom nothing
   * would. What new populations and replaced lists would bring comes on top.
   */
  *differences(): Iterable<AnswerChange | undefined> {
    this.takePopulations();
    const [{ registry }] = this.#engine;
    for (let id = 0; id < registry.count; id++) {
      const { state, plan } = this.#partOf(id);
      state.profiles.beginStep();
      const old = state.profiles.use(id);
      if (old === undefined || old.bornAt > state.now) continue;
      state.report.silence();
      const p = this.renewed(old);
      state.report.speak();
      yield differenceOf(id, answersOf(state, old), answersOf({ plan, now: state.now }, p));
    }
  }

  /** What has been taken of everybody is what the new rules measure by, too. */
  takePopulations(): void {
    for (const { state, env } of this.parts) {
      env.populations.clear();
      for (const [key, taken] of state.env.populations) env.populations.set(key, [...taken]);
    }
  }

  /** The customer under the new definitions, all questions asked as of now. Reports to the engine's listener. */
  renewed(old: Profile): Profile {
    const { id, sampleId, bornAt, facts, future } = old;
    const part = this.#partOf(id);
    const { now } = part.state;
    this.#loadWaiting(now);
    part.profiles.beginStep();
    const p = part.loaded(id, sampleId);
    part.profiles.setSampleId(p, sampleId);
    p.bornAt = bornAt;
    p.facts = facts;
    p.future = future;
    if (p.bornAt > now) {
      if (p.future?.[0] !== undefined) p.arm(0, p.future[0].time);
      return p;
    }
    part.machine.renew(p, now);
    part.machine.settle(p, now);
    return p;
  }

  /** The customers built are the engine's from now on; what is told of messages and merges is not heard any more. */
  release(): void {
    this.#isReleased = true;
    this.#waiting = [];
  }

  /** The part of the partition in which the customer lives now, with what has been loaded of them. */
  #partOf(id: number): PartBuild {
    const part = this.parts[this.#engine[0].registry.placeOf(id)] as PartBuild;
    this.#bring(id, part);
    return part;
  }

  #bring(id: number, part: PartBuild): void {
    if (this.parts.length === 1 || part.profiles.has(id)) return;
    const other = this.parts.find(({ profiles }) => profiles.has(id));
    if (other !== undefined) part.takeOver(id, other);
  }

  #loadWaiting(now: Instant): void {
    if (!this.#waiting.some(({ message }) => message.time <= now)) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { profile, message } of waiting) this.load(profile, message);
  }

  #survivor(profile: number): number {
    let id = profile;
    for (let next = this.#mergedInto.get(id); next !== undefined; next = this.#mergedInto.get(id)) id = next;
    return id;
  }
}

type Answers = ReadonlyMap<string, Instant>;

/** Keys are names of segments, and `lifecycle stage`; see answersOf. */
function differenceOf(profile: number, was: Answers, is: Answers): AnswerChange | undefined {
  const gone = [...was.keys()].filter((key) => !is.has(key));
  const come = [...is.keys()].filter((key) => !was.has(key));
  if (gone.length + come.length === 0) return undefined;
  const stages = new Map<string, { from?: string; to?: string }>();
  const entered: string[] = [];
  const exited: string[] = [];
  for (const key of gone) sort(key, exited, stages, 'from');
  for (const key of come) sort(key, entered, stages, 'to');
  return {
    profile,
    entered,
    exited,
    moved: [...stages].map(([lifecycle, move]) => ({ lifecycle, ...move })),
  };
}

function sort(
  key: string,
  segments: string[],
  stages: Map<string, { from?: string; to?: string }>,
  side: 'from' | 'to',
): void {
  const space = key.indexOf(' ');
  if (space < 0) {
    segments.push(key);
    return;
  }
  const lifecycle = key.slice(0, space);
  const move = stages.get(lifecycle) ?? {};
  move[side] = key.slice(space + 1);
  stages.set(lifecycle, move);
}

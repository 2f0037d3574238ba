/**
 * Definitions that are to come into force, built beside those that are: every customer as the new rules see them.
 *
 * Idea. What a rule needs of the past are the events in its windows, so the messages of all customers are loaded, in any
 * order and in as many steps as the caller likes, while the engine goes on under the old rules. Loading is most of the
 * work. When all have been loaded, the new questions are asked of everybody as of now: to see what would change, or to put
 * the definitions into force (take-definitions.ts).
 */

import type { Definitions } from '../model/definitions.ts';
import type { Instant, Message } from '../model/message.ts';
import { answersOf } from './definition-report.ts';
import type { EngineState } from './engine-state.ts';
import { Environment } from './environment.ts';
import { Machine } from './machine.ts';
import { makePlan, type Plan } from './make-plan.ts';
import { mergeProfiles } from './merge.ts';
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

export class DefinitionsBuild {
  readonly definitions: Definitions;
  /** The plan that was in force when the build began; the build is of use only while it is. */
  readonly before: Plan;
  readonly env: Environment;
  readonly plan: Plan;
  readonly machine: Machine;
  readonly #state: EngineState;
  /** What has been loaded, and once renewed, everybody. */
  readonly profiles: Customers;
  /** Dated ahead when they were loaded. */
  #waiting: { readonly profile: number; readonly message: Message }[] = [];
  readonly #mergedInto = new Map<number, number>();
  #isReleased = false;

  constructor(state: EngineState, definitions: Definitions) {
    this.#state = state;
    this.definitions = definitions;
    this.before = state.plan;
    this.env = new Environment(state.zone);
    this.env.channels = definitions.channels;
    this.plan = makePlan(this.env, definitions, nextVersions(state.plan, definitions));
    this.machine = new Machine(this.plan, state.report.emit);
    this.profiles = state.customersOf(this.plan);
  }

  /** Takes a message that the engine has taken for a profile, once each; those merged since are followed. */
  load(profile: number, message: Message): void {
    if (this.#isReleased) return;
    const id = this.#survivor(profile);
    const { now, profiles } = this.#state;
    const old = profiles.look(id);
    if (old === undefined) return;
    if (message.time > now) {
      this.#waiting.push({ profile: id, message });
      return;
    }
    this.profiles.beginStep();
    const p = this.#loaded(id, old.sampleId);
    p.bornAt = old.bornAt;
    this.machine.load(p, message, now);
  }

  /** Two customers of the engine have become one. */
  merge(survivor: number, gone: number): void {
    if (this.#isReleased) return;
    this.#mergedInto.set(gone, survivor);
    this.profiles.beginStep();
    const from = this.profiles.use(gone);
    if (from === undefined) return;
    const to = this.#loaded(survivor, from.sampleId);
    mergeProfiles(to, from, this.plan, this.#state.now, false);
    this.profiles.remove(gone);
  }

  /**
   * What would change if the definitions came into force now: customer by customer, undefined for one of whom nothing
   * would. What new populations and replaced lists would bring comes on top.
   */
  *differences(): Iterable<AnswerChange | undefined> {
    const state = this.#state;
    this.env.populations.clear();
    for (const [key, taken] of state.env.populations) this.env.populations.set(key, [...taken]);
    for (const old of state.profiles) {
      if (old.bornAt > state.now) continue;
      state.report.silence();
      const p = this.renewed(old);
      state.report.speak();
      yield differenceOf(old.id, answersOf(state, old), answersOf({ plan: this.plan, now: state.now }, p));
    }
  }

  /** The customer under the new definitions, all questions asked as of now. Reports to the engine's listener. */
  renewed(old: Profile): Profile {
    const { now } = this.#state;
    this.#loadWaiting(now);
    this.profiles.beginStep();
    const p = this.#loaded(old.id, old.sampleId);
    this.profiles.setSampleId(p, old.sampleId);
    p.bornAt = old.bornAt;
    p.facts = old.facts;
    p.future = old.future;
    if (p.bornAt > now) {
      if (p.future?.[0] !== undefined) p.arm(0, p.future[0].time);
      return p;
    }
    this.machine.renew(p, now);
    this.machine.settle(p, now);
    return p;
  }

  /** The customers built are the engine's from now on; what is told of messages and merges is not heard any more. */
  release(): void {
    this.#isReleased = true;
    this.#waiting = [];
  }

  #loaded(id: number, sampleId: string): Profile {
    return this.profiles.use(id) ?? this.profiles.addAt(id, sampleId);
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

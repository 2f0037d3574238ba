/**
 * Conditions that nobody has defined, asked of every customer as they are now, without history: how many a rule would hold
 * for while it is being written.
 *
 * Idea. The conditions are compiled into a plan of their own. What it reads is mostly what definitions in force keep
 * already (common-parts.ts), so each customer is copied into a working form of that plan and asked, and nothing of it is
 * kept. Where it reads events that are not kept, or not as far back, `missing` names them: then history has to answer.
 *
 * Invariant. Customers may be asked in pieces while the engine goes on. `changed` tells who has to be asked again: those
 * who have been touched since, and those for whom time alone may have changed an answer. Once it tells of nobody, all answers
 * are of one instant. The question is of use only while the definitions in force are those that it began with.
 *
 * Segments and stages that a condition names are answered as they stand. Populations that it needs, also through those
 * that it names, are taken anew first, as they would be if it were defined now: ask `measure` of everybody, then `measured`, for each of the rounds.
 */

import type { Instant } from '../model/message.ts';
import { populationNeedsOf } from '../rules/population.ts';
import type { Condition, Value } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { carryOver } from './carry-over.ts';
import type { Compiler } from './compiler.ts';
import { commonParts, type CommonParts } from './common-parts.ts';
import type { Partitions } from './engine-state.ts';
import { Environment } from './environment.ts';
import { Machine } from './machine.ts';
import { makePlanFor, type Plan } from './make-plan.ts';
import { NEVER, Profile } from './profile.ts';
import type { Test, StreamPlan } from './plan.ts';
import { findRing } from './rings.ts';
import { collectValue, keepPopulation } from './take-populations.ts';
import type { ValuePlan } from './value-plan.ts';

/** Conditions of one question at most: their answers are the bits of a number. */
export const questionConditionsMax: number = 31;

export type QuestionOptions = {
  /** Asked of those for whom it matters, with `value`. */
  readonly values?: readonly Value[];
  /** Whether populations are taken anew, as for a rule that comes into force, or stand as they are. */
  readonly populations?: 'anew' | 'standing';
};

/** Values of everybody, for the population of a key. */
type Measured = { readonly key: string; readonly values: number[] };

type Asked = { readonly tests: readonly Test[]; readonly values: readonly ValuePlan[] };

export class Question {
  /** What was in force when the question began. */
  readonly before: Plan;
  /** Events that are read and not kept, or not as far back, for people. */
  readonly missing: readonly string[];
  /** The instant asked about, where the engine's clock is not later: nothing that is in force may be due by then. */
  at: Instant;
  readonly #parts: Partitions;
  readonly #env: Environment;
  readonly #plan: Plan;
  readonly #asked: Asked;
  readonly #common: CommonParts;
  readonly #machine: Machine;
  /** Something has to be found before conditions can be asked. */
  readonly #isFresh: boolean;
  readonly #p: Profile = new Profile(-1, '');
  /** Customers are asked as they lie: streams and units have the numbers of the plan in force. */
  readonly #asTheyLie: boolean;
  /** Whoever was asked last. */
  #last: Profile = this.#p;
  readonly #rounds: readonly (readonly Measured[])[];
  /** Asked, and touched since. */
  readonly #touched = new Set<number>();
  /** Asked, with the instant at which time alone may change an answer. */
  readonly #due = new Map<number, number>();

  constructor(
    parts: Partitions,
    conditions: readonly Condition[],
    { values = [], populations = 'anew' }: QuestionOptions = {},
  ) {
    const [{ plan, zone, env, now }] = parts;
    this.#parts = parts;
    this.at = now;
    this.before = plan;
    this.#env = new Environment(zone);
    this.#env.channels = plan.definitions.channels;
    for (const [key, taken] of env.populations) this.#env.populations.set(key, [...taken]);
    const ask = (compiler: Compiler): Asked => ({
      tests: conditions.map((condition) => compiler.askWhether(condition)),
      values: values.map((value) => compiler.ask(value)),
    });
    const made = makePlanFor(this.#env, plan.definitions, ask, plan);
    this.#plan = made.plan;
    this.#asked = made.compiled;
    this.#rounds = populations === 'anew' ? roundsOf(made.plan, conditions) : [];
    // Against another population, also what is in force may be answered otherwise.
    this.#common = commonParts(plan, made.plan, { answers: this.#rounds.length === 0 });
    this.#machine = new Machine(made.plan, () => undefined);
    this.missing = [...new Set(this.#common.loaded.map(nameOf))];
    const { fresh } = this.#common;
    this.#isFresh = fresh.units.length > 0 || fresh.sequences.length > 0 || fresh.tracked.length > 0;
    this.#takeNegatives();
    this.#asTheyLie = !this.#isFresh && this.missing.length === 0 && isPlain(this.#plan, this.#common);
    if (this.#asTheyLie) renumber(this.#plan, this.#common);
    for (const { profiles } of parts) profiles.watch(this.#touch);
  }

  /** Customers have numbers below it. */
  get count(): number {
    return this.#parts[0].registry.count;
  }

  /** In so many rounds everybody has to be measured first; in a later one, against populations of those before. */
  get rounds(): number {
    return this.#rounds.length;
  }

  /** Whether the answers are still of the definitions in force. */
  get isCurrent(): boolean {
    return this.#parts[0].plan === this.before;
  }

  /** Notes a customer's values for the populations of a round. */
  measure(id: number, round: number): void {
    const p = this.#take(id);
    if (p === undefined) return;
    const asked = { plan: this.#plan, now: this.#now };
    for (const { key, values } of this.#rounds[round] ?? []) collectValue(asked, p, key, values);
  }

  /** Everybody has been measured in a round. */
  measured(round: number): void {
    const { keepsAllMessages } = this.#parts[0];
    const asked = { plan: this.#plan, env: this.#env, now: this.#now, keepsAllMessages };
    for (const { key, values } of this.#rounds[round] ?? []) {
      keepPopulation(asked, key, Float64Array.from(values).sort());
      values.length = 0;
    }
    this.#touched.clear();
    this.#due.clear();
  }

  /** Which conditions hold for a customer now, the n-th as bit n; undefined where there is nobody, or nobody yet. */
  ask(id: number): number | undefined {
    const p = this.#take(id);
    if (p === undefined) return undefined;
    const { tests } = this.#asked;
    const now = this.#now;
    let holds = 0;
    for (let i = 0; i < tests.length; i++) if ((tests[i] as Test)(p, now)) holds |= 1 << i;
    return holds;
  }

  /** A value of the customer asked last, who exists, by its place among the values. */
  value(place: number): RuleValue {
    return this.#asked.values[place]?.get(this.#last, this.#now);
  }

  /** Who has been asked and has to be asked again. They count as asked anew. */
  changed(): readonly number[] {
    const now = this.#now;
    for (const [id, due] of this.#due) if (due <= now) this.#touched.add(id);
    const ids = [...this.#touched].sort((a, b) => a - b);
    this.#touched.clear();
    for (const id of ids) this.#due.delete(id);
    return ids;
  }

  /** Nothing more will be asked. */
  release(): void {
    for (const { profiles } of this.#parts) profiles.unwatch(this.#touch);
    this.#touched.clear();
    this.#due.clear();
  }

  readonly #touch = (id: number): void => {
    this.#touched.add(id);
  };

  get #now(): Instant {
    return Math.max(this.at, this.#parts[0].now);
  }

  /** The customer as the question's plan has them. */
  #take(id: number): Profile | undefined {
    const { registry } = this.#parts[0];
    const state = this.#parts[registry.placeOf(id)];
    const old = state?.profiles.glance(id);
    if (state === undefined || old === undefined) return undefined;
    const now = this.#now;
    if (old.bornAt > now) {
      if (old.bornAt !== NEVER || old.dueAt !== NEVER) this.#wait(id, Math.min(old.bornAt, old.dueAt));
      return undefined;
    }
    const p = this.#asTheyLie ? old : this.#carried(old, now);
    const due = this.#asTheyLie ? this.#freshDue(p, now) : p.dueAt;
    if (due !== NEVER) this.#wait(id, due);
    this.#last = p;
    return p;
  }

  #carried(old: Profile, now: Instant): Profile {
    const p = this.#p;
    p.reset(old.id, old.sampleId);
    carryOver(p, old, this.#common);
    const { fresh } = this.#common;
    if (this.#isFresh || fresh.groups.length > 0 || fresh.atoms.length > 0) {
      this.#machine.askFresh(p, fresh, now);
      if (this.#isFresh) this.#machine.settle(p, now);
    }
    return p;
  }

  /** When time alone may change what nothing that is in force asks; for the rest the engine itself wakes the customer. */
  #freshDue(p: Profile, now: Instant): Instant {
    let due = NEVER;
    const { groups, atoms } = this.#common.fresh;
    for (const group of groups) {
      const o = findRing(p, group.stream.id);
      if (o >= 0) due = Math.min(due, group.next(p, o, now));
    }
    for (const atom of atoms) due = Math.min(due, atom.next(p, now));
    return due;
  }

  /** Only what may become due while others are asked is remembered. */
  #wait(id: number, due: number): void {
    if (due - this.#now < WAITED_MS) this.#due.set(id, due);
  }

  /** Whether an amount has ever been negative decides when time may raise a sum. */
  #takeNegatives(): void {
    const { streams, changed } = this.#common;
    for (const state of this.#parts) {
      state.plan.streams.forEach((stream) => {
        const after = this.#plan.streams[streams[stream.id] as number];
        after?.columns.forEach((column, c) => {
          const place = changed.get(stream.id)?.columns[c] ?? c;
          if (stream.columns[place]?.hasNegative === true) column.hasNegative = true;
        });
      });
    }
  }
}

/** Whether everything that is asked lies with customers in the same form, under other numbers at most. */
function isPlain({ sequences, trackedUnits, hasViews }: Plan, { changed }: CommonParts): boolean {
  return sequences.length === 0 && trackedUnits.length === 0 && !hasViews && changed.size === 0;
}

/** What both plans have gets the numbers of the plan in force. */
function renumber({ streams, units }: Plan, common: CommonParts): void {
  const [ownStreams, ownUnits] = [[...streams], [...units]];
  common.streams.forEach((own, id) => ownStreams[own]?.renumber(id));
  common.units.forEach((own, id) => {
    const unit = ownUnits[own];
    if (unit !== undefined) unit.id = id;
  });
}

/** Populations that rest on others are measured after these, each in a round of its own. */
function roundsOf(
  { populationValues, definitions }: Plan,
  conditions: readonly Condition[],
): readonly (readonly Measured[])[] {
  const needs = populationNeedsOf({ condition: { kind: 'and', items: conditions } }, definitions);
  const rests = (key: string): boolean => {
    const need = needs.find((one) => one.key === key);
    return need?.kind === 'value' && populationNeedsOf({ value: need.value }, definitions).length > 0;
  };
  const keys = [...populationValues.keys()];
  const measured = (key: string): Measured => ({ key, values: [] });
  const [plain, others] = [keys.filter((key) => !rests(key)), keys.filter(rests)];
  const first = plain.length === 0 ? [] : [plain.map(measured)];
  return [...first, ...others.map((key) => [measured(key)])];
}

/** Nobody asks everybody for longer than this. */
const WAITED_MS = 600_000;

function nameOf({ source }: StreamPlan): string {
  switch (source?.kind) {
    case 'track':
      return source.name;
    case 'page':
    case 'screen':
      return `${source.kind} ${source.name}`;
    case 'prefix':
      return `${source.prefix}…`;
    case 'any':
    case undefined:
      return 'any event';
  }
}

/**
 * The oracle: what the answers are, found the slow and obvious way.
 *
 * It takes the engine's inputs in order of arrival, keeps every message of every customer, and answers each question
 * with the plain interpreter over the complete history. It has no incremental state: a late event, a merge or a changed
 * rule is simply more, or other, history. The engine must agree with it at every instant.
 */

import { defined, unreachable } from '@segue/core/base/assert.ts';
import { Zone } from '@segue/core/base/zone.ts';
import { type Definitions, withMembers } from '@segue/core/model/definitions.ts';
import { readingsOf } from '@segue/core/model/identifiers.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';
import type {
  History,
  HistoryConsent,
  HistoryScore,
  ListSpell,
  World,
} from '@segue/core/rules/interpreter-history.ts';
import { Interpreter, nextChange } from '@segue/core/rules/interpreter.ts';
import { witnesses, type Witness } from '@segue/core/rules/interpreter-witness.ts';
import {
  numberOf,
  populationNeeds,
  populationNeedsOf,
  type Population,
  type PopulationNeed,
} from '@segue/core/rules/population.ts';
import type { Condition, Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import { OracleIdentity, type Person, type RefusedMerge } from './oracle-identity.ts';

export type OracleOptions = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
};

export type OracleApplied = {
  readonly profile?: number;
  readonly ignored?: 'duplicate' | 'erased' | 'unknown_customer';
};

/** What is kept of one customer beside the identifiers. */
type CustomerRecord = {
  readonly messages: Message[];
  readonly scores: (HistoryScore & { readonly order: number })[];
  readonly consents: (HistoryConsent & { readonly order: number })[];
};

type ListVersion = { readonly at: Instant; readonly members: ReadonlySet<string> };

export class Oracle {
  readonly zone: Zone;
  readonly #identity: OracleIdentity = new OracleIdentity((survivor, gone) => {
    this.#mergeRecords(survivor, gone);
  });
  readonly #records = new Map<number, CustomerRecord>();
  readonly #messageIds = new Set<string>();
  /** Identifier (kind and value) → when it was erased last. */
  readonly #erasedAt = new Map<string, Instant>();
  readonly #lists = new Map<string, ListVersion[]>();
  readonly #populations = new Map<string, Population[]>();
  /** Interpreters over the present state of knowledge, by profile. */
  readonly #interpreters = new Map<number, Interpreter>();
  #definitions: Definitions;
  #now: Instant;
  #inputs = 0;

  constructor(options: OracleOptions) {
    this.zone = new Zone(options.timeZone);
    this.#now = options.start;
    this.#definitions = options.definitions;
    for (const list of options.definitions.lists.values()) this.#replaceList(list.name, list.members);
    this.#takePopulations(populationNeeds(options.definitions));
  }

  get now(): Instant {
    return this.#now;
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  get refusedMerges(): readonly RefusedMerge[] {
    return this.#identity.refused;
  }

  /** Lets time pass; populations are taken at each local midnight. Never goes back. */
  advanceTo(now: Instant): void {
    const needs = populationNeeds(this.#definitions);
    if (needs.length > 0) {
      for (let at = this.zone.nextDay(this.#now); at <= now; at = this.zone.nextDay(at)) {
        this.#now = at;
        this.#takePopulations(needs);
      }
    }
    this.#now = Math.max(this.#now, now);
  }

  /** Advances to `now`, then takes the input. */
  apply(input: Input, now: Instant): OracleApplied {
    this.advanceTo(now);
    this.#inputs += 1;
    this.#interpreters.clear();
    switch (input.kind) {
      case 'message':
        return this.#message(input.message);
      case 'definitions':
        this.#define(input.definitions);
        return {};
      case 'list':
        this.#definitions = withMembers(this.#definitions, input.name, input.members);
        this.#replaceList(input.name, input.members);
        return {};
      case 'score': {
        const { name, value, at } = input;
        return this.#about(input.customer, (record) => {
          record.scores.push({ name, value, at: Math.min(at, this.#now), order: this.#inputs });
        });
      }
      case 'consent': {
        const { channel, topic, status, at } = input;
        return this.#about(input.customer, (record) => {
          record.consents.push({
            status,
            at: Math.min(at, this.#now),
            order: this.#inputs,
            ...(channel === undefined ? {} : { channel }),
            ...(topic === undefined ? {} : { topic }),
          });
        });
      }
      case 'refresh':
        this.#takePopulations(populationNeeds(this.#definitions));
        return {};
      case 'erase':
        return this.#erase(input.customer);
      default:
        return unreachable(input);
    }
  }

  /** By any identifier of theirs. */
  findProfile(identifier: string | Identifier): number | undefined {
    if (typeof identifier !== 'string') return this.#identity.owner(identifier)?.id;
    return this.#identity.find(identifier)?.id;
  }

  profileIds(): readonly number[] {
    return this.#identity.persons().map((person) => person.id);
  }

  identifiers(profile: number): readonly Identifier[] {
    return this.#person(profile).identifiers;
  }

  /** The user id if there is one, else the first identifier. */
  displayId(profile: number): string {
    const { identifiers } = this.#person(profile);
    const user = identifiers.find(({ kind }) => kind === 'user_id');
    return defined(user ?? identifiers[0], 'an identifier of a profile').value;
  }

  members(segment: string): readonly number[] {
    const rule = this.#rule(segment);
    return this.profileIds().filter((profile) => this.holds(profile, rule));
  }

  size(segment: string): number {
    return this.members(segment).length;
  }

  isMember(profile: number, segment: string): boolean {
    return this.holds(profile, this.#rule(segment));
  }

  stageOf(profile: number, lifecycle: string): string | undefined {
    const interpreter = this.interpreter(profile);
    return interpreter.exists(this.#now) ? interpreter.stage(lifecycle, this.#now) : undefined;
  }

  stageMembers(lifecycle: string, stage: string): readonly number[] {
    return this.profileIds().filter((profile) => this.stageOf(profile, lifecycle) === stage);
  }

  value(profile: number, value: Value): RuleValue {
    return this.interpreter(profile).evaluate(value, this.#now);
  }

  holds(profile: number, condition: Condition): boolean {
    return this.interpreter(profile).holds(condition, this.#now);
  }

  /** The messages that made the answer. */
  witnesses(profile: number, condition: Condition): readonly Witness[] {
    return witnesses(condition, this.history(profile), this.#now, this.world());
  }

  /** When the answer will change if nothing happens. */
  nextChange(profile: number, condition: Condition): Instant | undefined {
    return nextChange(condition, this.history(profile), this.#now, this.world());
  }

  /** All questions about one customer, as known now. */
  interpreter(profile: number): Interpreter {
    const known = this.#interpreters.get(profile);
    if (known !== undefined) return known;
    const interpreter = new Interpreter(this.history(profile), this.world());
    this.#interpreters.set(profile, interpreter);
    return interpreter;
  }

  world(): World {
    return { zone: this.zone, definitions: this.#definitions, populations: this.#populations };
  }

  history(profile: number): History {
    const person = this.#person(profile);
    const { messages, scores, consents } = this.#record(person);
    return {
      bornAt: messages.length === 0 ? undefined : Math.min(...messages.map(({ time }) => time)),
      sampleId: person.sampleId,
      events: messages.flatMap(({ kind, name, time, messageId, properties }) =>
        kind === 'track' || kind === 'page' || kind === 'screen'
          ? [{ kind, name, time, messageId, properties }]
          : [],
      ),
      identifies: messages.filter(({ kind }) => kind === 'identify'),
      scores: scores.toSorted((a, b) => a.order - b.order),
      consents: consents.toSorted((a, b) => a.order - b.order),
      lists: new Map(
        [...this.#lists].map(([name, versions]) => [name, spells(versions, person.identifiers)]),
      ),
    };
  }

  #message(message: Message): OracleApplied {
    if (this.#messageIds.has(message.messageId)) return { ignored: 'duplicate' };
    const erased = message.identifiers.some(
      (identifier) => message.time < (this.#erasedAt.get(erasedKey(identifier)) ?? -Infinity),
    );
    if (erased) return { ignored: 'erased' };
    this.#messageIds.add(message.messageId);
    const person = this.#identity.resolve(message);
    this.#record(person).messages.push(message);
    return { profile: person.id };
  }

  /** Scores and consents make no customer. */
  #about(customer: Identifier, change: (record: CustomerRecord) => void): OracleApplied {
    const person = this.#identity.owner(customer);
    if (person === undefined) return { ignored: 'unknown_customer' };
    change(this.#record(person));
    return { profile: person.id };
  }

  #erase(customer: Identifier): OracleApplied {
    const person = this.#identity.owner(customer);
    const identifiers = person?.identifiers ?? [customer];
    for (const identifier of identifiers) this.#erasedAt.set(erasedKey(identifier), this.#now);
    if (person !== undefined) {
      this.#identity.remove(person);
      this.#records.delete(person.id);
    }
    this.#takeOffLists(new Set(identifiers.map(({ value }) => value)));
    return person === undefined ? { ignored: 'unknown_customer' } : { profile: person.id };
  }

  /** A population is taken when a rule that needs it is defined, so also when such a rule is changed. */
  #define(definitions: Definitions): void {
    const before = this.#definitions;
    this.#definitions = definitions;
    for (const [name, list] of definitions.lists) {
      const known = before.lists.get(name);
      if (JSON.stringify(known) !== JSON.stringify(list)) this.#replaceList(name, list.members);
    }
    for (const name of before.lists.keys()) {
      if (!definitions.lists.has(name)) this.#replaceList(name, []);
    }
    const rules = [
      ...changedOf(before.segments, definitions.segments).map((segment) => segment.rule),
      ...changedOf(before.lifecycles, definitions.lifecycles).flatMap(({ stages }) =>
        stages.flatMap(({ rule }) => (rule === undefined ? [] : [rule])),
      ),
    ];
    const models = new Set(changedOf(before.rfm, definitions.rfm).map(({ name }) => name));
    const keys = new Set(
      rules.flatMap((condition) => populationNeedsOf({ condition }, definitions).map(({ key }) => key)),
    );
    this.#takePopulations(
      populationNeeds(definitions).filter(
        (need) => keys.has(need.key) || (need.kind === 'rfm' && models.has(need.model)),
      ),
    );
  }

  /**
   * By whatever text somebody is meant. Nothing is left of their having been on a list, unless there is somebody else of that
   * name, who was on it until now.
   */
  #takeOffLists(values: ReadonlySet<string>): void {
    const isNamed = (text: string): boolean => readingsOf(text).some((reading) => values.has(reading));
    const without = (members: Iterable<string>): string[] => [...members].filter((text) => !isNamed(text));
    const isSomebodyElses = this.#identity
      .persons()
      .some(({ identifiers }) => identifiers.some(({ value }) => values.has(value)));
    for (const [name, versions] of this.#lists) {
      if (isSomebodyElses) this.#replaceList(name, without(versions.at(-1)?.members ?? []));
      else {
        const left = versions.map(({ at, members }) => ({ at, members: new Set(without(members)) }));
        this.#lists.set(name, left);
      }
    }
    for (const [name, { members }] of this.#definitions.lists) {
      this.#definitions = withMembers(this.#definitions, name, without(members));
    }
  }

  #replaceList(name: string, members: readonly string[]): void {
    const versions = this.#lists.get(name) ?? [];
    versions.push({ at: this.#now, members: new Set(members.flatMap(readingsOf)) });
    this.#lists.set(name, versions);
  }

  /** In the order given: those that others are computed from come first. */
  #takePopulations(needs: readonly PopulationNeed[]): void {
    for (const need of needs) {
      this.#interpreters.clear();
      const values = this.profileIds()
        .map((profile) => this.#standingValue(this.interpreter(profile), need))
        .filter((value) => value !== undefined)
        .sort((a, b) => a - b);
      const taken = this.#populations.get(need.key) ?? [];
      taken.push({ at: this.#now, values });
      this.#populations.set(need.key, taken);
    }
    this.#interpreters.clear();
  }

  #standingValue(interpreter: Interpreter, need: PopulationNeed): number | undefined {
    if (!interpreter.exists(this.#now)) return undefined;
    return need.kind === 'rfm'
      ? interpreter.rfmMeasure(need.part, need.model, this.#now)
      : numberOf(interpreter.value(need.value, this.#now));
  }

  #rule(segment: string): Condition {
    return defined(this.#definitions.segments.get(segment), `segment ${segment}`).rule;
  }

  #person(profile: number): Person {
    return defined(this.#identity.person(profile), `profile ${profile}`);
  }

  #record(person: Person): CustomerRecord {
    let record = this.#records.get(person.id);
    if (record === undefined) {
      record = { messages: [], scores: [], consents: [] };
      this.#records.set(person.id, record);
    }
    return record;
  }

  #mergeRecords(survivor: Person, gone: Person): void {
    const into = this.#record(survivor);
    const from = this.#record(gone);
    into.messages.push(...from.messages);
    into.scores.push(...from.scores);
    into.consents.push(...from.consents);
    this.#records.delete(gone.id);
  }
}

const erasedKey = ({ kind, value }: Identifier): string => JSON.stringify([kind, value]);

/** Definitions that are new, or not what they were. */
function changedOf<T>(before: ReadonlyMap<string, T>, after: ReadonlyMap<string, T>): readonly T[] {
  return [...after]
    .filter(([name, definition]) => JSON.stringify(before.get(name)) !== JSON.stringify(definition))
    .map(([, definition]) => definition);
}

/** When a customer with these identifiers was on a list that had these versions. */
function spells(versions: readonly ListVersion[], identifiers: readonly Identifier[]): readonly ListSpell[] {
  return versions.flatMap(({ at, members }, index) => {
    if (!identifiers.some(({ value }) => members.has(value))) return [];
    const next = versions[index + 1];
    return [next === undefined ? { from: at } : { from: at, until: next.at }];
  });
}

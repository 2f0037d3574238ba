/**
 * Why a customer is in a segment or not, and what comes next.
 *
 * Idea. The explanation is a tree that mirrors the rule. It is made by the plain interpreter from all that is known of
 * the customer, not from the engine's counters, so it also checks them: every condition with its answer, the values
 * found and what they are held against, the messages that decided, since when, and until when if nothing happens.
 *
 * Invariants. Pure. All plain data: it survives `JSON.stringify`. Every instant and every remedy was tried before it is
 * stated. Answers follow what is known now: where a late event has corrected the past, so has the date since when.
 *
 * Cost: some evaluations of the rule over the customer's history for each condition; meant for one customer at a time.
 */

import { defined, unreachable } from '../base/assert.ts';
import type { Instant } from '../model/message.ts';
import { toEnglish } from '../rules/english.ts';
import { formatRule } from '../rules/format.ts';
import type { History, World } from '../rules/interpreter-history.ts';
import { populationNeedsOf } from '../rules/population.ts';
import type { Condition, Value } from '../rules/tree.ts';
import { type DecidingMessage, decidingMessages, progressOf } from './explain-deciding.ts';
import { type Finding, findingsOf, type Threshold } from './explain-findings.ts';
import { type ExplainingInterpreter, openInterpreter, type Since } from './explain-interpreter.ts';
import { findChange, findKeeping, type Remedy } from './explain-remedy.ts';

export type ExplainedCondition = {
  readonly kind: Condition['kind'];
  /** Of `for`: how long, as written. */
  readonly duration?: string;
  /** As the rule has it, on one line. */
  readonly rule: string;
  /** “Customers who …” */
  readonly english: string;
  readonly holds: boolean;
  /** Missing before the customer exists. */
  readonly since?: Since;
  /** Missing: it will not change by time alone, within a hundred years. */
  readonly until?: Instant;
  readonly found: readonly Finding[];
  readonly threshold?: Threshold;
  readonly messages: readonly DecidingMessage[];
  /** How many there are, of which `messages` are the newest. */
  readonly messagesTotal: number;
  /** Of a sequence that is not complete: how many of its steps have been reached, at most all of them. */
  readonly progress?: { readonly steps: number; readonly of: number };
  /** The conditions that it is made of, or those of the segment or stages that it names. */
  readonly items: readonly ExplainedCondition[];
  /** For an item that is the rule of a definition: which. */
  readonly definition?: { readonly kind: 'segment' | 'stage'; readonly name: string };
  /** The items were left out: the explanation has become too long. */
  readonly cut?: true;
};

export type Explanation = {
  readonly segment: string;
  readonly description?: string;
  readonly at: Instant;
  /** The zone of the workspace, in which its days begin. */
  readonly timeZone: string;
  /** Missing: nothing is known of the customer by then. */
  readonly bornAt?: Instant;
  readonly member: boolean;
  readonly since?: Since;
  /** When time alone will change it. */
  readonly until?: Instant;
  /** The smallest thing found that would keep the answer at `until`. */
  readonly unless?: Remedy;
  /** The smallest thing found that would change the answer before time does. */
  readonly change?: Remedy;
  /** The answer rests on the standing among all customers, which is taken anew at local midnight. */
  readonly standing?: true;
  readonly rule: ExplainedCondition;
};

/** Conditions of one explanation; beyond, parts are left out. */
const conditionsMax = 400;

/** Throws where there is no such segment. */
export function explain(history: History, world: World, segment: string, now: Instant): Explanation {
  const definition = defined(world.definitions.segments.get(segment), `segment ${segment}`);
  const { rule, description } = definition;
  const asked = openInterpreter(history, world);
  const exists = asked.exists(now);
  const until = asked.until(rule, now);
  const since = asked.since(rule, now);
  const about = { rule, history, world, at: now, until };
  const unless = exists ? findKeeping(about, asked) : undefined;
  const change = exists ? findChange(about, asked) : undefined;
  return {
    segment,
    ...(description === undefined ? {} : { description }),
    at: now,
    timeZone: world.zone.name,
    ...(exists && history.bornAt !== undefined ? { bornAt: history.bornAt } : {}),
    member: asked.holds(rule, now),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(unless === undefined ? {} : { unless }),
    ...(change === undefined ? {} : { change }),
    ...(populationNeedsOf({ condition: rule }, world.definitions).length > 0 ? { standing: true } : {}),
    rule: new Explainer(asked, now).condition(rule),
  };
}

/** Where a customer stands in all segments and lifecycles, without the reasons. */
export type Outline = {
  readonly at: Instant;
  readonly segments: readonly {
    readonly segment: string;
    readonly member: boolean;
    readonly since?: Since;
    readonly until?: Instant;
  }[];
  readonly stages: readonly {
    readonly lifecycle: string;
    readonly stage: string;
    readonly since?: Since;
    readonly until?: Instant;
  }[];
};

/** Every segment, and the stage of every lifecycle, with since when and until when if nothing happens. */
export function outline(history: History, world: World, now: Instant): Outline {
  const asked = openInterpreter(history, world);
  const spell = (condition: Condition): { readonly since?: Since; readonly until?: Instant } => {
    const since = asked.since(condition, now);
    const until = asked.until(condition, now);
    return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) };
  };
  const { segments, lifecycles } = world.definitions;
  return {
    at: now,
    segments: [...segments.values()].map(({ name, rule }) => ({
      segment: name,
      member: asked.holds(rule, now),
      ...spell(rule),
    })),
    stages: [...lifecycles.keys()].flatMap((lifecycle) => {
      const left: Value = { kind: 'stage', lifecycle };
      const stage = asked.evaluate(left, now);
      if (typeof stage !== 'string') return [];
      const right: Value = { kind: 'string', value: stage };
      return [{ lifecycle, stage, ...spell({ kind: 'compare', op: '=', left, right }) }];
    }),
  };
}

/** When time alone will change the answer of each of these segments; those that it will not change are left out. */
export function changesByTime(
  history: History,
  world: World,
  segments: readonly string[],
  now: Instant,
): ReadonlyMap<string, Instant> {
  const asked = openInterpreter(history, world);
  const changes = new Map<string, Instant>();
  for (const segment of segments) {
    const until = asked.until(asked.segmentRule(segment), now);
    if (until !== undefined) changes.set(segment, until);
  }
  return changes;
}

/** As `explain`, for any condition, and without what would change it. */
export function explainCondition(
  condition: Condition,
  history: History,
  world: World,
  now: Instant,
): ExplainedCondition {
  return new Explainer(openInterpreter(history, world), now).condition(condition);
}

class Explainer {
  readonly #asked: ExplainingInterpreter;
  readonly #now: Instant;
  #conditions = 0;

  constructor(asked: ExplainingInterpreter, now: Instant) {
    this.#asked = asked;
    this.#now = now;
  }

  condition(condition: Condition, definition?: ExplainedCondition['definition']): ExplainedCondition {
    this.#conditions++;
    const { comments: _, ...bare } = condition;
    const asked = this.#asked;
    const since = asked.since(condition, this.#now);
    const until = asked.until(condition, this.#now);
    const { found, threshold } = findingsOf(condition, asked, this.#now);
    const { messages, total } = decidingMessages(condition, asked, this.#now);
    const progress = this.#progress(condition);
    const cut = this.#conditions >= conditionsMax;
    return {
      kind: condition.kind,
      ...(condition.kind === 'for' ? { duration: condition.duration } : {}),
      rule: formatRule(bare, { width: Infinity }),
      english: toEnglish(condition),
      holds: asked.holds(condition, this.#now),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
      found,
      ...(threshold === undefined ? {} : { threshold }),
      messages,
      messagesTotal: total,
      ...(progress === undefined ? {} : { progress }),
      items: cut ? [] : this.#items(condition),
      ...(definition === undefined ? {} : { definition }),
      ...(cut ? { cut } : {}),
    };
  }

  #progress(condition: Condition): ExplainedCondition['progress'] {
    if (condition.kind !== 'sequence' || !this.#asked.exists(this.#now)) return undefined;
    if (this.#asked.holds(condition, this.#now)) return undefined;
    const { steps } = progressOf(condition, this.#asked, this.#now);
    return { steps, of: condition.steps.length };
  }

  #items(condition: Condition): readonly ExplainedCondition[] {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return condition.items.map((item) => this.condition(item));
      case 'not':
      case 'for':
        return [this.condition(condition.item)];
      case 'in_segment':
        return [this.#segment(condition.segment)];
      case 'compare':
        return [...this.#definitionsIn(condition.left), ...this.#definitionsIn(condition.right)];
      case 'one_of':
      case 'text':
      case 'presence':
        return this.#definitionsIn(condition.value);
      case 'literal':
      case 'did':
      case 'sequence':
      case 'in_list':
      case 'subscribed':
      case 'sample':
        return [];
      default:
        return unreachable(condition);
    }
  }

  #segment(name: string): ExplainedCondition {
    return this.condition(this.#asked.segmentRule(name), { kind: 'segment', name });
  }

  /** The rules of the segments and stages that a value asks about. */
  #definitionsIn(value: Value): readonly ExplainedCondition[] {
    switch (value.kind) {
      case 'age_in_segment':
        return [this.#segment(value.segment)];
      case 'stage': {
        const { stages } = this.#asked.world.definitions.lifecycles.get(value.lifecycle) ?? { stages: [] };
        const current = stages.findIndex(({ name }) => name === this.#asked.evaluate(value, this.#now));
        return stages
          .slice(0, current + 1)
          .flatMap(({ name, rule }) =>
            rule === undefined ? [] : [this.condition(rule, { kind: 'stage', name })],
          );
      }
      case 'age':
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
        return this.#definitionsIn(value.of);
      case 'coalesce':
        return value.values.flatMap((option) => this.#definitionsIn(option));
      case 'arithmetic':
        return [...this.#definitionsIn(value.left), ...this.#definitionsIn(value.right)];
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'trait':
      case 'property':
      case 'count':
      case 'aggregate':
      case 'days':
      case 'age_of_event':
      case 'rfm':
      case 'score':
        return [];
      default:
        return unreachable(value);
    }
  }
}

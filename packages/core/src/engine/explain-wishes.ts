/**
 * Wishes: what could happen so that a condition becomes true, or false.
 *
 * These are guesses, led by what the condition says; whoever asks tries each plan on the customer's history and keeps
 * what proves right. So a guess may be wrong, and an unusual rule may have none; a stated remedy is never wrong.
 */

import { unreachable } from '../base/assert.ts';
import type { Instant, JsonValue } from '../model/message.ts';
import { consentChanges, defaultChannel } from '../rules/interpreter-consent.ts';
import { mirroredOperators } from '../rules/literals.ts';
import { durationMs, elementsOf, isListValue, literalValue, readPath } from '../rules/semantics.ts';
import type { Condition, EventPattern, Path, TextOperator, Value, Window } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { progressOf } from './explain-deciding.ts';
import { exampleOf, jsonFor, negatedOperators, textFor } from './explain-examples.ts';
import { plainValue } from './explain-findings.ts';
import type { ExplainingInterpreter } from './explain-interpreter.ts';
import {
  bothOf,
  costOf,
  type EventAction,
  type ExampleEvent,
  type Plan,
  planOf,
  type RemedyAction,
  withPath,
} from './explain-plans.ts';
import { Reach } from './explain-reach.ts';

/** Plans kept for one condition; the smallest. */
const plansMax = 12;
/** How long a plan may wait, in milliseconds: 400 days. */
const waitMax = 400 * 86_400_000;
/** How deep in rules of rules a wish is followed. */
const depthMax = 30;

export class Wishes {
  readonly #asked: ExplainingInterpreter;
  /** At which the values are looked at. */
  readonly #at: Instant;
  /** At which plans would begin. */
  readonly #from: Instant;
  readonly #reach: Reach;
  #depth = 0;

  constructor(asked: ExplainingInterpreter, at: Instant, from: Instant) {
    this.#asked = asked;
    this.#at = at;
    this.#from = from;
    this.#reach = new Reach(asked, at, (condition, wanted) => this.plans(condition, wanted));
  }

  /** Plans after which the condition might be as wanted, the smallest first; an empty one where it is so already. */
  plans(condition: Condition, wanted: boolean): readonly Plan[] {
    if (this.#asked.holds(condition, this.#at) === wanted) return [{ actions: [], waitMs: 0 }];
    if (this.#depth >= depthMax) return [];
    this.#depth++;
    const plans = [...this.#guesses(condition, wanted), ...this.#waiting(condition)];
    this.#depth--;
    return smallest(plans);
  }

  #guesses(c: Condition, wanted: boolean): readonly Plan[] {
    switch (c.kind) {
      case 'and':
      case 'or':
        return (c.kind === 'and') === wanted
          ? this.#all(c.items, wanted)
          : c.items.flatMap((item) => this.plans(item, wanted));
      case 'not':
        return this.plans(c.item, !wanted);
      case 'for': {
        const plans = this.plans(c.item, wanted);
        return wanted
          ? plans.map((plan) => ({ ...plan, waitMs: plan.waitMs + durationMs(c.duration) }))
          : plans;
      }
      case 'compare':
        return this.#comparison(c, wanted);
      case 'one_of':
        return this.#oneOf(c, wanted !== c.negated);
      case 'text':
        return this.#text(c, wanted);
      case 'presence':
        return c.present === wanted ? this.#reach.present(c.value) : this.#reach.missing(c.value);
      case 'did':
        return this.#did(c, wanted !== c.negated);
      case 'sequence':
        return wanted ? this.#sequence(c) : this.#noSequence(c);
      case 'in_segment':
        return this.plans(this.#asked.segmentRule(c.segment), wanted);
      case 'in_list':
        return [planOf({ kind: 'list', list: c.list, put: wanted ? 'on' : 'off' })];
      case 'subscribed':
        return this.#consent(c.to, wanted);
      case 'literal':
      case 'sample':
        return [];
      default:
        return unreachable(c);
    }
  }

  /** What time brings by itself is part of a plan only beside something that has to happen. */
  #waiting(condition: Condition): readonly Plan[] {
    if (condition.kind === 'and' || condition.kind === 'or' || condition.kind === 'not') return [];
    const until = this.#asked.nextChange(condition, this.#at, this.#at + waitMax);
    return until === undefined ? [] : [{ actions: [], waitMs: Math.max(0, until - this.#from) }];
  }

  #all(items: readonly Condition[], wanted: boolean): readonly Plan[] {
    let together: readonly Plan[] = [{ actions: [], waitMs: 0 }];
    for (const item of items) {
      const plans = this.plans(item, wanted);
      together = smallest(together.flatMap((plan) => plans.flatMap((other) => bothOf(plan, other))));
    }
    return together;
  }

  #comparison(
    { op, left, right }: Extract<Condition, { kind: 'compare' }>,
    wanted: boolean,
  ): readonly Plan[] {
    const to = wanted ? op : negatedOperators[op];
    const value = (side: Value): RuleValue => this.#asked.value(side, this.#at);
    const plans = [
      ...this.#reach.plans(left, to, value(right)),
      ...this.#reach.plans(right, mirroredOperators[to], value(left)),
    ];
    // Nothing compares with what is missing.
    if ((op === '!=') === wanted) plans.push(...this.#reach.missing(left), ...this.#reach.missing(right));
    return plans;
  }

  #oneOf(c: Extract<Condition, { kind: 'one_of' }>, among: boolean): readonly Plan[] {
    const options = c.values.map((literal) => literalValue(literal, this.#asked.world.zone));
    if (among) return options.slice(0, plansMax).flatMap((option) => this.#reach.plans(c.value, '=', option));
    const [first] = options;
    return [...this.#reach.plans(c.value, '!=', first), ...this.#reach.missing(c.value)];
  }

  #text(c: Extract<Condition, { kind: 'text' }>, wanted: boolean): readonly Plan[] {
    if (!wanted) return [...this.#reach.missing(c.value), ...this.#reach.plans(c.value, '=', '-')];
    const text = textFor(c.op, c.text);
    const known = this.#asked.value(c.value, this.#at);
    if (c.value.kind === 'trait' && c.op === 'contains' && isListValue(known)) {
      const list = elementsOf(known).filter(
        (one): one is string | number | boolean => typeof one !== 'object' && one !== undefined,
      );
      const than = plainValue(c.text);
      return [planOf({ kind: 'trait', path: c.value.path, value: [...list, c.text], op: c.op, than })];
    }
    return this.#reach.plans(c.value, '=', text).map((plan) => asText(plan, c.op, c.text));
  }

  #did({ events, window }: Extract<Condition, { kind: 'did' }>, wanted: boolean): readonly Plan[] {
    return wanted ? this.#reach.events(events, window, 1) : this.#reach.outOf(window);
  }

  // --- Sequences

  /** The steps that are lacking, after every beginning that there is; the one that came furthest first. */
  #sequence(c: Extract<Condition, { kind: 'sequence' }>): readonly Plan[] {
    const { steps, chain } = progressOf(c, this.#asked, this.#at);
    const key = c.on === undefined ? undefined : readPath(chain[0]?.properties ?? {}, c.on);
    const waitMs = (c.absent === undefined ? 0 : durationMs(c.absent.within)) + windowWait(c.window);
    const plans: Plan[] = [];
    for (const begun of steps === 0 || steps === c.steps.length ? [0] : [steps, 0]) {
      const actions = this.#steps(
        c.steps.slice(begun).map(({ events }) => events),
        c.on,
        begun === 0 ? undefined : key,
      );
      if (actions !== undefined) plans.push({ actions, waitMs });
    }
    return plans;
  }

  #steps(
    patterns: readonly EventPattern[],
    on: Path | undefined,
    key: RuleValue,
  ): readonly EventAction[] | undefined {
    const [value] = key === undefined ? ['same'] : jsonFor('=', key);
    const actions = patterns.map((pattern, index): EventAction | undefined => {
      const example = exampleOf(pattern, this.#asked);
      if (example === undefined) return undefined;
      const keyed = on === undefined ? example : keyedExample(example, on, value ?? 'same');
      return {
        kind: 'event',
        pattern,
        examples: [{ ...keyed, afterMs: index }],
        ...this.#reach.again(pattern),
        ...(on === undefined ? {} : key === undefined ? { sameOf: on } : { amount: keyAmount(on, key) }),
      };
    });
    return actions.every((action) => action !== undefined) ? actions : undefined;
  }

  /** A completed sequence stays so; but what must not follow may still follow, and `after last` begins anew. */
  #noSequence(c: Extract<Condition, { kind: 'sequence' }>): readonly Plan[] {
    const plans = [...this.#reach.outOf(c.window)];
    if (c.absent === undefined) return plans;
    const { chain } = progressOf(c, this.#asked, this.#at);
    const example = exampleOf(c.absent.events, this.#asked);
    if (example === undefined) return plans;
    const { events } = c.absent;
    const again = this.#reach.again(events);
    const key = c.on === undefined ? undefined : readPath(chain[0]?.properties ?? {}, c.on);
    const [json] = jsonFor('=', key);
    if (c.on === undefined || json === undefined) {
      return [planOf({ kind: 'event', pattern: events, examples: [example], ...again }), ...plans];
    }
    const examples = [keyedExample(example, c.on, json)];
    return [
      planOf({ kind: 'event', pattern: events, examples, ...again, amount: keyAmount(c.on, key) }),
      ...plans,
    ];
  }

  // --- Consent

  #consent(to: Extract<Condition, { kind: 'subscribed' }>['to'], wanted: boolean): readonly Plan[] {
    const status = wanted ? 'subscribed' : 'unsubscribed';
    if (to.kind === 'channel') return [planOf({ kind: 'consent', channel: to.channel, status })];
    const { topic } = to;
    const spokenOf = consentChanges(this.#asked.history).map(({ channel }) => channel);
    const channels = [
      ...new Set([...spokenOf, ...this.#asked.world.definitions.channels.keys(), defaultChannel]),
    ];
    if (!wanted) {
      const all = channels.map((channel) => ({ kind: 'consent', channel, topic, status }) as const);
      return [...all.map((action) => planOf(action)), { actions: all, waitMs: 0 }];
    }
    return channels.flatMap((channel): readonly Plan[] => {
      const ofTopic = { kind: 'consent', channel, topic, status } as const;
      const ofChannel = { kind: 'consent', channel, status } as const;
      return [planOf(ofTopic), planOf(ofChannel), { actions: [ofChannel, ofTopic], waitMs: 0 }];
    });
  }
}

/** The text stands for all texts that the operator accepts. */
function asText(plan: Plan, op: TextOperator, text: string): Plan {
  const than = plainValue(text);
  const actions = plan.actions.map((action): RemedyAction => {
    if (action.kind === 'trait') return { ...action, op, than };
    if (action.kind !== 'event' || action.amount === undefined) return action;
    return { ...action, amount: { ...action.amount, op, than } };
  });
  return { ...plan, actions };
}

function keyedExample(example: ExampleEvent, on: Path, value: JsonValue): ExampleEvent {
  const properties = withPath(example.properties, on, value);
  return { ...example, properties: { ...example.properties, ...(properties as ExampleEvent['properties']) } };
}

function keyAmount(on: Path, key: RuleValue): NonNullable<EventAction['amount']> {
  const [one] = elementsOf(key);
  return { property: on, op: '=', than: plainValue(one), total: false };
}

/** How long an event that happens now takes to come into the window. */
export function windowWait(window: Window | undefined): number {
  return window?.kind === 'ago' ? durationMs(window.to) : 0;
}

function smallest(plans: readonly Plan[]): readonly Plan[] {
  const distinct = new Map(plans.map((plan) => [JSON.stringify(plan), plan]));
  return [...distinct.values()].sort((a, b) => costOf(a) - costOf(b)).slice(0, plansMax);
}

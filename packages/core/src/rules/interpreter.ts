/**
 * The plain interpreter: the reference for what a rule means.
 *
 * A rule is asked about one customer at one instant, and answered by going through the list of the customer's events
 * with e ≤ t. Nothing is kept from one instant to the next, so this file can be checked line by line against the
 * language. Only `for` and `age(entered …)` look at other instants: they need to know when an answer changed, for which
 * interpreter-instants.ts names the finitely many instants where it could have, and the answer is asked at each.
 *
 * Expects trees that passed the checker: names that exist, no cycles. Cost: each question reads the whole history.
 */

import { assert, defined, unreachable } from '../base/assert.ts';
import { roundSignificant, sumExactly } from '../base/decimal.ts';
import { inSample } from '../base/murmur.ts';
import type { RfmDefinition } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { isSubscribed } from './interpreter-consent.ts';
import {
  earliest,
  latest,
  type History,
  type HistoryEvent,
  type HistoryIdentify,
  type World,
} from './interpreter-history.ts';
import { conditionInstants, type Answers } from './interpreter-instants.ts';
import { completions, type Completion, type Sequence } from './interpreter-sequence.ts';
import { inWindow } from './interpreter-window.ts';
import {
  numberOf,
  percentileOf,
  populationAt,
  populationKey,
  quintileOf,
  rfmPopulationKey,
  type ScoredRfmPart,
} from './population.ts';
import { rfmGroup } from './rfm-groups.ts';
import {
  arithmetic,
  compareValues,
  duration,
  durationMs,
  elementsOf,
  eventMatches,
  isPresent,
  literalValue,
  oneOf,
  readPath,
  textTest,
  toInstant,
  valueKey,
  whereHolds,
} from './semantics.ts';
import type { Condition, EventPattern, Path, RfmPart, Value, Window } from './tree.ts';
import type { RuleValue } from './value.ts';

type Aggregate = Extract<Value, { kind: 'aggregate' }>;
type Flips = { readonly until: Instant; readonly instants: readonly Instant[] };

/** Whether the condition is true of the customer at t. Before a customer exists nothing holds. */
export function holds(condition: Condition, history: History, t: Instant, world: World): boolean {
  return new Interpreter(history, world).holds(condition, t);
}

/** The value of an expression about the customer at t; before the customer exists it is missing. */
export function evaluate(value: Value, history: History, t: Instant, world: World): RuleValue {
  return new Interpreter(history, world).evaluate(value, t);
}

/** How far ahead `nextChange` looks at first, and at most, in milliseconds: a month, and about a hundred years. */
const lookAheadFirstMs = 31 * 86_400_000;
export const lookAheadMaxMs: number = 36_525 * 86_400_000;

/**
 * The first instant > t at which the answer differs from that at t if nothing else happens; undefined when there is none
 * within `lookAheadMaxMs`.
 */
export function nextChange(
  condition: Condition,
  history: History,
  t: Instant,
  world: World,
): Instant | undefined {
  const interpreter = new Interpreter(history, world);
  for (let ahead = lookAheadFirstMs; ; ahead = Math.min(ahead * 12, lookAheadMaxMs)) {
    const at = interpreter.nextChange(condition, t, t + ahead);
    if (at !== undefined || ahead === lookAheadMaxMs) return at;
  }
}

/** All questions about one customer in one state of knowledge. */
export class Interpreter implements Answers {
  readonly history: History;
  readonly world: World;
  readonly #flips = new Map<Condition, Flips>();

  constructor(history: History, world: World) {
    this.history = history;
    this.world = world;
  }

  exists(t: Instant): boolean {
    return this.history.bornAt !== undefined && t >= this.history.bornAt;
  }

  holds(condition: Condition, t: Instant): boolean {
    return this.exists(t) && this.condition(condition, t);
  }

  evaluate(value: Value, t: Instant): RuleValue {
    return this.exists(t) ? this.value(value, t) : undefined;
  }

  /** The answer at t of a customer who exists by then. */
  condition(c: Condition, t: Instant): boolean {
    const { zone } = this.world;
    switch (c.kind) {
      case 'literal':
        return c.value;
      case 'and':
        return c.items.every((item) => this.condition(item, t));
      case 'or':
        return c.items.some((item) => this.condition(item, t));
      case 'not':
        return !this.condition(c.item, t);
      case 'for': {
        const since = this.trueSince(c.item, t);
        return since !== undefined && since <= t - durationMs(c.duration);
      }
      case 'compare':
        return compareValues(c.op, this.value(c.left, t), this.value(c.right, t), zone);
      case 'one_of': {
        const options = c.values.map((literal) => literalValue(literal, zone));
        return oneOf(this.value(c.value, t), options, zone) !== c.negated;
      }
      case 'text':
        return textTest(c.op, this.value(c.value, t), c.text);
      case 'presence':
        return isPresent(this.value(c.value, t)) === c.present;
      case 'did':
        return this.events(c.events, t, c.window).length > 0 !== c.negated;
      case 'sequence':
        return this.completed(c, t).length > 0;
      case 'in_segment':
        return this.condition(this.segmentRule(c.segment), t);
      case 'in_list':
        return (this.history.lists.get(c.list) ?? []).some(
          ({ from, until }) => from <= t && (until === undefined || t < until),
        );
      case 'subscribed':
        return isSubscribed(c.to, this.history, t, this.world);
      case 'sample':
        return inSample(c.percent, c.seed, this.history.sampleId);
      default:
        return unreachable(c);
    }
  }

  /** The value at t for a customer who exists by then. */
  value(v: Value, t: Instant): RuleValue {
    const { zone } = this.world;
    switch (v.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
        return literalValue(v, zone);
      case 'trait':
        return this.trait(v.path, t);
      case 'count':
        return this.events(v.events, t, v.window).length;
      case 'aggregate':
        return this.aggregate(v, this.events(v.events, t, v.window));
      case 'days':
        return new Set(this.events(v.events, t, v.window).map((event) => zone.dayNumber(event.time))).size;
      case 'age_of_event': {
        const events = this.events(v.events, t, v.window);
        const event = v.which === 'first' ? earliest(events) : latest(events);
        return event === undefined ? undefined : duration(t - event.time);
      }
      case 'age': {
        const date = toInstant(this.value(v.of, t), zone);
        return date === undefined ? undefined : duration(t - date);
      }
      case 'age_in_segment': {
        const at = this.lastChange(this.segmentRule(v.segment), v.change, t);
        return at === undefined ? undefined : duration(t - at);
      }
      case 'until': {
        const date = toInstant(this.value(v.of, t), zone);
        return date === undefined ? undefined : duration(date - t);
      }
      case 'days_until_anniversary': {
        const date = toInstant(this.value(v.of, t), zone);
        return date === undefined ? undefined : zone.anniversaryDays(date, t);
      }
      case 'percentile':
      case 'quintile':
        return this.standing(v.kind, numberOf(this.value(v.of, t)), populationKey(v.of), t);
      case 'rfm':
        return this.rfm(v.part, v.model ?? 'default', t);
      case 'stage':
        return this.stage(v.lifecycle, t);
      case 'score':
        return this.score(v.name, t);
      case 'coalesce':
        return v.values.map((option) => this.value(option, t)).find(isPresent);
      case 'arithmetic':
        return arithmetic(v.op, this.value(v.left, t), this.value(v.right, t), zone);
      case 'property':
        throw new Error('Invariant broken: a property outside where passed the checker');
      default:
        return unreachable(v);
    }
  }

  /** The events with e ≤ t that match the pattern and lie in the window. */
  events(pattern: EventPattern, t: Instant, window?: Window): readonly HistoryEvent[] {
    const lastOther = window?.kind === 'after_last' ? latest(this.events(window.events, t))?.time : undefined;
    return this.matching(pattern).filter((event) =>
      inWindow(event.time, t, window, this.world.zone, lastOther),
    );
  }

  /** The events that match the pattern, at any time. */
  matching(pattern: EventPattern): readonly HistoryEvent[] {
    const { source, where } = pattern;
    return this.history.events.filter(
      (event) =>
        eventMatches(source, event.kind, event.name) &&
        (where === undefined || whereHolds(where, event.properties, this.world.zone)),
    );
  }

  /** The completions of the sequence whose final step lies in its window at t. */
  completed(sequence: Sequence, t: Instant): readonly Completion[] {
    const { window } = sequence;
    const lastOther = window?.kind === 'after_last' ? latest(this.events(window.events, t))?.time : undefined;
    return completions(sequence, (pattern) => this.matching(pattern)).filter((completion) =>
      inWindow(completion.at, t, window, this.world.zone, lastOther),
    );
  }

  aggregate(v: Aggregate, events: readonly HistoryEvent[]): RuleValue {
    const valueOf = (event: HistoryEvent): RuleValue => readPath(event.properties, v.property);
    const values = events.flatMap((event) => elementsOf(valueOf(event)));
    const numbers = values.filter((value) => typeof value === 'number');
    switch (v.fn) {
      case 'sum':
        return finite(sumExactly(numbers));
      case 'avg':
        return numbers.length === 0
          ? undefined
          : finite(roundSignificant(sumExactly(numbers) / numbers.length));
      case 'min':
        return numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.min(a, b));
      case 'max':
        return numbers.length === 0 ? undefined : numbers.reduce((a, b) => Math.max(a, b));
      case 'distinct':
        return new Set(values.map(valueKey)).size;
      case 'top':
        return this.top(events, valueOf);
      case 'first':
      case 'last': {
        const event = v.fn === 'first' ? earliest(events) : latest(events);
        return event === undefined ? undefined : valueOf(event);
      }
    }
  }

  /** The most frequent value; of equally frequent ones, that which occurred last (within one event: later in its list). */
  top(events: readonly HistoryEvent[], valueOf: (event: HistoryEvent) => RuleValue): RuleValue {
    const byKey = new Map<string, { value: RuleValue; count: number; event: HistoryEvent; index: number }>();
    for (const event of events) {
      elementsOf(valueOf(event)).forEach((value, index) => {
        const known = byKey.get(valueKey(value));
        const isLater = known === undefined || latest([event, known.event]) === event;
        byKey.set(valueKey(value), {
          value,
          count: (known?.count ?? 0) + 1,
          ...(isLater ? { event, index } : { event: known.event, index: known.index }),
        });
      });
    }
    const most = [...byKey.values()].reduce((max, entry) => Math.max(max, entry.count), 0);
    const tied = [...byKey.values()].filter((entry) => entry.count === most);
    const event = latest(tied.map((entry) => entry.event));
    return tied.filter((entry) => entry.event === event).sort((a, b) => b.index - a.index)[0]?.value;
  }

  trait(path: Path, t: Instant): RuleValue {
    const identify = this.identifyOf(path, t);
    return identify === undefined ? undefined : readPath(identify.traits, path);
  }

  /** The latest identify by t that names the trait: it replaces it whole. */
  identifyOf(path: Path, t: Instant): HistoryIdentify | undefined {
    const root = defined(path[0], 'the first segment of a path');
    return latest(
      this.history.identifies.filter(({ time, traits }) => time <= t && Object.hasOwn(traits, root)),
    );
  }

  score(name: string, t: Instant): number | undefined {
    return this.history.scores
      .filter((score) => score.name === name && score.at <= t)
      .reduce<{ value: number; at: Instant } | undefined>(
        (best, score) => (best === undefined || score.at >= best.at ? score : best),
        undefined,
      )?.value;
  }

  standing(
    kind: 'percentile' | 'quintile',
    x: number | undefined,
    key: string,
    t: Instant,
  ): number | undefined {
    const population = populationAt(this.world.populations.get(key), t);
    if (x === undefined || population === undefined) return undefined;
    return kind === 'percentile' ? percentileOf(x, population) : quintileOf(x, population);
  }

  /** Missing without a purchase in the model's window. */
  rfm(part: RfmPart, model: string, t: Instant): RuleValue {
    if (part === 'group') {
      const [r, f, m] = (['recency', 'frequency', 'monetary'] as const).map((one) =>
        this.rfmScore(one, model, t),
      );
      return r === undefined || f === undefined || m === undefined ? undefined : rfmGroup(r, f, m);
    }
    return this.rfmScore(part, model, t);
  }

  rfmScore(part: ScoredRfmPart, model: string, t: Instant): number | undefined {
    const quintile = this.standing(
      'quintile',
      this.rfmMeasure(part, model, t),
      rfmPopulationKey(model, part),
      t,
    );
    return quintile !== undefined && part === 'recency' ? 6 - quintile : quintile;
  }

  /** What the quintiles of an RFM score are taken of: age of the last purchase in ms, their number, their sum. */
  rfmMeasure(part: ScoredRfmPart, model: string, t: Instant): number | undefined {
    const { purchase, value, window } = this.rfmModel(model);
    const purchases = this.events(purchase, t, window);
    const last = latest(purchases);
    if (last === undefined) return undefined;
    if (part === 'recency') return t - last.time;
    if (part === 'frequency') return purchases.length;
    return numberOf(
      this.aggregate({ kind: 'aggregate', fn: 'sum', property: value, events: purchase }, purchases),
    );
  }

  rfmModel(name: string): RfmDefinition {
    return defined(this.world.definitions.rfm.get(name), `RFM model ${name}`);
  }

  segmentRule(name: string): Condition {
    return defined(this.world.definitions.segments.get(name), `segment ${name}`).rule;
  }

  /** The first stage whose rule holds; the last has none. */
  stage(lifecycle: string, t: Instant): string | undefined {
    const { stages } = defined(this.world.definitions.lifecycles.get(lifecycle), `lifecycle ${lifecycle}`);
    return stages.find(({ rule }) => rule === undefined || this.condition(rule, t))?.name;
  }

  /**
   * The instants ≤ `until` at which the answer changed, in order; the first is the one at which it became true for the
   * first time. It begins false: before a customer exists nothing holds.
   */
  flips(c: Condition, until: Instant): readonly Instant[] {
    const known = this.#flips.get(c);
    if (known !== undefined && known.until >= until) return known.instants.filter((at) => at <= until);
    const { bornAt } = this.history;
    const instants: Instant[] = [];
    if (bornAt !== undefined && bornAt <= until) {
      let answer = false;
      for (const t of conditionInstants(c, this, bornAt, until)) {
        if (this.condition(c, t) === answer) continue;
        answer = !answer;
        instants.push(t);
      }
    }
    this.#flips.set(c, { until, instants });
    return instants;
  }

  /** Since when the condition has been true without a break; undefined when it is false at t. */
  trueSince(c: Condition, t: Instant): Instant | undefined {
    const flips = this.flips(c, t);
    return flips.length % 2 === 1 ? flips.at(-1) : undefined;
  }

  /** When the answer last became true (entered) or false again (exited), by t. */
  lastChange(c: Condition, change: 'entered' | 'exited', t: Instant): Instant | undefined {
    const parity = change === 'entered' ? 0 : 1;
    return this.flips(c, t).findLast((_, index) => index % 2 === parity);
  }

  /** The first instant > t, at most `until`, at which the answer differs from that at t if nothing else happens. */
  nextChange(c: Condition, t: Instant, until: Instant): Instant | undefined {
    assert(until > t, 'the future lies ahead');
    const { bornAt } = this.history;
    if (bornAt === undefined) return undefined;
    const now = this.holds(c, t);
    const from = Math.max(bornAt, t + 1);
    if (from > until) return undefined;
    return conditionInstants(c, this, from, until).find((at) => this.condition(c, at) !== now);
  }
}

function finite(x: number): number | undefined {
  return Number.isFinite(x) ? x : undefined;
}

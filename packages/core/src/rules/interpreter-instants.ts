/**
 * When an answer may change: for a rule, a customer and a span of time, finitely many instants between which the answer
 * is constant.
 *
 * Idea. Most values are steps: they change only when an event, a trait or a score arrives, when an event crosses an
 * edge of a window, at a local midnight, or when a population is taken; those instants are listed. Ages and times left
 * move with every millisecond, but between two steps all that is built from them is monotone in t (the checker rejects
 * the product of two), so where such a value stands in a comparison, its sign changes at most once on each side of
 * equality, and bisection over whole milliseconds finds where. Extra instants do no harm; a missing one would.
 */

import { unreachable } from '../base/assert.ts';
import type { RfmDefinition } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import { consentChanges } from './interpreter-consent.ts';
import type { History, HistoryEvent, World } from './interpreter-history.ts';
import { completions, type Sequence } from './interpreter-sequence.ts';
import { windowEdges } from './interpreter-window.ts';
import { movesWithTime } from './moving.ts';
import { numberOf, placeIn, populationAt, populationKey } from './population.ts';
import { compareValues, durationMs, elementsOf, valueKey } from './semantics.ts';
import type { Condition, EventPattern, Literal, Value, Window } from './tree.ts';
import type { RuleValue } from './value.ts';

/** What has to be asked of the customer to find the instants. */
export interface Answers {
  readonly history: History;
  readonly world: World;
  value(value: Value, t: Instant): RuleValue;
  matching(pattern: EventPattern): readonly HistoryEvent[];
  /** The instants ≤ until at which the answer changed. */
  flips(condition: Condition, until: Instant): readonly Instant[];
  segmentRule(name: string): Condition;
  rfmModel(name: string): RfmDefinition;
}

/**
 * In order, beginning with `from`, at most `until`: the answer is constant from each to the next. The customer exists
 * at `from`.
 */
export function conditionInstants(
  condition: Condition,
  answers: Answers,
  from: Instant,
  until: Instant,
): readonly Instant[] {
  const search = new Search(answers, from, until);
  search.condition(condition);
  return search.found();
}

class Search {
  readonly #answers: Answers;
  readonly #from: Instant;
  readonly #until: Instant;
  readonly #instants: Set<Instant>;

  constructor(answers: Answers, from: Instant, until: Instant) {
    this.#answers = answers;
    this.#from = from;
    this.#until = until;
    this.#instants = new Set([from]);
  }

  found(): readonly Instant[] {
    return [...this.#instants].sort((a, b) => a - b);
  }

  condition(c: Condition): void {
    switch (c.kind) {
      case 'literal':
      case 'sample':
        return;
      case 'and':
      case 'or':
        for (const item of c.items) this.condition(item);
        return;
      case 'not':
        this.condition(c.item);
        return;
      case 'for': {
        const flips = this.#answers.flips(c.item, this.#until);
        this.#add(flips);
        this.#add(flips.map((at) => at + durationMs(c.duration)));
        return;
      }
      case 'compare':
        this.#comparisons(c.left, [c.right]);
        return;
      case 'one_of':
        this.#comparisons(c.value, c.values);
        return;
      case 'text':
      case 'presence':
        this.value(c.value);
        return;
      case 'did':
        this.#windowed(this.#times(c.events), c.window);
        return;
      case 'sequence':
        this.#sequence(c);
        return;
      case 'in_segment':
        this.#add(this.#answers.flips(this.#answers.segmentRule(c.segment), this.#until));
        return;
      case 'in_list':
        for (const spell of this.#answers.history.lists.get(c.list) ?? []) {
          this.#add([spell.from, spell.until ?? spell.from]);
        }
        return;
      case 'subscribed':
        this.#add(consentChanges(this.#answers.history).map((change) => change.time));
        return;
      default:
        unreachable(c);
    }
  }

  /** The steps of a value: between two of them it is constant, or moves with time and is monotone. */
  value(v: Value): void {
    switch (v.kind) {
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'property':
        return;
      case 'trait':
        this.#add(this.#answers.history.identifies.map((identify) => identify.time));
        return;
      case 'count':
      case 'aggregate':
      case 'days':
      case 'age_of_event':
        this.#windowed(this.#times(v.events), v.window);
        return;
      case 'age':
      case 'until':
        this.value(v.of);
        return;
      case 'age_in_segment':
        this.#add(this.#answers.flips(this.#answers.segmentRule(v.segment), this.#until));
        return;
      case 'days_until_anniversary':
        this.value(v.of);
        this.#midnights();
        return;
      case 'percentile':
      case 'quintile':
        this.#standing(v);
        return;
      case 'rfm':
        this.#rfm(v);
        return;
      case 'stage':
        for (const { rule } of this.#answers.world.definitions.lifecycles.get(v.lifecycle)?.stages ?? []) {
          if (rule !== undefined) this.#add(this.#answers.flips(rule, this.#until));
        }
        return;
      case 'score':
        this.#add(this.#answers.history.scores.map((score) => score.at));
        return;
      case 'coalesce':
        for (const option of v.values) this.value(option);
        return;
      case 'arithmetic':
        this.value(v.left);
        this.value(v.right);
        return;
      default:
        unreachable(v);
    }
  }

  /** Steps of both sides, and where a side moves, the instants at which the order of the two changes. */
  #comparisons(left: Value, rights: readonly (Value | Literal)[]): void {
    const pieces = this.#pieces([left, ...rights]);
    if (!movesWithTime(left) && !rights.some(movesWithTime)) return;
    const { world } = this.#answers;
    const orderAt = (t: Instant): string => {
      const ours = elementsOf(this.#answers.value(left, t));
      const theirs = rights.flatMap((right) => elementsOf(this.#answers.value(right, t)));
      return ours
        .flatMap((a) =>
          theirs.map((b) =>
            compareValues('<', a, b, world.zone) ? '<' : compareValues('=', a, b, world.zone) ? '=' : '>',
          ),
        )
        .join('');
    };
    this.#changesOf(orderAt, pieces);
  }

  /** The steps of a percentile, and where its value moves, the instants at which it passes one of the population. */
  #standing(v: Extract<Value, { kind: 'percentile' | 'quintile' }>): void {
    const pieces = this.#pieces([v.of], this.#populationTimes(populationKey(v.of)));
    if (!movesWithTime(v.of)) return;
    const populations = this.#answers.world.populations.get(populationKey(v.of));
    const placeAt = (t: Instant): string => {
      const x = numberOf(this.#answers.value(v.of, t));
      const population = populationAt(populations, t);
      if (x === undefined || population === undefined) return '';
      const { below, upTo } = placeIn(x, population);
      return `${below} ${upTo}`;
    };
    // Between two of the population a percentile is linear, but a quintile still takes its steps.
    this.#changesOf(placeAt, pieces);
    if (v.kind === 'quintile') this.#changesOf((t) => valueKey(this.#answers.value(v, t)), pieces);
  }

  #rfm(v: Extract<Value, { kind: 'rfm' }>): void {
    const model = v.model ?? 'default';
    const { purchase, window } = this.#answers.rfmModel(model);
    const steps = new Search(this.#answers, this.#from, this.#until);
    steps.#windowed(steps.#times(purchase), window);
    for (const part of ['recency', 'frequency', 'monetary'] as const) {
      steps.#add(this.#populationTimes(`rfm ${model} ${part}`));
    }
    const pieces = steps.found();
    this.#add(pieces);
    const recency: Value = { kind: 'rfm', part: 'recency', model };
    this.#changesOf((t) => valueKey(this.#answers.value(recency, t)), pieces);
  }

  #sequence(sequence: Sequence): void {
    const done = completions(sequence, (pattern) => this.#answers.matching(pattern));
    this.#windowed(
      done.map((completion) => completion.at),
      sequence.window,
    );
  }

  /** What happened at `times` comes into the window and leaves it. */
  #windowed(times: readonly Instant[], window: Window | undefined): void {
    for (const time of times) this.#add(windowEdges(time, window, this.#answers.world.zone));
    if (window?.kind === 'after_last') this.#add(this.#times(window.events));
  }

  #midnights(): void {
    const { zone } = this.#answers.world;
    for (let t = zone.nextDay(this.#from); t <= this.#until; t = zone.nextDay(t)) this.#add([t]);
  }

  #times(pattern: EventPattern): readonly Instant[] {
    return this.#answers.matching(pattern).map((event) => event.time);
  }

  #populationTimes(key: string): readonly Instant[] {
    return (this.#answers.world.populations.get(key) ?? []).map((population) => population.at);
  }

  /** Adds the steps of the values, and gives them in order. */
  #pieces(values: readonly Value[], more: readonly Instant[] = []): readonly Instant[] {
    const steps = new Search(this.#answers, this.#from, this.#until);
    for (const value of values) steps.value(value);
    steps.#add(more);
    const pieces = steps.found();
    this.#add(pieces);
    return pieces;
  }

  /** Adds where `stateAt` changes, given that within each piece it only ever moves one way. */
  #changesOf(stateAt: (t: Instant) => string, pieces: readonly Instant[]): void {
    pieces.forEach((from, index) => {
      const last = (pieces[index + 1] ?? this.#until + 1) - 1;
      this.#bisect(stateAt, from, stateAt(from), last, stateAt(last));
    });
  }

  #bisect(stateAt: (t: Instant) => string, low: Instant, atLow: string, high: Instant, atHigh: string): void {
    if (atLow === atHigh) return;
    if (high - low === 1) {
      this.#add([high]);
      return;
    }
    const middle = Math.floor((low + high) / 2);
    const atMiddle = stateAt(middle);
    this.#bisect(stateAt, low, atLow, middle, atMiddle);
    this.#bisect(stateAt, middle, atMiddle, high, atHigh);
  }

  #add(instants: readonly Instant[]): void {
    for (const at of instants) {
      if (at > this.#from && at <= this.#until) this.#instants.add(at);
    }
  }
}

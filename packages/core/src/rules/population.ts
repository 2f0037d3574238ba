/**
 * Standing among all customers: percentiles, quintiles, and which populations the definitions need.
 *
 * A population is the sorted values of all customers who had one when it was taken. It stays fixed until the next is
 * taken; a customer's own value moves against it. A population has a key: the JSON of the value's tree, or for an RFM
 * score `rfm <model> <part>`.
 */

import { unreachable } from '../base/assert.ts';
import { roundSignificant } from '../base/decimal.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import type { Condition, RfmPart, Value } from './tree.ts';
import type { RuleValue } from './value.ts';

/** Sorted ascending. */
export type Population = { readonly at: Instant; readonly values: readonly number[] | Float64Array };

export type ScoredRfmPart = Exclude<RfmPart, 'group'>;

export type PopulationNeed =
  | { readonly kind: 'value'; readonly key: string; readonly value: Value }
  | { readonly kind: 'rfm'; readonly key: string; readonly model: string; readonly part: ScoredRfmPart };

export const scoredRfmParts: readonly ScoredRfmPart[] = ['recency', 'frequency', 'monetary'];

/** The key of the population of `percentile(value)` and `quintile(value)`. */
export function populationKey(value: Value): string {
  return JSON.stringify(value);
}

export function rfmPopulationKey(model: string, part: ScoredRfmPart): string {
  return `rfm ${model} ${part}`;
}

/** The population in force at `t`: the latest taken by then. `populations` in the order in which they were taken. */
export function populationAt(
  populations: readonly Population[] | undefined,
  t: Instant,
): Population['values'] | undefined {
  return populations?.findLast((population) => population.at <= t)?.values;
}

/** What of a value can stand among others: a number, or the milliseconds of a duration. */
export function numberOf(value: RuleValue): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value.kind === 'duration' ? value.ms : undefined;
}

/** How many of the sorted values are < x (`below`), and how many are ≤ x (`upTo`). */
export function placeIn(
  x: number,
  sorted: Population['values'],
): { readonly below: number; readonly upTo: number } {
  const count = (isIn: (value: number) => boolean): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isIn(sorted[middle] ?? NaN)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return { below: count((value) => value < x), upTo: count((value) => value <= x) };
}

/**
 * 0 at or below the least, 100 at or above the greatest, linear between neighbours at 100·i/(n−1), ties at their lowest
 * place. Undefined where the population is empty.
 */
export function percentileOf(x: number, sorted: Population['values']): number | undefined {
  const n = sorted.length;
  if (n === 0) return undefined;
  const { below, upTo } = placeIn(x, sorted);
  if (below === 0) return 0;
  if (below === n) return 100;
  // Halved, so that the span of neighbours as far apart as −1e308 and 1e308 is finite.
  const lower = (sorted[below - 1] ?? NaN) / 2;
  const upper = (sorted[below] ?? NaN) / 2;
  const place = upTo > below ? below : below - 1 + (x / 2 - lower) / (upper - lower);
  // At the greatest value the answer is 100 even when it is tied.
  return upTo === n ? 100 : roundSignificant((100 * place) / (n - 1));
}

/** 1 + how many of 20, 40, 60, 80 lie strictly below the percentile. */
export function quintileOf(x: number, sorted: Population['values']): number | undefined {
  if (sorted.length === 0) return undefined;
  const [first, second, third, fourth] = quintileCuts(sorted);
  return 1 + Number(x > first) + Number(x > second) + Number(x > third) + Number(x > fourth);
}

type Cuts = readonly [number, number, number, number];

const knownCuts = new WeakMap<Population['values'], Cuts>();

/**
 * The greatest values of quintiles 1 to 4. A population stays fixed, so they are found once and every quintile is four
 * comparisons. The population is not empty.
 */
export function quintileCuts(sorted: Population['values']): Cuts {
  const known = knownCuts.get(sorted);
  if (known !== undefined) return known;
  const cuts: Cuts = [cutAt(20, sorted), cutAt(40, sorted), cutAt(60, sorted), cutAt(80, sorted)];
  knownCuts.set(sorted, cuts);
  return cuts;
}

/** The greatest number whose percentile is at most `percent`; percentiles do not fall as the number grows. */
function cutAt(percent: number, sorted: Population['values']): number {
  const last = sorted.length - 1;
  let low = 0;
  let high = sorted.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((percentileOf(sorted[middle] ?? NaN, sorted) ?? 0) > percent) high = middle;
    else low = middle;
  }
  let within = sorted[low] ?? NaN;
  // Nothing in the population lies above: what is greater than all of it is at 100.
  if (low === last) return within;
  let beyond = sorted[high] ?? NaN;
  for (;;) {
    const middle = within / 2 + beyond / 2;
    if (middle <= within || middle >= beyond) return within;
    if ((percentileOf(middle, sorted) ?? 0) > percent) beyond = middle;
    else within = middle;
  }
}

/** Every population that the definitions need, each once, those first that others are computed from. */
export function populationNeeds(definitions: Definitions): readonly PopulationNeed[] {
  const collector = new NeedCollector(definitions);
  for (const segment of definitions.segments.values()) collector.condition(segment.rule);
  for (const name of definitions.lifecycles.keys()) collector.lifecycle(name);
  for (const name of definitions.rfm.keys()) collector.rfm(name);
  return collector.needs;
}

/** The populations that one expression needs, also through the definitions it names; those first that others need. */
export function populationNeedsOf(
  expression: { readonly value: Value } | { readonly condition: Condition },
  definitions: Definitions,
): readonly PopulationNeed[] {
  const collector = new NeedCollector(definitions);
  if ('value' in expression) collector.value(expression.value);
  else collector.condition(expression.condition);
  return collector.needs;
}

class NeedCollector {
  readonly #definitions: Definitions;
  readonly #needs = new Map<string, PopulationNeed>();
  readonly #seen = new Set<string>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  get needs(): readonly PopulationNeed[] {
    return [...this.#needs.values()];
  }

  condition(condition: Condition): void {
    switch (condition.kind) {
      case 'and':
      case 'or':
        for (const item of condition.items) this.condition(item);
        return;
      case 'not':
      case 'for':
        this.condition(condition.item);
        return;
      case 'compare':
        this.value(condition.left);
        this.value(condition.right);
        return;
      case 'one_of':
      case 'text':
      case 'presence':
        this.value(condition.value);
        return;
      case 'in_segment':
        this.#segment(condition.segment);
        return;
      case 'literal':
      case 'did':
      case 'sequence':
      case 'in_list':
      case 'subscribed':
      case 'sample':
        return;
      default:
        unreachable(condition);
    }
  }

  value(value: Value): void {
    switch (value.kind) {
      case 'percentile':
      case 'quintile': {
        this.value(value.of);
        this.#add({ kind: 'value', key: populationKey(value.of), value: value.of });
        return;
      }
      case 'rfm':
        this.rfm(value.model ?? 'default');
        return;
      case 'age':
      case 'until':
      case 'days_until_anniversary':
        this.value(value.of);
        return;
      case 'coalesce':
        for (const option of value.values) this.value(option);
        return;
      case 'arithmetic':
        this.value(value.left);
        this.value(value.right);
        return;
      case 'age_in_segment':
        this.#segment(value.segment);
        return;
      case 'stage':
        this.lifecycle(value.lifecycle);
        return;
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
      case 'score':
        return;
      default:
        unreachable(value);
    }
  }

  lifecycle(name: string): void {
    if (!this.#enter(`lifecycle ${name}`)) return;
    for (const stage of this.#definitions.lifecycles.get(name)?.stages ?? []) {
      if (stage.rule !== undefined) this.condition(stage.rule);
    }
  }

  rfm(model: string): void {
    if (!this.#definitions.rfm.has(model)) return;
    for (const part of scoredRfmParts) {
      this.#add({ kind: 'rfm', key: rfmPopulationKey(model, part), model, part });
    }
  }

  #segment(name: string): void {
    const segment = this.#definitions.segments.get(name);
    if (segment !== undefined && this.#enter(`segment ${name}`)) this.condition(segment.rule);
  }

  #enter(name: string): boolean {
    if (this.#seen.has(name)) return false;
    this.#seen.add(name);
    return true;
  }

  #add(need: PopulationNeed): void {
    if (!this.#needs.has(need.key)) this.#needs.set(need.key, need);
  }
}

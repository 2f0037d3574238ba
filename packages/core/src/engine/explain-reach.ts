/**
 * What could happen so that a value comes to stand in some way to another: one purchase more, a trait set, a score.
 *
 * Each kind of value is solved for what would be new: a count for the number of events, a sum for what they add, a
 * percentile for the value at that place. As with all wishes, what comes out is tried before it is said.
 */

import { roundSignificant, sumExactly } from '../base/decimal.ts';
import type { Instant, JsonValue } from '../model/message.ts';
import { mirroredOperators } from '../rules/literals.ts';
import { numberOf, populationAt, populationKey, rfmPopulationKey } from '../rules/population.ts';
import { arithmetic, duration, durationMs, elementsOf, instant, readPath } from '../rules/semantics.ts';
import type { CompareOperator, Condition, EventPattern, RfmPart, Value, Window } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { exampleOf, jsonFor, numbersFor, undone, withProperty } from './explain-examples.ts';
import { plainValue } from './explain-findings.ts';
import type { ExplainingInterpreter } from './explain-interpreter.ts';
import { bothOf, type EventAction, type ExampleEvent, type Plan, planOf } from './explain-plans.ts';

type Aggregate = Extract<Value, { kind: 'aggregate' }>;
type Amount = NonNullable<EventAction['amount']>;
type Shape = (examples: readonly ExampleEvent[]) => Omit<EventAction, 'kind' | 'pattern'>;

/** Events of one plan. */
const eventsMax = 1_000;
const dayMs = 86_400_000;
/** How many events are tried to make a value the most frequent. */
const timesTried: readonly number[] = [1, 2, 3, 5, 10, 20];

export class Reach {
  readonly #asked: ExplainingInterpreter;
  readonly #at: Instant;
  readonly #wish: (condition: Condition, wanted: boolean) => readonly Plan[];

  constructor(
    asked: ExplainingInterpreter,
    at: Instant,
    wish: (condition: Condition, wanted: boolean) => readonly Plan[],
  ) {
    this.#asked = asked;
    this.#at = at;
    this.#wish = wish;
  }

  /** Plans after which `value op target` might hold. */
  plans(value: Value, op: CompareOperator, target: RuleValue): readonly Plan[] {
    if (target === undefined) return [];
    switch (value.kind) {
      case 'trait':
        return jsonFor(op, target).map((json) =>
          planOf({ kind: 'trait', path: value.path, value: json, op, than: plainValue(target) }),
        );
      case 'score':
        return numbersOf(op, target).map((x) =>
          planOf({ kind: 'score', name: value.name, value: x, op, than: plainValue(target) }),
        );
      case 'count': {
        const found = this.#number(value) ?? 0;
        return numbersOf(op, target).flatMap((x) =>
          this.events(value.events, value.window, Math.ceil(x - found)),
        );
      }
      case 'days':
        return this.#days(value, op, target);
      case 'aggregate':
        return this.#aggregate(value, op, target);
      case 'age_of_event':
        return this.#ageOfEvent(value, op, target);
      case 'age':
        return this.#moment(value.of, mirroredOperators[op], target, -1);
      case 'until':
        return this.#moment(value.of, op, target, 1);
      case 'age_in_segment':
        return this.#wish({ kind: 'in_segment', segment: value.segment }, value.change === 'entered');
      case 'days_until_anniversary':
        return this.#anniversary(value.of, op, target);
      case 'percentile':
      case 'quintile':
        return this.#standing(value, op, target);
      case 'rfm':
        return this.#rfm(value.model ?? 'default', value.part);
      case 'stage':
        return this.#stage(value.lifecycle, op, target);
      case 'coalesce':
        return value.values.flatMap((option) => this.plans(option, op, target));
      case 'arithmetic':
        return this.#arithmetic(value, op, target);
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'property':
        return [];
    }
  }

  /** Plans after which the value might not be missing. */
  present(value: Value): readonly Plan[] {
    switch (value.kind) {
      case 'trait':
        return this.plans(value, '!=', '').map((plan) => withTrait(plan, 'any'));
      case 'score':
        return this.plans(value, '>=', 0);
      case 'aggregate': {
        const numeric = value.fn === 'avg' || value.fn === 'min' || value.fn === 'max';
        return this.#withProperty(value, '=', numeric ? 1 : 'any', 1, false);
      }
      case 'age_of_event':
        return this.events(value.events, value.window, 1);
      case 'age':
      case 'until':
      case 'days_until_anniversary':
        return this.plans(value.of, '=', instant(this.#at));
      case 'percentile':
      case 'quintile':
        return this.present(value.of);
      case 'rfm':
        return this.#rfm(value.model ?? 'default', 'recency');
      case 'age_in_segment':
        return this.#wish({ kind: 'in_segment', segment: value.segment }, value.change === 'entered');
      case 'coalesce':
        return value.values.flatMap((option) => this.present(option));
      case 'arithmetic': {
        const [left, right] = [value.left, value.right].map((side): readonly Plan[] =>
          this.#asked.value(side, this.#at) === undefined ? this.present(side) : [{ actions: [], waitMs: 0 }],
        );
        return (left ?? []).flatMap((one) => (right ?? []).flatMap((other) => bothOf(one, other)));
      }
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'property':
      case 'count':
      case 'days':
      case 'stage':
        return [];
    }
  }

  /** Plans after which the value might be missing. */
  missing(value: Value): readonly Plan[] {
    switch (value.kind) {
      case 'trait': {
        const action = {
          kind: 'trait',
          path: value.path,
          value: null,
          op: '=',
          than: plainValue(undefined),
        } as const;
        return this.#asked.value(value, this.#at) === undefined ? [] : [planOf(action)];
      }
      case 'aggregate':
      case 'age_of_event':
        return this.outOf(value.window);
      case 'age':
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
        return this.missing(value.of);
      case 'coalesce':
        return value.values
          .map((option) => this.missing(option))
          .reduce<readonly Plan[]>(
            (plans, more) => plans.flatMap((plan) => more.flatMap((other) => bothOf(plan, other))),
            [{ actions: [], waitMs: 0 }],
          );
      case 'arithmetic':
        return [...this.missing(value.left), ...this.missing(value.right)];
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'property':
      case 'count':
      case 'days':
      case 'age_in_segment':
      case 'rfm':
      case 'stage':
      case 'score':
        return [];
    }
  }

  /** `count` events more in the window. */
  events(pattern: EventPattern, window: Window | undefined, count: number, shape?: Shape): readonly Plan[] {
    if (count < 1 || count > eventsMax) return [];
    const example = exampleOf(pattern, this.#asked);
    if (example === undefined) return [];
    const examples = Array.from({ length: count }, () => example);
    const action: EventAction = {
      kind: 'event',
      pattern,
      examples,
      ...this.again(pattern),
      ...shape?.(examples),
    };
    if (window?.kind === 'ago') return [planOf(action, durationMs(window.to))];
    if (window?.kind !== 'after_last') return [planOf(action)];
    // Where there has been none of those after which to count, one has to come first.
    const first = exampleOf(window.events, this.#asked);
    if (first === undefined || this.#asked.events(window.events, this.#at).length > 0) {
      return [planOf(action)];
    }
    const later = {
      ...action,
      examples: action.examples.map((one) => ({ ...one, afterMs: one.afterMs + 1 })),
    };
    return [
      {
        actions: [
          { kind: 'event', pattern: window.events, examples: [first], ...this.again(window.events) },
          later,
        ],
        waitMs: 0,
      },
    ];
  }

  /** Whether it would be one more. */
  again(pattern: EventPattern): { readonly again?: true } {
    return this.#asked.events(pattern, this.#at).length > 0 ? { again: true } : {};
  }

  /** What would put everything so far out of the window: only `after last` can begin anew. */
  outOf(window: Window | undefined): readonly Plan[] {
    return window?.kind === 'after_last' ? this.events(window.events, undefined, 1) : [];
  }

  // --- Values over events

  #days(value: Extract<Value, { kind: 'days' }>, op: CompareOperator, target: RuleValue): readonly Plan[] {
    const found = this.#number(value) ?? 0;
    const { zone } = this.#asked.world;
    return numbersOf(op, target).flatMap((x) => {
      const count = Math.ceil(x - found);
      const today = this.#asked
        .events(value.events, this.#at, value.window)
        .some(({ time }) => zone.dayNumber(time) === zone.dayNumber(this.#at));
      // On a day that counts already another one is of no use.
      const first = today ? 1 : 0;
      return this.events(value.events, value.window, count, (examples) => ({
        onDays: true,
        examples: examples.map((example, i) => {
          const day = i + first;
          return {
            ...example,
            afterMs: day === 0 ? 0 : zone.startOfDayNumber(zone.dayNumber(this.#at) + day) - this.#at,
          };
        }),
      }));
    });
  }

  #aggregate(value: Aggregate, op: CompareOperator, target: RuleValue): readonly Plan[] {
    switch (value.fn) {
      case 'sum': {
        if (typeof target !== 'number') return [];
        const rest = sumExactly([target, -(this.#number(value) ?? 0)]);
        return this.#withProperty(value, op, rest, 1, true);
      }
      case 'avg':
        return this.#average(value, op, target);
      case 'min':
      case 'max':
      case 'last':
      case 'first':
        return this.#withProperty(value, op, target, 1, false);
      case 'top':
        return timesTried.flatMap((times) => this.#withProperty(value, op, target, times, false));
      case 'distinct': {
        const found = this.#number(value) ?? 0;
        return numbersOf(op, target).flatMap((x) =>
          this.events(value.events, value.window, Math.ceil(x - found), (examples) => ({
            newValuesOf: value.property,
            examples: examples.map((example, i) => withProperty(example, value.property, `new ${i + 1}`)),
          })),
        );
      }
    }
  }

  /** One value more moves an average by its distance over their number. */
  #average(value: Aggregate, op: CompareOperator, target: RuleValue): readonly Plan[] {
    if (typeof target !== 'number') return [];
    const numbers = this.#asked
      .events(value.events, this.#at, value.window)
      .flatMap((event) => elementsOf(readPath(event.properties, value.property)))
      .filter((one) => typeof one === 'number');
    const needed = roundSignificant(target * (numbers.length + 1) - sumExactly(numbers));
    return this.#withProperty(value, op, needed, 1, false);
  }

  #withProperty(
    value: Aggregate,
    op: CompareOperator,
    target: RuleValue,
    times: number,
    total: boolean,
  ): readonly Plan[] {
    const amount: Amount = { property: value.property, op, than: plainValue(target), total };
    return jsonFor(op, target).flatMap((json: JsonValue) => {
      // Nobody is asked to buy for less than nothing.
      if (total && typeof json === 'number' && json <= 0) return [];
      return this.events(value.events, value.window, times, (examples) => ({
        amount,
        examples: examples.map((example) => withProperty(example, value.property, json)),
      }));
    });
  }

  #ageOfEvent(
    value: Extract<Value, { kind: 'age_of_event' }>,
    op: CompareOperator,
    target: RuleValue,
  ): readonly Plan[] {
    const now = this.events(value.events, value.window, 1);
    const ms = numberOf(target) ?? 0;
    const later =
      op === '>' || op === '>=' || op === '=' ? Math.max(0, Math.ceil(ms) + (op === '>' ? 1 : 0)) : 0;
    return now.map((plan) => ({ ...plan, waitMs: plan.waitMs + later }));
  }

  /** `of` before or after an instant that lies the target away from now. */
  #moment(of: Value, op: CompareOperator, target: RuleValue, sign: 1 | -1): readonly Plan[] {
    const ms = numberOf(target);
    if (ms === undefined) return [];
    const at = Math.round(this.#at + sign * ms);
    // A day beyond, so that it does not come to the same a moment later.
    const beyond = op === '>' || op === '>=' ? at + dayMs : at - dayMs;
    return [...this.plans(of, op, instant(at)), ...this.plans(of, op, instant(beyond))];
  }

  #anniversary(of: Value, op: CompareOperator, target: RuleValue): readonly Plan[] {
    const { zone } = this.#asked.world;
    return numbersOf(op, target)
      .filter((days) => Number.isInteger(days) && days >= 0 && days <= 366)
      .flatMap((days) =>
        this.plans(of, '=', instant(zone.startOfDayNumber(zone.dayNumber(this.#at) + days))),
      );
  }

  // --- Standing among customers

  #standing(
    value: Extract<Value, { kind: 'percentile' | 'quintile' }>,
    op: CompareOperator,
    target: RuleValue,
  ): readonly Plan[] {
    const sorted = populationAt(this.#asked.world.populations.get(populationKey(value.of)), this.#at);
    if (typeof target !== 'number' || sorted === undefined || sorted.length === 0) return [];
    const percent =
      value.kind === 'percentile' ? target : 20 * (op === '>=' || op === '=' ? target - 1 : target);
    const place = (Math.min(Math.max(percent, 0), 100) / 100) * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? 0;
    const above = sorted[Math.ceil(place)] ?? 0;
    const at = roundSignificant(below + (above - below) * (place - Math.floor(place)));
    const isDuration = typeof this.#asked.value(value.of, this.#at) === 'object';
    const to = op === '=' || op === '!=' ? '>' : op;
    return [at, above, sorted[Math.floor(place) + 1] ?? above].flatMap((x) => {
      const inner = isDuration ? duration(x) : x;
      const strict = value.kind === 'quintile' && to === '>=' ? '>' : to;
      return [
        ...this.plans(value.of, to, inner),
        ...(strict === to ? [] : this.plans(value.of, strict, inner)),
      ];
    });
  }

  /** Purchases: as many, and for as much, as the fifths of the population ask. */
  #rfm(model: string, part: RfmPart): readonly Plan[] {
    const { purchase, value, window } = this.#asked.rfmModel(model);
    const counts = part === 'frequency' || part === 'group' ? this.#lacking(model, 'frequency') : [];
    const sums = part === 'monetary' || part === 'group' ? this.#lacking(model, 'monetary') : [];
    return [1, ...counts].flatMap((count) => [
      ...this.events(purchase, window, Math.ceil(count)),
      ...sums.flatMap((sum) =>
        this.events(purchase, window, Math.ceil(count), (examples) => ({
          amount: { property: value, op: '>=', than: plainValue(sum), total: true },
          examples: examples.map((example, i) => withProperty(example, value, i === 0 ? sum : 0)),
        })),
      ),
    ]);
  }

  /** How far the customer is below each fifth's edge, and a little more. */
  #lacking(model: string, part: 'frequency' | 'monetary'): readonly number[] {
    const sorted = populationAt(this.#asked.world.populations.get(rfmPopulationKey(model, part)), this.#at);
    if (sorted === undefined || sorted.length === 0) return [];
    const own = this.#asked.rfmMeasure(part, model, this.#at) ?? 0;
    const unit = part === 'frequency' ? 1 : 0.01;
    const edges = [20, 40, 60, 80].map((cut) => {
      const place = (cut / 100) * (sorted.length - 1);
      const below = sorted[Math.floor(place)] ?? 0;
      return below + ((sorted[Math.ceil(place)] ?? below) - below) * (place - Math.floor(place));
    });
    return [
      ...new Set(edges.map((edge) => roundSignificant(Math.floor((edge - own) / unit + 1) * unit))),
    ].filter((lack) => lack > 0);
  }

  // --- Values of values

  /** The stage of that name: none of those before it, and its own rule. */
  #stage(lifecycle: string, op: CompareOperator, target: RuleValue): readonly Plan[] {
    const { stages } = this.#asked.world.definitions.lifecycles.get(lifecycle) ?? { stages: [] };
    const index = stages.findIndex(({ name }) => name === target);
    if (index < 0 || (op !== '=' && op !== '!=')) return [];
    const rules = stages
      .slice(0, index + 1)
      .map(({ rule }): Condition => rule ?? { kind: 'literal', value: true });
    const items = rules.map((rule, i): Condition => (i < index ? { kind: 'not', item: rule } : rule));
    return this.#wish({ kind: 'and', items }, op === '=');
  }

  #arithmetic(
    value: Extract<Value, { kind: 'arithmetic' }>,
    op: CompareOperator,
    target: RuleValue,
  ): readonly Plan[] {
    const left = this.#asked.value(value.left, this.#at);
    const right = this.#asked.value(value.right, this.#at);
    return [...this.#ofLeft(value, op, target, right), ...this.#ofRight(value, op, target, left)];
  }

  #ofLeft(
    value: Extract<Value, { kind: 'arithmetic' }>,
    op: CompareOperator,
    target: RuleValue,
    right: RuleValue,
  ): readonly Plan[] {
    const turned =
      (value.op === '*' || value.op === '/') && (numberOf(right) ?? 0) < 0 ? mirroredOperators[op] : op;
    if (typeof target === 'number' && typeof right === 'number') {
      const x = undone(value.op, target, right);
      return x === undefined ? [] : this.plans(value.left, turned, x);
    }
    const inverse = ({ '+': '-', '-': '+', '*': '/', '/': '*' } as const)[value.op];
    return this.plans(value.left, turned, arithmetic(inverse, target, right, this.#asked.world.zone));
  }

  #ofRight(
    value: Extract<Value, { kind: 'arithmetic' }>,
    op: CompareOperator,
    target: RuleValue,
    left: RuleValue,
  ): readonly Plan[] {
    const { zone } = this.#asked.world;
    switch (value.op) {
      case '+':
        return this.plans(value.right, op, arithmetic('-', target, left, zone));
      case '-':
        return this.plans(value.right, mirroredOperators[op], arithmetic('-', left, target, zone));
      case '*': {
        const turned = (numberOf(left) ?? 0) < 0 ? mirroredOperators[op] : op;
        return this.plans(value.right, turned, arithmetic('/', target, left, zone));
      }
      case '/':
        return this.plans(value.right, mirroredOperators[op], arithmetic('/', left, target, zone));
    }
  }

  #number(value: Value): number | undefined {
    const found = this.#asked.value(value, this.#at);
    return typeof found === 'number' ? found : undefined;
  }
}

function withTrait(plan: Plan, value: JsonValue): Plan {
  return {
    ...plan,
    actions: plan.actions.map((action) =>
      action.kind === 'trait' ? { ...action, value, op: '!=', than: plainValue(undefined) } : action,
    ),
  };
}

/** Numbers that stand so to a target that is one. */
function numbersOf(op: CompareOperator, target: RuleValue): readonly number[] {
  return typeof target === 'number' ? numbersFor(op, target) : [];
}

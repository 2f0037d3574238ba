/**
 * When an answer may have changed, in SQL: arrays of instants of one customer, between which the answer is constant. The
 * counterpart of rules/interpreter-instants.ts, and like it free to name too many instants, never too few.
 *
 * Most values are steps, and change only at the instants of what happened or at the edges of windows over it. Ages move
 * by the millisecond, but monotonely from step to step, so where one is compared, bisection over whole milliseconds
 * (arrayFold) finds where the order of the two sides changes.
 */

import { unreachable } from '../base/assert.ts';
import { movesWithTime } from '../rules/moving.ts';
import { populationKey, rfmPopulationKey, scoredRfmParts } from '../rules/population.ts';
import { durationMs } from '../rules/semantics.ts';
import type { Condition, EventPattern, Literal, Value, Window } from '../rules/tree.ts';
import { entriesOf } from './behaviours-past.ts';
import type { Build, When } from './build.ts';
import { consentEntries, listSpells, scoreEntries, traitEntries } from './facts-sql.ts';
import { orderSql } from './operators.ts';
import { completionArrays } from './sequence-sql.ts';
import { SqlRefusal } from './sql-error.ts';
import { sqlNumber } from './sql-text.ts';
import { elementsSql, tokenAs, typed, type SqlValue, type TypedValue } from './sql-value.ts';
import { populationTimes, quintileSql } from './standing-sql.ts';
import { atSql, windowEdgesSql } from './windows.ts';

/** What the search asks of the compiler. */
export interface Asked {
  readonly build: Build;
  value(value: Value, when: When): SqlValue;
  /** The part with the array `flips` of the instants at which a condition changed, joined to the scope. */
  flips(condition: Condition, when: When): string;
  standing(of: Value, when: When): TypedValue;
  segmentRule(name: string): Condition;
  rfmWindow(model: string): { readonly events: EventPattern; readonly window?: Window };
}

/** Iterations after which bisection between any two instants of the calendar has ended. */
const bisections = 49;

/** Arrays of instants at which the condition may have changed. `when.scope` is the one in which they are read. */
export function conditionInstants(c: Condition, when: When, asked: Asked): readonly string[] {
  switch (c.kind) {
    case 'literal':
    case 'sample':
      return [];
    case 'and':
    case 'or':
      return c.items.flatMap((item) => conditionInstants(item, when, asked));
    case 'not':
      return conditionInstants(c.item, when, asked);
    case 'for': {
      const flips = asked.flips(c.item, when);
      return [flips, `arrayMap(e -> e + ${durationMs(c.duration)}, ${flips})`];
    }
    case 'compare':
      return comparisonInstants(c.left, [c.right], when, asked);
    case 'one_of':
      return comparisonInstants(c.value, c.values, when, asked);
    case 'text':
    case 'presence':
      return valueInstants(c.value, when, asked);
    case 'did':
      return windowed(c.events, c.window, when, asked);
    case 'sequence': {
      const times = `${completionArrays(asked.build, when, c)}.times`;
      return [windowEdgesSql(times, c.window), ...others(c.window, when, asked)];
    }
    case 'in_segment':
      return conditionInstants(asked.segmentRule(c.segment), when, asked);
    case 'in_list': {
      const spells = `${listSpells(asked.build, when, c.list)}.spells`;
      return [`${spells}.1`, `${spells}.2`];
    }
    case 'subscribed':
      return [`${consentEntries(asked.build, when)}.times`];
    default:
      return unreachable(c);
  }
}

/** Arrays of instants between which the value is constant, or moves with time and is monotone. */
export function valueInstants(v: Value, when: When, asked: Asked): readonly string[] {
  const { build } = asked;
  switch (v.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
    case 'property':
      return [];
    case 'trait':
      return [`${traitEntries(build, when, v.path[0] ?? '')}.times`];
    case 'count':
    case 'aggregate':
    case 'days':
    case 'age_of_event':
      return windowed(v.events, v.window, when, asked);
    case 'age':
    case 'until':
      return valueInstants(v.of, when, asked);
    case 'age_in_segment':
      return [asked.flips(asked.segmentRule(v.segment), when)];
    case 'days_until_anniversary':
      return [...valueInstants(v.of, when, asked), midnights(build)];
    case 'percentile':
    case 'quintile':
      return standingInstants(v, when, asked);
    case 'rfm':
      return rfmInstants(v.model ?? 'default', when, asked);
    case 'stage':
      return (build.definitions.lifecycles.get(v.lifecycle)?.stages ?? []).flatMap(({ rule }) =>
        rule === undefined ? [] : conditionInstants(rule, when, asked),
      );
    case 'score':
      return [`${scoreEntries(build, when, v.name)}.times`];
    case 'coalesce':
      return v.values.flatMap((option) => valueInstants(option, when, asked));
    case 'arithmetic':
      return [...valueInstants(v.left, when, asked), ...valueInstants(v.right, when, asked)];
    default:
      return unreachable(v);
  }
}

/** The instants in order, each once, from the customer's beginning to that of the query; an array. */
export function inOrder(instants: readonly string[], build: Build): string {
  const now = sqlNumber(build.now);
  const all = instants.length === 0 ? 'CAST([] AS Array(Int64))' : `arrayConcat(${instants.join(', ')})`;
  return `arraySort(arrayDistinct(arrayPushFront(arrayFilter(e -> e > c.born_at AND e <= ${now}, ${all}), c.born_at)))`;
}

function windowed(
  events: EventPattern,
  window: Window | undefined,
  when: When,
  asked: Asked,
): readonly string[] {
  const times = `${entriesOf(asked.build, when, events)}.times`;
  return [windowEdgesSql(times, window), ...others(window, when, asked)];
}

function others(window: Window | undefined, when: When, asked: Asked): readonly string[] {
  return window?.kind === 'after_last' ? [`${entriesOf(asked.build, when, window.events)}.times`] : [];
}

/** Every local midnight of the customer's life. */
function midnights({ now }: Build): string {
  return `arrayMap(day -> start_of_day(day), range(local_day(c.born_at), local_day(toInt64(${sqlNumber(now)})) + 2))`;
}

/** Steps of both sides, and where a side moves, the instants at which the order of the two changes. */
function comparisonInstants(
  left: Value,
  rights: readonly (Value | Literal)[],
  when: When,
  asked: Asked,
): readonly string[] {
  const steps = [left, ...rights].flatMap((value) => valueInstants(value, when, asked));
  if (!movesWithTime(left) && !rights.some(movesWithTime)) return steps;
  const pieces = when.scope.alias('pieces', inOrder(steps, asked.build));
  const crossings = rights.map((right) => {
    const [a, b] = movesWithTime(left) ? [left, right] : [right, left];
    return crossingsOf(a, b, pieces, when, asked);
  });
  return [pieces, ...crossings.map((crossing) => when.scope.alias('crossings', crossing))];
}

/** Where the order of `a`, which moves, and `b` changes within the pieces; an array. */
function crossingsOf(a: Value, b: Value, pieces: string, when: When, asked: Asked): string {
  const { steps, bind } = newSteps();
  const read = (value: Value, clock: string): SqlValue =>
    asked.value(value, { scope: when.scope, at: 'lo', clock, bind });
  const moving = (clock: string): TypedValue => {
    const found = read(a, clock);
    if (found.kind !== 'open') return found;
    throw new SqlRefusal(
      'sql/mixed',
      'A “coalesce” of a time that moves and of values of other types cannot be followed through time in SQL.',
    );
  };
  const other = read(b, 'lo');
  if (other.kind !== 'open') {
    const otherAt = (clock: string): SqlValue => read(b, clock);
    const changes = changesIn((clock) => orderSql(moving(clock), otherAt(clock)), [-1, 0]);
    return ofPieces(changes, steps, pieces, asked.build);
  }
  const { kind } = moving('lo');
  const element = typed(kind, 'element');
  const changes = changesIn((clock) => orderSql(moving(clock), element), [-1, 0]);
  const elements = `arrayMap(token -> ${tokenAs(kind, 'token', other.tagged)}, ${elementsSql(other)})`;
  const ofElements = `arrayFlatten(arrayMap(element -> ${changes}, ${elements}))`;
  return ofPieces(ofElements, steps, pieces, asked.build);
}

/** What stands still within a piece, and a function that gives it a name; see `ofPieces`. */
function newSteps(): { readonly steps: readonly string[]; readonly bind: (sql: string) => string } {
  const steps: string[] = [];
  const bind = (sql: string): string => {
    if (!steps.includes(sql)) steps.push(sql);
    return `step${steps.indexOf(sql) + 1}`;
  };
  return { steps, bind };
}

/**
 * Where a state that only ever moves one way within the piece from `lo` to `hi` passes a level; an array. `state` is Int at
 * an instant `clock` of it.
 */
function changesIn(state: (clock: string) => string, levels: readonly number[]): string {
  const passed = levels.map((level) => {
    const above = (clock: string): string => `(${state(clock)} > ${sqlNumber(level)})`;
    const middle = 'intDiv(found.1 + found.2, 2)';
    const bisected = `arrayFold((found, i) -> arrayMap(mid -> if(${above('mid')} = ${above('lo')}, (mid, found.2), (found.1, mid)), [${middle}])[1], range(${bisections}), (lo, hi)).2`;
    return `if(${above('lo')} != ${above('hi')}, [${bisected}], CAST([] AS Array(Int64)))`;
  });
  return `arrayConcat(${passed.join(', ')})`;
}

/**
 * What is found in each piece; an array. `steps` are bound to `step1`, `step2` … once a piece, as they stand at `lo`; each
 * may name those before it.
 */
function ofPieces(found: string, steps: readonly string[], pieces: string, build: Build): string {
  const ofPiece = steps.reduceRight(
    (body, step, index) => `arrayMap(step${index + 1} -> ${body}, [${step}])[1]`,
    found,
  );
  return `arrayFlatten(arrayMap((lo, hi) -> ${ofPiece}, ${pieces}, ${endsOf(pieces, build)}))`;
}

/** The last instant of each piece; an array. */
function endsOf(pieces: string, { now }: Build): string {
  return `arrayPushBack(arrayMap(e -> e - 1, arrayPopFront(${pieces})), toInt64(${sqlNumber(now)}))`;
}

function standingInstants(
  v: Extract<Value, { kind: 'percentile' | 'quintile' }>,
  when: When,
  asked: Asked,
): readonly string[] {
  const { build } = asked;
  const key = populationKey(v.of);
  const steps = [...valueInstants(v.of, when, asked), populationTimes(build, key)];
  if (!movesWithTime(v.of)) return steps;
  if (v.kind === 'percentile') throw movingPercentile();
  const pieces = when.scope.alias('pieces', inOrder(steps, build));
  const { steps: still, bind } = newSteps();
  const fifth = (clock: string): string => {
    const then: When = { scope: when.scope, at: 'lo', clock, bind };
    return `ifNull(${quintileSql(build, then, asked.standing(v.of, then), key).sql}, 0)`;
  };
  return [
    pieces,
    when.scope.alias('crossings', ofPieces(changesIn(fifth, [1, 2, 3, 4]), still, pieces, build)),
  ];
}

/** A percentile of an age moves by itself, along a curve with a bend at every value of the population. */
export function movingPercentile(): SqlRefusal {
  return new SqlRefusal(
    'sql/moving-percentile',
    'A percentile of something that grows as time passes (an age, a time left) cannot be followed through time in SQL: not inside “for”, “age(entered …)” or “age(exited …)”. Use “quintile”, or compare the age itself.',
  );
}

/** Purchases and their edges, populations, and where recency passes a cut of the population in force. */
function rfmInstants(model: string, when: When, asked: Asked): readonly string[] {
  const { build } = asked;
  const { events, window } = asked.rfmWindow(model);
  const keys = scoredRfmParts.map((part) => rfmPopulationKey(model, part));
  const steps = [...windowed(events, window, when, asked), ...keys.map((key) => populationTimes(build, key))];
  const times = `${entriesOf(build, when, events)}.times`;
  const populations = populationTimes(build, rfmPopulationKey(model, 'recency')).slice(0, -2);
  const now = atSql(build.now, build.zone);
  const crossings = `arrayFlatten(arrayMap((p, until) -> arrayFilter(e -> e > p.1 AND e < until, arrayFlatten(arrayMap(e -> arrayMap(cut -> toInt64(e + floor(cut) + 1), p.2), ${times}))), ${populations}, arrayPushBack(arrayPopFront(${populations}.1), toInt64(${now}) + 1)))`;
  return [...steps, when.scope.alias('crossings', crossings)];
}

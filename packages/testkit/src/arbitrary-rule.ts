/**
 * Rules at random that make sense: the checker finds no error in any of them, and names come from small pools so that
 * random histories (events A, B, C; pages and screens P; properties x, y, s, items.price; traits n, s, d, tags) meet
 * them often. Every kind of node occurs. Durations and constants are few and shared, so that edges coincide.
 *
 * For trees that need only be well-formed see arbitrary-tree.ts.
 */

import type {
  AggregateFunction,
  CalendarUnit,
  Condition,
  DateLiteral,
  EventPattern,
  Literal,
  Path,
  SequenceStep,
  Value,
  Window,
} from '@segue/core/rules/tree.ts';
import fc from 'fast-check';

type Arbitrary<T> = fc.Arbitrary<T>;

/** Objects as parsers make them, with the usual prototype. */
function record<T>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** What the rules may name; kinds of nodes that need a name are left out where there is none. */
export type RulePools = {
  readonly segments?: readonly string[];
  readonly lists?: readonly string[];
  /** Stages by lifecycle. */
  readonly lifecycles?: Readonly<Record<string, readonly string[]>>;
  readonly rfm?: readonly string[];
  readonly scores?: readonly string[];
  /** Whether percentile and quintile occur (default true). */
  readonly population?: boolean;
  /** Nesting of conditions (default 2). */
  readonly depth?: number;
};

export const eventNames: readonly string[] = ['A', 'B', 'C'];
export const pageName = 'P';
export const durationTexts: readonly string[] = [
  '500ms',
  '1s',
  '1m',
  '1h',
  '1h30m',
  '1.5h',
  '1d',
  '2d',
  '7d',
  '1w',
];
export const dateTexts: readonly string[] = [
  '2026-01-01',
  '2026-01-03',
  '2026-01-05T12:00:00Z',
  '2026-01-02T00:00:00.001',
  '2026-03-08',
  '2026-03-29T01:00:00+01:00',
];
const calendarUnits: readonly CalendarUnit[] = ['day', 'week', 'month', 'quarter', 'year'];

const durations: Arbitrary<string> = fc.constantFrom(...durationTexts);
const dates: Arbitrary<DateLiteral> = fc.constantFrom(...dateTexts).map((text) => ({ kind: 'date', text }));
const smallNumbers: Arbitrary<Value> = fc
  .constantFrom(0, 1, 2, 3, 5, 10, 0.1, 0.3, -1, 2.5)
  .map((value) => ({ kind: 'number', value }));
const counts: Arbitrary<Value> = fc.constantFrom(0, 1, 2, 3, 4).map((value) => ({ kind: 'number', value }));
const texts: Arbitrary<string> = fc.constantFrom('a', 'b', 'ab', '10', '2026-01-01', 'Ä', '😀');
const patterns: Arbitrary<string> = fc.constantFrom('a', '^a', 'b$', '^$', '[a-c]+', '1.*0', '(?i)ä');
const orders = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const numberProperty: Arbitrary<Path> = fc.constantFrom(['x'], ['y'], ['items', 'price']);
const anyProperty: Arbitrary<Path> = fc.constantFrom(['x'], ['y'], ['s'], ['items', 'price'], ['items']);

const durationLiteral: Arbitrary<Value> = fc
  .tuple(durations, fc.boolean())
  .map(([text, negative]) => ({ kind: 'duration', text, ...(negative ? { negative: true } : {}) }));
const positiveDuration: Arbitrary<Value> = durations.map((text) => ({ kind: 'duration', text }));
const stringLiteral: Arbitrary<Literal> = texts.map((value) => ({ kind: 'string', value }));
const numberLiteral: Arbitrary<Literal> = fc
  .constantFrom(0, 1, 2, 3, 0.3, -1)
  .map((value) => ({ kind: 'number', value }));
const booleanLiteral: Arbitrary<Literal> = fc.boolean().map((value) => ({ kind: 'boolean', value }));
const literalList: Arbitrary<readonly Literal[]> = fc.oneof(
  fc.array(stringLiteral, { minLength: 1, maxLength: 3 }),
  fc.array(numberLiteral, { minLength: 1, maxLength: 3 }),
  fc.array(booleanLiteral, { minLength: 1, maxLength: 2 }),
  fc.array(dates, { minLength: 1, maxLength: 2 }),
);

/** `key: value` or nothing, as optional keys of nodes are. */
function maybe<K extends string, T>(
  key: K,
  arbitrary: Arbitrary<T>,
  weight = 1,
): Arbitrary<Partial<Record<K, T>>> {
  // A computed key widens to string; the shape is what it says.
  const present = arbitrary.map((value) => ({ [key]: value }) as Partial<Record<K, T>>);
  return fc.oneof({ arbitrary: fc.constant({}), weight: 1 }, { arbitrary: present, weight });
}

// --- Events and windows

function whereOf(depth: number): Arbitrary<Condition> {
  const property = anyProperty.map((path): Value => ({ kind: 'property', path }));
  const numeric = numberProperty.map((path): Value => ({ kind: 'property', path }));
  const sum = fc
    .tuple(fc.constantFrom('+', '-', '*', '/'), numeric, fc.oneof(numeric, smallNumbers))
    .map(([op, left, right]): Value => ({ kind: 'arithmetic', op, left, right }));
  const fallback = fc
    .tuple(numeric, numeric, numberLiteral)
    .map((values): Value => ({ kind: 'coalesce', values }));
  const leaf: Arbitrary<Condition> = fc.oneof(
    compare(orders, fc.oneof(numeric, sum, fallback), smallNumbers),
    compare(orders, property, fc.oneof(property, stringLiteral)),
    fc
      .tuple(fc.boolean(), property, literalList)
      .map(([negated, value, values]): Condition => ({ kind: 'one_of', negated, value, values })),
    textTest(property),
    fc
      .tuple(property, fc.boolean())
      .map(([value, present]): Condition => ({ kind: 'presence', value, present })),
    fc.boolean().map((value): Condition => ({ kind: 'literal', value })),
  );
  return depth <= 0
    ? leaf
    : fc.oneof({ arbitrary: leaf, weight: 4 }, { arbitrary: logic(whereOf(depth - 1)), weight: 1 });
}

/** An event pattern over A, B, C, page or screen P, a prefix, or any event; with or without `where`. */
export function arbitraryEvents(): Arbitrary<EventPattern> {
  const source = fc.oneof<fc.WeightedArbitrary<EventPattern['source']>[]>(
    { weight: 8, arbitrary: fc.constantFrom(...eventNames).map((name) => ({ kind: 'track', name })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'page', name: pageName }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'screen', name: pageName }) },
    { weight: 1, arbitrary: fc.constantFrom(...eventNames).map((prefix) => ({ kind: 'prefix', prefix })) },
    { weight: 1, arbitrary: fc.constant({ kind: 'any' }) },
  );
  const plain = source.map((from): EventPattern => ({ source: from }));
  const withWhere = fc
    .tuple(source, whereOf(1))
    .map(([from, where]): EventPattern => ({ source: from, where }));
  return fc.oneof({ arbitrary: plain, weight: 2 }, { arbitrary: withWhere, weight: 1 });
}

const dayOrder = (text: string): number =>
  Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text.replace(/(\d)$/, '$1Z'));

/** Every kind of window; none of them is empty. */
export function arbitraryWindow(): Arbitrary<Window> {
  const ago = fc
    .constantFrom(['2d', '1d'], ['7d', '1d'], ['1h30m', '1h'], ['1w', '2d'], ['1m', '500ms'])
    .map(([from = '', to = '']): Window => ({ kind: 'ago', from, to }));
  const between = fc
    .tuple(dates, dates)
    .filter(([from, to]) => Math.abs(dayOrder(from.text) - dayOrder(to.text)) > 86_400_000)
    .map(([a, b]): Window =>
      dayOrder(a.text) < dayOrder(b.text)
        ? { kind: 'between', from: a, to: b }
        : { kind: 'between', from: b, to: a },
    );
  return fc.oneof<Arbitrary<Window>[]>(
    durations.map((duration) => ({ kind: 'last', duration })),
    ago,
    record({
      kind: fc.constant('calendar'),
      n: fc.constantFrom(1, 2, 7),
      unit: fc.constantFrom(...calendarUnits),
    }),
    dates.map((from) => ({ kind: 'since', from })),
    dates.map((to) => ({ kind: 'before', to })),
    between,
    arbitraryEvents().map((events) => ({ kind: 'after_last', events })),
  );
}

const eventsAndWindow: Arbitrary<{ events: EventPattern; window?: Window }> = fc
  .tuple(arbitraryEvents(), maybe('window', arbitraryWindow(), 2))
  .map(([events, window]) => ({ events, ...window }));

// --- Values

function numbers(pools: RulePools, depth: number): Arbitrary<Value> {
  const aggregate = fc
    .tuple(fc.constantFrom<AggregateFunction>('sum', 'avg', 'min', 'max'), numberProperty, eventsAndWindow)
    .map(([fn, property, rest]): Value => ({ kind: 'aggregate', fn, property, ...rest }));
  const distinct = fc
    .tuple(anyProperty, eventsAndWindow)
    .map(([property, rest]): Value => ({ kind: 'aggregate', fn: 'distinct', property, ...rest }));
  const score = (pools.scores ?? []).map((name) => fc.constant<Value>({ kind: 'score', name }));
  const rfm = (pools.rfm ?? []).map((model) =>
    fc
      .constantFrom('recency', 'frequency', 'monetary')
      .map((part): Value => ({ kind: 'rfm', part, ...(model === 'default' ? {} : { model }) })),
  );
  const leaves: Arbitrary<Value>[] = [
    eventsAndWindow.map((rest) => ({ kind: 'count', ...rest })),
    eventsAndWindow.map((rest) => ({ kind: 'days', ...rest })),
    aggregate,
    distinct,
    fc.constant({ kind: 'trait', path: ['n'] }),
    instants().map((of) => ({ kind: 'days_until_anniversary', of })),
    ...score,
    ...rfm,
  ];
  if (depth <= 0) return fc.oneof(...leaves);
  const inner = numbers(pools, depth - 1);
  const arithmetic = fc
    .tuple(fc.constantFrom('+', '-', '*', '/'), inner, fc.oneof(inner, smallNumbers))
    .map(([op, left, right]): Value => ({ kind: 'arithmetic', op, left, right }));
  const ratio = fc
    .tuple(spans(pools, 0), positiveDuration)
    .map(([left, right]): Value => ({ kind: 'arithmetic', op: '/', left, right }));
  const coalesce = fc.tuple(inner, smallNumbers).map((values): Value => ({ kind: 'coalesce', values }));
  const standing = fc
    .tuple(fc.constantFrom('percentile', 'quintile'), fc.oneof(inner, ratio))
    .map(([kind, of]): Value => ({ kind, of }));
  return fc.oneof(...leaves, arithmetic, ratio, coalesce, ...(pools.population === false ? [] : [standing]));
}

function instants(): Arbitrary<Value> {
  const trait = fc.constant<Value>({ kind: 'trait', path: ['d'] });
  const event = fc
    .tuple(fc.constantFrom<AggregateFunction>('first', 'last'), eventsAndWindow)
    .map(([fn, rest]): Value => ({ kind: 'aggregate', fn, property: ['s'], ...rest }));
  const shifted = fc
    .tuple(fc.constantFrom('+', '-'), trait, durationLiteral)
    .map(([op, left, right]): Value => ({ kind: 'arithmetic', op, left, right }));
  return fc.oneof(
    { arbitrary: trait, weight: 4 },
    { arbitrary: event, weight: 1 },
    { arbitrary: shifted, weight: 1 },
  );
}

/** Durations: ages, times left, and what can be made of them. */
function spans(pools: RulePools, depth: number): Arbitrary<Value> {
  const inSegment = (pools.segments ?? []).map((segment) =>
    fc
      .constantFrom('entered', 'exited')
      .map((change): Value => ({ kind: 'age_in_segment', change, segment })),
  );
  const ofEvent = fc
    .tuple(fc.constantFrom('first', 'last'), eventsAndWindow)
    .map(([which, rest]): Value => ({ kind: 'age_of_event', which, ...rest }));
  const between = fc
    .tuple(instants(), dates)
    .map(([left, right]): Value => ({ kind: 'arithmetic', op: '-', left, right }));
  const leaves: Arbitrary<Value>[] = [
    ofEvent,
    ofEvent,
    instants().map((of) => ({ kind: 'age', of })),
    instants().map((of) => ({ kind: 'until', of })),
    between,
    ...inSegment,
  ];
  if (depth <= 0) return fc.oneof(...leaves);
  const inner = spans(pools, depth - 1);
  const sum = fc
    .tuple(fc.constantFrom('+', '-'), inner, fc.oneof(inner, durationLiteral))
    .map(([op, left, right]): Value => ({ kind: 'arithmetic', op, left, right }));
  const scaled = fc
    .tuple(fc.constantFrom('*', '/'), inner, fc.constantFrom(2, 0.5, 3))
    .map(([op, left, value]): Value => ({ kind: 'arithmetic', op, left, right: { kind: 'number', value } }));
  const coalesce = fc.tuple(inner, positiveDuration).map((values): Value => ({ kind: 'coalesce', values }));
  return fc.oneof(...leaves, sum, scaled, coalesce);
}

const traits: Arbitrary<Value> = fc
  .constantFrom<Path>(['n'], ['s'], ['d'], ['tags'])
  .map((path) => ({ kind: 'trait', path }));

/** Values whose type is known only when they are there: traits, and what stood on an event. */
const openValues: Arbitrary<Value> = fc.oneof(
  traits,
  fc
    .tuple(fc.constantFrom<AggregateFunction>('first', 'last', 'top'), anyProperty, eventsAndWindow)
    .map(([fn, property, rest]): Value => ({ kind: 'aggregate', fn, property, ...rest })),
);

// --- Conditions

function compare(op: typeof orders, left: Arbitrary<Value>, right: Arbitrary<Value>): Arbitrary<Condition> {
  return fc
    .tuple(op, left, right, fc.boolean())
    .map(([operator, a, b, swap]) =>
      swap
        ? { kind: 'compare', op: operator, left: b, right: a }
        : { kind: 'compare', op: operator, left: a, right: b },
    );
}

function textTest(value: Arbitrary<Value>): Arbitrary<Condition> {
  const plain = fc
    .tuple(fc.constantFrom('contains', 'starts_with', 'ends_with'), value, texts)
    .map(([op, of, text]): Condition => ({ kind: 'text', op, value: of, text }));
  const matches = fc
    .tuple(value, patterns)
    .map(([of, text]): Condition => ({ kind: 'text', op: 'matches', value: of, text }));
  return fc.oneof({ arbitrary: plain, weight: 3 }, { arbitrary: matches, weight: 1 });
}

function logic(inner: Arbitrary<Condition>): Arbitrary<Condition> {
  return fc.oneof<Arbitrary<Condition>[]>(
    fc.array(inner, { minLength: 2, maxLength: 3 }).map((items) => ({ kind: 'and', items })),
    fc.array(inner, { minLength: 2, maxLength: 3 }).map((items) => ({ kind: 'or', items })),
    inner.map((item) => ({ kind: 'not', item })),
  );
}

/** Sequences of up to three steps, with and without `within`, `no`, `on` and a window. */
export function arbitrarySequence(): Arbitrary<Condition> {
  const later: Arbitrary<SequenceStep> = fc
    .tuple(arbitraryEvents(), maybe('within', durations, 2))
    .map(([events, within]) => ({ events, ...within }));
  const absent = record({ events: arbitraryEvents(), within: durations });
  return fc
    .tuple(
      arbitraryEvents(),
      fc.array(later, { maxLength: 2 }),
      maybe('absent', absent),
      maybe('on', fc.constantFrom<Path>(['s'], ['x'], ['items', 'price'])),
      maybe('window', arbitraryWindow()),
    )
    .map(([events, rest, no, on, window]) => ({
      kind: 'sequence',
      steps: [{ events }, ...rest],
      ...no,
      ...on,
      ...window,
    }));
}

function named(pools: RulePools): Arbitrary<Condition>[] {
  const segments = (pools.segments ?? []).map((segment) =>
    fc.constant<Condition>({ kind: 'in_segment', segment }),
  );
  const lists = (pools.lists ?? []).map((list) => fc.constant<Condition>({ kind: 'in_list', list }));
  const stages = Object.entries(pools.lifecycles ?? {}).map(([lifecycle, names]) =>
    compare(
      fc.constantFrom('=', '!='),
      fc.constant({ kind: 'stage', lifecycle }),
      fc.constantFrom(...names).map((value) => ({ kind: 'string', value })),
    ),
  );
  const groups = (pools.rfm ?? []).map((model) =>
    compare(
      fc.constantFrom('=', '!='),
      fc.constant({ kind: 'rfm', part: 'group', ...(model === 'default' ? {} : { model }) }),
      fc
        .constantFrom('champions', 'loyal', 'lost', 'new_customers')
        .map((value) => ({ kind: 'string', value })),
    ),
  );
  return [...segments, ...lists, ...stages, ...groups];
}

function leafConditions(pools: RulePools): Arbitrary<Condition> {
  const did = fc
    .tuple(fc.boolean(), eventsAndWindow)
    .map(([negated, rest]): Condition => ({ kind: 'did', negated, ...rest }));
  const count = eventsAndWindow.map((rest): Value => ({ kind: 'count', ...rest }));
  const channel = fc
    .constantFrom('email', 'sms')
    .map((name): Condition => ({ kind: 'subscribed', to: { kind: 'channel', channel: name } }));
  const topic = fc.constant<Condition>({ kind: 'subscribed', to: { kind: 'topic', topic: 'news' } });
  const sample = fc
    .tuple(fc.constantFrom(0, 10, 33.3, 50, 100), fc.constantFrom('seed', 'b'))
    .map(([percent, seed]): Condition => ({ kind: 'sample', percent, seed }));
  const rare: Arbitrary<Condition>[] = [
    fc.boolean().map((value): Condition => ({ kind: 'literal', value })),
    fc.oneof(channel, topic),
    sample,
    ...named(pools),
  ];
  return fc.oneof(
    { weight: 4, arbitrary: did },
    { weight: 4, arbitrary: compare(orders, count, counts) },
    { weight: 4, arbitrary: compare(orders, numbers(pools, 1), smallNumbers) },
    { weight: 3, arbitrary: compare(orders, spans(pools, 1), durationLiteral) },
    { weight: 1, arbitrary: compare(orders, instants(), dates) },
    {
      weight: 2,
      arbitrary: compare(
        orders,
        openValues,
        fc.oneof(numberLiteral, stringLiteral, booleanLiteral, dates, openValues),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.boolean(), openValues, literalList)
        .map(([negated, value, values]): Condition => ({ kind: 'one_of', negated, value, values })),
    },
    { weight: 1, arbitrary: textTest(openValues) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.oneof(openValues, numbers(pools, 0)), fc.boolean())
        .map(([value, present]): Condition => ({ kind: 'presence', value, present })),
    },
    { weight: 3, arbitrary: arbitrarySequence() },
    ...rare.map((arbitrary) => ({ weight: 1, arbitrary })),
  );
}

/** A rule without errors over the pools. */
export function arbitraryRule(pools: RulePools = {}): Arbitrary<Condition> {
  const leaf = leafConditions(pools);
  const level = (depth: number): Arbitrary<Condition> => {
    if (depth <= 0) return leaf;
    const inner = level(depth - 1);
    const lasting = fc
      .tuple(inner, durations)
      .map(([item, duration]): Condition => ({ kind: 'for', item, duration }));
    return fc.oneof(
      { weight: 3, arbitrary: leaf },
      { weight: 2, arbitrary: logic(inner) },
      { weight: 1, arbitrary: lasting },
    );
  };
  return level(pools.depth ?? 2);
}

/** A value without errors over the pools. */
export function arbitraryValue(pools: RulePools = {}): Arbitrary<Value> {
  return fc.oneof(numbers(pools, 1), spans(pools, 1), instants(), openValues);
}

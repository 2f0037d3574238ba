/**
 * Trees at random that are well-formed and need not make sense: any name, any text, any nesting of brackets, comments
 * anywhere, durations and dates of every form. For what treats a tree as data: the formatter, the JSON form, the
 * English sentence, the checker (which must survive all of them).
 */

import type { Condition, EventPattern, Literal, Path, Value, Window } from '@segue/core/rules/tree.ts';
import fc from 'fast-check';

type Arbitrary<T> = fc.Arbitrary<T>;

/** Objects as parsers make them, with the usual prototype. */
function record<T>(model: { [K in keyof T]: Arbitrary<T[K]> }): Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const awkwardWords = [
  'last',
  'from',
  'to',
  'count',
  'first',
  'where',
  'not',
  'in',
  'is',
  'true',
  'for',
  'on',
  'of',
  'and',
  'trait',
  'properties',
  'did',
  'seq',
  'x',
];
const segments = fc.oneof(
  fc.constantFrom(...awkwardWords),
  fc.string({ minLength: 1, maxLength: 5, unit: 'binary' }),
  fc.constantFrom('loyalty tier', '__proto__', '"', '\\', 'ü', '2fa'),
);
const paths: Arbitrary<Path> = fc.array(segments, { minLength: 1, maxLength: 3 });
const names = fc.constantFrom('vip', 'a', 'last', 'for_', 'x9', 'segment', 'entered', 'first', 'is', 'from');
const texts = fc.oneof(
  fc.string({ maxLength: 6, unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '#', '\n', 'e\u0301', '\ud800'),
);
const filled = texts.filter((text) => text !== '');
const durations = fc.constantFrom(
  '1ms',
  '30s',
  '1h30m',
  '1.5h',
  '2w3d',
  '0s',
  '0.25s',
  '10000d',
  '007d',
  '1h59m59.999s',
);
const dates = fc.constantFrom(
  '2026-11-01',
  '2024-02-29',
  '0001-01-01',
  '9999-12-31',
  '2026-11-01T10:00',
  '2026-11-01T10:00:00.123456789+05:30',
  '2026-11-01T10:00:00Z',
);
const numbers = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (value === 0 ? 0 : value));
const comments = fc.array(
  fc.stringMatching(/^[ a-z#"(]{0,8}$/).map((line) => line.trimEnd()),
  { minLength: 1, maxLength: 2 },
);

const literals: Arbitrary<Literal> = fc.oneof<Arbitrary<Literal>[]>(
  numbers.map((value) => ({ kind: 'number', value })),
  texts.map((value) => ({ kind: 'string', value })),
  fc.boolean().map((value) => ({ kind: 'boolean', value })),
  dates.map((text) => ({ kind: 'date', text })),
  fc
    .tuple(durations, fc.boolean())
    .map(([text, negative]) => ({ kind: 'duration', text, ...(negative ? { negative: true } : {}) })),
);

function maybe<K extends string, T>(key: K, arbitrary: Arbitrary<T>): Arbitrary<Partial<Record<K, T>>> {
  // A computed key widens to string; the shape is what it says.
  return fc.oneof(
    fc.constant({}),
    arbitrary.map((value) => ({ [key]: value }) as Partial<Record<K, T>>),
  );
}

/** `inWhere`: properties instead of traits, and nothing about the customer, as the parser demands of text. */
class Trees {
  readonly #conditions = new Map<string, Arbitrary<Condition>>();
  readonly #values = new Map<string, Arbitrary<Value>>();
  readonly #events = new Map<number, Arbitrary<EventPattern>>();

  events(depth: number): Arbitrary<EventPattern> {
    return cached(this.#events, depth, () => {
      const source: Arbitrary<EventPattern['source']> = fc.oneof<Arbitrary<EventPattern['source']>[]>(
        record({ kind: fc.constantFrom('track', 'page', 'screen'), name: filled }),
        filled.map((prefix) => ({ kind: 'prefix', prefix })),
        fc.constant({ kind: 'any' }),
      );
      const where = depth <= 0 ? fc.constant({}) : maybe('where', this.conditions(depth - 1, true));
      return fc.tuple(source, where).map(([from, rest]) => ({ source: from, ...rest }));
    });
  }

  windows(depth: number): Arbitrary<Window> {
    const date = dates.map((text) => ({ kind: 'date' as const, text }));
    return fc.oneof<Arbitrary<Window>[]>(
      durations.map((duration) => ({ kind: 'last', duration })),
      record({ kind: fc.constant('ago'), from: durations, to: durations }),
      record({
        kind: fc.constant('calendar'),
        n: fc.integer({ min: 1, max: 400 }),
        unit: fc.constantFrom('day', 'week', 'month', 'quarter', 'year'),
      }),
      date.map((from) => ({ kind: 'since', from })),
      date.map((to) => ({ kind: 'before', to })),
      record({ kind: fc.constant('between'), from: date, to: date }),
      this.events(depth).map((events) => ({ kind: 'after_last', events })),
    );
  }

  values(depth: number, inWhere: boolean): Arbitrary<Value> {
    return cached(this.#values, `${depth} ${inWhere}`, () => {
      const leaves: Arbitrary<Value>[] = [
        literals,
        paths.map((path) => ({ kind: inWhere ? 'property' : 'trait', path })),
      ];
      if (depth <= 0) return fc.oneof(...leaves);
      const inner = this.values(depth - 1, inWhere);
      const shared: Arbitrary<Value>[] = [
        record({
          kind: fc.constant('arithmetic'),
          op: fc.constantFrom('+', '-', '*', '/'),
          left: inner,
          right: inner,
        }),
        fc.array(inner, { minLength: 1, maxLength: 3 }).map((values) => ({ kind: 'coalesce', values })),
      ];
      return fc.oneof(...leaves, ...shared, ...(inWhere ? [] : this.#functions(depth - 1)));
    });
  }

  #functions(depth: number): Arbitrary<Value>[] {
    const inner = this.values(depth, false);
    const rest = fc
      .tuple(this.events(depth), maybe('window', this.windows(depth)))
      .map(([events, window]) => ({ events, ...window }));
    return [
      rest.map((parts) => ({ kind: 'count', ...parts })),
      rest.map((parts) => ({ kind: 'days', ...parts })),
      fc
        .tuple(fc.constantFrom('sum', 'avg', 'min', 'max', 'distinct', 'top', 'first', 'last'), paths, rest)
        .map(([fn, property, parts]) => ({ kind: 'aggregate', fn, property, ...parts })),
      fc
        .tuple(fc.constantFrom('first', 'last'), rest)
        .map(([which, parts]) => ({ kind: 'age_of_event', which, ...parts })),
      record({
        kind: fc.constantFrom('age', 'until', 'days_until_anniversary', 'percentile', 'quintile'),
        of: inner,
      }),
      record({
        kind: fc.constant('age_in_segment'),
        change: fc.constantFrom('entered', 'exited'),
        segment: names,
      }),
      fc
        .tuple(fc.constantFrom('recency', 'frequency', 'monetary', 'group'), maybe('model', names))
        .map(([part, model]) => ({ kind: 'rfm', part, ...model })),
      names.map((lifecycle) => ({ kind: 'stage', lifecycle })),
      names.map((name) => ({ kind: 'score', name })),
    ];
  }

  conditions(depth: number, inWhere: boolean): Arbitrary<Condition> {
    return cached(this.#conditions, `${depth} ${inWhere}`, () => {
      const value = this.values(Math.max(depth, 0), inWhere);
      const shared: Arbitrary<Condition>[] = [
        fc.boolean().map((literal) => ({ kind: 'literal', value: literal })),
        record({
          kind: fc.constant('compare'),
          op: fc.constantFrom('=', '!=', '<', '<=', '>', '>='),
          left: value,
          right: value,
        }),
        record({
          kind: fc.constant('one_of'),
          negated: fc.boolean(),
          value,
          values: fc.array(literals, { minLength: 1, maxLength: 3 }),
        }),
        record({
          kind: fc.constant('text'),
          op: fc.constantFrom('contains', 'starts_with', 'ends_with', 'matches'),
          value,
          text: texts,
        }),
        record({ kind: fc.constant('presence'), value, present: fc.boolean() }),
      ];
      const leaves = [...shared, ...(inWhere ? [] : this.#aboutCustomer(depth))];
      const bare = depth <= 0 ? fc.oneof(...leaves) : fc.oneof(...leaves, ...this.#logic(depth - 1, inWhere));
      return fc
        .tuple(
          bare,
          fc.oneof(
            { arbitrary: fc.constant({}), weight: 4 },
            { arbitrary: maybe('comments', comments), weight: 1 },
          ),
        )
        .map(([node, comment]) => ({ ...node, ...comment }));
    });
  }

  #logic(depth: number, inWhere: boolean): Arbitrary<Condition>[] {
    const inner = this.conditions(depth, inWhere);
    const lasting = record({ kind: fc.constant('for'), item: inner, duration: durations });
    return [
      record({ kind: fc.constantFrom('and', 'or'), items: fc.array(inner, { minLength: 2, maxLength: 3 }) }),
      inner.map((item) => ({ kind: 'not', item })),
      ...(inWhere ? [] : [lasting]),
    ];
  }

  #aboutCustomer(depth: number): Arbitrary<Condition>[] {
    const events = this.events(depth);
    const step = fc
      .tuple(events, maybe('within', durations))
      .map(([pattern, within]) => ({ events: pattern, ...within }));
    return [
      fc
        .tuple(fc.boolean(), events, maybe('window', this.windows(depth)))
        .map(([negated, pattern, window]) => ({ kind: 'did', negated, events: pattern, ...window })),
      fc
        .tuple(
          events,
          fc.array(step, { maxLength: 2 }),
          maybe('absent', record({ events, within: durations })),
          maybe('on', paths),
          maybe('window', this.windows(depth)),
        )
        .map(([first, steps, absent, on, window]) => ({
          kind: 'sequence',
          steps: [{ events: first }, ...steps],
          ...absent,
          ...on,
          ...window,
        })),
      names.map((segment) => ({ kind: 'in_segment', segment })),
      names.map((list) => ({ kind: 'in_list', list })),
      names.map((channel) => ({ kind: 'subscribed', to: { kind: 'channel', channel } })),
      texts.map((topic) => ({ kind: 'subscribed', to: { kind: 'topic', topic } })),
      record({
        kind: fc.constant('sample'),
        percent: fc.double({ min: 0, max: 100, noNaN: true }).map((percent) => (percent === 0 ? 0 : percent)),
        seed: texts,
      }),
    ];
  }
}

function cached<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** A well-formed tree of a condition. */
export function arbitraryTree(depth = 2): Arbitrary<Condition> {
  return new Trees().conditions(depth, false);
}

/** A well-formed tree of a value. */
export function arbitraryValueTree(depth = 2): Arbitrary<Value> {
  return new Trees().values(depth, false);
}

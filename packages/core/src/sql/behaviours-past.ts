/**
 * What customers did, at any instant of the past: the events of a pattern as sorted arrays of each customer, out of
 * which a behaviour at t is an expression. `for`, `age(entered …)` and `top` need them.
 */

import type { EventPattern, Path, Value, Window } from '../rules/tree.ts';
import type { Build, When } from './build.ts';
import { call, letting } from './prelude.ts';
import { eventFilters, eventSlug, eventText, propertyToken } from './event-sql.ts';
import { selectSql } from './scope.ts';
import { elementsSql, openAt, typed, type SqlValue, type TypedValue } from './sql-value.ts';
import { atSql, windowSql, windowStartSql } from './windows.ts';

type Aggregate = Extract<Value, { kind: 'aggregate' }>;

/** The part with the times of a pattern's events, and with the tokens of a property's first step beside them. */
export function entriesOf(build: Build, when: When, events: EventPattern, property?: Path): string {
  const { zone, now } = build;
  const key = property?.[0];
  const filters = [...eventFilters(events, build), `time <= ${atSql(now, zone)}`];
  const part = build.parts.name(
    `past ${JSON.stringify([events, key])}`,
    `${eventSlug(events)}_history`,
    `every ${eventText(events)}, first to last`,
    () => {
      const columns =
        property === undefined
          ? ['profile', 'arraySort(groupArray(time)) AS times']
          : [
              'profile',
              `arraySort(groupArray((time, message_id, ${propertyToken(property, build.columns)}))) AS entries`,
              'entries.1 AS times',
              'entries.3 AS tokens',
            ];
      return `${selectSql(columns, `FROM events\nWHERE ${filters.join('\n  AND ')}`)}\nGROUP BY profile`;
    },
  );
  return when.scope.join(part);
}

/** An expression over the condition that an event's time lies in a window at an instant. */
export function within(
  build: Build,
  when: When,
  window: Window | undefined,
  body: (inside: string) => string,
): string {
  const { zone } = build;
  const at = atSql(when.at, zone);
  const conditions = (other: string): string =>
    ['e <= ' + at, ...windowSql('e', when.at, window, zone, other)].join(' AND ');
  if (window?.kind === 'calendar' && typeof when.at === 'string') {
    const start = windowStartSql(when.at, window.n, window.unit, zone);
    return `arrayMap(start -> ${body(`e <= ${at} AND e >= start`)}, [${start}])[1]`;
  }
  if (window?.kind !== 'after_last') return body(conditions(''));
  const others = `${entriesOf(build, when, window.events)}.times`;
  const last = `if(arrayExists(e -> e <= ${at}, ${others}), arrayLast(e -> e <= ${at}, ${others}), 9223372036854775807)`;
  return `arrayMap(other -> ${body(conditions('other'))}, [${last}])[1]`;
}

export function countPast(build: Build, when: When, events: EventPattern, window?: Window): TypedValue {
  const times = `${entriesOf(build, when, events)}.times`;
  const count = within(build, when, window, (inside) => `arrayCount(e -> ${inside}, ${times})`);
  return typed('number', `toFloat64(${count})`, true);
}

export function didPast(build: Build, when: When, events: EventPattern, window?: Window): string {
  const times = `${entriesOf(build, when, events)}.times`;
  return within(build, when, window, (inside) => `arrayExists(e -> ${inside}, ${times})`);
}

export function daysPast(build: Build, when: When, value: Extract<Value, { kind: 'days' }>): SqlValue {
  const times = `${entriesOf(build, when, value.events)}.times`;
  const days = within(
    build,
    when,
    value.window,
    (inside) => `arrayUniq(arrayMap(e -> local_day(e), arrayFilter(e -> ${inside}, ${times})))`,
  );
  return typed('number', `toFloat64(${days})`, true);
}

/** When the first or last such event was. */
export function eventTimePast(
  build: Build,
  when: When,
  value: Extract<Value, { kind: 'age_of_event' }>,
): string {
  const times = `${entriesOf(build, when, value.events)}.times`;
  const pick = value.which === 'first' ? 'arrayFirst' : 'arrayLast';
  return within(
    build,
    when,
    value.window,
    (inside) =>
      `if(arrayExists(e -> ${inside}, ${times}), toFloat64(${pick}(e -> ${inside}, ${times})), NULL)`,
  );
}

export function aggregatePast(build: Build, when: When, value: Aggregate): SqlValue {
  const { fn, property, events, window } = value;
  const part = entriesOf(build, when, events, property);
  const [times, tokens] = [`${part}.times`, `${part}.tokens`];
  if (fn === 'first' || fn === 'last') {
    const token = within(build, when, window, (inside) =>
      fn === 'last'
        ? `arrayLast((v, e) -> ${inside}, ${tokens}, ${times})`
        : `arrayMap(first -> arrayLast((v, e) -> ${inside} AND e = first, ${tokens}, ${times}), [arrayFirst(e -> ${inside}, ${times})])[1]`,
    );
    return openAt(token, property.slice(1));
  }
  const values = within(
    build,
    when,
    window,
    (inside) =>
      `arrayFlatten(arrayMap(token -> ${elementsSql(openAt('token', property.slice(1)))}, arrayFilter((v, e) -> ${inside}, ${tokens}, ${times})))`,
  );
  return aggregateOf(fn, values);
}

/** What an aggregate is of an array of tokens, which are in the order of their events. */
function aggregateOf(fn: Exclude<Aggregate['fn'], 'first' | 'last'>, values: string): SqlValue {
  const numbers = call('json_numbers', values);
  switch (fn) {
    case 'sum':
      return typed('number', totalOf(values), true);
    case 'avg':
      return typed(
        'number',
        `arrayMap(v -> round15(${totalOf('v')} / length(json_numbers(v))), [${values}])[1]`,
      );
    case 'min':
    case 'max': {
      const pick = fn === 'min' ? 'arrayMin' : 'arrayMax';
      return typed('number', `arrayMap(v -> if(empty(v), NULL, ${pick}(v)), [${numbers}])[1]`);
    }
    case 'distinct':
      return typed('number', `toFloat64(arrayUniq(${values}))`, true);
    case 'top':
      // Most frequent; of equally frequent ones the one that occurred last.
      return openAt(
        `arrayMap(v -> arrayReverseSort(x -> (countEqual(v, x), arrayLastIndex(y -> y = x, v)), arrayDistinct(v))[1], [${values}])[1]`,
        [],
      );
  }
}

/** The exact sum of the numbers among some tokens. */
function totalOf(values: string): string {
  return letting(
    values,
    (v) => `exact_sum(toInt128(arraySum(t -> micros(t), ${v})), arraySum(t -> beyond_micros(t), ${v}))`,
  );
}

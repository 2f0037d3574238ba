/** What customers did, at the instant of the query: one part of the WITH clause for each behaviour. */

import { formatValue } from '../rules/format.ts';
import type { EventPattern, Path, Value, Window } from '../rules/tree.ts';
import type { Build, When } from './build.ts';
import { eventFilters, eventSlug, eventText, propertySql, propertyToken } from './event-sql.ts';
import { selectSql } from './scope.ts';
import { elementsSql, numbersSql, openAt, totalSql, typed, type SqlValue } from './sql-value.ts';
import { atSql, windowSql } from './windows.ts';

type Aggregate = Extract<Value, { kind: 'aggregate' }>;

/** FROM and WHERE of the events of a pattern in a window, at the instant of the query. */
function eventsFrom(build: Build, events: EventPattern, window: Window | undefined): string {
  const { zone, now } = build;
  const other = window?.kind === 'after_last' ? lastTime(build, window.events) : '';
  const from = other === '' ? 'FROM events' : `FROM events INNER JOIN ${other} USING (profile)`;
  const filters = [
    ...eventFilters(events, build),
    ...windowSql('time', now, window, zone, `${other}.last_at`),
    `time <= ${atSql(now, zone)}`,
  ];
  return `${from}\nWHERE ${filters.join('\n  AND ')}`;
}

/** The part that has `last_at`, the time of each customer's most recent event of a pattern. */
export function lastTime(build: Build, events: EventPattern): string {
  return build.parts.name(
    `last time ${JSON.stringify(events)}`,
    `last_${eventSlug(events)}`,
    `the most recent ${eventText(events)}`,
    () => `SELECT profile, max(time) AS last_at\n${eventsFrom(build, events, undefined)}\nGROUP BY profile`,
  );
}

/** Joins the part of a behaviour, with one column. */
function behaviour(
  build: Build,
  when: When,
  what: { readonly value: Value; readonly events: EventPattern; readonly window?: Window },
  suffix: string,
  column: string,
): string {
  const { value, events, window } = what;
  const part = build.parts.name(
    `now ${JSON.stringify(value)}`,
    `${eventSlug(events)}_${suffix}`,
    formatValue(value, { width: Infinity }),
    () => `${selectSql(['profile', column], eventsFrom(build, events, window))}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

export function countNow(build: Build, when: When, events: EventPattern, window?: Window): SqlValue {
  const value: Value = { kind: 'count', events, ...(window === undefined ? {} : { window }) };
  const part = behaviour(build, when, { ...value, value }, 'count', 'toFloat64(count()) AS events');
  return typed('number', `${part}.events`, true);
}

export function daysNow(build: Build, when: When, value: Extract<Value, { kind: 'days' }>): SqlValue {
  const column = 'toFloat64(uniqExact(local_day(time))) AS days';
  return typed('number', `${behaviour(build, when, { ...value, value }, 'days', column)}.days`, true);
}

/** When the first or last such event was. */
export function eventTimeNow(
  build: Build,
  when: When,
  value: Extract<Value, { kind: 'age_of_event' }>,
): string {
  const fn = value.which === 'first' ? 'min' : 'max';
  const column = `toNullable(toFloat64(${fn}(time))) AS at`;
  return `${behaviour(build, when, { ...value, value }, `${value.which}_time`, column)}.at`;
}

/** All but `top`. */
export function aggregateNow(build: Build, when: When, value: Aggregate): SqlValue {
  const { fn, property } = value;
  const amounts = propertySql(property, build.columns);
  const total = totalSql(amounts);
  const number = (column: string, sure: boolean): SqlValue =>
    typed('number', `${behaviour(build, when, { ...value, value }, fn, `${column} AS value`)}.value`, sure);
  switch (fn) {
    case 'sum':
      return number(total, true);
    case 'avg':
      return number(`round15(${total} / sum(${numbersSql(amounts)}))`, false);
    case 'min':
    case 'max':
      return number(`${fn}OrNullArray(json_numbers(${elementsSql(amounts)}))`, false);
    case 'distinct':
      return number(`toFloat64(uniqExactArray(${elementsSql(amounts)}))`, true);
    case 'first':
    case 'last':
      return firstOrLast(build, when, value, property);
    case 'top':
      throw new Error('Invariant broken: “top” is computed out of arrays');
  }
}

function firstOrLast(build: Build, when: When, value: Aggregate, property: Path): SqlValue {
  const order = value.fn === 'first' ? '(-time, message_id)' : '(time, message_id)';
  const column = `argMax(${propertyToken(property, build.columns)}, ${order}) AS token`;
  const part = behaviour(build, when, { ...value, value }, `${value.fn}_value`, column);
  return openAt(`${part}.token`, property.slice(1));
}

/** Time of the last, number and sum of the purchases of an RFM model: columns `last_at`, `purchases`, `total`. */
export function purchasesNow(
  build: Build,
  when: When,
  name: string,
  model: { readonly purchase: EventPattern; readonly value: Path; readonly window?: Window },
): string {
  const part = build.parts.name(
    `rfm now ${name}`,
    `rfm_${name}`,
    `what the scores of the RFM model ${name} are taken of`,
    () =>
      `${selectSql(
        [
          'profile',
          'toNullable(toFloat64(max(time))) AS last_at',
          'toNullable(toFloat64(count())) AS purchases',
          `toNullable(${totalSql(propertySql(model.value, build.columns))}) AS total`,
        ],
        eventsFrom(build, model.purchase, model.window),
      )}\nGROUP BY profile`,
  );
  return when.scope.join(part);
}

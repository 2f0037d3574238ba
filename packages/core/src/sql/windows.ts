/** Windows in SQL: which times they hold, at an instant that is known or at one that a column holds. */

import { defined } from '../base/assert.ts';
import type { Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { durationMs } from '../rules/semantics.ts';
import type { CalendarUnit, DateLiteral, Window } from '../rules/tree.ts';
import { sqlInstant, sqlNumber } from './sql-text.ts';

/** An instant: a number where it is known, else an expression of Int64. */
export type At = Instant | string;

export function atSql(at: At, zone: Zone): string {
  return typeof at === 'number' ? sqlInstant(at, zone) : at;
}

function before(at: At, ms: number, zone: Zone): string {
  return typeof at === 'number' ? sqlInstant(at - ms, zone) : `${at} - ${sqlNumber(ms)}`;
}

function dateSql(literal: DateLiteral, zone: Zone): string {
  return sqlInstant(defined(zone.parseInstant(literal.text), `the instant of ${literal.text}`), zone);
}

/**
 * Conditions on the time `e` of something that happened by `at`: those of the window besides e ≤ at. `lastOther`: the
 * customer's most recent E2 of `after last E2`.
 */
export function windowSql(
  e: string,
  at: At,
  window: Window | undefined,
  zone: Zone,
  lastOther: string,
): readonly string[] {
  switch (window?.kind) {
    case undefined:
      return [];
    case 'last':
      return [`${e} > ${before(at, durationMs(window.duration), zone)}`];
    case 'ago':
      return [
        `${e} > ${before(at, durationMs(window.from), zone)}`,
        `${e} <= ${before(at, durationMs(window.to), zone)}`,
      ];
    case 'calendar':
      return [`${e} >= ${windowStartSql(at, window.n, window.unit, zone)}`];
    case 'since':
      return [`${e} >= ${dateSql(window.from, zone)}`];
    case 'before':
      return [`${e} < ${dateSql(window.to, zone)}`];
    case 'between':
      return [`${e} >= ${dateSql(window.from, zone)}`, `${e} < ${dateSql(window.to, zone)}`];
    case 'after_last':
      return [`${e} > ${lastOther}`];
  }
}

/** What is in the window at an instant happened after this; undefined where that may be any time. */
export function windowOpensAfter(at: Instant, window: Window | undefined, zone: Zone): Instant | undefined {
  const justBefore = (literal: DateLiteral): Instant =>
    defined(zone.parseInstant(literal.text), `the instant of ${literal.text}`) - 1;
  switch (window?.kind) {
    case 'last':
      return at - durationMs(window.duration);
    case 'ago':
      return at - durationMs(window.from);
    case 'calendar':
      return zone.windowStart(at, window.n, window.unit) - 1;
    case 'since':
    case 'between':
      return justBefore(window.from);
    case 'before':
    case 'after_last':
    case undefined:
      return undefined;
  }
}

/** Where `last n units` begins. */
export function windowStartSql(at: At, n: number, unit: CalendarUnit, zone: Zone): string {
  if (typeof at === 'number') return sqlInstant(zone.windowStart(at, n, unit), zone);
  return `start_of_day(${unitsAfter(`current_day(${at})`, 1 - n, unit)})`;
}

/** When something that happened at `e` leaves `last n units`. */
export function windowEndSql(e: string, n: number, unit: CalendarUnit): string {
  return `start_of_day(${unitsAfter(`current_day(${e})`, n, unit)})`;
}

/** The first day of the unit n units after the one that holds `day`. */
function unitsAfter(day: string, n: number, unit: CalendarUnit): string {
  const more = (amount: number): string => (amount === 0 ? '' : ` + ${sqlNumber(amount)}`);
  switch (unit) {
    case 'day':
      return `${day}${more(n)}`;
    case 'week':
      // 1970-01-01 was a Thursday, three days after a Monday.
      return `arrayMap(day -> day - positiveModulo(day + 3, 7)${more(7 * n)}, [${day}])[1]`;
    case 'month':
      return `arrayMap(day -> month_start(year_of(day) * 12 + month_of(day) - 1${more(n)}), [${day}])[1]`;
    case 'quarter':
      return `arrayMap(day -> month_start(year_of(day) * 12 + intDiv(month_of(day) - 1, 3) * 3${more(3 * n)}), [${day}])[1]`;
    case 'year':
      return `arrayMap(day -> month_start(year_of(day) * 12${more(12 * n)}), [${day}])[1]`;
  }
}

/**
 * The instants at which what happened at one of the `times` may come into the window or leave it by time alone; an
 * array.
 */
export function windowEdgesSql(times: string, window: Window | undefined): string {
  const moved = (ms: number): string => `arrayMap(e -> e + ${sqlNumber(ms)}, ${times})`;
  switch (window?.kind) {
    case 'last':
      return `arrayConcat(${times}, ${moved(durationMs(window.duration))})`;
    case 'ago':
      return `arrayConcat(${moved(durationMs(window.to))}, ${moved(durationMs(window.from))})`;
    case 'calendar':
      return `arrayConcat(${times}, arrayMap(e -> ${windowEndSql('e', window.n, window.unit)}, ${times}))`;
    case 'since':
    case 'before':
    case 'between':
    case 'after_last':
    case undefined:
      return times;
  }
}

/**
 * The workspace's clock in SQL: the spans of constant offset as an array, (from, until, offset, offset after it), out of
 * the same tables that the engine reads, so that no other table of time zones has a say.
 *
 * Where clocks change every year, what they do follows from the calendar of the year: its weekdays, and whether it is a
 * leap year. So a date beyond the array is read in a year of the same calendar within it. Whether a zone is like that is
 * looked up, not believed; in one that is not, a date too far ahead is an error of the query.
 */

import { daysFromCivil, INSTANT_MIN, isLeapYear, type Piece, type Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { sqlNumber } from './sql-text.ts';

const dayMs = 86_400_000;
/** Years that have each of the fourteen calendars, and none of the exceptions of a century. */
const [cycleFrom, cycleTo] = [2060, 2087];
/** Years after them in which the zone must do what it did in those. */
const yearsCompared = 41;
/** How far ahead of the query dates are read where the years cannot be compared. */
const aheadMs = 36_525 * dayMs;
/** Before and after everything. */
const [beginning, end] = [-9e15, 9e15];

const firstDay = (year: number): number => daysFromCivil(year, 1, 1);
/** Just after the cycle; the clocks of no zone change in the first days of a year. */
const cycleEnd = (firstDay(cycleTo + 1) + 1) * dayMs;

/** 1 to 14: the calendar of a year. */
function calendarOf(year: number): number {
  return 1 + (((firstDay(year) % 7) + 7) % 7) + (isLeapYear(year) ? 7 : 0);
}

/** The first days of the years of the cycle, by their calendar. */
const cycleYears: readonly number[] = Array.from({ length: 14 }, (_, index) => {
  for (let year = cycleFrom; year <= cycleTo; year += 1) {
    if (calendarOf(year) === index + 1) return firstDay(year);
  }
  return 0;
});

const regular = new WeakMap<Zone, boolean>();

/** Whether the clocks of the years after the cycle change as those of the cycle with the same calendar. */
function isRegular(zone: Zone): boolean {
  const known = regular.get(zone);
  if (known !== undefined) return known;
  const pieces = zone.pieces((firstDay(cycleTo + yearsCompared) + 1) * dayMs);
  const within = (from: Instant): string => {
    const inYear = pieces.filter((piece) => piece.from >= from && piece.from < from + 365 * dayMs);
    return JSON.stringify(inYear.map((piece) => [piece.from - from, piece.offset]));
  };
  let isSo = true;
  for (let year = cycleTo + 1; year < cycleTo + yearsCompared; year += 1) {
    const same = cycleYears[calendarOf(year) - 1] ?? 0;
    if (within(firstDay(year) * dayMs) !== within(same * dayMs)) isSo = false;
  }
  regular.set(zone, isSo);
  return isSo;
}

/** Items of the WITH clause; `until` is the instant of the query. */
export function clockChanges(zone: Zone, until: Instant): readonly string[] {
  const folds = foldsYears(zone, until);
  const pieces = zone.pieces(folds ? cycleEnd : until + aheadMs);
  const rows = pieces.map(({ from, until: to, offset }: Piece, index) => {
    const next = pieces[index + 1]?.offset ?? offset;
    return `(${Math.max(from, beginning)},${Math.min(to, end)},${offset},${next})`;
  });
  const last = folds ? cycleEnd : Math.min(pieces.at(-1)?.until ?? end, end);
  return [
    `-- the clocks of ${zone.name}: from, until, offset from UTC, offset after it (milliseconds)\nCAST('[${rows.join()}]' AS Array(Tuple(Int64, Int64, Int64, Int64))) AS clock_changes`,
    `toInt64(${sqlNumber(last)}) AS clock_end`,
    ...(folds
      ? [
          `-- first days of years of each calendar: weekdays, then leap years\n[${cycleYears.join(', ')}] AS clock_years`,
        ]
      : []),
  ];
}

/** What functions of the calendar come to with the zone's clocks. */
export function clockHelpers(zone: Zone, until: Instant): Readonly<Record<string, string>> {
  const offset = fixedOffset(zone);
  if (offset === undefined) return foldsYears(zone, until) ? {} : { clock_shift: tooFarAhead };
  const [more, less] = offset === 0 ? ['t', ''] : [`(t + ${offset})`, ` - ${offset}`];
  return {
    local_day: `t -> toInt64(floor(${more} / 86400000))`,
    start_of_day: `day -> day * 86400000${less}`,
    current_day: 't -> local_day(t)',
    instant_of_local: `local -> local${less}`,
  };
}

const tooFarAhead =
  "t -> throwIf(ifNull(t >= clock_end, false), 'sql/date-too-far-ahead: a date lies more than a hundred years ahead, where the changes of clocks are not known')";

/** Whether dates beyond the array are read in another year. */
function foldsYears(zone: Zone, until: Instant): boolean {
  return fixedOffset(zone) === undefined && until < firstDay(cycleFrom) * dayMs && isRegular(zone);
}

/** The offset of a zone whose clocks never change; undefined where they do. */
function fixedOffset(zone: Zone): number | undefined {
  const [only] = zone.pieces(INSTANT_MIN);
  return only?.until === Infinity ? only.offset : undefined;
}

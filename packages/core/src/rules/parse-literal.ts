/**
 * Durations and dates as text: are they valid, and how long or when.
 *
 * Both stay text in the tree (`2w` is not rewritten to milliseconds), so whoever checks a tree that came from
 * elsewhere needs the same reading as the lexer. It is exact: `1.5h` is 5,400,000 ms, `0.1ms` is nothing.
 */

import { durationMsMax } from '../base/limits.ts';
import { fail, ok, type Result } from '../base/result.ts';

/** Units from the longest to the shortest, in milliseconds. A day is 24 h. */
export const durationUnits: ReadonlyMap<string, number> = new Map([
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]);

/** What a duration looks like; `readDuration` says whether it is one. */
export const durationPattern: RegExp = /(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+/y;

/**
 * Milliseconds of a duration such as `30s`, `2w`, `1.5h` or `1h30m`, or what is wrong with it.
 * Units come from long to short, each once; the whole is a whole number of milliseconds.
 */
export function readDuration(text: string): Result<number, string> {
  const part = /(\d+)(?:\.(\d+))?(ms|[smhdw])/y;
  let total = 0n;
  let thousandths = 1n;
  let previousUnitMs = Number.POSITIVE_INFINITY;
  if (text.length === 0 || text.length > 60) {
    return fail('a duration is a number and a unit, such as 30d or 1h30m');
  }
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) {
      return fail('a duration is a number and a unit (ms, s, m, h, d, w), such as 30d or 1h30m');
    }
    const [, whole = '', fraction = '', unit = ''] = match;
    const unitMs = durationUnits.get(unit) ?? 0;
    if (unitMs >= previousUnitMs) {
      return fail('the parts of a duration go from long to short, each unit once, such as 1h30m');
    }
    previousUnitMs = unitMs;
    const scale = 10n ** BigInt(fraction.length);
    const common = scale > thousandths ? scale : thousandths;
    total = total * (common / thousandths) + BigInt(whole + fraction) * BigInt(unitMs) * (common / scale);
    thousandths = common;
  }
  if (total % thousandths !== 0n) return fail('a duration is a whole number of milliseconds');
  const ms = total / thousandths;
  if (ms > BigInt(durationMsMax)) return fail('a duration is at most 3650000d (10,000 years)');
  return ok(Number(ms));
}

export type DateReading = {
  /** Milliseconds since 1970 had the text been in UTC (or with its offset taken off, where it has one). */
  readonly ms: number;
  /** No offset: what instant it is depends on the workspace's time zone. */
  readonly local: boolean;
};

const datePattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** Reads `2026-11-01`, `2026-11-01T10:00`, `…T10:00:00.5Z` or `…+05:30`, or says what is wrong. */
export function readDate(text: string): Result<DateReading, string> {
  const match = datePattern.exec(text);
  if (match === null) {
    return fail('a date is written 2026-11-01, 2026-11-01T10:00:00Z or 2026-11-01T10:00:00+05:30');
  }
  const [
    ,
    yearText,
    monthText,
    dayText,
    hourText = '0',
    minuteText = '0',
    secondText = '0',
    fraction = '',
    zone,
  ] = match;
  const [year, month, day] = [Number(yearText), Number(monthText), Number(dayText)];
  const [hour, minute, second] = [Number(hourText), Number(minuteText), Number(secondText)];
  if (year < 1) return fail('there is no year 0; years are 0001 to 9999');
  if (month < 1 || month > 12) return fail(`there is no month ${String(monthText)}; months are 01 to 12`);
  const days = daysInMonth(year, month);
  if (day < 1 || day > days) return fail(`${text.slice(0, 7)} has the days 01 to ${days}`);
  if (hour > 23) return fail(`there is no hour ${hourText}; hours are 00 to 23`);
  if (minute > 59) return fail(`there is no minute ${minuteText}; minutes are 00 to 59`);
  if (second > 59) return fail(`there is no second ${secondText}; seconds are 00 to 59`);
  const milliseconds = Number(fraction.padEnd(3, '0').slice(0, 3));
  const offset = zone === undefined || zone === 'Z' ? 0 : offsetMinutes(zone);
  if (offset === undefined) return fail(`there is no offset ${String(zone)}; offsets are -23:59 to +23:59`);
  const minutes = (daysFromCivil(year, month, day) * 24 + hour) * 60 + minute - offset;
  return ok({ ms: (minutes * 60 + second) * 1000 + milliseconds, local: zone === undefined });
}

function offsetMinutes(zone: string): number | undefined {
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 of a date of the proleptic Gregorian calendar (years counted from March). */
function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

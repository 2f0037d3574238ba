/**
 * All calendar and time-zone arithmetic: a workspace's clock on the wall.
 *
 * Idea. A zone is a row of pieces of constant offset between clock changes. `temporal-polyfill` knows where the
 * changes are; once a piece has been looked up, a local date is one addition and one division. Every answer that is
 * the same for a whole span (a day, a calendar window) is remembered with the span, because callers ask with times
 * that move forward slowly.
 *
 * Rules of the calendar:
 * - A local date begins at the first instant that bears it or a later date. So a midnight that a clock change skips is
 *   the first instant after it, a midnight that happens twice is the earlier one, and a date that a zone skipped whole
 *   (Apia, 30 December 2011) begins where the next one does.
 * - A date that has begun stays begun: where a clock is set back over midnight, calendar windows do not move back.
 *   `dayNumber` is what the wall calendar shows, and does.
 * - A local time that a clock change skips is read with the offset before it; one that happens twice is the earlier.
 * - Weeks begin on Monday. Years run from 1 to 9999: what lies beyond is clamped, or undefined, and nothing throws.
 */

import { Temporal } from 'temporal-polyfill';
import type { Instant } from '../model/message.ts';
import type { CalendarUnit } from '../rules/tree.ts';
import { fail, ok, type Result } from './result.ts';

const DAY_MS = 86_400_000;

/** 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z. */
export const INSTANT_MIN: Instant = -62_135_596_800_000;
export const INSTANT_MAX: Instant = 253_402_300_799_999;

/** A span of constant offset: `local = utc + offset` for from ≤ utc < until. */
export type Piece = { readonly from: Instant; readonly until: Instant; readonly offset: number };

/** A calendar window's start, the same for from ≤ t < until. */
type WindowSpan = { from: Instant; until: Instant; start: Instant };

/** Days from 1970-01-01 to a date of the Gregorian calendar; month from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function clampInstant(t: number): Instant {
  if (t >= INSTANT_MIN && t <= INSTANT_MAX) return t;
  return t > INSTANT_MAX ? INSTANT_MAX : INSTANT_MIN;
}

const DAY_MIN = daysFromCivil(1, 1, 1);
const DAY_MAX = daysFromCivil(9999, 12, 31);
const EPOCH_DATE = new Temporal.PlainDate(1970, 1, 1);

function dateOfDay(day: number): Temporal.PlainDate {
  return EPOCH_DATE.add({ days: Math.min(Math.max(day, DAY_MIN), DAY_MAX) });
}

/** The first day of the calendar unit that holds `day`. */
function unitFirstDay(day: number, unit: CalendarUnit): number {
  if (unit === 'day') return day;
  // 1970-01-01 was a Thursday, three days after a Monday.
  if (unit === 'week') return day - ((((day + 3) % 7) + 7) % 7);
  const date = dateOfDay(day);
  if (unit === 'month') return daysFromCivil(date.year, date.month, 1);
  if (unit === 'quarter') return daysFromCivil(date.year, date.month - ((date.month - 1) % 3), 1);
  return daysFromCivil(date.year, 1, 1);
}

/** The first day of the unit `n` units after the one that begins on `first` (before it, where n < 0). */
function addUnits(first: number, n: number, unit: CalendarUnit): number {
  if (unit === 'day') return first + n;
  if (unit === 'week') return first + 7 * n;
  const months = n * (unit === 'month' ? 1 : unit === 'quarter' ? 3 : 12);
  const date = dateOfDay(first);
  const index = date.year * 12 + (date.month - 1) + months;
  const year = Math.floor(index / 12);
  return daysFromCivil(year, index - year * 12 + 1, 1);
}

/** Two digits at `at`, or NaN. */
function twoDigits(text: string, at: number): number {
  const high = text.charCodeAt(at) - 48;
  const low = text.charCodeAt(at + 1) - 48;
  return high >= 0 && high <= 9 && low >= 0 && low <= 9 ? high * 10 + low : NaN;
}

/** `2026-02-28` at the start of the text as a day number; undefined when it is no date. */
function readDate(text: string): number | undefined {
  if (text.length < 10 || text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) {
    return undefined;
  }
  return daysFromCivil(year, month, day);
}

/** `T10:00`, `T10:00:00`, `T10:00:00.123456789`, then nothing, `Z`, `+05`, `+05:30` or `+0530`. A space may stand for T. */
const timePattern = /^[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:([Zz])|([+-])(\d\d)(?::?(\d\d))?)?$/;

type LocalTime = { readonly ms: number; /** undefined: local */ readonly offsetMs: number | undefined };

function readTime(text: string): LocalTime | undefined {
  const match = timePattern.exec(text);
  if (match === null) return undefined;
  const [, hour, minute, second = '0', fraction = '', utc, sign, offsetHour, offsetMinute = '0'] = match;
  const ms = clockMs(Number(hour), Number(minute), Number(second));
  if (ms === undefined) return undefined;
  const withFraction = ms + Number(fraction.slice(0, 3).padEnd(3, '0'));
  if (utc !== undefined) return { ms: withFraction, offsetMs: 0 };
  if (sign === undefined) return { ms: withFraction, offsetMs: undefined };
  const offset = clockMs(Number(offsetHour), Number(offsetMinute), 0);
  if (offset === undefined) return undefined;
  return { ms: withFraction, offsetMs: sign === '-' ? -offset : offset };
}

function clockMs(hour: number, minute: number, second: number): number | undefined {
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  return hour * 3_600_000 + minute * 60_000 + second * 1000;
}

/** Milliseconds after midnight of `T10:00:00Z` or `T10:00:00.123Z`, the forms that machines write; else undefined. */
function readUsualUtcTime(text: string): number | undefined {
  const length = text.length;
  if ((length !== 20 && length !== 24) || text.charCodeAt(length - 1) !== 90 || text.charCodeAt(10) !== 84) {
    return undefined;
  }
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined;
  const ms = clockMs(twoDigits(text, 11), twoDigits(text, 14), twoDigits(text, 17));
  if (ms === undefined || length === 20) return ms;
  const fraction = twoDigits(text, 20) * 10 + (text.charCodeAt(22) - 48);
  if (
    text.charCodeAt(19) !== 46 ||
    !(fraction >= 0) ||
    text.charCodeAt(22) < 48 ||
    text.charCodeAt(22) > 57
  ) {
    return undefined;
  }
  return ms + fraction;
}

export class Zone {
  readonly name: string;
  /** In order, without overlap; gaps are what nobody has asked about. */
  readonly #pieces: Piece[] = [];
  #piece: Piece;
  // The date last asked for, and the span that bears it within one piece.
  #dayFrom: Instant = 0;
  #dayUntil: Instant = 0;
  #day = 0;
  readonly #starts = new Map<number, Instant>();
  readonly #windows = new Map<number, WindowSpan>();
  readonly #nexts = new Map<CalendarUnit, WindowSpan>();

  /** Throws RangeError for a name that is no IANA time zone; `Zone.open` gives a Result instead. */
  constructor(timeZone: string) {
    this.name = timeZone;
    this.#piece = this.#lookUp(0);
  }

  static open(timeZone: string): Result<Zone, string> {
    try {
      return ok(new Zone(timeZone));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return fail(
        `“${timeZone}” is not a time zone. Expected an IANA name such as Europe/Berlin, Asia/Kolkata or UTC.`,
      );
    }
  }

  /** The local calendar date at `t`, as days since 1970-01-01. */
  dayNumber(t: Instant): number {
    if (t >= this.#dayFrom && t < this.#dayUntil) return this.#day;
    const at = clampInstant(t);
    const piece = this.#pieceAt(at);
    const day = Math.floor((at + piece.offset) / DAY_MS);
    const start = day * DAY_MS - piece.offset;
    this.#day = day;
    this.#dayFrom = Math.max(start, piece.from);
    this.#dayUntil = Math.min(start + DAY_MS, piece.until);
    return day;
  }

  /** The first instant of the local date that is current at `t`. */
  startOfDay(t: Instant): Instant {
    return this.windowStart(t, 1, 'day');
  }

  /** The first instant of the next local date; > t. */
  nextDay(t: Instant): Instant {
    return this.nextUnit(t, 'day');
  }

  /**
   * Where `last n units` begins at `t`: the start of the current unit and the n − 1 before it. It never moves back
   * as t moves on; it moves at `nextUnit(t, unit)`.
   */
  windowStart(t: Instant, n: number, unit: CalendarUnit): Instant {
    const key = n * 5 + unitIndex(unit);
    let span = this.#windows.get(key);
    if (span === undefined) {
      span = { from: 0, until: 0, start: 0 };
      this.#windows.set(key, span);
    }
    if (t >= span.from && t < span.until) return span.start;
    const first = unitFirstDay(this.#currentDay(t), unit);
    span.from = this.startOfDayNumber(first);
    span.until = this.startOfDayNumber(addUnits(first, 1, unit));
    span.start = n === 1 ? span.from : this.startOfDayNumber(addUnits(first, 1 - n, unit));
    return span.start;
  }

  /** The next instant > t at which `windowStart(t, n, unit)` moves; Infinity once the calendar has ended. */
  nextUnit(t: Instant, unit: CalendarUnit): Instant {
    const known = this.#nexts.get(unit);
    if (known !== undefined && t >= known.from && t < known.until) return known.until;
    const first = unitFirstDay(this.#currentDay(t), unit);
    const from = this.startOfDayNumber(first);
    const until = this.startOfDayNumber(addUnits(first, 1, unit));
    if (until <= t) return Infinity;
    this.#nexts.set(unit, { from, until, start: from });
    return until;
  }

  /**
   * The instant so many calendar days before `t`, at the same time of day: from the beginning of a day that of another, also where
   * clocks were changed between them. A time of day that was skipped then is read with the offset before.
   */
  daysBefore(t: Instant, n: number): Instant {
    const at = clampInstant(t);
    const day = this.#currentDay(at);
    if (this.startOfDayNumber(day) === at) return this.startOfDayNumber(day - n);
    return clampInstant(this.#instantOfLocal(at + this.#pieceAt(at).offset - n * DAY_MS));
  }

  /** When an event at `t` leaves `last n units`: the start of the unit n units later; Infinity beyond the calendar. */
  windowEnd(t: Instant, n: number, unit: CalendarUnit): Instant {
    const day = addUnits(unitFirstDay(this.#currentDay(t), unit), n, unit);
    return day > DAY_MAX ? Infinity : this.startOfDayNumber(day);
  }

  /** The first instant of a local date given as days since 1970-01-01. */
  startOfDayNumber(day: number): Instant {
    if (!(day >= DAY_MIN)) return INSTANT_MIN;
    // One day more than the calendar has, so that the last one ends.
    if (day > DAY_MAX + 1) return this.startOfDayNumber(DAY_MAX + 1);
    const known = this.#starts.get(day);
    if (known !== undefined) return known;
    const local = day * DAY_MS;
    // No offset is a whole day, so before this instant no clock shows the date yet.
    let piece = this.#pieceAt(local - DAY_MS);
    while (Math.max(piece.from, local - piece.offset) >= piece.until) piece = this.#pieceAt(piece.until);
    const start = Math.max(piece.from, local - piece.offset);
    if (this.#starts.size >= startsKeptMax) this.#starts.clear();
    this.#starts.set(day, start);
    return start;
  }

  /**
   * ISO 8601: `2026-11-01` (its first instant here), `2026-11-01T10:00:00.123` (local), or with `Z` or an offset.
   * Strict: anything else, or a date that the calendar does not have, is undefined. Digits beyond the millisecond are cut.
   */
  parseInstant(text: string): Instant | undefined {
    const day = readDate(text);
    if (day === undefined) return undefined;
    const usual = readUsualUtcTime(text);
    if (usual !== undefined) return day * DAY_MS + usual;
    if (text.length === 10) return this.startOfDayNumber(day);
    const time = readTime(text.slice(10));
    if (time === undefined) return undefined;
    const local = day * DAY_MS + time.ms;
    const instant = time.offsetMs === undefined ? this.#instantOfLocal(local) : local - time.offsetMs;
    return instant >= INSTANT_MIN && instant <= INSTANT_MAX ? instant : undefined;
  }

  /**
   * Calendar days from the date at `t` to the next anniversary of the date at `date`: 0 on the day itself.
   * 29 February's anniversary in other years is 28 February.
   */
  anniversaryDays(date: Instant, t: Instant): number {
    const at = clampInstant(date);
    const { month, day } = dateOfDay(Math.floor((at + this.#pieceAt(at).offset) / DAY_MS));
    const today = this.#currentDay(t);
    const { year } = dateOfDay(today);
    const inYear = (y: number): number => daysFromCivil(y, month, Math.min(day, daysInMonth(y, month)));
    const thisYear = inYear(year);
    return thisYear >= today ? thisYear - today : inYear(year + 1) - today;
  }

  /** `2026-11-28T14:02:11.000+05:30`, for people and files. */
  format(t: Instant): string {
    const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(clampInstant(t))).toZonedDateTimeISO(
      this.name,
    );
    return zoned.toString({ timeZoneName: 'never', smallestUnit: 'millisecond' });
  }

  /** The offset from UTC at `t`, in milliseconds: local = utc + offset. */
  offsetAt(t: Instant): number {
    return this.#pieceAt(clampInstant(t)).offset;
  }

  /** The date that has begun by `t`: the wall calendar's, or the one after where a clock was set back over midnight. */
  #currentDay(t: Instant): number {
    const at = clampInstant(t);
    const day = Math.min(Math.max(this.dayNumber(at), DAY_MIN), DAY_MAX);
    return day < DAY_MAX && this.startOfDayNumber(day + 1) <= at ? day + 1 : day;
  }

  #instantOfLocal(local: number): Instant {
    let piece = this.#pieceAt(local - DAY_MS);
    for (;;) {
      const instant = local - piece.offset;
      if (instant < piece.until) return instant;
      const next = this.#pieceAt(piece.until);
      // Skipped by the change between the two: read with the offset before.
      if (local - next.offset < next.from) return instant;
      piece = next;
    }
  }

  /** The spans of constant offset from the beginning of time to the one that holds `until`, in order. */
  pieces(until: Instant): readonly Piece[] {
    const pieces: Piece[] = [];
    for (let t = INSTANT_MIN; t <= until;) {
      const piece = this.#pieceAt(t);
      pieces.push(piece);
      t = piece.until;
    }
    return pieces;
  }

  #pieceAt(t: number): Piece {
    const last = this.#piece;
    if (t >= last.from && t < last.until) return last;
    this.#piece = this.#find(t) ?? this.#lookUp(t);
    return this.#piece;
  }

  #find(t: number): Piece | undefined {
    const index = this.#indexAfter(t) - 1;
    const piece = this.#pieces[index];
    return piece !== undefined && t < piece.until ? piece : undefined;
  }

  /** How many known pieces begin at or before t. */
  #indexAfter(t: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.#pieces[middle];
      if (piece !== undefined && piece.from <= t) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #lookUp(t: number): Piece {
    const zoned = Temporal.Instant.fromEpochMilliseconds(Math.floor(t)).toZonedDateTimeISO(this.name);
    const next = zoned.getTimeZoneTransition('next');
    // `previous` is strictly before, and t may be the very instant of a change.
    const previous = zoned.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
    const piece: Piece = {
      from: previous === null ? -Infinity : previous.epochMilliseconds,
      until: next === null ? Infinity : next.epochMilliseconds,
      offset: zoned.offsetNanoseconds / 1e6,
    };
    this.#pieces.splice(this.#indexAfter(piece.from), 0, piece);
    return piece;
  }
}

/** Starts of days that are remembered, per zone; about three hundred years. */
const startsKeptMax = 100_000;

function unitIndex(unit: CalendarUnit): number {
  switch (unit) {
    case 'day':
      return 0;
    case 'week':
      return 1;
    case 'month':
      return 2;
    case 'quarter':
      return 3;
    case 'year':
      return 4;
  }
}

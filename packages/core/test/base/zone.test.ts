import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { daysFromCivil, daysInMonth, INSTANT_MAX, INSTANT_MIN, Zone } from '../../src/base/zone.ts';
import type { CalendarUnit } from '../../src/rules/tree.ts';

const utc = new Zone('UTC');
const iso = (t: number | undefined): string | undefined =>
  t === undefined
    ? undefined
    : Number.isFinite(t)
      ? new Date(t).toISOString().replace('.000Z', 'Z')
      : String(t);
const at = (text: string): number => Date.parse(text);
const day = 86_400_000;

const zones = [
  'UTC',
  'America/New_York',
  'Asia/Kolkata',
  'Pacific/Apia',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Havana',
  'Europe/London',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
];

describe('a time zone', () => {
  test.each(['Mars/Base', '', 'europe berlin', '+99:00'])('“%s” is none', (name) => {
    const opened = Zone.open(name);
    expect(opened.ok).toBe(false);
    expect(opened.ok ? '' : opened.error).toContain('Expected an IANA name');
    expect(() => new Zone(name)).toThrow(RangeError);
  });

  test('its dates are those of the wall calendar, around every kind of clock change', () => {
    const instant = fc.oneof(
      fc.integer({ min: at('1900-01-01'), max: at('2100-01-01') }),
      fc
        .constantFrom(
          ...['2011-12-30T10:00Z', '2018-11-04T03:00Z', '2026-04-23T22:00Z', '2006-10-29T02:31Z'].map(at),
        )
        .chain((t) => fc.integer({ min: t - 2 * day, max: t + 2 * day })),
    );
    const opened = new Map(zones.map((name) => [name, new Zone(name)]));
    fc.assert(
      fc.property(fc.constantFrom(...opened.values()), instant, (zone, t) => {
        const local = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(zone.name);
        expect(zone.dayNumber(t)).toBe(daysFromCivil(local.year, local.month, local.day));
        expect(zone.offsetAt(t)).toBe(local.offsetNanoseconds / 1e6);
        const text = local.toPlainDateTime().toString();
        expect(zone.parseInstant(text)).toBe(
          Temporal.PlainDateTime.from(text).toZonedDateTime(zone.name).epochMilliseconds,
        );
      }),
      { numRuns: 2000 },
    );
  });

  type DayCase = [zone: string, t: string, start: string, next: string];
  const days: readonly DayCase[] = [
    ['UTC', '2026-03-08T12:00Z', '2026-03-08T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['UTC', '2026-03-08T00:00Z', '2026-03-08T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['America/New_York', '2026-03-08T12:00Z', '2026-03-08T05:00:00Z', '2026-03-09T04:00:00Z'],
    ['America/New_York', '2026-11-01T12:00Z', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
    ['Asia/Kolkata', '2026-03-08T18:29Z', '2026-03-07T18:30:00Z', '2026-03-08T18:30:00Z'],
    // 30 December 2011 never came to Apia.
    ['Pacific/Apia', '2011-12-30T09:59Z', '2011-12-29T10:00:00Z', '2011-12-30T10:00:00Z'],
    ['Pacific/Apia', '2011-12-30T10:00Z', '2011-12-30T10:00:00Z', '2011-12-31T10:00:00Z'],
    // Midnight was skipped: the day begins at one o'clock.
    ['America/Sao_Paulo', '2018-11-04T12:00Z', '2018-11-04T03:00:00Z', '2018-11-05T02:00:00Z'],
    ['America/Sao_Paulo', '2018-11-03T12:00Z', '2018-11-03T03:00:00Z', '2018-11-04T03:00:00Z'],
    ['Africa/Cairo', '2026-04-24T12:00Z', '2026-04-23T22:00:00Z', '2026-04-24T21:00:00Z'],
    // At midnight the clock went back to 23:00 of the same day, which had 25 hours.
    ['America/Sao_Paulo', '2018-02-18T02:30Z', '2018-02-17T02:00:00Z', '2018-02-18T03:00:00Z'],
    // Midnight came twice: the earlier one begins the day.
    ['America/Havana', '2026-11-01T12:00Z', '2026-11-01T04:00:00Z', '2026-11-02T05:00:00Z'],
    // One minute past midnight the clock went back to 23:01: the day had begun, and stays begun.
    ['America/St_Johns', '2006-10-29T02:30:30Z', '2006-10-29T02:30:00Z', '2006-10-30T03:30:00Z'],
    ['America/St_Johns', '2006-10-29T03:00:00Z', '2006-10-29T02:30:00Z', '2006-10-30T03:30:00Z'],
  ];
  test.each(days)('%s at %s: the day began at %s, the next begins at %s', (name, t, start, next) => {
    const zone = new Zone(name);
    expect(iso(zone.startOfDay(at(t)))).toBe(start);
    expect(iso(zone.nextDay(at(t)))).toBe(next);
  });

  type WindowCase = [zone: string, t: string, n: number, unit: CalendarUnit, start: string, next: string];
  const windows: readonly WindowCase[] = [
    ['UTC', '2026-03-10T12:00Z', 30, 'day', '2026-02-09T00:00:00Z', '2026-03-11T00:00:00Z'],
    ['America/Toronto', '2026-03-30T20:00Z', 30, 'day', '2026-03-01T05:00:00Z', '2026-03-31T04:00:00Z'],
    ['UTC', '2026-03-10T12:00Z', 1, 'week', '2026-03-09T00:00:00Z', '2026-03-16T00:00:00Z'],
    ['UTC', '2026-03-09T00:00Z', 1, 'week', '2026-03-09T00:00:00Z', '2026-03-16T00:00:00Z'],
    ['UTC', '2026-03-08T23:59:59.999Z', 2, 'week', '2026-02-23T00:00:00Z', '2026-03-09T00:00:00Z'],
    ['UTC', '1969-12-31T00:00Z', 1, 'week', '1969-12-29T00:00:00Z', '1970-01-05T00:00:00Z'],
    ['UTC', '2024-02-29T00:00Z', 13, 'month', '2023-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['Europe/London', '2026-04-15T00:00Z', 2, 'month', '2026-03-01T00:00:00Z', '2026-04-30T23:00:00Z'],
    ['UTC', '2026-01-01T00:00Z', 1, 'quarter', '2026-01-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['UTC', '2026-03-31T23:59Z', 5, 'quarter', '2025-01-01T00:00:00Z', '2026-04-01T00:00:00Z'],
    ['UTC', '2026-03-31T23:59Z', 3, 'year', '2024-01-01T00:00:00Z', '2027-01-01T00:00:00Z'],
  ];
  test.each(windows)('%s at %s: last %i %s begins at %s, until %s', (name, t, n, unit, start, next) => {
    const zone = new Zone(name);
    expect(iso(zone.windowStart(at(t), n, unit))).toBe(start);
    expect(iso(zone.nextUnit(at(t), unit))).toBe(next);
  });

  test('a window moves only at the next unit, never back, and lets an event go at its end', () => {
    const units = fc.constantFrom<CalendarUnit>('day', 'week', 'month', 'quarter', 'year');
    const instant = fc.oneof(
      fc.integer({ min: at('1990-01-01'), max: at('2040-01-01') }),
      fc
        .constantFrom(
          ...['2011-12-30T10:00Z', '2018-11-04T03:00Z', '2026-04-23T22:00Z', '2006-10-29T02:31Z'].map(at),
        )
        .chain((t) => fc.integer({ min: t - 2 * day, max: t + 2 * day })),
    );
    const opened = zones.map((name) => new Zone(name));
    fc.assert(
      fc.property(
        fc.constantFrom(...opened),
        instant,
        units,
        fc.integer({ min: 1, max: 40 }),
        (zone, t, unit, n) => {
          const start = zone.windowStart(t, n, unit);
          const next = zone.nextUnit(t, unit);
          expect(start).toBeLessThanOrEqual(t);
          expect(next).toBeGreaterThan(t);
          expect(zone.windowStart(next - 1, n, unit)).toBe(start);
          expect(zone.windowStart(next, n + 1, unit)).toBeGreaterThanOrEqual(
            zone.windowStart(t, n + 1, unit),
          );
          const end = zone.windowEnd(t, n, unit);
          expect(zone.windowStart(end - 1, n, unit)).toBeLessThanOrEqual(t);
          expect(zone.windowStart(end, n, unit)).toBeGreaterThan(t);
          // As if nobody had asked before.
          expect(new Zone(zone.name).windowStart(t, n, unit)).toBe(start);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe('an instant some days before', () => {
  const opened = new Map(zones.map((name) => [name, new Zone(name)]));
  const instant = fc.integer({ min: at('1950-01-01'), max: at('2090-01-01') });

  test('is at the same time of day, as the wall calendar has it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...opened.values()), instant, fc.nat(800), (zone, t, n) => {
        fc.pre(zone.startOfDay(t) !== t);
        const local = Temporal.Instant.fromEpochMilliseconds(t).toZonedDateTimeISO(zone.name);
        const then = local.toPlainDateTime().subtract({ days: n }).toZonedDateTime(zone.name);
        expect(zone.daysBefore(t, n)).toBe(n === 0 ? zone.daysBefore(t, 0) : then.epochMilliseconds);
      }),
      { numRuns: 1500 },
    );
  });

  test('is the beginning of a day where the day begins', () => {
    fc.assert(
      fc.property(fc.constantFrom(...opened.values()), instant, fc.nat(800), (zone, t, n) => {
        const begin = zone.startOfDay(t);
        const before = zone.daysBefore(begin, n);
        expect(zone.startOfDay(before)).toBe(before);
        expect(zone.daysBefore(zone.nextDay(before), 1)).toBe(before);
      }),
      { numRuns: 1500 },
    );
  });

  test.each([
    ['Europe/Berlin', '2026-04-15T22:00Z', 90, '2026-01-15T23:00Z'],
    ['Europe/Berlin', '2026-11-15T12:30Z', 30, '2026-10-16T11:30Z'],
    // There was no midnight on 4 November, nor 30 December 2011.
    ['America/Sao_Paulo', '2018-11-14T02:00Z', 10, '2018-11-04T03:00Z'],
    ['America/Sao_Paulo', '2018-11-04T03:00Z', 10, '2018-10-25T03:00Z'],
    ['UTC', '2026-11-15T12:30Z', 0, '2026-11-15T12:30Z'],
  ])('%s: %s, %i days before: %s', (name, t, n, expected) => {
    expect(iso(new Zone(name).daysBefore(at(t), n))).toBe(iso(at(expected)));
  });
});

describe('the ends of the calendar', () => {
  test.each(zones)('%s survives them', (name) => {
    const zone = new Zone(name);
    for (const t of [
      -Infinity,
      -1e20,
      INSTANT_MIN - 1,
      INSTANT_MIN,
      INSTANT_MAX,
      INSTANT_MAX + 1,
      1e20,
      Infinity,
    ]) {
      for (const unit of ['day', 'week', 'month', 'quarter', 'year'] as const) {
        expect(zone.windowStart(t, 100_000, unit)).toBeGreaterThanOrEqual(INSTANT_MIN);
        expect(zone.nextUnit(t, unit)).toBeGreaterThan(Math.min(t, INSTANT_MAX));
        expect(zone.windowEnd(t, 100_000, unit)).toBeGreaterThan(INSTANT_MIN);
      }
      expect(Number.isInteger(zone.dayNumber(t))).toBe(true);
      expect(zone.anniversaryDays(t, t)).toBe(0);
      expect(zone.daysBefore(t, 100_000)).toBeGreaterThanOrEqual(INSTANT_MIN);
      expect(zone.format(t)).not.toBe('');
    }
    expect(zone.nextUnit(Infinity, 'day')).toBe(Infinity);
  });

  test('days are counted in the proleptic Gregorian calendar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
        const first = new Temporal.PlainDate(year, month, 1);
        const since = new Temporal.PlainDate(1970, 1, 1).until(first).days;
        expect(daysFromCivil(year, month, 1)).toBe(since);
        expect(daysInMonth(year, month)).toBe(first.daysInMonth);
      }),
    );
  });
});

describe('reading an instant', () => {
  type Case = [text: string, expected: string | undefined, zone?: string];
  const cases: readonly Case[] = [
    ['2026-11-01', '2026-11-01T00:00:00Z'],
    ['2026-11-01', '2026-10-31T18:30:00Z', 'Asia/Kolkata'],
    ['2018-11-04', '2018-11-04T03:00:00Z', 'America/Sao_Paulo'],
    ['2011-12-30', '2011-12-30T10:00:00Z', 'Pacific/Apia'],
    ['2026-04-24', '2026-04-23T22:00:00Z', 'Africa/Cairo'],
    ['2026-11-01T10:00:00Z', '2026-11-01T10:00:00Z'],
    ['2026-11-01T10:00:00.123Z', '2026-11-01T10:00:00.123Z'],
    ['2026-11-01T10:00:00.1239Z', '2026-11-01T10:00:00.123Z'],
    ['2026-11-01T10:00:00.5Z', '2026-11-01T10:00:00.500Z'],
    ['2026-11-01T10:00Z', '2026-11-01T10:00:00Z'],
    ['2026-11-01T10:00', '2026-11-01T04:30:00Z', 'Asia/Kolkata'],
    ['2026-11-01 10:00:00', '2026-11-01T04:30:00Z', 'Asia/Kolkata'],
    ['2026-11-01T10:00:00+05:30', '2026-11-01T04:30:00Z'],
    ['2026-11-01T10:00:00-0530', '2026-11-01T15:30:00Z'],
    ['2026-11-01T10:00:00+05', '2026-11-01T05:00:00Z'],
    ['2026-03-08T02:30', '2026-03-08T07:30:00Z', 'America/New_York'],
    ['2026-11-01T01:30', '2026-11-01T05:30:00Z', 'America/New_York'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['0001-01-01', '0001-01-01T00:00:00Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59.999-01:00', undefined],
    ['0000-12-31', undefined],
    ['2026-02-29', undefined],
    ['2026-02-30T10:00:00Z', undefined],
    ['2026-13-01', undefined],
    ['2026-00-01', undefined],
    ['2026-01-00', undefined],
    ['2026-11-01T24:00:00Z', undefined],
    ['2026-11-01T10:60:00Z', undefined],
    ['2026-11-01T10:00:60Z', undefined],
    ['2026-11-01T10:00:00+25:00', undefined],
    ['2026-11-01T10', undefined],
    ['2026-11-01T', undefined],
    ['2026-11-01Z', undefined],
    ['2026-11-1', undefined],
    ['26-11-01', undefined],
    ['+002026-11-01', undefined],
    [' 2026-11-01', undefined],
    ['2026-11-01 ', undefined],
    ['2026-11-01T10:00:00.Z', undefined],
    ['2026-11-01T10:00:00.12xZ', undefined],
    ['2026-11-01T1a:00:00Z', undefined],
    ['2026-11-01X10:00:00Z', undefined],
    ['20261101', undefined],
    ['1772323200', undefined],
    ['November 1, 2026', undefined],
    ['', undefined],
  ];
  test.each(cases)('“%s” is %s %s', (text, expected, name) => {
    const zone = name === undefined ? utc : new Zone(name);
    expect(iso(zone.parseInstant(text))).toBe(expected);
  });

  test('any text is an instant or none', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]{0,15}$/)),
        (text) => {
          const t = utc.parseInstant(text);
          expect(t === undefined || (t >= INSTANT_MIN && t <= INSTANT_MAX)).toBe(true);
        },
      ),
    );
  });

  test('what it formats it reads', () => {
    const zone = new Zone('Asia/Kolkata');
    fc.assert(
      fc.property(fc.integer({ min: at('0002-01-01'), max: at('9998-12-31') }), (t) => {
        expect(Math.abs((zone.parseInstant(zone.format(t)) ?? 0) - t)).toBeLessThan(60_000);
      }),
    );
    expect(zone.format(at('2026-11-28T08:32:11Z'))).toBe('2026-11-28T14:02:11.000+05:30');
  });
});

describe('anniversaries', () => {
  test.each([
    ['1990-05-17', '2026-05-17T23:59Z', 0],
    ['1990-05-17', '2026-05-16T00:00Z', 1],
    ['1990-05-17', '2026-05-18T00:00Z', 364],
    ['1992-02-29', '2026-02-28T12:00Z', 0],
    ['1992-02-29', '2026-03-01T12:00Z', 364],
    ['1992-02-29', '2027-03-01T12:00Z', 365],
    ['1992-02-29', '2028-02-28T12:00Z', 1],
    ['1992-02-29', '2028-02-29T12:00Z', 0],
    ['2030-12-31', '2026-12-30T12:00Z', 1],
    ['1990-01-01', '2026-12-31T12:00Z', 1],
  ])('of %s at %s: in %i days', (date, t, days) => {
    expect(utc.anniversaryDays(at(date), at(t))).toBe(days);
  });

  test('both dates are those of the workspace', () => {
    const zone = new Zone('Asia/Kolkata');
    expect(zone.anniversaryDays(at('1990-05-16T18:30Z'), at('2026-05-16T18:30Z'))).toBe(0);
    expect(zone.anniversaryDays(at('1990-05-16T18:30Z'), at('2026-05-16T18:29Z'))).toBe(1);
  });
});

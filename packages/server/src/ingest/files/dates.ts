/**
 * Dates as files write them. The form is told from the first rows or said by the mapping, and then holds for every
 * row: a date in another form is rejected, not guessed. `03/04/2024` alone does not say whether it is March or April; a
 * column where no value decides is an error that asks.
 */

import { daysInMonth, type Zone } from '@segue/core/base/zone.ts';
import type { Instant } from '@segue/core/model/message.ts';

export const DATE_FORMS = [
  'iso',
  'yyyymmdd',
  'yyyy/mm/dd',
  'dd/mm/yyyy',
  'mm/dd/yyyy',
  'dd.mm.yyyy',
  'dd-mm-yyyy',
  'unix_seconds',
  'unix_ms',
] as const;
export type DateForm = (typeof DATE_FORMS)[number];

const TIME = String.raw`(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?)?`;
const END = String.raw`\s*(Z|[+-]\d{2}:?\d{2})?$`;
const pattern = (date: string): RegExp => new RegExp(`^${date}${TIME}${END}`);

const SLASHES = pattern(String.raw`(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})`);
type Shape = { readonly regex: RegExp; readonly order: 'ymd' | 'dmy' | 'mdy' };
const SHAPES: Readonly<Record<Exclude<DateForm, 'unix_seconds' | 'unix_ms'>, Shape>> = {
  iso: { regex: pattern(String.raw`(\d{4})-(\d{2})-(\d{2})`), order: 'ymd' },
  yyyymmdd: { regex: pattern(String.raw`(\d{4})(\d{2})(\d{2})`), order: 'ymd' },
  'yyyy/mm/dd': { regex: pattern(String.raw`(\d{4})/(\d{1,2})/(\d{1,2})`), order: 'ymd' },
  'dd/mm/yyyy': { regex: SLASHES, order: 'dmy' },
  'mm/dd/yyyy': { regex: SLASHES, order: 'mdy' },
  'dd.mm.yyyy': { regex: pattern(String.raw`(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})`), order: 'dmy' },
  'dd-mm-yyyy': { regex: pattern(String.raw`(\d{1,2})-(\d{1,2})-(\d{4}|\d{2})`), order: 'dmy' },
};

/** Text in this form to an instant; local times in the given zone. Undefined for what is no date in this form. */
export type DateReader = (text: string) => Instant | undefined;

/** Two-digit years: 70–99 are 19xx, 00–69 are 20xx. */
function fullYear(text: string): number {
  const year = Number(text);
  if (text.length > 2) return year;
  return year >= 70 ? 1900 + year : 2000 + year;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** Returns ISO 8601 text, or undefined. Hours of a 12-hour clock are turned. */
function toIso(shape: Shape, text: string): string | undefined {
  const match = shape.regex.exec(text);
  if (match === null) return undefined;
  const [, a = '', b = '', c = '', hourText, minute = '00', second = '00', fraction, half, offset = ''] =
    match;
  const year = fullYear(shape.order === 'ymd' ? a : c);
  const month = Number(shape.order === 'ymd' ? b : shape.order === 'dmy' ? b : a);
  const day = Number(shape.order === 'ymd' ? c : shape.order === 'dmy' ? a : b);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  if (hourText === undefined) return offset === '' ? date : undefined;
  const hour = fullHour(Number(hourText), half);
  if (hour === undefined || hour > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const ms = fraction === undefined ? '' : `.${fraction.slice(0, 3).padEnd(3, '0')}`;
  const zone =
    offset === '' || offset === 'Z' || offset.includes(':')
      ? offset
      : `${offset.slice(0, 3)}:${offset.slice(3)}`;
  return `${date}T${two(hour)}:${minute}:${second}${ms}${zone}`;
}

function fullHour(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
}

/** Remembers the last answer: the lines of one order, and sorted files, repeat their dates. */
export function dateReader(form: DateForm, zone: Zone): DateReader {
  if (form === 'unix_seconds' || form === 'unix_ms') {
    const factor = form === 'unix_ms' ? 1 : 1_000;
    return (text) => {
      if (!/^-?\d{1,15}(\.\d+)?$/.test(text)) return undefined;
      const ms = Math.round(Number(text) * factor);
      return Math.abs(ms) <= 253_402_300_799_999 ? ms : undefined;
    };
  }
  const shape = SHAPES[form];
  let lastText = '';
  let last: Instant | undefined;
  return (text) => {
    if (text === lastText) return last;
    const iso = toIso(shape, text);
    lastText = text;
    last = iso === undefined ? undefined : zone.parseInstant(iso);
    return last;
  };
}

export type DetectedForm =
  | { readonly kind: 'form'; readonly form: DateForm }
  /** Both orders of day and month fit every value. */
  | { readonly kind: 'ambiguous'; readonly example: string }
  | { readonly kind: 'unknown'; readonly example: string };

/** The form that most of the values have (a few bad ones do not hide it); whole numbers by their size. */
export function detectDateForm(values: readonly string[]): DetectedForm {
  const example = values[0] ?? '';
  let best: DateForm | undefined;
  let bestCount = 0;
  for (const form of DATE_FORMS) {
    const count = values.filter((value) => fits(form, value)).length;
    if (count <= bestCount) continue;
    best = form;
    bestCount = count;
  }
  if (best === undefined || bestCount * 2 < values.length) return { kind: 'unknown', example };
  if (best === 'dd/mm/yyyy') {
    const monthsFirst = values.filter((value) => fits('mm/dd/yyyy', value)).length;
    if (monthsFirst === bestCount) return { kind: 'ambiguous', example };
  }
  return { kind: 'form', form: best };
}

function fits(form: DateForm, text: string): boolean {
  if (form === 'unix_seconds') return /^\d{9,10}(\.\d+)?$/.test(text);
  if (form === 'unix_ms') return /^\d{12,13}$/.test(text);
  return toIso(SHAPES[form], text) !== undefined;
}

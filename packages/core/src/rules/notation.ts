/**
 * How figures and dates are written within a sentence. Core reads no locale, so whoever wants the sentence says it: the
 * web app as the viewer's country writes them, in the time zone of the workspace.
 */

import type { DateLiteral } from './tree.ts';

export interface Notation {
  /** Every digit of it: a threshold that is rounded would be another one. */
  readonly number: (n: number) => string;
  /** A date of a rule, which without an offset is local to the workspace. */
  readonly date: (date: DateLiteral) => string;
}

/** `2026-11-01T10:00:00Z` in its parts. */
export type DateParts = {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** As written, without the offset; undefined: midnight. */
  readonly time: string | undefined;
  /** `Z` or `+05:30`; undefined: local to the workspace. */
  readonly offset: string | undefined;
};

export function datePartsOf({ text }: DateLiteral): DateParts {
  const [date = '', clock] = text.split('T');
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const [, time, offset] = /^(.*?)(Z|[+-]\d{2}:\d{2})?$/.exec(clock ?? '') ?? [];
  return { year, month, day, time: clock === undefined ? undefined : time, offset };
}

/** `1h30m` → `[['1', 'h'], ['30', 'm']]`. */
export function durationParts(text: string): readonly (readonly [amount: string, unit: string])[] {
  return [...text.matchAll(/([\d.]+)([a-z]+)/g)].map(([, amount = '', unit = '']) => [amount, unit]);
}

/** Compares the value of an expression with what a scenario says it is, and writes values as rules write them. */

import type { Zone } from '@segue/core/base/zone.ts';
import { readDuration } from '@segue/core/rules/parse-literal.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import type { ExpectedValue } from './scenario.ts';

/** Numbers agree to 9 significant digits. */
export const significantDigits = 9;

/** True when `found` is what `expected` says. A local date is read in `zone`. */
export function valueMatches(expected: ExpectedValue, found: RuleValue, zone: Zone): boolean {
  if (found === undefined) return expected === null;
  if (expected === null) return false;
  if (typeof found === 'number') return typeof expected === 'number' && numbersAgree(expected, found);
  if (typeof found !== 'object') return expected === found;
  switch (found.kind) {
    case 'duration': {
      const ms = typeof expected === 'string' ? signedDuration(expected) : undefined;
      return ms !== undefined && numbersAgree(ms, found.ms);
    }
    case 'instant':
      return typeof expected === 'string' && zone.parseInstant(expected) === found.ms;
    case 'list':
      return (
        Array.isArray(expected) &&
        expected.length === found.elements.length &&
        found.elements.every((element, i) =>
          valueMatches((expected as ExpectedValue[])[i] ?? null, element, zone),
        )
      );
    case 'object':
      return false;
  }
}

function numbersAgree(expected: number, found: number): boolean {
  if (expected === found) return true;
  const magnitude = Math.floor(Math.log10(Math.max(Math.abs(expected), Math.abs(found))));
  return Math.abs(expected - found) <= 0.5 * 10 ** (magnitude - significantDigits + 1);
}

function signedDuration(text: string): number | undefined {
  const negative = text.startsWith('-');
  const duration = readDuration(negative ? text.slice(1) : text);
  if (!duration.ok) return undefined;
  return negative ? -duration.value : duration.value;
}

/** As a rule would write it; `missing` for nothing. Numbers to `digits` significant digits, where given. */
export function showValue(value: RuleValue, zone: Zone, digits?: number): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(rounded(value, digits));
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'duration':
      return showDuration(rounded(value.ms, digits));
    case 'instant':
      return zone.format(value.ms);
    case 'list':
      return `[${value.elements.map((element) => showValue(element, zone, digits)).join(', ')}]`;
    case 'object':
      return JSON.stringify(value.json);
  }
}

function rounded(value: number, digits: number | undefined): number {
  return digits === undefined ? value : Number(value.toPrecision(digits));
}

export function showExpected(expected: ExpectedValue): string {
  if (expected === null) return 'missing';
  if (typeof expected === 'string') return JSON.stringify(expected);
  if (Array.isArray(expected)) return `[${(expected as ExpectedValue[]).map(showExpected).join(', ')}]`;
  return String(expected);
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
];

/** `36h` as `1d12h`; what is shorter than a millisecond stays a decimal. */
export function showDuration(ms: number): string {
  let rest = Math.abs(ms);
  let text = '';
  for (const [unit, unitMs] of units) {
    const n = Math.floor(rest / unitMs);
    if (n > 0) text += `${n}${unit}`;
    rest -= n * unitMs;
  }
  if (rest > 0 || text === '') text += `${rest}ms`;
  return ms < 0 ? `-${text}` : text;
}

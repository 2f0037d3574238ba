/**
 * What the operators of the rule language mean, as pure functions of values. The plain interpreter and the engine share
 * them, so that they can only differ in how they find the values.
 *
 * Laws kept here: two-valued logic (a comparison with a missing value is false; `!=` is exactly the negation of `=`),
 * no silent conversion between text and numbers, dates read from ISO 8601 text or from Unix numbers only where the
 * other side is a date, any element of a list is enough.
 */

import { RE2JS } from 're2js';
import { assert } from '../base/assert.ts';
import { roundSignificant } from '../base/decimal.ts';
import { compareStrings } from '../base/order.ts';
import { INSTANT_MAX, INSTANT_MIN, type Zone } from '../base/zone.ts';
import type { Instant, JsonObject, JsonValue, MessageKind } from '../model/message.ts';
import type {
  ArithmeticOperator,
  CompareOperator,
  Condition,
  EventSource,
  Literal,
  Path,
  TextOperator,
  Value,
} from './tree.ts';
import type { DurationValue, InstantValue, ListValue, RuleValue } from './value.ts';

/** Numbers below this in absolute value are Unix seconds, others milliseconds. */
const SECONDS_BELOW = 1e11;

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Entries of each memo in this module; a full one is emptied. */
const memoMax = 10_000;

function remember<T>(memo: Map<string, T>, key: string, value: T): T {
  if (memo.size >= memoMax) memo.clear();
  memo.set(key, value);
  return value;
}

const durations = new Map<string, number>();

/** Milliseconds of a duration as written: `30s`, `1h30m`, `1.5h`, `2w`. */
export function durationMs(text: string): number {
  const known = durations.get(text);
  if (known !== undefined) return known;
  assert(/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text), `“${text}” is a duration`);
  let ms = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/([\d.]+)([a-z]+)/g)) {
    ms += Number(amount) * (durationUnits[unit] ?? NaN);
  }
  return remember(durations, text, Math.round(ms));
}

const patterns = new Map<string, RE2JS | undefined>();

/** A pattern in RE2 syntax, compiled once; undefined where it is none (the checker says so). */
export function compilePattern(text: string): RE2JS | undefined {
  if (patterns.has(text)) return patterns.get(text);
  let pattern: RE2JS | undefined;
  try {
    pattern = RE2JS.compile(text);
  } catch {
    pattern = undefined;
  }
  return remember(patterns, text, pattern);
}

export function duration(ms: number): DurationValue | undefined {
  return Number.isFinite(ms) ? { kind: 'duration', ms } : undefined;
}

/** Missing beyond the years 1 to 9999. */
export function instant(ms: number): InstantValue | undefined {
  return ms >= INSTANT_MIN && ms <= INSTANT_MAX ? { kind: 'instant', ms } : undefined;
}

export function literalValue(literal: Literal, zone: Zone): RuleValue {
  switch (literal.kind) {
    case 'number':
    case 'string':
    case 'boolean':
      return literal.value;
    case 'duration':
      return duration(literal.negative === true ? -durationMs(literal.text) : durationMs(literal.text));
    case 'date': {
      const ms = zone.parseInstant(literal.text);
      return ms === undefined ? undefined : instant(ms);
    }
  }
}

/**
 * The value at a path of traits or properties. Null, the empty text and the empty list are missing; a list on the way
 * yields what lies behind each of its elements; only own properties are seen.
 */
export function readPath(json: JsonObject, path: Path): RuleValue {
  return readFrom(json, path, 0);
}

function readFrom(json: JsonValue | undefined, path: Path, depth: number): RuleValue {
  const key = path[depth];
  if (key === undefined) return readEnd(json);
  if (typeof json !== 'object' || json === null) return undefined;
  if (isList(json)) {
    return listOf(
      json.map((element) => readFrom(element, path, depth)),
      true,
    );
  }
  return Object.hasOwn(json, key) ? readFrom(json[key], path, depth + 1) : undefined;
}

function readEnd(json: JsonValue | undefined): RuleValue {
  if (json === undefined || json === null || json === '') return undefined;
  if (typeof json === 'number') return Number.isFinite(json) ? json : undefined;
  if (typeof json !== 'object') return json;
  if (!isList(json)) return { kind: 'object', json };
  return listOf(json.map(readEnd), false);
}

function isList(json: JsonObject | readonly JsonValue[]): json is readonly JsonValue[] {
  return Array.isArray(json);
}

function listOf(values: readonly RuleValue[], crossed: boolean): ListValue | undefined {
  // A list behind a list that was crossed adds its elements to the same row.
  const elements = values
    .flatMap((value) => (isListValue(value) && value.crossed === true ? value.elements : [value]))
    .filter((value) => value !== undefined);
  if (elements.length === 0) return undefined;
  return crossed ? { kind: 'list', elements, crossed } : { kind: 'list', elements };
}

export function isListValue(value: RuleValue): value is ListValue {
  return typeof value === 'object' && value.kind === 'list';
}

/** Every single value in a value, through lists at any depth, in order: what aggregates take. */
export function elementsOf(value: RuleValue): readonly RuleValue[] {
  if (value === undefined) return [];
  return isListValue(value) ? value.elements.flatMap(elementsOf) : [value];
}

/** A text that two single values share exactly when they are the same value; for `distinct` and `top`. */
export function valueKey(value: RuleValue): string {
  if (typeof value === 'string') return `s${value}`;
  if (typeof value === 'number') return `n${value === 0 ? 0 : value}`;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (value === undefined) return '';
  if (value.kind === 'list') {
    return `[${value.elements.map((element) => JSON.stringify(valueKey(element))).join()}]`;
  }
  if (value.kind === 'object') return `o${sortedJson(value.json)}`;
  return `${value.kind} ${value.ms}`;
}

function sortedJson(json: JsonValue): string {
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  if (isList(json)) return `[${json.map(sortedJson).join()}]`;
  const entries = Object.entries(json).sort(([a], [b]) => compareStrings(a, b));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${sortedJson(value)}`).join()}}`;
}

export function isPresent(value: RuleValue): boolean {
  return value !== undefined;
}

/**
 * The instant that a value stands for: an instant, ISO 8601 text, or Unix seconds or milliseconds by magnitude.
 * Undefined for all else, lists too, and beyond the years 1 to 9999.
 */
export function toInstant(value: RuleValue, zone: Zone): Instant | undefined {
  if (typeof value === 'string') return zone.parseInstant(value);
  if (typeof value === 'number') {
    const ms = Math.round(Math.abs(value) < SECONDS_BELOW ? value * 1000 : value);
    return ms >= INSTANT_MIN && ms <= INSTANT_MAX ? ms : undefined;
  }
  return typeof value === 'object' && value.kind === 'instant' ? value.ms : undefined;
}

/** Whether `left op right` holds. Missing on either side: false, and true for `!=`. Lists: any element. */
export function compareValues(op: CompareOperator, left: RuleValue, right: RuleValue, zone: Zone): boolean {
  if (op === '!=') return !compareValues('=', left, right, zone);
  if (isListValue(left)) return left.elements.some((element) => compareValues(op, element, right, zone));
  if (isListValue(right)) return right.elements.some((element) => compareValues(op, left, element, zone));
  const order = orderOf(left, right, zone);
  if (order === undefined) return false;
  switch (op) {
    case '=':
      return order === 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Negative, 0 or positive; undefined where the two cannot be compared. Neither is a list. */
function orderOf(left: RuleValue, right: RuleValue, zone: Zone): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (isDuration(left) && isDuration(right)) return left.ms - right.ms;
  if (isInstant(left) || isInstant(right)) {
    const from = toInstant(left, zone);
    const to = toInstant(right, zone);
    return from === undefined || to === undefined ? undefined : from - to;
  }
  return undefined;
}

function isDuration(value: RuleValue): value is DurationValue {
  return typeof value === 'object' && value.kind === 'duration';
}

function isInstant(value: RuleValue): value is InstantValue {
  return typeof value === 'object' && value.kind === 'instant';
}

/** `V in [a, b]`; `not in` is its negation. */
export function oneOf(value: RuleValue, options: readonly RuleValue[], zone: Zone): boolean {
  return options.some((option) => compareValues('=', value, option, zone));
}

/**
 * `contains`, `starts with`, `ends with`, `matches` (`pattern` may be given compiled). Text only; a list where any
 * element satisfies; `contains` on a path that ended at a list asks for a member equal to the text.
 */
export function textTest(op: TextOperator, value: RuleValue, text: string, pattern?: RE2JS): boolean {
  if (isListValue(value)) {
    const member = op === 'contains' && value.crossed !== true;
    return value.elements.some((element) =>
      member && typeof element === 'string' ? element === text : textTest(op, element, text, pattern),
    );
  }
  if (typeof value !== 'string') return false;
  switch (op) {
    case 'contains':
      return value.includes(text);
    case 'starts_with':
      return value.startsWith(text);
    case 'ends_with':
      return value.endsWith(text);
    case 'matches':
      return (pattern ?? compilePattern(text))?.test(value) ?? false;
  }
}

/**
 * `left op right`; missing where either is, where the types do not go together, on division by zero, and on overflow.
 * Text or a number next to a duration or an instant is read as a date.
 */
export function arithmetic(op: ArithmeticOperator, left: RuleValue, right: RuleValue, zone: Zone): RuleValue {
  if (typeof left === 'number' && typeof right === 'number') return calculate(op, left, right);
  switch (op) {
    case '*': {
      if (isDuration(left) && typeof right === 'number') return durationOf(calculate('*', left.ms, right));
      if (typeof left === 'number' && isDuration(right)) return durationOf(calculate('*', left, right.ms));
      return undefined;
    }
    case '/': {
      if (!isDuration(left)) return undefined;
      if (typeof right === 'number') return durationOf(calculate('/', left.ms, right));
      return isDuration(right) ? calculate('/', left.ms, right.ms) : undefined;
    }
    case '+': {
      if (isDuration(left) && isDuration(right)) return durationOf(calculate('+', left.ms, right.ms));
      if (isDuration(right)) return shifted(left, right.ms, zone);
      return isDuration(left) ? shifted(right, left.ms, zone) : undefined;
    }
    case '-': {
      if (isDuration(left) && isDuration(right)) return durationOf(calculate('-', left.ms, right.ms));
      if (isDuration(right)) return shifted(left, -right.ms, zone);
      if (!isInstant(left) && !isInstant(right)) return undefined;
      const from = toInstant(left, zone);
      const to = toInstant(right, zone);
      return from === undefined || to === undefined ? undefined : durationOf(calculate('-', from, to));
    }
  }
}

function shifted(date: RuleValue, ms: number, zone: Zone): RuleValue {
  const from = toInstant(date, zone);
  const to = from === undefined ? undefined : calculate('+', from, ms);
  return to === undefined ? undefined : instant(to);
}

function durationOf(ms: number | undefined): DurationValue | undefined {
  return ms === undefined ? undefined : duration(ms);
}

function calculate(op: ArithmeticOperator, left: number, right: number): number | undefined {
  const result = roundSignificant(operate(op, left, right));
  return Number.isFinite(result) ? result : undefined;
}

function operate(op: ArithmeticOperator, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? NaN : left / right;
  }
}

/** Whether a message of this kind and name is one that the source asks for. */
export function eventMatches(source: EventSource, kind: MessageKind, name: string): boolean {
  switch (source.kind) {
    case 'track':
    case 'page':
    case 'screen':
      return kind === source.kind && name === source.name;
    case 'prefix':
      return kind === 'track' && name.startsWith(source.prefix);
    case 'any':
      return kind === 'track' || kind === 'page' || kind === 'screen';
  }
}

/** Whether one event's properties satisfy a `where`. */
export function whereHolds(where: Condition, properties: JsonObject, zone: Zone): boolean {
  switch (where.kind) {
    case 'literal':
      return where.value;
    case 'and':
      return where.items.every((item) => whereHolds(item, properties, zone));
    case 'or':
      return where.items.some((item) => whereHolds(item, properties, zone));
    case 'not':
      return !whereHolds(where.item, properties, zone);
    case 'compare': {
      const left = whereValue(where.left, properties, zone);
      return compareValues(where.op, left, whereValue(where.right, properties, zone), zone);
    }
    case 'one_of': {
      const value = whereValue(where.value, properties, zone);
      const options = where.values.map((literal) => literalValue(literal, zone));
      return oneOf(value, options, zone) !== where.negated;
    }
    case 'text':
      return textTest(where.op, whereValue(where.value, properties, zone), where.text);
    case 'presence':
      return isPresent(whereValue(where.value, properties, zone)) === where.present;
    case 'for':
    case 'did':
    case 'sequence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return assertOutsideWhere(where.kind);
  }
}

/** The value of an expression over one event's properties. */
export function whereValue(value: Value, properties: JsonObject, zone: Zone): RuleValue {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
      return literalValue(value, zone);
    case 'property':
      return readPath(properties, value.path);
    case 'arithmetic': {
      const left = whereValue(value.left, properties, zone);
      return arithmetic(value.op, left, whereValue(value.right, properties, zone), zone);
    }
    case 'coalesce':
      for (const option of value.values) {
        const found = whereValue(option, properties, zone);
        if (found !== undefined) return found;
      }
      return undefined;
    case 'trait':
    case 'count':
    case 'aggregate':
    case 'days':
    case 'age_of_event':
    case 'age':
    case 'age_in_segment':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
    case 'rfm':
    case 'stage':
    case 'score':
      return assertOutsideWhere(value.kind);
  }
}

function assertOutsideWhere(kind: string): never {
  throw new Error(`Invariant broken: “${kind}” inside a where passed the checker`);
}

/**
 * Values of a rule by the words that a form has for them, and how one becomes another. Pure: a form shows the kind of a value, and
 * another kind keeps what both have in common (the events, the window, the property, the date), so that trying is cheap.
 */

import { noDefinitions } from '@segue/core/model/definitions.ts';
import { typeOf } from '@segue/core/rules/check.ts';
import {
  boolean,
  canCompare,
  data,
  duration,
  number,
  string,
  type TypeSet,
} from '@segue/core/rules/check-types.ts';
import { rfmGroups } from '@segue/core/rules/rfm-groups.ts';
import type {
  AggregateFunction,
  EventPattern,
  Literal,
  Path,
  Value,
  Window,
} from '@segue/core/rules/tree.ts';

import type { Names } from './names.ts';

/** Those that are computed over events in a window. */
export const eventKinds = [
  'count',
  'days',
  'sum',
  'avg',
  'min',
  'max',
  'distinct',
  'top',
  'first',
  'last',
  'age_first',
  'age_last',
] as const;
/** Those that are known of the customer. */
export const customerKinds = [
  'trait',
  'stage',
  'age',
  'until',
  'days_until_anniversary',
  'age_entered',
  'age_exited',
  'score',
] as const;
/** Those that compare the customer with all others. */
export const standingKinds = ['rfm', 'percentile', 'quintile'] as const;
/** Those that are put together of others. */
export const madeKinds = ['arithmetic', 'coalesce', 'fixed'] as const;

export type EventValueKind = (typeof eventKinds)[number];
export type ValueKind =
  | EventValueKind
  | (typeof customerKinds)[number]
  | (typeof standingKinds)[number]
  | (typeof madeKinds)[number]
  | 'property';

type Over = { readonly events: EventPattern; readonly window?: Window };
export type EventValue = Extract<Value, Over>;
type Kept = { readonly value: Value; readonly names: Names };

export function isLiteral(value: Value): value is Literal {
  return ['number', 'string', 'boolean', 'date', 'duration'].includes(value.kind);
}

export function isEventValue(value: Value): value is EventValue {
  return 'events' in value;
}

export function kindOf(value: Value): ValueKind {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
      return 'fixed';
    case 'aggregate':
      return value.fn;
    case 'age_of_event':
      return `age_${value.which}`;
    case 'age_in_segment':
      return `age_${value.change}`;
    case 'trait':
    case 'property':
    case 'count':
    case 'days':
    case 'age':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
    case 'rfm':
    case 'stage':
    case 'score':
    case 'coalesce':
    case 'arithmetic':
      return value.kind;
  }
}

/** As another kind, with what both have in common; itself where it is of that kind. */
export function withKind(value: Value, kind: ValueKind, names: Names): Value {
  if (kindOf(value) === kind) return value;
  const kept = { value, names };
  switch (kind) {
    case 'count':
    case 'days':
      return { kind, ...eventsOf(value) };
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'distinct':
    case 'top':
    case 'first':
    case 'last':
      return overProperty(kind, value);
    case 'age_first':
      return { kind: 'age_of_event', which: 'first', ...eventsOf(value) };
    case 'age_last':
      return { kind: 'age_of_event', which: 'last', ...eventsOf(value) };
    case 'age_entered':
      return { kind: 'age_in_segment', change: 'entered', segment: segmentOf(kept) };
    case 'age_exited':
      return { kind: 'age_in_segment', change: 'exited', segment: segmentOf(kept) };
    case 'age':
    case 'until':
    case 'days_until_anniversary':
      return { kind, of: dateOf(value) };
    case 'percentile':
    case 'quintile':
      return { kind, of: numberOf(value) };
    case 'trait':
    case 'property':
      return propertyOf(kind, value);
    case 'stage':
      return { kind, lifecycle: [...names.stages.keys()][0] ?? 'default' };
    case 'score':
      return { kind, name: names.scores[0] ?? 'churn' };
    case 'rfm':
      return { kind, part: 'group' };
    case 'arithmetic':
      return { kind, op: '*', left: value, right: { kind: 'number', value: 1 } };
    case 'coalesce':
      return { kind, values: [value, usualLiteral(value, names)] };
    case 'fixed':
      return usualLiteral(value, names);
  }
}

/** What it is over, of an event value or of the one that it is made of; else what most people ask first. */
export function eventsOf(value: Value): Over {
  const found = within(value).find(isEventValue);
  if (found === undefined) return { events: { source: { kind: 'track', name: 'Order Completed' } } };
  const { events, window } = found;
  return window === undefined ? { events } : { events, window };
}

/** Itself, and what it is made of first, and so on. */
function within(value: Value): readonly Value[] {
  switch (value.kind) {
    case 'age':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
      return [value, ...within(value.of)];
    case 'arithmetic':
      return [value, ...within(value.left)];
    case 'coalesce':
      return [value, ...value.values.slice(0, 1).flatMap(within)];
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
    case 'trait':
    case 'property':
    case 'count':
    case 'aggregate':
    case 'days':
    case 'age_of_event':
    case 'age_in_segment':
    case 'rfm':
    case 'stage':
    case 'score':
      return [value];
  }
}

function overProperty(fn: AggregateFunction, value: Value): Value {
  const found = within(value).find((one) => one.kind === 'aggregate');
  return { kind: 'aggregate', fn, property: found?.property ?? ['revenue'], ...eventsOf(value) };
}

function segmentOf({ value, names }: Kept): string {
  return value.kind === 'age_in_segment' ? value.segment : (names.segments[0] ?? 'vip');
}

function propertyOf(kind: 'trait' | 'property', value: Value): Value {
  const found = within(value).find((one) => one.kind === kind);
  const usual: Path = kind === 'trait' ? ['country'] : ['category'];
  return found ?? { kind, path: usual };
}

function dateOf(value: Value): Value {
  if (value.kind === 'age' || value.kind === 'until' || value.kind === 'days_until_anniversary') {
    return value.of;
  }
  const trait = within(value).find((one) => one.kind === 'trait');
  return trait ?? { kind: 'trait', path: ['created_at'] };
}

function numberOf(value: Value): Value {
  if (value.kind === 'percentile' || value.kind === 'quintile') return value.of;
  const isNumber = !isLiteral(value) && (typeOfValue(value) & number) !== 0;
  return isNumber ? value : overProperty('sum', value);
}

/** What a value may turn out to be, by the checker. */
export function typeOfValue(value: Value): TypeSet {
  return typeOf(value, { definitions: noDefinitions });
}

/** A number, a length of time or an instant, and never a text: it has more and less. */
export function isMeasure(value: Value): boolean {
  return (typeOfValue(value) & (string | boolean)) === 0;
}

/** A fixed value that makes sense beside another. */
export function usualLiteral(beside: Value, names: Names): Literal {
  if (isLiteral(beside)) return beside;
  if (beside.kind === 'stage') {
    return { kind: 'string', value: names.stages.get(beside.lifecycle)?.[0] ?? '' };
  }
  if (beside.kind === 'rfm') {
    return beside.part === 'group'
      ? { kind: 'string', value: rfmGroups[0] ?? '' }
      : { kind: 'number', value: 5 };
  }
  const type = typeOfValue(beside);
  if ((type & data) === data) return { kind: 'string', value: '' };
  if ((type & number) !== 0) return { kind: 'number', value: beside.kind === 'percentile' ? 90 : 1 };
  if ((type & duration) !== 0) return { kind: 'duration', text: '30d' };
  if ((type & string) !== 0) return { kind: 'string', value: '' };
  return { kind: 'date', text: '2026-01-01' };
}

/** Whether a fixed value can be compared with a value at all. */
export function fits(literal: Literal, beside: Value): boolean {
  return canCompare(typeOfValue(beside), typeOfValue(literal));
}

/** Of the same thing at another time: the period before, where the window is one; else the value itself. */
export function before(value: Value): Value {
  if (!isEventValue(value) || value.window?.kind !== 'last') return value;
  const found = /^(\d+)(ms|[smhdw])$/.exec(value.window.duration);
  if (found === null) return value;
  const [, n = '', unit = ''] = found;
  return {
    ...value,
    window: { kind: 'ago', from: `${String(2 * Number(n))}${unit}`, to: value.window.duration },
  };
}

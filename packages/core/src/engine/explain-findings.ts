/**
 * What one condition looked at: the values that were found, what they were held against, and the messages that decided.
 *
 * Everything is plain data with a type of its own, so that a page or a program can show it without reading the rule.
 */

import { unreachable } from '../base/assert.ts';
import { sampleFraction } from '../base/murmur.ts';
import type { Instant, JsonValue } from '../model/message.ts';
import type { Interpreter } from '../rules/interpreter.ts';
import { valueToEnglish } from '../rules/english.ts';
import { formatValue } from '../rules/format.ts';
import { isLiteral, mirroredOperators } from '../rules/literals.ts';
import { literalValue } from '../rules/semantics.ts';
import type { CompareOperator, Condition, TextOperator, Value } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { findingNames } from './explain-english.ts';

export type PlainValue =
  | { readonly type: 'missing' }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'boolean'; readonly value: boolean }
  /** Milliseconds; negative for what lies ahead. */
  | { readonly type: 'duration'; readonly ms: number }
  | { readonly type: 'instant'; readonly ms: Instant }
  | { readonly type: 'list'; readonly elements: readonly PlainValue[] }
  | { readonly type: 'object'; readonly value: JsonValue };

/** What is found and no expression of a rule gives. */
export type NamedFinding = 'completions' | 'place';

export type Finding = {
  /** The expression as the rule has it; for what has no expression of its own, what it is called. */
  readonly of: string;
  readonly english: string;
  readonly is: PlainValue;
};

export type ThresholdOperator = CompareOperator | TextOperator | 'in' | 'not_in' | 'exists' | 'is_missing';

/** What the first finding has to be for the condition to hold. */
export type Threshold = { readonly op: ThresholdOperator; readonly values: readonly PlainValue[] };

export type Findings = { readonly found: readonly Finding[]; readonly threshold?: Threshold };

export function plainValue(value: RuleValue): PlainValue {
  if (value === undefined) return { type: 'missing' };
  if (typeof value === 'number') return { type: 'number', value };
  if (typeof value === 'string') return { type: 'text', value };
  if (typeof value === 'boolean') return { type: 'boolean', value };
  switch (value.kind) {
    case 'duration':
      return { type: 'duration', ms: value.ms };
    case 'instant':
      return { type: 'instant', ms: value.ms };
    case 'list':
      return { type: 'list', elements: value.elements.map(plainValue) };
    case 'object':
      return { type: 'object', value: value.json };
    default:
      return unreachable(value);
  }
}

/** The values at t that the condition itself compares; conditions made of others compare nothing. */
export function findingsOf(condition: Condition, asked: Interpreter, t: Instant): Findings {
  const finding = (value: Value): Finding => ({
    of: formatValue(value, { width: Infinity }),
    english: valueToEnglish(value),
    is: plainValue(asked.evaluate(value, t)),
  });
  switch (condition.kind) {
    case 'compare':
      return comparison(condition, finding);
    case 'one_of': {
      const values = condition.values.map((literal) => plainValue(literalValue(literal, asked.world.zone)));
      return {
        found: [finding(condition.value)],
        threshold: { op: condition.negated ? 'not_in' : 'in', values },
      };
    }
    case 'text':
      return {
        found: [finding(condition.value)],
        threshold: { op: condition.op, values: [{ type: 'text', value: condition.text }] },
      };
    case 'presence':
      return {
        found: [finding(condition.value)],
        threshold: { op: condition.present ? 'exists' : 'is_missing', values: [] },
      };
    case 'did': {
      const { events, window, negated } = condition;
      const count: Value = { kind: 'count', events, ...(window === undefined ? {} : { window }) };
      return { found: [finding(count)], threshold: numeric(negated ? '=' : '>=', negated ? 0 : 1) };
    }
    case 'sequence': {
      const times = asked.exists(t) ? asked.completed(condition, t).length : 0;
      return {
        found: [counted('completions', times)],
        threshold: numeric('>=', 1),
      };
    }
    case 'sample': {
      const place = 100 * sampleFraction(condition.seed, asked.history.sampleId);
      return { found: [counted('place', place)], threshold: numeric('<', condition.percent) };
    }
    case 'literal':
    case 'and':
    case 'or':
    case 'not':
    case 'for':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
      return { found: [] };
    default:
      return unreachable(condition);
  }
}

function comparison(
  { op, left, right }: Extract<Condition, { kind: 'compare' }>,
  finding: (value: Value) => Finding,
): Findings {
  if (isLiteral(left) && !isLiteral(right)) {
    return comparison({ kind: 'compare', op: mirroredOperators[op], left: right, right: left }, finding);
  }
  const threshold = finding(right);
  const found = isLiteral(right) ? [finding(left)] : [finding(left), threshold];
  return { found, threshold: { op, values: [threshold.is] } };
}

function numeric(op: CompareOperator, value: number): Threshold {
  return { op, values: [{ type: 'number', value }] };
}

function counted(of: NamedFinding, value: number): Finding {
  return { of, english: findingNames[of], is: { type: 'number', value } };
}

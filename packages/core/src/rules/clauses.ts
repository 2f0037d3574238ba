/**
 * Tree → what a sentence about customers says, before any language says it.
 *
 * The writer of a language decides the words and their order; what there is to say is decided here once: what can be
 * negated in words is, a comparison with a literal has the literal on its right, a count is “so many times”, and an
 * age is “so long ago”. Pure; a clause has as many parts as its condition.
 */

import { isLiteral, mirroredOperators } from './literals.ts';
import type {
  CompareOperator,
  Condition,
  DurationText,
  EventPattern,
  Literal,
  TextOperator,
  Value,
  Window,
} from './tree.ts';

export type Sequence = Extract<Condition, { kind: 'sequence' }>;
export type Subscription = Extract<Condition, { kind: 'subscribed' }>['to'];

export type Clause =
  /** Everybody, or nobody. */
  | { readonly kind: 'literal'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly items: readonly Clause[] }
  | { readonly kind: 'untrue'; readonly item: Clause }
  | { readonly kind: 'for'; readonly item: Clause; readonly duration: DurationText }
  | {
      readonly kind: 'did';
      readonly negated: boolean;
      readonly events: EventPattern;
      readonly window: Window | undefined;
      /** How often; once at least where it is not said. `n` is whole and not negative. */
      readonly times?: { readonly op: CompareOperator; readonly n: number };
    }
  | { readonly kind: 'sequence'; readonly negated: boolean; readonly sequence: Sequence }
  /** Something was so long ago, or is so far away. */
  | {
      readonly kind: 'elapsed';
      readonly op: CompareOperator;
      readonly duration: DurationText;
      readonly of: Elapsed;
    }
  | {
      readonly kind: 'compare';
      readonly op: CompareOperator;
      readonly value: Value;
      readonly than: Value;
    }
  | {
      readonly kind: 'one_of';
      readonly negated: boolean;
      readonly value: Value;
      readonly values: readonly Literal[];
    }
  | { readonly kind: 'text'; readonly op: TextOperator; readonly value: Value; readonly text: string }
  | { readonly kind: 'presence'; readonly value: Value; readonly present: boolean }
  | { readonly kind: 'in_segment'; readonly negated: boolean; readonly segment: string }
  | { readonly kind: 'in_list'; readonly negated: boolean; readonly list: string }
  | { readonly kind: 'subscribed'; readonly negated: boolean; readonly to: Subscription }
  | {
      readonly kind: 'sample';
      readonly negated: boolean;
      readonly percent: number;
      readonly seed: string;
    };

export type Elapsed =
  | Extract<Value, { kind: 'age_of_event' | 'age_in_segment' }>
  /** A value that reads as a date, behind (`age`) or ahead (`until`). */
  | Extract<Value, { kind: 'age' | 'until' }>;

export function clauseOf(condition: Condition): Clause {
  switch (condition.kind) {
    case 'literal':
      return { kind: 'literal', value: condition.value };
    case 'and':
    case 'or':
      return { kind: condition.kind, items: condition.items.map(clauseOf) };
    case 'not':
      return negation(condition.item);
    case 'for':
      return { kind: 'for', item: clauseOf(condition.item), duration: condition.duration };
    case 'compare':
      return comparison(condition);
    case 'one_of':
    case 'text':
    case 'presence':
      return condition;
    case 'did':
      return {
        kind: 'did',
        negated: condition.negated,
        events: condition.events,
        window: condition.window,
      };
    case 'sequence':
      return { kind: 'sequence', negated: false, sequence: condition };
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return { ...condition, negated: false };
  }
}

/** What can be negated in words is; of the rest it is said that it is not true. */
function negation(item: Condition): Clause {
  switch (item.kind) {
    case 'did':
    case 'one_of':
      return clauseOf({ ...item, negated: !item.negated });
    case 'presence':
      return clauseOf({ ...item, present: !item.present });
    case 'literal':
      return clauseOf({ ...item, value: !item.value });
    case 'sequence':
      return { kind: 'sequence', negated: true, sequence: item };
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return { ...item, negated: true };
    case 'compare':
      // Exactly each other's negation, whatever is missing; the orders are not.
      if (item.op === '=' || item.op === '!=') {
        return comparison({ ...item, op: item.op === '=' ? '!=' : '=' });
      }
      return untrue(item);
    case 'and':
    case 'or':
    case 'not':
    case 'for':
    case 'text':
      return untrue(item);
  }
}

function untrue(item: Condition): Clause {
  return { kind: 'untrue', item: clauseOf(item) };
}

type Comparison = { readonly op: CompareOperator; readonly left: Value; readonly right: Value };

function comparison({ op, left, right }: Comparison): Clause {
  if (isLiteral(left) && !isLiteral(right)) {
    return comparison({ op: mirroredOperators[op], left: right, right: left });
  }
  if (left.kind === 'count' && right.kind === 'number' && Number.isInteger(right.value) && right.value >= 0) {
    return counted(left, op, right.value);
  }
  if (right.kind === 'duration' && right.negative !== true) {
    if (isElapsed(left)) return { kind: 'elapsed', op, duration: right.text, of: left };
  }
  return { kind: 'compare', op, value: left, than: right };
}

function isElapsed(value: Value): value is Elapsed {
  const { kind } = value;
  return kind === 'age_of_event' || kind === 'age_in_segment' || kind === 'age' || kind === 'until';
}

function counted(
  { events, window }: Extract<Value, { kind: 'count' }>,
  op: CompareOperator,
  n: number,
): Clause {
  const never = ((op === '=' || op === '<=') && n === 0) || (op === '<' && n === 1);
  if (never) return { kind: 'did', negated: true, events, window };
  return { kind: 'did', negated: false, events, window, times: { op, n } };
}

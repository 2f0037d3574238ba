/**
 * Questions with an answer of their own: did they, or a value with a comparison and what it is compared with. Pure: what a form
 * shows of a question and what it makes of a choice. What was chosen already is kept; nothing chosen is no change.
 */

import type { CompareOperator, Condition, Literal, TextOperator, Value } from '@segue/core/rules/tree.ts';

import { literalText } from './literal-text.ts';
import type { Names } from './names.ts';
import {
  before,
  eventsOf,
  fits,
  isLiteral,
  isMeasure,
  kindOf,
  typeOfValue,
  usualLiteral,
  type ValueKind,
  withKind,
} from './values.ts';

export type Question = Extract<
  Condition,
  { readonly kind: 'did' | 'compare' | 'one_of' | 'text' | 'presence' }
>;
export type Compared = Exclude<Question, { readonly kind: 'did' }>;
/** What is asked first: whether they did it, or a value. */
export type Asked = 'did' | 'did_not' | ValueKind;
export type Operator = CompareOperator | 'in' | 'not_in' | TextOperator | 'exists' | 'missing';

export const compareOperators: readonly CompareOperator[] = ['>=', '>', '=', '!=', '<', '<='];
const listOperators: readonly Operator[] = ['in', 'not_in'];
const textOperators: readonly TextOperator[] = ['contains', 'starts_with', 'ends_with', 'matches'];
const presenceOperators: readonly Operator[] = ['exists', 'missing'];

export function isCompare(operator: Operator): operator is CompareOperator {
  return (compareOperators as readonly string[]).includes(operator);
}

function isText(operator: Operator): operator is TextOperator {
  return (textOperators as readonly string[]).includes(operator);
}

export function isQuestion(condition: Condition): condition is Question {
  return ['did', 'compare', 'one_of', 'text', 'presence'].includes(condition.kind);
}

export function askedOf(question: Question): Asked {
  if (question.kind === 'did') return question.negated ? 'did_not' : 'did';
  return kindOf(subjectOf(question));
}

export function subjectOf(question: Compared): Value {
  return question.kind === 'compare' ? question.left : question.value;
}

export function operatorOf(question: Compared): Operator {
  switch (question.kind) {
    case 'compare':
    case 'text':
      return question.op;
    case 'one_of':
      return question.negated ? 'not_in' : 'in';
    case 'presence':
      return question.present ? 'exists' : 'missing';
  }
}

/** Those that make sense of the subject, and the one that there is. */
export function operatorsOf(question: Compared): readonly Operator[] {
  const wanted = isMeasure(subjectOf(question))
    ? [...compareOperators, ...listOperators, ...presenceOperators]
    : [
        '=' as const,
        '!=' as const,
        ...listOperators,
        ...textOperators,
        '>=' as const,
        '>' as const,
        '<' as const,
        '<=' as const,
        ...presenceOperators,
      ];
  const now = operatorOf(question);
  return wanted.includes(now) ? wanted : [...wanted, now];
}

export function withAsked(question: Question, asked: Asked, names: Names): Question {
  if (askedOf(question) === asked) return question;
  if (asked === 'did' || asked === 'did_not') {
    const over = question.kind === 'did' ? overOf(question) : eventsOf(subjectOf(question));
    return { kind: 'did', negated: asked === 'did_not', ...over, ...noted(question) };
  }
  if (question.kind !== 'did') {
    return withSubject(question, withKind(subjectOf(question), asked, names), names);
  }
  const left = withKind({ kind: 'count', ...overOf(question) }, asked, names);
  return { ...compared(left, names), ...noted(question) };
}

/** About another value: what it is compared with stays where it can be compared with that. */
export function withSubject(question: Compared, subject: Value, names: Names): Compared {
  if (isAlike(subjectOf(question), subject)) return about(question, subject);
  const usual = { ...compared(subject, names), ...noted(question) };
  switch (question.kind) {
    case 'presence':
      return about(question, subject);
    case 'text':
      return isMeasure(subject) ? usual : about(question, subject);
    case 'one_of': {
      const values = question.values.filter((value) => fits(value, subject));
      return values.length > 0 ? { ...question, value: subject, values } : usual;
    }
    case 'compare':
      return isLiteral(question.right) ? usual : about(question, subject);
  }
}

function about(question: Compared, subject: Value): Compared {
  return question.kind === 'compare' ? { ...question, left: subject } : { ...question, value: subject };
}

/** Whether what the one is compared with may be what the other is compared with. */
function isAlike(was: Value, subject: Value): boolean {
  if (was.kind === 'stage' && subject.kind === 'stage') return was.lifecycle === subject.lifecycle;
  return typeOfValue(was) === typeOfValue(subject);
}

export function withOperator(question: Compared, operator: Operator, names: Names): Compared {
  if (operatorOf(question) === operator) return question;
  const value = subjectOf(question);
  if (operator === 'exists' || operator === 'missing') {
    return { kind: 'presence', value, present: operator === 'exists', ...noted(question) };
  }
  const literals = literalsOf(question, names);
  const [first = usualLiteral(value, names)] = literals;
  if (operator === 'in' || operator === 'not_in') {
    return {
      kind: 'one_of',
      negated: operator === 'not_in',
      value,
      values: literals.length > 0 ? literals : [first],
      ...noted(question),
    };
  }
  if (isText(operator)) {
    const text =
      question.kind === 'text' ? question.text : first.kind === 'string' ? first.value : literalText(first);
    return { kind: 'text', op: operator, value, text, ...noted(question) };
  }
  if (question.kind === 'compare') return { ...question, op: operator };
  return { kind: 'compare', op: operator, left: value, right: first, ...noted(question) };
}

/** What it is compared with now, as fixed values. */
function literalsOf(question: Compared, names: Names): readonly Literal[] {
  switch (question.kind) {
    case 'one_of':
      return question.values;
    case 'text':
      return [{ kind: 'string', value: question.text }];
    case 'compare':
      return isLiteral(question.right) ? [question.right] : [];
    case 'presence':
      return [usualLiteral(question.value, names)];
  }
}

/** Compared with another value instead of a fixed one, or the other way round. */
export function withOther(
  question: Extract<Compared, { readonly kind: 'compare' }>,
  isOther: boolean,
  names: Names,
): Compared {
  const { left, right } = question;
  if (isOther !== isLiteral(right)) return question;
  return { ...question, right: isOther ? before(left) : usualLiteral(left, names) };
}

/** A value with what it is usually compared with. */
export function compared(left: Value, names: Names): Extract<Compared, { readonly kind: 'compare' }> {
  return { kind: 'compare', op: usualOperator(left), left, right: usualLiteral(left, names) };
}

function usualOperator(value: Value): CompareOperator {
  return isMeasure(value) ? '>=' : '=';
}

function overOf({
  events,
  window,
}: Extract<Question, { readonly kind: 'did' }>): ReturnType<typeof eventsOf> {
  return window === undefined ? { events } : { events, window };
}

function noted({ comments }: Condition): { readonly comments?: readonly string[] } {
  return comments === undefined ? {} : { comments };
}

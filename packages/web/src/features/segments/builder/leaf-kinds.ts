/**
 * The conditions that have a form of their own in the builder. Everything else of the language is edited as text in its place, so
 * that nothing that can be written is beyond the builder.
 */

import type {
  AggregateFunction,
  CompareOperator,
  Condition,
  EventPattern,
  Literal,
  Path,
  Window,
} from '@segue/core/rules/tree.ts';

import { beginningSequence, type Sequence } from './sequence-edits.ts';

/** Did it, did it so often, or a number over what was done. */
export type Behaviour = {
  readonly measure:
    | { readonly kind: 'did'; readonly negated: boolean }
    | { readonly kind: 'count' | 'days'; readonly op: CompareOperator; readonly than: number }
    | {
        readonly kind: 'aggregate';
        readonly fn: NumberFunction;
        readonly property: Path;
        readonly op: CompareOperator;
        readonly than: number;
      };
  readonly events: EventPattern;
  readonly window: Window | undefined;
};

export type NumberFunction = Extract<AggregateFunction, 'sum' | 'avg' | 'min' | 'max' | 'distinct'>;
export const numberFunctions: readonly NumberFunction[] = ['sum', 'avg', 'min', 'max', 'distinct'];
export const compareOperators: readonly CompareOperator[] = ['>=', '>', '=', '!=', '<', '<='];

export type Leaf =
  | { readonly kind: 'behaviour'; readonly behaviour: Behaviour }
  | { readonly kind: 'trait'; readonly condition: TraitCondition }
  | { readonly kind: 'segment'; readonly segment: string }
  | { readonly kind: 'stage'; readonly lifecycle: string; readonly stage: string }
  | { readonly kind: 'sequence'; readonly sequence: Sequence }
  | { readonly kind: 'text' };

export type TraitCondition = Extract<Condition, { readonly kind: 'compare' | 'presence' | 'text' }>;

/** As which form a condition is edited. */
export function leafOf(condition: Condition): Leaf {
  const behaviour = behaviourOf(condition);
  if (behaviour !== undefined) return { kind: 'behaviour', behaviour };
  if (condition.kind === 'sequence') return { kind: 'sequence', sequence: condition };
  if (condition.kind === 'in_segment') return { kind: 'segment', segment: condition.segment };
  if (condition.kind === 'presence' || condition.kind === 'text') {
    return condition.value.kind === 'trait' ? { kind: 'trait', condition } : { kind: 'text' };
  }
  if (condition.kind !== 'compare') return { kind: 'text' };
  const { left, right, op } = condition;
  if (left.kind === 'stage' && op === '=' && right.kind === 'string') {
    return { kind: 'stage', lifecycle: left.lifecycle, stage: right.value };
  }
  return left.kind === 'trait' && isLiteral(right) ? { kind: 'trait', condition } : { kind: 'text' };
}

function behaviourOf(condition: Condition): Behaviour | undefined {
  if (condition.kind === 'did') {
    const { negated, events, window } = condition;
    return { measure: { kind: 'did', negated }, events, window };
  }
  if (condition.kind !== 'compare' || condition.right.kind !== 'number') return undefined;
  const { left, op } = condition;
  const than = condition.right.value;
  if (left.kind === 'count' || left.kind === 'days') {
    return { measure: { kind: left.kind, op, than }, events: left.events, window: left.window };
  }
  if (left.kind !== 'aggregate' || !isNumberFunction(left.fn)) return undefined;
  const { fn, property, events, window } = left;
  return { measure: { kind: 'aggregate', fn, property, op, than }, events, window };
}

export function behaviourCondition({ measure, events, window }: Behaviour): Condition {
  const rest = { events, ...(window === undefined ? {} : { window }) };
  if (measure.kind === 'did') return { kind: 'did', negated: measure.negated, ...rest };
  const right = { kind: 'number', value: measure.than } as const;
  if (measure.kind === 'aggregate') {
    const { fn, property, op } = measure;
    return { kind: 'compare', op, left: { kind: 'aggregate', fn, property, ...rest }, right };
  }
  return { kind: 'compare', op: measure.op, left: { kind: measure.kind, ...rest }, right };
}

export function isNumberFunction(fn: AggregateFunction): fn is NumberFunction {
  return (numberFunctions as readonly string[]).includes(fn);
}

export function isLiteral(value: { readonly kind: string }): value is Literal {
  return ['number', 'string', 'boolean', 'date', 'duration'].includes(value.kind);
}

/** Conditions that a person adds, before they say more. */
export const beginnings = {
  behaviour: {
    kind: 'did',
    negated: false,
    events: { source: { kind: 'track', name: 'Order Completed' } },
    window: { kind: 'last', duration: '30d' },
  },
  trait: {
    kind: 'compare',
    op: '=',
    left: { kind: 'trait', path: ['country'] },
    right: { kind: 'string', value: '' },
  },
  sequence: beginningSequence,
} as const satisfies Readonly<Record<string, Condition>>;

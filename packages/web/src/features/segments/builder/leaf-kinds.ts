/**
 * As which form a condition is edited; every condition of the language has one. And the conditions that a person adds, before they
 * say more. Pure.
 */

import type { Condition, Value } from '@segue/core/rules/tree.ts';

import type { Names } from './names.ts';
import { compared, isQuestion, type Question } from './questions.ts';
import { beginningSequence, type Sequence } from './sequence-edits.ts';
import { before, type ValueKind, withKind } from './values.ts';

type Is<K extends Condition['kind']> = Extract<Condition, { readonly kind: K }>;

/** Conditions without others within. */
export type Leaf =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'sequence'; readonly sequence: Sequence }
  | { readonly kind: 'segment'; readonly condition: Is<'in_segment'> }
  | { readonly kind: 'list'; readonly condition: Is<'in_list'> }
  | { readonly kind: 'consent'; readonly condition: Is<'subscribed'> }
  | { readonly kind: 'sample'; readonly condition: Is<'sample'> }
  | { readonly kind: 'literal'; readonly condition: Is<'literal'> };

/** Undefined for what has conditions within: groups, `not` and `for`. */
export function leafOf(condition: Condition): Leaf | undefined {
  if (isQuestion(condition)) return { kind: 'question', question: condition };
  switch (condition.kind) {
    case 'sequence':
      return { kind: 'sequence', sequence: condition };
    case 'in_segment':
      return { kind: 'segment', condition };
    case 'in_list':
      return { kind: 'list', condition };
    case 'subscribed':
      return { kind: 'consent', condition };
    case 'sample':
      return { kind: 'sample', condition };
    case 'literal':
      return { kind: 'literal', condition };
    case 'and':
    case 'or':
    case 'not':
    case 'for':
      return undefined;
  }
}

/** What may be added: the common ones in sight, the others when somebody asks for more. */
export const commonBeginnings = ['behaviour', 'sequence', 'trait', 'segment', 'stage', 'group'] as const;
export const rareBeginnings = [
  'recency',
  'date',
  'comparison',
  'consent',
  'list',
  'score',
  'rfm',
  'standing',
  'sample',
  'everyone',
] as const;
export type Beginning = (typeof commonBeginnings)[number] | (typeof rareBeginnings)[number];

const ordered: Is<'did'> = {
  kind: 'did',
  negated: false,
  events: { source: { kind: 'track', name: 'Order Completed' } },
  window: { kind: 'last', duration: '30d' },
};
const ordersOf = (duration: string): Value => ({
  kind: 'count',
  events: ordered.events,
  window: { kind: 'last', duration },
});

export function beginning(what: Beginning, names: Names): Condition {
  switch (what) {
    case 'behaviour':
      return ordered;
    case 'sequence':
      return beginningSequence;
    case 'trait':
      return asking('trait', names);
    case 'segment':
      return { kind: 'in_segment', segment: names.segments[0] ?? 'vip' };
    case 'stage':
      return asking('stage', names);
    case 'group':
      return { kind: 'or', items: [did('Product Added'), did('Products Searched')] };
    case 'recency':
      return asking('age_last', names);
    case 'date':
      return { ...asking('days_until_anniversary', names), op: '<=', right: { kind: 'number', value: 7 } };
    case 'comparison':
      return { kind: 'compare', op: '<', left: ordersOf('30d'), right: before(ordersOf('30d')) };
    case 'consent':
      return { kind: 'subscribed', to: { kind: 'channel', channel: names.channels[0] ?? 'email' } };
    case 'list':
      return { kind: 'in_list', list: names.lists[0] ?? 'vips' };
    case 'score':
      return { ...asking('score', names), right: { kind: 'number', value: 0.5 } };
    case 'rfm':
      return asking('rfm', names);
    case 'standing':
      return { ...asking('percentile', names), right: { kind: 'number', value: 90 } };
    case 'sample':
      return { kind: 'sample', percent: 10, seed: 'a' };
    case 'everyone':
      return { kind: 'literal', value: true };
  }
}

function did(name: string): Condition {
  return { kind: 'did', negated: false, events: { source: { kind: 'track', name } } };
}

/** A value with what it is usually compared with. */
function asking(kind: ValueKind, names: Names): Is<'compare'> {
  return compared(withKind({ kind: 'count', events: ordered.events }, kind, names), names);
}

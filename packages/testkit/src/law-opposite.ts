/**
 * The opposite of a rule, said the other way round: `=` for `!=`, `in` for `not in`, `did` for `did not`, `exists` for
 * `is missing`, `and` for `or`. Law 1 says that it is the rule's negation, whatever is missing.
 */

import type { Condition } from '@segue/core/rules/tree.ts';

export function oppositeOf(condition: Condition): Condition {
  switch (condition.kind) {
    case 'literal':
      return { kind: 'literal', value: !condition.value };
    case 'and':
      return { kind: 'or', items: condition.items.map(oppositeOf) };
    case 'or':
      return { kind: 'and', items: condition.items.map(oppositeOf) };
    case 'not':
      return condition.item;
    case 'compare': {
      const { op } = condition;
      if (op === '=') return { ...condition, op: '!=' };
      if (op === '!=') return { ...condition, op: '=' };
      return { kind: 'not', item: condition };
    }
    case 'one_of':
    case 'did':
      return { ...condition, negated: !condition.negated };
    case 'presence':
      return { ...condition, present: !condition.present };
    case 'for':
    case 'text':
    case 'sequence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return { kind: 'not', item: condition };
  }
}

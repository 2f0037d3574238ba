/** What people write out of habit, and what they meant. */

import type { Condition, Value } from './tree.ts';

/** Conditions and values have different kinds, so a node says by its kind which it is. */
export function isCondition(node: Condition | Value): node is Condition {
  return conditionKinds.has(node.kind);
}

const conditionKinds: ReadonlySet<string> = new Set<Condition['kind']>([
  'literal',
  'and',
  'or',
  'not',
  'for',
  'compare',
  'one_of',
  'text',
  'presence',
  'did',
  'sequence',
  'in_segment',
  'in_list',
  'subscribed',
  'sample',
]);

type Habit = { readonly meant: string; readonly message: string };

const comparisonHabits: ReadonlyMap<string, Habit> = new Map<string, Habit>([
  ['equals', { meant: '=', message: 'write “=”' }],
  ['equal', { meant: '=', message: 'write “=”' }],
  ['eq', { meant: '=', message: 'write “=”' }],
  ['gt', { meant: '>', message: 'write “>”' }],
  ['gte', { meant: '>=', message: 'write “>=”' }],
  ['lt', { meant: '<', message: 'write “<”' }],
  ['lte', { meant: '<=', message: 'write “<=”' }],
  ['like', { meant: 'contains', message: 'write “contains”, “starts with”, “ends with” or “matches”' }],
  ['ilike', { meant: 'matches', message: 'write “matches "(?i)…"”' }],
  ['includes', { meant: 'contains', message: 'write “contains”' }],
  ['has', { meant: 'contains', message: 'write “contains”' }],
  ['startswith', { meant: 'starts with', message: 'write “starts with”' }],
  ['endswith', { meant: 'ends with', message: 'write “ends with”' }],
  ['starts_with', { meant: 'starts with', message: 'write “starts with”' }],
  ['ends_with', { meant: 'ends with', message: 'write “ends with”' }],
  ['match', { meant: 'matches', message: 'write “matches”' }],
  ['between', { meant: '>=', message: 'write “V >= a and V <= b”' }],
  ['missing', { meant: 'is missing', message: 'write “is missing”' }],
  ['is', { meant: 'is missing', message: 'write “is missing”, “exists”, “=” or “!=”' }],
  ['isnt', { meant: '!=', message: 'write “!=”' }],
  ['exist', { meant: 'exists', message: 'write “exists”' }],
]);

/** For a word that stands where an operator is expected. */
export function comparisonHabit(word: string, next: string): Habit | undefined {
  if (word.toLowerCase() === 'not') {
    if (next === 'exists' || next === 'exist') return { meant: 'is missing', message: 'write “is missing”' };
    return {
      meant: 'not',
      message: `“not” stands before the whole comparison, as in not trait.x ${next} …; only “not in” stands here`,
    };
  }
  if (word.toLowerCase() === 'is' && next.toLowerCase() === 'not') {
    return { meant: 'exists', message: 'write “exists” or “!=”' };
  }
  return comparisonHabits.get(word.toLowerCase());
}

/** For a value with nothing after it that would make it a condition. */
export function valueAloneHint(value: Value, found: string): string {
  const before = `A comparison is expected before ${found.charAt(0).toLowerCase()}${found.slice(1)}`;
  if (value.kind === 'string') {
    return `${before}: a text alone is not true or false. To ask whether an event happened write did ${JSON.stringify(value.value)}.`;
  }
  if (value.kind === 'count' || value.kind === 'days') {
    return `${before}: a number alone is not true or false; write >= 1 after it, for instance.`;
  }
  if (value.kind === 'trait' || value.kind === 'property') {
    return `${before}: write = true, = "text" or exists after it, for instance.`;
  }
  return `${before}: a value alone is not true or false; write =, >, <= or exists after it, for instance.`;
}

/** For what follows a rule that is complete. */
export function leftOverHint(kind: string, text: string): Habit | undefined {
  if (kind === 'symbol' && text === ',') {
    return { meant: 'and, or', message: 'A comma does not join conditions; write “and” or “or”.' };
  }
  if (kind === 'symbol' && text === '%') {
    return { meant: 'a number', message: 'A percentage stands in sample(10%, "seed") only; a fifth is 0.2.' };
  }
  if (kind === 'word' && text === 'where') {
    const message = '“where” follows an event, before its window: did "Event" where x = 1 last 7d.';
    return { meant: 'where directly after the event', message };
  }
  return undefined;
}

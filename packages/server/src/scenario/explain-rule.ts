/**
 * Why a rule holds for a customer or not: its conditions as a tree, each with its answer and with the values that were
 * compared. Works for every route, since it only asks what the route can answer.
 */

import type { Definitions } from '@segue/core/model/definitions.ts';
import { formatRule, formatValue } from '@segue/core/rules/format.ts';
import type { Condition, Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import type { Zone } from '@segue/core/base/zone.ts';

import { showValue } from './expected-value.ts';

/** What can be asked about one customer, now. */
export type Questions = {
  readonly holds: (condition: Condition) => boolean;
  readonly value: (value: Value) => RuleValue;
  readonly definitions: Definitions;
  readonly zone: Zone;
};

/** Lines of one explanation; a rule of hundreds of conditions is not read to its end. */
const linesMax = 40;

/**
 * @example
 * no  all of
 * yes   count("Product Viewed", last 7d) > 3; it is 4
 * no    not
 * yes     in buyers
 * yes       did "Order Completed"; the count is 1
 */
export function explainRule(rule: Condition, questions: Questions): readonly string[] {
  const lines: string[] = [];
  explain(rule, 0, questions, new Set(), lines);
  return lines.length <= linesMax ? lines : [...lines.slice(0, linesMax), '…'];
}

function explain(
  condition: Condition,
  depth: number,
  questions: Questions,
  above: ReadonlySet<string>,
  lines: string[],
): void {
  if (lines.length > linesMax) return;
  const answer = questions.holds(condition) ? 'yes' : 'no ';
  const add = (text: string): void => {
    lines.push(`${answer} ${'  '.repeat(depth)}${text}`);
  };
  switch (condition.kind) {
    case 'and':
    case 'or':
      add(condition.kind === 'and' ? 'all of' : 'any of');
      for (const item of condition.items) explain(item, depth + 1, questions, above, lines);
      return;
    case 'not':
      add('not');
      explain(condition.item, depth + 1, questions, above, lines);
      return;
    case 'for':
      add(`for ${condition.duration} without a break`);
      explain(condition.item, depth + 1, questions, above, lines);
      return;
    case 'in_segment': {
      add(onOneLine(condition));
      const rule = questions.definitions.segments.get(condition.segment)?.rule;
      if (rule === undefined || above.has(condition.segment)) return;
      explain(rule, depth + 1, questions, new Set(above).add(condition.segment), lines);
      return;
    }
    case 'literal':
    case 'compare':
    case 'one_of':
    case 'text':
    case 'presence':
    case 'did':
    case 'sequence':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      add(onOneLine(condition) + findings(condition, questions));
  }
}

/** The values that a condition looks at, except those that it spells out. */
function findings(condition: Condition, { value, zone }: Questions): string {
  const show = (asked: Value): string => showValue(value(asked), zone);
  if (condition.kind === 'did') {
    const { events, window } = condition;
    return `; the count is ${show({ kind: 'count', events, ...(window === undefined ? {} : { window }) })}`;
  }
  const sides = sidesOf(condition).filter((side) => !isLiteral(side));
  const [only, second] = sides;
  if (only === undefined) return '';
  if (second === undefined) return `; it is ${show(only)}`;
  return sides.map((side) => `; ${formatValue(side, { width: Infinity })} is ${show(side)}`).join('');
}

function sidesOf(condition: Condition): readonly Value[] {
  if (condition.kind === 'compare') return [condition.left, condition.right];
  const one = condition.kind === 'one_of' || condition.kind === 'text' || condition.kind === 'presence';
  return one ? [condition.value] : [];
}

function isLiteral(value: Value): boolean {
  return ['number', 'string', 'boolean', 'date', 'duration'].includes(value.kind);
}

/** Comments belong to the author of the rule, not to its answer. */
function onOneLine(condition: Condition): string {
  const { comments: _, ...bare } = condition;
  return formatRule(bare, { width: Infinity });
}

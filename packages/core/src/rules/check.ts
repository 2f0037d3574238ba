/**
 * The checker: is a tree that reads well also one that makes sense? Names, types, units, windows, what may stand where.
 *
 * `checkRule` looks at one tree with the definitions that it may name; `checkDefinitions` (check-definitions.ts) at a
 * whole set, with what concerns several of them, such as cycles. An error means that the rule is refused. A warning
 * means that it can be run and that its author most likely meant something else.
 *
 * Everything after this point (interpreter, engine) relies on a tree without errors.
 */

import { RE2JS } from 're2js';
import type { Diagnostic } from '../base/diagnostic.ts';
import { calendarUnitsMax, ruleDiagnosticsMax } from '../base/limits.ts';
import { ValueChecker, type Environment } from './check-values.ts';
import { isTooDeep, isTooLarge } from './parse-depth.ts';
import { anything, canCompare, describeType, string as stringType, type TypeSet } from './check-types.ts';
import { readDate } from './parse-literal.ts';
import type { Positions } from './parse-positions.ts';
import type { Condition, EventPattern, Literal, Value, Window } from './tree.ts';

export type { Environment } from './check-values.ts';

/** Errors and warnings of one rule. Places are known where `positions` came with the tree from the parser. */
export function checkRule(
  tree: Condition,
  environment: Environment,
  positions?: Positions,
): readonly Diagnostic[] {
  return run(tree, environment, positions, (checker) => {
    checker.condition(tree);
  });
}

/** The same for a value on its own. */
export function checkValue(
  tree: Value,
  environment: Environment,
  positions?: Positions,
): readonly Diagnostic[] {
  return run(tree, environment, positions, (checker) => {
    checker.value(tree);
  });
}

/** What a value may turn out to be; anything where it is too large to be looked at. */
export function typeOf(tree: Value, environment: Environment): TypeSet {
  let type = anything;
  run(tree, environment, undefined, (checker) => {
    type = checker.value(tree);
  });
  return type;
}

/** Errors and warnings of an event pattern on its own. */
export function checkEventPattern(
  tree: EventPattern,
  environment: Environment,
  positions?: Positions,
): readonly Diagnostic[] {
  return run(tree, environment, positions, (checker) => {
    checker.events(tree);
  });
}

/** The same for a window on its own. */
export function checkWindow(
  tree: Window,
  environment: Environment,
  positions?: Positions,
): readonly Diagnostic[] {
  return run(tree, environment, positions, (checker) => {
    checker.window(tree);
  });
}

function run(
  tree: object,
  environment: Environment,
  positions: Positions | undefined,
  check: (checker: RuleChecker) => void,
): readonly Diagnostic[] {
  const checker = new RuleChecker(environment, positions);
  if (isTooDeep(tree) || isTooLarge(tree)) {
    checker.error(
      tree,
      undefined,
      'rule/too-deep',
      'The rule is too deep or too large; move a part of it into a segment of its own.',
      { expected: 'a smaller rule' },
    );
  } else {
    check(checker);
  }
  return checker.diagnostics.slice(0, ruleDiagnosticsMax);
}

class RuleChecker extends ValueChecker {
  condition(node: Condition): void {
    switch (node.kind) {
      case 'literal':
        return;
      case 'and':
      case 'or':
        for (const item of node.items) this.condition(item);
        return;
      case 'not':
        this.condition(node.item);
        return;
      case 'compare':
        this.#compare(node);
        return;
      case 'one_of':
        this.#oneOf(node);
        return;
      case 'text':
        this.#text(node);
        return;
      case 'presence':
        this.#presence(node);
        return;
      case 'for':
      case 'did':
      case 'sequence':
      case 'in_segment':
      case 'in_list':
      case 'subscribed':
      case 'sample':
        this.#aboutCustomer(node);
    }
  }

  #aboutCustomer(
    node: Extract<
      Condition,
      { kind: 'for' | 'did' | 'sequence' | 'in_segment' | 'in_list' | 'subscribed' | 'sample' }
    >,
  ): void {
    if (this.inWhere) {
      this.error(
        node,
        undefined,
        'rule/not-in-where',
        'Only conditions on the properties of the event can stand inside “where”.',
        { expected: 'a condition on a property' },
      );
      return;
    }
    switch (node.kind) {
      case 'for':
        this.condition(node.item);
        this.positive(node, 'duration', node.duration);
        return;
      case 'did':
        this.eventsAndWindow(node);
        return;
      case 'sequence':
        this.#sequence(node);
        return;
      case 'in_segment':
        this.reference(node, 'segments', node.segment);
        return;
      case 'sample':
        if (!(node.percent >= 0 && node.percent <= 100)) {
          this.error(
            node,
            'percent',
            'rule/percent',
            `A percentage lies between 0 and 100, not at ${node.percent}.`,
            { expected: 'a number from 0 to 100' },
          );
        }
        return;
      case 'in_list':
      case 'subscribed':
        return;
    }
  }

  #compare(node: Extract<Condition, { kind: 'compare' }>): void {
    const left = this.value(node.left);
    const right = this.value(node.right);
    if (node.op === '=' || node.op === '!=') {
      this.choice(node.left, node.right);
      this.choice(node.right, node.left);
    }
    this.#comparable(node, node.left, left, node.right, right, node.op === '!=');
  }

  #comparable(
    node: Condition,
    leftNode: Value,
    left: TypeSet,
    rightNode: Value,
    right: TypeSet,
    holds: boolean,
  ): void {
    const constants = isConstant(leftNode) && isConstant(rightNode);
    if (canCompare(left, right)) {
      const text =
        leftNode.kind === 'string' ? leftNode : rightNode.kind === 'string' ? rightNode : undefined;
      const date = leftNode.kind === 'date' || rightNode.kind === 'date';
      if (text === undefined || !date || readDate(text.value).ok) return;
      this.warn(
        node,
        'operator',
        'rule/never-holds',
        `${JSON.stringify(text.value)} does not read as a date, so this comparison ${holds ? 'always' : 'never'} holds.`,
        { expected: 'a date such as 2026-11-01' },
      );
      return;
    }
    const sides = `${describeType(left)} cannot be compared with ${describeType(right)}`;
    if (constants && leftNode.kind !== 'duration' && rightNode.kind !== 'duration') {
      this.warn(
        node,
        'operator',
        'rule/never-holds',
        `${upperFirst(sides)}: text and numbers are not converted, so this ${holds ? 'always' : 'never'} holds.`,
        { expected: 'two values of one type' },
      );
      return;
    }
    this.error(
      node,
      'operator',
      'rule/type',
      `${upperFirst(sides)}.${remedy(leftNode, left, rightNode, right)}`,
      { expected: `${describeType(left)} on both sides` },
    );
  }

  #oneOf(node: Extract<Condition, { kind: 'one_of' }>): void {
    const type = this.value(node.value);
    const first = node.values[0];
    if (first === undefined) {
      this.error(
        node,
        undefined,
        'rule/empty-list',
        'The list has no values; “true” and “false” say always and never.',
        { expected: 'at least one value' },
      );
      return;
    }
    const firstType = this.value(first);
    for (const literal of node.values.slice(1)) {
      this.value(literal);
      if (literal.kind === first.kind) continue;
      this.error(
        literal,
        undefined,
        'rule/mixed-list',
        `The values of a list are of one type; the first is ${describeType(firstType)}, this one is not.`,
        { expected: describeType(firstType) },
      );
      return;
    }
    for (const literal of node.values) this.choice(node.value, literal);
    this.#comparable(node, node.value, type, first, firstType, node.negated);
  }

  #text(node: Extract<Condition, { kind: 'text' }>): void {
    const type = this.value(node.value);
    if ((type & stringType) === 0) {
      this.error(
        node.value,
        undefined,
        'rule/type',
        `“${node.op.replace('_', ' ')}” looks at text, and this is ${describeType(type)}.`,
        { expected: 'a text' },
      );
    }
    if (node.op !== 'matches') return;
    const problem = patternProblem(node.text);
    if (problem === undefined) return;
    this.error(
      node,
      'text',
      'rule/pattern',
      `This is not a pattern in RE2 syntax: ${problem}. A special character that stands for itself has two backslashes before it, as in "1\\\\.5".`,
      { expected: 'a pattern in RE2 syntax' },
    );
  }

  #presence(node: Extract<Condition, { kind: 'presence' }>): void {
    this.value(node.value);
    const { value } = node;
    const always =
      value.kind === 'count' ||
      value.kind === 'days' ||
      value.kind === 'stage' ||
      isConstant(value) ||
      (value.kind === 'aggregate' && (value.fn === 'sum' || value.fn === 'distinct'));
    if (!always) return;
    this.warn(
      node,
      undefined,
      node.present ? 'rule/always-holds' : 'rule/never-holds',
      `This value is never missing (of nothing it is 0), so the condition ${node.present ? 'always' : 'never'} holds.`,
      { expected: 'a comparison such as > 0' },
    );
  }

  #sequence(node: Extract<Condition, { kind: 'sequence' }>): void {
    if (node.steps.length === 0) {
      this.error(node, undefined, 'rule/sequence', 'A sequence has at least one step.', {
        expected: 'an event',
      });
    }
    node.steps.forEach((step, index) => {
      this.events(step.events);
      if (step.within === undefined) return;
      if (index === 0) {
        this.error(
          step,
          undefined,
          'rule/sequence',
          'The first step of a sequence has no step before it to be “within” of.',
          { expected: 'an event without “within”' },
        );
      }
      this.positive(step, 'duration', step.within);
    });
    if (node.absent !== undefined) {
      this.events(node.absent.events);
      this.positive(node.absent, 'duration', node.absent.within);
    }
    if (node.on !== undefined) this.path(node, node.on);
    if (node.window !== undefined) this.window(node.window);
  }

  window(node: Window): void {
    switch (node.kind) {
      case 'last':
        this.positive(node, undefined, node.duration);
        return;
      case 'ago': {
        const from = this.positive(node, undefined, node.from);
        const to = this.positive(node, undefined, node.to, `, or write “last ${node.from}”`);
        if (from !== undefined && to !== undefined && from <= to) {
          this.error(
            node,
            undefined,
            'rule/window',
            `The window “from ${node.from} to ${node.to} ago” is empty: it begins further back than it ends, so write “from ${node.to} to ${node.from} ago”.`,
            { expected: `from ${node.to} to ${node.from} ago` },
          );
        }
        return;
      }
      case 'calendar':
        if (!Number.isInteger(node.n) || node.n < 1 || node.n > calendarUnitsMax) {
          this.error(
            node,
            undefined,
            'rule/window',
            `A calendar window spans 1 to ${calendarUnitsMax} whole ${node.unit}s, not ${node.n}.`,
            { expected: `a whole number from 1 to ${calendarUnitsMax}` },
          );
        }
        return;
      case 'since':
        this.value(node.from);
        return;
      case 'before':
        this.value(node.to);
        return;
      case 'between':
        this.#between(node);
        return;
      case 'after_last':
        this.events(node.events);
        return;
    }
  }

  #between(node: Extract<Window, { kind: 'between' }>): void {
    this.value(node.from);
    this.value(node.to);
    const from = readDate(node.from.text);
    const to = readDate(node.to.text);
    if (!from.ok || !to.ok) return;
    // Which of a local and an absolute time is earlier depends on the zone, which is at most 15 hours from UTC.
    const slack = from.value.local === to.value.local ? 0 : 15 * 3_600_000;
    if (from.value.ms - to.value.ms < slack) return;
    this.error(
      node,
      undefined,
      'rule/window',
      `The window is empty: it begins at ${node.from.text}, which is not before its end, ${node.to.text}. The first date is included, the second is not.`,
      { expected: 'an earlier date first' },
    );
  }
}

/** What is wrong with a pattern, or undefined. */
function patternProblem(text: string): string | undefined {
  try {
    RE2JS.compile(text);
    return undefined;
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^error parsing regexp: /, '')
      : 'it cannot be compiled';
  }
}

function isConstant(value: Value): value is Literal {
  return (
    value.kind === 'number' ||
    value.kind === 'string' ||
    value.kind === 'boolean' ||
    value.kind === 'date' ||
    value.kind === 'duration'
  );
}

/** What most likely was meant, where it can be told. */
function remedy(left: Value, leftType: TypeSet, right: Value, rightType: TypeSet): string {
  const both = [left, right];
  const text = both.find((value) => value.kind === 'string');
  const number = both.find((value) => value.kind === 'number');
  const duration = both.find((value) => value.kind === 'duration');
  const trait = both.find((value) => value.kind === 'trait');
  if (
    number !== undefined &&
    (describeType(leftType) === 'a duration' || describeType(rightType) === 'a duration')
  ) {
    return ` Give the number a unit, as in ${number.value}d.`;
  }
  if (text !== undefined && text.value.trim() !== '' && Number.isFinite(Number(text.value))) {
    return ` Without quotes ${text.value} is a number.`;
  }
  const difference = both.find((value) => value.kind === 'arithmetic' && value.op === '-');
  if (duration !== undefined && difference !== undefined) {
    return ' The time from one date to another is the difference of their ages: age(trait.first) - age(trait.second).';
  }
  const days = both.find((value) => value.kind === 'days' || value.kind === 'days_until_anniversary');
  if (duration !== undefined && days !== undefined) {
    return ` ${days.kind}(…) is a number of days, so write the number without a unit.`;
  }
  if (duration !== undefined && trait !== undefined) {
    return ` The time since a date is age(trait.${trait.path.join('.')}), the time left is until(trait.${trait.path.join('.')}).`;
  }
  if (duration !== undefined) {
    return ' A duration is compared with an age(…), an until(…) or another duration.';
  }
  return '';
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

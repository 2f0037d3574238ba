/**
 * Text → tree: rules, values and the smaller things that stand on their own in definitions and scenarios.
 *
 * `parseRule('did "Order Completed" last 30d')` gives a tree, or diagnostics that say what is wrong and where, as many
 * per run as make sense. It never throws and takes time linear in the length of the text. Names, types and units are
 * the checker's part (check.ts).
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import { ruleCharactersMax } from '../base/limits.ts';
import { RuleParser } from './parse-conditions.ts';
import { isTooDeep } from './parse-depth.ts';
import { Positions } from './parse-positions.ts';
import type { Condition, EventPattern, Literal, Path, Value, Window } from './tree.ts';

export type Parsed<T> = {
  /** Missing where there is any error. */
  readonly tree: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Where each node of the tree stands in the text. */
  readonly positions: Positions;
};

/** A rule: a yes/no question about one customer. */
export function parseRule(text: string): Parsed<Condition> {
  return parseWith(text, (parser) => parser.readCondition());
}

/** A value on its own, such as `sum(revenue of "Order Completed", last 30d)`. */
export function parseValue(text: string): Parsed<Value> {
  return parseWith(text, (parser) => parser.readValue());
}

/** An event pattern on its own, such as `"Product Viewed" where price > 100`. */
export function parseEventPattern(text: string): Parsed<EventPattern> {
  return parseWith(text, (parser) => parser.readEventPattern());
}

/** A window on its own, such as `last 30 calendar days`. */
export function parseWindow(text: string): Parsed<Window> {
  return parseWith(text, (parser) => parser.readWindow());
}

/** A literal on its own, such as `-5d`, `"text"` or `2026-11-01`. */
export function parseLiteral(text: string): Parsed<Literal> {
  return parseWith(text, (parser) => parser.readLiteral());
}

/** A path into properties, such as `revenue` or `properties["loyalty tier"]`. */
export function parsePropertyPath(text: string): Parsed<Path> {
  return parseWith(text, (parser) => parser.readPath());
}

function parseWith<T>(text: string, parse: (parser: RuleParser) => T): Parsed<T> {
  if (text.length > ruleCharactersMax) {
    const message = `The rule is ${text.length} characters long; at most ${ruleCharactersMax} are allowed. Move parts of it into segments of their own, and long lists of values into a list.`;
    const tooLong: Diagnostic = {
      code: 'rule/too-long',
      severity: 'error',
      message,
      line: 1,
      column: 1,
      expected: `at most ${ruleCharactersMax} characters`,
    };
    return { tree: undefined, diagnostics: [tooLong], positions: new Positions() };
  }
  const parser = new RuleParser(text);
  const tree = parser.whole(parse);
  if (tree !== undefined && isTooDeep(tree)) parser.complainTooDeep();
  const diagnostics = parser.diagnostics();
  return { tree: diagnostics.length > 0 ? undefined : tree, diagnostics, positions: parser.positions };
}

/**
 * Examples: an event that a pattern would match, a value that a comparison would accept.
 *
 * What is built is checked against the rule's own meaning; where nothing can be built (a pattern of text), an event of
 * the customer's own past serves as the example.
 */

import { roundSignificant } from '../base/decimal.ts';
import type { Zone } from '../base/zone.ts';
import type { JsonObject, JsonValue } from '../model/message.ts';
import { latest } from '../rules/interpreter-history.ts';
import type { Interpreter } from '../rules/interpreter.ts';
import { isLiteral, mirroredOperators } from '../rules/literals.ts';
import {
  elementsOf,
  eventMatches,
  literalValue,
  readPath,
  whereHolds,
  whereValue,
} from '../rules/semantics.ts';
import type { CompareOperator, Condition, EventPattern, Path, TextOperator, Value } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';
import { isObject, withPath, type ExampleEvent } from './explain-plans.ts';

export const negatedOperators: Readonly<Record<CompareOperator, CompareOperator>> = {
  '=': '!=',
  '!=': '=',
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
};

/** An event that the pattern matches; undefined where none can be made up and the customer has had none. */
export function exampleOf(pattern: EventPattern, asked: Interpreter): ExampleEvent | undefined {
  const past = latest(asked.matching(pattern));
  const { where } = pattern;
  const properties = where === undefined ? {} : satisfying(where, true, {}, asked.world.zone);
  if (properties === undefined || (where !== undefined && !whereHolds(where, properties, asked.world.zone))) {
    return past === undefined
      ? undefined
      : { kind: past.kind, name: past.name, properties: past.properties, afterMs: 0 };
  }
  return { ...namedAs(pattern, past?.name), properties, afterMs: 0 };
}

function namedAs({ source }: EventPattern, seen: string | undefined): Pick<ExampleEvent, 'kind' | 'name'> {
  switch (source.kind) {
    case 'track':
    case 'page':
    case 'screen':
      return { kind: source.kind, name: source.name };
    case 'prefix':
      return { kind: 'track', name: seen ?? `${source.prefix}…` };
    case 'any': {
      const name = seen ?? 'Anything';
      return { kind: 'track', name: eventMatches(source, 'track', name) ? name : 'Anything' };
    }
  }
}

/** Properties under which the condition is as wanted, added to those given; undefined where none come to mind. */
function satisfying(
  where: Condition,
  wanted: boolean,
  given: JsonObject,
  zone: Zone,
): JsonObject | undefined {
  if (whereHolds(where, given, zone) === wanted) return given;
  switch (where.kind) {
    case 'not':
      return satisfying(where.item, !wanted, given, zone);
    case 'and':
    case 'or': {
      const all = (where.kind === 'and') === wanted;
      if (!all) {
        for (const item of where.items) {
          const found = satisfying(item, wanted, given, zone);
          if (found !== undefined) return found;
        }
        return undefined;
      }
      return where.items.reduce<JsonObject | undefined>(
        (known, item) => (known === undefined ? undefined : satisfying(item, wanted, known, zone)),
        given,
      );
    }
    case 'compare': {
      const { left, right } = where;
      const op = wanted ? where.op : negatedOperators[where.op];
      return (
        assigned(left, op, whereValue(right, given, zone), given, zone) ??
        assigned(right, mirroredOperators[op], whereValue(left, given, zone), given, zone)
      );
    }
    case 'one_of': {
      const positive = wanted !== where.negated;
      const options = positive ? where.values.slice(0, 1) : where.values;
      const [first] = options.map((literal) => literalValue(literal, zone));
      return assigned(where.value, positive ? '=' : '!=', first, given, zone);
    }
    case 'text':
      return wanted
        ? assigned(where.value, '=', textFor(where.op, where.text), given, zone)
        : assigned(where.value, '=', '-', given, zone);
    case 'presence':
      return where.present === wanted ? assigned(where.value, '=', 'any', given, zone) : undefined;
    case 'literal':
    case 'for':
    case 'did':
    case 'sequence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return undefined;
  }
}

function assigned(
  value: Value,
  op: CompareOperator,
  target: RuleValue,
  given: JsonObject,
  zone: Zone,
): JsonObject | undefined {
  if (value.kind === 'coalesce') {
    const [first] = value.values;
    return first === undefined ? undefined : assigned(first, op, target, given, zone);
  }
  if (value.kind === 'arithmetic' && isLiteral(value.right) && typeof target === 'number') {
    const by = whereValue(value.right, given, zone);
    const wanted = typeof by === 'number' ? undone(value.op, target, by) : undefined;
    return wanted === undefined ? undefined : assigned(value.left, op, wanted, given, zone);
  }
  if (value.kind !== 'property') return undefined;
  const [json] = jsonFor(op, target);
  if (json === undefined) return undefined;
  const properties = withPath(given, value.path, json);
  return isObject(properties) ? properties : undefined;
}

/** x for which `x op by` is the target. */
export function undone(op: '+' | '-' | '*' | '/', target: number, by: number): number | undefined {
  const x = op === '+' ? target - by : op === '-' ? target + by : op === '*' ? target / by : target * by;
  return Number.isFinite(x) ? roundSignificant(x) : undefined;
}

/** A text that the operator accepts; of a pattern its plain letters, which may or may not match it. */
export function textFor(op: TextOperator, text: string): string {
  return op === 'matches' ? text.replace(/\\(.)/g, '$1').replace(/[\^$()*+?.|[\]{}]/g, '') : text;
}

/** Numbers that stand so to the target, nearest first. Whole ones where the target is whole. */
export function numbersFor(op: CompareOperator, target: number): readonly number[] {
  const unit = Number.isInteger(target) ? 1 : 0.01;
  switch (op) {
    case '=':
    case '<=':
    case '>=':
      return [target];
    case '!=':
      return [target + unit, target - unit].map(roundSignificant);
    case '<':
      return [roundSignificant(target - unit)];
    case '>':
      return [roundSignificant(target + unit)];
  }
}

/** JSON values that, read as a trait or property, stand so to the target. */
export function jsonFor(op: CompareOperator, target: RuleValue): readonly JsonValue[] {
  if (typeof target === 'number') return numbersFor(op, target);
  if (typeof target === 'boolean') return op === '=' ? [target] : op === '!=' ? [!target] : [];
  if (typeof target === 'string') {
    if (op === '=' || op === '<=' || op === '>=') return [target];
    return op === '<' ? ['!'] : [`${target} (other)`];
  }
  if (target?.kind === 'instant') {
    return numbersFor(op, target.ms)
      .filter((ms) => Number.isSafeInteger(ms))
      .map((ms) => new Date(ms).toISOString());
  }
  return elementsOf(target)
    .slice(0, 1)
    .flatMap((one) => (one === target ? [] : jsonFor(op, one)));
}

/** An example with one property set; where the pattern asks more of it than the value, as much as the pattern asks. */
export function withProperty(example: ExampleEvent, path: Path, value: JsonValue): ExampleEvent {
  const there = readPath(example.properties, path);
  const enough = typeof value === 'number' && typeof there === 'number' && there > value;
  const properties = enough ? example.properties : withPath(example.properties, path, value);
  return { ...example, properties: isObject(properties) ? properties : {} };
}

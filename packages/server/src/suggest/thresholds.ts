/** The numbers of a rule that could be others: where each stands in the tree, what it is held against, and how to change it. */

import { formatRule, formatValue } from '@segue/core/rules/format.ts';
import { durationMs } from '@segue/core/rules/semantics.ts';
import type { CalendarUnit, Condition, EventPattern, Value } from '@segue/core/rules/tree.ts';

export type ThresholdNumber = {
  /** Keys from the root of the tree to the number. */
  readonly path: readonly (string | number)[];
  /** A duration is in milliseconds; units are calendar days, weeks … */
  readonly kind: 'number' | 'duration' | 'units';
  readonly now: number;
  /** As the rule has it. */
  readonly text: string;
  /** The condition that it stands in. */
  readonly condition: string;
  readonly unit?: CalendarUnit;
  /** For a duration or units: the events between which people let time pass. */
  readonly events?: EventPattern;
  /** For a number: what is compared with it. */
  readonly value?: Value;
};

type Path = readonly (string | number)[];

/** In the order in which they stand. Numbers inside `where` are about events and left out. */
export function thresholdNumbers(rule: Condition): readonly ThresholdNumber[] {
  const found: ThresholdNumber[] = [];
  walk(rule, [], found);
  return found;
}

function walk(node: Condition, path: Path, found: ThresholdNumber[]): void {
  const condition = formatRule(node, { width: Infinity });
  const at = (...more: Path): Path => [...path, ...more];
  switch (node.kind) {
    case 'and':
    case 'or':
      for (const [i, item] of node.items.entries()) walk(item, at('items', i), found);
      return;
    case 'not':
      walk(node.item, at('item'), found);
      return;
    case 'for':
      walk(node.item, at('item'), found);
      found.push({ ...duration(at('duration'), node.duration), condition });
      return;
    case 'compare':
      addCompared(node.left, at('left'), node.right, at('right'), condition, found);
      return;
    case 'did':
      addWindow(node, path, condition, found);
      return;
    case 'sequence':
      for (const [i, step] of node.steps.entries()) {
        if (step.within === undefined) continue;
        found.push({ ...duration(at('steps', i, 'within'), step.within), events: step.events, condition });
      }
      if (node.absent !== undefined) {
        const { within, events } = node.absent;
        found.push({ ...duration(at('absent', 'within'), within), events, condition });
      }
      if (node.window?.kind === 'last') {
        found.push({ ...duration(at('window', 'duration'), node.window.duration), condition });
      }
      return;
    case 'literal':
    case 'one_of':
    case 'text':
    case 'presence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return;
  }
}

function addCompared(
  left: Value,
  leftPath: Path,
  right: Value,
  rightPath: Path,
  condition: string,
  found: ThresholdNumber[],
): void {
  for (const [literal, path, other, otherPath] of [
    [right, rightPath, left, leftPath],
    [left, leftPath, right, rightPath],
  ] as const) {
    const isFixed = other.kind === 'number' || other.kind === 'duration' || other.kind === 'date';
    if (isFixed) continue;
    if (literal.kind === 'number') {
      const { value: now } = literal;
      found.push({
        path: [...path, 'value'],
        kind: 'number',
        now,
        text: formatValue(literal),
        value: other,
        condition,
      });
    }
    if (literal.kind === 'duration' && literal.negative !== true) {
      const events = other.kind === 'age_of_event' ? { events: other.events } : {};
      found.push({ ...duration([...path, 'text'], literal.text), ...events, condition });
    }
    if (literal.kind === 'number' || literal.kind === 'duration') {
      addValue(other, otherPath, condition, found);
    }
  }
}

/** Windows of what is compared. */
function addValue(value: Value, path: Path, condition: string, found: ThresholdNumber[]): void {
  if (value.kind === 'arithmetic') {
    addValue(value.left, [...path, 'left'], condition, found);
    addValue(value.right, [...path, 'right'], condition, found);
  } else if ('events' in value) addWindow(value, path, condition, found);
}

function addWindow(
  { window, events }: Pick<Extract<Value, { kind: 'count' }>, 'window' | 'events'>,
  path: Path,
  condition: string,
  found: ThresholdNumber[],
): void {
  if (window?.kind === 'last') {
    found.push({ ...duration([...path, 'window', 'duration'], window.duration), events, condition });
  }
  if (window?.kind === 'calendar') {
    const { n: now, unit } = window;
    const text = `${now} calendar ${unit}s`;
    found.push({ path: [...path, 'window', 'n'], kind: 'units', now, text, unit, events, condition });
  }
}

function duration(path: Path, text: string): Omit<ThresholdNumber, 'condition'> {
  return { path, kind: 'duration', now: durationMs(text), text };
}

/** The rule with another number. */
export function withNumber(rule: Condition, { path, kind }: ThresholdNumber, to: number): Condition {
  return replaced(rule, path, kind === 'duration' ? durationText(to) : to) as Condition;
}

function replaced(node: unknown, [key, ...rest]: Path, to: string | number): unknown {
  if (key === undefined) return to;
  if (Array.isArray(node)) {
    const items: readonly unknown[] = node;
    return items.map((item, i) => (i === key ? replaced(item, rest, to) : item));
  }
  const object = node as Readonly<Record<string, unknown>>;
  return { ...object, [key]: replaced(object[key], rest, to) };
}

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** In the largest unit that divides it. */
export function durationText(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

/** The parts of a mapping's YAML: fields, tests, and values of a given shape, each problem reported where it stands. */

import { isMap, isNode, isScalar, isSeq, type Scalar, type YAMLMap } from 'yaml';
import { parseFormula } from './formula.ts';
import type { Field, Fields, Formula, Test, Where } from './mapping.ts';
import { didYouMean } from './nearest.ts';

const FIELD_KEYS = [
  'column',
  'map',
  'number',
  'sum',
  'count',
  'date',
  'boolean',
  'text',
  'value',
  'object',
  'each',
];
const TEST_KEYS = ['is', 'is_not', 'in', 'starts_with', 'not_starts_with', 'empty'];
const FIELD_SHAPES =
  'a column name, or one of { column: A, map: {…} }, { number: A * B }, { sum: A * B }, { count: lines }, { date: A }, { boolean: A }, { text: "{A} {B}" }, { value: … }, { object: {…} }, { each: {…} }';

export type Report = (message: string, offset: number) => void;

export class FieldReader {
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Reports at the place of the node. */
  report(message: string, node: unknown): void {
    this.#report(message, isNode(node) ? (node.range?.[0] ?? 0) : 0);
  }

  checkKeys(map: YAMLMap, known: readonly string[]): void {
    for (const pair of map.items) {
      const key = keyOf(pair.key);
      if (known.includes(key)) continue;
      this.report(
        `unknown key "${key}"; expected one of ${known.join(', ')}${didYouMean(key, known)}`,
        pair.key,
      );
    }
  }

  optionalText(map: YAMLMap, key: string): string | undefined {
    const node = map.get(key, true);
    if (node === undefined) return undefined;
    if (isScalar(node) && node.value !== null) return scalarText(node);
    this.report(`${key} is a text`, node);
    return undefined;
  }

  flag(map: YAMLMap, key: string): boolean | undefined {
    const node = map.get(key, true);
    if (node === undefined) return undefined;
    if (isScalar(node) && typeof node.value === 'boolean') return node.value;
    this.report(`${key} is true or false`, node);
    return undefined;
  }

  choice<T extends string>(map: YAMLMap, key: string, choices: readonly T[]): T | undefined {
    const text = this.optionalText(map, key);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      this.report(
        `${key} is one of ${choices.join(', ')}; not "${text}"${didYouMean(text, choices)}`,
        map.get(key, true),
      );
    }
    return choice;
  }

  /** A text or a list of texts. */
  texts(node: unknown, what: string, expected: string): string[] {
    if (node === undefined) return [];
    if (isScalar(node) && typeof node.value === 'string') return [node.value];
    if (isSeq(node) && node.items.every((item) => isScalar(item) && item.value !== null)) {
      return node.items.map((item) => (isScalar(item) ? scalarText(item) : ''));
    }
    this.report(`${what} is ${expected}`, node);
    return [];
  }

  items(node: unknown, what: string, expected: string): readonly unknown[] {
    if (node === undefined) return [];
    if (isSeq(node)) return node.items;
    this.report(`${what} is ${expected}`, node);
    return [];
  }

  named(node: unknown, what: string): Fields {
    if (node === undefined) return [];
    if (!isMap(node)) {
      this.report(`${what} is a set of names and where their values come from`, node);
      return [];
    }
    const fields: { name: string; field: Field }[] = [];
    for (const pair of node.items) {
      const name = keyOf(pair.key);
      const field = this.field(pair.value, `${what}.${name}`);
      if (field !== undefined) fields.push({ name, field });
    }
    return fields;
  }

  field(node: unknown, what: string): Field | undefined {
    if (isScalar(node) && node.value !== null) return { kind: 'text', column: scalarText(node) };
    if (!isMap(node)) {
      this.report(`${what} is ${FIELD_SHAPES}`, node);
      return undefined;
    }
    this.checkKeys(node, FIELD_KEYS);
    const keys = node.items.map((pair) => keyOf(pair.key)).filter((key) => key !== 'map');
    const [key] = keys;
    if (key === undefined || keys.length > 1) {
      this.report(`${what} is ${FIELD_SHAPES}`, node);
      return undefined;
    }
    return this.#fieldOf(key, node, what);
  }

  #fieldOf(key: string, node: YAMLMap, what: string): Field | undefined {
    const value = node.get(key, true);
    switch (key) {
      case 'object':
      case 'each':
        return { kind: key, fields: this.named(value, `${what}.${key}`) };
      case 'value':
        return this.#constant(value, what);
      case 'column':
        return this.#column(node);
      case 'count':
        if (isScalar(value) && value.value === 'lines') return { kind: 'count_lines' };
        this.report(`${what}: only lines can be counted: { count: lines }`, value);
        return undefined;
      default:
        return this.#textual(key, value, what);
    }
  }

  #textual(key: string, value: unknown, what: string): Field | undefined {
    if (!isScalar(value) || value.value === null) {
      this.report(`${what}.${key} is a text`, value);
      return undefined;
    }
    const text = scalarText(value);
    switch (key) {
      case 'date':
      case 'boolean':
        return { kind: key, column: text };
      case 'text':
        return { kind: 'template', parts: templateParts(text) };
      case 'number':
      case 'sum': {
        const formula = this.#formula(text, value, what);
        return formula === undefined ? undefined : { kind: key, formula };
      }
      default:
        return undefined;
    }
  }

  #formula(text: string, node: unknown, what: string): Formula | undefined {
    const parsed = parseFormula(text);
    if (parsed.ok) return parsed.value;
    this.report(`${what}: ${parsed.error}`, node);
    return undefined;
  }

  #constant(node: unknown, what: string): Field | undefined {
    const value = isScalar(node) ? node.value : undefined;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      return { kind: 'constant', value };
    }
    this.report(`${what}.value is a text, a number, true or false`, node);
    return undefined;
  }

  #column(node: YAMLMap): Field | undefined {
    const column = this.optionalText(node, 'column');
    if (column === undefined) return undefined;
    const table = node.get('map', true);
    if (table === undefined) return { kind: 'text', column };
    if (!isMap(table)) {
      this.report('map is a set: { from: to, … }', table);
      return undefined;
    }
    const map = new Map<string, string>();
    for (const pair of table.items) {
      map.set(keyOf(pair.key), isScalar(pair.value) ? scalarText(pair.value) : '');
    }
    return { kind: 'text', column, map };
  }

  /** `{ column: test, … }`; a plain text is `is`. */
  where(node: unknown): Where {
    if (node === undefined) return [];
    if (!isMap(node)) {
      this.report(
        'where is a set of columns and tests: { Country: France, Invoice: { starts_with: C } }',
        node,
      );
      return [];
    }
    const tests: Test[] = [];
    for (const pair of node.items) {
      const column = keyOf(pair.key);
      if (isScalar(pair.value)) {
        tests.push({ column, op: 'is', text: scalarText(pair.value) });
        continue;
      }
      if (!isMap(pair.value)) {
        this.report(
          `the test of "${column}" is a text or one of { ${TEST_KEYS.join(', ')} }`,
          pair.value ?? pair.key,
        );
        continue;
      }
      this.checkKeys(pair.value, TEST_KEYS);
      for (const test of pair.value.items) this.#test(column, keyOf(test.key), test.value, tests);
    }
    return tests;
  }

  #test(column: string, op: string, node: unknown, into: Test[]): void {
    switch (op) {
      case 'in':
        into.push({ column, op, texts: this.texts(node, 'in', 'a list of texts') });
        return;
      case 'empty':
        if (isScalar(node) && typeof node.value === 'boolean') into.push({ column, op, empty: node.value });
        else this.report('empty is true or false', node);
        return;
      case 'is':
      case 'is_not':
      case 'starts_with':
      case 'not_starts_with':
        if (isScalar(node)) into.push({ column, op, text: scalarText(node) });
        else this.report(`${op} is a text`, node);
        return;
      default:
        return;
    }
  }
}

/** The text of a scalar as a person would write it; '' for null. */
export function scalarText(node: Scalar): string {
  const { value } = node;
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : '';
}

/** The text of a key; '' where it is none. */
export function keyOf(node: unknown): string {
  return isScalar(node) ? scalarText(node) : '';
}

/** `{first} {last}` → column, ' ', column. */
function templateParts(text: string): (string | { readonly column: string })[] {
  const parts: (string | { readonly column: string })[] = [];
  for (const piece of text.split(/(\{[^{}]+\})/)) {
    if (piece === '') continue;
    parts.push(piece.startsWith('{') && piece.endsWith('}') ? { column: piece.slice(1, -1) } : piece);
  }
  return parts;
}

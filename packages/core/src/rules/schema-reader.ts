/** JSON → tree, with errors that point at what is wrong. The shapes and limits are in schema.ts. */

import type { TSchema } from 'typebox';
import { defined } from '../base/assert.ts';
import type { Diagnostic } from '../base/diagnostic.ts';
import { ruleDepthMax, ruleDiagnosticsMax, ruleNodesMax } from '../base/limits.ts';
import { fail, ok, type Result } from '../base/result.ts';
import type { JsonValue } from '../model/message.ts';
import { nearestName } from './names.ts';
import { isTooDeep, isTooLarge } from './parse-depth.ts';
import { readDate, readDuration } from './parse-literal.ts';
import { leaves, shapes, type SchemaName } from './schema.ts';
import type { Condition, EventPattern, Value, Window } from './tree.ts';

/** The tree as plain JSON data, free of anything that JSON would drop. */
export function ruleToJson(tree: Condition | Value | EventPattern | Window): JsonValue {
  const copy: unknown = JSON.parse(JSON.stringify(tree));
  // JSON.parse gives nothing but JSON values.
  return copy as JsonValue;
}

/** Reads a rule's tree from anywhere; every error has a JSON pointer and says what was expected. */
export function ruleFromJson(raw: unknown): Result<Condition, readonly Diagnostic[]> {
  return read<Condition>('Condition', raw);
}

export function valueFromJson(raw: unknown): Result<Value, readonly Diagnostic[]> {
  return read<Value>('Value', raw);
}

export function eventPatternFromJson(raw: unknown): Result<EventPattern, readonly Diagnostic[]> {
  return read<EventPattern>('EventPattern', raw);
}

export function windowFromJson(raw: unknown): Result<Window, readonly Diagnostic[]> {
  return read<Window>('Window', raw);
}

function read<T>(name: SchemaName, raw: unknown): Result<T, readonly Diagnostic[]> {
  const reader = new Reader();
  let copy: unknown;
  try {
    if (isTooDeep(raw)) {
      reader.report(
        '',
        `nested more than ${ruleDepthMax} levels deep; move a part of it into a segment of its own`,
        'a flatter tree',
      );
    } else if (isTooLarge(raw)) {
      reader.report(
        '',
        `more than ${ruleNodesMax} objects and lists; move parts of it into segments of their own`,
        'a smaller tree',
      );
    } else copy = reader.named(name, raw, '');
  } catch (error) {
    // A getter or a proxy of the caller's object threw: such a thing is not JSON.
    reader.report(
      '',
      `not plain JSON data (${error instanceof Error ? error.message : 'reading it failed'})`,
      'plain JSON data',
    );
  }
  // The walk has compared every part with the schema, which says what T says.
  return reader.diagnostics.length > 0 ? fail(reader.diagnostics) : ok(copy as T);
}

type Properties = Readonly<Record<string, TSchema>>;

class Reader {
  readonly diagnostics: Diagnostic[] = [];

  report(pointer: string, problem: string, expected: string, nearest?: string): void {
    if (this.diagnostics.length >= ruleDiagnosticsMax) return;
    const place = pointer === '' ? 'The rule is' : `At ${pointer}:`;
    const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
    const message = `${place} ${problem}; expected ${expected}.${hint}`;
    this.diagnostics.push({
      code: 'rule/json',
      severity: 'error',
      message,
      pointer,
      expected,
      ...(nearest === undefined ? {} : { nearest }),
    });
  }

  named(name: SchemaName, raw: unknown, pointer: string): unknown {
    const leaf = leaves.get(name);
    if (leaf !== undefined) return this.#leaf(name, leaf, raw, pointer);
    const list = defined(shapes.get(name), name);
    if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
      this.report(pointer, describe(raw), `an object, ${article(name)}`);
      return undefined;
    }
    const [only] = list;
    if (list.length === 1 && only !== undefined) return this.#object(only.properties, raw, pointer);
    return this.#byKind(name, list, raw, pointer);
  }

  #byKind(
    name: SchemaName,
    list: readonly { properties: Properties }[],
    raw: object,
    pointer: string,
  ): unknown {
    const kind: unknown = Object.hasOwn(raw, 'kind') ? (raw as { kind?: unknown }).kind : undefined;
    const kinds = list.map((schema) => constant(schema.properties['kind']));
    const chosen = typeof kind === 'string' ? list[kinds.indexOf(kind)] : undefined;
    if (chosen !== undefined) return this.#object(chosen.properties, raw, pointer);
    const nearest = typeof kind === 'string' ? nearestName(kind, kinds) : undefined;
    const problem = kind === undefined ? 'has no “kind”' : `${describe(kind)} is not ${article(name)}`;
    const place = kind === undefined ? pointer : `${pointer}/kind`;
    this.report(
      place,
      place === '' ? `an object that ${problem}` : problem,
      `a kind: ${kinds.join(', ')}`,
      nearest,
    );
    return undefined;
  }

  #object(properties: Properties, raw: object, pointer: string): unknown {
    const entries: [string, unknown][] = [];
    for (const key of Object.keys(raw)) {
      if (Object.hasOwn(properties, key)) continue;
      const known = Object.keys(properties);
      this.report(
        `${pointer}/${escapePointer(key)}`,
        'unknown key',
        `one of ${known.join(', ')}`,
        nearestName(key, known),
      );
    }
    for (const [key, schema] of Object.entries(properties)) {
      const value: unknown = Object.hasOwn(raw, key) ? (raw as Record<string, unknown>)[key] : undefined;
      if (value !== undefined) entries.push([key, this.#schema(schema, value, `${pointer}/${key}`)]);
      else if (!isOptional(schema)) this.report(`${pointer}/${key}`, 'missing', describeSchema(schema));
    }
    return Object.fromEntries(entries);
  }

  #leaf(name: SchemaName, schema: TSchema, raw: unknown, pointer: string): unknown {
    const before = this.diagnostics.length;
    const copy = this.#schema(schema, raw, pointer);
    if (this.diagnostics.length > before || typeof copy !== 'string') return copy;
    const reading = name === 'Duration' ? readDuration(copy) : name === 'Date' ? readDate(copy) : undefined;
    if (reading?.ok === false) {
      this.report(
        pointer,
        `“${copy}” is not valid: ${reading.error}`,
        name === 'Duration' ? 'a duration such as 30d' : 'a date such as 2026-11-01',
      );
    }
    return copy;
  }

  #schema(schema: TSchema, raw: unknown, pointer: string): unknown {
    const keywords: Keywords = schema;
    if (keywords.$ref !== undefined) return this.named(keywords.$ref, raw, pointer);
    if (keywords.type === 'array') return this.#array(keywords, raw, pointer);
    const problem = scalarProblem(keywords, raw);
    if (problem !== undefined) {
      this.report(pointer, problem, describeSchema(schema), nearestChoice(keywords, raw));
    }
    return raw === 0 ? 0 : raw;
  }

  #array(keywords: Keywords, raw: unknown, pointer: string): unknown {
    if (!Array.isArray(raw)) {
      this.report(pointer, describe(raw), 'a list');
      return undefined;
    }
    const [min, max] = [keywords.minItems ?? 0, keywords.maxItems ?? Number.POSITIVE_INFINITY];
    if (raw.length < min) this.report(pointer, `${raw.length} items`, `at least ${min}`);
    if (raw.length > max) this.report(pointer, `${raw.length} items`, `at most ${max}`);
    const items = defined(keywords.items, 'the items of an array schema');
    return Array.from(raw, (item: unknown, index) => this.#schema(items, item, `${pointer}/${index}`));
  }
}

/** The keywords of JSON Schema that the shapes of rules use. */
type Keywords = {
  readonly $ref?: SchemaName;
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Keywords[];
  readonly items?: TSchema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
};

function scalarProblem(keywords: Keywords, raw: unknown): string | undefined {
  if (keywords.anyOf !== undefined) {
    return keywords.anyOf.some((choice) => choice.const === raw) ? undefined : describe(raw);
  }
  if (keywords.const !== undefined) return keywords.const === raw ? undefined : describe(raw);
  if (keywords.type === 'boolean') return typeof raw === 'boolean' ? undefined : describe(raw);
  if (keywords.type === 'string') return typeof raw === 'string' ? textProblem(keywords, raw) : describe(raw);
  if (typeof raw !== 'number' || !Number.isFinite(raw)) return describe(raw);
  if (keywords.type === 'integer' && !Number.isInteger(raw)) return describe(raw);
  const outside = raw < (keywords.minimum ?? raw) || raw > (keywords.maximum ?? raw);
  return outside ? describe(raw) : undefined;
}

function textProblem(keywords: Keywords, raw: string): string | undefined {
  if (raw.length < (keywords.minLength ?? 0)) return 'an empty text';
  if (raw.length > (keywords.maxLength ?? raw.length)) return `a text of ${raw.length} characters`;
  return keywords.pattern === undefined || new RegExp(keywords.pattern).test(raw) ? undefined : describe(raw);
}

function nearestChoice(keywords: Keywords, raw: unknown): string | undefined {
  const choices = (keywords.anyOf ?? []).map((choice) => String(choice.const));
  return typeof raw === 'string' ? nearestName(raw, choices) : undefined;
}

function describeSchema(schema: TSchema): string {
  const keywords: Keywords = schema;
  if (keywords.$ref !== undefined) {
    return leaves.has(keywords.$ref)
      ? describeSchema(defined(leaves.get(keywords.$ref), keywords.$ref))
      : article(keywords.$ref);
  }
  if (keywords.description !== undefined) return lowerFirst(keywords.description.replace(/\.$/, ''));
  if (keywords.anyOf !== undefined) {
    return `one of ${keywords.anyOf.map((choice) => JSON.stringify(choice.const)).join(', ')}`;
  }
  if (keywords.const !== undefined) return JSON.stringify(keywords.const);
  if (keywords.type === 'array') return 'a list';
  if (keywords.type === 'boolean') return 'true or false';
  if (keywords.type === 'string') {
    return keywords.minLength === 1
      ? `a text of 1 to ${keywords.maxLength ?? 0} characters`
      : `a text of at most ${keywords.maxLength ?? 0} characters`;
  }
  const range = keywords.minimum === undefined ? '' : ` from ${keywords.minimum} to ${keywords.maximum ?? 0}`;
  return `${keywords.type === 'integer' ? 'a whole number' : 'a number'}${range}`;
}

function constant(schema: TSchema | undefined): string {
  const keywords: Keywords = schema ?? {};
  return String(keywords.const);
}

function isOptional(schema: TSchema): boolean {
  return Object.hasOwn(schema, '~optional');
}

function describe(raw: unknown): string {
  if (raw === null) return 'null';
  if (Array.isArray(raw)) return 'a list';
  if (typeof raw === 'string') return JSON.stringify(raw.length > 40 ? `${raw.slice(0, 40)}…` : raw);
  if (typeof raw === 'number' || typeof raw === 'boolean') return String(raw);
  return typeof raw === 'object' ? 'an object' : `something of type ${typeof raw}`;
}

function article(name: SchemaName): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function escapePointer(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

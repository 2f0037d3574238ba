/**
 * Event patterns in SQL: conditions on one row of `events`.
 *
 * A property is read out of the JSON of all of them, unless the store has it in a column of its own: what that holds is the
 * same text, and it costs a tenth to read.
 */

import { unreachable } from '../base/assert.ts';
import type { Zone } from '../base/zone.ts';
import { formatEventPattern } from '../rules/format.ts';
import type { Condition, EventPattern, EventSource, Path, Value } from '../rules/tree.ts';
import { arithmeticSql, compareSql, oneOfSql, textTestSql } from './operators.ts';
import { slug, sqlString, sqlStrings } from './sql-text.ts';
import { storedJson } from './stored-json.ts';
import { coalesceSql, literalSql, openAt, presenceSql, type OpenValue, type SqlValue } from './sql-value.ts';

/** Texts that ClickHouse looks for at once. */
const needlesMax = 255;

/**
 * Columns of `events` that hold one property each, by its name (the first step of a path): what `JSONExtractRaw` gives of
 * `properties`, as String or LowCardinality(String).
 */
export type PropertyColumns = ReadonlyMap<string, string>;

export const noColumns: PropertyColumns = new Map();

/** What is the same for all patterns of a query. */
export type Reading = { readonly zone: Zone; readonly columns: PropertyColumns };

/** Conditions, all of which a row of `events` must meet; none where every event matches. */
export function eventFilters({ source, where }: EventPattern, reading: Reading): readonly string[] {
  const filters = sourceFilters(source);
  if (where === undefined) return filters;
  return [...filters, ...mentionsSql(where, reading.columns), whereSql(where, reading)];
}

/**
 * What the text of the properties contains wherever the condition holds, since equal values are stored as equal texts: it is
 * found faster than a value behind its key, which is then looked for in the events that are left.
 */
function mentionsSql(where: Condition, columns: PropertyColumns): readonly string[] {
  if (where.kind === 'and') return where.items.flatMap((item) => mentionsSql(item, columns));
  if (where.kind === 'compare' && where.op === '=') {
    const [left, right] = [where.left, where.right];
    const text = plainText(left, right) ?? plainText(right, left);
    if (text === undefined) return [];
    return [
      `position(${textWith(left.kind === 'property' ? left : right, columns)}, ${sqlString(text)}) > 0`,
    ];
  }
  if (where.kind === 'one_of' && !where.negated) {
    const texts = where.values.flatMap((literal) => plainText(where.value, literal) ?? []);
    const isAll = texts.length > 0 && texts.length === where.values.length && texts.length <= needlesMax;
    return isAll ? [`multiSearchAny(${textWith(where.value, columns)}, [${sqlStrings(texts)}])`] : [];
  }
  return [];
}

/** A column whose text has that of a property in it. */
function textWith(value: Value, columns: PropertyColumns): string {
  return (value.kind === 'property' ? columns.get(value.path[0] ?? '') : undefined) ?? 'properties';
}

/** How a text that a property is compared with is stored, where nothing of it has to be escaped. */
function plainText(value: Value, literal: Value): string | undefined {
  if (value.kind !== 'property' || literal.kind !== 'string') return undefined;
  const stored = storedJson(literal.value);
  return stored === `"${literal.value}"` ? stored : undefined;
}

function sourceFilters(source: EventSource): readonly string[] {
  switch (source.kind) {
    case 'track':
    case 'page':
    case 'screen':
      return [`kind = '${source.kind}'`, `name = ${sqlString(source.name)}`];
    case 'prefix':
      return [`kind = 'track'`, `startsWith(name, ${sqlString(source.prefix)})`];
    case 'any':
      return [];
  }
}

/** The text of a pattern for comments. */
export function eventText(pattern: EventPattern): string {
  return formatEventPattern(pattern, { width: Infinity });
}

/** What the pattern is about, as a part of a name. */
export function eventSlug({ source }: EventPattern): string {
  switch (source.kind) {
    case 'track':
      return slug(source.name);
    case 'page':
    case 'screen':
      return `${source.kind}_${slug(source.name)}`;
    case 'prefix':
      return slug(source.prefix);
    case 'any':
      return 'any_event';
  }
}

/** The token of a property's first step, out of a row of `events`. */
export function propertyToken(path: Path, columns: PropertyColumns): string {
  const [name = ''] = path;
  return columns.get(name) ?? `JSONExtractRaw(properties, ${sqlString(name)})`;
}

/** A property of a row of `events`. */
export function propertySql(path: Path, columns: PropertyColumns): OpenValue {
  const at = openAt(propertyToken(path, columns), path.slice(1));
  if (columns.has(path[0] ?? '')) return at;
  const keys = path.map(sqlString).join(', ');
  return { ...at, token: `JSONExtractRaw(properties, ${keys})` };
}

function whereSql(where: Condition, reading: Reading): string {
  const { zone } = reading;
  switch (where.kind) {
    case 'literal':
      return String(where.value);
    case 'and':
    case 'or': {
      const items = where.items.map((item) => whereSql(item, reading));
      return `(${items.join(where.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `NOT (${whereSql(where.item, reading)})`;
    case 'compare':
      return compareSql(where.op, whereValueSql(where.left, reading), whereValueSql(where.right, reading));
    case 'one_of': {
      const options = where.values.map((literal) => literalSql(literal, zone));
      return `${where.negated ? 'NOT ' : ''}${oneOfSql(whereValueSql(where.value, reading), options)}`;
    }
    case 'text':
      return textTestSql(where.op, whereValueSql(where.value, reading), where.text);
    case 'presence':
      return `${where.present ? '' : 'NOT '}${presenceSql(whereValueSql(where.value, reading))}`;
    case 'for':
    case 'did':
    case 'sequence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      throw new Error(`Invariant broken: “${where.kind}” inside a where passed the checker`);
    default:
      return unreachable(where);
  }
}

function whereValueSql(value: Value, reading: Reading): SqlValue {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
      return literalSql(value, reading.zone);
    case 'property':
      return propertySql(value.path, reading.columns);
    case 'arithmetic':
      return arithmeticSql(value.op, whereValueSql(value.left, reading), whereValueSql(value.right, reading));
    case 'coalesce':
      return coalesceSql(value.values.map((option) => whereValueSql(option, reading)));
    case 'trait':
    case 'count':
    case 'aggregate':
    case 'days':
    case 'age_of_event':
    case 'age':
    case 'age_in_segment':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
    case 'rfm':
    case 'stage':
    case 'score':
      throw new Error(`Invariant broken: “${value.kind}” inside a where passed the checker`);
    default:
      return unreachable(value);
  }
}

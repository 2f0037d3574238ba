/** Event patterns in SQL: conditions on one row of `events`. */

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

/** Conditions, all of which a row of `events` must meet; none where every event matches. */
export function eventFilters({ source, where }: EventPattern, zone: Zone): readonly string[] {
  const filters = sourceFilters(source);
  return where === undefined ? filters : [...filters, ...mentionsSql(where), whereSql(where, zone)];
}

/**
 * What the text of the properties contains wherever the condition holds, since equal values are stored as equal texts: it is
 * found faster than a value behind its key, which is then looked for in the events that are left.
 */
function mentionsSql(where: Condition): readonly string[] {
  if (where.kind === 'and') return where.items.flatMap(mentionsSql);
  if (where.kind === 'compare' && where.op === '=') {
    const text = plainText(where.left, where.right) ?? plainText(where.right, where.left);
    return text === undefined ? [] : [`position(properties, ${sqlString(text)}) > 0`];
  }
  if (where.kind === 'one_of' && !where.negated) {
    const texts = where.values.flatMap((literal) => plainText(where.value, literal) ?? []);
    const isAll = texts.length > 0 && texts.length === where.values.length && texts.length <= needlesMax;
    return isAll ? [`multiSearchAny(properties, [${sqlStrings(texts)}])`] : [];
  }
  return [];
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
export function propertyToken(path: Path): string {
  return `JSONExtractRaw(properties, ${sqlString(path[0] ?? '')})`;
}

/** A property of a row of `events`. */
export function propertySql(path: Path): OpenValue {
  const at = openAt(propertyToken(path), path.slice(1));
  const keys = path.map(sqlString).join(', ');
  return { ...at, token: `JSONExtractRaw(properties, ${keys})` };
}

function whereSql(where: Condition, zone: Zone): string {
  switch (where.kind) {
    case 'literal':
      return String(where.value);
    case 'and':
    case 'or': {
      const items = where.items.map((item) => whereSql(item, zone));
      return `(${items.join(where.kind === 'and' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `NOT (${whereSql(where.item, zone)})`;
    case 'compare':
      return compareSql(where.op, whereValueSql(where.left, zone), whereValueSql(where.right, zone));
    case 'one_of': {
      const options = where.values.map((literal) => literalSql(literal, zone));
      return `${where.negated ? 'NOT ' : ''}${oneOfSql(whereValueSql(where.value, zone), options)}`;
    }
    case 'text':
      return textTestSql(where.op, whereValueSql(where.value, zone), where.text);
    case 'presence':
      return `${where.present ? '' : 'NOT '}${presenceSql(whereValueSql(where.value, zone))}`;
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

function whereValueSql(value: Value, zone: Zone): SqlValue {
  switch (value.kind) {
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
      return literalSql(value, zone);
    case 'property':
      return propertySql(value.path);
    case 'arithmetic':
      return arithmeticSql(value.op, whereValueSql(value.left, zone), whereValueSql(value.right, zone));
    case 'coalesce':
      return coalesceSql(value.values.map((option) => whereValueSql(option, zone)));
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

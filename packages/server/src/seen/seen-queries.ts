/**
 * Which names and values messages have had, as queries of the history store.
 *
 * Names of events and traits are counted over everything. What stands in properties is JSON that has to be read, so of a
 * name with many messages some are looked at: those of customers in ranges of numbers spread over everybody. Customers are
 * numbered in the order in which they came and every name is sorted by them, so ranges are cheap to read and are of all times.
 *
 * A step of a path that leads to a list stands for its elements, as it does in rules.
 */

import type { Path } from '@segue/core/rules/tree.ts';
import { sqlString } from '@segue/core/sql/sql-text.ts';

export const seenKinds = ['track', 'page', 'screen'] as const;
export type SeenKind = (typeof seenKinds)[number];

/** Messages of a name that are looked at for what stands in them. */
export const lookedAtMax = 50_000;
/** Names of events or traits, and paths of properties, in one answer. */
const namesMax = 2_000;
const pathsMax = 500;
/** Values of one property, the most frequent first; longer texts are not offered. */
export const valuesMax = 1_000;
const valueLengthMax = 200;
const ranges = 32;

/** What is looked at of a name. */
export type Reach = {
  /** Messages that have the name. */
  readonly messages: number;
  /** The greatest number of a customer. */
  readonly profileMax: number;
};

const notErased = 'profile NOT IN (SELECT profile FROM erasures)';

export function eventNamesSql(): string {
  return `SELECT kind, name, count() AS events, uniq(profile) AS customers, max(time) AS last, max(profile) AS profile_max
FROM messages
WHERE kind IN (${seenKinds.map(sqlString).join(', ')}) AND ${notErased}
GROUP BY kind, name
ORDER BY events DESC, kind, name
LIMIT ${namesMax}`;
}

export function traitNamesSql(): string {
  return `SELECT name, count() AS facts, uniq(profile) AS customers, max(time) AS last, max(profile) AS profile_max
FROM trait_facts
WHERE ${notErased}
GROUP BY name
ORDER BY customers DESC, name
LIMIT ${namesMax}`;
}

/** What stands in the messages of an event: paths, with what kinds of values they have. */
export function propertiesSql(kind: SeenKind, name: string, reach: Reach): string {
  return pathsSql(`SELECT position, properties AS json
FROM messages
WHERE kind = ${sqlString(kind)} AND name = ${sqlString(name)} AND ${notErased}${rangesSql(reach)}`);
}

/** What stands in traits, by name, as each customer has it now. */
export function traitPathsSql(name: string, reach: Reach): string {
  return pathsSql(
    `SELECT profile AS position, concat('{"value":', held, '}') AS json FROM (
${traitsNowSql(name, reach)}
)`,
  );
}

export function propertyValuesSql(
  kind: SeenKind,
  name: string,
  path: Path,
  reach: Reach,
  like?: string,
): string {
  const [first = '', ...rest] = path;
  return valuesSql(
    `SELECT position, JSONExtractRaw(properties, ${sqlString(first)}) AS raw
FROM messages
WHERE kind = ${sqlString(kind)} AND name = ${sqlString(name)} AND ${notErased}${rangesSql(reach)}`,
    rest,
    like,
  );
}

export function traitValuesSql(path: Path, reach: Reach, like?: string): string {
  const [name = '', ...rest] = path;
  return valuesSql(
    `SELECT profile AS position, held AS raw FROM (
${traitsNowSql(name, reach)}
)`,
    rest,
    like,
  );
}

function traitsNowSql(name: string, reach: Reach): string {
  return `SELECT profile, argMax(value, (time, message_id)) AS held
FROM trait_facts
WHERE name = ${sqlString(name)} AND ${notErased}${rangesSql(reach)}
GROUP BY profile`;
}

/** Nothing where all may be looked at. */
function rangesSql({ messages, profileMax }: Reach): string {
  if (messages <= lookedAtMax) return '';
  const width = Math.max(1, Math.ceil(((profileMax + 1) * lookedAtMax) / messages / ranges));
  const step = (profileMax + 1) / ranges;
  if (width >= step) return '';
  const parts = Array.from({ length: ranges }, (_, i) => {
    const from = Math.floor(i * step);
    return `profile BETWEEN ${from} AND ${from + width - 1}`;
  });
  return `\n  AND (${parts.join(' OR ')})`;
}

/** Two steps deep: further down rules seldom go, and whoever does writes the path. */
function pathsSql(rows: string): string {
  const within = `multiIf(
      startsWith(value, '{'), JSONExtractKeysAndValuesRaw(value),
      startsWith(value, '['), arrayFlatten(arrayMap(one -> JSONExtractKeysAndValuesRaw(one), JSONExtractArrayRaw(value))),
      [])`;
  return `SELECT path, uniqExact(position) AS messages, uniq(raw) AS different,
  countIf(startsWith(raw, '"')) AS texts,
  countIf(match(raw, '^"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]+(Z|[+-][0-9:]+)?)?"$')) AS dates,
  countIf(match(raw, '^-?[0-9]')) AS numbers,
  countIf(raw IN ('true', 'false')) AS booleans,
  countIf(startsWith(raw, '[')) AS lists,
  countIf(startsWith(raw, '{')) AS objects,
  max(looked_at) AS of
FROM (
  SELECT position, looked_at, top.1 AS key, top.2 AS value,
    arrayJoin(arrayConcat([([key], value)], arrayMap(one -> ([key, one.1], one.2), ${within}))) AS found,
    found.1 AS path, found.2 AS raw
  FROM (
    SELECT position, looked_at, arrayJoin(JSONExtractKeysAndValuesRaw(json)) AS top
    FROM (
      SELECT position, json, count() OVER () AS looked_at FROM (
${rows}
      )
    )
  )
)
WHERE raw NOT IN ('null', '""')
GROUP BY path
ORDER BY messages DESC, path
LIMIT ${pathsMax}`;
}

/** `rows` has what the first step leads to, as `raw`. */
function valuesSql(rows: string, rest: Path, like: string | undefined): string {
  let sql = elementsSql(rows);
  for (const step of rest) {
    sql = elementsSql(`SELECT position, JSONExtractRaw(raw, ${sqlString(step)}) AS raw FROM (\n${sql}\n)`);
  }
  const asked =
    like === undefined
      ? ''
      : `\n  AND positionCaseInsensitiveUTF8(if(startsWith(raw, '"'), JSONExtractString(raw), raw), ${sqlString(like)}) > 0`;
  return `SELECT raw, uniqExact(position) AS messages, count() OVER () AS different
FROM (
${sql}
)
WHERE raw NOT IN ('', 'null', '""') AND NOT startsWith(raw, '{') AND NOT startsWith(raw, '[')
  AND lengthUTF8(raw) <= ${valueLengthMax}${asked}
GROUP BY raw
ORDER BY messages DESC, raw
LIMIT ${valuesMax}`;
}

function elementsSql(rows: string): string {
  return `SELECT position, arrayJoin(if(startsWith(found, '['), JSONExtractArrayRaw(found), [found])) AS raw FROM (
SELECT position, raw AS found FROM (
${rows}
)
)`;
}

/**
 * Standing among all customers in SQL. A quintile needs only the four cuts that are kept with each population. A
 * percentile is found by joining a customer's value to the nearest value of the population (ASOF JOIN), so that a
 * million customers against a million values is a sort.
 */

import { populationKey, rfmPopulationKey, type ScoredRfmPart } from '../rules/population.ts';
import { formatValue } from '../rules/format.ts';
import { rfmGroup } from '../rules/rfm-groups.ts';
import type { RfmPart, Value } from '../rules/tree.ts';
import type { Build, When } from './build.ts';
import { Scope, selectSql } from './scope.ts';
import { sqlString } from './sql-text.ts';
import { typed, type SqlValue, type TypedValue } from './sql-value.ts';
import { atSql } from './windows.ts';

/** The part (one value) with all populations of a key that were taken by then: (taken_at, cuts, size), in order. */
export function populationsPart(build: Build, key: string): string {
  return build.parts.value(
    `populations ${key}`,
    'populations',
    `populations of ${key}: taken at, greatest values of quintiles 1 to 4, number of values`,
    () =>
      `SELECT arrayMap(p -> (p.2, p.3, p.4), arraySort(groupArray((place, taken_at, cuts, length(values)))))\nFROM populations\nWHERE key = ${sqlString(key)} AND taken_at <= ${atSql(build.now, build.zone)}`,
  );
}

/** When populations of a key were taken; an array. */
export function populationTimes(build: Build, key: string): string {
  return `${populationsPart(build, key)}.1`;
}

/** The cuts in force; empty where there are none. */
function cutsSql(build: Build, when: When, key: string): string {
  return `arrayLast(p -> p.1 <= ${atSql(when.at, build.zone)}, ${populationsPart(build, key)}).2`;
}

/** `x`: what stands among others; NULL where it is missing. */
export function quintileSql(build: Build, when: When, x: TypedValue, key: string): TypedValue {
  const cuts = cutsSql(build, when, key);
  return typed(
    'number',
    `arrayMap((x, cuts) -> quintile_of(x, cuts), [${x.sql}], [${when.bind?.(cuts) ?? cuts}])[1]`,
  );
}

/** What the quintile of an RFM score is taken of. */
export type RfmMeasures = (part: ScoredRfmPart) => TypedValue;

export function rfmSql(
  build: Build,
  when: When,
  part: RfmPart,
  model: string,
  measure: RfmMeasures,
): SqlValue {
  const score = (one: ScoredRfmPart): TypedValue => {
    const quintile = quintileSql(build, when, measure(one), rfmPopulationKey(model, one));
    return one === 'recency' ? typed('number', `6 - ${quintile.sql}`) : quintile;
  };
  if (part !== 'group') return score(part);
  const [r, f, m] = [score('recency').sql, score('frequency').sql, score('monetary').sql];
  const scores = [1, 2, 3, 4, 5];
  const rows = scores.map(
    (recency) => `[${scores.map((weight) => sqlString(rfmGroup(recency, weight, weight))).join(', ')}]`,
  );
  return typed(
    'string',
    `arrayMap((r, f, m) -> if(isNull(r) OR isNull(f) OR isNull(m), NULL, [${rows.join(', ')}][toUInt8(assumeNotNull(r))][toUInt8(ceil(assumeNotNull(f + m) / 2))]), [${r}], [${f}], [${m}])[1]`,
  );
}

/** The percentile at the instant of the query; `x` reads the value in a scope of its own. */
export function percentileNow(
  build: Build,
  when: When,
  of: Value,
  x: (when: When) => TypedValue,
): TypedValue {
  const key = populationKey(of);
  const text = `percentile(${formatValue(of, { width: Infinity })})`;
  const populations = populationsPart(build, key);
  const ranks = ranksPart(build, key);
  const part = build.parts.name(`percentile now ${key}`, 'percentile', text, () => {
    const scope = new Scope();
    const value = x({ scope, at: build.now, clock: build.now }).sql;
    const inner = selectSql(
      [
        'c.profile AS profile',
        `${value} AS x`,
        `ifNull(x, -inf) AS nearest`,
        `length(${populations}) AS place`,
      ],
      `${scope.from()}\nWHERE c.born_at <= ${atSql(build.now, build.zone)}`,
    );
    return `SELECT s.profile AS profile, toNullable(${ofRank(populations)}) AS standing\nFROM (\n${inner}\n) AS s\n${rankJoin(ranks)}`;
  });
  return typed('number', `${when.scope.join(part)}.standing`);
}

/** The percentile at any instant of the past; `steps` are the instants (an array) between which x stands still. */
export function percentilePast(
  build: Build,
  when: When & { readonly at: string },
  of: Value,
  x: (when: When) => TypedValue,
  steps: (when: When) => string,
): TypedValue {
  const key = populationKey(of);
  const text = `percentile(${formatValue(of, { width: Infinity })})`;
  const populations = populationsPart(build, key);
  const ranks = ranksPart(build, key);
  const part = build.parts.name(
    `percentile past ${key}`,
    'percentile_history',
    `${text}, at every instant at which it changed`,
    () => {
      const scope = new Scope();
      const then: When = { scope, at: 't', clock: 't' };
      const moments = scope.alias('moments', steps(then));
      const values = `arrayMap(t -> ${x(then).sql}, ${moments})`;
      const places = `arrayMap(t -> arrayCount(p -> p.1 <= t, ${populations}), ${moments})`;
      const inner = selectSql(
        [
          'c.profile AS profile',
          ...scope.aliases(),
          `arrayJoin(arrayZip(${moments}, ${values}, ${places})) AS step`,
          'step.1 AS at',
          'step.2 AS x',
          'ifNull(x, -inf) AS nearest',
          'step.3 AS place',
        ],
        `${scope.from()}\nWHERE c.born_at <= ${atSql(build.now, build.zone)}`,
      );
      const rows = `SELECT s.profile AS profile, s.at AS at, toNullable(${ofRank(populations)}) AS standing\nFROM (\n${inner}\n) AS s\n${rankJoin(ranks)}`;
      return `SELECT profile, arraySort(groupArray((at, standing))) AS entries, entries.1 AS times, entries.2 AS standings\nFROM (\n${rows}\n)\nGROUP BY profile`;
    },
  );
  const joined = when.scope.join(part);
  return typed('number', `arrayLast((v, e) -> e <= ${when.at}, ${joined}.standings, ${joined}.times)`);
}

/** The part with each different value of each population: how many lie below, how many up to it, and the next. */
function ranksPart(build: Build, key: string): string {
  return build.parts.name(
    `ranks ${key}`,
    'ranks',
    `the values of the populations of ${key}, each with how many lie below it`,
    () =>
      `SELECT place, value, min(i) - 1 AS below, max(i) AS up_to,
  leadInFrame(value, 1, value) OVER (PARTITION BY place ORDER BY value ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS next
FROM (
  SELECT place, arrayJoin(arrayZip(values, arrayEnumerate(values))) AS entry, entry.1 AS value, toFloat64(entry.2) AS i
  FROM (
    SELECT toUInt64(row_number() OVER (ORDER BY place)) AS place, values
    FROM populations
    WHERE key = ${sqlString(key)} AND taken_at <= ${atSql(build.now, build.zone)}
  )
)
GROUP BY place, value`,
  );
}

function rankJoin(ranks: string): string {
  return `ASOF LEFT JOIN ${ranks} AS r ON s.place = r.place AND s.nearest >= r.value`;
}

function ofRank(populations: string): string {
  return `percentile_of(s.x, if(s.place = 0, 0, toFloat64(${populations}[s.place].3)), r.value, r.below, r.up_to, r.next)`;
}

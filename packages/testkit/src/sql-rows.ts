/**
 * What is known of customers as rows of the relations that compiled rules read (core/sql/relations.ts): the way from a
 * history of the interpreter to SQL, for tests that compare the two and for the route `sql` of scenarios.
 */

import { consentChanges } from '@segue/core/rules/interpreter-consent.ts';
import type { History } from '@segue/core/rules/interpreter-history.ts';
import { quintileCuts, type Population } from '@segue/core/rules/population.ts';
import { noColumns, type PropertyColumns } from '@segue/core/sql/event-sql.ts';
import { relations } from '@segue/core/sql/relations.ts';
import { sqlNumber, sqlString } from '@segue/core/sql/sql-text.ts';
import { storedJson } from '@segue/core/sql/stored-json.ts';

/** A value of a column. Int64 beyond what a double holds exactly stands as text. */
export type SqlCell = number | string | boolean | readonly number[];
/** Rows by relation; columns in the order of the relation. */
export type SqlRows = ReadonlyMap<string, (readonly SqlCell[])[]>;

/** `until_at` of who is still on a list. */
const still = '9223372036854775807';

export function noSqlRows(): SqlRows {
  return new Map(relations.map(({ name }) => [name, []]));
}

/** Adds all that is known of one customer. */
export function addCustomer(rows: SqlRows, profile: number, history: History): void {
  const { bornAt, sampleId, events, identifies, scores, lists } = history;
  if (bornAt === undefined) return;
  const add = (relation: string, row: readonly SqlCell[]): void => {
    rows.get(relation)?.push([profile, ...row]);
  };
  add('customers', [bornAt, sampleId]);
  for (const { time, messageId, kind, name, properties } of events) {
    add('events', [time, messageId, kind, name, storedJson(properties)]);
  }
  for (const { time, messageId, traits } of identifies) {
    for (const [name, value] of Object.entries(traits)) {
      add('traits', [name, storedJson(value), time, messageId]);
    }
  }
  for (const [position, { name, value, at }] of scores.entries()) add('scores', [name, value, at, position]);
  for (const [position, change] of consentChanges(history).entries()) {
    const { channel, topic = '', subscribed, time, messageId } = change;
    add('consents', [channel, topic, subscribed, time, messageId, position]);
  }
  for (const [list, spells] of lists) {
    for (const { from, until } of spells) add('list_spells', [list, from, until ?? still]);
  }
}

/** Adds the populations of each key, in the order in which they were taken. */
export function addPopulations(rows: SqlRows, populations: ReadonlyMap<string, readonly Population[]>): void {
  for (const [key, taken] of populations) {
    for (const [place, { at, values }] of taken.entries()) {
      const cuts = values.length === 0 ? [] : quintileCuts(values);
      rows.get('populations')?.push([key, at, place, [...values], cuts]);
    }
  }
}

/** Statements that make the relations, as tables in memory, where they are not there; some properties have columns of their own. */
export function relationTables(properties: PropertyColumns = noColumns): readonly string[] {
  return relations.map(({ name, columns }) => {
    const own = [...(name === 'events' ? properties : noColumns)].map(
      ([property, column]) => `${column} String DEFAULT JSONExtractRaw(properties, ${sqlString(property)})`,
    );
    const types = [...columns.map((column) => `${column.name} ${column.type}`), ...own].join(', ');
    return `CREATE TABLE IF NOT EXISTS ${name} (${types}) ENGINE = Memory`;
  });
}

/** Statements that fill each relation anew. */
export function relationRows(rows: SqlRows): ReadonlyMap<string, readonly string[]> {
  return new Map(
    relations.map(({ name, columns }) => {
      const given = columns.map((column) => column.name).join(', ');
      const values = (rows.get(name) ?? []).map((row) => `(${row.map(cellSql).join(', ')})`);
      const filling =
        values.length === 0 ? [] : [`INSERT INTO ${name} (${given}) VALUES ${values.join(', ')}`];
      return [name, [`TRUNCATE TABLE ${name}`, ...filling]];
    }),
  );
}

/** Statements that make the relations and fill them. */
export function sqlStatements(rows: SqlRows, properties: PropertyColumns = noColumns): readonly string[] {
  return [...relationTables(properties), ...[...relationRows(rows).values()].flat()];
}

function cellSql(cell: SqlCell): string {
  if (typeof cell === 'number') return sqlNumber(cell);
  if (typeof cell === 'string') return cell === still ? cell : sqlString(cell);
  if (typeof cell === 'boolean') return String(cell);
  return `[${cell.map(sqlNumber).join(', ')}]`;
}

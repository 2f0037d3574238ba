/**
 * Properties that events often have, in columns of their own beside the JSON that has all of them.
 *
 * Idea. A rule that asks about a property reads one column of short texts instead of the whole JSON of every event. A column is
 * what `JSONExtractRaw` gives of the JSON, by its definition: of rows that are written from now on it is kept, of rows from before
 * it is computed as they are read until the store has gone over them in the background. So a query has the same answer with a
 * column and without it, at any moment, and a store that has none yet need not be made again.
 *
 * Which ones: whenever there are twice as many messages as at the last look, some 50,000 of all of them are looked at. What one
 * event in a hundred has, and is short, gets a column; a column stays.
 */

import type { PropertyColumns } from '@segue/core/sql/event-sql.ts';
import { sqlString } from '@segue/core/sql/sql-text.ts';

import type { Position } from '../log/entry.ts';
import type { HistoryStore } from './history-store.ts';
import { eventsView } from './schema.ts';

/** Each costs a third of a microsecond of every message that is written. */
export const propertyColumnsMax = 16;
const columnPrefix = 'property_';
/** From so many messages on, of which so many are looked at. */
const lookedAt = 50_000;
const shareMin = 0.01;
/** On average; longer ones are as well read out of the JSON. */
const bytesMax = 64;
const limits = { timeoutMs: 60_000, memoryBytes: 2 ** 28 };

/** Rows (column, name): the name of the property stands in the comment. */
export const propertyColumnsQuery: string = `SELECT name, comment FROM system.columns
WHERE database = currentDatabase() AND table = 'messages' AND startsWith(name, '${columnPrefix}')
ORDER BY position`;

export function readPropertyColumns(rows: readonly (readonly unknown[])[]): PropertyColumns {
  return new Map(rows.map(([column, name]) => [String(name), String(column)]));
}

/** Statements after which some more have a column, and the columns there are then. */
export function addColumns(
  known: PropertyColumns,
  names: readonly string[],
): { readonly columns: PropertyColumns; readonly statements: readonly string[] } {
  const added = names.map((name, i) => [name, `${columnPrefix}${known.size + i + 1}`] as const);
  const columns = new Map([...known, ...added]);
  const definitions = added.map(
    ([name, column]) =>
      `ADD COLUMN IF NOT EXISTS ${column} String DEFAULT JSONExtractRaw(properties, ${sqlString(name)}) COMMENT ${sqlString(name)} CODEC(ZSTD(1))`,
  );
  const gone = added.map(([, column]) => `MATERIALIZE COLUMN ${column}`);
  return {
    columns,
    statements: [
      `ALTER TABLE messages ${definitions.join(', ')}`,
      eventsViewStatement(columns),
      `ALTER TABLE messages ${gone.join(', ')}`,
    ],
  };
}

/** To be run at every opening too: the columns may be there and the view of before. */
export function eventsViewStatement(columns: PropertyColumns): string {
  const { name, select } = eventsView(columns);
  return `CREATE OR REPLACE VIEW ${name} AS\n${select}`;
}

/** Names of properties by how many have them. */
function frequentQuery(position: Position): string {
  const one = Math.max(1, Math.floor(position / lookedAt));
  return `SELECT name FROM (
  SELECT arrayJoin(JSONExtractKeysAndValuesRaw(properties)) AS pair, pair.1 AS name, length(pair.2) AS bytes
  FROM messages
  WHERE kind IN ('track', 'page', 'screen') AND position % ${one} = 0
)
GROUP BY name
HAVING count() >= ${Math.ceil((position / one) * shareMin)} AND avg(bytes) <= ${bytesMax}
ORDER BY count() DESC, name
LIMIT ${propertyColumnsMax}`;
}

/** Looks for them as the store grows. */
export class PropertyKeeper {
  readonly #store: HistoryStore;
  readonly #onAdded: () => void;
  #lookAt: Position = lookedAt;
  #looking: Promise<void> | undefined;

  constructor(store: HistoryStore, onAdded: () => void) {
    this.#store = store;
    this.#onAdded = onAdded;
  }

  /** The store has come to a position. */
  reached(position: Position): void {
    if (position < this.#lookAt || this.#looking !== undefined) return;
    this.#lookAt = 2 * position;
    this.#looking = this.#look(position)
      // Without a column everything is answered too; the next look finds it again.
      .catch(() => undefined)
      .finally(() => {
        this.#looking = undefined;
      });
  }

  async #look(position: Position): Promise<void> {
    const { rows } = await this.#store.query(frequentQuery(position), limits);
    const { properties } = this.#store;
    const names = rows
      .map(([name]) => String(name))
      .filter((name) => !properties.has(name))
      .slice(0, propertyColumnsMax - properties.size);
    if (names.length === 0) return;
    await this.#store.addProperties(names);
    this.#onAdded();
  }
}

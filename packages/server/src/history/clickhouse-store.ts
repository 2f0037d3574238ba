/**
 * The history store on a ClickHouse server, given by its address (`http://user:password@host:8123/database`). The same
 * tables and the same SQL as chdb-store.ts; the server sees to memory, threads and its disk.
 */

import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';

import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

import type { Instant } from '@segue/core/model/message.ts';
import { noColumns, type PropertyColumns } from '@segue/core/sql/event-sql.ts';

import {
  HistoryError,
  historyErrorOf,
  type HistoryBatch,
  type HistoryStore,
  type QueryOptions,
  type QueryRows,
  type Reached,
  type Retained,
  type StreamFormat,
  type TableRows,
} from './history-store.ts';
import {
  addColumns,
  eventsViewStatement,
  propertyColumnsQuery,
  readPropertyColumns,
} from './property-columns.ts';
import { readRows } from './read-rows.ts';
import { historySchemaVersion, historyTables } from './schema.ts';
import {
  answerShare,
  expandedElementsMax,
  cutStatements,
  eraseStatements,
  letGoRow,
  nowhere,
  projectedRow,
  projectionQuery,
  reachedQuery,
  resetStatements,
  retainStatement,
  readReached,
  spillShare,
  storeStatements,
} from './store-tables.ts';

/** How long a statement of the writer may take, in milliseconds. */
const statementMs = 300_000;
const rowsFormat = 'JSONCompactEachRowWithNamesAndTypes';
const databaseDefault = 'segue';
/** Whoever asks is told what went wrong; nothing is printed beside. */
const log = { level: ClickHouseLogLevel.OFF };

export async function openClickHouseStore({ url }: { readonly url: string }): Promise<HistoryStore> {
  const address = new URL(url);
  const database = address.pathname.slice(1) || databaseDefault;
  address.pathname = '/';
  await makeDatabase(address.href, database);
  const client = createClient({ url: address.href, database, log, request_timeout: statementMs });
  const store = new ClickHouseStore(client);
  try {
    await store.open();
    return store;
  } catch (error) {
    await client.close();
    throw asHistoryError(error);
  }
}

async function makeDatabase(url: string, database: string): Promise<void> {
  const client = createClient({ url, log });
  try {
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS \`${database.replaceAll('`', '')}\`` });
  } catch (error) {
    throw asHistoryError(error);
  } finally {
    await client.close();
  }
}

class ClickHouseStore implements HistoryStore {
  readonly #client: ClickHouseClient;
  #reached: Reached = nowhere;
  #log: string | undefined;
  #properties: PropertyColumns = noColumns;

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  get reached(): Reached {
    return this.#reached;
  }

  get log(): string | undefined {
    return this.#log;
  }

  get properties(): PropertyColumns {
    return this.#properties;
  }

  async open(): Promise<void> {
    for (const statement of storeStatements()) await this.#run(statement);
    const unbounded = { timeoutMs: statementMs, memoryBytes: 0 };
    const made = (await this.query(projectionQuery, unbounded)).rows[0];
    this.#log = Number(made?.[0]) === historySchemaVersion ? (made?.[1] as string) : undefined;
    this.#reached = readReached((await this.query(reachedQuery, unbounded)).rows[0]);
    // What another version made is not looked at: it is to be reset.
    if (this.#log === undefined) return;
    this.#properties = readPropertyColumns((await this.query(propertyColumnsQuery, unbounded)).rows);
    await this.#run(eventsViewStatement(this.#properties));
    for (const statement of cutStatements(this.#reached)) await this.#run(statement);
  }

  async reset(log: string): Promise<void> {
    for (const statement of resetStatements(log, this.#log, Date.now())) await this.#run(statement);
    // The tables of another version were dropped, with what they had.
    if (this.#log === undefined) this.#properties = noColumns;
    this.#log = log;
    this.#reached = nowhere;
  }

  async apply(batch: HistoryBatch): Promise<void> {
    if (batch.from.position !== this.#reached.position) {
      throw new HistoryError(
        'history/failed',
        `a batch from ${batch.from.position} on a store at ${this.#reached.position}`,
      );
    }
    for (const { table, rows, bytes } of batch.tables) {
      if (rows > 0) await this.#insert(table, bytes);
    }
    if (batch.erased.length > 0) {
      for (const statement of eraseStatements(batch.erased)) await this.#run(statement);
    }
    await this.#run(projectedRow(batch, Date.now()));
    this.#reached = batch.to;
  }

  async add({ table, rows, bytes }: TableRows): Promise<void> {
    if (rows > 0) await this.#insert(table, bytes);
  }

  async addProperties(names: readonly string[]): Promise<void> {
    const { columns, statements } = addColumns(this.#properties, names);
    for (const statement of statements) await this.#run(statement);
    this.#properties = columns;
  }

  async retain(which: Retained, before: Instant): Promise<void> {
    await this.#run(letGoRow(which, before));
    await this.#run(retainStatement(which, before));
  }

  async query(sql: string, options: QueryOptions): Promise<QueryRows> {
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#pieces(sql, rowsFormat, options, answerShare)) pieces.push(piece);
    return readRows(Buffer.concat(pieces).toString());
  }

  stream(sql: string, format: StreamFormat, options: QueryOptions): AsyncIterable<Uint8Array> {
    return this.#pieces(sql, format, options);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #run(query: string): Promise<void> {
    try {
      await this.#client.command({ query });
    } catch (error) {
      throw asHistoryError(error);
    }
  }

  async #insert(table: string, bytes: Uint8Array): Promise<void> {
    const columns = historyTables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? [];
    try {
      const { stream } = await this.#client.exec({
        query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT RowBinary`,
        values: Readable.from([bytes], { objectMode: false }),
      });
      stream.destroy();
    } catch (error) {
      throw asHistoryError(error);
    }
  }

  async *#pieces(sql: string, format: string, options: QueryOptions, share = 0): AsyncIterable<Uint8Array> {
    const { timeoutMs, memoryBytes, signal } = options;
    try {
      const { stream } = await this.#client.exec({
        query: `${sql}\nFORMAT ${format}`,
        query_id: randomUUID(),
        ...(signal === undefined ? {} : { abort_signal: signal }),
        clickhouse_settings: {
          max_execution_time: Math.max(0.001, timeoutMs / 1000),
          max_memory_usage: String(memoryBytes),
          max_result_bytes: String(Math.floor(memoryBytes * share)),
          max_bytes_before_external_sort: String(Math.floor(memoryBytes * spillShare)),
          max_bytes_before_external_group_by: String(Math.floor(memoryBytes * spillShare)),
          output_format_json_quote_64bit_integers: 0,
          cancel_http_readonly_queries_on_client_close: 1,
          max_expanded_ast_elements: String(expandedElementsMax),
        },
      });
      for await (const piece of stream) yield piece as Uint8Array;
    } catch (error) {
      throw signal?.aborted === true
        ? new HistoryError('history/cancelled', 'The query was cancelled.')
        : asHistoryError(error);
    }
  }
}

function asHistoryError(error: unknown): HistoryError {
  if (error instanceof HistoryError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^\d+$/.test(code)) {
    return historyErrorOf(`Code: ${code}. ${message}`, error);
  }
  return new HistoryError('history/unavailable', `The ClickHouse server cannot be asked: ${message}`, error);
}

/**
 * The history store in this process: chDB, which is ClickHouse as a library. It may end the process at any time (a
 * segmentation fault, its memory), so it lives in one of its own (history-process.ts), on the main thread, since it does
 * not bear worker threads.
 *
 * A connection does one thing at a time, so there is one for writing, some for reading, and one that cancels. What a query
 * had begun to answer when it failed stands before the next answer of its connection: so one that has failed is closed.
 *
 * It does not sync. After the death of the process all that it wrote is there; after a power cut the last half minute may
 * not be. So what was written shortly before another start of the machine is counted when the store is opened, and where
 * something is missing the place goes back to before it (`rewind`).
 */

import { readFileSync } from 'node:fs';
import { mkdir, open, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type ChdbResult, drainPending, Session } from 'chdb';

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
import { rowStructure } from './row-binary.ts';
import { historySchemaVersion, historyTables } from './schema.ts';
import {
  answerShare,
  expandedElementsMax,
  countedTables,
  cutStatements,
  eraseStatements,
  letGoRow,
  nowhere,
  projectedRow,
  projectionQuery,
  quoted,
  type Range,
  reachedQuery,
  resetStatements,
  retainStatement,
  rowsOfRange,
  spillShare,
  readReached,
  storeStatements,
} from './store-tables.ts';

export type ChdbOptions = {
  readonly directory: string;
  readonly threads: number;
  /** Bound of all that chDB takes of memory. */
  readonly memoryBytes: number;
};

/** Connections that read at the same time. */
const readersMax = 2;
/** What was written within so long before the machine went down may be missing. */
const unsyncedMs = 15 * 60_000;
/** Rows of `projected` that are kept at an opening. */
const projectedKept = 1_000;
const chunkBytes = 1 << 16;
/** The folder of the library's files. */
const files = 'chdb';
const clearBytesMin = 1 << 24;

export async function openChdbStore(options: ChdbOptions): Promise<HistoryStore> {
  const store = new ChdbStore(options);
  try {
    await store.open();
    return store;
  } catch (error) {
    await store.close();
    throw error instanceof HistoryError ? error : historyErrorOf(messageOf(error), error);
  }
}

/** Takes away a store that cannot be opened, where there is room to make it again: a full disk is not mended by that. */
export async function clearChdbStore(directory: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  if (bavail * bsize < clearBytesMin) return;
  await rm(join(directory, files), { recursive: true, force: true });
}

class ChdbStore implements HistoryStore {
  readonly #options: ChdbOptions;
  readonly #arguments: readonly string[];
  #writer: Session | undefined;
  #control: Session | undefined;
  /** Free connections for reading, how many there are, and who waits for one. */
  #readers: Session[] = [];
  #readersOpen = 0;
  #waiting: ((reader: Session) => void)[] = [];
  #reached: Reached = nowhere;
  #log: string | undefined = undefined;
  #properties: PropertyColumns = noColumns;
  #writing: Promise<unknown> = Promise.resolve();
  #queries = 0;

  constructor(options: ChdbOptions) {
    this.#options = options;
    this.#arguments = [
      `--max_threads=${options.threads}`,
      // Else one thread for each gibibyte that is free, which is one.
      '--max_threads_min_free_memory_per_thread=0',
      `--max_server_memory_usage=${options.memoryBytes}`,
      '--async_load_databases=0',
      '--background_pool_size=2',
      '--background_schedule_pool_size=1',
    ];
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
    const { directory } = this.#options;
    await rm(this.#staging, { recursive: true, force: true });
    await mkdir(this.#staging, { recursive: true, mode: 0o700 });
    this.#writer = await this.#connect();
    this.#control = await this.#connect();
    for (const statement of storeStatements()) await this.#run(statement);
    const [made] = await this.#read(projectionQuery);
    this.#log = Number(made?.[0]) === historySchemaVersion ? (made?.[1] as string) : undefined;
    this.#reached = readReached((await this.#read(reachedQuery))[0]);
    const boot = join(directory, 'boot');
    // What another version made is not looked at: it is to be reset.
    if (this.#log !== undefined) {
      this.#properties = readPropertyColumns(await this.#read(propertyColumnsQuery));
      await this.#run(eventsViewStatement(this.#properties));
      await this.#rewind(boot);
      for (const statement of cutStatements(this.#reached)) await this.#run(statement);
      await this.#trimProjected();
    }
    await writeFile(boot, bootId());
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
    for (const rows of batch.tables) await this.#insert(rows);
    if (batch.erased.length > 0) {
      for (const statement of eraseStatements(batch.erased)) await this.#run(statement);
    }
    await this.#run(projectedRow(batch, Date.now()));
    this.#reached = batch.to;
  }

  async add(rows: TableRows): Promise<void> {
    await this.#insert(rows);
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
    const text = await this.#reading(options, async (reader, tag) => {
      const result = await reader.queryAsync(`${sql}\n${settingsOf(options, tag, answerShare)}`, {
        format: 'JSONCompactEachRowWithNamesAndTypes',
      });
      return result.text();
    });
    return readRows(text);
  }

  async *stream(sql: string, format: StreamFormat, options: QueryOptions): AsyncIterable<Uint8Array> {
    if (format === 'Parquet') {
      yield* this.#streamParquet(sql, options);
      return;
    }
    const reader = await this.#reader(options.signal);
    const tag = this.#tag();
    const stop = this.#cancelWith(options.signal, tag);
    let isSound = false;
    try {
      const chunks = reader.queryStream(`${sql}\n${settingsOf(options, tag)}`, { format });
      let head: Uint8Array | undefined;
      for await (const chunk of chunks) {
        if (options.signal?.aborted === true) throw cancelled();
        const bytes = chunk.raw();
        // Every chunk comes with the names of the columns.
        yield head === undefined || format !== 'CSVWithNames' ? bytes : withoutHead(bytes, head);
        head ??= bytes.subarray(0, bytes.indexOf(newline) + 1);
      }
      isSound = true;
    } catch (error) {
      throw asHistoryError(error);
    } finally {
      stop();
      this.#giveBack(reader, isSound);
    }
  }

  async close(): Promise<void> {
    for (const session of [this.#writer, this.#control, ...this.#readers]) session?.close();
    this.#writer = undefined;
    this.#control = undefined;
    this.#readers = [];
    await drainPending();
  }

  get #staging(): string {
    return join(this.#options.directory, 'staging');
  }

  async #connect(): Promise<Session> {
    const session = new Session(join(this.#options.directory, files), { connectionArgs: this.#arguments });
    await session.queryAsync('CREATE DATABASE IF NOT EXISTS segue');
    await session.queryAsync('USE segue');
    return session;
  }

  /** One after the other, as a connection does one thing at a time. */
  #run(statement: string): Promise<ChdbResult> {
    const done = this.#writing.then(async () => {
      if (this.#writer === undefined) {
        throw new HistoryError('history/unavailable', 'The history store is closed.');
      }
      try {
        return await this.#writer.queryAsync(statement);
      } catch (error) {
        throw asHistoryError(error);
      }
    });
    this.#writing = done.catch(() => undefined);
    return done;
  }

  async #read(sql: string): Promise<readonly (readonly unknown[])[]> {
    if (this.#writer === undefined) return [];
    const result = await this.#writer.queryAsync(sql, { format: 'JSONCompactEachRowWithNamesAndTypes' });
    return readRows(result.text()).rows;
  }

  async #insert({ table, rows, bytes }: TableRows): Promise<void> {
    const schema = historyTables.find(({ name }) => name === table);
    if (schema === undefined || rows === 0) return;
    const file = join(this.#staging, `${table}-${this.#tag()}.bin`);
    await writeFile(file, bytes);
    const columns = schema.columns.map(({ name }) => name).join(', ');
    await this.#run(
      `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM file(${quoted(file)}, 'RowBinary', ${quoted(rowStructure(schema))})`,
    );
    await rm(file, { force: true });
  }

  /** After another start of the machine: back to before the first batch of the end that is not whole. */
  async #rewind(file: string): Promise<void> {
    const before = readIfThere(file);
    if (before !== undefined && before !== bootId()) {
      const batches = await this.#read(
        `SELECT from_position, from_seq, to_position, to_seq, counts
FROM projected
WHERE written_at >= (SELECT max(written_at) FROM projected) - ${unsyncedMs} ORDER BY to_position`,
      );
      for (const [position, seq, toPosition, toSeq, counts] of batches) {
        const from = { position: Number(position), seq: Number(seq) };
        const to = { position: Number(toPosition), seq: Number(toSeq) };
        if (await this.#isWhole({ from, to }, counts as Record<string, unknown>)) continue;
        await this.#run(`DELETE FROM projected WHERE to_position > ${from.position}`);
        this.#reached = readReached((await this.#read(reachedQuery))[0]);
        break;
      }
    }
  }

  async #isWhole(range: Range, counts: Readonly<Record<string, unknown>>): Promise<boolean> {
    for (const table of countedTables) {
      const expected = Number(counts[table] ?? 0);
      const [row] = await this.#read(`SELECT count() FROM ${table} WHERE ${rowsOfRange(table, range)}`);
      if (Number(row?.[0]) !== expected) return false;
    }
    return true;
  }

  async #trimProjected(): Promise<void> {
    const [row] = await this.#read(
      `SELECT to_position FROM projected ORDER BY to_position DESC LIMIT 1 OFFSET ${projectedKept}`,
    );
    if (row !== undefined) await this.#run(`DELETE FROM projected WHERE to_position < ${Number(row[0])}`);
  }

  /** Through a file, since what a stream gives of Parquet cannot be read by everybody. */
  async *#streamParquet(sql: string, options: QueryOptions): AsyncIterable<Uint8Array> {
    const file = join(this.#staging, `${this.#tag()}.parquet`);
    try {
      await this.#reading(options, (reader, tag) =>
        reader.queryAsync(
          `INSERT INTO FUNCTION file(${quoted(file)}, 'Parquet')\n${sql}\n${settingsOf(options, tag)}`,
        ),
      );
      const handle = await open(file, 'r');
      try {
        for (;;) {
          const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(chunkBytes), 0, chunkBytes);
          if (bytesRead === 0) return;
          if (options.signal?.aborted === true) throw cancelled();
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    } finally {
      await rm(file, { force: true });
    }
  }

  async #reading<T>(options: QueryOptions, work: (reader: Session, tag: string) => Promise<T>): Promise<T> {
    const reader = await this.#reader(options.signal);
    const tag = this.#tag();
    const stop = this.#cancelWith(options.signal, tag);
    let isSound = false;
    try {
      const answer = await work(reader, tag);
      isSound = true;
      return answer;
    } catch (error) {
      throw asHistoryError(error);
    } finally {
      stop();
      this.#giveBack(reader, isSound);
    }
  }

  #tag(): string {
    return `segue-${this.#queries++}`;
  }

  /** A query knows its name by a setting; the connection that cancels finds it by that. SYNC would wait for ever. */
  #cancelWith(signal: AbortSignal | undefined, tag: string): () => void {
    const cancel = (): void => {
      void this.#control
        ?.queryAsync(`KILL QUERY WHERE Settings['log_comment'] = ${quoted(tag)} ASYNC`)
        .catch(() => undefined);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    return () => signal?.removeEventListener('abort', cancel);
  }

  async #reader(signal: AbortSignal | undefined): Promise<Session> {
    const reader = this.#readers.pop() ?? (await this.#anotherReader());
    if (signal?.aborted !== true) return reader;
    this.#giveBack(reader, true);
    throw cancelled();
  }

  async #anotherReader(): Promise<Session> {
    if (this.#readersOpen < readersMax) {
      this.#readersOpen++;
      return this.#connect();
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #giveBack(reader: Session, isSound: boolean): void {
    if (isSound) {
      this.#handOn(reader);
      return;
    }
    reader.close();
    this.#readersOpen--;
    if (this.#waiting.length === 0) return;
    this.#readersOpen++;
    void this.#connect().then(
      (another) => {
        this.#handOn(another);
      },
      // Whoever waits finds the same when they try themselves.
      () => {
        this.#readersOpen--;
      },
    );
  }

  #handOn(reader: Session): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#readers.push(reader);
    else next(reader);
  }
}

const newline = 10;

function withoutHead(bytes: Uint8Array, head: Uint8Array): Uint8Array {
  const isThere = Buffer.compare(bytes.subarray(0, head.length), head) === 0;
  return isThere ? bytes.subarray(head.length) : bytes;
}

/** `share`: of the memory, what the answer may have; 0: as large as it is. */
function settingsOf({ timeoutMs, memoryBytes }: QueryOptions, tag: string, share = 0): string {
  const seconds = Math.max(0.001, timeoutMs / 1000);
  const spill = Math.floor(memoryBytes * spillShare);
  return `SETTINGS max_execution_time = ${seconds}, max_memory_usage = ${memoryBytes}, max_result_bytes = ${Math.floor(memoryBytes * share)}, max_bytes_before_external_sort = ${spill}, max_bytes_before_external_group_by = ${spill}, log_comment = ${quoted(tag)}, output_format_json_quote_64bit_integers = 0, max_expanded_ast_elements = ${expandedElementsMax}, readonly = 0`;
}

function cancelled(): HistoryError {
  return new HistoryError('history/cancelled', 'The query was cancelled.');
}

function asHistoryError(error: unknown): HistoryError {
  return error instanceof HistoryError ? error : historyErrorOf(messageOf(error), error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Changes with every start of the machine. */
function bootId(): string {
  return readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/**
 * The history store: the tables of schema.ts and a place in the log up to which they are filled. A projection: it may lag,
 * be away, or be deleted; the log makes it again.
 *
 * One writer, which calls `apply` one after the other. A batch has all rows of a range of the log; the place moves on when
 * all of them are in. A batch that was cut short is taken out again, or written over with the same, when the store is next
 * opened, so that writing a range twice changes nothing. Reading goes on meanwhile and may see a batch in part.
 * What every implementation must do is in test/history/history-store-conformance.ts.
 */

import type { Instant } from '@segue/core/model/message.ts';
import type { PropertyColumns } from '@segue/core/sql/event-sql.ts';

import type { Position } from '../log/entry.ts';

/** Up to where the rows are in: the entry of the log, and the change, that come next. */
export type Reached = {
  readonly position: Position;
  readonly seq: number;
  /** Instant of the last record that is in; -Infinity before the first. */
  readonly at: Instant;
};

/** Rows of one table in RowBinary (row-binary.ts). */
export type TableRows = { readonly table: string; readonly rows: number; readonly bytes: Uint8Array };

export type HistoryBatch = {
  /** What the store has reached before it, and after it. */
  readonly from: Reached;
  readonly to: Reached;
  readonly tables: readonly TableRows[];
  /** Erased with this batch, with everybody merged into them: their rows go from all tables. */
  readonly erased: readonly number[];
};

export type Retained = { readonly kind: 'only' | 'but'; readonly names: readonly string[] };

export type QueryOptions = {
  readonly timeoutMs: number;
  /** What the query may take of memory. */
  readonly memoryBytes: number;
  readonly signal?: AbortSignal;
};

export type QueryRows = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Numbers of 64 bits are numbers: what history has of them is below 2^53. */
  readonly rows: readonly (readonly unknown[])[];
};

/** Formats of a stream; names are ClickHouse's. */
export const streamFormats = [
  'CSVWithNames',
  'JSONEachRow',
  'Parquet',
  'JSONCompactEachRow',
  'RowBinary',
] as const;
export type StreamFormat = (typeof streamFormats)[number];

export interface HistoryStore {
  readonly reached: Reached;
  /** The log that the tables are filled from; undefined in a new store, and in one of another version: to be reset. */
  readonly log: string | undefined;
  /** Properties of events that have columns of their own, for whoever compiles a query. */
  readonly properties: PropertyColumns;
  /** @throws HistoryError; whether the batch is in is not known then, and the store is opened anew. */
  apply(batch: HistoryBatch): Promise<void>;
  /** Adds rows that are not made from the log, such that adding them again changes nothing. @throws HistoryError */
  add(rows: TableRows): Promise<void>;
  /** Gives properties that have none a column each, also in what is there already; answers are the same before and after. */
  addProperties(names: readonly string[]): Promise<void>;
  /** Empties everything, to be filled from that log; what is not made from it stays where it is the same one. */
  reset(log: string): Promise<void>;
  /** Lets events of those names, or of all others, go that happened before an instant. */
  retain(which: Retained, before: Instant): Promise<void>;
  /** @throws HistoryError */
  query(sql: string, options: QueryOptions): Promise<QueryRows>;
  /** What a query gives, in pieces as they come; the next is made when it is asked for. @throws HistoryError */
  stream(sql: string, format: StreamFormat, options: QueryOptions): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

export type HistoryErrorCode =
  /** There is no store now: it is starting, or cannot be had. */
  | 'history/unavailable'
  | 'history/timeout'
  | 'history/memory'
  | 'history/cancelled'
  /** The query is not one, or the store failed at it. */
  | 'history/failed';

export class HistoryError extends Error {
  readonly code: HistoryErrorCode;
  /** Worth trying again later as it is. */
  readonly retryable: boolean;

  constructor(code: HistoryErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HistoryError';
    this.code = code;
    this.retryable = code === 'history/unavailable';
  }
}

/** ClickHouse's number of an exception, as our error. */
export function historyErrorOf(message: string, cause?: unknown): HistoryError {
  const number = Number(/\bCode: (\d+)\./.exec(message)?.[1] ?? 0);
  switch (number) {
    case 159:
      return new HistoryError('history/timeout', 'The query took longer than it may; ask for less.', cause);
    // Too much on the way, or too much to answer.
    case 241:
    case 396:
      return new HistoryError(
        'history/memory',
        'The query needs more memory than it may take (history.memory); ask for less.',
        cause,
      );
    case 394:
      return new HistoryError('history/cancelled', 'The query was cancelled.', cause);
    default:
      return new HistoryError('history/failed', message.slice(0, 500), cause);
  }
}

/** What the service and the process of the history store say to each other. */

import type { Instant } from '@segue/core/model/message.ts';
import type { PropertyColumns } from '@segue/core/sql/event-sql.ts';

import type { Position } from '../log/entry.ts';
import type { HistoryErrorCode, QueryRows, Reached, StreamFormat } from './history-store.ts';
import type { JournalPart } from './journal.ts';

/** Where the process works and how much it may take. */
export type HistoryConfig = {
  readonly store:
    | {
        readonly kind: 'chdb';
        readonly directory: string;
        readonly threads: number;
        readonly memoryBytes: number;
      }
    | { readonly kind: 'clickhouse'; readonly url: string };
  readonly logPath: string;
  readonly feedPath: string;
  /** Where the attempts of webhooks are kept; undefined where there are none. */
  readonly deliveriesPath?: string;
  readonly timeZone: string;
  /** How long events are kept, by name; `*` for all others. */
  readonly retention: readonly (readonly [event: string, keepMs: number])[];
};

type Asked = {
  readonly id: number;
  readonly sql: string;
  readonly timeoutMs: number;
  readonly memoryBytes: number;
};

export type ToHistory =
  /** `afresh`: what is there cannot be opened, and is to be made again, if there is room for it. */
  | { readonly kind: 'open'; readonly config: HistoryConfig; readonly afresh: boolean }
  /** The answer to `need`; nothing known from there on: `first` says where what is known begins. */
  | { readonly kind: 'part'; readonly asked: Position; readonly part: JournalPart }
  | {
      readonly kind: 'behind';
      readonly asked: Position;
      readonly first: Position;
      readonly firstSeq: number;
    }
  | ({ readonly kind: 'query' } & Asked)
  | ({ readonly kind: 'stream'; readonly format: StreamFormat } & Asked)
  /** One more piece of a stream has been used up. */
  | { readonly kind: 'more'; readonly id: number }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'stop' };

export type FromHistory =
  | { readonly kind: 'opened'; readonly reached: Reached; readonly properties: PropertyColumns }
  /** Some more have a column of their own, or all have none any more. */
  | { readonly kind: 'properties'; readonly properties: PropertyColumns }
  | { readonly kind: 'need'; readonly from: Position }
  | { readonly kind: 'reached'; readonly reached: Reached }
  /** The log is being replayed, up to there by now. */
  | { readonly kind: 'rebuilding'; readonly position: Position; readonly end: Position }
  | { readonly kind: 'rebuilt' }
  | { readonly kind: 'rows'; readonly id: number; readonly rows: QueryRows }
  | { readonly kind: 'piece'; readonly id: number; readonly bytes: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | {
      readonly kind: 'failed';
      readonly id: number;
      readonly code: HistoryErrorCode;
      readonly message: string;
    }
  /** It cannot go on and ends. */
  | { readonly kind: 'broken'; readonly message: string; readonly at: Instant };

/** Pieces of a stream on their way at once. */
export const piecesAhead = 4;

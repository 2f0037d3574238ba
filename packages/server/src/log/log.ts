/**
 * The log: the truth. What it acknowledged is durable; everything else is derived from it and can be rebuilt.
 *
 * One writer. A failed or stalled append is fatal: whoever owns the process stops it (a retried fsync lies), which
 * `failed` tells. What an implementation must do is in the conformance suite, test/log/log-conformance.ts.
 */

import type { Identifier, Instant, Message, MessageKind } from '@segue/core/model/message.ts';

import type { LogEntry, LogRecord, Position } from './entry.ts';

/** What a scan finds in a record. */
export type ScannedRecord = {
  readonly position: Position;
  /** Of all entries. */
  readonly count: number;
  readonly messages: readonly { readonly at: Position; readonly message: Message }[];
};

/** Which messages a skim makes something of. */
export type Wanted = {
  /** Whether it has to do with identifiers; without it none are told. */
  readonly byName: boolean;
  /** `at` is the instant of the record. */
  readonly wants: (
    time: Instant,
    identifiers: readonly Identifier[],
    at: Instant,
    position: Position,
  ) => boolean;
};

/** What a skim finds in a record. */
export type SkimmedRecord = {
  readonly position: Position;
  readonly at: Instant;
  /** Of all entries. */
  readonly count: number;
  /** Those that are wanted, and all that are no messages; `at` is the position. */
  readonly entries: readonly { readonly at: Position; readonly entry: LogEntry }[];
};

export interface Log {
  /** Position of the next entry; 0 in an empty log. Counts appends that are not durable yet. */
  readonly next: Position;
  /** Instant of the last record; undefined in an empty log. */
  readonly lastAt: Instant | undefined;
  /** Settles, with the error, when an append has failed or stalled; nothing is acknowledged after it. */
  readonly failed: Promise<Error>;

  /**
   * Adds a record of at least one entry; resolves with the position of the first when it is durable. Appends become
   * durable in the order of their calls. `at` must not be less than that of the record before (RangeError).
   */
  append(entries: readonly LogEntry[], at: Instant): Promise<Position>;

  /** Durable records in order, from the one that holds `from` on (its earlier entries included). Reading never blocks writing. */
  read(from: Position): Iterable<LogRecord>;

  /**
   * As `read`, but only the messages of which `reads` is true are looked at, which is much faster where they are few. `at` is
   * a message's position.
   */
  scan(from: Position, reads: (kind: MessageKind, name: string) => boolean): Iterable<ScannedRecord>;

  /**
   * As `read`, but of messages that are not wanted nothing is made: for whoever asks of all of them when they happened or who
   * they are of, and reads few.
   */
  skim(from: Position, wanted: Wanted): Iterable<SkimmedRecord>;

  /** A durable entry by itself; undefined when there is none. Cheaper than its record where that is long. */
  entryAt(position: Position): LogEntry | undefined;

  /**
   * The time of a durable message; undefined where there is none at the position. Nothing is made of the message, and other
   * times of its record cost nothing afterwards.
   */
  timeAt(position: Position): Instant | undefined;

  /** The record that holds a durable entry; undefined when there is none. Cheap for entries close to each other. */
  recordAt(position: Position): LogRecord | undefined;

  /**
   * Puts other entries in place of durable ones; resolves when all of them are durable. For entries that no state rests on:
   * one that the engine never took, or of somebody who was erased (entry.ts).
   */
  replace(entries: ReadonlyMap<Position, LogEntry>): Promise<void>;

  /** Waits for appends under way. Nothing can be called afterwards. */
  close(): Promise<void>;
}

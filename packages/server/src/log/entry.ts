/**
 * What the log holds: every input that can change an answer, in the order in which it took effect. Replaying the entries
 * at their instants gives the same state, to the byte.
 *
 * Entries are never changed, with two exceptions, both of which keep every position: one that the engine cannot take is
 * put aside by hand (`skipped`), and what was about somebody who was erased is taken out (`erased`).
 */

import type { ListedDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';

/** Ordinal of an entry in the log, from 0, without gaps. */
export type Position = number;

/** What the engine is told. */
export type InputEntry =
  | {
      readonly kind: 'message';
      readonly message: Message;
      /** Name of the source. */ readonly source: string;
    }
  | {
      readonly kind: 'definitions';
      /** The complete set in force from here on. */
      readonly definitions: ListedDefinitions;
      /** Version of the set in the catalog, and who put it into force, why. */
      readonly revision: number;
      readonly author: string;
      readonly reason: string;
    }
  | { readonly kind: 'list'; readonly name: string; readonly members: readonly string[] }
  | {
      readonly kind: 'score';
      readonly customer: Identifier;
      readonly name: string;
      readonly value: number;
      readonly at: Instant;
    }
  | {
      readonly kind: 'consent';
      readonly customer: Identifier;
      readonly channel?: string;
      readonly topic?: string;
      readonly status: 'subscribed' | 'unsubscribed';
      readonly at: Instant;
    }
  /** Populations are taken anew. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'erase'; readonly customer: Identifier }
  /** Nothing arrived, but time alone changed answers up to the record's instant, and that was published. */
  | { readonly kind: 'tick' };

export type LogEntry =
  | InputEntry
  /** The engine could not take it, and somebody put it aside: nothing happens but that time passes. */
  | { readonly kind: 'skipped'; readonly entry: InputEntry; readonly reason: string }
  /**
   * What stood here was about somebody who was erased, or is older than messages are kept. No state rests on it any more (log/base.ts). What stands for it says
   * nothing of anybody: a customer comes and goes where one did, so that a replay of the past numbers all others as it did.
   */
  | { readonly kind: 'erased'; readonly stand: InputEntry };

/** Entries that were committed together; all took effect at one instant. */
export type LogRecord = {
  /** Of the first entry. */
  readonly position: Position;
  /** The clock at which they took effect; never less than the record's before. */
  readonly at: Instant;
  readonly entries: readonly LogEntry[];
};

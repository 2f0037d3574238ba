/**
 * What the log holds: every input that can change an answer, in the order in which it took effect. Replaying the entries
 * at their instants gives the same state, to the byte.
 */

import type { ListedDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';

/** Ordinal of an entry in the log, from 0, without gaps. */
export type Position = number;

export type LogEntry =
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

/** Entries that were committed together; all took effect at one instant. */
export type LogRecord = {
  /** Of the first entry. */
  readonly position: Position;
  /** The clock at which they took effect; never less than the record's before. */
  readonly at: Instant;
  readonly entries: readonly LogEntry[];
};

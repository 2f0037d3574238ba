/** The inputs of the engine: everything that can change an answer. */

import type { Definitions } from './definitions.ts';
import type { Identifier, Instant, Message } from './message.ts';

export type ConsentInput = {
  readonly customer: Identifier;
  readonly channel?: string;
  readonly topic?: string;
  readonly status: 'subscribed' | 'unsubscribed';
  readonly at: Instant;
};

export type Input =
  | { readonly kind: 'message'; readonly message: Message }
  /** The complete set in force from now on; segments whose definition is unchanged are left alone. */
  | { readonly kind: 'definitions'; readonly definitions: Definitions }
  /** Replaces a static list. */
  | { readonly kind: 'list'; readonly name: string; readonly members: readonly string[] }
  | {
      readonly kind: 'score';
      readonly customer: Identifier;
      readonly name: string;
      readonly value: number;
      readonly at: Instant;
    }
  | ({ readonly kind: 'consent' } & ConsentInput)
  /** Takes the populations of percentile, quintile and RFM anew. */
  | { readonly kind: 'refresh' }
  | { readonly kind: 'erase'; readonly customer: Identifier };

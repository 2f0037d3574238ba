/**
 * Changes as the world gets them: in order, each with a number of its own that is the same after any restart, so that whoever
 * saw number n goes on with n + 1.
 */

import type { Cause } from '@segue/core/model/change.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';

import type { Published } from './published.ts';

/** The customer of a change as of when it happened. */
export type FeedCustomer = {
  readonly profile: number;
  /** User id if there is one, else the first identifier. */
  readonly displayId: string;
  readonly identifiers: readonly Identifier[];
};

export type FeedEvent = {
  /** From 0, without gaps. */
  readonly seq: number;
  readonly at: Instant;
  readonly customer: FeedCustomer;
  readonly cause: Cause;
  readonly messageId?: string;
} & (
  | {
      readonly kind: 'segment';
      readonly segment: string;
      readonly version: number;
      readonly change: 'entered' | 'exited';
    }
  | { readonly kind: 'stage'; readonly lifecycle: string; readonly from?: string; readonly to?: string }
);

/**
 * What a reader wants of the feed; a field left out does not restrict. Who names segments alone gets changes of those and
 * no stages, and the other way round.
 */
export type FeedFilter = {
  readonly segments?: readonly string[];
  readonly lifecycles?: readonly string[];
  readonly changes?: readonly ('entered' | 'exited' | 'stage')[];
  /** Profile number. */
  readonly profile?: number;
};

export interface Feed {
  /** Number of the next event. */
  readonly next: number;
  /** The oldest event that is still kept. */
  readonly first: number;
  /** Kept events with from ≤ seq, in order, those not yet durable included. */
  read(from: number): Iterable<FeedEvent>;
  /** Called with every event the moment it happens, in order, after the state shows it; returns the way to stop. */
  subscribe(listener: (events: Published) => void): () => void;
}

/**
 * How far the deliveries of webhooks have come: for each endpoint its position in the feed, the deliveries that wait, and
 * the attempts of late. Small, and changed with every delivery; kept apart from what people arrange.
 *
 * Writes become durable in the order of their calls, each as a whole. A delivery is written down together with the position
 * behind it, and goes when it is settled, so whatever a crash leaves, nothing is skipped, and what is sent again is what was
 * on its way. The conformance suite is test/feeds/delivery-store-conformance.ts.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { FeedEvent } from './feed.ts';
import type { PostFailure } from './outgoing-post.ts';

/** Changes before `position` are delivered, given up, not wanted, or among the deliveries that wait. */
export type Progress = {
  readonly position: number;
  /** The receiver asked for nothing before then. */
  readonly pausedUntil?: Instant;
  readonly deliveredAt?: Instant;
};

/** One change on its way to one endpoint. */
export type Delivery = {
  readonly event: FeedEvent;
  /** Somebody asked for it again. */
  readonly replay: boolean;
  /** That have failed. */
  readonly attempts: number;
  /** When the first failed. */
  readonly failingSince?: Instant;
  /** Not to be tried before. */
  readonly nextAt: Instant;
};

export type AttemptOutcome =
  | 'delivered'
  /** Will be tried again. */
  | 'retrying'
  /** Was tried for a day. */
  | 'given_up'
  /** The receiver answered 410. */
  | 'gone';

/** What is told about an endpoint's past. */
export type AttemptRecord =
  | {
      readonly kind: 'attempt';
      readonly at: Instant;
      readonly reason: 'change' | 'replay' | 'test';
      readonly webhookId: string;
      readonly type: string;
      /** Number of the change; missing in a test. */
      readonly seq?: number;
      /** Which attempt it was, from 1. */
      readonly attempt: number;
      readonly outcome: AttemptOutcome;
      readonly durationMs: number;
      readonly status?: number;
      /** The beginning of what the receiver answered. */
      readonly answer?: string;
      /** Why there was no answer. */
      readonly failure?: PostFailure;
      readonly message?: string;
      readonly nextAt?: Instant;
    }
  /** Changes with from ≤ number < to were let go by the feed before they could be sent. */
  | { readonly kind: 'missed'; readonly at: Instant; readonly from: number; readonly to: number };

export type NumberedAttempt = AttemptRecord & { /** Grows. */ readonly id: number };

export type DeliveryWrite =
  | { readonly kind: 'progress'; readonly endpoint: string; readonly progress: Progress }
  /** Puts a delivery in place of the one of the same change. */
  | { readonly kind: 'delivery'; readonly endpoint: string; readonly delivery: Delivery }
  | { readonly kind: 'settled'; readonly endpoint: string; readonly seq: number }
  | { readonly kind: 'attempt'; readonly endpoint: string; readonly attempt: AttemptRecord }
  /** What receivers answered to deliveries of these changes goes; that there were attempts stays. */
  | { readonly kind: 'forget_answers'; readonly endpoint: string; readonly seqs: ReadonlySet<number> }
  /** Nothing of the endpoint stays. */
  | { readonly kind: 'forget'; readonly endpoint: string };

/** An attempt without what the receiver answered, if it is about one of these changes; itself where it is not. */
export function withoutAnswer<T extends AttemptRecord>(attempt: T, seqs: ReadonlySet<number>): T {
  if (attempt.kind !== 'attempt' || attempt.seq === undefined || !seqs.has(attempt.seq)) return attempt;
  const { answer: _, ...rest } = attempt;
  return rest as T;
}

export type EndpointStanding = {
  readonly endpoint: string;
  readonly progress: Progress;
  /** By the number of their change. */
  readonly deliveries: readonly Delivery[];
};

/** Attempts kept of each endpoint; the oldest go. */
export const attemptsKept = 1_000;

export interface DeliveryStore {
  /** What was durable when it was opened. */
  load(): readonly EndpointStanding[];
  /** Resolves when it is durable; rejects when the store has failed, and then it takes nothing more. */
  write(writes: readonly DeliveryWrite[]): Promise<void>;
  /** Newest first; `before`: only with a smaller id; `seq`: only of that change. */
  attempts(
    endpoint: string,
    request: { readonly limit: number; readonly before?: number; readonly seq?: number },
  ): readonly NumberedAttempt[];
  close(): Promise<void>;
}

/**
 * Where changes are sent to: addresses that people have registered, with what they want, in which form, and the secrets
 * that sign it. How far the deliveries have come is not here but in `DeliveryStore`: it changes with every delivery.
 *
 * The conformance suite is test/feeds/webhook-endpoints-conformance.ts.
 */

import type { Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Actor, Refusal } from '../catalog/catalog.ts';
import type { FeedFilter } from './feed.ts';

/** How a change is written: as a CloudEvent, or as Segment's audiences are told to destinations. */
export const webhookForms = ['cloudevent', 'segment-identify', 'segment-track'] as const;
export type WebhookForm = (typeof webhookForms)[number];

/** `whsec_` and 24 to 64 random bytes in base64. Kept as it is, since it must sign; shown once. */
export type WebhookSecret = {
  readonly text: string;
  /** From when on it signs no more; undefined for the newest. */
  readonly validUntil?: Instant;
};

/** Why nothing is sent: somebody switched it off, the receiver answered 410, or it failed for a whole day. */
export const disabledReasons = ['by_hand', 'gone', 'failing'] as const;
export type DisabledReason = (typeof disabledReasons)[number];

export type WebhookState =
  | { readonly kind: 'active' }
  | { readonly kind: 'disabled'; readonly reason: DisabledReason; readonly since: Instant };

export type WebhookFilter = Pick<FeedFilter, 'segments' | 'lifecycles' | 'changes'>;

export type WebhookEndpoint = {
  readonly id: string;
  /** http or https, as the URL parser writes it. */
  readonly url: string;
  readonly description: string;
  readonly form: WebhookForm;
  readonly filter: WebhookFilter;
  /** Newest first; at least one. */
  readonly secrets: readonly WebhookSecret[];
  readonly state: WebhookState;
  readonly createdAt: Instant;
  /** Number of the first change that concerns it: that of the feed when it was made. */
  readonly from: number;
};

/** What can be changed of one; a field left out stays. */
export type WebhookEndpointChange = Partial<
  Pick<WebhookEndpoint, 'url' | 'description' | 'form' | 'filter' | 'secrets' | 'state'>
>;

/** What `watch` tells: the endpoint as it is now, or that it is gone. */
export type WebhookEndpointNews =
  | { readonly kind: 'put'; readonly endpoint: WebhookEndpoint }
  | { readonly kind: 'removed'; readonly id: string };

/** Endpoints of one workspace. */
export const webhookEndpointsMax = 100;

export interface WebhookEndpoints {
  /** In the order in which they were made. */
  list(): Promise<readonly WebhookEndpoint[]>;
  get(id: string): Promise<WebhookEndpoint | undefined>;
  /** Refuses above `webhookEndpointsMax` (`webhooks/too-many`). The id is new. Secrets go into no audit row. */
  create(endpoint: WebhookEndpoint, by: Actor): Promise<Result<WebhookEndpoint, Refusal>>;
  /** Refuses what does not exist (`webhooks/unknown`). */
  update(id: string, change: WebhookEndpointChange, by: Actor): Promise<Result<WebhookEndpoint, Refusal>>;
  remove(id: string, by: Actor): Promise<Result<undefined, Refusal>>;
  /** Called after a change is durable and before its promise resolves; returns the way to stop. */
  watch(listener: (news: WebhookEndpointNews) => void): () => void;
}

/** The refusals that every implementation gives. */
export const webhookRefusals: {
  readonly tooMany: Refusal;
  readonly unknown: (id: string) => Refusal;
} = {
  tooMany: {
    code: 'webhooks/too-many',
    message: `There are ${webhookEndpointsMax} webhooks already, the most there may be: remove one that is not needed.`,
  },
  unknown: (id) => ({
    code: 'webhooks/unknown',
    message: `There is no webhook ${JSON.stringify(id)}: GET /api/webhooks lists them.`,
  }),
};

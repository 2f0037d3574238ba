/**
 * What a webhook sends for a change: its body in the form of the endpoint, its id, its signed headers.
 *
 * The body depends on nothing but the change and the endpoint's form, and the id on nothing but the endpoint, the number of
 * the change and the body. So whenever a delivery is sent again, after a failure, a crash or by hand, it has the same id
 * and the same bytes; and other bytes never come under an id that was used.
 */

import { createHash, randomBytes } from 'node:crypto';

import type { Instant } from '@segue/core/model/message.ts';
import { Webhook } from 'standardwebhooks';

import { segueVersion } from '../http/parts.ts';
import type { FeedEvent } from './feed.ts';
import { eventText } from './feed-codec.ts';
import { publicChange } from './public-change.ts';
import type { WebhookEndpoint, WebhookForm, WebhookSecret } from './webhook-endpoints.ts';

export type WebhookMessage = {
  /** The header `webhook-id`. */
  readonly id: string;
  /** `segue.segment.entered`. */
  readonly type: string;
  readonly contentType: string;
  readonly body: string;
};

const secretBytes = 32;

/** @param source - who says so, a URI: the `source` of CloudEvents. */
export function webhookMessage(
  endpoint: Pick<WebhookEndpoint, 'id' | 'form'>,
  event: FeedEvent,
  source: string,
): WebhookMessage {
  const body = JSON.stringify(bodyIn(endpoint.form, event, source));
  return {
    id: `${endpoint.id}_${event.seq}_${digest(body)}`,
    type: typeOf(event),
    contentType:
      endpoint.form === 'cloudevent' ? 'application/cloudevents+json; charset=utf-8' : 'application/json',
    body,
  };
}

/** Headers of a request that is sent now; every secret that is valid signs, the newest first. */
export function webhookHeaders(
  { id, contentType, body }: WebhookMessage,
  secrets: readonly WebhookSecret[],
  now: Instant,
): Record<string, string> {
  const valid = secrets.filter(({ validUntil }) => validUntil === undefined || validUntil > now);
  return {
    'content-type': contentType,
    'user-agent': `Segue/${segueVersion}`,
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now / 1000)),
    'webhook-signature': valid.map(({ text }) => new Webhook(text).sign(id, new Date(now), body)).join(' '),
  };
}

export function newWebhookSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString('base64')}`;
}

export function newWebhookId(): string {
  return `wh_${randomBytes(10).toString('hex')}`;
}

function typeOf(event: FeedEvent): string {
  return event.kind === 'stage' ? 'segue.stage.changed' : `segue.segment.${event.change}`;
}

function bodyIn(form: WebhookForm, event: FeedEvent, source: string): object {
  switch (form) {
    case 'cloudevent':
      return cloudEvent(event, source);
    case 'segment-identify':
      return { type: 'identify', ...segmentCommon(event), traits: { [aboutOf(event)]: traitOf(event) } };
    case 'segment-track':
      return { type: 'track', ...segmentCommon(event), ...trackOf(event) };
  }
}

/** CloudEvents 1.0, structured mode. */
function cloudEvent(event: FeedEvent, source: string): object {
  return {
    specversion: '1.0',
    id: nameOf(event),
    source,
    type: typeOf(event),
    time: new Date(event.at).toISOString(),
    datacontenttype: 'application/json',
    data: publicChange(event),
  };
}

/** As Segment tells destinations about audiences. A destination needs one of the two ids, so one is made of the profile. */
function segmentCommon(event: FeedEvent): object {
  const { profile, identifiers } = event.customer;
  const first = (kind: string): string | undefined => identifiers.find((known) => known.kind === kind)?.value;
  const userId = first('user_id');
  const anonymousId = first('anonymous_id') ?? (userId === undefined ? `segue-${profile}` : undefined);
  const email = first('email');
  const phone = first('phone');
  return {
    messageId: `segue-${nameOf(event)}`,
    timestamp: new Date(event.at).toISOString(),
    ...(userId === undefined ? {} : { userId }),
    ...(anonymousId === undefined ? {} : { anonymousId }),
    context: {
      traits: { ...(email === undefined ? {} : { email }), ...(phone === undefined ? {} : { phone }) },
      externalIds: identifiers.map(({ kind, value }) => ({
        id: value,
        type: kind,
        collection: 'users',
        encoding: 'none',
      })),
      personas: {
        computation_class: event.kind === 'segment' ? 'audience' : 'lifecycle',
        computation_key: aboutOf(event),
      },
    },
  };
}

function aboutOf(event: FeedEvent): string {
  return event.kind === 'segment' ? event.segment : event.lifecycle;
}

function traitOf(event: FeedEvent): boolean | string | null {
  return event.kind === 'segment' ? event.change === 'entered' : (event.to ?? null);
}

function trackOf(event: FeedEvent): object {
  if (event.kind === 'segment') {
    const entered = event.change === 'entered';
    return {
      event: entered ? 'Audience Entered' : 'Audience Exited',
      properties: { audience_key: event.segment, [event.segment]: entered },
    };
  }
  return {
    event: 'Stage Changed',
    properties: { lifecycle: event.lifecycle, from: event.from ?? null, to: event.to ?? null },
  };
}

/** The same for one change for ever, and another for any other, in a history that was put back too. */
function nameOf(event: FeedEvent): string {
  return `${event.seq}-${digest(eventText(event))}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

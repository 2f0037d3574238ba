/** A change as the world reads it, in streams and webhooks alike. */

import type { Cause } from '@segue/core/model/change.ts';
import type { Identifier } from '@segue/core/model/message.ts';

import type { FeedEvent } from './feed.ts';
import type { ChangeWord } from './feed-filter.ts';

export type PublicChange = {
  readonly seq: number;
  readonly customer: {
    readonly id: number;
    readonly displayId: string;
    readonly identifiers: readonly Identifier[];
  };
  /** Of a segment; `change` says which way. */
  readonly segment?: string;
  readonly version?: number;
  /** Of a lifecycle; `from` is missing at the beginning, `to` at the end. */
  readonly lifecycle?: string;
  readonly from?: string;
  readonly to?: string;
  readonly change: ChangeWord;
  /** UTC, to the millisecond; and the same as milliseconds since 1970. */
  readonly at: string;
  readonly atMs: number;
  readonly cause: Cause;
  readonly messageId?: string;
};

export function publicChange(event: FeedEvent): PublicChange {
  const { profile: id, displayId, identifiers } = event.customer;
  const about =
    event.kind === 'segment'
      ? ({ segment: event.segment, version: event.version, change: event.change } as const)
      : ({
          lifecycle: event.lifecycle,
          ...(event.from === undefined ? {} : { from: event.from }),
          ...(event.to === undefined ? {} : { to: event.to }),
          change: 'stage_changed',
        } as const);
  return {
    seq: event.seq,
    customer: { id, displayId, identifiers: identifiers.map(({ kind, value }) => ({ kind, value })) },
    ...about,
    at: new Date(event.at).toISOString(),
    atMs: event.at,
    cause: event.cause,
    ...(event.messageId === undefined ? {} : { messageId: event.messageId }),
  };
}

const texts = new WeakMap<FeedEvent, string>();

/** The change as JSON, on one line; made once for all who read it. */
export function changeJson(event: FeedEvent): string {
  let text = texts.get(event);
  if (text === undefined) {
    text = JSON.stringify(publicChange(event));
    texts.set(event, text);
  }
  return text;
}

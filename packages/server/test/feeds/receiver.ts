/** A receiver of webhooks in this process: keeps what it gets, answers as it is told. No network, no clock. */

import { Webhook } from 'standardwebhooks';
import { expect } from 'vitest';

import type { OutgoingPost, PostAnswer, PostRequest } from '../../src/feeds/outgoing-post.ts';

export type Received = {
  readonly id: string;
  readonly seq: number;
  readonly body: string;
  readonly headers: PostRequest['headers'];
  readonly isAccepted: boolean;
};
export type Reply = number | { readonly status: number; readonly retryAfter?: string } | 'timeout' | 'never';

export class Receiver implements OutgoingPost {
  readonly received: Received[] = [];
  /** What the next requests are answered, in order; then `otherwise`. */
  replies: Reply[] = [];
  otherwise: Reply = 200;
  /** Requests under way, and the most there have been. */
  open = 0;
  openMost = 0;
  closed = false;
  /** By URL: what is answered there, before all else. */
  readonly at = new Map<string, Reply>();

  readonly post = async (request: PostRequest, signal: AbortSignal): Promise<PostAnswer> => {
    this.open += 1;
    this.openMost = Math.max(this.openMost, this.open);
    const { id = '', seq = 0 } = parse(request);
    const reply = this.at.get(request.url) ?? this.replies.shift() ?? this.otherwise;
    const isAccepted = typeof reply === 'number' && reply >= 200 && reply < 300;
    this.received.push({ id, seq, body: request.body, headers: request.headers, isAccepted });
    try {
      if (reply === 'never') {
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve();
          });
          if (signal.aborted) resolve();
        });
        return { kind: 'failed', failure: 'stopped', message: 'Segue stopped.', durationMs: 1 };
      }
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) {
        return { kind: 'failed', failure: 'stopped', message: 'Segue stopped.', durationMs: 1 };
      }
      if (reply === 'timeout') {
        return { kind: 'failed', failure: 'timeout', message: 'No answer.', durationMs: 15_000 };
      }
      const { status, retryAfter } =
        typeof reply === 'number' ? { status: reply, retryAfter: undefined } : reply;
      return {
        kind: 'answered',
        status,
        body: 'ok',
        durationMs: 3,
        ...(retryAfter === undefined ? {} : { retryAfter }),
      };
    } finally {
      this.open -= 1;
    }
  };

  close(): void {
    this.closed = true;
  }

  seqs(): number[] {
    return this.received.map(({ seq }) => seq);
  }
}

function parse({ headers, body }: PostRequest): { id?: string; seq?: number } {
  const event = JSON.parse(body) as { data?: { seq?: number } };
  const id = headers['webhook-id'];
  return {
    ...(id === undefined ? {} : { id }),
    ...(event.data?.seq === undefined ? {} : { seq: event.data.seq }),
  };
}

/** As a receiver checks a signature; throws where it is not one of that secret. `now` must not be far from the clock. */
export function verify(secret: string, { headers, body }: Pick<Received, 'headers' | 'body'>): void {
  expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
}

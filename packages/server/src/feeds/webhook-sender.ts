/**
 * Webhooks: brings the feed to every endpoint, each at its own pace (endpoint-sender.ts). To be started when the log has been
 * replayed: then the feed has all its numbers.
 *
 * Idle endpoints cost nothing: no timer runs but for a delivery that waits for its next attempt.
 */

import { randomBytes } from 'node:crypto';

import { fail, ok, type Result } from '@segue/core/base/result.ts';

import { type Refusal, systemActor } from '../catalog/catalog.ts';
import type { Clock } from '../runtime/clock.ts';
import type {
  AttemptOutcome,
  AttemptRecord,
  DeliveryStore,
  DeliveryWrite,
  EndpointStanding,
  NumberedAttempt,
} from './delivery-store.ts';
import {
  answerOf,
  EndpointSender,
  senderLimits,
  type SenderLimits,
  type SenderParts,
} from './endpoint-sender.ts';
import type { Feed, FeedEvent } from './feed.ts';
import type { OutgoingPost } from './outgoing-post.ts';
import type { DisabledReason, WebhookEndpoint, WebhookEndpoints } from './webhook-endpoints.ts';
import { webhookHeaders, webhookMessage } from './webhook-message.ts';

export type WebhookSenderOptions = {
  readonly feed: Feed;
  readonly endpoints: WebhookEndpoints;
  readonly store: DeliveryStore;
  readonly outgoing: OutgoingPost;
  readonly clock: Clock;
  /** In [0, 1): `Math.random`. */
  readonly random: () => number;
  /** Who says so, a URI: the `source` of CloudEvents. */
  readonly source: string;
  readonly limits?: Partial<SenderLimits>;
  readonly onAttempt?: (outcome: AttemptOutcome, durationMs: number) => void;
  /** An endpoint could not be disabled in the catalog; it stays so until the next start. */
  readonly onError?: (error: unknown) => void;
};

/** Where the deliveries of an endpoint stand. */
export type WebhookStanding = {
  /** Number of the next change to be looked at. */
  readonly position: number;
  /** Changes of the feed behind it. */
  readonly behind: number;
  /** Deliveries that wait or are under way. */
  readonly waiting: number;
  readonly pausedUntil?: number;
  readonly deliveredAt?: number;
};

/** What people can ask of the deliveries. */
export interface Deliveries {
  standing(id: string): WebhookStanding | undefined;
  /** Newest first. */
  attempts(
    id: string,
    request: { readonly limit: number; readonly before?: number; readonly seq?: number },
  ): readonly NumberedAttempt[];
  /** Sends a made-up change once, now, whatever the state of the endpoint; resolves with what became of it. */
  test(endpoint: WebhookEndpoint): Promise<AttemptRecord>;
  /** Sends one change again. */
  replay(id: string, seq: number): Result<undefined, Refusal>;
  /** Sends everything that the filter lets through again, from a change on. */
  replayFrom(id: string, seq: number): Result<undefined, Refusal>;
  /** Leaves out everything until now. */
  skipToEnd(id: string): void;
}

export class WebhookSender implements Deliveries {
  /** Settles, with the error, when the store has failed: whoever owns the process stops it. */
  readonly failed: Promise<Error>;
  readonly #options: WebhookSenderOptions;
  readonly #parts: SenderParts;
  readonly #senders = new Map<string, EndpointSender>();
  /** While it starts: what the store says of endpoints that have not been taken up yet. */
  readonly #standings = new Map<string, EndpointStanding>();
  readonly #stops: (() => void)[] = [];
  #fail: (error: Error) => void = () => undefined;
  #written: Promise<void> = Promise.resolve();
  #scheduled: NodeJS.Immediate | undefined;

  private constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
    const { feed, outgoing, clock, random, source } = options;
    this.#parts = {
      feed,
      post: outgoing.post,
      clock,
      random,
      source,
      limits: { ...senderLimits, ...options.limits },
      write: (writes) => {
        this.#write(writes);
      },
      disable: (id, reason) => {
        void this.#disable(id, reason);
      },
      onAttempt: options.onAttempt ?? (() => undefined),
    };
  }

  /** Goes on where the store says that it was. */
  static async start(options: WebhookSenderOptions): Promise<WebhookSender> {
    const sender = new WebhookSender(options);
    await sender.#start();
    return sender;
  }

  /** Deliveries of all endpoints that wait or are under way. */
  get waiting(): number {
    let count = 0;
    for (const sender of this.#senders.values()) count += sender.waiting;
    return count;
  }

  /**
   * Begins nothing more, gives requests under way `graceMs` to end, then cuts them off: they are sent again after the next
   * start, with the same ids. The store is not closed.
   */
  async stop(graceMs: number): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    clearImmediate(this.#scheduled);
    const grace = new AbortController();
    const timer = setTimeout(() => {
      grace.abort();
    }, graceMs);
    await Promise.all([...this.#senders.values()].map((sender) => sender.stop(grace.signal)));
    clearTimeout(timer);
    this.#options.outgoing.close();
    await this.#written;
  }

  standing(id: string): WebhookStanding | undefined {
    const sender = this.#senders.get(id);
    if (sender === undefined) return undefined;
    const { position } = sender.progress;
    const behind = Math.max(this.#options.feed.next - position, 0);
    return { ...sender.progress, behind, waiting: sender.waiting };
  }

  attempts(
    id: string,
    request: { readonly limit: number; readonly before?: number; readonly seq?: number },
  ): readonly NumberedAttempt[] {
    return this.#options.store.attempts(id, request);
  }

  async test(endpoint: WebhookEndpoint): Promise<AttemptRecord> {
    const { clock, outgoing, source } = this.#options;
    const at = clock.now();
    const { type, contentType, body } = webhookMessage(endpoint, sampleEvent(endpoint, at), source);
    const webhookId = `${endpoint.id}_test_${randomBytes(8).toString('hex')}`;
    const headers = webhookHeaders({ id: webhookId, type, contentType, body }, endpoint.secrets, at);
    const answer = await outgoing.post({ url: endpoint.url, headers, body }, new AbortController().signal);
    const delivered = answer.kind === 'answered' && answer.status >= 200 && answer.status < 300;
    const attempt: AttemptRecord = {
      kind: 'attempt',
      at,
      reason: 'test',
      webhookId,
      type,
      attempt: 1,
      outcome: delivered ? 'delivered' : 'given_up',
      durationMs: answer.durationMs,
      ...answerOf(answer),
    };
    this.#write([{ kind: 'attempt', endpoint: endpoint.id, attempt }]);
    await this.#written;
    return attempt;
  }

  replay(id: string, seq: number): Result<undefined, Refusal> {
    const event = this.#kept(seq);
    if (event === undefined) return fail(this.#notKept(seq));
    this.#senders.get(id)?.replay(event);
    return ok(undefined);
  }

  replayFrom(id: string, seq: number): Result<undefined, Refusal> {
    const { first, next } = this.#options.feed;
    if (seq < first || seq > next) return fail(this.#notKept(seq));
    this.#senders.get(id)?.moveTo(seq);
    return ok(undefined);
  }

  skipToEnd(id: string): void {
    this.#senders.get(id)?.skipToEnd();
  }

  /** As `EndpointSender.forgetCustomer`, for all endpoints; resolves with how many deliveries were dropped when it is durable. */
  async forgetCustomer(isOf: (event: FeedEvent) => boolean, seqs: readonly number[]): Promise<number> {
    let dropped = 0;
    for (const sender of this.#senders.values()) dropped += sender.forgetCustomer(isOf, seqs).length;
    await this.#written;
    return dropped;
  }

  async #start(): Promise<void> {
    const { endpoints, store, feed } = this.#options;
    for (const standing of store.load()) this.#standings.set(standing.endpoint, standing);
    this.#stops.push(
      endpoints.watch((news) => {
        if (news.kind === 'removed') this.#forget(news.id);
        else this.#take(news.endpoint);
      }),
    );
    for (const endpoint of await endpoints.list()) this.#take(endpoint);
    // Of endpoints that were removed while nobody looked.
    this.#write([...this.#standings.keys()].map((endpoint) => ({ kind: 'forget', endpoint })));
    this.#standings.clear();
    this.#stops.push(
      feed.subscribe(() => {
        this.#wakeAll();
      }),
    );
  }

  #take(endpoint: WebhookEndpoint): void {
    const { id, from } = endpoint;
    const known = this.#senders.get(id);
    if (known !== undefined) {
      known.update(endpoint);
      return;
    }
    const standing = this.#standings.get(id);
    this.#standings.delete(id);
    const { progress, deliveries } = standing ?? { progress: { position: from }, deliveries: [] };
    if (standing === undefined) this.#write([{ kind: 'progress', endpoint: id, progress }]);
    const sender = new EndpointSender(this.#parts, endpoint, progress, deliveries);
    this.#senders.set(id, sender);
    sender.wake();
  }

  #forget(id: string): void {
    const sender = this.#senders.get(id);
    if (sender === undefined) return;
    this.#senders.delete(id);
    // What is under way is cut off, and what it comes to concerns nobody.
    void sender.stop(AbortSignal.abort()).then(() => {
      this.#write([{ kind: 'forget', endpoint: id }]);
    });
  }

  /** Once for all that is published in this turn of the event loop, and after it. */
  #wakeAll(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      for (const sender of this.#senders.values()) sender.wake();
    });
  }

  #write(writes: readonly DeliveryWrite[]): void {
    if (writes.length === 0) return;
    const written = this.#options.store.write(writes).catch((error: unknown) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.#written = Promise.all([this.#written, written]).then(() => undefined);
  }

  async #disable(id: string, reason: DisabledReason): Promise<void> {
    const state = { kind: 'disabled', reason, since: this.#options.clock.now() } as const;
    try {
      // Refused where it was removed meanwhile.
      await this.#options.endpoints.update(id, { state }, systemActor);
    } catch (error) {
      this.#options.onError?.(error);
    }
  }

  #kept(seq: number): FeedEvent | undefined {
    for (const event of this.#options.feed.read(seq)) return event.seq === seq ? event : undefined;
    return undefined;
  }

  #notKept(seq: number): Refusal {
    const { first, next } = this.#options.feed;
    const kept = first === next ? 'none are' : `those from ${first} to ${next - 1} are`;
    return {
      code: 'webhooks/not-kept',
      message: `The change ${seq} is not kept; ${kept}. GET /api/webhooks/{id}/deliveries tells the numbers.`,
    };
  }
}

/** A change such as the endpoint may get, of a customer that nobody is. */
function sampleEvent({ filter }: WebhookEndpoint, at: number): FeedEvent {
  const wantsStages = filter.segments === undefined && filter.lifecycles?.[0] !== undefined;
  const shared = {
    seq: 0,
    at,
    customer: {
      profile: 0,
      displayId: 'segue-test',
      identifiers: [
        { kind: 'user_id', value: 'segue-test' },
        { kind: 'email', value: 'segue-test@example.com' },
      ],
    },
    cause: 'event',
    messageId: 'segue-test',
  } as const;
  return wantsStages
    ? { ...shared, kind: 'stage', lifecycle: filter.lifecycles[0] ?? '', from: 'before', to: 'after' }
    : {
        ...shared,
        kind: 'segment',
        segment: filter.segments?.[0] ?? 'segue_test',
        version: 1,
        change: 'entered',
      };
}

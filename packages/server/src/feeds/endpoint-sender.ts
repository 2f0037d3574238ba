/**
 * Brings the feed to one webhook.
 *
 * It has a position in the feed. Changes that the endpoint wants become deliveries, at most `waitingMax` at a time; each is
 * sent, and settled by an answer of 2xx or when it was tried for a day. What is written down is the position together with
 * the deliveries before it that are not settled, so a crash at any point skips nothing and sends again only what was under
 * way. Where a receiver does not answer, its deliveries wait here and the rest of the feed waits in the feed; nobody else
 * notices.
 *
 * Order: the changes of one customer are delivered one after the other, in their order, a later one not before the earlier
 * is settled. Changes of different customers are sent side by side, `parallelMax` at a time, and may overtake each other.
 *
 * A receiver that fails `failuresInRowMax` times in a row is tried one delivery at a time; with the first that gets through
 * all that wait are tried at once. One that answers 410, or to which nothing got through in a whole day of trying, is
 * disabled, with what waits kept.
 */

import type { Instant } from '@segue/core/model/message.ts';

import type { Clock } from '../runtime/clock.ts';
import type { AttemptOutcome, AttemptRecord, Delivery, DeliveryWrite, Progress } from './delivery-store.ts';
import type { Feed, FeedEvent } from './feed.ts';
import { isNameless } from './feed-codec.ts';
import { admits } from './feed-filter.ts';
import type { Post, PostAnswer } from './outgoing-post.ts';
import { readRetryAfter, retryDelayMs } from './retry-schedule.ts';
import { WaitingDeliveries } from './waiting-deliveries.ts';
import type { DisabledReason, WebhookEndpoint } from './webhook-endpoints.ts';
import { webhookHeaders, webhookMessage } from './webhook-message.ts';

export type SenderLimits = {
  /** Deliveries of one endpoint that wait or are under way. */
  readonly waitingMax: number;
  /** Requests to one endpoint at a time. */
  readonly parallelMax: number;
  readonly failuresInRowMax: number;
};

export const senderLimits: SenderLimits = { waitingMax: 1_000, parallelMax: 8, failuresInRowMax: 8 };

/** What a sender works with, the same for all endpoints. */
export type SenderParts = {
  readonly feed: Feed;
  readonly post: Post;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly source: string;
  readonly limits: SenderLimits;
  /** Writes down, in the order of the calls. */
  readonly write: (writes: readonly DeliveryWrite[]) => void;
  readonly disable: (endpoint: string, reason: DisabledReason) => void;
  readonly onAttempt: (outcome: AttemptOutcome, durationMs: number) => void;
};

/** Changes looked at in one turn of the event loop. */
const sliceEventsMax = 1_000;
/** The position is written down at least after so many changes that were not wanted. */
const unwrittenMax = 10_000;

export class EndpointSender {
  readonly #parts: SenderParts;
  readonly #waiting: WaitingDeliveries;
  readonly #stop = new AbortController();
  #endpoint: WebhookEndpoint;
  #progress: Progress;
  #writtenPosition: number;
  #failuresInRow = 0;
  #scheduled: NodeJS.Immediate | undefined;
  #cancelWake: () => void = () => undefined;
  #isStopping = false;
  #idle: (() => void)[] = [];

  constructor(
    parts: SenderParts,
    endpoint: WebhookEndpoint,
    progress: Progress,
    deliveries: readonly Delivery[],
  ) {
    this.#parts = parts;
    this.#endpoint = endpoint;
    this.#progress = progress;
    this.#writtenPosition = progress.position;
    this.#waiting = new WaitingDeliveries(deliveries);
  }

  get progress(): Progress {
    return this.#progress;
  }

  /** Deliveries that wait or are under way. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes the endpoint as it is now. One that was disabled and is active again begins anew with what waits. */
  update(endpoint: WebhookEndpoint): void {
    const wasActive = this.#endpoint.state.kind === 'active';
    this.#endpoint = endpoint;
    if (!wasActive && endpoint.state.kind === 'active') this.#beginAnew();
    this.wake();
  }

  /** Looks for work in a later turn of the event loop. */
  wake(): void {
    if (this.#scheduled !== undefined || !this.#isOn) return;
    this.#scheduled = setImmediate(() => {
      this.#scheduled = undefined;
      this.#work();
    });
  }

  /** Goes on from another place of the feed; what waits stays. */
  moveTo(position: number): void {
    this.#advanceTo(position);
    this.#writePosition();
    this.wake();
  }

  /** Leaves out everything until now: what waits, and what has not been looked at. */
  skipToEnd(): void {
    const { id } = this.#endpoint;
    const dropped = this.#waiting.clear();
    this.#parts.write(dropped.map((seq) => ({ kind: 'settled', endpoint: id, seq })));
    this.moveTo(this.#parts.feed.next);
  }

  /**
   * Drops what waits of somebody who was erased, but for what tells that they were; and forgets what was answered to changes
   * of theirs, whose numbers are `seqs`. Returns the numbers of what was dropped.
   */
  forgetCustomer(isOf: (event: FeedEvent) => boolean, seqs: readonly number[]): readonly number[] {
    const { id } = this.#endpoint;
    const dropped = this.#waiting.drop(({ event }) => isOf(event) && event.cause !== 'erasure');
    this.#parts.write([
      ...dropped.map((seq): DeliveryWrite => ({ kind: 'settled', endpoint: id, seq })),
      { kind: 'forget_answers', endpoint: id, seqs: new Set([...seqs, ...dropped]) },
    ]);
    this.wake();
    return dropped;
  }

  /** Sends a change again, as soon as its customer's earlier ones are settled. */
  replay(event: Delivery['event']): void {
    if (this.#waiting.isUnderWay(event.seq)) return;
    const delivery = { event, replay: true, attempts: 0, nextAt: this.#parts.clock.now() };
    this.#waiting.put(delivery);
    this.#parts.write([{ kind: 'delivery', endpoint: this.#endpoint.id, delivery }]);
    this.wake();
  }

  /** Begins nothing more; resolves when what is under way has ended, by itself or because `signal` cut it off. */
  async stop(signal: AbortSignal): Promise<void> {
    clearImmediate(this.#scheduled);
    this.#cancelWake();
    const cut = (): void => {
      this.#stop.abort();
    };
    this.#isStopping = true;
    if (signal.aborted) cut();
    signal.addEventListener('abort', cut, { once: true });
    if (this.#waiting.underWay > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    signal.removeEventListener('abort', cut);
    this.#writePosition();
  }

  get #isOn(): boolean {
    return !this.#isStopping && this.#endpoint.state.kind === 'active';
  }

  #work(): void {
    this.#cancelWake();
    if (!this.#isOn) return;
    const { clock, limits } = this.#parts;
    const more = this.#look();
    const now = clock.now();
    const { pausedUntil = 0 } = this.#progress;
    if (pausedUntil > now) {
      this.#cancelWake = clock.wakeAt(pausedUntil, () => {
        this.wake();
      });
      return;
    }
    const parallel = this.#failuresInRow < limits.failuresInRowMax ? limits.parallelMax : 1;
    while (this.#waiting.underWay < parallel) {
      const delivery = this.#waiting.begin(now);
      if (delivery === undefined) break;
      void this.#send(delivery);
    }
    if (more) this.wake();
    const dueAt = this.#waiting.underWay < parallel ? this.#waiting.nextAt() : undefined;
    if (dueAt === undefined) return;
    this.#cancelWake = clock.wakeAt(dueAt, () => {
      this.wake();
    });
  }

  /** Makes deliveries of the next changes, as far as there is room; whether there is more to look at. */
  #look(): boolean {
    const { feed, clock, limits } = this.#parts;
    const { id, filter } = this.#endpoint;
    this.#noteMissed();
    const writes: DeliveryWrite[] = [];
    let { position } = this.#progress;
    let looked = 0;
    for (const event of feed.read(position)) {
      if (event.seq !== position || this.#waiting.size >= limits.waitingMax || looked === sliceEventsMax) {
        break;
      }
      position += 1;
      looked += 1;
      // Of somebody who was erased there is nothing to tell any more.
      if (!admits(filter, event) || isNameless(event) || this.#waiting.has(event.seq)) continue;
      const delivery = { event, replay: false, attempts: 0, nextAt: clock.now() };
      this.#waiting.put(delivery);
      writes.push({ kind: 'delivery', endpoint: id, delivery });
    }
    this.#advanceTo(position);
    if (writes.length > 0 || position - this.#writtenPosition >= unwrittenMax) this.#writePosition(writes);
    return position < feed.next && this.#waiting.size < limits.waitingMax;
  }

  /** Changes that the feed has let go, or never had: they are told in the endpoint's past, not passed over in silence. */
  #noteMissed(): void {
    const { feed, clock } = this.#parts;
    const { position: from } = this.#progress;
    const to = from > feed.next ? feed.next : feed.first;
    if (from <= feed.next && from >= feed.first) return;
    this.#advanceTo(to);
    const attempt: AttemptRecord = { kind: 'missed', at: clock.now(), from, to };
    this.#writePosition([{ kind: 'attempt', endpoint: this.#endpoint.id, attempt }]);
  }

  async #send(delivery: Delivery): Promise<void> {
    const { post, clock, source } = this.#parts;
    const { url, secrets } = this.#endpoint;
    const message = webhookMessage(this.#endpoint, delivery.event, source);
    const headers = webhookHeaders(message, secrets, clock.now());
    const answer = await post({ url, headers, body: message.body }, this.#stop.signal);
    const cutOff = answer.kind === 'failed' && answer.failure === 'stopped';
    if (cutOff || !this.#waiting.isCurrent(delivery)) this.#waiting.release(delivery);
    else this.#settle(delivery, message, answer);
    if (this.#waiting.underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.wake();
  }

  #settle(
    delivery: Delivery,
    message: { readonly id: string; readonly type: string },
    answer: PostAnswer,
  ): void {
    const { clock, onAttempt } = this.#parts;
    const { id } = this.#endpoint;
    const now = clock.now();
    const judged = this.#judge(delivery, answer, now);
    const attempt: AttemptRecord = {
      kind: 'attempt',
      at: now,
      reason: delivery.replay ? 'replay' : 'change',
      webhookId: message.id,
      type: message.type,
      seq: delivery.event.seq,
      attempt: delivery.attempts + 1,
      outcome: judged.outcome,
      durationMs: answer.durationMs,
      ...answerOf(answer),
      ...(judged.next === undefined ? {} : { nextAt: judged.next.nextAt }),
    };
    const writes: DeliveryWrite[] = [{ kind: 'attempt', endpoint: id, attempt }];
    if (judged.next === undefined) {
      this.#waiting.settle(delivery);
      writes.push({ kind: 'settled', endpoint: id, seq: delivery.event.seq });
    } else {
      this.#waiting.put(judged.next);
      this.#waiting.release(delivery);
      writes.push({ kind: 'delivery', endpoint: id, delivery: judged.next });
    }
    this.#writePosition(writes);
    onAttempt(judged.outcome, answer.durationMs);
    if (judged.disable !== undefined) this.#disable(judged.disable);
  }

  /** What an answer means. */
  #judge(delivery: Delivery, answer: PostAnswer, now: Instant): Judgement {
    const status = answer.kind === 'answered' ? answer.status : 0;
    if (status >= 200 && status < 300) {
      this.#gotThrough(now);
      return { outcome: 'delivered' };
    }
    this.#failuresInRow += 1;
    if (status === 410) return { outcome: 'gone', next: { ...delivery, nextAt: now }, disable: 'gone' };
    const attempts = delivery.attempts + 1;
    const failingSince = delivery.failingSince ?? now;
    const delayMs = retryDelayMs(attempts, this.#parts.random());
    const isAskedToWait = answer.kind === 'answered' && (status === 429 || status === 503);
    const waitMs = isAskedToWait ? readRetryAfter(answer.retryAfter, now) : undefined;
    if (waitMs !== undefined) this.#progress = { ...this.#progress, pausedUntil: now + waitMs };
    if (delayMs === undefined) {
      const { deliveredAt = -Infinity } = this.#progress;
      return { outcome: 'given_up', ...(deliveredAt >= failingSince ? {} : { disable: 'failing' }) };
    }
    const nextAt = now + Math.max(delayMs, waitMs ?? 0);
    return { outcome: 'retrying', next: { ...delivery, attempts, failingSince, nextAt } };
  }

  #gotThrough(now: Instant): void {
    const { pausedUntil: _, ...progress } = this.#progress;
    this.#progress = { ...progress, deliveredAt: now };
    if (this.#failuresInRow >= this.#parts.limits.failuresInRowMax) this.#waiting.hurry(now);
    this.#failuresInRow = 0;
  }

  #beginAnew(): void {
    const { id } = this.#endpoint;
    const { pausedUntil: _, ...progress } = this.#progress;
    this.#progress = progress;
    this.#failuresInRow = 0;
    const renewed = this.#waiting.renew(this.#parts.clock.now());
    this.#writePosition(renewed.map((delivery) => ({ kind: 'delivery', endpoint: id, delivery })));
  }

  #disable(reason: DisabledReason): void {
    const since = this.#parts.clock.now();
    // At once, before the catalog says so: nothing more is sent.
    this.#endpoint = { ...this.#endpoint, state: { kind: 'disabled', reason, since } };
    this.#parts.disable(this.#endpoint.id, reason);
  }

  #advanceTo(position: number): void {
    if (position !== this.#progress.position) this.#progress = { ...this.#progress, position };
  }

  #writePosition(writes: readonly DeliveryWrite[] = []): void {
    this.#writtenPosition = this.#progress.position;
    this.#parts.write([
      ...writes,
      { kind: 'progress', endpoint: this.#endpoint.id, progress: this.#progress },
    ]);
  }
}

type Judgement = {
  readonly outcome: AttemptOutcome;
  /** The delivery as it goes on; missing when it is settled. */
  readonly next?: Delivery;
  readonly disable?: DisabledReason;
};

/** What of an answer is told. */
export function answerOf(
  answer: PostAnswer,
): Pick<Extract<AttemptRecord, { kind: 'attempt' }>, 'status' | 'answer' | 'failure' | 'message'> {
  return answer.kind === 'answered'
    ? { status: answer.status, answer: answer.body }
    : { failure: answer.failure, message: answer.message };
}

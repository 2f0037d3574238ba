/**
 * Erasure of customers: out of the engine at once, out of everything that is kept soon after.
 *
 * When the entry that erases somebody has been taken, they have left all segments and nothing can be asked about them any
 * more. Before whoever asked for it is answered, their names are out of the kept changes, deliveries to webhooks that
 * wait are dropped, refused messages that name them are gone, and they are on no list, not in former versions either. The log follows after a delay, all erasures of that
 * time together: a checkpoint in which nothing is left of them becomes the base (log/base.ts), from which replays begin from
 * then on, and what is before it is rewritten without them.
 *
 * The changes by which somebody leaves because they are erased keep the names until then, so that whoever follows the
 * changes learns whom to forget too.
 *
 * What is to be done is durable (catalog/erasures.ts) before a checkpoint is that has the erasure, so a process that ends
 * at any point goes on at the next start. Everything here can be done twice.
 */

import { createHmac } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import type { Identifier, Instant } from '@segue/core/model/message.ts';

import type { ErasureDesk, ErasureDone } from '../api/erasure-port.ts';
import type { DefinitionHistory } from '../catalog/definition-history.ts';
import type { Erasures, ErasureWork } from '../catalog/erasures.ts';
import type { ChangeFeed } from '../feeds/change-feed.ts';
import type { FeedEvent } from '../feeds/feed.ts';
import { isNameless } from '../feeds/feed-codec.ts';
import { makeBase } from '../log/base.ts';
import type { LogEntry, Position } from '../log/entry.ts';
import type { LmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import type { Log } from '../log/log.ts';
import type { Quarantine } from '../log/quarantine.ts';
import type { ErasedCustomer } from './customers.ts';
import { ErasedFromLog, replacements } from './erased-entries.ts';
import type { Runtime } from './runtime.ts';

export type ErasureOptions = {
  readonly erasures: Erasures;
  /** Versions of lists. */
  readonly definitions: Pick<DefinitionHistory, 'takeOffLists'>;
  readonly log: Log;
  readonly checkpoints: Pick<LmdbCheckpointStore, 'copyTo'>;
  readonly feed: ChangeFeed;
  readonly quarantine: Quarantine;
  /** Where bases are. */
  readonly bases: string;
  /** With which hashes of identifiers are made. */
  readonly secret: Uint8Array;
  /** How long after an erasure the log is rewritten. */
  readonly delayMs: number;
  readonly now: () => Instant;
  /** The log could not be rewritten now; it is tried again after the delay. */
  readonly onError: (error: unknown) => void;
};

/** What only runs once the service does. */
export type ErasureParts = {
  readonly runtime: Runtime;
  /** Drops deliveries that wait; resolves with how many. */
  readonly forgetDeliveries: (
    isOf: (event: FeedEvent) => boolean,
    seqs: readonly number[],
  ) => Promise<number>;
  /** Takes names out of backtests, and has those that are under way begin anew. */
  readonly forgetBacktests?: (names: ReadonlySet<string>) => Promise<void>;
};

/** Changes looked at, and entries replaced, in one piece. */
const eventsPerTurn = 1_000;
const entriesPerWrite = 1_000;
const timelinePage = 1_000;
const recentMax = 10_000;
/** Timers wait no longer, in milliseconds. */
const timerMsMax = 2 ** 31 - 1;

export class RuntimeErasures implements ErasureDesk {
  readonly #options: ErasureOptions;
  #parts: ErasureParts | undefined;
  /** The latest, for those who have just asked for them. */
  readonly #recent: ErasureWork[] = [];
  /** Noted one after the other. */
  #kept: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #rewriting: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(options: ErasureOptions) {
    this.#options = options;
  }

  /** Told by the engine, in a replay too. */
  onErased(erased: ErasedCustomer): void {
    this.#recent.push(erased);
    if (this.#recent.length > recentMax) this.#recent.shift();
    this.#kept = this.#kept.then(() => this.#options.erasures.begin(erased));
    // Whoever waits for it hears of a failure.
    this.#kept.catch(() => undefined);
  }

  /** Resolves when all erasures so far are noted. */
  kept(): Promise<void> {
    return this.#kept;
  }

  /** Takes up what the last process left undone. */
  async start(parts: ErasureParts): Promise<void> {
    this.#parts = parts;
    await this.#kept;
    const pending = await this.#options.erasures.pending();
    for (const work of pending) await this.#clean(work);
    this.#schedule(pending);
  }

  async erase(customer: Identifier): Promise<ErasureDone> {
    const { erasures, secret, log } = this.#options;
    const from = log.next;
    await this.#started().runtime.loop.submit([{ kind: 'erase', customer }]);
    const isIt = ({ position, identifiers }: ErasureWork): boolean =>
      position >= from &&
      identifiers.some(({ kind, value }) => kind === customer.kind && value === customer.value);
    const work = this.#recent.find(isIt);
    if (work === undefined) throw new Error('an erasure was taken and not noted');
    const { position, profile } = work;
    await this.#kept;
    await erasures.nameSubject(position, subjectOf(customer, secret));
    await this.#clean(work);
    this.#schedule([work]);
    return { position, isKnown: profile !== undefined };
  }

  subjectOf(customer: Identifier): string {
    return subjectOf(customer, this.#options.secret);
  }

  /** Waits for the piece of work under way; the rest is done after the next start. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#rewriting;
    await this.#kept.catch(() => undefined);
  }

  /** Out of all that is at hand. */
  async #clean(work: ErasureWork): Promise<void> {
    const { feed, quarantine, erasures, definitions } = this.#options;
    const values = work.identifiers.map(({ value }) => value);
    const isOf = matcher(work);
    const seqs = work.profile === undefined ? [] : this.#seqsOf(work.profile);
    await feed.takeNamesOut(seqs);
    const deliveries = await this.#started().forgetDeliveries(isOf, seqs);
    await this.#started().forgetBacktests?.(new Set(values));
    await definitions.takeOffLists(new Set(values));
    const quarantined = await quarantine.remove(values);
    await erasures.count(work.position, { changes: seqs.length, deliveries, quarantined });
  }

  /** Numbers of a customer's changes that still have names, but for those that tell of the erasure. */
  #seqsOf(profile: number): readonly number[] {
    const seqs: number[] = [];
    let before = this.#options.feed.next;
    for (;;) {
      const page = this.#options.feed.ofProfile(profile, { limit: timelinePage, before });
      for (const event of page) if (event.cause !== 'erasure' && !isNameless(event)) seqs.push(event.seq);
      const last = page.at(-1);
      if (last === undefined) return seqs;
      before = last.seq;
    }
  }

  #schedule(pending: readonly ErasureWork[]): void {
    const [first] = pending;
    if (first === undefined || this.#timer !== undefined || this.#stop.signal.aborted) return;
    const { delayMs, now } = this.#options;
    const waitMs = Math.min(Math.max(first.at + delayMs - now(), 0), delayMs);
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        if (waitMs > timerMsMax) this.#schedule(pending);
        else void this.rewrite();
      },
      Math.min(waitMs, timerMsMax),
    ).unref();
  }

  /** Takes all who were erased so far out of the log now; resolves when that is done, or was given up until later. */
  rewrite(): Promise<void> {
    this.#rewriting ??= this.#started()
      .runtime.rewriteLog(() => this.#rewrite())
      .catch((error: unknown) => {
        this.#options.onError(error);
      })
      .then(async () => {
        this.#rewriting = undefined;
        const left = await this.#options.erasures.pending().catch(() => []);
        this.#schedule(left.map((work) => ({ ...work, at: this.#options.now() })));
      });
    return this.#rewriting;
  }

  async #rewrite(): Promise<void> {
    const { erasures, bases, checkpoints, feed, log, secret } = this.#options;
    const { runtime } = this.#started();
    await this.#kept;
    const erased = (await erasures.pending()).map((work) => new ErasedFromLog(work, secret));
    const last = erased.at(-1)?.work;
    if (last === undefined) return;
    const position = await runtime.thoroughCheckpoint();
    await makeBase(bases, checkpoints, position);
    await this.#rewriteLog(log, erased, last.position);
    const changes = await this.#rewriteChanges(feed, erased);
    if (this.#stop.signal.aborted) return;
    for (const { work, entries, mentions } of erased) {
      await erasures.finish(work.position, { entries, mentions, changes: changes.get(work.position) ?? 0 });
    }
  }

  async #rewriteLog(log: Log, erased: readonly ErasedFromLog[], last: Position): Promise<void> {
    let replaced = new Map<Position, LogEntry>();
    for (const record of log.read(0)) {
      if (record.position > last || this.#stop.signal.aborted) break;
      for (const [position, entry] of replacements(record, erased)) replaced.set(position, entry);
      if (replaced.size >= entriesPerWrite) {
        await log.replace(replaced);
        replaced = new Map();
      }
      await nextTurn();
    }
    await log.replace(replaced);
  }

  /** Names that the timeline does not lead to: of customers who became one with them. By the erasure's position, how many. */
  async #rewriteChanges(
    feed: ChangeFeed,
    erased: readonly ErasedFromLog[],
  ): Promise<ReadonlyMap<Position, number>> {
    const counts = new Map<Position, number>();
    const matchers = erased.map(({ work }) => ({ work, isOf: matcher(work) }));
    const end = feed.next;
    let from = feed.first;
    while (from < end && !this.#stop.signal.aborted) {
      const seqs: number[] = [];
      const to = Math.min(from + eventsPerTurn, end);
      for (const event of feed.read(from)) {
        if (event.seq >= to) break;
        const found = !isNameless(event) ? matchers.find(({ isOf }) => isOf(event)) : undefined;
        if (found === undefined) continue;
        seqs.push(event.seq);
        counts.set(found.work.position, (counts.get(found.work.position) ?? 0) + 1);
      }
      await feed.takeNamesOut(seqs);
      from = to;
      await nextTurn();
    }
    return counts;
  }

  #started(): ErasureParts {
    if (this.#parts === undefined) throw new Error('erasures have not been started');
    return this.#parts;
  }
}

/** Whether a change is of somebody erased: under their number, or before they were erased under one of their names. */
function matcher({ profile, identifiers, at }: ErasureWork): (event: FeedEvent) => boolean {
  const names = new Set(identifiers.map(({ kind, value }) => `${kind} ${value}`));
  return ({ customer, at: when }) =>
    customer.profile === profile ||
    (when <= at && customer.identifiers.some(({ kind, value }) => names.has(`${kind} ${value}`)));
}

function subjectOf({ kind, value }: Identifier, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(`${kind} ${value}`).digest('hex');
}

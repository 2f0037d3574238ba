/**
 * Finding customers by anything: the side of the service. What they can be found by is kept in a thread of its own, so a
 * search of everybody, and a sort, cost nobody anything who sends or asks something else.
 *
 * Idea. Nothing is kept until somebody asks. Then everybody is glanced at, in slices; from then on it is noted who changes,
 * which costs the way in a number in a set, and they are sent before the next question is. When each customer's latest message
 * arrived is a column of numbers in memory that both threads see. Who has gone is taken out in the same way, and whoever shows
 * what was found looks at the customers themselves.
 *
 * Invariants. A question is answered as of a state not before it was asked. Where the thread ends, all that waits for it is
 * refused, and the next question begins anew. After an hour in which nobody asked, everything is let go.
 */

import { Worker } from 'node:worker_threads';

import type { Engine } from '@segue/core/engine/engine.ts';
import { lateAfterMs } from '@segue/core/base/limits.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import type { Position } from '../log/entry.ts';
import type { FinderQuestion, FinderReply, FinderRequest, SentCustomer } from './finder-messages.ts';

/** Messages of customers, as an index of the log has them. */
export interface MessagePositions {
  positions(profile: number): readonly Position[];
  timeAt(position: Position): Instant | undefined;
  /** Of everybody, the last one; a customer may come more than once. */
  latest(): Iterable<readonly [id: number, position: Position]>;
}

export type FinderOptions = {
  readonly engine: Pick<Engine, 'glimpse' | 'numbersGiven' | 'now'>;
  readonly messages: MessagePositions;
  /** Others have a turn; resolves when it is ours again. */
  readonly pause?: () => Promise<void>;
};

/** Of the thread that serves: work in one piece, and customers between two looks at the clock. */
const sliceMs = 3;
const customersPerLook = 32;
/** Of the work until everybody can be searched, what it takes to find when they were last seen. */
const seenShare = 0.3;
/** Customers sent together. */
const sentTogether = 512;
const idleMs = 3_600_000;
/** Customers of whom it is remembered when their latest message happened. */
const timesMax = 100_000;
/** Questions that may wait. */
const waitingMax = 64;

/** Why there is no answer. */
export class FinderRefusal extends Error {
  readonly code: 'customers/search-failed' | 'customers/search-busy' | 'customers/search-cancelled';

  constructor(code: FinderRefusal['code'], message: string) {
    super(message);
    this.name = 'FinderRefusal';
    this.code = code;
  }
}

type Waiting = {
  readonly resolve: (ids: Uint32Array) => void;
  readonly reject: (error: Error) => void;
};

/** What is kept while somebody asks. */
type Kept = {
  readonly worker: Worker;
  /** By number: position of the latest message, or −1; the thread sees the same memory. */
  seen: Float64Array<SharedArrayBuffer>;
  /** When latest messages happened, of those who were shown or came lately: to find one in the log takes long. */
  readonly times: Map<number, { readonly position: Position; readonly time: Instant }>;
  /** Customers who have to be sent, and those of them whose latest message has to be looked up. */
  readonly changed: Set<number>;
  readonly moved: Set<number>;
  /** What was dated ahead, and when its time comes. */
  ahead: (readonly [at: Instant, id: number])[];
  readonly waiting: Map<number, Waiting>;
  /** Part of everybody who has been sent. */
  progress: number;
  ready: Promise<void>;
};

export class Finder {
  readonly #options: FinderOptions;
  readonly #pause: () => Promise<void>;
  #kept: Kept | undefined = undefined;
  #asks = 0;
  #idle: NodeJS.Timeout | undefined = undefined;

  constructor(options: FinderOptions) {
    this.#options = options;
    this.#pause = options.pause ?? (() => new Promise((resolve) => setImmediate(resolve)));
  }

  // What happens to customers.

  /** A message of a customer was taken. */
  taken(id: number, position: Position, { kind, time }: Message): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    if (id >= kept.seen.length) this.#growSeen(kept, id + 1);
    kept.seen[id] = position;
    this.#noteTime(kept, id, position, time);
    const { now } = this.#options.engine;
    // Traits change, or the day on which they were first seen.
    if (kind === 'identify' || time < now - lateAfterMs) kept.changed.add(id);
    if (time > now) kept.ahead.push([time, id]);
  }

  #noteTime({ times }: Kept, id: number, position: Position, time: Instant): void {
    if (times.size >= timesMax && !times.has(id)) times.clear();
    times.set(id, { position, time });
  }

  /** What names a customer changes; they may be new. */
  renamed(id: number): void {
    this.#kept?.changed.add(id);
  }

  merged(survivor: number, gone: number): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    kept.changed.add(gone);
    kept.changed.add(survivor);
    kept.moved.add(survivor);
  }

  erased(id: number): void {
    this.#kept?.changed.add(id);
  }

  // Questions.

  /** How much of everybody can be searched: from 0 to 1. Asking begins it. */
  get progress(): number {
    return this.#opened().progress;
  }

  /** Resolves when everybody can be searched. */
  async ready(): Promise<void> {
    await this.#opened().ready;
  }

  /** When a customer's latest message happened; undefined where it is not known. Cheap but for the first time. */
  lastSeen(id: number): Instant | undefined {
    const kept = this.#kept;
    const seen = kept?.seen[id] ?? -1;
    const known = kept?.times.get(id);
    if (known?.position === seen) return known.time;
    const { messages } = this.#options;
    const position = seen < 0 ? messages.positions(id).at(-1) : seen;
    const time = position === undefined ? undefined : messages.timeAt(position);
    if (kept !== undefined && position === seen && time !== undefined) {
      this.#noteTime(kept, id, position, time);
    }
    return time;
  }

  /** The arrays of the question are given away. @throws FinderRefusal */
  async find(question: FinderQuestion, signal: AbortSignal): Promise<Uint32Array> {
    const kept = this.#opened();
    if (kept.waiting.size >= waitingMax) {
      throw new FinderRefusal('customers/search-busy', 'Too many searches are under way; ask again shortly.');
    }
    await kept.ready;
    await this.#sendChanged(kept);
    const ask = ++this.#asks;
    return await new Promise((resolve, reject) => {
      if (signal.aborted || this.#kept !== kept) {
        reject(signal.aborted ? cancelled() : failed());
        return;
      }
      const onAbort = (): void => {
        kept.waiting.delete(ask);
        this.#post(kept, { kind: 'cancel', ask });
        reject(cancelled());
      };
      const done = (): void => {
        signal.removeEventListener('abort', onAbort);
      };
      kept.waiting.set(ask, {
        resolve: (ids) => {
          done();
          resolve(ids);
        },
        reject: (error) => {
          done();
          reject(error);
        },
      });
      signal.addEventListener('abort', onAbort);
      this.#post(kept, { kind: 'find', ask, question });
    });
  }

  /** Lets everything go; the next question begins anew. */
  close(): void {
    clearTimeout(this.#idle);
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept === undefined) return;
    for (const { reject } of kept.waiting.values()) reject(failed());
    kept.waiting.clear();
    void kept.worker.terminate();
  }

  #opened(): Kept {
    this.#idle ??= setTimeout(() => {
      this.close();
    }, idleMs).unref();
    this.#idle.refresh();
    return (this.#kept ??= this.#open());
  }

  #open(): Kept {
    const worker = new Worker(new URL('./finder-thread-main.ts', import.meta.url));
    worker.unref();
    const kept: Kept = {
      worker,
      seen: new Float64Array(new SharedArrayBuffer(8 * this.#room())).fill(-1),
      times: new Map(),
      changed: new Set(),
      moved: new Set(),
      ahead: [],
      waiting: new Map(),
      progress: 0,
      ready: Promise.resolve(),
    };
    worker.on('message', ({ ask, ids }: FinderReply) => {
      const waiting = kept.waiting.get(ask);
      kept.waiting.delete(ask);
      waiting?.resolve(ids);
    });
    const onEnd = (): void => {
      if (this.#kept === kept) this.close();
    };
    worker.on('error', onEnd);
    worker.on('exit', onEnd);
    this.#post(kept, { kind: 'seen', positions: kept.seen.buffer });
    kept.ready = this.#fill(kept);
    kept.ready.catch(() => undefined);
    return kept;
  }

  #room(): number {
    const { numbersGiven } = this.#options.engine;
    return numbersGiven + (numbersGiven >>> 2) + 1_024;
  }

  #growSeen(kept: Kept, length: number): void {
    const seen = new Float64Array(new SharedArrayBuffer(8 * Math.max(length, this.#room()))).fill(-1);
    seen.set(kept.seen);
    kept.seen = seen;
    this.#post(kept, { kind: 'seen', positions: seen.buffer });
  }

  // Sending.

  /** Sends everybody. Who changes meanwhile is noted, and sent again. */
  async #fill(kept: Kept): Promise<void> {
    const { engine, messages } = this.#options;
    const slices = new Slices(this.#pause);
    let n = 0;
    for (const [id, last] of messages.latest()) {
      if (id >= kept.seen.length) this.#growSeen(kept, id + 1);
      if (last > (kept.seen[id] as number)) kept.seen[id] = last;
      if (n++ % customersPerLook !== 0) continue;
      // Those that lie in the checkpoint come by number.
      kept.progress = Math.max(kept.progress, (seenShare * id) / engine.numbersGiven);
      if (await slices.step()) this.#refuseClosed(kept);
    }
    let batch: SentCustomer[] = [];
    for (let id = 0; id < engine.numbersGiven; id++) {
      const customer = this.#customer(id);
      if (customer !== undefined) batch.push(customer);
      if (batch.length >= sentTogether) {
        this.#send(kept, batch);
        batch = [];
      }
      if (id % customersPerLook !== 0) continue;
      kept.progress = seenShare + ((1 - seenShare) * id) / engine.numbersGiven;
      if (await slices.step()) this.#refuseClosed(kept);
    }
    this.#send(kept, batch);
    kept.progress = 1;
  }

  #refuseClosed(kept: Kept): void {
    if (this.#kept !== kept) throw failed();
  }

  /** Sends those who have changed, however many more change meanwhile. */
  async #sendChanged(kept: Kept): Promise<void> {
    this.#takeAhead(kept);
    const ids = [...kept.changed];
    kept.changed.clear();
    const slices = new Slices(this.#pause);
    let batch: SentCustomer[] = [];
    for (const [n, id] of ids.entries()) {
      if (kept.moved.delete(id)) this.#findSeen(kept, id);
      batch.push(this.#customer(id) ?? [id, null]);
      if (batch.length >= sentTogether || n === ids.length - 1) {
        this.#send(kept, batch);
        batch = [];
      }
      if (n % customersPerLook !== 0) continue;
      if (await slices.step()) this.#refuseClosed(kept);
    }
  }

  #takeAhead(kept: Kept): void {
    const { now } = this.#options.engine;
    const waiting: Kept['ahead'] = [];
    for (const one of kept.ahead) {
      const [at, id] = one;
      if (at > now) waiting.push(one);
      else kept.changed.add(id);
    }
    kept.ahead = waiting;
  }

  #findSeen(kept: Kept, id: number): void {
    if (id >= kept.seen.length) this.#growSeen(kept, id + 1);
    kept.seen[id] = this.#options.messages.positions(id).at(-1) ?? -1;
  }

  #customer(id: number): SentCustomer | undefined {
    const glimpse = this.#options.engine.glimpse(id);
    if (glimpse === undefined) return undefined;
    const { bornAt, identifiers, displayId, traits } = glimpse;
    const names = identifiers.flatMap(({ kind, value }) => [kind, value]);
    return [id, [bornAt, names.length === 0 ? ['id', displayId] : names, traits]];
  }

  #send(kept: Kept, customers: readonly SentCustomer[]): void {
    if (customers.length > 0) this.#post(kept, { kind: 'customers', json: JSON.stringify(customers) });
  }

  /** What a question names belongs to the thread from then on. */
  #post({ worker }: Kept, request: FinderRequest): void {
    if (request.kind !== 'find') {
      worker.postMessage(request);
      return;
    }
    const { among, order } = request.question;
    worker.postMessage(request, [among.buffer, ...(order.by === 'given' ? [order.keys.buffer] : [])]);
  }
}

/** Work in pieces, after each of which others have a turn. */
class Slices {
  readonly #pause: () => Promise<void>;
  #until = performance.now() + sliceMs;

  constructor(pause: () => Promise<void>) {
    this.#pause = pause;
  }

  /** True where others had a turn. */
  async step(): Promise<boolean> {
    if (performance.now() < this.#until) return false;
    await this.#pause();
    this.#until = performance.now() + sliceMs;
    return true;
  }
}

function failed(): FinderRefusal {
  return new FinderRefusal(
    'customers/search-failed',
    'The search ended before there was an answer; ask again.',
  );
}

function cancelled(): FinderRefusal {
  return new FinderRefusal('customers/search-cancelled', 'Whoever asked has gone.');
}

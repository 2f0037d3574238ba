/**
 * Brings the feed to one reader, whatever the connection.
 *
 * The reader pulls: nothing is queued for it. It has a position in the feed; as long as the connection takes what is sent,
 * it is brought to the end and woken by the next change; when the connection has `bufferBytesMax` waiting, it stands still
 * until that has gone. So a slow reader costs no more memory than that, falls behind as far as the feed is kept, and loses
 * nothing; a change that was let go before it was read is told as a gap.
 *
 * Publishing only wakes: reading and sending happen in slices, for the first few readers at the end of the same turn of the
 * event loop, before new requests are read, for all others and for what is left in later turns. So a change is seen
 * soon, and no number of readers holds up those that come after it.
 */

import type { Feed, FeedEvent, FeedFilter } from './feed.ts';
import { admits } from './feed-filter.ts';

/** Changes looked at in one turn of the event loop. */
const sliceEventsMax = 1_000;
/** Changes sent in one piece. */
const pieceEventsMax = 100;
/** Readers that are served at the end of the turn in which something was published. */
const promptReadersMax = 8;
/** Of this turn. */
let promptReaders = 0;

/** Changes with from ≤ number < to will not come: they are not kept any more, or (`unknown`) this feed never had them. */
export type StreamGap = {
  readonly from: number;
  readonly to: number;
  readonly reason: 'not_kept' | 'unknown';
};

/** Why a stream ends from our side. */
export type StreamEnd = 'slow' | 'stopping' | 'expired' | 'withdrawn';

/** A connection that takes what the reader sends. */
export interface StreamSink {
  changes(events: readonly FeedEvent[]): void;
  gap(gap: StreamGap): void;
  /** All changes before `next` have been looked at; keeps the connection alive too. */
  position(next: number): void;
  /** Bytes that were sent and the connection has not taken yet. */
  readonly waitingBytes: number;
  /** Bytes that the connection has taken so far. */
  readonly takenBytes: number;
  /** Says why, and closes. */
  end(reason: StreamEnd): void;
}

export type SinkOptions = {
  /** Called when the connection has taken something. */
  readonly onTaken: () => void;
  /** How long the end may take before the connection is cut. */
  readonly lastWordsMs: number;
};

/** What a reader wants; a customer is looked up again and again, since customers merge. */
export type Selection = {
  readonly filter: FeedFilter;
  readonly isOf?: (event: FeedEvent) => boolean;
};

export class StreamReader {
  readonly #feed: Feed;
  readonly #sink: StreamSink;
  readonly #bufferBytesMax: number;
  readonly #unsubscribe: () => void;
  #selection: Selection;
  #position: number;
  #isWoken = false;
  #blocked = false;
  #stopped = false;

  /** `from`: number of the first change that is wanted; left out, the next one to come. */
  constructor(
    feed: Feed,
    sink: StreamSink,
    options: { readonly selection: Selection; readonly from?: number; readonly bufferBytesMax: number },
  ) {
    this.#feed = feed;
    this.#sink = sink;
    this.#bufferBytesMax = options.bufferBytesMax;
    this.#selection = options.selection;
    this.#position = options.from ?? feed.next;
    this.#unsubscribe = feed.subscribe(() => {
      this.#wakeSoon();
    });
    this.#wake();
  }

  /** Number of the next change to be looked at. */
  get position(): number {
    return this.#position;
  }

  /** It waits until the connection has taken what was sent. */
  get blocked(): boolean {
    return this.#blocked;
  }

  /** From here on something else is wanted. */
  redirect(selection: Selection, from?: number): void {
    this.#selection = selection;
    if (from !== undefined) this.#position = from;
    this.#wake();
  }

  /** To be called when the connection has taken something. */
  taken(): void {
    if (!this.#blocked || this.#sink.waitingBytes > this.#bufferBytesMax / 2) return;
    this.#blocked = false;
    this.#wake();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
  }

  /** At the end of this turn, or in a later one where others are before it. */
  #wakeSoon(): void {
    if (promptReaders === promptReadersMax) {
      this.#wake();
    } else if (this.#isToBeWoken()) {
      promptReaders++;
      queueMicrotask(() => {
        promptReaders--;
        this.#slice();
      });
    }
  }

  #wake(): void {
    if (!this.#isToBeWoken()) return;
    setImmediate(() => {
      this.#slice();
    });
  }

  #isToBeWoken(): boolean {
    if (this.#stopped || this.#blocked || this.#isWoken) return false;
    this.#isWoken = true;
    return true;
  }

  #slice(): void {
    this.#isWoken = false;
    if (this.#stopped) return;
    if (this.#position > this.#feed.next) this.#jump(this.#feed.next, 'unknown');
    if (this.#position < this.#feed.first) this.#jump(this.#feed.first, 'not_kept');
    let piece: FeedEvent[] = [];
    let looked = 0;
    for (const event of this.#feed.read(this.#position)) {
      if (event.seq > this.#position) {
        this.#send(piece);
        piece = [];
        this.#jump(event.seq, 'not_kept');
      }
      this.#position = event.seq + 1;
      if (this.#wants(event)) piece.push(event);
      if (piece.length === pieceEventsMax) {
        this.#send(piece);
        piece = [];
        if (this.#sink.waitingBytes > this.#bufferBytesMax) break;
      }
      looked += 1;
      if (looked === sliceEventsMax) break;
    }
    this.#send(piece);
    this.#blocked = this.#sink.waitingBytes > this.#bufferBytesMax;
    if (this.#position < this.#feed.next) this.#wake();
  }

  #wants(event: FeedEvent): boolean {
    return admits(this.#selection.filter, event) && (this.#selection.isOf?.(event) ?? true);
  }

  #send(piece: readonly FeedEvent[]): void {
    if (piece.length > 0) this.#sink.changes(piece);
  }

  #jump(to: number, reason: StreamGap['reason']): void {
    this.#sink.gap({ from: this.#position, to, reason });
    this.#position = to;
  }
}

/**
 * Server-sent events (WHATWG HTML). A change is an event of the default type, with its number as id, so a browser that
 * connects again says by itself where to go on. A gap is an event `gap`. Heartbeats are an id alone: it moves the place to
 * go on from past changes that the filter left out, and dispatches nothing. What is told beside changes has no id.
 */

import type { ServerResponse } from 'node:http';

import type { FeedEvent } from './feed.ts';
import { changeJson } from './public-change.ts';
import type { SinkOptions, StreamEnd, StreamGap, StreamSink } from './stream-reader.ts';

/** How long a browser waits before it connects again. */
const retryMs = 1_000;
const endings: Readonly<Record<StreamEnd, string>> = {
  slow: 'the reader takes nothing',
  stopping: 'Segue is stopping',
  expired: 'it has been open for long',
  withdrawn: 'the key or the session is not valid any more',
};

export class SseSink implements StreamSink {
  readonly #response: ServerResponse;
  readonly #onTaken: () => void;
  readonly #lastWordsMs: number;
  #sentBytes = 0;

  /** Sends the head and where the stream begins. */
  constructor(response: ServerResponse, from: number, { onTaken, lastWordsMs }: SinkOptions) {
    this.#response = response;
    this.#onTaken = onTaken;
    this.#lastWordsMs = lastWordsMs;
    // What is small goes out at once.
    response.socket?.setNoDelay(true);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    this.#write(`retry: ${retryMs}\nid: ${from - 1}\n\n`);
  }

  changes(events: readonly FeedEvent[]): void {
    let text = '';
    for (const event of events) text += `id: ${event.seq}\ndata: ${changeJson(event)}\n\n`;
    this.#write(text);
  }

  gap(gap: StreamGap): void {
    this.#write(`id: ${gap.to - 1}\nevent: gap\ndata: ${JSON.stringify(gap)}\n\n`);
  }

  position(next: number): void {
    this.#write(`: \nid: ${next - 1}\n\n`);
  }

  /** Something else than a change: an event by its name, which does not move the place to go on from. */
  beside(event: 'sizes' | 'messages', json: string): void {
    this.#write(`event: ${event}\ndata: ${json}\n\n`);
  }

  get waitingBytes(): number {
    return this.#response.writableLength;
  }

  get takenBytes(): number {
    return this.#sentBytes - this.waitingBytes;
  }

  end(reason: StreamEnd): void {
    const response = this.#response;
    if (response.writableEnded) return;
    response.end(`: The stream ends: ${endings[reason]}. Connect again with Last-Event-ID to go on.\n\n`);
    // Who takes nothing does not take this either.
    const timer = setTimeout(() => response.destroy(), this.#lastWordsMs).unref();
    response.once('close', () => {
      clearTimeout(timer);
    });
  }

  #write(text: string): void {
    if (this.#response.writableEnded || this.#response.destroyed) return;
    this.#sentBytes += Buffer.byteLength(text);
    const { socket } = this.#response;
    // In one piece and now, and not when all that is done in this turn has been done.
    socket?.cork();
    this.#response.write(text, this.#onTaken);
    socket?.uncork();
  }
}

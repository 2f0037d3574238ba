/** A WebSocket as a reader's connection: one JSON object a frame, with its `type`. */

import type { WebSocket } from '@fastify/websocket';

import type { FeedEvent } from './feed.ts';
import { changeJson } from './public-change.ts';
import type { SinkOptions, StreamEnd, StreamGap, StreamSink } from './stream-reader.ts';

const endings: Readonly<Record<StreamEnd, readonly [code: number, reason: string]>> = {
  slow: [1013, 'slow: the reader takes nothing; connect again with from'],
  stopping: [1001, 'stopping: connect again with from'],
  expired: [1000, 'expired: open for long; connect again with from'],
  withdrawn: [1008, 'withdrawn: the key or the session is not valid any more'],
};

export class WebSocketSink implements StreamSink {
  readonly #socket: WebSocket;
  readonly #onTaken: () => void;
  readonly #lastWordsMs: number;
  #sentBytes = 0;

  constructor(socket: WebSocket, { onTaken, lastWordsMs }: SinkOptions) {
    this.#socket = socket;
    this.#onTaken = onTaken;
    this.#lastWordsMs = lastWordsMs;
  }

  changes(events: readonly FeedEvent[]): void {
    for (const event of events) this.#send(`{"type":"change","data":${changeJson(event)}}`);
  }

  gap(gap: StreamGap): void {
    this.#send(JSON.stringify({ type: 'gap', data: gap }));
  }

  position(next: number): void {
    this.#send(JSON.stringify({ type: 'position', data: { next } }));
  }

  /** The answer to a subscription: what follows fits it, from this number on. */
  subscribed(from: number): void {
    this.#send(JSON.stringify({ type: 'subscribed', data: { from } }));
  }

  /** What came cannot be followed; everything stays as it was. */
  refuse(code: string, message: string): void {
    this.#send(JSON.stringify({ type: 'error', data: { code, message } }));
  }

  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get takenBytes(): number {
    return this.#sentBytes - this.waitingBytes;
  }

  end(reason: StreamEnd): void {
    this.close(...endings[reason]);
  }

  close(code: number, reason: string): void {
    const socket = this.#socket;
    if (socket.readyState !== socket.OPEN) return;
    socket.close(code, reason);
    const timer = setTimeout(() => {
      socket.terminate();
    }, this.#lastWordsMs).unref();
    socket.once('close', () => {
      clearTimeout(timer);
    });
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#sentBytes += Buffer.byteLength(text);
    this.#socket.send(text, this.#onTaken);
  }
}

/** Readers of streams as the world has them: fetch with eventsource-parser, and ws. */

import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { WebSocket } from 'ws';

import { bearer } from './door.ts';

export type SseClient = {
  readonly status: number;
  readonly headers: Headers;
  readonly events: EventSourceMessage[];
  readonly comments: string[];
  /** The id that a browser would send when it connects again. */
  lastEventId(): string;
  /** Resolves when there are so many events, or the stream has ended. */
  until(count: number): Promise<void>;
  readonly ended: Promise<void>;
  close(): void;
};

export async function openSse(
  url: string,
  options: { key?: string; lastEventId?: string } = {},
): Promise<SseClient> {
  const abort = new AbortController();
  const headers: Record<string, string> = bearer(options.key ?? 'viewer');
  if (options.lastEventId !== undefined) headers['last-event-id'] = options.lastEventId;
  const response = await fetch(url, { headers, signal: abort.signal });
  const events: EventSourceMessage[] = [];
  const comments: string[] = [];
  let id = options.lastEventId ?? '';
  let open = true;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const wake of waiting) wake();
  };
  const parser = createParser({
    onEvent: (event) => events.push(event),
    onComment: (comment) => comments.push(comment),
  });
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        const text = decoder.decode(chunk as Uint8Array, { stream: true });
        for (const [, found = ''] of text.matchAll(/^id: (.*)$/gmu)) id = found;
        parser.feed(text);
        look();
      }
    } catch {
      // Cut off.
    }
    open = false;
    look();
  };
  const ended = read();
  return {
    status: response.status,
    headers: response.headers,
    events,
    comments,
    ended,
    lastEventId: () => events.at(-1)?.id ?? id,
    until: (count) =>
      new Promise((resolve) => {
        const wake = (): void => {
          if (open && events.length < count) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        wake();
      }),
    close: () => {
      abort.abort();
    },
  };
}

export type Frame = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

export type WsClient = {
  readonly socket: WebSocket;
  readonly frames: Frame[];
  changes(): number[];
  /** Resolves when the condition holds, or the socket is closed. */
  until(condition: () => boolean): Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  send(frame: unknown): void;
};

/** Rejects with the status of the answer where it is no WebSocket. */
export async function openWs(url: string, headers: Record<string, string> = {}): Promise<WsClient> {
  const socket = new WebSocket(url.replace(/^http/u, 'ws'), { headers });
  const frames: Frame[] = [];
  let open = true;
  const waiting = new Set<() => void>();
  const look = (): void => {
    for (const wake of waiting) wake();
  };
  socket.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()) as Frame);
    look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      open = false;
      look();
      resolve({ code, reason: reason.toString() });
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => {
      resolve();
    });
    socket.once('unexpected-response', (_request, response) => {
      reject(new Error(String(response.statusCode)));
      response.resume();
      socket.on('error', () => undefined);
      socket.terminate();
    });
  });
  socket.on('error', () => undefined);
  return {
    socket,
    frames,
    closed,
    changes: () => frames.filter(({ type }) => type === 'change').map(({ data }) => Number(data['seq'])),
    until: (condition) =>
      new Promise((resolve) => {
        const wake = (): void => {
          if (open && !condition()) return;
          waiting.delete(wake);
          resolve();
        };
        waiting.add(wake);
        wake();
      }),
    send: (frame) => {
      socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
    },
  };
}

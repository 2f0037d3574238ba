/**
 * Connections: how many, how slow, and how they end. Node closes what takes too long to send its request; that is every
 * client's right except of an import, whose route watches over itself.
 *
 * When the service stops, requests under way are answered; what is still open when the time is over is cut off.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { rawRefusal, refusals, type Refusal } from './refusals.ts';

/** How often Node looks for requests that take too long. */
export const connectionsCheckMs = 5_000;

export class Connections {
  readonly #open = new Set<Socket>();
  readonly #longBodies = new WeakSet<Socket>();

  /** Watches a server that does not listen yet; `onDropped` is called for each connection above the limit. */
  watch(server: Server, connectionsMax: number, onDropped: () => void): void {
    server.maxConnections = connectionsMax;
    server.on('drop', onDropped);
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
    });
  }

  /** The body of this request may take any time. */
  allowLongBody(request: IncomingMessage): void {
    const { socket } = request;
    this.#longBodies.add(socket);
    // The next request on the connection is an ordinary one again.
    request.once('close', () => this.#longBodies.delete(socket));
  }

  /** What came cannot be read, or took too long. */
  refuse(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && this.#longBodies.has(socket)) return;
    const refusal = refusalOf(error);
    if (refusal === undefined || !socket.writable || isAnswered(socket, refusal)) socket.destroy();
    else socket.end(rawRefusal(refusal));
  }

  get count(): number {
    return this.#open.size;
  }

  cutOff(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

/**
 * What would be sent now could be taken for a part of an answer, or for the answer to another request: one has begun, or
 * what came too slowly may be the rest of a request that was answered already.
 */
function isAnswered(socket: Socket, refusal: Refusal): boolean {
  if (refusal === refusals.timeout) return socket.bytesWritten > 0;
  const { _httpMessage: answer } = socket as Socket & { readonly _httpMessage?: ServerResponse | null };
  return answer?.headersSent === true;
}

/** Undefined where nobody is there to be told. */
function refusalOf({ code }: NodeJS.ErrnoException): Refusal | undefined {
  if (code === 'ECONNRESET' || code === 'EPIPE') return undefined;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusals.timeout;
  return code === 'HPE_HEADER_OVERFLOW' ? refusals.headersTooLarge : refusals.malformed;
}

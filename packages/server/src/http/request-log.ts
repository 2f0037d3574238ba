/** What is logged of requests: method, route, status and time. Only failures of ours above `debug`. */

import { LogController, type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';

import type { ProcessLog } from './log.ts';

export class RequestLog extends LogController {
  readonly #log: ProcessLog;
  readonly #addresses: boolean;

  /** `log` is the one that those of requests come from; `addresses`: clients' addresses are logged too. */
  constructor(log: ProcessLog, addresses: boolean) {
    super({ requestIdLogLabel: 'request' });
    this.#log = log;
    this.#addresses = addresses;
  }

  override incomingRequest(): void {
    // One line a request is enough, when it is known how it ended.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const failed = (error !== undefined && error !== null) || reply.statusCode >= 500;
    const level = failed && reply.statusCode !== 503 ? 'error' : 'debug';
    if (!this.#log.isLevelEnabled(level)) return;
    const line = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...(this.#addresses ? { address: request.ip } : {}),
      ...(error === undefined || error === null ? {} : { err: error }),
    };
    request.log[level](line, 'request');
  }

  override routeNotFound(): void {
    // The path that was asked for is not ours to keep; `requestCompleted` counts it.
  }

  override serviceUnavailable(_logger: FastifyBaseLogger): void {
    // Expected while stopping.
  }
}

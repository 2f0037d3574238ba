/**
 * Why a request, or one message of it, was not taken, and how that is said: an answer that Segment's clients understand
 * (`success`, the status) and that is a problem document (RFC 9457) as well, with the stable `code` of docs/errors.md.
 */

import type { FastifyReply } from 'fastify';

import type { IntakeClosed } from '../../runtime/intake.ts';

export type RefusalStatus = 400 | 401 | 403 | 404 | 408 | 415 | 429 | 503;

/** A whole request that was refused. */
export type Refusal = {
  readonly status: RefusalStatus;
  readonly code: string;
  /** One sentence: what is wrong, what was expected, what to do. */
  readonly message: string;
  /** When it is worth coming again; for 429 and 503. */
  readonly retryAfterSeconds?: number;
  /** Further members of the answer. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The rest of the body has not been read: the connection cannot go on. */
  readonly closes?: true;
};

/** One message that was refused among others. */
export type RefusedMessage = {
  /** Place in the batch, from 0, or the line of an import, from 1. */
  readonly place: number;
  readonly code: string;
  readonly message: string;
  /** What came, as text. */
  readonly raw: string;
};

const titles: Record<RefusalStatus, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  408: 'Request Timeout',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

export function refusal(status: RefusalStatus, code: string, message: string): Refusal {
  return { status, code, message };
}

/** Nothing is taken at the moment. */
export function closedRefusal(closed: IntakeClosed): Refusal {
  const { code, message, retryAfterSeconds } = closed;
  return { status: 503, code, message, retryAfterSeconds };
}

export function sendRefusal(reply: FastifyReply, refused: Refusal): FastifyReply {
  const { status, code, message } = refused;
  if (refused.retryAfterSeconds !== undefined) {
    void reply.header('retry-after', String(Math.max(1, Math.ceil(refused.retryAfterSeconds))));
  }
  if (status === 401) void reply.header('www-authenticate', 'Basic realm="tracking", charset="UTF-8"');
  if (status === 415) void reply.header('accept-encoding', 'gzip, deflate, br');
  if (refused.closes === true) void reply.header('connection', 'close');
  const body = {
    success: false,
    title: titles[status],
    status,
    code,
    message,
    detail: message,
    ...refused.details,
  };
  return reply.code(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(body));
}

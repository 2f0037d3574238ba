/**
 * Errors as everybody outside sees them: problem details (RFC 9457) with a stable `code`.
 *
 * A handler throws a `ProblemError`, or returns; whatever else is thrown is a bug or the environment, of which the answer
 * tells nothing but an id that is in the log too.
 */

import { randomUUID } from 'node:crypto';

import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';

import { CatalogError, type Refusal } from '../catalog/catalog.ts';
import { http } from '../http/plain-http.ts';

export const problemContentType = 'application/problem+json; charset=utf-8';

/** One thing that is wrong with a request; those about definitions are diagnostics. */
export type Fault = Omit<Diagnostic, 'code' | 'severity'> & {
  readonly code?: string;
  readonly severity?: Diagnostic['severity'];
  /** The part of the request that `pointer` (RFC 6901) leads into. */
  readonly in?: 'body' | 'query' | 'path' | 'headers';
};

export type Problem = {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** One sentence: what, where, what was expected, what to do. */
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly Fault[];
  /** Of an unexpected error: find it in the log by this. */
  readonly id?: string;
};

/** What people wrote is shown to them in part. */
const detailCharactersMax = 500;
const shownCharactersMax = 100;
/** Faults in one problem; the rest would be noise. */
const faultsMax = 100;

type ProblemOptions = {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
};

/** Thrown by whoever answers a request, to answer with a problem. */
export class ProblemError extends Error {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** For Fastify. */
  readonly statusCode: number;

  constructor(status: number, code: string, detail: string, { errors, headers }: ProblemOptions = {}) {
    super(detail);
    this.name = 'ProblemError';
    this.statusCode = status;
    this.headers = headers ?? {};
    const title = http.STATUS_CODES[status] ?? 'Error';
    const shown = detail.length > detailCharactersMax ? `${detail.slice(0, detailCharactersMax)}…` : detail;
    const base = { type: 'about:blank', title, status, detail: shown, code } as const;
    const none = errors === undefined || errors.length === 0;
    this.problem = none ? base : { ...base, errors: errors.slice(0, faultsMax) };
  }
}

/** Where the last part of a refusal's code alone does not say which status it is. */
const statusOfCode: ReadonlyMap<string, number> = new Map([
  ['access/too-many-sign-ins', 429],
  ['users/link-spent', 410],
  ['users/link-needs-email', 400],
  ['users/password', 400],
]);

/** What the catalog refused, as a problem. */
export function refused({ code, message }: Refusal): ProblemError {
  const status = statusOfCode.get(code) ?? (code.endsWith('/unknown') ? 404 : 409);
  return new ProblemError(status, code, message, status === 429 ? { headers: { 'retry-after': '5' } } : {});
}

export function notFound(code: string, detail: string): ProblemError {
  return new ProblemError(404, code, detail);
}

/** What somebody wrote, as far as it is shown within a sentence. */
export function shortened(text: string): string {
  return text.length > shownCharactersMax ? `${text.slice(0, shownCharactersMax)}…` : text;
}

export function unknownCustomer(identifier: string): ProblemError {
  return notFound('profiles/unknown', `No customer is known by “${shortened(identifier)}”.`);
}

/** The app's error handler. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = problemOf(error);
  if (known !== undefined) {
    if (error instanceof CatalogError) request.log.error({ err: error }, 'the catalog failed');
    return send(reply, known.problem, known.headers);
  }
  const id = randomUUID();
  request.log.error({ err: error, id }, 'unexpected error');
  const { problem } = new ProblemError(
    500,
    'internal/unexpected',
    `Something went wrong here that should not; it is in the log under ${id}.`,
  );
  return send(reply, { ...problem, id });
}

/** The app's handler of paths that lead nowhere. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  const detail = `There is nothing at ${request.method} ${shown}; GET /api/openapi.json lists what there is.`;
  return send(reply, notFound('request/no-route', detail).problem);
}

function send(
  reply: FastifyReply,
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): FastifyReply {
  return reply
    .code(problem.status)
    .headers(headers)
    .type(problemContentType)
    .serializer(JSON.stringify)
    .send(problem);
}

/** Undefined for what nobody foresaw. */
function problemOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) return error;
  if (error instanceof CatalogError) {
    return new ProblemError(503, error.code, 'What people have arranged cannot be read or changed now.', {
      headers: { 'retry-after': '5' },
    });
  }
  if (!(error instanceof Error)) return undefined;
  return problemOfFramework(error as FastifyError);
}

/** What Fastify and its plugins refuse: always below 500. */
function problemOfFramework(error: FastifyError): ProblemError | undefined {
  const { code, statusCode: status = 500 } = error;
  if (status < 400 || status >= 500) return undefined;
  switch (code) {
    case 'FST_ERR_VALIDATION':
      return new ProblemError(400, 'request/invalid', `The request is not as expected: ${error.message}.`);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return new ProblemError(
        415,
        'request/media-type',
        'The body is of a media type that is not read here; expected application/json.',
      );
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ProblemError(
        413,
        'request/too-large',
        'The body is larger than limits.body allows, 1 MiB unless it is set; send it in smaller parts.',
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ProblemError(400, 'request/json', 'The body is empty; expected JSON.');
    case 'FST_ERR_BAD_URL':
      return new ProblemError(400, 'request/path', 'The path of the request cannot be read.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ProblemError(414, 'request/path', 'The path of the request is too long.');
    default:
      if (status === 400) return new ProblemError(400, 'request/json', jsonDetail(error));
      return new ProblemError(status, 'request/refused', `${http.STATUS_CODES[status] ?? 'Refused'}.`);
  }
}

function jsonDetail(error: FastifyError): string {
  const proto = error.message.includes('forbidden prototype');
  if (proto) {
    return 'The body has a key that is not taken here (“__proto__”, or “prototype” in “constructor”).';
  }
  return 'The body is not JSON that can be read, or not of the length that was announced.';
}

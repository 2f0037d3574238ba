/**
 * Refusals below the routes: requests that no route has seen, since they are malformed, too slow, or come while the
 * service stops. Problems (RFC 9457) like all others.
 */

import { http } from './plain-http.ts';

export type Refusal = { readonly status: number; readonly code: string; readonly detail: string };

export const problemType = 'application/problem+json; charset=utf-8';

/** When it is worth coming again after a stop, in seconds. */
export const retryAfterStopSeconds = 5;

type RefusalName = 'stopping' | 'malformed' | 'timeout' | 'headersTooLarge';

export const refusals: Readonly<Record<RefusalName, Refusal>> = {
  stopping: {
    status: 503,
    code: 'http/stopping',
    detail: 'The server is stopping; send the request again in a moment.',
  },
  malformed: {
    status: 400,
    code: 'http/malformed',
    detail: 'This is not an HTTP request that can be read; expected HTTP/1.1.',
  },
  timeout: {
    status: 408,
    code: 'http/timeout',
    detail: 'The request took too long to arrive; send it again, or in smaller parts.',
  },
  headersTooLarge: {
    status: 431,
    code: 'http/headers-too-large',
    detail: 'The headers are too large; expected at most 16 KiB.',
  },
};

/** The body of a refusal. */
export function refusalBody({ status, code, detail }: Refusal): string {
  return JSON.stringify({ type: 'about:blank', title: http.STATUS_CODES[status], status, detail, code });
}

/** A whole answer, for a socket on which no request could be read. */
export function rawRefusal(refusal: Refusal): string {
  const body = refusalBody(refusal);
  return [
    `HTTP/1.1 ${refusal.status} ${http.STATUS_CODES[refusal.status] ?? ''}`,
    'connection: close',
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

/**
 * Requests to addresses that people have entered. A name may resolve to anything, and to something else the next time, so
 * every address is looked at when it is connected to: by `request-filtering-agent`, and by the look-up here, which knows
 * the parts of IPv6 that nobody may be reached in. Redirects are not followed, proxies of the environment are not used.
 *
 * An answer is its status. Of its body the beginning is read, to be shown; one that comes slowly changes nothing.
 */

import { lookup as systemLookup } from 'node:dns';
import type { Agent as HttpAgent, IncomingMessage } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import type { LookupFunction } from 'node:net';

import type * as Filtering from 'request-filtering-agent';

import { http, https } from '../http/plain-http.ts';

import { isPrivateHost, isPublicAddress } from './webhook-target.ts';

const require = createRequire(import.meta.url);

export type PostRequest = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Why there was no answer. */
export type PostFailure =
  'timeout' | 'private_address' | 'unknown_host' | 'refused' | 'tls' | 'broken' | 'stopped';

export type PostAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** At most `answerBytesMax` of it, as text. */
      readonly body: string;
      readonly retryAfter?: string;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'failed';
      readonly failure: PostFailure;
      readonly message: string;
      readonly durationMs: number;
    };

/** Sends, and resolves whatever happens. */
export type Post = (request: PostRequest, signal: AbortSignal) => Promise<PostAnswer>;

export type OutgoingPostOptions = {
  /** Private addresses too: for development and tests. */
  readonly allowPrivate: boolean;
  /** For everything, from the look-up of the name to the answer. */
  readonly timeoutMs?: number;
  /** How names are looked up. */
  readonly lookup?: LookupFunction;
};

export interface OutgoingPost {
  readonly post: Post;
  /** Closes connections that are kept for the next request. */
  close(): void;
}

export const answerBytesMax = 1_024;
export const postTimeoutMs = 15_000;

export function outgoingPost(options: OutgoingPostOptions): OutgoingPost {
  const { allowPrivate, timeoutMs = postTimeoutMs, lookup = systemLookup } = options;
  const agentOptions = {
    keepAlive: true,
    maxFreeSockets: 64,
    allowPrivateIPAddress: allowPrivate,
    allowMetaIPAddress: allowPrivate,
  };
  // Loaded with the first request: a start does without.
  let agents: { readonly plain: HttpAgent; readonly secure: HttpsAgent } | undefined = undefined;
  const agentOf = (isSecure: boolean): HttpAgent => {
    if (agents === undefined) {
      const filtering = require('request-filtering-agent') as typeof Filtering;
      agents = {
        plain: new filtering.RequestFilteringHttpAgent(agentOptions),
        secure: new filtering.RequestFilteringHttpsAgent(agentOptions),
      };
    }
    return isSecure ? agents.secure : agents.plain;
  };
  const checked = allowPrivate ? lookup : publicLookup(lookup);
  const send = (request: PostRequest, signal: AbortSignal): Promise<Sent> => {
    const url = new URL(request.url);
    const isSecure = url.protocol === 'https:';
    if (!allowPrivate && isPrivateHost(url.hostname)) return Promise.reject(new PrivateAddressError());
    return exchange(isSecure ? https : http, url, request, {
      agent: agentOf(isSecure),
      lookup: checked,
      signal,
    });
  };
  return {
    post: (request, stop) => attempt(request, stop, timeoutMs, send),
    close: () => {
      agents?.plain.destroy();
      agents?.secure.destroy();
    },
  };
}

class PrivateAddressError extends Error {
  readonly code = 'EPRIVATE';

  constructor() {
    super('The address is not on the public internet.');
    this.name = 'PrivateAddressError';
  }
}

/** A look-up that fails where any of the addresses found is none to be connected to. */
function publicLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, address, family) => {
      if (error !== null) {
        callback(error, address, family);
        return;
      }
      const found = typeof address === 'string' ? [address] : address.map((entry) => entry.address);
      callback(found.every(isPublicAddress) ? null : new PrivateAddressError(), address, family);
    });
  };
}

type Sent = { readonly status: number; readonly retryAfter: string | undefined; readonly body: string };
type Send = (request: PostRequest, signal: AbortSignal) => Promise<Sent>;

async function attempt(
  request: PostRequest,
  stop: AbortSignal,
  timeoutMs: number,
  send: Send,
): Promise<PostAnswer> {
  const started = performance.now();
  const durationMs = (): number => Math.round(performance.now() - started);
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort();
  }, timeoutMs);
  const signal = AbortSignal.any([stop, timeout.signal]);
  try {
    const sent = await send(request, signal).catch((error: unknown) => {
      // The receiver closed a kept connection just when it was used again: that says nothing about the receiver.
      if (isStaleConnection(error) && !signal.aborted) return send(request, signal);
      throw error;
    });
    const { status, body, retryAfter } = sent;
    return {
      kind: 'answered',
      status,
      body,
      durationMs: durationMs(),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    };
  } catch (error) {
    if (stop.aborted) {
      return { kind: 'failed', failure: 'stopped', message: 'Segue stopped.', durationMs: durationMs() };
    }
    if (timeout.signal.aborted) {
      const message = `There was no answer within ${timeoutMs / 1000} s.`;
      return { kind: 'failed', failure: 'timeout', message, durationMs: durationMs() };
    }
    return { kind: 'failed', ...failureOf(error), durationMs: durationMs() };
  } finally {
    clearTimeout(timer);
  }
}

type ExchangeOptions = {
  readonly agent: HttpAgent;
  readonly lookup: LookupFunction;
  readonly signal: AbortSignal;
};

const reusedConnection = Symbol('reused connection');

function exchange(
  protocol: typeof http | typeof https,
  url: URL,
  { headers, body }: PostRequest,
  options: ExchangeOptions,
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const outgoing = protocol.request(url, {
      ...options,
      method: 'POST',
      headers: { ...headers, 'content-length': length },
    });
    let isAnswered = false;
    outgoing.once('response', (response) => {
      isAnswered = true;
      readBeginning(response, (text) => {
        const retryAfter = response.headers['retry-after'];
        resolve({ status: response.statusCode ?? 0, retryAfter, body: text });
      });
    });
    outgoing.on('error', (error) => {
      // The status stands, whatever becomes of the rest.
      if (isAnswered) return;
      if (outgoing.reusedSocket) Object.assign(error, { [reusedConnection]: true });
      reject(error);
    });
    outgoing.end(body);
  });
}

/** Calls back once: at the end of the answer, when enough of it has come, or when it breaks off. */
function readBeginning(response: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const finish = (): void => {
    const text = Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8');
    done(text);
  };
  response.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    // The rest is of no interest, and may be without end.
    if (bytes > answerBytesMax) response.destroy();
  });
  response.on('error', () => undefined);
  response.once('close', finish);
}

function isStaleConnection(error: unknown): boolean {
  return error instanceof Error && reusedConnection in error && codeOf(error) === 'ECONNRESET';
}

function failureOf(error: unknown): { readonly failure: PostFailure; readonly message: string } {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'EPRIVATE' || message.includes('is not allowed. Because')) {
    return { failure: 'private_address', message: 'The address is not on the public internet.' };
  }
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { failure: 'unknown_host', message: 'The name of the host is not known.' };
    case 'ECONNREFUSED':
      return { failure: 'refused', message: 'The host does not take connections there.' };
    case 'ECONNRESET':
    case 'EPIPE':
      return { failure: 'broken', message: 'The connection was closed before there was an answer.' };
    default:
      break;
  }
  const isTls = /^ERR_TLS|^ERR_SSL|CERT|SELF_SIGNED|UNABLE_TO_/u.test(code) || code === 'EPROTO';
  return {
    failure: isTls ? 'tls' : 'broken',
    message: `${message.slice(0, 200)}${message.endsWith('.') ? '' : '.'}`,
  };
}

/** Where several addresses were tried, the error holds one for each. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

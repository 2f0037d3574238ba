/**
 * Requests to the service: who asks, what is tried again, and what comes back as an error.
 *
 * Every write has an Idempotency-Key, made here unless the caller gives one. So a write whose answer was lost on the way is sent
 * again safely: the service carries it out once. Tried again are requests without an answer, 429 and 503, and a write that is
 * still being carried out, each after a pause that grows, or that the service asks for.
 */

import { routes } from './api-routes.ts';
import type { Input, OperationId, Output } from './operation-types.ts';
import { errorOf, SegueError } from './problem-error.ts';

export type ClientOptions = {
  /** Of the service, such as `http://localhost:8787`. */
  readonly url: string;
  /** A server key. Left out in pages of Segue's own, where the session's cookie speaks. */
  readonly key?: string;
  /** Milliseconds for one attempt; 30,000. */
  readonly timeoutMs?: number;
  /** How often a request is tried again; 3. */
  readonly retries?: number;
  /** The longest pause between two attempts that is waited for, in milliseconds; 30,000. */
  readonly pauseMsMax?: number;
  readonly fetch?: typeof fetch;
};

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** For writes; made if left out. */
  readonly idempotencyKey?: string;
};

type QueryValue = string | number | boolean | undefined | readonly (string | number | boolean)[];

type AnyInput = {
  readonly path?: Readonly<Record<string, string | number>>;
  /** Several values of one name are repeated. */
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly body?: unknown;
};

const firstPauseMs = 200;

export class Transport {
  readonly #options: ClientOptions;
  readonly #fetch: typeof fetch;

  constructor(options: ClientOptions) {
    if (!URL.canParse(options.url)) {
      throw new TypeError(`“${options.url}” is not an address; expected http://…`);
    }
    this.#options = options;
    this.#fetch = options.fetch ?? ((input, init) => fetch(input, init));
  }

  async call<O extends OperationId>(
    operation: O,
    input: Input<O>,
    options: CallOptions = {},
  ): Promise<Output<O>> {
    const [method, template] = routes[operation];
    const { path = {}, query = {}, body } = input as AnyInput;
    const headers = new Headers({ accept: 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (method !== 'GET') headers.set('idempotency-key', options.idempotencyKey ?? crypto.randomUUID());
    const url = this.#address(template, path, query);
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    return (await this.#attempts(url, { method, headers, ...text }, options.signal)) as Output<O>;
  }

  /** An answer that goes on: of a stream. One attempt. */
  async open(
    operation: OperationId,
    query: Readonly<Record<string, string | undefined>>,
    signal: AbortSignal,
    /** Of the last event that came, where one did. */
    lastEventId?: number,
  ): Promise<Response> {
    const [method, template] = routes[operation];
    const headers = new Headers({ accept: 'text/event-stream' });
    if (lastEventId !== undefined) headers.set('last-event-id', String(lastEventId));
    return this.#attempt(this.#address(template, {}, query), { method, headers }, signal);
  }

  #address(
    template: string,
    path: Readonly<Record<string, string | number>>,
    query: Readonly<Record<string, QueryValue>>,
  ): string {
    const filled = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
      encodeURIComponent(String(path[name] ?? '')),
    );
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (Array.isArray(value)) for (const one of value) search.append(name, String(one));
      else if (value !== undefined) search.set(name, String(value));
    }
    const base = this.#options.url.replace(/\/+$/, '');
    return search.size === 0 ? base + filled : `${base}${filled}?${search.toString()}`;
  }

  async #attempts(url: string, init: RequestInit, signal: AbortSignal | undefined): Promise<unknown> {
    const { retries = 3, timeoutMs = 30_000, pauseMsMax = 30_000 } = this.#options;
    for (let attempt = 0; ; attempt += 1) {
      const timeout = AbortSignal.timeout(timeoutMs);
      const either = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
      try {
        return await contentOf(await this.#attempt(url, init, either));
      } catch (error) {
        signal?.throwIfAborted();
        if (attempt >= retries || !(error instanceof SegueError) || !isWorthTrying(error)) throw error;
        const pauseMs = error.retryAfterMs ?? firstPauseMs * 2 ** attempt * (0.5 + Math.random());
        if (pauseMs > pauseMsMax) throw error;
        await pause(pauseMs, signal);
      }
    }
  }

  async #attempt(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    const { key } = this.#options;
    const headers = new Headers(init.headers);
    if (key === undefined) headers.set('x-segue-request', '1');
    else headers.set('authorization', `Bearer ${key}`);
    let response: Response;
    try {
      response = await this.#fetch(url, { ...init, headers, signal, redirect: 'error' });
    } catch (cause) {
      throw new SegueError('client/no-answer', `${new URL(url).origin} did not answer.`, { cause });
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }
}

function isWorthTrying({ status, code }: SegueError): boolean {
  return (
    (status === 0 && code === 'client/no-answer') ||
    status === 429 ||
    status === 503 ||
    code === 'request/idempotency-running'
  );
}

async function contentOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const json = response.headers.get('content-type')?.includes('json') === true;
  try {
    return json ? await response.json() : await response.text();
  } catch (cause) {
    throw new SegueError('client/no-answer', `The answer of ${response.url} broke off.`, { cause });
  }
}

export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

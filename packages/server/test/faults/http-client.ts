/** Requests over connections that are kept and reused, as clients of the real world do; an answer or a broken connection. */

import { Agent, request, type IncomingHttpHeaders } from 'node:http';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
};

export type Call = {
  /** A server key. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** How long an answer may take before it counts as a hang, in milliseconds. */
const patienceMs = 120_000;

class StaleConnection extends Error {}

export class HttpClient {
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(origin: string) {
    this.#origin = origin;
  }

  /**
   * Rejects when the connection breaks, or nothing comes for long. A kept connection that the service closed while we
   * began to use it is no fault of either; then the request goes out again on a new one, as HTTP wants it.
   */
  async call(method: string, path: string, call: Call = {}): Promise<Answer> {
    try {
      return await this.#send(method, path, call);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return this.#send(method, path, call);
    }
  }

  #send(method: string, path: string, { key, headers = {}, body }: Call): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const options = {
        method,
        agent: this.#agent,
        timeout: patienceMs,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(text === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          ...headers,
        },
      };
      const sent = request(new URL(path, this.#origin), options, (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (answer += part));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: jsonOf(answer) });
        });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        reject(sent.reusedSocket && error.code === 'ECONNRESET' ? new StaleConnection() : error);
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path} in ${patienceMs} ms`)));
      sent.end(text);
    });
  }

  /** The body of an answer that must be good. */
  async get<T>(path: string, key: string): Promise<T> {
    const { status, body } = await this.call('GET', path, { key });
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status} ${JSON.stringify(body)}`);
    return body as T;
  }

  close(): void {
    this.#agent.destroy();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The code of a problem document. */
export function codeOf({ body }: Answer): string | undefined {
  const { code } = (body ?? {}) as { readonly code?: string };
  return code;
}

/** Reads a live stream of changes (server-sent events) and hands on each with the instant at which it was there. */

import { get, type ClientRequest, type IncomingMessage } from 'node:http';

/** What the benchmark reads of a change. */
export type SeenChange = {
  readonly customer?: { readonly displayId: string };
  readonly segment?: string;
  readonly change?: string;
  readonly atMs?: number;
  readonly cause?: string;
  readonly messageId?: string;
};

export type OnChange = (change: SeenChange, seenAt: number) => void;

export class ChangeStream {
  readonly #request: ClientRequest;
  #rest = '';
  #changes = 0;
  #isClosed = false;
  #failure: string | undefined = undefined;

  private constructor(request: ClientRequest, response: IncomingMessage, onChange: OnChange) {
    this.#request = request;
    response.setEncoding('utf8');
    response.on('data', (text: string) => {
      this.#take(text, performance.now(), onChange);
    });
    const lost = (): void => {
      if (!this.#isClosed) this.#failure ??= 'the stream ended before it was closed';
    };
    response.on('close', lost).on('error', lost);
  }

  /** Resolves when changes from now on will come. `query` is that of `GET /v1/stream`, such as `segments=a,b`. */
  static open(port: number, key: string, query: string, onChange: OnChange): Promise<ChangeStream> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
      const request = get({ host: '127.0.0.1', port, path: `/v1/stream?${query}`, headers, agent: false });
      request.on('error', reject);
      request.on('response', (response) => {
        if (response.statusCode === 200) resolve(new ChangeStream(request, response, onChange));
        else reject(new Error(`The stream was answered with ${response.statusCode ?? 0}.`));
      });
    });
  }

  /** How many have come. */
  get count(): number {
    return this.#changes;
  }

  /** @throws Error when the stream has lost something. */
  close(): void {
    this.#isClosed = true;
    this.#request.destroy();
    if (this.#failure !== undefined) throw new Error(`Changes were lost: ${this.#failure}.`);
  }

  #take(text: string, at: number, onChange: OnChange): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.includes('event: gap')) this.#failure ??= 'the stream told of a gap';
      const data = block.indexOf('data: ');
      if (data < 0 || this.#failure !== undefined) continue;
      this.#changes++;
      onChange(JSON.parse(block.slice(data + 'data: '.length)) as SeenChange, at);
    }
  }
}

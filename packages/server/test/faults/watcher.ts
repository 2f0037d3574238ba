/** A reader of the live stream that keeps all it saw, over as many lives of the service as there are. */

import { request, type ClientRequest } from 'node:http';

import { createParser } from 'eventsource-parser';

export class Watcher {
  /** Changes as they were seen, by number. */
  readonly seen: string[] = [];
  /** When each was seen first, by our clock. */
  readonly seenAt: number[] = [];
  /** What a stream must never do. */
  readonly faults: string[] = [];
  readonly #key: string;
  #request: ClientRequest | undefined;

  constructor(key: string) {
    this.#key = key;
  }

  /** Reads on from what was seen last, as a browser does, or all from the beginning again. */
  connect(url: string, from: 'last' | 'beginning' = 'last'): Promise<void> {
    this.disconnect();
    let expected = from === 'beginning' ? 0 : this.seen.length;
    const parser = createParser({
      onEvent: ({ event, id, data }) => {
        if (event === 'gap') {
          this.faults.push(`a gap: ${data}`);
          return;
        }
        this.#take(Number(id), data, expected);
        expected = Number(id) + 1;
      },
    });
    return new Promise((resolve) => {
      const opened = request(
        new URL('/v1/stream', url),
        { headers: { authorization: `Bearer ${this.#key}`, 'last-event-id': String(expected - 1) } },
        (response) => {
          if (response.statusCode !== 200) this.faults.push(`answered with ${response.statusCode}`);
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            parser.feed(part);
          });
          // Killed services break connections.
          response.on('error', () => undefined);
          resolve();
        },
      );
      opened.on('error', () => {
        resolve();
      });
      opened.end();
      this.#request = opened;
    });
  }

  disconnect(): void {
    this.#request?.destroy();
    this.#request = undefined;
  }

  #take(seq: number, data: string, expected: number): void {
    if (seq !== expected) this.faults.push(`change ${seq} came where ${expected} was expected`);
    const before = this.seen[seq];
    if (before !== undefined && before !== data) {
      this.faults.push(`change ${seq} was ${before} and is ${data} now`);
    }
    if (before !== undefined) return;
    this.seen[seq] = data;
    this.seenAt[seq] = Date.now();
  }
}

/** The thread that finds customers: takes what it is told in order, and hears of what is called off meanwhile. */

import { parentPort, type MessagePort } from 'node:worker_threads';

import { FinderIndex } from './finder-index.ts';
import type { FinderReply, FinderRequest, SentCustomer } from './finder-messages.ts';

class FinderThread {
  readonly #port: MessagePort;
  readonly #index = new FinderIndex();
  readonly #cancelled = new Set<number>();
  #last: Promise<void> = Promise.resolve();

  constructor(port: MessagePort) {
    this.#port = port;
  }

  hear(request: FinderRequest): void {
    if (request.kind === 'cancel') {
      this.#cancelled.add(request.ask);
      return;
    }
    this.#last = this.#last.then(() => this.#take(request));
  }

  async #take(request: Exclude<FinderRequest, { readonly kind: 'cancel' }>): Promise<void> {
    switch (request.kind) {
      case 'customers':
        for (const customer of JSON.parse(request.json) as readonly SentCustomer[]) this.#index.put(customer);
        return;
      case 'seen':
        this.#index.seeBy(new Float64Array(request.positions));
        return;
      case 'find': {
        const { ask, question } = request;
        const ids = await this.#index.find(question, async () => {
          await new Promise((resolve) => setImmediate(resolve));
          return !this.#cancelled.has(ask);
        });
        this.#cancelled.delete(ask);
        if (ids !== undefined) {
          this.#port.postMessage({ kind: 'found', ask, ids } satisfies FinderReply, [ids.buffer]);
        }
      }
    }
  }
}

if (parentPort !== null) {
  const thread = new FinderThread(parentPort);
  parentPort.on('message', (request: FinderRequest) => {
    thread.hear(request);
  });
}

/** The checkpoint writer as seen from the thread that serves: started with the first write, asked in order, fail-stop. */

import { Worker } from 'node:worker_threads';
import type { WriterReply, WriterRequest, WriterSettings } from './checkpoint-messages.ts';
import { reasonOf, StorageError } from './storage-error.ts';

type Asked = { readonly resolve: () => void; readonly reject: (error: Error) => void };

export class CheckpointThread {
  /** Settles when a write has failed or stalled, or the thread is gone. */
  readonly failed: Promise<Error>;
  readonly #settings: WriterSettings;
  #settleFailed: (error: Error) => void = () => undefined;
  #failure: Error | undefined;
  #worker: Worker | undefined;
  #asked: Asked[] = [];

  constructor(settings: WriterSettings) {
    this.#settings = settings;
    this.failed = new Promise((resolve) => {
      this.#settleFailed = resolve;
    });
  }

  /** Hands rows over; the bytes belong to the other thread then. */
  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#failure !== undefined) return;
    this.#started().postMessage({ kind: 'rows', bytes } satisfies WriterRequest, [bytes.buffer]);
  }

  /** Resolves when what was asked for is durable. */
  ask(request: WriterRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      const worker = this.#started();
      worker.ref();
      this.#asked.push({ resolve, reject });
      worker.postMessage(request);
    });
  }

  /** Ends the thread after what was asked for. */
  async close(): Promise<void> {
    if (this.#worker === undefined) return;
    if (this.#failure === undefined) await this.ask({ kind: 'close' });
    // After a failure the thread may wait for the disk for ever; it ends with the process.
    this.#worker.unref();
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./checkpoint-writer.ts', import.meta.url), {
      workerData: this.#settings,
    });
    worker.on('message', (reply: WriterReply) => {
      this.#hear(reply);
    });
    worker.on('error', (error) => {
      this.#fail(this.#gone(error));
    });
    worker.on('exit', () => {
      if (this.#asked.length > 0) this.#fail(this.#gone(new Error('it ended')));
    });
    this.#worker = worker;
    return worker;
  }

  #hear(reply: WriterReply): void {
    const asked = this.#asked.shift();
    if (this.#asked.length === 0) this.#worker?.unref();
    switch (reply.kind) {
      case 'done':
        asked?.resolve();
        return;
      case 'refused':
        asked?.reject(new RangeError(reply.message));
        return;
      case 'failed': {
        const error = new StorageError(reply.code, reply.message);
        asked?.reject(error);
        this.#fail(error);
      }
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of this.#asked) reject(error);
    this.#asked = [];
    this.#settleFailed(error);
  }

  #gone(error: unknown): StorageError {
    return new StorageError(
      'checkpoint/failed',
      `The thread that writes the checkpoint in ${this.#settings.directory} is gone (${reasonOf(error)}); start again`,
      error,
    );
  }
}

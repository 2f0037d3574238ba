/**
 * Files of rows or messages as the past of a data directory that is made for them: it lives through them as if the service had
 * run all the time, so that segments, stages and their sizes have a past too. What happened is taken as arrived when it happened.
 */

import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { openMessages, type MessageStream } from '@segue/server/ingest/files/open-messages.ts';
import type { ReplayProgress } from '@segue/server/replay/replay.ts';

import { type Arrival, liveThroughPast } from '../past/live-through-past.ts';
import { ApiError } from '../service/call-api.ts';
import { type ImportOptions, type ImportResult, inputOf } from './import-files.ts';

export type LiveOptions = Pick<ImportOptions, 'files' | 'mappings' | 'zone' | 'onReject'> & {
  /** The data directory: not there yet, or empty. */
  readonly data: string;
  readonly definitions: Definitions;
  /** Up to when it lives. What is said to have happened later has arrived then. */
  readonly now: Instant;
};

const source = 'import';
const author = 'import';
const reason = 'in force from the first message on';

/** One run, as that of `FilesImport`. A directory that was not finished is taken away again. */
export class LiveImport {
  readonly #options: LiveOptions;
  readonly #stream: MessageStream;
  #stopped = false;
  #taken = 0;
  #first: Instant | undefined;
  #last: Instant | undefined;
  #now: Instant | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    const { files, mappings, zone, onReject } = options;
    this.#stream = openMessages(files, { mappings, zone, onReject });
  }

  get progress(): ReplayProgress {
    return { stream: this.#stream.progress, messages: this.#taken, now: this.#now };
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#stream.progress.bytes.stopped = true;
  }

  async run(): Promise<ImportResult> {
    const started = performance.now();
    let error: Error | undefined;
    try {
      await this.#live();
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    const isComplete = error === undefined && !this.#stopped;
    return {
      complete: isComplete,
      // What was thrown away was not taken.
      input: inputOf(this.#stream.report, isComplete ? this.#taken : 0, {}),
      ...(this.#first === undefined ? {} : { first: this.#first }),
      ...(this.#last === undefined ? {} : { last: this.#last }),
      tookMs: performance.now() - started,
      ...(error === undefined ? {} : { error }),
    };
  }

  async #live(): Promise<void> {
    const { data, zone, definitions, now } = this.#options;
    requireEmpty(data);
    const batches = this.#arrivals();
    const first = await batches.next();
    if (first.done === true) return;
    const start = first.value[0]?.at ?? 0;
    await mkdir(path.dirname(data), { recursive: true });
    // Made beside and moved when it is whole: what is at the place of the directory never is a half.
    const making = await mkdtemp(`${path.resolve(data)}.`);
    try {
      const past = {
        ...{ data: making, definitions, source, author, reason, timeZone: zone.name, start },
        arrivals: chain(first.value, batches),
        until: now,
        onProgress: (at: Instant) => {
          this.#now = at;
        },
      };
      await liveThroughPast(past, () => Promise.resolve());
      if (this.#stopped) return;
      requireEmpty(data);
      await rename(making, data);
    } finally {
      await rm(making, { recursive: true, force: true, maxRetries: 20 });
    }
  }

  async *#arrivals(): AsyncGenerator<readonly Arrival[], void, undefined> {
    const { now } = this.#options;
    for await (const batch of this.#stream.batches()) {
      if (this.#stopped) return;
      const arrivals = batch.map((message): Arrival => {
        if (message.time <= now) return { at: message.time, message };
        return { at: now, message: { ...message, time: now, timeFlagged: true } };
      });
      yield arrivals;
      this.#first ??= arrivals[0]?.at;
      this.#last = arrivals.at(-1)?.at ?? this.#last;
      this.#taken += arrivals.length;
      // Timers and signals get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

/** @throws ApiError */
function requireEmpty(data: string): void {
  if (!existsSync(data) || readdirSync(data).length === 0) return;
  throw new ApiError(
    'import/not-empty',
    `${data} is there and not empty, and a past is lived through from the beginning only; give another folder with --data, or leave --data out to send the files to a running service.`,
  );
}

async function* chain<T>(first: T, rest: AsyncGenerator<T, void, undefined>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

/**
 * Files of rows or messages into a running service: read by their mapping, put in order of time, sent in parts of a few
 * thousand. While a part is on its way the next is read; memory is bounded by the sort and two parts.
 */

import type { Zone } from '@segue/core/base/zone.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { ImportReport, RejectSink } from '@segue/server/ingest/files/import-report.ts';
import type { Mapping } from '@segue/server/ingest/files/mapping.ts';
import { openMessages, type MessageStream } from '@segue/server/ingest/files/open-messages.ts';
import type { InputSummary } from '@segue/server/replay/replay-report.ts';
import type { ReplayProgress } from '@segue/server/replay/replay.ts';

import type { Remote } from '../service/call-api.ts';
import { lineOf, sendPart, type Taken } from './send-part.ts';

export type ImportOptions = {
  readonly files: readonly string[];
  readonly mappings: readonly Mapping[];
  readonly zone: Zone;
  readonly remote: Remote;
  readonly onReject?: RejectSink | undefined;
  /** Is told why nothing goes on for so many seconds. */
  readonly onWait: (why: string, seconds: number) => void;
};

export type ImportResult = {
  /** False when it was stopped, or refused, before the end of the input. */
  readonly complete: boolean;
  /** `messages`: those that the service accepted. */
  readonly input: InputSummary;
  /** Event times of the first and the last message that was sent; missing where there was none. */
  readonly first?: Instant;
  readonly last?: Instant;
  readonly tookMs: number;
  /** Why it did not come to its end. */
  readonly error?: Error;
};

const partMessagesMax = 5_000;
const partCharactersMax = 4 * 1_048_576;

type Part = { readonly messages: readonly Message[]; readonly body: string };

/** One run: `run` once, `progress` at any time meanwhile, `stop` to end it after the part that is on its way. */
export class FilesImport {
  readonly #options: ImportOptions;
  readonly #stream: MessageStream;
  readonly #ignored: Record<string, number> = {};
  readonly #stopping = new AbortController();
  #sent = 0;
  #accepted = 0;
  #first: Instant | undefined;
  #last: Instant | undefined;

  constructor(options: ImportOptions) {
    this.#options = options;
    const { files, mappings, zone, onReject } = options;
    this.#stream = openMessages(files, { mappings, zone, onReject });
  }

  get progress(): ReplayProgress {
    return { stream: this.#stream.progress, messages: this.#sent, now: this.#last };
  }

  get stopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  stop(): void {
    this.#stopping.abort();
    this.#stream.progress.bytes.stopped = true;
  }

  /** Never throws for what the service or the way to it refuses: that is in the result, beside what was taken. */
  async run(): Promise<ImportResult> {
    const started = performance.now();
    let error: Error | undefined;
    try {
      await this.#sendAll();
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
    }
    return {
      complete: error === undefined && !this.stopped,
      input: inputOf(this.#stream.report, this.#accepted, this.#ignored),
      ...(this.#first === undefined ? {} : { first: this.#first }),
      ...(this.#last === undefined ? {} : { last: this.#last }),
      tookMs: performance.now() - started,
      ...(error === undefined ? {} : { error }),
    };
  }

  async #sendAll(): Promise<void> {
    let underWay: Promise<unknown> = Promise.resolve();
    for await (const part of partsOf(this.#stream.batches())) {
      await underWay;
      if (this.stopped) return;
      underWay = this.#send(part);
      // It is awaited before anything else is sent; until then a failure is nobody's.
      underWay.catch(() => undefined);
    }
    await underWay;
  }

  async #send({ messages, body }: Part): Promise<void> {
    const { remote, onWait } = this.#options;
    const taken = await sendPart(remote, body, { onWait, signal: this.#stopping.signal });
    this.#first ??= messages[0]?.time;
    this.#last = messages.at(-1)?.time ?? this.#last;
    this.#accepted += taken.accepted;
    for (const [why, count] of Object.entries(taken.ignored)) {
      if (count > 0) this.#ignored[why] = (this.#ignored[why] ?? 0) + count;
    }
    this.#noteRefused(messages, taken);
    this.#sent += messages.length;
  }

  /** The service names the first of them; the others are in its quarantine. */
  #noteRefused(messages: readonly Message[], { refused, refusedCount }: Taken): void {
    const { report } = this.#stream;
    for (const { line, code, message } of refused) {
      const of = messages[line - 1];
      const detail = `${of?.messageId ?? ''}: ${message}`;
      report.reject(code, { file: 'messages', line: this.#sent + line, detail }, of);
    }
    const place = {
      file: 'messages',
      line: this.#sent + 1,
      detail: 'the quarantine of the service has them',
    };
    for (let i = refused.length; i < refusedCount; i++) report.reject('refused by the service', place, null);
  }
}

/** What became of the rows, where so many messages were taken. */
export function inputOf(
  report: ImportReport,
  messages: number,
  ignored: Readonly<Record<string, number>>,
): InputSummary {
  const { files, fileErrors, rows } = report;
  return {
    ...{ files, fileErrors, rows, messages, ignored },
    skipped: report.skipped.list(),
    rejected: report.rejected.list(),
    warnings: report.warnings.list(),
  };
}

async function* partsOf(batches: AsyncIterable<readonly Message[]>): AsyncGenerator<Part, void, undefined> {
  let messages: Message[] = [];
  let body = '';
  for await (const batch of batches) {
    for (const message of batch) {
      messages.push(message);
      body += lineOf(message);
      if (messages.length < partMessagesMax && body.length < partCharactersMax) continue;
      yield { messages, body };
      messages = [];
      body = '';
    }
  }
  if (messages.length > 0) yield { messages, body };
}

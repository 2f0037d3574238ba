/**
 * A client that sends in open loop: a batch is due at its time whether those before it were answered or not, so that a
 * service that stands still is not spared. It writes down what became of each message.
 */

import { codeOf, HttpClient } from './http-client.ts';
import type { Entry, Ledger } from './ledger.ts';

export type SenderOptions = {
  readonly url: string;
  readonly writeKey: string;
  readonly ledger: Ledger;
  readonly everyMs?: number;
  readonly batchMessages?: number;
  /** Called with every batch that was acknowledged. */
  readonly onAcknowledged?: (entries: readonly Entry[]) => void;
};

export class Sender {
  readonly #options: SenderOptions;
  readonly #client: HttpClient;
  readonly #messages: Iterator<Entry, never>;
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  /** Answers other than 200, by code or status. */
  readonly refusals = new Map<string, number>();
  /** Batches that were acknowledged. */
  acknowledged: number = 0;
  /** Batches that were acknowledged though they were sent after one had not been. */
  acknowledgedAfterRefusal: number = 0;
  /** When the first batch was not acknowledged, by the monotonic clock. */
  firstRefusalMs: number | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#client = new HttpClient(options.url);
    this.#messages = options.ledger.messages();
    this.#timer = setInterval(() => {
      this.#send();
    }, options.everyMs ?? 10);
    this.#send();
  }

  /** Sends no more; resolves when the fate of all that was sent is known, as far as it can be. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#underWay);
    this.#client.close();
  }

  #send(): void {
    const { batchMessages = 10, writeKey, onAcknowledged } = this.#options;
    const batch = Array.from({ length: batchMessages }, () => this.#messages.next().value);
    const isAfterRefusal = this.firstRefusalMs !== undefined;
    const sent = sendBatch(this.#client, writeKey, batch).then((refusal) => {
      this.#underWay.delete(sent);
      if (refusal !== undefined) {
        this.refusals.set(refusal, (this.refusals.get(refusal) ?? 0) + 1);
        this.firstRefusalMs ??= performance.now();
        return;
      }
      this.acknowledged++;
      if (isAfterRefusal) this.acknowledgedAfterRefusal++;
      onAcknowledged?.(batch);
    });
    this.#underWay.add(sent);
  }
}

/** Sends a batch and notes its fate; resolves with what was said instead of 200, or that the connection broke. */
export async function sendBatch(
  client: HttpClient,
  writeKey: string,
  batch: readonly Entry[],
): Promise<string | undefined> {
  // Until an answer comes, nobody knows.
  for (const entry of batch) entry.fate = 'unknown';
  const body = { writeKey, batch: batch.map(({ message }) => message) };
  const answer = await client.call('POST', '/v1/batch', { body }).catch((error: unknown) => error);
  if (answer instanceof Error || !isAnswer(answer)) return 'broken';
  const { status } = answer;
  const code = codeOf(answer) ?? String(status);
  if (status === 200) {
    for (const entry of batch) entry.fate = 'acknowledged';
    return undefined;
  }
  // A door that is closed says so before anything is taken; `tracking/not-stored` does not say either way.
  if (code.startsWith('intake/')) for (const entry of batch) entry.fate = 'refused';
  return code;
}

function isAnswer(value: unknown): value is Awaited<ReturnType<HttpClient['call']>> {
  return typeof value === 'object' && value !== null && 'status' in value;
}

/** Sends again, or for the first time, whatever is not acknowledged; all must be acknowledged then. */
export async function sendRest(url: string, writeKey: string, ledger: Ledger): Promise<number> {
  const client = new HttpClient(url);
  const rest = ledger.entries.filter(({ fate }) => fate !== 'acknowledged');
  for (let i = 0; i < rest.length; i += 500) {
    const refusal = await sendBatch(client, writeKey, rest.slice(i, i + 500));
    if (refusal !== undefined) throw new Error(`what was sent again was not taken: ${refusal}`);
  }
  client.close();
  return rest.length;
}

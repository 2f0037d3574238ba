/**
 * Streams what happens in the shop into the service, over HTTP, as its pages and tills would: a few messages now and then,
 * again where they were not taken. What has been taken is never sent under another id, so nothing counts twice.
 */

import { setTimeout as pause } from 'node:timers/promises';

import type { ShopMessage } from '@segue/testkit/shop.ts';

export type ShopStreamOptions = {
  /** Where the service is. */
  readonly url: string;
  readonly writeKey: string;
  /** What has arrived by now and was not told before. */
  readonly next: (now: number) => readonly ShopMessage[];
  readonly signal: AbortSignal;
  /** Is told once when the service refuses, with its reason, and undefined when it takes again. */
  readonly onTrouble: (reason: string | undefined) => void;
};

const everyMs = 400;
const againMs = 2_000;
/** Messages of one request, and those that are kept while the service does not take them; older ones are let go. */
const batchMax = 200;
const keptMax = 20_000;

/** Resolves when `signal` aborts. */
export async function streamShop(options: ShopStreamOptions): Promise<void> {
  const { next, signal, onTrouble } = options;
  let waiting: readonly ShopMessage[] = [];
  let isInTrouble = false;
  while (!signal.aborted) {
    waiting = [...waiting, ...next(Date.now())].slice(-keptMax);
    const batch = waiting.slice(0, batchMax);
    const refusal = batch.length === 0 ? undefined : await send(batch, options);
    if (refusal === undefined) waiting = waiting.slice(batch.length);
    if ((refusal !== undefined) !== isInTrouble && !aborted(signal)) {
      isInTrouble = refusal !== undefined;
      onTrouble(refusal);
    }
    await pause(refusal === undefined ? everyMs : againMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Asked anew: it may have changed while something was awaited. */
function aborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Why they were not taken; undefined where they were. */
async function send(
  batch: readonly ShopMessage[],
  { url, writeKey, signal }: ShopStreamOptions,
): Promise<string | undefined> {
  const sentAt = new Date().toISOString();
  try {
    const answer = await fetch(`${url}/v1/batch`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ batch: batch.map((message) => ({ ...message, sentAt })), sentAt }),
      signal,
    });
    if (answer.ok) {
      await answer.body?.cancel();
      return undefined;
    }
    return `${answer.status} ${(await answer.text()).slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

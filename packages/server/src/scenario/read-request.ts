/**
 * The messages of a step as the tracking API reads a request that holds them: one call, or one batch. The same readers
 * and the same limits, so what a scenario may send is what a sender may send.
 */

import { Buffer } from 'node:buffer';

import type { Zone } from '@segue/core/base/zone.ts';
import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

import { trackingLimits } from '../ingest/tracking/limits.ts';
import { readBatch, readCall, type Reading } from '../ingest/tracking/read-messages.ts';
import type { ScenarioMessage } from './scenario.ts';

export type RequestOptions = {
  /** The clock when the request arrives. */
  readonly now: Instant;
  readonly zone: Zone;
  readonly nextMessageId: () => string;
};

/** Why a request, or a message of it, is refused. `sent`: the message concerned; missing where it is the whole request. */
export type RequestRefusal = { readonly sent?: ScenarioMessage; readonly message: string };

/** At least one message. A request with a message that is refused is refused: a scenario sends what it means to. */
export function readRequest(
  sent: readonly ScenarioMessage[],
  { now, zone, nextMessageId }: RequestOptions,
): Result<readonly Message[], RequestRefusal> {
  const reading: Reading = { limits: trackingLimits, zone, receivedAt: now, nextMessageId };
  const [first] = sent;
  const body =
    sent.length === 1 && first !== undefined
      ? first.raw
      : { batch: sent.map(({ kind, raw }) => ({ ...raw, type: kind })) };
  const text = jsonText(body);
  const bytes = Buffer.byteLength(text);
  const { bodyBytesMax } = trackingLimits;
  if (sent.length > 1 && bytes > bodyBytesMax) {
    return fail({
      message: `The batch is ${bytes} bytes of JSON; expected at most ${bodyBytesMax}: send several batches.`,
    });
  }
  const read =
    sent.length === 1 ? ok(readCall(body, text, first?.kind, reading)) : readBatch(body, text, reading);
  if (!read.ok) return fail({ message: read.error.message });
  const { messages, refused } = read.value;
  const [reason] = refused;
  if (reason === undefined) return ok(messages);
  const which = sent[reason.place];
  return fail({ message: reason.message, ...(which === undefined ? {} : { sent: which }) });
}

/** Empty for what is nested beyond what can be written: it is refused for its depth. */
function jsonText(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return '';
  }
}

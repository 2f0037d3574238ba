/**
 * A part of an import, sent to a running service until it is durable there. The service takes nothing twice, so whenever
 * it is not known what became of a part it is sent again: while the service is away, starts anew, or has too much to do.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Message } from '@segue/core/model/message.ts';
import { callOf } from '@segue/server/ingest/tracking/write-call.ts';

import { ApiError, type Remote } from '../service/call-api.ts';

/** What the service made of a part. */
export type Taken = {
  readonly accepted: number;
  /** How many of them changed nothing, by why. */
  readonly ignored: Readonly<Record<string, number>>;
  readonly refusedCount: number;
  /** The first of those that were refused; `line` counts the messages of the part from 1. */
  readonly refused: readonly { readonly line: number; readonly code: string; readonly message: string }[];
};

export type Patience = {
  /** Is told why a part is sent again, and after how long. */
  readonly onWait: (why: string, seconds: number) => void;
  /** Nothing is waited for any more. */
  readonly signal: AbortSignal;
};

/** Seconds between attempts; where they are used up, the import ends with the reason of the last. */
const waitsSeconds: readonly number[] = [1, 2, 4, 8, 15, 30, 30, 30];
/** The service is there, and may take the same later. */
const laterStatuses: readonly number[] = [408, 429, 500, 502, 503, 504];

/** One message as a line of NDJSON. */
export function lineOf(message: Message): string {
  return `${JSON.stringify({ type: message.kind, ...callOf(message) })}\n`;
}

/** @throws ApiError where the service refuses, or stays away too long */
export async function sendPart(remote: Remote, body: string, patience: Patience): Promise<Taken> {
  for (const seconds of [...waitsSeconds, undefined]) {
    const attempt = await tryOnce(remote, body);
    if (attempt.taken !== undefined) return attempt.taken;
    if (!attempt.isLater || seconds === undefined || patience.signal.aborted) throw attempt.error;
    const wait = attempt.retryAfterSeconds ?? seconds;
    patience.onWait(attempt.error.message, wait);
    // Stopped meanwhile, the next attempt is the last.
    await sleep(wait * 1_000, undefined, { signal: patience.signal }).catch(() => undefined);
  }
  throw new Error('unreachable: the last attempt gives an answer or throws');
}

type Attempt =
  | { readonly taken: Taken }
  | {
      readonly taken?: undefined;
      readonly error: ApiError;
      readonly isLater: boolean;
      readonly retryAfterSeconds?: number | undefined;
    };

async function tryOnce({ url, key }: Remote, body: string): Promise<Attempt> {
  const target = new URL('/v1/import', url);
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(target, {
      method: 'POST',
      redirect: 'error',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/x-ndjson' },
      body,
    });
    answer = await response.json().catch(() => undefined);
  } catch (error) {
    const message = `Segue cannot be reached at ${target.origin}; start it with segue start, or give its address with --url`;
    return { error: new ApiError('api/unreachable', message, [], error), isLater: true };
  }
  const counts = countsOf(answer);
  const code = fieldOf(answer, 'code');
  // That none of a part is good is said of the part, as that some are not.
  if (counts !== undefined && (response.ok || code === 'tracking/none-accepted')) return { taken: counts };
  const message = fieldOf(answer, 'message');
  if (typeof code !== 'string' || typeof message !== 'string') {
    const stranger = `What answers at ${target.origin} is not Segue (status ${response.status}); give its address with --url.`;
    return {
      error: new ApiError('api/unreachable', stranger),
      isLater: laterStatuses.includes(response.status),
    };
  }
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    error: new ApiError(code, message),
    isLater: laterStatuses.includes(response.status),
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  };
}

function countsOf(answer: unknown): Taken | undefined {
  const [accepted, ignored, refusedCount, refused] = [
    fieldOf(answer, 'accepted'),
    fieldOf(answer, 'ignored'),
    fieldOf(answer, 'refusedCount'),
    fieldOf(answer, 'refused'),
  ];
  const isWhole = typeof accepted === 'number' && typeof refusedCount === 'number' && Array.isArray(refused);
  return isWhole ? ({ accepted, ignored, refusedCount, refused } as Taken) : undefined;
}

function fieldOf(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null
    ? (answer as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

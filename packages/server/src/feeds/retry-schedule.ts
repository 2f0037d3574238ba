/**
 * When a delivery that failed is tried again: after 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, 6 h and 10 h, each a
 * tenth more or less by chance, so that what failed together does not come back together. That is eleven attempts in a day.
 */

import type { Instant } from '@segue/core/model/message.ts';

const secondMs = 1_000;
const minuteMs: number = 60 * secondMs;
const hourMs: number = 60 * minuteMs;

export const retryDelaysMs: readonly number[] = [
  5 * secondMs,
  30 * secondMs,
  2 * minuteMs,
  10 * minuteMs,
  30 * minuteMs,
  hourMs,
  2 * hourMs,
  4 * hourMs,
  6 * hourMs,
  10 * hourMs,
];
/** How much a delay differs by chance, either way. */
const jitter = 0.1;
/** What a receiver can ask for with `Retry-After`. */
export const retryAfterMsMax: number = 24 * hourMs;

/** After so many failed attempts; undefined when it was the last. `chance` is in [0, 1). */
export function retryDelayMs(attempts: number, chance: number): number | undefined {
  const delay = retryDelaysMs[attempts - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 - jitter + 2 * jitter * chance));
}

/** What `Retry-After` asks for, in seconds or as a date, from `now`; undefined where it says nothing that can be read. */
export function readRetryAfter(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const waitMs = /^\d{1,12}$/u.test(text) ? Number(text) * secondMs : Date.parse(text) - now;
  return Number.isFinite(waitMs) ? Math.min(Math.max(waitMs, 0), retryAfterMsMax) : undefined;
}

/**
 * Messages that were read → taken durably, and the refused ones into quarantine. First the good: a quarantine that fails
 * loses none of them. Only then the bad: a request that is answered with 503 is sent again, and is not kept twice.
 */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { FastifyBaseLogger } from 'fastify';

import type { Quarantine } from '../../log/quarantine.ts';
import type { Intake, Outcome } from '../../runtime/intake.ts';
import type { TrackingLimits } from './limits.ts';
import type { TrackingMetrics } from './metrics.ts';
import type { ReadMessages } from './read-messages.ts';
import { closedRefusal, type Refusal, type RefusedMessage } from './refusal.ts';

/** What every way in needs. */
export type Door = {
  readonly intake: Intake;
  readonly quarantine: Quarantine;
  readonly limits: TrackingLimits;
  readonly metrics: TrackingMetrics;
  readonly log: FastifyBaseLogger;
};

/** Why messages that were taken changed nothing, and how many. */
export type Ignored = Record<NonNullable<Outcome['ignored']>, number>;

const ignoredReasons = ['duplicate', 'erased', 'unknown_customer', 'limit'] as const;

const notStored: Refusal = {
  status: 503,
  code: 'tracking/not-stored',
  message: 'The messages could not be stored; nothing of this request is lost if you send it again.',
  retryAfterSeconds: 5,
};

/** Outcomes in the order of the messages, once every answer reflects them; or why none was taken. */
export async function takeMessages(
  door: Door,
  source: string,
  { messages, refused }: ReadMessages,
): Promise<Result<readonly Outcome[], Refusal>> {
  let outcomes: readonly Outcome[] = [];
  if (messages.length > 0) {
    try {
      const taken = await door.intake.take(messages, source);
      if (!taken.ok) return fail(closedRefusal(taken.error));
      outcomes = taken.value;
    } catch (error) {
      return fail(whyNotStored(door, source, messages.length, error));
    }
    door.metrics.accepted(source, messages.length);
    noteIgnored(door, source, outcomes);
  }
  if (refused.length > 0) await keepRefused(door, source, refused);
  return ok(outcomes);
}

/** As `takeMessages`, resolves once they are durable, with why none was taken; nothing where they were. */
export async function keepMessages(
  door: Door,
  source: string,
  { messages, refused }: ReadMessages,
): Promise<Refusal | undefined> {
  if (messages.length > 0) {
    const onTaken = (outcomes: readonly Outcome[]): void => {
      noteIgnored(door, source, outcomes);
    };
    try {
      const closed = await door.intake.keep(messages, source, onTaken);
      if (closed !== undefined) return closedRefusal(closed);
    } catch (error) {
      return whyNotStored(door, source, messages.length, error);
    }
    door.metrics.accepted(source, messages.length);
  }
  if (refused.length > 0) await keepRefused(door, source, refused);
  return undefined;
}

function noteIgnored(door: Door, source: string, outcomes: readonly Outcome[]): void {
  const ignored = countIgnored(outcomes);
  for (const reason of ignoredReasons) {
    if (ignored[reason] > 0) door.metrics.ignored(source, reason, ignored[reason]);
  }
}

export function countIgnored(outcomes: readonly Outcome[]): Ignored {
  const ignored: Ignored = { duplicate: 0, erased: 0, unknown_customer: 0, limit: 0 };
  for (let i = 0; i < outcomes.length; i++) {
    const reason = outcomes[i]?.ignored;
    if (reason !== undefined) ignored[reason] += 1;
  }
  return ignored;
}

/** Into quarantine, and counted. A quarantine that fails is logged: the sender is told of every refusal anyway. */
export async function keepRefused(
  door: Door,
  source: string,
  refused: readonly RefusedMessage[],
): Promise<void> {
  const at = door.intake.now();
  for (const { code } of refused) door.metrics.refused(code, 1);
  try {
    await door.quarantine.add(
      refused.map(({ code, message, raw }) => ({ at, source, code, reason: message, raw })),
    );
  } catch (error) {
    door.metrics.quarantineFailed(refused.length);
    door.log.error({ err: error, source, messages: refused.length }, 'refused messages could not be kept');
  }
}

/** Nothing was acknowledged, so the sender keeps it. Whoever owns the log decides whether the process goes on. */
function whyNotStored(door: Door, source: string, messages: number, error: unknown): Refusal {
  door.log.error({ err: error, source, messages }, 'messages could not be stored');
  return notStored;
}

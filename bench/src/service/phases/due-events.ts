/** Events that make something due at a chosen instant: a window after the event, the customer leaves its segment. */

import { randomUUID } from 'node:crypto';

export const DUE_EVENT = 'Reminder Set';
const BODY_EVENTS = 400;

/** The rule of a segment that is left so long after the event. */
export function dueRule(windowMs: number): string {
  return `did "${DUE_EVENT}" last ${windowMs / 1000}s`;
}

/** One event of each customer, so long before the instant at which theirs is due. */
export function dueBodies(
  dueAt: readonly number[],
  windowMs: number,
  userOf: (customer: number) => string,
): readonly string[] {
  const bodies: string[] = [];
  const run = randomUUID();
  for (let start = 0; start < dueAt.length; start += BODY_EVENTS) {
    const batch = dueAt.slice(start, start + BODY_EVENTS).map((at, i) => ({
      type: 'track',
      event: DUE_EVENT,
      userId: userOf(start + i),
      messageId: `${run}-${start + i}`,
      timestamp: at - windowMs,
    }));
    bodies.push(JSON.stringify({ batch }));
  }
  return bodies;
}

/** What every implementation of the log asks of an append before it takes it. */

import type { Instant } from '@segue/core/model/message.ts';
import type { LogEntry } from './entry.ts';

/** @returns what is wrong with the call, a mistake of the caller's. */
export function refuseAppend(
  entries: readonly LogEntry[],
  at: Instant,
  lastAt: Instant | undefined,
): RangeError | undefined {
  if (entries.length === 0) return new RangeError('A record has at least one entry; none was given');
  if (!Number.isSafeInteger(at)) {
    return new RangeError(`The instant of a record must be a whole number of milliseconds, not ${at}`);
  }
  if (lastAt !== undefined && at < lastAt) {
    return new RangeError(
      `The instant of a record must not be before the last one's: ${at} is before ${lastAt}; keep the clock from going back`,
    );
  }
  return undefined;
}

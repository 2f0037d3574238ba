/** What the tracking API counts, for whoever measures the service. */

import type { Outcome } from '../../runtime/intake.ts';

/** What the tracking API counts. Nothing personal: names of sources are the workspace's own, codes are ours. */
export interface TrackingMetrics {
  /** Messages that were taken durably. */
  accepted(source: string, messages: number): void;
  /** Of those, messages that changed nothing: `duplicate` where the messageId was known, and so on. */
  ignored(source: string, reason: NonNullable<Outcome['ignored']>, messages: number): void;
  /** Messages, or whole requests (counted as one), that were refused, by the code of the reason. */
  refused(code: string, count: number): void;
  /** Bytes of bodies as they came; of imports, after decompression. */
  bytes(count: number): void;
  /** Refused messages that could not be kept because the quarantine failed. */
  quarantineFailed(messages: number): void;
}

export const noTrackingMetrics: TrackingMetrics = {
  accepted: () => undefined,
  ignored: () => undefined,
  refused: () => undefined,
  bytes: () => undefined,
  quarantineFailed: () => undefined,
};

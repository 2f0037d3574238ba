/** What the tracking API counts. Nothing personal: names of sources are the workspace's own, codes are ours. */
export interface TrackingMetrics {
  /** Messages that were taken durably, duplicates included. */
  accepted(source: string, messages: number): void;
  /** Messages that were taken but changed nothing since their messageId was known. */
  duplicates(source: string, messages: number): void;
  /** Messages, or whole requests (counted as one), that were refused, by the code of the reason. */
  refused(code: string, count: number): void;
  /** Bytes of bodies as they came; of imports, after decompression. */
  bytes(count: number): void;
  /** Refused messages that could not be kept because the quarantine failed. */
  quarantineFailed(messages: number): void;
}

export const noTrackingMetrics: TrackingMetrics = {
  accepted: () => undefined,
  duplicates: () => undefined,
  refused: () => undefined,
  bytes: () => undefined,
  quarantineFailed: () => undefined,
};

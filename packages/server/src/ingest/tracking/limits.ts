/**
 * Limits of the tracking API, each with its unit; above one there is a clear error, and what is refused is kept in
 * quarantine. Sizes of messages and bodies are those that Segment's clients know.
 */

import { jsonDepthMax } from '@segue/core/model/parse-message.ts';

export type TrackingLimits = {
  /** Bytes of the JSON of one message. */
  readonly messageBytesMax: number;
  /** Bytes of a body, as sent and once more after decompression. */
  readonly bodyBytesMax: number;
  readonly batchMessagesMax: number;
  /** Levels of objects and lists in a message, itself the first. */
  readonly messageDepthMax: number;
  /** Values in a message, at every level, objects and lists included. */
  readonly messageValuesMax: number;
  /** Identifiers that one message may name its customer by. */
  readonly identifiersMax: number;

  /** How long a body may take to arrive, in milliseconds. */
  readonly bodyMs: number;
  /** Bytes of a body that is too large which are still read, so that its sender sees the answer; then the connection closes. */
  readonly bodyDiscardedBytesMax: number;
  /** Bytes of all bodies that are arriving at this moment. */
  readonly arrivingBytesMax: number;

  /** Messages a second, one key's and one address's; beyond a second's worth they are answered with 429. Infinity: no limit. */
  readonly keyMessagesPerSecond: number;
  readonly addressMessagesPerSecond: number;

  /** Imports under way at once. */
  readonly importsMax: number;
  /** Bytes of one import after decompression. */
  readonly importBytesMax: number;
  /** What is taken together, durably, before more of an import is read. */
  readonly importChunkMessages: number;
  readonly importChunkBytes: number;
  /** How long an import may send nothing while it is waited for, in milliseconds. */
  readonly importIdleMs: number;

  /** Refused messages named in an answer; the others are counted. */
  readonly refusedShownMax: number;
  /** UTF-16 code units of a refused message that are kept. */
  readonly quarantinedCharactersMax: number;
};

const KIB = 1024;

export const trackingLimits: TrackingLimits = {
  messageBytesMax: 32 * KIB,
  bodyBytesMax: 500 * KIB,
  batchMessagesMax: 2500,
  // The message, its properties or traits, and one for what stands beside them (`context.traits`).
  messageDepthMax: jsonDepthMax + 2,
  messageValuesMax: 5000,
  identifiersMax: 20,

  bodyMs: 30_000,
  bodyDiscardedBytesMax: 8 * KIB * KIB,
  arrivingBytesMax: 256 * KIB * KIB,

  keyMessagesPerSecond: Infinity,
  addressMessagesPerSecond: Infinity,

  importsMax: 4,
  importBytesMax: 64 * KIB * KIB * KIB,
  importChunkMessages: 1000,
  importChunkBytes: KIB * KIB,
  importIdleMs: 60_000,

  refusedShownMax: 20,
  quarantinedCharactersMax: 64 * KIB,
};

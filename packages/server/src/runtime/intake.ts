/** The way in: what doors (the tracking API, imports, the management API) ask of the running engine. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';

/** Why nothing more is taken, for now or for good; doors answer 503. */
export type IntakeClosed = {
  readonly code: 'intake/stopping' | 'intake/disk-low' | 'intake/overloaded' | 'intake/starting';
  readonly message: string;
  /** When it is worth coming again. */
  readonly retryAfterSeconds: number;
};

/** What became of one message. */
export type Outcome = {
  /** Undefined where nobody is concerned: somebody erased. Of a repeated message whom it names. */
  readonly profile?: number;
  readonly ignored?: 'duplicate' | 'erased' | 'unknown_customer' | 'limit';
  readonly notices: readonly Diagnostic[];
};

/** A membership or stage as of now, for an answer that goes out with the acknowledgement. */
export type Membership = { readonly segment: string; readonly since: Instant };

export interface Intake {
  /** The clock that messages are read with (`receivedAt`) and take effect at. */
  now(): Instant;
  /** Set while nothing is taken. */
  readonly closed: IntakeClosed | undefined;
  /**
   * Takes messages that came together from one source. When it resolves they are durable and every answer reflects them;
   * outcomes are in the order of the messages. Resolves with `IntakeClosed` when none was taken. Messages must not be changed afterwards.
   */
  take(
    messages: readonly Message[],
    source: string,
  ): Promise<
    | { readonly ok: true; readonly value: readonly Outcome[] }
    | { readonly ok: false; readonly error: IntakeClosed }
  >;
  /**
   * As `take`, for senders who want to know that nothing is lost: resolves when the messages are durable, with why they were
   * not taken, and nothing where they were. Every answer reflects them a moment later, or much later where very much is due;
   * then `onTaken` is told what became of them.
   */
  keep(
    messages: readonly Message[],
    source: string,
    onTaken: (outcomes: readonly Outcome[]) => void,
  ): Promise<IntakeClosed | undefined>;
  /** Memberships of a profile now. */
  memberships(profile: number): readonly Membership[];
}

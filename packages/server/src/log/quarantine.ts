/** Messages that were refused at a door, kept so that nobody's data vanishes without a word. Bounded: the oldest go. */

import type { Instant } from '@segue/core/model/message.ts';

export type Quarantined = {
  readonly at: Instant;
  readonly source: string;
  /** Stable code of the reason (docs/errors.md), and the sentence. */
  readonly code: string;
  readonly reason: string;
  /** What came, as text, cut after 64 KiB. */
  readonly raw: string;
};

export interface Quarantine {
  /** Durable when it resolves. */
  add(refused: readonly Quarantined[]): Promise<void>;
  /** Newest first; `before` is the id of the last one seen. */
  list(options: {
    readonly limit: number;
    readonly before?: number;
    readonly source?: string;
  }): readonly (Quarantined & { readonly id: number })[];
  /**
   * Lets go of rows in whose text one of these stands (quarantined-row.ts); resolves with how many when that is durable. They
   * stay counted.
   */
  remove(texts: readonly string[]): Promise<number>;
  /** How many have been refused since the data directory was made, by code; those let go included. */
  counts(): ReadonlyMap<string, number>;
}

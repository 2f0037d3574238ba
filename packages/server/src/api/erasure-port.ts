/** What the management API asks of the running engine about erasures. */

import type { Identifier } from '@segue/core/model/message.ts';

import type { Position } from '../log/entry.ts';

export type ErasureDone = {
  /** Of the entry of the log: names the erasure. */
  readonly position: Position;
  /** Whether anybody was known by the identifier. */
  readonly isKnown: boolean;
};

export interface ErasureDesk {
  /** Erases whoever is known by an identifier. When it resolves they have left everything but the log's past. */
  erase(customer: Identifier): Promise<ErasureDone>;
  /** The hash under which an erasure is found again. */
  subjectOf(customer: Identifier): string;
}

/** What somebody who counts events has to know of them: which, and what of each. */

import type { EventPattern } from './tree.ts';

export type EventNeeds = {
  /** An event that none of them matches need not come. */
  readonly patterns: readonly EventPattern[];
  /** First steps of the properties that are read; others need not come. */
  readonly roots: readonly string[];
  /** Whether the order of events of one instant is asked for, which their ids decide. */
  readonly ids: boolean;
};

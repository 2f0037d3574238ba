/** What the engine says when an answer changes. */

import type { Instant } from './message.ts';

export type Cause =
  | 'event'
  | 'late_event'
  | 'time'
  | 'identify'
  | 'merge'
  | 'list'
  | 'population'
  | 'definition'
  | 'score'
  | 'erasure';

export type SegmentChange = {
  readonly kind: 'segment';
  /** The profile's stable id; see `Engine.profile` for its identifiers. */
  readonly profile: number;
  readonly segment: string;
  /** The definition's version, counted from 1. */
  readonly version: number;
  readonly change: 'entered' | 'exited';
  readonly at: Instant;
  readonly cause: Cause;
  /** The message that caused it, where one did. */
  readonly messageId?: string;
};

export type StageChange = {
  readonly kind: 'stage';
  readonly profile: number;
  readonly lifecycle: string;
  /** Missing when the customer has just come into being. */
  readonly from?: string;
  /** Missing when the customer has ceased to exist (erased). */
  readonly to?: string;
  readonly at: Instant;
  readonly cause: Cause;
  readonly messageId?: string;
};

export type Change = SegmentChange | StageChange;

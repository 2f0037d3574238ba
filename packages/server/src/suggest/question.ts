/** What a suggestion asks, as plain data that can be written down. */

import type { Instant } from '@segue/core/model/message.ts';
import type { ListedDefinitions } from '@segue/core/model/listed-definitions.ts';
import type { EventPattern } from '@segue/core/rules/tree.ts';

import type { Measure } from '../backtest/question.ts';

export type ThresholdQuestion = {
  readonly timeZone: string;
  /** The segment and what it rests on. */
  readonly definitions: ListedDefinitions;
  readonly segment: string;
  readonly title: string;
  /** Which number of its rule, by its place among all (thresholds.ts). */
  readonly number: number;
  /** Members are looked at from here on, once in every `withinMs` … */
  readonly from: Instant;
  /** … and before this. */
  readonly to: Instant;
  readonly withinMs: number;
  readonly outcome: Measure;
  /** Members are right where they do the outcome within `withinMs`, or where they do not. */
  readonly expects: 'does' | 'does_not';
};

export type LifecycleQuestion = {
  readonly timeZone: string;
  /** What counts as a purchase. */
  readonly purchase: EventPattern;
  readonly title: string;
  /** Name of the lifecycle that is proposed. */
  readonly name: string;
  /** Coming back within so long counts, in milliseconds. */
  readonly returnMs: number;
  /** Lost is who comes back within it with less than this chance. */
  readonly lostBelow: number;
};

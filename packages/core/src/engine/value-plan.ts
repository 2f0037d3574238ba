/**
 * What a compiled value is: a closure over a customer's state that is pure in (customer, instant), and two more things
 * that the passing of time needs: when next it may jump, and how fast it moves meanwhile (an age grows by 1 ms a ms).
 */

import type { Instant } from '../model/message.ts';
import type { RuleValue } from '../rules/value.ts';
import { NEVER, type Profile } from './profile.ts';

export type ValuePlan = {
  readonly get: (p: Profile, t: Instant) => RuleValue;
  /** The next instant after t at which it may jump by time alone. */
  readonly next: (p: Profile, t: Instant) => Instant;
  /** Change per millisecond until then, of the number or of the milliseconds. */
  readonly slope: (p: Profile, t: Instant) => number;
};

/** For values that time alone does not move. */
export const never = (): Instant => NEVER;
export const still = (): number => 0;

/** The plain number of a value: milliseconds for durations. */
export function magnitude(value: RuleValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'object') return undefined;
  return value.kind === 'duration' || value.kind === 'instant' ? value.ms : undefined;
}

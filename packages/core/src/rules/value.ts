/** What an expression evaluates to. `undefined` is missing. */

import type { Instant, JsonObject } from '../model/message.ts';

/** Milliseconds; may be fractional after arithmetic, negative for what lies ahead. */
export type DurationValue = { readonly kind: 'duration'; readonly ms: number };
export type InstantValue = { readonly kind: 'instant'; readonly ms: Instant };
/**
 * Several values of one path: `elements` of a path that crossed a list or ended at one. Comparisons hold when any
 * element satisfies them. An element that is itself a list (the path ended at it) stays nested, for `contains`.
 * Never empty and never holding a missing element: an empty list is missing.
 */
export type ListValue = {
  readonly kind: 'list';
  readonly elements: readonly RuleValue[];
  /**
   * The path went on through the list, so each element is a value of its own. Without it the path ended at the list,
   * and `contains` asks for a member.
   */
  readonly crossed?: true;
};
/** An object at the end of a path: present, but comparable with nothing. */
export type ObjectValue = { readonly kind: 'object'; readonly json: JsonObject };

export type RuleValue =
  undefined | number | string | boolean | DurationValue | InstantValue | ListValue | ObjectValue;

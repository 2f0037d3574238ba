/** What an expression evaluates to. `undefined` is missing. */

import type { Instant } from '../model/message.ts';

/** Milliseconds; may be fractional after arithmetic, negative for what lies ahead. */
export type DurationValue = { readonly kind: 'duration'; readonly ms: number };
export type InstantValue = { readonly kind: 'instant'; readonly ms: Instant };
/**
 * Several values of one path: `elements` of a path that crossed a list or ended at one. Comparisons hold when any
 * element satisfies them. An element that is itself a list (the path ended at it) stays nested, for `contains`.
 * Never empty and never holding a missing element: an empty list is missing.
 */
export type ListValue = { readonly kind: 'list'; readonly elements: readonly RuleValue[] };

export type RuleValue = undefined | number | string | boolean | DurationValue | InstantValue | ListValue;

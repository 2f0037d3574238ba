/**
 * What a preview asks of every customer: the rule as a whole, the conditions that it is made of, and values of traits. The
 * answer of each is a number with a bit for each condition, and the values.
 */

import type { Condition, Path, Value } from '@segue/core/rules/tree.ts';

/** Conditions of a rule that are told apart at most; the rest of a longer rule is answered as a whole. */
export const previewPartsMax = 29;
/** Traits that members are told by at most. */
export const previewTraitsMax = 3;

export type PreviewQuestion = {
  readonly rule: Condition;
  /** How the parts make the rule: each has to hold, or any. */
  readonly joined: 'and' | 'or';
  readonly parts: readonly Condition[];
  readonly traits: readonly Path[];
};

/** The rule is the conjunction or disjunction of its parts; one that is neither is its only part. */
export function questionOf(rule: Condition, traits: readonly Path[]): PreviewQuestion {
  const isJoined = rule.kind === 'and' || rule.kind === 'or';
  const items = isJoined ? rule.items : [rule];
  const joined = rule.kind === 'or' ? 'or' : 'and';
  return { rule, joined, parts: items.length > previewPartsMax ? [rule] : items, traits };
}

/** What is asked of each: the rule is the first bit, its parts those after it. */
export function conditionsOf({ rule, parts }: PreviewQuestion): readonly Condition[] {
  return parts.length === 1 ? parts : [rule, ...parts];
}

export function valuesOf({ traits }: PreviewQuestion): readonly Value[] {
  return traits.map((path) => ({ kind: 'trait', path }));
}

/**
 * Rules that speak of nothing but segments and stages, answered by the live sets: `in vip and not stage(life) = "lost"`.
 * Logic is two-valued, so `not` is everybody else.
 */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { formatRule } from '@segue/core/rules/format.ts';
import type { Condition, Literal, Value } from '@segue/core/rules/tree.ts';

import { type Bitmap, emptyBitmap, type ReadonlyBitmap } from './bitmaps.ts';

/** The sets that rules are answered by. */
export type Sets = {
  everybody(): ReadonlyBitmap;
  segment(name: string): ReadonlyBitmap | undefined;
  stage(lifecycle: string, stage: string): ReadonlyBitmap | undefined;
};

/** Those for whom a checked rule holds, to be disposed of; or the part of the rule that no set answers, as text. */
export function setOf(rule: Condition, sets: Sets): Result<Bitmap, string> {
  const other = partWithoutSet(rule);
  return other === undefined ? ok(answer(rule, sets)) : fail(formatRule(other));
}

/** The first part of a rule that speaks of something else; undefined for none. */
export function partWithoutSet(rule: Condition): Condition | undefined {
  if (rule.kind === 'literal' || rule.kind === 'in_segment') return undefined;
  if (rule.kind === 'not') return partWithoutSet(rule.item);
  if (rule.kind !== 'and' && rule.kind !== 'or') return stagesOf(rule) === undefined ? rule : undefined;
  for (const item of rule.items) {
    const other = partWithoutSet(item);
    if (other !== undefined) return other;
  }
  return undefined;
}

function answer(rule: Condition, sets: Sets): Bitmap {
  if (rule.kind === 'literal') return rule.value ? sets.everybody().clone() : emptyBitmap();
  if (rule.kind === 'in_segment') return sets.segment(rule.segment)?.clone() ?? emptyBitmap();
  if (rule.kind === 'not') return complement(answer(rule.item, sets), sets);
  if (rule.kind === 'and' || rule.kind === 'or') return joined(rule, sets);
  const named = stagesOf(rule);
  const all = emptyBitmap();
  for (const stage of named?.stages ?? []) {
    const members = sets.stage(named?.lifecycle ?? '', stage);
    if (members !== undefined) all.orInPlace(members as Bitmap);
  }
  return named?.negated === true ? complement(all, sets) : all;
}

function joined({ kind, items }: Condition & { readonly kind: 'and' | 'or' }, sets: Sets): Bitmap {
  const all = kind === 'and' ? sets.everybody().clone() : emptyBitmap();
  for (const item of items) {
    const one = answer(item, sets);
    if (kind === 'and') all.andInPlace(one);
    else all.orInPlace(one);
    one.dispose();
  }
  return all;
}

/** Everybody else. */
function complement(set: Bitmap, sets: Sets): Bitmap {
  const others = sets.everybody().clone();
  others.andNotInPlace(set);
  set.dispose();
  return others;
}

type StageTest = {
  readonly lifecycle: string;
  readonly stages: readonly string[];
  readonly negated: boolean;
};

/** `stage(life) = "one"`, either way around, and `stage(life) in ["one", "two"]`. */
function stagesOf(rule: Condition): StageTest | undefined {
  if (rule.kind === 'one_of') {
    if (rule.value.kind !== 'stage') return undefined;
    const { lifecycle } = rule.value;
    return { lifecycle, stages: rule.values.flatMap(textOf), negated: rule.negated };
  }
  if (rule.kind !== 'compare' || (rule.op !== '=' && rule.op !== '!=')) return undefined;
  const [stage, name] = rule.left.kind === 'stage' ? [rule.left, rule.right] : [rule.right, rule.left];
  if (stage.kind !== 'stage' || name.kind !== 'string') return undefined;
  return { lifecycle: stage.lifecycle, stages: textOf(name), negated: rule.op === '!=' };
}

function textOf(literal: Literal | Value): readonly string[] {
  return literal.kind === 'string' ? [literal.value] : [];
}

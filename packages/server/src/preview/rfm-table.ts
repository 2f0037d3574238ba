/** Customers of an RFM model by their scores: cells of three scores, and the named groups that follow from them. */

import type { Instant } from '@segue/core/model/message.ts';
import { scoredRfmParts } from '@segue/core/rules/population.ts';
import { type RfmGroup, rfmGroup, rfmGroups } from '@segue/core/rules/rfm-groups.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

export const rfmScores: readonly number[] = [1, 2, 3, 4, 5];

/** Customers with the same scores, 1 to 5 each. */
export type RfmCell = {
  readonly recency: number;
  readonly frequency: number;
  readonly monetary: number;
  readonly size: number;
};

export type RfmTable = {
  readonly model: string;
  readonly at: Instant;
  /** By recency, frequency and monetary, the best first; those with nobody in them are left out. */
  readonly cells: readonly RfmCell[];
  readonly groups: readonly { readonly group: RfmGroup; readonly size: number }[];
  /** Customers without a score: they bought nothing in the model's window. */
  readonly none: number;
};

/** Those of some scores, or of a group; what is left out is not asked for. */
export type RfmChoice = {
  readonly recency?: number | undefined;
  readonly frequency?: number | undefined;
  readonly monetary?: number | undefined;
  readonly group?: RfmGroup | undefined;
};

/** A choice as a rule; of nothing, everybody who has scores. */
export function choiceRule(model: string, { group, ...scores }: RfmChoice): Condition {
  const items = scoredRfmParts.flatMap((part): readonly Condition[] => {
    const value = scores[part];
    const left = { kind: 'rfm', part, model } as const;
    return value === undefined ? [] : [{ kind: 'compare', op: '=', left, right: { kind: 'number', value } }];
  });
  const left = { kind: 'rfm', part: 'group', model } as const;
  if (group !== undefined) {
    items.push({ kind: 'compare', op: '=', left, right: { kind: 'string', value: group } });
  }
  const [only] = items;
  if (only === undefined) return { kind: 'presence', value: left, present: true };
  return items.length === 1 ? only : { kind: 'and', items };
}

/** Of which scores hold together: a combination has one bit of each five, a score of each part. */
export function cellsOf(combinations: ReadonlyMap<number, number>): readonly RfmCell[] {
  const scoreOf = (bits: number, part: number): number => 32 - Math.clz32((bits >>> (5 * part)) & 31);
  const cells = [...combinations].map(([bits, size]) => ({
    recency: scoreOf(bits, 0),
    frequency: scoreOf(bits, 1),
    monetary: scoreOf(bits, 2),
    size,
  }));
  return cells.sort((a, b) => b.recency - a.recency || b.frequency - a.frequency || b.monetary - a.monetary);
}

/** `everybody`: how many exist, with or without scores. */
export function tableOf(model: string, at: Instant, cells: readonly RfmCell[], everybody: number): RfmTable {
  const sizes = new Map<RfmGroup, number>();
  let scored = 0;
  for (const { recency, frequency, monetary, size } of cells) {
    const group = rfmGroup(recency, frequency, monetary);
    sizes.set(group, (sizes.get(group) ?? 0) + size);
    scored += size;
  }
  const groups = rfmGroups.map((group) => ({ group, size: sizes.get(group) ?? 0 }));
  return { model, at, cells, groups, none: everybody - scored };
}

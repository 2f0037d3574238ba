/** Cells and groups of an RFM model: summed for the grid, and as rules. */

import type { Output } from '@segue/client/operation-types.ts';
import type { RfmGroup } from '@segue/core/rules/rfm-groups.ts';

export type Cell = Output<'getRfmTable'>['cells'][number];

export type RfmPick =
  | { readonly kind: 'cell'; readonly model: string; readonly recency: number; readonly frequency: number }
  | { readonly kind: 'group'; readonly model: string; readonly group: RfmGroup };

/** As the questions about the past take it. */
export function choiceOf(
  pick: RfmPick,
): { readonly recency: number; readonly frequency: number } | { readonly group: RfmGroup } {
  return pick.kind === 'group' ? { group: pick.group } : { recency: pick.recency, frequency: pick.frequency };
}

/** In the rule language. */
export function ruleOf(pick: RfmPick): string {
  const part = (name: string): string =>
    pick.model === 'default' ? `rfm(${name})` : `rfm(${name}, ${pick.model})`;
  return pick.kind === 'group'
    ? `${part('group')} = ${JSON.stringify(pick.group)}`
    : `${part('recency')} = ${String(pick.recency)} and ${part('frequency')} = ${String(pick.frequency)}`;
}

/** Of a cell of the grid. */
export const keyOf = (recency: number, frequency: number): string =>
  `${String(recency)} ${String(frequency)}`;

/** Over all monetary scores: how many, and the mean of the score. */
export function sumsOf(
  cells: readonly Cell[],
): ReadonlyMap<string, { readonly size: number; readonly monetary: number }> {
  const sums = new Map<string, { size: number; monetary: number }>();
  for (const { recency, frequency, monetary, size } of cells) {
    const key = keyOf(recency, frequency);
    const was = sums.get(key) ?? { size: 0, monetary: 0 };
    const all = was.size + size;
    sums.set(key, { size: all, monetary: all === 0 ? 0 : (was.monetary * was.size + monetary * size) / all });
  }
  return sums;
}

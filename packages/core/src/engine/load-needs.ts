/** What streams have to know of the events that they are loaded from. */

import type { EventNeeds } from '../rules/event-needs.ts';
import type { EventPattern } from '../rules/tree.ts';
import { pathsOf } from './explain-deciding.ts';
import type { StreamPlan } from './plan.ts';

export function loadNeedsOf(streams: readonly StreamPlan[]): EventNeeds {
  const roots = new Set<string>();
  for (const { where, columns, values } of streams) {
    for (const path of [...pathsOf(where), ...columns.map((column) => column.path), ...values]) {
      if (path[0] !== undefined) roots.add(path[0]);
    }
  }
  const patterns = streams.flatMap(({ source, where }): readonly EventPattern[] =>
    source === undefined ? [] : [where === undefined ? { source } : { source, where }],
  );
  return { patterns, roots: [...roots].sort(), ids: streams.some(({ keepsIds }) => keepsIds) };
}

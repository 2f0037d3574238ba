/** Visiting the nodes of a tree without recursion, and what a tree refers to. */

import type { LifecycleDefinition, RfmDefinition, SegmentDefinition } from '../model/definitions.ts';
import type { Condition, EventPattern, Value, Window } from './tree.ts';

/** A node by which a tree names a definition or a score. */
export type Reference = {
  readonly to: 'segments' | 'lifecycles' | 'rfm' | 'lists' | 'scores';
  readonly name: string;
  readonly node: Condition | Value;
};

type Tree = Condition | Value | EventPattern | Window;

/** Everything that the tree names, in no particular order, one entry per mention. */
export function references(tree: Tree): readonly Reference[] {
  const found: Reference[] = [];
  const pending: unknown[] = [tree];
  for (;;) {
    const next = pending.pop();
    if (next === undefined) return found;
    if (typeof next !== 'object' || next === null) continue;
    if (isNode(next)) {
      const reference = referenceOf(next);
      if (reference !== undefined) found.push(reference);
    }
    for (const child of Object.values(next)) if (typeof child === 'object') pending.push(child);
  }
}

function isNode(node: object): node is Condition | Value {
  return Object.hasOwn(node, 'kind');
}

function referenceOf(node: Condition | Value): Reference | undefined {
  switch (node.kind) {
    case 'in_segment':
    case 'age_in_segment':
      return { to: 'segments', name: node.segment, node };
    case 'in_list':
      return { to: 'lists', name: node.list, node };
    case 'stage':
      return { to: 'lifecycles', name: node.lifecycle, node };
    case 'rfm':
      return { to: 'rfm', name: node.model ?? 'default', node };
    case 'score':
      return { to: 'scores', name: node.name, node };
    case 'literal':
    case 'and':
    case 'or':
    case 'not':
    case 'for':
    case 'compare':
    case 'one_of':
    case 'text':
    case 'presence':
    case 'did':
    case 'sequence':
    case 'subscribed':
    case 'sample':
    case 'number':
    case 'string':
    case 'boolean':
    case 'date':
    case 'duration':
    case 'trait':
    case 'property':
    case 'count':
    case 'aggregate':
    case 'days':
    case 'age_of_event':
    case 'age':
    case 'until':
    case 'days_until_anniversary':
    case 'percentile':
    case 'quintile':
    case 'coalesce':
    case 'arithmetic':
      return undefined;
    default:
      // Sources and windows of events have kinds of their own and name nothing.
      return undefined;
  }
}

/** The names that a definition uses, each once, sorted by nothing in particular. */
export type Dependencies = Readonly<Record<Reference['to'], ReadonlySet<string>>>;

/** What a definition needs to be there: segments, lifecycles, RFM models, lists and scores. */
export function dependencies(
  definition: SegmentDefinition | LifecycleDefinition | RfmDefinition,
): Dependencies {
  const found = treesOf(definition).flatMap(({ tree }) => references(tree));
  const names = (to: Reference['to']): ReadonlySet<string> =>
    new Set(found.filter((reference) => reference.to === to).map((reference) => reference.name));
  return {
    segments: names('segments'),
    lifecycles: names('lifecycles'),
    rfm: names('rfm'),
    lists: names('lists'),
    scores: names('scores'),
  };
}

/** The trees of a definition, each with the path under which diagnostics name it. */
export function treesOf(
  definition: SegmentDefinition | LifecycleDefinition | RfmDefinition,
): readonly { readonly path: string; readonly tree: Tree }[] {
  const { name } = definition;
  if ('rule' in definition) return [{ path: `segments.${name}`, tree: definition.rule }];
  if ('stages' in definition) {
    return definition.stages.flatMap((stage) =>
      stage.rule === undefined ? [] : [{ path: stagePath(name, stage.name), tree: stage.rule }],
    );
  }
  const purchase = { path: `rfm.${name}.purchase`, tree: definition.purchase };
  return definition.window === undefined
    ? [purchase]
    : [purchase, { path: `rfm.${name}.window`, tree: definition.window }];
}

/** How diagnostics name a stage: `lifecycles.default.stages.loyal`. */
export function stagePath(lifecycle: string, stage: string): string {
  return `lifecycles.${lifecycle}.stages.${stage}`;
}

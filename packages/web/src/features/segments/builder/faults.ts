/** What is wrong with a rule, each thing at the condition that it is about, found by the checker that the service has. Pure. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import { at, partsOf, type Place, placesOf } from './tree-edits.ts';

export type Fault = { readonly place: Place; readonly diagnostic: Diagnostic };

/** Of the whole tree, in the order of its conditions. */
export function faultsOf(tree: Condition, definitions: Definitions): readonly Fault[] {
  return placesOf(tree).flatMap((place) => {
    const node = at(tree, place);
    if (node === undefined) return [];
    return ownFaults(node, definitions).map((diagnostic) => ({ place, diagnostic }));
  });
}

/** Of a condition itself, without what is wrong with those that stand within. */
export function ownFaults(node: Condition, definitions: Definitions): readonly Diagnostic[] {
  const all = checkRule(node, { definitions });
  const within = new Set(
    partsOf(node).flatMap((part) => checkRule(part, { definitions }).map(({ message }) => message)),
  );
  return all.filter(({ message }) => !within.has(message));
}

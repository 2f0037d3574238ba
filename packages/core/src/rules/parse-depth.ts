/** How deep and how large a tree is, found without recursion, so that trees from anywhere may be asked. */

import { ruleDepthMax, ruleNodesMax } from '../base/limits.ts';

/** Levels of objects that one level of a rule may take in its tree: a condition, its events, their `where`. */
const objectsPerLevel = 4;

/** Whether the nesting of objects and arrays is more than a rule's tree may have. True for cyclic objects as well. */
export function isTooDeep(tree: unknown): boolean {
  return measure(tree).depth > ruleDepthMax * objectsPerLevel;
}

/** Whether there are more objects and arrays in it than a rule's tree may have. Shared objects count each time. */
export function isTooLarge(tree: unknown): boolean {
  return measure(tree).nodes > ruleNodesMax;
}

/** Stops counting where either limit is passed. */
function measure(tree: unknown): { depth: number; nodes: number } {
  const pending: { readonly node: object; readonly depth: number }[] = [];
  let [nodes, deepest] = [0, 0];
  const visit = (node: unknown, depth: number): void => {
    if (typeof node !== 'object' || node === null) return;
    nodes += 1;
    deepest = Math.max(deepest, depth);
    pending.push({ node, depth });
  };
  visit(tree, 1);
  for (;;) {
    const next = pending.pop();
    if (next === undefined || deepest > ruleDepthMax * objectsPerLevel || nodes > ruleNodesMax) {
      return { depth: deepest, nodes };
    }
    for (const child of Object.values(next.node)) visit(child, next.depth + 1);
  }
}

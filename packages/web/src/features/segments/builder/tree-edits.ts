/**
 * Changes of a rule's tree, each giving a new tree: pure, so that the builder is tested without a page. A place in the tree is the
 * way from its root: positions in `and` and `or`, 0 for what stands within `not` and `for`.
 */

import type { Condition } from '@segue/core/rules/tree.ts';

export type Place = readonly number[];
export type Join = 'and' | 'or';

/** What stands directly within a condition, in order. */
export function partsOf(condition: Condition): readonly Condition[] {
  if (isGroup(condition)) return condition.items;
  return condition.kind === 'not' || condition.kind === 'for' ? [condition.item] : [];
}

export function at(tree: Condition, place: Place): Condition | undefined {
  let node: Condition | undefined = tree;
  for (const step of place) node = node === undefined ? undefined : partsOf(node)[step];
  return node;
}

export function replaced(tree: Condition, place: Place, by: Condition): Condition {
  const [first, ...rest] = place;
  if (first === undefined) return by;
  const parts = partsOf(tree).map((part, i) => (i === first ? replaced(part, rest, by) : part));
  return withParts(tree, parts);
}

/** Without what stands at a place; undefined when nothing is left. A group of one is that one. */
export function removed(tree: Condition, place: Place): Condition | undefined {
  const [first, ...rest] = place;
  if (first === undefined) return undefined;
  const parts = partsOf(tree).flatMap((part, i) => {
    if (i !== first) return [part];
    const left = removed(part, rest);
    return left === undefined ? [] : [left];
  });
  if (parts.length === 0) return undefined;
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && isGroup(tree)) return only;
  return withParts(tree, parts);
}

/** With one more condition: at the end of the group at the place, or in a new group around what stands there. */
export function added(tree: Condition, place: Place, condition: Condition, join: Join = 'and'): Condition {
  const node = at(tree, place);
  if (node === undefined) return tree;
  const grown: Condition = isGroup(node)
    ? { ...node, items: [...node.items, condition] }
    : { kind: join, items: [node, condition] };
  return replaced(tree, place, grown);
}

/** Without the `not` or `for` at a place: what stood within stays. */
export function unwrapped(tree: Condition, place: Place): Condition {
  const node = at(tree, place);
  return node?.kind === 'not' || node?.kind === 'for' ? replaced(tree, place, node.item) : tree;
}

/** Once more, behind itself. */
export function doubled(tree: Condition, place: Place): Condition {
  const node = at(tree, place);
  const [around, i] = parentOf(tree, place);
  if (node === undefined) return tree;
  if (around === undefined || !isGroup(around)) return added(tree, place, node);
  const items = around.items.flatMap((item, j) => (i === j ? [item, item] : [item]));
  return replaced(tree, place.slice(0, -1), { ...around, items });
}

/** One place up or down within its group; undefined where there is none. */
export function moved(tree: Condition, place: Place, step: 1 | -1): Condition | undefined {
  const [around, i] = parentOf(tree, place);
  if (around === undefined || !isGroup(around)) return undefined;
  const item = around.items[i];
  const other = around.items[i + step];
  if (item === undefined || other === undefined) return undefined;
  const items = around.items.map((one, j) => (j === i ? other : j === i + step ? item : one));
  return replaced(tree, place.slice(0, -1), { ...around, items });
}

/** With notes of those who wrote it, a line each; without any where they are empty. */
export function withNotes(condition: Condition, notes: string): Condition {
  const { comments: _, ...bare } = condition;
  const lines = notes.split('\n').map((line) => line.trim());
  return notes.trim() === '' ? bare : { ...bare, comments: lines };
}

/** All places of a tree, from its root. */
export function placesOf(tree: Condition, place: Place = []): readonly Place[] {
  return [place, ...partsOf(tree).flatMap((part, i) => placesOf(part, [...place, i]))];
}

function parentOf(tree: Condition, place: Place): readonly [around: Condition | undefined, i: number] {
  const last = place.at(-1);
  return last === undefined ? [undefined, 0] : [at(tree, place.slice(0, -1)), last];
}

/** All of, or any of. */
export function joined(tree: Condition, place: Place, join: Join): Condition {
  const node = at(tree, place);
  return node === undefined || !isGroup(node) ? tree : replaced(tree, place, { ...node, kind: join });
}

/** The opposite: of what has a word of its own for it by that word, of all else by `not`. */
export function negated(condition: Condition): Condition {
  if (condition.kind === 'not') return condition.item;
  if (condition.kind === 'did' || condition.kind === 'one_of') {
    return { ...condition, negated: !condition.negated };
  }
  if (condition.kind === 'presence') return { ...condition, present: !condition.present };
  return { kind: 'not', item: condition };
}

export function isGroup(condition: Condition): condition is Condition & { readonly kind: Join } {
  return condition.kind === 'and' || condition.kind === 'or';
}

function withParts(condition: Condition, parts: readonly Condition[]): Condition {
  if (isGroup(condition)) return { ...condition, items: parts };
  if (condition.kind !== 'not' && condition.kind !== 'for') return condition;
  return { ...condition, item: parts[0] ?? condition.item };
}

/** Overlaps from the live sets are those that looking at every customer finds. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import { bitmapOf, type Bitmap } from '../../src/sets/bitmaps.ts';
import { countCombinations, exclusiveOf, pairsOf } from '../../src/sets/intersections.ts';
import { partWithoutSet, setOf, type Sets } from '../../src/sets/set-rule.ts';

const names = ['a', 'b', 'c'];
const stages = ['one', 'two'];
const ids = fc.uniqueArray(fc.nat(200), { maxLength: 80 });

type World = {
  readonly everybody: readonly number[];
  readonly of: Readonly<Record<string, readonly number[]>>;
};

const worlds: fc.Arbitrary<World> = fc
  .tuple(ids, ids, ids, ids, ids)
  .map(([a, b, c, one, two]): World => ({
    everybody: [...Array(200).keys()].filter((id) => id % 7 !== 0),
    of: { a, b, c, one, two: two.filter((id) => !one.includes(id)) },
  }))
  .map(({ everybody, of }) => ({
    everybody,
    of: Object.fromEntries(
      Object.entries(of).map(([name, list]) => [name, list.filter((id) => everybody.includes(id))]),
    ),
  }));

const rules = fc.letrec<{ rule: Condition }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(...names).map((segment): Condition => ({ kind: 'in_segment', segment })),
    fc.boolean().map((value): Condition => ({ kind: 'literal', value })),
    fc.tuple(fc.constantFrom(...stages), fc.constantFrom('=', '!=')).map(([stage, op]): Condition => ({
      kind: 'compare',
      op,
      left: { kind: 'stage', lifecycle: 'life' },
      right: { kind: 'string', value: stage },
    })),
    fc.tuple(fc.subarray(stages), fc.boolean()).map(([some, negated]): Condition => ({
      kind: 'one_of',
      negated,
      value: { kind: 'stage', lifecycle: 'life' },
      values: some.map((value) => ({ kind: 'string', value })),
    })),
    tie('rule').map((item): Condition => ({ kind: 'not', item })),
    fc
      .tuple(fc.constantFrom('and', 'or'), fc.array(tie('rule'), { minLength: 1, maxLength: 3 }))
      .map(([kind, items]): Condition => ({ kind, items })),
  ),
})).rule;

/** What a rule says of one customer, in the plainest way. */
function holds(rule: Condition, id: number, world: World): boolean {
  const isIn = (name: string): boolean => world.of[name]?.includes(id) === true;
  if (rule.kind === 'literal') return rule.value;
  if (rule.kind === 'in_segment') return isIn(rule.segment);
  if (rule.kind === 'not') return !holds(rule.item, id, world);
  if (rule.kind === 'and') return rule.items.every((item) => holds(item, id, world));
  if (rule.kind === 'or') return rule.items.some((item) => holds(item, id, world));
  if (rule.kind === 'compare') {
    return rule.right.kind === 'string' && isIn(rule.right.value) === (rule.op === '=');
  }
  if (rule.kind !== 'one_of') throw new Error(`no rule for sets: ${rule.kind}`);
  return rule.values.some((one) => one.kind === 'string' && isIn(one.value)) !== rule.negated;
}

function withSets<T>(world: World, use: (sets: Sets, all: readonly Bitmap[]) => T): T {
  const everybody = bitmapOf(world.everybody);
  const byName = new Map(Object.entries(world.of).map(([name, list]) => [name, bitmapOf(list)]));
  const all = [...byName.values()];
  return use(
    {
      everybody: () => everybody,
      segment: (name) => byName.get(name),
      stage: (_, stage) => byName.get(stage),
    },
    all,
  );
}

describe('a rule of segments and stages', () => {
  it('is answered for everybody as for each', () => {
    fc.assert(
      fc.property(worlds, rules, (world, rule) => {
        withSets(world, (sets) => {
          const found = setOf(rule, sets);
          expect(found.ok).toBe(true);
          if (!found.ok) return;
          expect(found.value.toArray()).toEqual(world.everybody.filter((id) => holds(rule, id, world)));
          found.value.dispose();
        });
      }),
      { numRuns: 500 },
    );
  });

  it('is told from any other, of which the part is named', () => {
    const part = (text: string): string | undefined => {
      const { tree } = parseRule(text);
      return tree === undefined ? 'unreadable' : partWithoutSet(tree)?.kind;
    };
    expect(part('in a and not stage(life) in ["one", "two"]')).toBeUndefined();
    expect(part('"one" = stage(life) or true')).toBeUndefined();
    expect(part('in a and (in b or did "A")')).toBe('did');
    expect(part('stage(life) > "one"')).toBe('compare');
    expect(part('stage(life) = trait.x')).toBe('compare');
    expect(part('in a for 2d')).toBe('for');
    expect(part('in list vips')).toBe('in_list');
  });
});

describe('several sets', () => {
  it('fall into the parts, and overlap in pairs, as counting one by one finds', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, async (world) => {
        const lists = Object.values(world.of);
        const all = lists.map((list) => bitmapOf(list));
        const combinations = await countCombinations(all, () => Promise.resolve());
        const bitsOf = (id: number): number =>
          lists.reduce((bits, list, n) => bits | (list.includes(id) ? 1 << n : 0), 0);
        const expected = new Map<number, number>();
        for (const id of new Set(lists.flat())) {
          expected.set(bitsOf(id), (expected.get(bitsOf(id)) ?? 0) + 1);
        }
        const exclusive = exclusiveOf(combinations);
        expect(new Map(exclusive.map(({ sets, size }) => [sets, size]))).toEqual(expected);
        expect(exclusive.map(({ size }) => size)).toEqual(
          exclusive.map(({ size }) => size).sort((x, y) => y - x),
        );
        for (const pair of pairsOf(combinations)) {
          const [a = [], b = []] = [lists[pair.a], lists[pair.b]];
          const both = a.filter((id) => b.includes(id)).length;
          const either = new Set([...a, ...b]).size;
          expect(pair).toMatchObject({ both, either, jaccard: either === 0 ? 0 : both / either });
          expect(pair.shareOfA).toBe(a.length === 0 ? 0 : both / a.length);
          expect(pair.shareOfB).toBe(b.length === 0 ? 0 : both / b.length);
        }
        for (const set of all) set.dispose();
      }),
      { numRuns: 200 },
    );
  });

  it('of which there are none, or in which nobody is, have no parts', async () => {
    const none = await countCombinations([], () => Promise.resolve());
    expect(exclusiveOf(none)).toEqual([]);
    const empty = await countCombinations([bitmapOf([]), bitmapOf([])], () => Promise.resolve());
    expect(exclusiveOf(empty)).toEqual([]);
    expect(pairsOf(empty)).toEqual([
      { a: 0, b: 1, both: 0, either: 0, jaccard: 0, shareOfA: 0, shareOfB: 0 },
    ]);
  });
});

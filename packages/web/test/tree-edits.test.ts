import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { arbitraryTree } from '@segue/testkit/arbitrary-tree.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { behaviourCondition, leafOf } from '../src/features/segments/builder/leaf-kinds.ts';
import { literalOf, literalText } from '../src/features/segments/builder/literal-text.ts';
import {
  beginningSequence,
  type Sequence,
  withAbsent,
  withEvents,
  withOn,
  withoutStep,
  withStep,
  withWindow,
  withWithin,
} from '../src/features/segments/builder/sequence-edits.ts';
import {
  added,
  at,
  joined,
  negated,
  partsOf,
  type Place,
  removed,
  replaced,
} from '../src/features/segments/builder/tree-edits.ts';

const read = (text: string): Condition => {
  const { tree } = parseRule(text);
  if (tree === undefined) throw new Error(text);
  return tree;
};

/** Every place of a tree. */
const placesOf = (tree: Condition, place: Place = []): readonly Place[] => [
  place,
  ...partsOf(tree).flatMap((part, i) => placesOf(part, [...place, i])),
];

const trees = arbitraryTree();
const treeAndPlace = trees.chain((tree) => fc.tuple(fc.constant(tree), fc.constantFrom(...placesOf(tree))));

describe('changes of a tree', () => {
  test('whatever is changed is a rule that can be written and read again', () => {
    fc.assert(
      fc.property(treeAndPlace, ([tree, place]) => {
        const node = at(tree, place) as Condition;
        const changes = [
          replaced(tree, place, read('did "B"')),
          added(tree, place, read('did "B"')),
          joined(tree, place, 'or'),
          replaced(tree, place, negated(node)),
          removed(tree, place),
        ];
        for (const changed of changes) {
          if (changed !== undefined) expect(formatRule(read(formatRule(changed)))).toBe(formatRule(changed));
        }
      }),
    );
  });

  test('what was put into a place is there, and everything else is as it was', () => {
    fc.assert(
      fc.property(treeAndPlace, ([tree, place]) => {
        const put = read('did "B"');
        const changed = replaced(tree, place, put);
        expect(at(changed, place)).toEqual(put);
        expect(replaced(changed, place, at(tree, place) as Condition)).toEqual(tree);
      }),
    );
  });

  test('the opposite of the opposite is what it was', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(negated(negated(tree))).toEqual(tree.kind === 'not' ? negated(negated(tree)) : tree);
      }),
    );
  });

  test('a group of one is that one', () => {
    expect(removed(read('did "A" and did "B"'), [0])).toEqual(read('did "B"'));
    expect(removed(read('did "A"'), [])).toBeUndefined();
    expect(removed(read('not did "A"'), [0])).toBeUndefined();
  });

  test('more is added to a group, or around what stands alone', () => {
    expect(formatRule(added(read('did "A"'), [], read('did "B"')))).toBe('did "A" and did "B"');
    expect(formatRule(added(read('did "A" or did "B"'), [], read('did "C"')))).toBe(
      'did "A" or did "B" or did "C"',
    );
  });
});

describe('forms', () => {
  const behaviours = [
    'did "Order Completed" last 30d',
    'did not "Order Completed" last 2 calendar weeks',
    'count("Product Viewed" where price > 10 and category = "shoes", last 7d) >= 3',
    'sum(revenue of "Order Completed") > 500',
    'distinct(topic of "Article Read", last 7d) >= 3',
    'days("Signed In", last 2 calendar weeks) < 4',
  ];
  for (const text of behaviours) {
    test(`${text} has a form, and comes out of it as it went in`, () => {
      const condition = read(text);
      const leaf = leafOf(condition);
      expect(leaf.kind).toBe('behaviour');
      if (leaf.kind === 'behaviour') expect(behaviourCondition(leaf.behaviour)).toEqual(condition);
    });
  }

  test('a sequence has a form, and every change of it is a rule that can be written and read again', () => {
    const sequence = read('seq("A", "B" within 1h, no "C" within 2h on product_id) last 7d');
    expect(leafOf(sequence)).toEqual({ kind: 'sequence', sequence });
    if (sequence.kind !== 'sequence') return;
    const changes: readonly (readonly [Sequence, string])[] = [
      [
        withStep(sequence),
        'seq("A", "B" within 1h, "Order Completed" within 1d, no "C" within 2h on product_id) last 7d',
      ],
      [withoutStep(sequence, 0), 'seq("B", no "C" within 2h on product_id) last 7d'],
      [withoutStep(withoutStep(sequence, 0), 0), 'seq("B", no "C" within 2h on product_id) last 7d'],
      [withWithin(sequence, 1, undefined), 'seq("A", "B", no "C" within 2h on product_id) last 7d'],
      [withAbsent(sequence, undefined), 'seq("A", "B" within 1h on product_id) last 7d'],
      [withOn(sequence, undefined), 'seq("A", "B" within 1h, no "C" within 2h) last 7d'],
      [withWindow(sequence, undefined), 'seq("A", "B" within 1h, no "C" within 2h on product_id)'],
      [
        withEvents(sequence, 0, { source: { kind: 'page', name: 'Home' } }),
        'seq(page "Home", "B" within 1h, no "C" within 2h on product_id) last 7d',
      ],
      [beginningSequence, 'seq("Product Added", no "Order Completed" within 2h) last 3d'],
    ];
    for (const [changed, text] of changes) {
      expect(formatRule(changed, { width: Infinity })).toBe(text);
      expect(read(text)).toEqual(changed);
    }
  });

  test('what has no form is edited as text', () => {
    for (const text of ['sample(10%, "spring")', 'sum(x of "A") > sum(x of "B")', 'in list vips']) {
      expect(leafOf(read(text)).kind).toBe('text');
    }
  });

  test('a value is what it looks like', () => {
    expect(literalOf('12.5')).toEqual({ kind: 'number', value: 12.5 });
    expect(literalOf('true')).toEqual({ kind: 'boolean', value: true });
    expect(literalOf('2026-11-01')).toEqual({ kind: 'date', text: '2026-11-01' });
    expect(literalOf('trail running')).toEqual({ kind: 'string', value: 'trail running' });
    fc.assert(
      fc.property(fc.string(), (text) => {
        const literal = literalOf(text);
        expect(literalOf(literalText(literal))).toEqual(literal);
      }),
    );
  });
});

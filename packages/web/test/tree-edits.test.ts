import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';
import { arbitraryTree } from '@segue/testkit/arbitrary-tree.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

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
  doubled,
  joined,
  moved,
  negated,
  placesOf,
  removed,
  replaced,
  unwrapped,
  withNotes,
} from '../src/features/segments/builder/tree-edits.ts';

const read = (text: string): Condition => {
  const { tree } = parseRule(text);
  if (tree === undefined) throw new Error(text);
  return tree;
};

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
          replaced(tree, place, withNotes(node, 'one\n\n# two')),
          unwrapped(tree, place),
          doubled(tree, place),
          moved(tree, place, 1),
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

  test('what stands around a condition is taken away, and the condition stays', () => {
    expect(formatRule(unwrapped(read('did "A" and not (did "B" or did "C")'), [1]))).toBe(
      'did "A" and (did "B" or did "C")',
    );
    expect(formatRule(unwrapped(read('(did "A") for 3d'), []))).toBe('did "A"');
    expect(formatRule(unwrapped(read('did "A" and did "B"'), [1]))).toBe('did "A" and did "B"');
  });

  test('a condition is doubled behind itself, and changes places with its neighbours', () => {
    expect(formatRule(doubled(read('did "A" or did "B"'), [0]))).toBe('did "A" or did "A" or did "B"');
    expect(formatRule(doubled(read('did "A"'), []))).toBe('did "A" and did "A"');
    expect(formatRule(moved(read('did "A" or did "B"'), [0], 1) as Condition)).toBe('did "B" or did "A"');
    expect(moved(read('did "A" or did "B"'), [1], 1)).toBeUndefined();
    expect(moved(read('did "A"'), [], 1)).toBeUndefined();
  });

  test('notes are kept with a condition, a line each', () => {
    const noted = withNotes(read('did "A"'), 'Ask Asha\n before changing ');
    expect(formatRule(noted)).toBe('# Ask Asha\n# before changing\ndid "A"');
    expect(read(formatRule(noted))).toEqual(noted);
    expect(withNotes(noted, ' ')).toEqual(read('did "A"'));
  });

  test('more is added to a group, or around what stands alone', () => {
    expect(formatRule(added(read('did "A"'), [], read('did "B"')))).toBe('did "A" and did "B"');
    expect(formatRule(added(read('did "A" or did "B"'), [], read('did "C"')))).toBe(
      'did "A" or did "B" or did "C"',
    );
  });
});

describe('forms', () => {
  test('a sequence has a form, and every change of it is a rule that can be written and read again', () => {
    const sequence = read('seq("A", "B" within 1h, no "C" within 2h on product_id) last 7d');
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

  test('a value is what it looks like', () => {
    expect(literalOf('12.5')).toEqual({ kind: 'number', value: 12.5 });
    expect(literalOf('true')).toEqual({ kind: 'boolean', value: true });
    expect(literalOf('2026-11-01')).toEqual({ kind: 'date', text: '2026-11-01' });
    expect(literalOf('trail running')).toEqual({ kind: 'string', value: 'trail running' });
    expect(literalOf('"5"')).toEqual({ kind: 'string', value: '5' });
    expect(literalText({ kind: 'string', value: '5' })).toBe('"5"');
    expect(literalText({ kind: 'string', value: 'shoes' })).toBe('shoes');
  });
});

import { nameProblem } from '@segue/core/rules/names.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { faultsOf } from '../src/features/segments/builder/faults.ts';
import { readDefinitions } from '../src/features/segments/read-rule.ts';
import { nameTrouble, proposedName } from '../src/features/segments/segment-name.ts';

describe('the name of a new segment', () => {
  test('what is wrong with it is said, with one like it that will do', () => {
    const taken = new Set(['vip', 'vip_2', 'left_carts']);
    const rows: readonly (readonly [string, string | undefined, string | undefined])[] = [
      ['big_spenders', undefined, undefined],
      ['', 'missing', undefined],
      ['Big Spenders!', 'wrong', 'big_spenders'],
      ['Left Carts!', 'wrong', 'left_carts_2'],
      ['vip', 'taken', 'vip_3'],
      ['2nd order', 'wrong', 'nd_order'],
      ['Économie', 'wrong', 'economie'],
      ['for', 'reserved', 'for_2'],
      ['ग्राहक', 'wrong', undefined],
      ['x'.repeat(101), 'long', 'x'.repeat(100)],
    ];
    for (const [name, fault, proposal] of rows) {
      const trouble = nameTrouble(name, taken);
      expect([name, trouble?.fault, trouble?.proposal]).toEqual([name, fault, proposal]);
    }
  });

  test('a proposal can be taken, whatever was typed and whatever there is', () => {
    const name = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('a', 'A', 'a b', 'in', 'x'.repeat(200)),
    );
    const taken = fc.array(fc.constantFrom('a', 'a_2', 'a_3', 'a_b', 'in_2', 'x'.repeat(100)));
    fc.assert(
      fc.property(name, taken, (typed, there) => {
        const names = new Set(there);
        const proposal = nameTrouble(typed, names)?.proposal;
        if (proposal === undefined) return;
        expect(nameProblem(proposal)).toBeUndefined();
        expect(names.has(proposal)).toBe(false);
        expect(nameTrouble(proposal, names)).toBeUndefined();
        expect(proposedName(typed, names)).toBe(proposal);
      }),
    );
  });
});

test('what is wrong with a rule stands at the condition that it is about, once', () => {
  const { tree } = parseRule(
    'did "A" and (in nobody or not (in vip for 3d and trait.x > "a" + 1)) and count("B") = "three"',
  );
  if (tree === undefined) throw new Error();
  const definitions = readDefinitions({ segments: { vip: 'did "A"' } });
  const found = faultsOf(tree, definitions);
  expect(found.map(({ place }) => place.join('.'))).toEqual(['1.0', '1.1.0.1', '2']);
  expect(faultsOf(tree, readDefinitions({})).map(({ place }) => place.join('.'))).toEqual([
    '1.0',
    '1.1.0.0.0',
    '1.1.0.1',
    '2',
  ]);
});

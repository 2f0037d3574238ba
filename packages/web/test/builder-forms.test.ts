/**
 * What the builder shows of a rule is that rule, and what it gives back is what was chosen. Every form is a pair of pure functions:
 * one says what is shown, the other makes a rule of a choice. To choose what is shown changes nothing; what was chosen is shown.
 */

import { formatRule } from '@segue/core/rules/format.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition, Literal, Value } from '@segue/core/rules/tree.ts';
import { arbitraryTree, arbitraryValueTree } from '@segue/testkit/arbitrary-tree.ts';
import { arbitraryRule } from '@segue/testkit/arbitrary-rule.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  beginning,
  commonBeginnings,
  leafOf,
  rareBeginnings,
} from '../src/features/segments/builder/leaf-kinds.ts';
import {
  literalOf,
  literalText,
  pathOf,
  pathText,
  textOf,
  textShown,
  traitPathOf,
  traitText,
} from '../src/features/segments/builder/literal-text.ts';
import { usualNames } from '../src/features/segments/builder/names.ts';
import {
  askedOf,
  isQuestion,
  operatorOf,
  operatorsOf,
  type Question,
  subjectOf,
  withAsked,
  withOperator,
  withOther,
  withSubject,
} from '../src/features/segments/builder/questions.ts';
import { at, partsOf, placesOf, replaced } from '../src/features/segments/builder/tree-edits.ts';
import {
  customerKinds,
  eventKinds,
  isLiteral,
  kindOf,
  madeKinds,
  standingKinds,
  type ValueKind,
  withKind,
} from '../src/features/segments/builder/values.ts';
import { windowKindOf, windowKinds, withWindowKind } from '../src/features/segments/builder/windows.ts';

const kinds: readonly ValueKind[] = [...eventKinds, ...customerKinds, ...standingKinds, ...madeKinds];
const names = {
  ...usualNames,
  segments: ['vip'],
  stages: new Map([['default', ['new', 'loyal']]]),
};

type Part = Condition | Value;

/** Every condition and value in a tree of one of the kinds. */
function partsThat(tree: unknown, ofKinds: readonly string[]): readonly Part[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const own = 'kind' in tree && ofKinds.includes(String(tree.kind)) ? [tree as Part] : [];
  return [...own, ...Object.values(tree).flatMap((each) => partsThat(each, ofKinds))];
}

const questionsOf = (tree: Condition): readonly Question[] =>
  partsThat(tree, ['did', 'compare', 'one_of', 'text', 'presence']).filter((part) =>
    isQuestion(part as Condition),
  ) as Question[];

/** That a rule can be written and read again as it is. */
function expectReadable(tree: Condition): void {
  const { tree: again, diagnostics } = parseRule(formatRule(tree));
  expect(diagnostics).toEqual([]);
  expect(again).toEqual(tree);
}

describe('of every rule', () => {
  test('each condition has a form, or conditions within that have', () => {
    fc.assert(
      fc.property(fc.oneof(arbitraryTree(3), arbitraryRule()), (tree) => {
        for (const place of placesOf(tree)) {
          const node = at(tree, place) as Condition;
          expect(leafOf(node) === undefined).toBe(partsOf(node).length > 0);
        }
      }),
    );
  });

  test('a question gives back what it was given when nothing else is chosen', () => {
    fc.assert(
      fc.property(arbitraryTree(3), (tree) => {
        for (const question of questionsOf(tree)) {
          expect(withAsked(question, askedOf(question), names)).toBe(question);
          if (question.kind === 'did') continue;
          expect(withOperator(question, operatorOf(question), names)).toBe(question);
          expect(withSubject(question, subjectOf(question), names)).toEqual(question);
          expect(operatorsOf(question)).toContain(operatorOf(question));
          if (question.kind === 'compare') {
            expect(withOther(question, !isLiteral(question.right), names)).toBe(question);
          }
        }
      }),
    );
  });

  test('what is chosen of a question is shown, and the rule with it can be written', () => {
    const asked = fc.constantFrom(...kinds, 'did' as const, 'did_not' as const);
    fc.assert(
      fc.property(arbitraryTree(2), asked, fc.nat(), (tree, chosen, nth) => {
        for (const place of placesOf(tree)) {
          const node = at(tree, place) as Condition;
          if (!isQuestion(node)) continue;
          const changed = withAsked(node, chosen, names);
          expect(askedOf(changed)).toBe(chosen);
          expect(changed.comments).toEqual(node.comments);
          expectReadable(replaced(tree, place, changed));
          if (changed.kind === 'did') continue;
          const operators = operatorsOf(changed);
          const operator = operators[nth % operators.length] ?? '=';
          const compared = withOperator(changed, operator, names);
          expect(operatorOf(compared)).toBe(operator);
          expect(subjectOf(compared)).toEqual(subjectOf(changed));
          expect(compared.comments).toEqual(node.comments);
          expectReadable(replaced(tree, place, compared));
          if (compared.kind !== 'compare') continue;
          for (const isOther of [true, false]) {
            if (isLiteral(compared.left)) continue;
            const other = withOther(compared, isOther, names);
            expect(other.kind === 'compare' && !isLiteral(other.right)).toBe(isOther);
            expectReadable(replaced(tree, place, other));
          }
        }
      }),
    );
  });

  test('a value is of the kind that is shown, and becomes of the kind that is chosen', () => {
    fc.assert(
      fc.property(arbitraryValueTree(3), fc.constantFrom(...kinds), (value, kind) => {
        expect(withKind(value, kindOf(value), names)).toBe(value);
        const changed: Value = withKind(value, kind, names);
        expect(kindOf(changed)).toBe(kind);
        expectReadable({ kind: 'presence', value: changed, present: true });
      }),
    );
  });

  test('a window is of the kind that is shown, and becomes of the kind that is chosen', () => {
    fc.assert(
      fc.property(arbitraryTree(3), fc.constantFrom(...windowKinds), (tree, kind) => {
        for (const part of partsThat(tree, ['did'])) {
          if (part.kind !== 'did') continue;
          const { window } = part;
          expect(withWindowKind(window, windowKindOf(window), '2026-11-01')).toBe(window);
          const changed = withWindowKind(window, kind, '2026-11-01');
          expect(windowKindOf(changed)).toBe(kind);
          const events = { source: { kind: 'any' as const } };
          const rest = changed === undefined ? {} : { window: changed };
          expectReadable({ kind: 'did', negated: false, events, ...rest });
        }
      }),
    );
  });

  test('what stands in a field reads back as what it is of', () => {
    fc.assert(
      fc.property(arbitraryTree(3), (tree) => {
        for (const literal of partsThat(tree, ['number', 'string', 'boolean', 'date', 'duration'])) {
          expect(literalOf(literalText(literal as Literal))).toEqual(literal);
        }
        for (const value of partsThat(tree, ['trait', 'property', 'aggregate'])) {
          if (value.kind === 'trait') expect(traitPathOf(traitText(value.path))).toEqual(value.path);
          if (value.kind === 'property') expect(pathOf(pathText(value.path))).toEqual(value.path);
          if (value.kind === 'aggregate') expect(pathOf(pathText(value.property))).toEqual(value.property);
        }
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(textOf(textShown(text))).toBe(text);
        expect(literalOf(literalText(literalOf(text)))).toEqual(literalOf(text));
        // A field of one line shows all of it.
        expect(textShown(text)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('choices', () => {
  const read = (text: string): Condition => {
    const { tree } = parseRule(text);
    if (tree === undefined) throw new Error(text);
    return tree;
  };
  const question = (text: string): Question => {
    const tree = read(text);
    if (!isQuestion(tree)) throw new Error(text);
    return tree;
  };

  test('all that a person may begin with is a rule that can be read', () => {
    for (const what of [...commonBeginnings, ...rareBeginnings]) expectReadable(beginning(what, names));
  });

  test('another kind keeps what both have in common', () => {
    const rows: readonly (readonly [string, ValueKind | 'did_not', string])[] = [
      ['did "A" where x = 1 last 7d', 'count', 'count("A" where x = 1, last 7d) >= 1'],
      ['count("A", last 7d) >= 3', 'days', 'days("A", last 7d) >= 3'],
      ['count("A", last 7d) >= 3', 'did_not', 'did not "A" last 7d'],
      ['sum(price of "A") > 5', 'avg', 'avg(price of "A") > 5'],
      ['sum(price of "A") > 5', 'age_last', 'age(last "A") >= 30d'],
      ['sum(price of "A") > 5', 'percentile', 'percentile(sum(price of "A")) > 5'],
      ['percentile(sum(price of "A")) >= 90', 'quintile', 'quintile(sum(price of "A")) >= 90'],
      ['percentile(sum(price of "A")) >= 90', 'sum', 'sum(price of "A") >= 90'],
      ['age(trait.since) > 3d', 'until', 'until(trait.since) > 3d'],
      ['trait.city = "Pune"', 'stage', 'stage(default) = "new"'],
      ['count("A") >= 3', 'arithmetic', 'count("A") * 1 >= 3'],
    ];
    for (const [from, kind, to] of rows) {
      expect(formatRule(withAsked(question(from), kind, names))).toBe(to);
    }
  });

  test('another comparison keeps what it is compared with', () => {
    const rows: readonly (readonly [string, Parameters<typeof withOperator>[1], string])[] = [
      ['trait.city = "Pune"', 'in', 'trait.city in ["Pune"]'],
      ['trait.city in ["Pune", "Goa"]', '!=', 'trait.city != "Pune"'],
      ['trait.city in ["Pune", "Goa"]', 'not_in', 'trait.city not in ["Pune", "Goa"]'],
      ['trait.city = "Pune"', 'starts_with', 'trait.city starts with "Pune"'],
      ['trait.city contains "Pu"', '=', 'trait.city = "Pu"'],
      ['trait.age = 5', 'contains', 'trait.age contains "5"'],
      ['trait.city = "Pune"', 'missing', 'trait.city is missing'],
      ['trait.city exists', '=', 'trait.city = ""'],
    ];
    for (const [from, operator, to] of rows) {
      const asked = question(from);
      if (asked.kind === 'did') throw new Error(from);
      expect(formatRule(withOperator(asked, operator, names))).toBe(to);
    }
  });

  test('compared with another value, it is the same one of the time before', () => {
    const asked = question('count("A", last 7d) < 3');
    if (asked.kind !== 'compare') throw new Error();
    expect(formatRule(withOther(asked, true, names))).toBe(
      'count("A", last 7d) < count("A", from 14d to 7d ago)',
    );
  });
});

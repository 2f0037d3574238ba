/** Tree → text and back, tree → JSON and back, tree → English. */

import { arbitraryRule } from '@segue/testkit/arbitrary-rule.ts';
import { arbitraryTree, arbitraryValueTree } from '@segue/testkit/arbitrary-tree.ts';
import fc from 'fast-check';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Value as SchemaValue } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { toEnglish, valueToEnglish } from '../../src/rules/english.ts';
import { formatRule, formatValue } from '../../src/rules/format.ts';
import { parseRule, parseValue } from '../../src/rules/parse.ts';
import { publishedRuleSchema, ruleSchema } from '../../src/rules/schema.ts';
import { ruleFromJson, ruleToJson } from '../../src/rules/schema-reader.ts';
import type { Condition } from '../../src/rules/tree.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 2000);

function parsed(text: string): Condition {
  const { tree, diagnostics } = parseRule(text);
  expect(diagnostics).toEqual([]);
  if (tree === undefined) throw new Error('no tree');
  return tree;
}

describe('canonical text', () => {
  test.each([
    ['did   "A"', 'did "A"'],
    ['((did "A"))', 'did "A"'],
    ['(did "A" and in vip) or true', 'did "A" and in vip or true'],
    ['did "A" and (in vip and true)', 'did "A" and (in vip and true)'],
    ['not (in vip)', 'not in vip'],
    ['not (in vip and true)', 'not (in vip and true)'],
    ['(not in vip) for 2d', '(not in vip) for 2d'],
    ['not (in vip for 2d)', 'not in vip for 2d'],
    ['(did "A" where x = 1) and in vip', '(did "A" where x = 1) and in vip'],
    ['in vip and (did "A" where x = 1)', 'in vip and did "A" where x = 1'],
    ['(in vip and (did "A" where x = 1)) or true', 'in vip and (did "A" where x = 1) or true'],
    ['(did "A" where x = 1 last 7d) and in vip', 'did "A" where x = 1 last 7d and in vip'],
    ['(did "A" after last "B" where x = 1) and in vip', '(did "A" after last "B" where x = 1) and in vip'],
    ['(did "A" where x = 1) for 2d and in vip', 'did "A" where x = 1 for 2d and in vip'],
    ['count("A"  ,last 1 calendar days)>=3', 'count("A", last 1 calendar day) >= 3'],
    ['(1 + 2) + 3 = 1 + (2 + 3)', '1 + 2 + 3 = 1 + (2 + 3)'],
    ['(1 * 2) / (3 * 4) = -(-5)'.replace('-(-5)', '-5'), '1 * 2 / (3 * 4) = -5'],
    ['did "A" where properties["a"].b["c d"] = 1', 'did "A" where a.b["c d"] = 1'],
    ['did "A" where properties["not"] = 1', 'did "A" where properties["not"] = 1'],
    ['trait.x = "\\u00e9\\u0000"', 'trait.x = "é\\u0000"'],
    ['sample(10.50%, "s")', 'sample(10.5%, "s")'],
    ['trait.x in [ 1,2 ]', 'trait.x in [1, 2]'],
    ['did "A" # why', '# why\ndid "A"'],
    ['did "A" # a\nand in vip # b', '# a\ndid "A"\n# b\nand in vip'],
  ])('%s → %s', (text, expected) => {
    expect(formatRule(parsed(text))).toBe(expected);
  });

  test('what is too long for a line is broken before and, or, and after commas', () => {
    const text =
      'did "Order Completed" where category = "shoes" last 30d and (in vip or in gold) and seq("Product Added", no "Order Completed" within 2h on product_id) last 3d';
    expect(formatRule(parsed(text), { width: 50 })).toBe(`did "Order Completed" where category = "shoes"
  last 30d
and (in vip or in gold)
and seq(
  "Product Added",
  no "Order Completed" within 2h
  on product_id
) last 3d`);
  });

  test.each([
    ['any well-formed tree', arbitraryTree()],
    [
      'any meaningful rule',
      arbitraryRule({ segments: ['vip'], lists: ['l'], rfm: ['default'], lifecycles: { lc: ['a', 'b'] } }),
    ],
  ])('reads back as the same tree and does not change again: %s', (_, trees) => {
    fc.assert(
      fc.property(trees, fc.constantFrom(1, 30, 100), (tree, width) => {
        const text = formatRule(tree, { width });
        const again = parsed(text);
        expect(again).toEqual(tree);
        expect(formatRule(again, { width })).toBe(text);
      }),
      { numRuns },
    );
  });

  test('values too', () => {
    fc.assert(
      fc.property(arbitraryValueTree(), (tree) => {
        expect(parseValue(formatValue(tree)).tree).toEqual(tree);
      }),
      { numRuns },
    );
  });
});

describe('JSON', () => {
  test('every well-formed tree survives, and its schema accepts it', () => {
    fc.assert(
      fc.property(arbitraryTree(), (tree) => {
        const json: unknown = JSON.parse(JSON.stringify(ruleToJson(tree)));
        expect(ruleFromJson(json)).toEqual({ ok: true, value: tree });
        expect(SchemaValue.Check(ruleSchema, json)).toBe(true);
      }),
      { numRuns: numRuns / 4 },
    );
  });

  /** Changes one place of a tree into something else. */
  function damaged(node: unknown, steps: readonly number[], damage: unknown): unknown {
    if (typeof node !== 'object' || node === null || steps.length === 0) return damage;
    const keys = Object.keys(node);
    if (keys.length === 0) return damage;
    const [step = 0, ...rest] = steps;
    const key = keys[step % keys.length] ?? '';
    const changed = damaged((node as Record<string, unknown>)[key], rest, damage);
    if (Array.isArray(node)) {
      return node.map((item: unknown, index) => (String(index) === key ? changed : item));
    }
    return { ...node, [key]: changed };
  }

  test('the reader accepts what the published schema accepts, dates and durations that do not exist aside', () => {
    const damages = fc.constantFrom<unknown>(
      null,
      0,
      1.5,
      -1,
      '',
      'and',
      'x',
      true,
      [],
      {},
      { kind: 'literal', value: true },
      'Größe',
      'list',
      [1],
    );
    fc.assert(
      fc.property(
        arbitraryTree(1),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }),
        damages,
        (tree, steps, damage) => {
          const json = damaged(tree, steps, damage);
          expect(ruleFromJson(json).ok).toBe(SchemaValue.Check(ruleSchema, json));
        },
      ),
      { numRuns },
    );
  });

  test.each<[string, unknown, string, string?]>([
    ['nothing', null, ''],
    ['a text', 'true', ''],
    ['no kind', { value: true }, ''],
    ['an unknown kind', { kind: 'andd', items: [] }, '/kind', 'and'],
    ['a key too many', { kind: 'literal', value: true, valeu: 1 }, '/valeu', 'value'],
    ['a key too few', { kind: 'not' }, '/item'],
    ['a hostile key', JSON.parse('{"kind":"literal","value":true,"__proto__":{"kind":"x"}}'), '/__proto__'],
    [
      'deep inside',
      {
        kind: 'and',
        items: [
          { kind: 'literal', value: true },
          {
            kind: 'compare',
            op: '==',
            left: { kind: 'number', value: 1 },
            right: { kind: 'number', value: 1 },
          },
        ],
      },
      '/items/1/op',
      '=',
    ],
    [
      'a date that does not exist',
      {
        kind: 'did',
        negated: false,
        events: { source: { kind: 'any' } },
        window: { kind: 'since', from: { kind: 'date', text: '2026-02-30' } },
      },
      '/window/from/text',
    ],
    ['too few items', { kind: 'or', items: [{ kind: 'literal', value: true }] }, '/items'],
    ['a number that is none', { kind: 'sample', percent: Number.NaN, seed: '' }, '/percent'],
    ['a key with a slash', { kind: 'literal', value: true, 'a/b~c': 1 }, '/a~1b~0c'],
  ])('%s is refused with a pointer', (_, json, pointer, nearest) => {
    const read = ruleFromJson(json);
    expect(read.ok).toBe(false);
    if (read.ok) return;
    expect(read.error[0]).toMatchObject({
      code: 'rule/json',
      pointer,
      ...(nearest === undefined ? {} : { nearest }),
    });
  });

  test('depth, size, cycles and getters that throw are refused', () => {
    let deep: unknown = { kind: 'literal', value: true };
    for (let level = 0; level < 100_000; level += 1) deep = { kind: 'not', item: deep };
    const cyclic: { kind: string; item?: unknown } = { kind: 'not' };
    cyclic.item = cyclic;
    let wide: unknown = { kind: 'literal', value: true };
    for (let level = 0; level < 40; level += 1) wide = { kind: 'and', items: [wide, wide] };
    const getter = {
      kind: 'not',
      get item(): never {
        throw new Error('no');
      },
    };
    for (const bomb of [deep, cyclic, wide, getter]) {
      const read = ruleFromJson(bomb);
      expect(read.ok).toBe(false);
    }
  });

  test('what is read shares nothing with what was given', () => {
    const shared = { kind: 'literal', value: true };
    const read = ruleFromJson({ kind: 'and', items: [shared, shared] });
    expect(read.ok && read.value.kind === 'and' && read.value.items[0] !== read.value.items[1]).toBe(true);
  });

  test('the published schema is up to date', () => {
    const path = new URL('../../../../docs/reference/rule.schema.json', import.meta.url);
    const schema = publishedRuleSchema();
    // `SEGUE_WRITE=1 vitest run format-language` writes it anew.
    if (process.env['SEGUE_WRITE'] === '1') writeFileSync(path, `${JSON.stringify(schema, undefined, 2)}\n`);
    expect(existsSync(path)).toBe(true);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(schema);
  });
});

describe('English', () => {
  test.each([
    ['true', 'Everyone.'],
    ['false', 'Nobody.'],
    ['did "A"', 'Customers who have done “A”.'],
    ['did not "A" last 90d', 'Customers who have not done “A” in the last 90 days.'],
    ['not did page "P" last 1 calendar week', 'Customers who have not viewed the page “P” this week.'],
    [
      'count("Order Completed" where category = "shoes", last 30d) >= 3 and trait.city != "Berlin"',
      'Customers who have done “Order Completed” with category “shoes” at least 3 times in the last 30 days, and whose city is not “Berlin”.',
    ],
    ['count("A") = 0', 'Customers who have not done “A”.'],
    ['count("A") > 1', 'Customers who have done “A” more than one time.'],
    ['3 > count("A")', 'Customers who have done “A” fewer than 3 times.'],
    ['age(last "A") > 1h30m', 'Customers whose last “A” was more than 1 hour 30 minutes ago.'],
    ['age(entered vip) <= 2d', 'Customers who last entered the segment “vip” at most 2 days ago.'],
    ['until(trait.renews_at) < 5d', 'Customers whose renews_at is less than 5 days away.'],
    ['trait.d >= 2026-11-01', 'Customers whose d is at or after 1 November 2026.'],
    ['trait.country in ["DE", "AT"]', 'Customers whose country is “DE” or “AT”.'],
    ['trait.email ends with ".de"', 'Customers whose email ends with “.de”.'],
    ['trait.email is missing', 'Customers whose email is not known.'],
    [
      'seq("A", "B" where x > 1 within 1h, no "C" within 2h on id) last 7d',
      'Customers who have done “A”, then done “B” with x greater than 1 within 1 hour, then not done “C” within 2 hours, with the same id throughout, the last of it in the last 7 days.',
    ],
    [
      'in vip for 14d',
      'Customers for whom it has been true without a break for at least 14 days that they are in the segment “vip”.',
    ],
    ['not trait.n > 3', 'Customers for whom it is not true that their n is more than 3.'],
    [
      'in vip and (trait.n > 3 or in list l)',
      'Customers who are in the segment “vip”, and (either whose n is more than 3 or who are on the list “l”).',
    ],
    [
      'sum(revenue of "A", from 60d to 30d ago) >= 0.5 * trait.budget',
      'Customers whose total revenue of “A” events between 60 days and 30 days ago is at least 0.5 times their budget.',
    ],
    [
      'subscribed(email) and sample(10%, "s")',
      'Customers who are subscribed to email, and who are in a fixed random 10% of all customers (seed “s”).',
    ],
  ])('%s', (text, expected) => {
    expect(toEnglish(parsed(text))).toBe(expected);
  });

  test('a value', () => {
    const { tree } = parseValue('sum(revenue of "A", last 30 calendar days)');
    expect(tree === undefined ? '' : valueToEnglish(tree)).toBe(
      'The customer’s total revenue of “A” events in the last 30 calendar days.',
    );
  });

  test('every tree has a sentence', () => {
    fc.assert(
      fc.property(arbitraryTree(), (tree) => {
        const sentence = toEnglish(tree);
        expect(sentence).toMatch(
          /^(Customers \(*(either )?\(*(who|whose|for whom|either) |Everyone\.$|Nobody\.$)/,
        );
        expect(sentence).not.toMatch(/undefined|\[object|NaN/);
      }),
      { numRuns },
    );
  });
});

/** Text → tree, for every form of the language. */

import { describe, expect, test } from 'vitest';
import {
  parseEventPattern,
  parseLiteral,
  parsePropertyPath,
  parseRule,
  parseValue,
  parseWindow,
  type Parsed,
} from '../../src/rules/parse.ts';
import type { Condition, EventPattern, Literal, Value, Window } from '../../src/rules/tree.ts';

function tree<T>(parsed: Parsed<T>): T | undefined {
  expect(parsed.diagnostics).toEqual([]);
  return parsed.tree;
}

const a: EventPattern = { source: { kind: 'track', name: 'A' } };
const b: EventPattern = { source: { kind: 'track', name: 'B' } };
const did: Condition = { kind: 'did', negated: false, events: a };
const didB: Condition = { kind: 'did', negated: false, events: b };
const vip: Condition = { kind: 'in_segment', segment: 'vip' };
const n = (value: number): Literal => ({ kind: 'number', value });
const s = (value: string): Literal => ({ kind: 'string', value });
const trait = (...path: string[]): Value => ({ kind: 'trait', path });
const property = (...path: string[]): Value => ({ kind: 'property', path });
const equal = (left: Value, right: Value): Condition => ({ kind: 'compare', op: '=', left, right });
const where = (condition: Condition): EventPattern => ({ ...a, where: condition });

describe('literals', () => {
  test.each<[string, Literal]>([
    ['42', n(42)],
    ['0.5', n(0.5)],
    ['-3', n(-3)],
    ['- 3', n(-3)],
    ['-0', n(0)],
    ['1e3', n(1000)],
    ['1.5e-7', n(1.5e-7)],
    ['100000000000000000000', n(1e20)],
    ['"text"', s('text')],
    ['"a \\"b\\" \\n \\u00e9 \\\\"', s('a "b" \n é \\')],
    ['""', s('')],
    ['"# no comment"', s('# no comment')],
    ['true', { kind: 'boolean', value: true }],
    ['false', { kind: 'boolean', value: false }],
    ['2026-11-01', { kind: 'date', text: '2026-11-01' }],
    ['2024-02-29', { kind: 'date', text: '2024-02-29' }],
    ['2026-11-01T10:00:00Z', { kind: 'date', text: '2026-11-01T10:00:00Z' }],
    ['2026-11-01T10:00', { kind: 'date', text: '2026-11-01T10:00' }],
    ['2026-11-01T10:00:00.123+05:30', { kind: 'date', text: '2026-11-01T10:00:00.123+05:30' }],
    ['30s', { kind: 'duration', text: '30s' }],
    ['500ms', { kind: 'duration', text: '500ms' }],
    ['1h30m', { kind: 'duration', text: '1h30m' }],
    ['1h59m59.999s', { kind: 'duration', text: '1h59m59.999s' }],
    ['1.5h', { kind: 'duration', text: '1.5h' }],
    ['-2w', { kind: 'duration', text: '2w', negative: true }],
  ])('%s', (text, expected) => {
    expect(tree(parseLiteral(text))).toEqual(expected);
  });
});

describe('paths', () => {
  test.each<[string, string[]]>([
    ['revenue', ['revenue']],
    ['products.category', ['products', 'category']],
    ['properties["loyalty tier"]', ['loyalty tier']],
    ['properties["a"].b["c d"]', ['a', 'b', 'c d']],
    ['properties.revenue', ['revenue']],
    ['properties', ['properties']],
    ['last', ['last']],
    ['of', ['of']],
  ])('%s', (text, expected) => {
    expect(tree(parsePropertyPath(text))).toEqual(expected);
  });
});

describe('windows', () => {
  test.each<[string, Window]>([
    ['last 30d', { kind: 'last', duration: '30d' }],
    ['from 60d to 30d ago', { kind: 'ago', from: '60d', to: '30d' }],
    ['last 30 calendar days', { kind: 'calendar', n: 30, unit: 'day' }],
    ['last 1 calendar day', { kind: 'calendar', n: 1, unit: 'day' }],
    ['last 2 calendar weeks', { kind: 'calendar', n: 2, unit: 'week' }],
    ['last 1 calendar month', { kind: 'calendar', n: 1, unit: 'month' }],
    ['last 4 calendar quarters', { kind: 'calendar', n: 4, unit: 'quarter' }],
    ['last 1 calendar years', { kind: 'calendar', n: 1, unit: 'year' }],
    ['since 2026-01-01', { kind: 'since', from: { kind: 'date', text: '2026-01-01' } }],
    ['before 2026-01-01T00:00:00Z', { kind: 'before', to: { kind: 'date', text: '2026-01-01T00:00:00Z' } }],
    [
      'from 2026-01-01 to 2026-02-01',
      {
        kind: 'between',
        from: { kind: 'date', text: '2026-01-01' },
        to: { kind: 'date', text: '2026-02-01' },
      },
    ],
    ['after last "A"', { kind: 'after_last', events: a }],
    ['after last "A" where x = 1', { kind: 'after_last', events: where(equal(property('x'), n(1))) }],
  ])('%s', (text, expected) => {
    expect(tree(parseWindow(text))).toEqual(expected);
  });
});

describe('event patterns', () => {
  const shoes = equal(property('category'), s('shoes'));
  test.each<[string, EventPattern]>([
    ['"A"', a],
    ['page "Pricing"', { source: { kind: 'page', name: 'Pricing' } }],
    ['screen "Home"', { source: { kind: 'screen', name: 'Home' } }],
    ['event starts with "Email "', { source: { kind: 'prefix', prefix: 'Email ' } }],
    ['any event', { source: { kind: 'any' } }],
    ['"A" where category = "shoes"', where(shoes)],
    [
      '"A" where category = "shoes" and price > 100 or not x exists',
      where({
        kind: 'or',
        items: [
          {
            kind: 'and',
            items: [shoes, { kind: 'compare', op: '>', left: property('price'), right: n(100) }],
          },
          { kind: 'not', item: { kind: 'presence', value: property('x'), present: true } },
        ],
      }),
    ],
    [
      '"A" where products.category contains "x"',
      where({ kind: 'text', op: 'contains', value: property('products', 'category'), text: 'x' }),
    ],
    ['"A" where last = first', where(equal(property('last'), property('first')))],
    ['"A" where not = 1', where(equal(property('not'), n(1)))],
    ['"A" where in.x = 1', where(equal(property('in', 'x'), n(1)))],
    [
      '"A" where from = to and count = within',
      where({
        kind: 'and',
        items: [equal(property('from'), property('to')), equal(property('count'), property('within'))],
      }),
    ],
    [
      '"A" where coalesce(x, y) = 1',
      where(equal({ kind: 'coalesce', values: [property('x'), property('y')] }, n(1))),
    ],
    ['"A" where flag = true', where(equal(property('flag'), { kind: 'boolean', value: true }))],
    ['"A" where true', where({ kind: 'literal', value: true })],
    ['"A" where properties["not"] = 1', where(equal(property('not'), n(1)))],
  ])('%s', (text, expected) => {
    expect(tree(parseEventPattern(text))).toEqual(expected);
  });
});

describe('values', () => {
  test.each<[string, Value]>([
    ['trait.city', trait('city')],
    ['trait.address.city', trait('address', 'city')],
    ['trait["loyalty tier"]', trait('loyalty tier')],
    ['trait.a["b c"].d', trait('a', 'b c', 'd')],
    ['count("A")', { kind: 'count', events: a }],
    ['count("A", last 7d)', { kind: 'count', events: a, window: { kind: 'last', duration: '7d' } }],
    ['sum(revenue of "A")', { kind: 'aggregate', fn: 'sum', property: ['revenue'], events: a }],
    ['avg(x.y of "A")', { kind: 'aggregate', fn: 'avg', property: ['x', 'y'], events: a }],
    ['min(of of "A")', { kind: 'aggregate', fn: 'min', property: ['of'], events: a }],
    [
      'max(x of any event)',
      { kind: 'aggregate', fn: 'max', property: ['x'], events: { source: { kind: 'any' } } },
    ],
    ['distinct(x of "A")', { kind: 'aggregate', fn: 'distinct', property: ['x'], events: a }],
    ['top(x of "A")', { kind: 'aggregate', fn: 'top', property: ['x'], events: a }],
    ['first(last of "A")', { kind: 'aggregate', fn: 'first', property: ['last'], events: a }],
    [
      'last(x of page "P", last 1d)',
      {
        kind: 'aggregate',
        fn: 'last',
        property: ['x'],
        events: { source: { kind: 'page', name: 'P' } },
        window: { kind: 'last', duration: '1d' },
      },
    ],
    ['days("A")', { kind: 'days', events: a }],
    ['age(first "A")', { kind: 'age_of_event', which: 'first', events: a }],
    [
      'age(last page "P", last 7d)',
      {
        kind: 'age_of_event',
        which: 'last',
        events: { source: { kind: 'page', name: 'P' } },
        window: { kind: 'last', duration: '7d' },
      },
    ],
    ['age(trait.d)', { kind: 'age', of: trait('d') }],
    [
      'age(first(d of "A"))',
      { kind: 'age', of: { kind: 'aggregate', fn: 'first', property: ['d'], events: a } },
    ],
    ['age(entered vip)', { kind: 'age_in_segment', change: 'entered', segment: 'vip' }],
    ['age(exited vip)', { kind: 'age_in_segment', change: 'exited', segment: 'vip' }],
    ['until(trait.d)', { kind: 'until', of: trait('d') }],
    ['days_until_anniversary(trait.d)', { kind: 'days_until_anniversary', of: trait('d') }],
    ['percentile(trait.n)', { kind: 'percentile', of: trait('n') }],
    ['quintile(count("A"))', { kind: 'quintile', of: { kind: 'count', events: a } }],
    ['rfm(recency)', { kind: 'rfm', part: 'recency' }],
    ['rfm(group, big)', { kind: 'rfm', part: 'group', model: 'big' }],
    ['stage(default)', { kind: 'stage', lifecycle: 'default' }],
    ['score(churn)', { kind: 'score', name: 'churn' }],
    ['coalesce(trait.a, trait.b, 0)', { kind: 'coalesce', values: [trait('a'), trait('b'), n(0)] }],
    [
      '1 + 2 * 3',
      {
        kind: 'arithmetic',
        op: '+',
        left: n(1),
        right: { kind: 'arithmetic', op: '*', left: n(2), right: n(3) },
      },
    ],
    [
      '(1 + 2) * 3',
      {
        kind: 'arithmetic',
        op: '*',
        left: { kind: 'arithmetic', op: '+', left: n(1), right: n(2) },
        right: n(3),
      },
    ],
    [
      '1 - 2 - 3',
      {
        kind: 'arithmetic',
        op: '-',
        left: { kind: 'arithmetic', op: '-', left: n(1), right: n(2) },
        right: n(3),
      },
    ],
    ['4 - -2', { kind: 'arithmetic', op: '-', left: n(4), right: n(-2) }],
    ['4 -2', { kind: 'arithmetic', op: '-', left: n(4), right: n(2) }],
  ])('%s', (text, expected) => {
    expect(tree(parseValue(text))).toEqual(expected);
  });
});

describe('conditions', () => {
  test.each<[string, Condition]>([
    ['true', { kind: 'literal', value: true }],
    ['(false)', { kind: 'literal', value: false }],
    ['did "A"', did],
    [
      'did not "A" last 7d',
      { kind: 'did', negated: true, events: a, window: { kind: 'last', duration: '7d' } },
    ],
    ['did any event', { kind: 'did', negated: false, events: { source: { kind: 'any' } } }],
    ['trait.x = 1', equal(trait('x'), n(1))],
    ['1 != trait.x', { kind: 'compare', op: '!=', left: n(1), right: trait('x') }],
    [
      '(1 + 2) * 3 <= trait.x',
      {
        kind: 'compare',
        op: '<=',
        left: {
          kind: 'arithmetic',
          op: '*',
          left: { kind: 'arithmetic', op: '+', left: n(1), right: n(2) },
          right: n(3),
        },
        right: trait('x'),
      },
    ],
    ['(trait.x) = (true)', equal(trait('x'), { kind: 'boolean', value: true })],
    ['true = trait.x', equal({ kind: 'boolean', value: true }, trait('x'))],
    ['trait.x in [1, -2]', { kind: 'one_of', negated: false, value: trait('x'), values: [n(1), n(-2)] }],
    ['trait.x not in ["a"]', { kind: 'one_of', negated: true, value: trait('x'), values: [s('a')] }],
    ['trait.x contains "a"', { kind: 'text', op: 'contains', value: trait('x'), text: 'a' }],
    ['trait.x starts with "a"', { kind: 'text', op: 'starts_with', value: trait('x'), text: 'a' }],
    ['trait.x ends with "a"', { kind: 'text', op: 'ends_with', value: trait('x'), text: 'a' }],
    ['trait.x matches "^a+$"', { kind: 'text', op: 'matches', value: trait('x'), text: '^a+$' }],
    ['trait.x exists', { kind: 'presence', value: trait('x'), present: true }],
    ['trait.x is missing', { kind: 'presence', value: trait('x'), present: false }],
    ['in vip', vip],
    ['in list vip', { kind: 'in_list', list: 'vip' }],
    ['in segment', { kind: 'in_segment', segment: 'segment' }],
    ['subscribed(email)', { kind: 'subscribed', to: { kind: 'channel', channel: 'email' } }],
    ['subscribed("newsletter")', { kind: 'subscribed', to: { kind: 'topic', topic: 'newsletter' } }],
    ['sample(10%, "seed")', { kind: 'sample', percent: 10, seed: 'seed' }],
    ['sample(0.5 %, "")', { kind: 'sample', percent: 0.5, seed: '' }],
    ['did "A" for 14d', { kind: 'for', item: did, duration: '14d' }],
    [
      'did "A" for 2d for 1d',
      { kind: 'for', item: { kind: 'for', item: did, duration: '2d' }, duration: '1d' },
    ],
    ['not did "A" for 14d', { kind: 'not', item: { kind: 'for', item: did, duration: '14d' } }],
    ['(not did "A") for 14d', { kind: 'for', item: { kind: 'not', item: did }, duration: '14d' }],
    ['did "A" and did "B" or in vip', { kind: 'or', items: [{ kind: 'and', items: [did, didB] }, vip] }],
    ['did "A" and (did "B" or in vip)', { kind: 'and', items: [did, { kind: 'or', items: [didB, vip] }] }],
    ['not did "A" and did "B"', { kind: 'and', items: [{ kind: 'not', item: did }, didB] }],
    ['not not in vip', { kind: 'not', item: { kind: 'not', item: vip } }],
    [
      'did "A" where x = 1 and y = 2',
      {
        kind: 'did',
        negated: false,
        events: where({ kind: 'and', items: [equal(property('x'), n(1)), equal(property('y'), n(2))] }),
      },
    ],
    [
      'did "A" where x = 1 last 7d and did "B"',
      {
        kind: 'and',
        items: [
          {
            kind: 'did',
            negated: false,
            events: where(equal(property('x'), n(1))),
            window: { kind: 'last', duration: '7d' },
          },
          didB,
        ],
      },
    ],
    [
      '(did "A" where x = 1) and did "B"',
      {
        kind: 'and',
        items: [{ kind: 'did', negated: false, events: where(equal(property('x'), n(1))) }, didB],
      },
    ],
    [
      'did "A" where x = 1 for 2d',
      {
        kind: 'for',
        item: { kind: 'did', negated: false, events: where(equal(property('x'), n(1))) },
        duration: '2d',
      },
    ],
  ])('%s', (text, expected) => {
    expect(tree(parseRule(text))).toEqual(expected);
  });
});

describe('sequences', () => {
  test.each<[string, Condition]>([
    ['seq("A")', { kind: 'sequence', steps: [{ events: a }] }],
    ['seq("A", "B")', { kind: 'sequence', steps: [{ events: a }, { events: b }] }],
    [
      'seq("A", "B" within 1h, "A" within 1d on product_id)',
      {
        kind: 'sequence',
        steps: [{ events: a }, { events: b, within: '1h' }, { events: a, within: '1d' }],
        on: ['product_id'],
      },
    ],
    [
      'seq("A", no "B" within 2h)',
      { kind: 'sequence', steps: [{ events: a }], absent: { events: b, within: '2h' } },
    ],
    [
      'seq("A", no "B" within 2h on properties["x y"]) last 7d',
      {
        kind: 'sequence',
        steps: [{ events: a }],
        absent: { events: b, within: '2h' },
        on: ['x y'],
        window: { kind: 'last', duration: '7d' },
      },
    ],
    [
      'seq("A" where x = 1, "B" where within = on within 1h on p)',
      {
        kind: 'sequence',
        steps: [
          { events: where(equal(property('x'), n(1))) },
          { events: { ...b, where: equal(property('within'), property('on')) }, within: '1h' },
        ],
        on: ['p'],
      },
    ],
  ])('%s', (text, expected) => {
    expect(tree(parseRule(text))).toEqual(expected);
  });
});

describe('comments', () => {
  test('belong to the condition that they precede, or behind which they stand on its line', () => {
    const rule = tree(
      parseRule('# who\ndid "A" # bought\nand # really\n# (important)\n(in vip # gold\n)\n# end'),
    );
    expect(rule).toEqual({
      kind: 'and',
      items: [
        { ...did, comments: ['who', 'bought'] },
        { ...vip, comments: ['really', '(important)', 'gold', 'end'] },
      ],
    });
  });

  test('before brackets belong to what is in them', () => {
    expect(tree(parseRule('# both\n(did "A" or in vip) and true'))).toEqual({
      kind: 'and',
      items: [
        { kind: 'or', items: [did, vip], comments: ['both'] },
        { kind: 'literal', value: true },
      ],
    });
  });
});

test('positions lead from nodes to their text', () => {
  const { tree: rule, positions } = parseRule('did "A"\n  and trait.city = "X"');
  expect(rule?.kind).toBe('and');
  const second = rule?.kind === 'and' ? rule.items[1] : undefined;
  expect(second?.kind).toBe('compare');
  if (second?.kind !== 'compare') return;
  expect(positions.get(second)).toEqual({ line: 2, column: 7, length: 16 });
  expect(positions.get(second, 'operator')).toEqual({ line: 2, column: 18, length: 1 });
  expect(positions.get(second.right)).toEqual({ line: 2, column: 20, length: 3 });
});

test('windows of lines and a byte order mark are spaces', () => {
  expect(tree(parseRule('\uFEFFdid "A"\r\n\tand\u00a0in vip'))).toEqual({ kind: 'and', items: [did, vip] });
});

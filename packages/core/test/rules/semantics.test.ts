import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/message.ts';
import {
  arithmetic,
  compareValues,
  compilePattern,
  durationMs,
  elementsOf,
  eventMatches,
  readPath,
  textTest,
  toInstant,
  valueKey,
} from '../../src/rules/semantics.ts';
import type { RuleValue } from '../../src/rules/value.ts';
import { at, ms, utc } from './given.ts';

const single: fc.Arbitrary<RuleValue> = fc.oneof(
  fc.constant(undefined),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('', 'a', '10', '2026-01-01', '2026-01-01T00:00:00Z', '😀'),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }).map(ms),
  fc.integer({ min: -3, max: 3 }).map((t): RuleValue => ({ kind: 'instant', ms: t + at('2026-01-01') })),
  fc.constant<RuleValue>({ kind: 'object', json: { a: 1 } }),
);
const value: fc.Arbitrary<RuleValue> = fc.oneof(
  single,
  fc
    .array(
      single.filter((one) => one !== undefined),
      { minLength: 1, maxLength: 3 },
    )
    .map((elements): RuleValue => ({ kind: 'list', elements })),
);

describe('comparisons', () => {
  test('are two-valued: != is the negation of =, and >= and < never both hold of single values', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(compareValues('!=', a, b, utc)).toBe(!compareValues('=', a, b, utc));
      }),
    );
    fc.assert(
      fc.property(single, single, (a, b) => {
        const [lt, eq, gt] = (['<', '=', '>'] as const).map((op) => compareValues(op, a, b, utc));
        expect([lt, eq, gt].filter((x) => x === true).length).toBeLessThanOrEqual(1);
        expect(compareValues('<=', a, b, utc)).toBe(lt === true || eq === true);
        expect(compareValues('>=', a, b, utc)).toBe(gt === true || eq === true);
        expect(compareValues('<', b, a, utc)).toBe(gt);
      }),
    );
  });

  test('a missing value compares with nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('=', '<', '<=', '>', '>='), value, (op, v) => {
        expect(compareValues(op, undefined, v, utc)).toBe(false);
        expect(compareValues(op, v, undefined, utc)).toBe(false);
      }),
    );
  });

  test('a list is as its elements: any is enough', () => {
    fc.assert(
      fc.property(fc.constantFrom('=', '<', '<=', '>', '>='), value, single, (op, list, one) => {
        const any = elementsOf(list).some((element) => compareValues(op, element, one, utc));
        expect(compareValues(op, list, one, utc)).toBe(any);
      }),
    );
  });
});

describe('reading a path', () => {
  const json: JsonObject = {
    a: { b: 1, n: null, e: '', l: [] },
    list: [{ p: 1 }, { p: [2, 3] }, { q: 9 }, 5, null],
    deep: [[{ p: 1 }], [{ p: 2 }]],
    ended: ['x', null, '', ['y']],
    inf: 1e999,
  };
  test.each([
    [['a', 'b'], 1],
    [['a', 'n'], undefined],
    [['a', 'e'], undefined],
    [['a', 'l'], undefined],
    [['a'], { kind: 'object', json: json['a'] }],
    [['a', 'b', 'c'], undefined],
    [['nothing'], undefined],
    [['constructor'], undefined],
    [['__proto__', 'x'], undefined],
    [['ended', 'length'], undefined],
    [['list', 'p'], { kind: 'list', elements: [1, { kind: 'list', elements: [2, 3] }], crossed: true }],
    [['deep', 'p'], { kind: 'list', elements: [1, 2], crossed: true }],
    [['ended'], { kind: 'list', elements: ['x', { kind: 'list', elements: ['y'] }] }],
    [['inf'], undefined],
  ] as const)('%j', (path, expected) => {
    expect(readPath(json, path)).toEqual(expected);
  });

  test('an own property called __proto__ is one like any other', () => {
    expect(readPath(JSON.parse('{"__proto__":{"x":1}}') as JsonObject, ['__proto__', 'x'])).toBe(1);
  });
});

describe('keys of values', () => {
  test('are equal exactly for equal values', () => {
    fc.assert(
      fc.property(single, single, (a, b) => {
        if (a === undefined || b === undefined) return;
        const same = JSON.stringify(a) === JSON.stringify(b) || (a === 0 && b === 0);
        expect(valueKey(a) === valueKey(b)).toBe(same);
      }),
    );
  });

  test('of objects do not depend on the order of their properties', () => {
    const key = (json: JsonObject): string => valueKey({ kind: 'object', json });
    expect(key({ a: 1, b: [{ c: 1, d: 2 }] })).toBe(key({ b: [{ d: 2, c: 1 }], a: 1 }));
    expect(key({ a: 1 })).not.toBe(key({ a: '1' }));
  });
});

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['15m', 900_000],
  ['2h', 7_200_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['1h30m', 5_400_000],
  ['1.5h', 5_400_000],
  ['59m59.999s', 3_599_999],
])('%s is %i ms', (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});

test.each([
  ['2026-01-01', at('2026-01-01')],
  [1_767_225_600, at('2026-01-01')],
  [1_767_225_600_000, at('2026-01-01')],
  [1_767_225_600.5, at('2026-01-01T00:00:00.500Z')],
  [99_999_999_999, 99_999_999_999_000],
  [100_000_000_000, 100_000_000_000],
  [-99_999_999_999, undefined],
  [-1, -1000],
  [1e300, undefined],
  ['soon', undefined],
  [true, undefined],
  [undefined, undefined],
] as const)('%s read as a date', (date, expected) => {
  expect(toInstant(date, utc)).toBe(expected);
});

describe('arithmetic', () => {
  const [d, i] = [ms(1000), { kind: 'instant', ms: at('2026-01-01') } as const];
  test.each([
    ['+', 1, 'x', undefined],
    ['+', 1, undefined, undefined],
    ['*', 1e300, 1e300, undefined],
    ['/', 0, 0, undefined],
    ['-', 1, 1e-9, 0.999999999],
    ['*', d, d, undefined],
    ['/', 1, d, undefined],
    ['*', 2, d, ms(2000)],
    ['/', d, ms(0), undefined],
    ['/', d, 0, undefined],
    ['-', d, '2026-01-01', undefined],
    ['+', d, '2026-01-01', { kind: 'instant', ms: at('2026-01-01') + 1000 }],
    ['-', '2026-01-01', d, { kind: 'instant', ms: at('2026-01-01') - 1000 }],
    ['-', i, '2025-12-31', ms(86_400_000)],
    ['-', '2026-01-02', i, ms(86_400_000)],
    ['-', '2026-01-02', '2026-01-01', undefined],
    ['+', i, i, undefined],
    ['*', i, 2, undefined],
    ['+', i, ms(1e15), undefined],
    ['+', true, 1, undefined],
    ['+', true, d, undefined],
  ] as const)('%s of %j and %j', (op, left, right, expected) => {
    expect(arithmetic(op, left, right, utc)).toEqual(expected);
  });
});

describe('patterns', () => {
  test.each([
    ['b+c', 'abbcd', true],
    ['^b', 'ab', false],
    ['(?i)PUNE', 'in Pune', true],
    ['\\d{3}', 'a12b', false],
    ['.', '', false],
  ])('%s in “%s”', (pattern, text, expected) => {
    expect(textTest('matches', text === '' ? undefined : text, pattern)).toBe(expected);
  });

  test('that are none match nothing', () => {
    expect(compilePattern('(')).toBeUndefined();
    expect(textTest('matches', '(', '(')).toBe(false);
  });

  test('take time in proportion to the text', () => {
    expect(textTest('matches', 'a'.repeat(50_000), '(a*)*b')).toBe(false);
  });
});

test('any event is a track, a page or a screen, a prefix a track', () => {
  const kinds = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const;
  expect(kinds.filter((kind) => eventMatches({ kind: 'any' }, kind, 'x'))).toEqual([
    'track',
    'page',
    'screen',
  ]);
  expect(kinds.filter((kind) => eventMatches({ kind: 'prefix', prefix: 'x' }, kind, 'xy'))).toEqual([
    'track',
  ]);
  expect(kinds.filter((kind) => eventMatches({ kind: 'page', name: 'x' }, kind, 'x'))).toEqual(['page']);
});

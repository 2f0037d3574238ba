/** The checker: what is refused, what is only doubted, and where. */

import { arbitraryRule, arbitraryValue } from '@segue/testkit/arbitrary-rule.ts';
import { arbitraryTree } from '@segue/testkit/arbitrary-tree.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDefinitions } from '../../src/model/parse-definitions.ts';
import { checkRule, checkValue, type Environment } from '../../src/rules/check.ts';
import { parseRule } from '../../src/rules/parse.ts';
import type { Condition } from '../../src/rules/tree.ts';

const { definitions } = parseDefinitions({
  segments: { vip: 'true', gold: 'true' },
  lifecycles: { lc: { stages: [{ active: 'true' }, { visitor: null }] } },
  rfm: { default: { purchase: '"A"', value: 'v' }, big: { purchase: '"A"', value: 'v' } },
});
const environment: Environment = { definitions, scores: new Set(['churn']) };

function complaints(text: string): string[] {
  const { tree, diagnostics, positions } = parseRule(text);
  expect(diagnostics).toEqual([]);
  if (tree === undefined) return [];
  return checkRule(tree, environment, positions).map(({ severity, line, column, length, code, nearest }) => {
    const meant = nearest === undefined ? '' : ` → ${nearest}`;
    return `${severity === 'warning' ? 'warning ' : ''}${String(line)}:${String(column)}+${String(length)} ${code}${meant}`;
  });
}

describe('makes sense', () => {
  test.each([
    'trait.d + 5d > 2026-01-01',
    'trait.d - 2026-01-01 > 5d',
    '2026-02-01 - 2026-01-01 > age(last "A")',
    'trait.d > 2026-01-01 - 30d',
    '5d + trait.d > 2026-01-01',
    'age(last "A") / 1d > 2.5',
    'age(last "A") * 2 > 1d + 12h',
    '0.5 * (age(first "A") - age(last "A")) > 1h',
    'count("A") / 2 >= trait.n',
    'percentile(age(last "A") / 1d) > 3',
    'quintile(trait.n) = 5',
    'min(ts of "A") > 2026-01-01',
    'age(max(ts of "A")) > 1d',
    'age("2026-01-01") > 1d',
    'age(2026-01-01 + 5d) > 1d',
    'until(coalesce(trait.d, 2026-01-01)) < -5d',
    'days_until_anniversary(trait.b) <= 7',
    'trait.x = "2026"',
    'trait.x = true or true = trait.x',
    'trait.x in [2026-01-01, 2026-01-02]',
    'age(last "A") in [1d, 2d]',
    'trait.tags contains "a" and last(x of "A") starts with "b"',
    'stage(lc) = "active" and stage(lc) in ["visitor"]',
    'rfm(group) != "champions" and rfm(recency, big) >= 4',
    'in vip and in list anything and age(entered gold) > 1d',
    'score(churn) > 0.5',
    'did "A" where x * 2 > y + 1 and coalesce(s, "x") matches "^a"',
    'did "A" where d > 2026-01-01 - 5d',
    'did "A" from 2026-01-01 to 2026-01-01T00:00:00Z',
    'stage(lc) contains "act"',
  ])('%s', (text) => {
    expect(complaints(text)).toEqual([]);
  });
});

describe('is refused or doubted', () => {
  test.each<[string, ...string[]]>([
    // Names
    ['in vp', '1:4+2 rule/unknown-name → vip'],
    ['in vip and\n  in glod', '2:6+4 rule/unknown-name → gold'],
    ['in nothing_like_it', '1:4+15 rule/unknown-name'],
    ['age(entered vi) > 1d', '1:13+2 rule/unknown-name → vip'],
    ['stage(lx) = "a"', '1:7+2 rule/unknown-name → lc'],
    ['stage(lc) = "activ"', '1:13+7 rule/unknown-name → active'],
    ['"visitr" != stage(lc)', '1:1+8 rule/unknown-name → visitor'],
    ['stage(lc) in ["active", "vistor"]', '1:25+8 rule/unknown-name → visitor'],
    ['rfm(group) = "champion"', '1:14+10 rule/unknown-name → champions'],
    ['rfm(recency, bog) > 1', '1:14+3 rule/unknown-name → big'],
    ['score(chrun) > 1', '1:7+5 rule/unknown-name → churn'],
    // Types and units
    ['trait.x > 5d', '1:9+1 rule/type'],
    ['count("A") > 5d', '1:12+1 rule/type'],
    ['count("A") > "3"', '1:12+1 rule/type'],
    ['count("A") = true', '1:12+1 rule/type'],
    ['age(last "A") > 30', '1:15+1 rule/type'],
    ['until(trait.d) < 2026-01-01', '1:16+1 rule/type'],
    ['days_until_anniversary(trait.b) <= 7d', '1:33+2 rule/type'],
    ['stage(lc) = 3', '1:11+1 rule/type'],
    ['5d = 5', '1:4+1 rule/type'],
    ['5d + 3 > 2d', '1:4+1 rule/type'],
    ['5d - trait.n > 2d', '1:4+1 rule/type'],
    ['2026-01-01 + 2026-01-02 > 2026-01-01', '1:12+1 rule/type'],
    ['1 / 5d > 2', '1:3+1 rule/type'],
    ['5d * 5d > 2d', '1:4+1 rule/type'],
    ['"a" + "b" = "ab"', '1:5+1 rule/type'],
    ['count("A") contains "x"', '1:1+10 rule/type'],
    ['count("A") in ["a"]', '1:1+19 rule/type'],
    ['trait.x in [1, "a"]', '1:16+3 rule/mixed-list'],
    ['percentile(age(last "A")) > 3', '1:12+13 rule/type'],
    ['quintile("x") > 2', '1:10+3 rule/type'],
    ['age("soon") > 3d', '1:5+6 rule/type → last "soon"'],
    ['age(5) > 3d', '1:5+1 rule/type'],
    ['age(count("A")) > 2d', '1:5+10 rule/type'],
    ['age(age(last "A")) > 2d', '1:5+13 rule/type'],
    ['until(true) > 2d', '1:7+4 rule/type'],
    ['days_until_anniversary("x") = 1', '1:24+3 rule/type'],
    ['did "A" where x > 5d', '1:17+1 rule/type'],
    ['age(last "A") * age(first "A") > 3d', '1:15+1 rule/time-product'],
    ['1 / age(last "A") > 2', '1:3+1 rule/time-product'],
    ['age(last "A") / (until(trait.d) + 1d) > 2', '1:15+1 rule/time-product'],
    // Windows, durations, percentages, patterns
    ['did "A" from 2026-02-01 to 2026-01-01', '1:9+29 rule/window'],
    ['did "A" from 2026-02-01 to 2026-02-01', '1:9+29 rule/window'],
    ['did "A" from 2026-02-01 to 2026-01-30T00:00:00Z', '1:9+39 rule/window'],
    ['did "A" from 7d to 14d ago', '1:9+18 rule/window'],
    ['did "A" from 7d to 1w ago', '1:9+17 rule/window'],
    ['did "A" from 7d to 0d ago', '1:9+17 rule/duration'],
    ['did "A" last 0d', '1:9+7 rule/duration'],
    ['in vip for 0s', '1:12+2 rule/duration'],
    ['seq("A", "B" within 0h)', '1:21+2 rule/duration'],
    ['seq("A", no "B" within 0h)', '1:24+2 rule/duration'],
    ['sample(150%, "x")', '1:8+3 rule/percent'],
    ['sample(-1%, "x")', '1:8+2 rule/percent'],
    ['trait.x matches "(a"', '1:17+4 rule/pattern'],
    ['trait.x matches "a(?=b)"', '1:17+8 rule/pattern'],
    ['did "A" where s matches "\\\\1"', '1:25+5 rule/pattern'],
    // Never or always
    ['"10" > 9', 'warning 1:6+1 rule/never-holds'],
    ['"a" != 1', 'warning 1:5+2 rule/never-holds'],
    ['2026-01-01 = "soon"', 'warning 1:12+1 rule/never-holds'],
    ['count("A") exists', 'warning 1:1+17 rule/always-holds'],
    ['sum(x of "A") is missing', 'warning 1:1+24 rule/never-holds'],
    // Several at once
    [
      'in vp and count("A", last 0d) > 5d',
      '1:4+2 rule/unknown-name → vip',
      '1:22+7 rule/duration',
      '1:31+1 rule/type',
    ],
  ])('%s', (text, ...expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

describe('trees that no text has', () => {
  const n = { kind: 'number', value: 1 } as const;
  const property = { kind: 'property', path: ['x'] } as const;
  const any = { source: { kind: 'any' } } as const;
  test.each<[string, Condition, string]>([
    [
      'a property outside where',
      { kind: 'compare', op: '=', left: property, right: n },
      'rule/property-outside-where',
    ],
    [
      'a trait inside where',
      {
        kind: 'did',
        negated: false,
        events: { ...any, where: { kind: 'presence', value: { kind: 'trait', path: ['x'] }, present: true } },
      },
      'rule/trait-in-where',
    ],
    [
      'a count inside where',
      {
        kind: 'did',
        negated: false,
        events: {
          ...any,
          where: { kind: 'compare', op: '=', left: { kind: 'count', events: any }, right: n },
        },
      },
      'rule/not-in-where',
    ],
    [
      'did inside where',
      {
        kind: 'did',
        negated: false,
        events: { ...any, where: { kind: 'did', negated: false, events: any } },
      },
      'rule/not-in-where',
    ],
    ['an empty path', { kind: 'presence', value: { kind: 'trait', path: [] }, present: true }, 'rule/path'],
    [
      'an empty name',
      { kind: 'did', negated: false, events: { source: { kind: 'track', name: '' } } },
      'rule/event-name',
    ],
    ['an empty list', { kind: 'one_of', negated: false, value: n, values: [] }, 'rule/empty-list'],
    ['no steps', { kind: 'sequence', steps: [] }, 'rule/sequence'],
    [
      'within on the first step',
      { kind: 'sequence', steps: [{ events: any, within: '1d' }] },
      'rule/sequence',
    ],
    [
      'a broken duration',
      { kind: 'for', item: { kind: 'literal', value: true }, duration: 'soon' },
      'rule/duration',
    ],
    [
      'a broken date',
      {
        kind: 'compare',
        op: '=',
        left: { kind: 'date', text: '2026-02-30' },
        right: { kind: 'trait', path: ['x'] },
      },
      'rule/date',
    ],
    [
      'a broken calendar window',
      { kind: 'did', negated: false, events: any, window: { kind: 'calendar', n: 0, unit: 'day' } },
      'rule/window',
    ],
  ])('%s', (_, tree, code) => {
    expect(checkRule(tree, environment).map((diagnostic) => diagnostic.code)).toEqual([code]);
  });

  test('too deep', () => {
    let tree: Condition = { kind: 'literal', value: true };
    for (let level = 0; level < 50_000; level += 1) tree = { kind: 'not', item: tree };
    expect(checkRule(tree, environment).map(({ code }) => code)).toEqual(['rule/too-deep']);
  });
});

test('random rules that are meant to be right are', () => {
  const pools = {
    segments: ['vip'],
    lists: ['l'],
    lifecycles: { lc: ['active', 'visitor'] },
    rfm: ['default', 'big'],
    scores: ['churn'],
  };
  const errors = (diagnostics: ReturnType<typeof checkRule>): unknown =>
    diagnostics.filter(({ severity }) => severity === 'error');
  fc.assert(
    fc.property(arbitraryRule(pools), arbitraryValue(pools), (rule, value) => {
      expect(errors(checkRule(rule, environment))).toEqual([]);
      expect(errors(checkValue(value, environment))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('any tree at all is survived, and complaints say what was expected', () => {
  fc.assert(
    fc.property(arbitraryTree(), (tree) => {
      for (const { message, expected } of checkRule(tree, environment)) {
        expect(message).toMatch(/[.?]$/);
        expect(expected).not.toBe('');
      }
    }),
    { numRuns: 2000 },
  );
});

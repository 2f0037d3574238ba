/** What is wrong, where, and what was meant: every error a person can make on the way to a tree. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ruleCharactersMax } from '../../src/base/limits.ts';
import {
  parseEventPattern,
  parseLiteral,
  parseRule,
  parseValue,
  parseWindow,
} from '../../src/rules/parse.ts';

/** Each diagnostic as `line:column+length code`, and `→ nearest` where there is one. */
function complaints(text: string): string[] {
  const { tree, diagnostics } = parseRule(text);
  expect(tree).toBeUndefined();
  return diagnostics.map(({ line, column, length, code, nearest }) => {
    const meant = nearest === undefined ? '' : ` → ${nearest}`;
    return `${String(line)}:${String(column)}+${String(length)} ${code}${meant}`;
  });
}

describe('each mistake has its place and remedy', () => {
  test.each<[string, ...string[]]>([
    ['', '1:1+1 rule/empty'],
    ['  # only a comment', '1:19+1 rule/empty'],
    // Text
    ["did 'A'", '1:5+3 rule/quotes'],
    ['did “A”', '1:5+3 rule/quotes'],
    ['trait.x = Berlin', '1:11+6 rule/property-outside-where'],
    ['trait.x in [Berlin]', '1:13+6 rule/quotes → "Berlin"'],
    ['trait.x = "abc', '1:11+4 rule/string'],
    ['trait.x = "a\\qb"', '1:13+2 rule/string'],
    ['trait.x = "a\tb"', '1:13+2 rule/string'],
    ['did Order Completed last 7d', '1:5+5 rule/event-name → "Order Completed"'],
    ['did page Pricing', '1:5+4 rule/event-name → page "Pricing"'],
    ['did ""', '1:5+2 rule/event-name'],
    // Operators of other languages
    ['trait.x == 1', '1:9+2 rule/operator → ='],
    ['trait.x <> 1', '1:9+2 rule/operator → !='],
    ['trait.x => 1', '1:9+2 rule/operator → >='],
    ['trait.x ≥ 1', '1:9+1 rule/operator → >='],
    ['in vip && in gold', '1:8+2 rule/operator → and'],
    ['!(in vip)', '1:1+1 rule/operator'],
    ['did "A" AND NOT in vip', '1:9+3 rule/case → and', '1:13+3 rule/case → not'],
    ['COUNT("A") > 1', '1:1+5 rule/case → count'],
    ['trait.x is null', '1:9+2 rule/operator → is missing'],
    ['trait.x is not missing', '1:9+2 rule/operator → exists'],
    ['trait.x = null', '1:11+4 rule/operator → is missing'],
    ['trait.x != null', '1:12+4 rule/operator → exists'],
    ['trait.x like "a"', '1:9+4 rule/operator → contains'],
    ['trait.x between 1', '1:9+7 rule/operator → >='],
    ['trait.x not contains "a"', '1:9+3 rule/operator → not'],
    ['1 < trait.x < 3', '1:13+1 rule/operator'],
    // Numbers, durations, dates
    ['trait.x > 007', '1:11+3 rule/number'],
    ['trait.x > .5', '1:11+1 rule/number'],
    ['trait.x > 1e999', '1:11+5 rule/number'],
    ['trait.x = 12345678901234567', '1:11+17 rule/number'],
    ['age(last "A") > 30days', '1:17+6 rule/duration → 30d'],
    ['age(last "A") > 5min', '1:17+4 rule/duration → 5m'],
    ['age(last "A") > 2y', '1:17+2 rule/duration → 730d'],
    ['age(last "A") > 3x', '1:17+2 rule/duration'],
    ['age(last "A") > 1m1h', '1:17+4 rule/duration'],
    ['age(last "A") > 0.5ms', '1:17+5 rule/duration'],
    ['age(last "A") > 99999999999w', '1:17+12 rule/duration'],
    ['trait.d > 2026-02-30', '1:11+10 rule/date'],
    ['trait.d > 2025-02-29', '1:11+10 rule/date'],
    ['trait.d > 2026-13-01', '1:11+10 rule/date'],
    ['trait.d > 2026-1-5', '1:11+8 rule/date'],
    ['trait.d > 2026-01-01T25:00:00Z', '1:11+20 rule/date'],
    ['trait.d > 0000-01-01', '1:11+10 rule/date'],
    // Windows
    ['did "A" last 30 days', '1:14+2 rule/window → last 30d'],
    ['did "A" last 2 months', '1:14+1 rule/window → last 60d'],
    ['did "A" last 30', '1:14+2 rule/window → last 30d'],
    ['did "A" last month', '1:14+5 rule/window → last 1 calendar month'],
    ['did "A" last 0 calendar days', '1:14+1 rule/window'],
    ['did "A" last 1.5 calendar days', '1:14+3 rule/window'],
    ['did "A" within 7d', '1:9+6 rule/window → last 7d'],
    ['did "A" 7d', '1:9+2 rule/window → last 7d'],
    ['did "A" in last 7d', '1:9+2 rule/window'],
    ['did "A", last 7d', '1:8+1 rule/window'],
    ['did "A" last -5d', '1:14+1 rule/duration'],
    ['did "A" from 60d to 30d', '1:24+1 rule/unexpected'],
    ['did "A" from 60d to 2026-01-01', '1:21+10 rule/unexpected'],
    ['did "A" since "2026-01-01"', '1:15+12 rule/date'],
    ['did "A" after "B"', '1:15+3 rule/unexpected'],
    ['count("A" last 7d) > 3', '1:11+4 rule/window'],
    ['count("A") last 7d > 3', '1:12+4 rule/window-misplaced'],
    ['in vip last 7d', '1:8+4 rule/window-misplaced'],
    ['age(trait.d, last 7d) > 3d', '1:14+4 rule/window-misplaced'],
    ['seq("A" last 7d, "B")', '1:9+4 rule/window-misplaced'],
    // What may stand where
    ['category = "x"', '1:1+8 rule/property-outside-where'],
    ['did "A" where x = 1 and trait.y = 2', '1:25+5 rule/trait-in-where'],
    ['did "A" where x = 1 and did "B"', '1:25+3 rule/not-in-where'],
    ['did "A" where x = 1 and in vip', '1:25+2 rule/not-in-where'],
    ['did "A" where x = 1 and count("B") > 2', '1:25+5 rule/not-in-where'],
    ['did "A" where (x = 1 for 2d)', '1:22+3 rule/not-in-where'],
    ['did "A" where', '1:14+1 rule/unexpected'],
    ['did "A" with x = 1', '1:9+4 rule/unexpected → where'],
    ['count("A", where x = 1) > 2', '1:12+5 rule/unexpected'],
    ['trait.x > 1 where x = 1', '1:13+5 rule/unexpected'],
    // Sequences
    ['seq("A", no "B" within 2h, "C")', '1:28+3 rule/sequence'],
    ['seq(no "B" within 2h)', '1:5+2 rule/sequence'],
    ['seq("A", no "B")', '1:16+1 rule/sequence'],
    ['seq("A" within 1h, "B")', '1:9+6 rule/sequence'],
    ['seq("A" on x, "B")', '1:15+3 rule/sequence'],
    // Functions
    ['cuont("A") > 1', '1:1+5 rule/unknown-function → count'],
    ['average(x of "A") > 1', '1:1+7 rule/unknown-function → avg'],
    ['frobnicate("A") > 1', '1:1+10 rule/unknown-function'],
    ['sum("A") > 3', '1:5+3 rule/unexpected'],
    ['sum(x, last 7d) > 3', '1:6+1 rule/unexpected'],
    ['rfm(recent) > 3', '1:5+6 rule/unexpected → recency'],
    ['stage("x") = "a"', '1:7+3 rule/unexpected'],
    ['sample(10, "x")', '1:10+1 rule/unexpected'],
    ['sample(10%)', '1:11+1 rule/unexpected'],
    ['count = 3', '1:1+5 rule/unexpected'],
    ['traits.x = 1', '1:1+6 rule/property-outside-where → trait'],
    ['trait = 1', '1:7+1 rule/unexpected'],
    ['trait.2fa = 1', '1:7+3 rule/duration'],
    // Conditions and values
    ['"A"', '1:4+1 rule/expected-condition'],
    ['count("A")', '1:11+1 rule/expected-condition'],
    ['trait.x and in vip', '1:9+3 rule/expected-condition'],
    ['(in vip) + 1 = 2', '1:1+1 rule/expected-value'],
    ['1 + did "A" = 2', '1:5+3 rule/expected-value'],
    ['trait.x = - trait.y', '1:11+1 rule/unexpected'],
    ['trait.x in vip', '1:12+3 rule/unexpected'],
    ['trait.x in []', '1:13+1 rule/unexpected'],
    ['trait.x in ["a" "b"]', '1:17+3 rule/bracket'],
    ['did "A" 3', '1:9+1 rule/unexpected'],
    // Brackets and what is left over
    ['(in vip', '1:8+1 rule/bracket'],
    ['in vip)', '1:7+1 rule/bracket'],
    ['count("A" > 3', '1:11+1 rule/bracket'],
    ['did "A", did "B"', '1:8+1 rule/unexpected'],
    ['in vip in gold', '1:8+2 rule/unexpected'],
    ['did "A" and', '1:12+1 rule/unexpected'],
    ['and did "A"', '1:1+3 rule/property-outside-where'],
    ['in', '1:3+1 rule/unexpected'],
    ['in segment vip', '1:4+7 rule/unexpected'],
    ['@@@ in vip', '1:1+3 rule/character'],
    ['trait.größe = 1', '1:7+5 rule/character'],
    ['trait[""] = 1', '1:7+2 rule/unexpected'],
  ])('%s', (text, ...expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});

test('one run tells several mistakes, in order of their place', () => {
  const text = 'did "A" last 30 days\nand (trait.x == 1 or count("B" last 7d) > )\nand Foo = 2 AND in vip';
  expect(complaints(text)).toEqual([
    '1:14+2 rule/window → last 30d',
    '2:14+2 rule/operator → =',
    '2:32+4 rule/window',
    '2:43+1 rule/unexpected',
    '3:5+3 rule/property-outside-where',
    '3:13+3 rule/case → and',
  ]);
});

test('messages say what to do', () => {
  const message = (text: string): string | undefined => parseRule(text).diagnostics[0]?.message;
  expect(message('did "A" last 30 days')).toBe(
    'A number in a window needs a unit: write last 30d or last 30 calendar days.',
  );
  expect(message('did "A" where x = 1 and did "B"')).toContain('put brackets around this one');
  expect(message('trait.d > 2026-02-30')).toBe('2026-02-30 is not a date: 2026-02 has the days 01 to 28.');
  expect(message('"Order Completed"')).toContain('write did "Order Completed"');
});

describe('whatever the text, the parser ends and explains itself', () => {
  const tokens = fc.constantFrom(
    ...'did not "A" where x = 1 and or ( ) [ ] , . seq no within on last from to ago since before after 7d 30 2026-01-01 2026-99-99 trait page any event count( sum( of age( in list % - + * / <= == \' “ " # \n true for 14d coalesce( properties["a b"] sample( é 😀 \u0000 \ud800'.split(
      ' ',
    ),
  );
  const soup = fc.array(tokens, { maxLength: 60 }).map((words) => words.join(' '));
  const glued = fc.array(tokens, { maxLength: 30 }).map((words) => words.join(''));

  test.each([
    ['words in any order', soup],
    ['words without spaces', glued],
    ['any characters', fc.string({ unit: 'binary', maxLength: 200 })],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of [parseRule, parseValue, parseEventPattern, parseWindow, parseLiteral]) {
          const { tree, diagnostics } = parse(text);
          expect(tree === undefined).toBe(diagnostics.length > 0);
          for (const { line, column, length, message } of diagnostics) {
            expect(line).toBeGreaterThan(0);
            expect(column).toBeGreaterThan(0);
            expect(length).toBeGreaterThan(0);
            expect(message).toMatch(/[.!?]$/);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['brackets', '('.repeat(50_000)],
    ['closed brackets', `${'('.repeat(30_000)}true${')'.repeat(30_000)}`],
    ['square brackets', '['.repeat(90_000)],
    ['not', 'not '.repeat(20_000)],
    ['for', `in vip${' for 1d'.repeat(10_000)}`],
    ['sums', `trait.x > 1${' + 1'.repeat(20_000)}`],
    ['functions', 'percentile('.repeat(9_000)],
    ['functions of events', 'count("A", after last '.repeat(4_000)],
    ['where', 'did "A" where ('.repeat(6_000)],
    ['sequences', 'seq('.repeat(20_000)],
    ['commas', ','.repeat(90_000)],
    ['quotes', "'".repeat(90_000)],
    ['digits', '9'.repeat(90_000)],
    ['backslashes', `did "${'\\'.repeat(90_000)}`],
  ])('%s without end', (_, text) => {
    const started = performance.now();
    const { tree, diagnostics } = parseRule(text);
    expect(tree).toBeUndefined();
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(diagnostics.length).toBeLessThanOrEqual(50);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a text above the limit is refused as a whole', () => {
    expect(complaints(`true${' '.repeat(ruleCharactersMax)}`)).toEqual(['1:1+undefined rule/too-long']);
  });

  test('a list as long as the limit is read, one longer is not', () => {
    const list = (count: number): string => `trait.x in [${'1,'.repeat(count - 1)}1]`;
    expect(parseRule(list(10_000)).diagnostics).toEqual([]);
    expect(complaints(list(10_001))).toEqual(['1:12+1 rule/too-long']);
  });
});

/**
 * Whether the instants at which an answer can change are all found: against the answer at every single millisecond of
 * short histories, for rules whose durations are a few milliseconds.
 */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/model/message.ts';
import type { History, World } from '../../src/rules/interpreter-history.ts';
import { Interpreter, nextChange } from '../../src/rules/interpreter.ts';
import { populationKey } from '../../src/rules/population.ts';
import type { Condition } from '../../src/rules/tree.ts';
import {
  at,
  bornAt,
  expression,
  given,
  identify,
  isTrue,
  onList,
  rule,
  score,
  track,
  world,
} from './given.ts';

const t0 = at('2026-03-01');
const spanMs = 60;

const duration = fc.integer({ min: 1, max: 12 }).map((n) => `${n}ms`);
const pattern = fc.constantFrom('"A"', '"B"', '"A" where p = 1', 'any event');
const window = fc.oneof(
  fc.constant(''),
  duration.map((d) => `last ${d}`),
  fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    .map(([a, b]) => `from ${a + b}ms to ${a}ms ago`),
  fc.constantFrom('last 1 calendar day', 'after last "B"', 'since 2026-03-01T00:00:00.020Z'),
);
const comma = (w: string): string => (w === '' ? '' : `, ${w}`);
const aged = fc.oneof(
  fc.tuple(fc.constantFrom('first', 'last'), pattern).map(([which, e]) => `age(${which} ${e})`),
  fc.constantFrom(
    'age(trait.d)',
    'until(trait.d)',
    'age(entered inner)',
    'age(exited inner)',
    'age(last(d of "A"))',
  ),
);
const scaled = fc.oneof(
  aged,
  fc.tuple(fc.constantFrom('2 *', '0.5 *', '-1 *', '0.3 *'), aged).map(([factor, v]) => `${factor} ${v}`),
  fc
    .tuple(aged, fc.constantFrom('+', '-'), fc.oneof(aged, duration))
    .map(([l, op, r]) => `(${l} ${op} ${r})`),
  fc.tuple(aged, duration).map(([v, d]) => `coalesce(${v}, ${d})`),
);
const operator = fc.constantFrom('=', '!=', '<', '<=', '>', '>=');
const standing = fc.constantFrom(
  'percentile(age(last "A"))',
  'quintile(age(last "A"))',
  'percentile(age(last "A")) + percentile(until(trait.d))',
  'percentile(age(last "A")) - 10 * quintile(age(last "A"))',
  'percentile(count("A", last 9ms))',
);
const leaf: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(pattern, window).map(([e, w]) => `did ${e} ${w}`),
  fc
    .tuple(pattern, window, fc.integer({ min: 0, max: 3 }))
    .map(([e, w, n]) => `count(${e}${comma(w)}) >= ${n}`),
  fc.tuple(window).map(([w]) => `sum(p of "A"${comma(w)}) > last(p of "A"${comma(w)})`),
  fc.tuple(scaled, operator, fc.oneof(duration, scaled)).map(([l, op, r]) => `${l} ${op} ${r}`),
  fc.tuple(scaled, duration, duration).map(([v, a, b]) => `${v} in [${a}, ${b}]`),
  fc.tuple(duration, duration).map(([a, b]) => `seq("A", "B" within ${a}) last ${b}`),
  fc.tuple(duration, window).map(([a, w]) => `seq("A", no "B" within ${a}) ${w}`),
  fc
    .tuple(standing, operator, fc.constantFrom('1', '3', '37.5', '50', '100'))
    .map(([v, op, x]) => `${v} ${op} ${x}`),
  fc.constantFrom(
    'in inner',
    'in list vip',
    'score(s) > 0.5',
    'trait.n = 1',
    'subscribed(email)',
    'stage(default) = "one"',
    'rfm(recency) >= 3',
    'rfm(group) = "lost"',
    'days_until_anniversary(trait.d) = 0',
  ),
);
const { tree: condition } = fc.letrec<{ tree: string }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    tie('tree').map((c) => `not (${c})`),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `((${a}) and (${b}))`),
    fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `((${a}) or (${b}))`),
    fc.tuple(tie('tree'), duration).map(([c, d]) => `(${c}) for ${d}`),
  ),
}));

const time = fc.integer({ min: 0, max: 40 });
const fact = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('A', 'B'), time, time)
      .map(([name, t, d]) => track(name, t0 + t, { p: t % 3, d: t0 + d })),
  },
  fc.tuple(time, time).map(([t, d]) => identify({ d: t0 + d, n: t % 2 }, t0 + t)),
  fc.tuple(time, fc.boolean()).map(([t, yes]) =>
    track('Subscription Updated', t0 + t, {
      channel: 'email',
      status: yes ? 'subscribed' : 'unsubscribed',
    }),
  ),
  fc.constant(score('s', 0.7, '2026-03-01T00:00:00.015Z')),
  fc.constant(onList('vip', '2026-03-01T00:00:00.010Z', '2026-03-01T00:00:00.022Z')),
);
const history: fc.Arbitrary<History> = fc
  .tuple(time, fc.array(fact, { maxLength: 8 }))
  .map(([born, facts]) => given(bornAt(t0 + born), ...facts));

const values = fc
  .array(fc.integer({ min: -5, max: 25 }), { minLength: 1, maxLength: 6 })
  .map((v) => v.sort((a, b) => a - b));
const worlds: fc.Arbitrary<World> = fc.tuple(leaf, values, values).map(([inner, first, second]) => {
  const own = /inner|stage|rfm|percentile|quintile/.test(inner) ? 'did "A" last 7ms' : inner;
  const taken = [
    { at: t0 + 5, values: first },
    { at: t0 + 25, values: second },
  ];
  const keys = [
    ...['age(last "A")', 'until(trait.d)', 'count("A", last 9ms)'].map((text) =>
      populationKey(expression(text)),
    ),
    ...['recency', 'frequency', 'monetary'].map((part) => `rfm default ${part}`),
  ];
  return world({
    segments: { inner: own },
    stages: [['one', '(did "A") for 4ms'], ['two']],
    rfm: { purchase: '"A"', value: 'p', window: 'last 20ms' },
    populations: new Map(keys.map((key) => [key, taken])),
  });
});

function parts(c: Condition): readonly Condition[] {
  if (c.kind === 'and' || c.kind === 'or') return [c, ...c.items.flatMap(parts)];
  if (c.kind === 'not' || c.kind === 'for') return [c, ...parts(c.item)];
  return [c];
}

function flipsByMillisecond(c: Condition, h: History, w: World): readonly Instant[] {
  const interpreter = new Interpreter(h, w);
  const flips: Instant[] = [];
  let answer = false;
  for (let t = h.bornAt ?? Infinity; t <= t0 + spanMs; t += 1) {
    if (interpreter.condition(c, t) === answer) continue;
    answer = !answer;
    flips.push(t);
  }
  return flips;
}

describe('the instants at which an answer changes', () => {
  test('are those found by asking at every millisecond', () => {
    fc.assert(
      fc.property(condition, history, worlds, (text, h, w) => {
        for (const c of parts(rule(text))) {
          expect(new Interpreter(h, w).flips(c, t0 + spanMs)).toEqual(flipsByMillisecond(c, h, w));
        }
      }),
      { numRuns: Number(process.env['SEGUE_RUNS'] ?? 400) },
    );
  });

  test('the next change is the first of them to come', () => {
    fc.assert(
      fc.property(condition, history, worlds, fc.integer({ min: 0, max: spanMs }), (text, h, w, now) => {
        const c = rule(text);
        const next = new Interpreter(h, w).nextChange(c, t0 + now, t0 + spanMs + 1);
        const expected = flipsByMillisecond(c, h, w).find((flip) => flip > t0 + now);
        expect(next === t0 + spanMs + 1 ? undefined : next).toBe(expected);
      }),
      { numRuns: Number(process.env['SEGUE_RUNS'] ?? 400) },
    );
  });

  test('what a memo remembers of a longer span answers for a shorter one', () => {
    fc.assert(
      fc.property(condition, history, worlds, time, (text, h, w, t) => {
        const c = rule(text);
        const interpreter = new Interpreter(h, w);
        interpreter.flips(c, t0 + spanMs);
        expect(interpreter.flips(c, t0 + t)).toEqual(new Interpreter(h, w).flips(c, t0 + t));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the next change over real spans', () => {
  type Case = [rule: string, now: string, expected: string | undefined, zone?: string];
  const one = given(
    bornAt('2026-01-01'),
    track('A', '2026-01-10T09:00:00Z'),
    identify({ renews_at: '2031-05-05T00:00:00Z', birthday: '1990-06-01' }, '2026-01-01'),
  );
  const cases: readonly Case[] = [
    ['did "A" last 30d', '2026-01-11', '2026-02-09T09:00:00Z'],
    ['did "A" last 30d', '2026-03-11', undefined],
    ['did "A"', '2026-01-11', undefined],
    ['did "A" last 2 calendar months', '2026-01-11', '2026-03-01T05:00:00Z', 'America/New_York'],
    ['did "A" last 40 calendar days', '2026-01-11', '2026-02-19'],
    ['age(last "A") > 90d', '2026-01-11', '2026-04-10T09:00:00.001Z'],
    ['age(last "A") >= 90d', '2026-01-11', '2026-04-10T09:00:00Z'],
    ['until(trait.renews_at) < 1d', '2026-01-11', '2031-05-04T00:00:00.001Z'],
    ['trait.renews_at < 2031-05-06', '2026-01-11', undefined],
    ['days_until_anniversary(trait.birthday) <= 7', '2026-01-11', '2026-05-25T00:00:00Z'],
    ['days_until_anniversary(trait.birthday) <= 7', '2026-05-26', '2026-06-02T00:00:00Z'],
    ['(did "A" last 30d) for 20d', '2026-01-11', '2026-01-30T09:00:00Z'],
    ['seq("A", no "B" within 400d)', '2026-01-11', '2027-02-14T09:00:00Z'],
    ['true', '2026-01-11', undefined],
    ['true', '2025-12-01', '2026-01-01'],
  ];
  test.each(cases)('%s after %s: %s', (text, now, expected, zone) => {
    const w = world(zone === undefined ? {} : { zone });
    const next = nextChange(rule(text), one, at(now), w);
    expect(next === undefined ? undefined : new Date(next).toISOString()).toBe(
      expected === undefined ? undefined : new Date(expected).toISOString(),
    );
    if (next !== undefined) expect(isTrue(text, one, next, w)).toBe(!isTrue(text, one, next - 1, w));
  });
});

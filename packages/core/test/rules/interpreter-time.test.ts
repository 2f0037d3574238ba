import { describe, expect, test } from 'vitest';
import type { History } from '../../src/rules/interpreter-history.ts';
import { at, bornAt, given, isTrue, ms, track, valueOf, world } from './given.ts';

const day = 86_400_000;
const hour = 3_600_000;

describe('windows', () => {
  const one = given(bornAt('2020-01-01'), track('A', '2026-01-10T00:00:00Z', { p: 'x' }));
  type EdgeCase = [window: string, t: string, inside: boolean, zone?: string];
  const cases: readonly EdgeCase[] = [
    ['last 30d', '2026-01-09T23:59:59.999Z', false],
    ['last 30d', '2026-01-10T00:00:00.000Z', true],
    ['last 30d', '2026-02-08T23:59:59.999Z', true],
    ['last 30d', '2026-02-09T00:00:00.000Z', false],
    ['from 60d to 30d ago', '2026-02-08T23:59:59.999Z', false],
    ['from 60d to 30d ago', '2026-02-09T00:00:00.000Z', true],
    ['from 60d to 30d ago', '2026-03-10T23:59:59.999Z', true],
    ['from 60d to 30d ago', '2026-03-11T00:00:00.000Z', false],
    ['last 1 calendar days', '2026-01-10T23:59:59.999Z', true],
    ['last 1 calendar days', '2026-01-11T00:00:00.000Z', false],
    ['last 30 calendar days', '2026-02-08T23:59:59.999Z', true],
    ['last 30 calendar days', '2026-02-09T00:00:00.000Z', false],
    // 2026-01-10 is a Saturday; in New York it is still the evening of Friday.
    ['last 1 calendar weeks', '2026-01-11T23:59:59.999Z', true],
    ['last 1 calendar weeks', '2026-01-12T00:00:00.000Z', false],
    ['last 1 calendar days', '2026-01-10T04:59:59.999Z', true, 'America/New_York'],
    ['last 1 calendar days', '2026-01-10T05:00:00.000Z', false, 'America/New_York'],
    ['last 1 calendar months', '2026-01-31T23:59:59.999Z', true],
    ['last 1 calendar months', '2026-02-01T00:00:00.000Z', false],
    ['last 2 calendar months', '2026-02-28T23:59:59.999Z', true],
    ['last 2 calendar months', '2026-03-01T00:00:00.000Z', false],
    ['last 1 calendar quarters', '2026-03-31T23:59:59.999Z', true],
    ['last 1 calendar quarters', '2026-04-01T00:00:00.000Z', false],
    ['last 1 calendar years', '2026-12-31T23:59:59.999Z', true],
    ['last 1 calendar years', '2027-01-01T00:00:00.000Z', false],
    ['since 2026-01-10', '2026-05-01', true],
    ['since 2026-01-10T00:00:00.001Z', '2026-05-01', false],
    ['before 2026-01-10', '2026-05-01', false],
    ['before 2026-01-10T00:00:00.001Z', '2026-05-01', true],
    ['from 2026-01-10 to 2026-01-11', '2026-05-01', true],
    ['from 2026-01-09 to 2026-01-10', '2026-05-01', false],
    ['since 2026-01-10', '2026-05-01', false, 'America/New_York'],
    ['since 2026-01-10', '2026-05-01', true, 'Asia/Kolkata'],
  ];
  test.each(cases)('%s at %s: %s %s', (window, t, inside, zone) => {
    const w = world(zone === undefined ? {} : { zone });
    expect(isTrue(`did "A" ${window}`, one, t, w)).toBe(inside);
    expect(isTrue(`did not "A" ${window}`, one, t, w)).toBe(!inside);
    expect(valueOf(`count("A", ${window})`, one, t, w)).toBe(inside ? 1 : 0);
  });

  test('after last: strictly later than the most recent other event, nothing if there was none', () => {
    const history = given(
      track('B', '2026-01-01'),
      track('A', '2026-01-01'),
      track('A', '2026-01-02'),
      track('B', '2026-01-03'),
    );
    const text = 'did "A" after last "B"';
    expect(isTrue(text, history, '2026-01-01')).toBe(false);
    expect(isTrue(text, history, '2026-01-02')).toBe(true);
    expect(isTrue(text, history, '2026-01-03')).toBe(false);
    expect(isTrue('did "A" after last "C"', history, '2026-01-03')).toBe(false);
  });

  test('all time is what is left out, and only what has happened counts', () => {
    expect(valueOf('count("A")', one, '2026-01-09T23:59:59.999Z')).toBe(0);
    expect(valueOf('count("A")', one, '2099-01-01')).toBe(1);
  });
});

describe('sequences', () => {
  const t0 = at('2026-01-01');
  const shop = (...events: readonly (readonly [string, number, string?])[]): History =>
    given(
      bornAt(t0),
      ...events.map(([name, time, p]) => track(name, t0 + time, p === undefined ? {} : { p })),
    );
  type Case = [rule: string, history: History, t: number, expected: boolean];
  const cases: readonly Case[] = [
    ['seq("A", "B")', shop(['A', 0], ['B', 1]), 1, true],
    ['seq("A", "B")', shop(['A', 0], ['B', 1]), 0, false],
    ['seq("A", "B")', shop(['A', 0], ['B', 0]), 5, false],
    ['seq("A", "B")', shop(['B', 0], ['A', 1]), 5, false],
    ['seq("A", "B" within 1h)', shop(['A', 0], ['B', hour - 1]), hour, true],
    ['seq("A", "B" within 1h)', shop(['A', 0], ['B', hour]), hour, false],
    ['seq("A", "B" within 1h)', shop(['A', 0], ['A', 5], ['B', hour]), hour, true],
    ['seq("A", "B" within 1h, "C" within 1d)', shop(['A', 0], ['B', 1], ['C', day]), day, true],
    ['seq("A", "B" within 1h, "C" within 1d)', shop(['A', 0], ['B', 1], ['C', day + 1]), day + 1, false],
    ['seq("A", "A")', shop(['A', 0]), 5, false],
    ['seq("A", "A")', shop(['A', 0], ['A', 1]), 5, true],
    ['seq("A", "B" on p)', shop(['A', 0, 'x'], ['B', 1, 'y']), 5, false],
    ['seq("A", "B" on p)', shop(['A', 0, 'x'], ['A', 1, 'y'], ['B', 2, 'x']), 5, true],
    ['seq("A", "B" on p)', shop(['A', 0], ['B', 1]), 5, false],
    ['seq("A", no "B" within 2h)', shop(['A', 0]), 2 * hour - 1, false],
    ['seq("A", no "B" within 2h)', shop(['A', 0]), 2 * hour, true],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 0]), 2 * hour, true],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 1]), 3 * hour, false],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 2 * hour - 1]), 3 * hour, false],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 2 * hour]), 2 * hour, true],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 2 * hour]), 9 * hour, true],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 1], ['A', hour]), 3 * hour - 1, false],
    ['seq("A", no "B" within 2h)', shop(['A', 0], ['B', 1], ['A', hour]), 3 * hour, true],
    ['seq("A", no "B" within 2h on p)', shop(['A', 0, 'x'], ['B', 1, 'y']), 2 * hour, true],
    ['seq("A", no "B" within 2h on p)', shop(['A', 0, 'x'], ['B', 1]), 2 * hour, true],
    ['seq("A", no "B" within 2h on p)', shop(['A', 0, 'x'], ['B', 1, 'x']), 2 * hour, false],
    ['seq("A", no "B" within 2h) last 3h', shop(['A', 0]), 5 * hour - 1, true],
    ['seq("A", no "B" within 2h) last 3h', shop(['A', 0]), 5 * hour, false],
    ['seq("A", "B") last 1h', shop(['A', 0], ['B', hour]), 2 * hour - 1, true],
    ['seq("A", "B") last 1h', shop(['A', 0], ['B', hour]), 2 * hour, false],
    ['seq("A", "B") after last "C"', shop(['A', 0], ['B', 2], ['C', 1]), 5, true],
    ['seq("A", "B") after last "C"', shop(['A', 0], ['B', 2], ['C', 2]), 5, false],
  ];
  test.each(cases)('%s %#', (text, history, t, expected) => {
    expect(isTrue(text, history, t0 + t)).toBe(expected);
  });
});

describe('for, entered and exited', () => {
  test('C for W: true at exactly W after C became true, and a break starts it again', () => {
    const history = given(bornAt('2026-01-01'), track('A', '2026-01-02'), track('A', '2026-01-12'));
    const text = 'did "A" last 7d for 5d';
    expect(isTrue(text, history, '2026-01-06T23:59:59.999')).toBe(false);
    expect(isTrue(text, history, '2026-01-07')).toBe(true);
    expect(isTrue(text, history, '2026-01-08T23:59:59.999')).toBe(true);
    expect(isTrue(text, history, '2026-01-09')).toBe(false);
    expect(isTrue(text, history, '2026-01-16T23:59:59.999')).toBe(false);
    expect(isTrue(text, history, '2026-01-17')).toBe(true);
  });

  test('an exit and an entry at one instant are no break', () => {
    const history = given(track('A', '2026-01-02'), track('A', '2026-01-09'));
    expect(isTrue('did "A" last 7d for 10d', history, '2026-01-12')).toBe(true);
  });

  test('it starts where the customer does', () => {
    const history = given(bornAt('2026-01-01'));
    expect(isTrue('(did not "A") for 14d', history, '2026-01-14T23:59:59.999')).toBe(false);
    expect(isTrue('(did not "A") for 14d', history, '2026-01-15')).toBe(true);
  });

  test('a truth of a single instant is a break for its negation', () => {
    const history = given(track('A', '2026-01-01'));
    const text = 'not (age(last "A") = 5d)';
    expect(isTrue('age(last "A") = 5d', history, '2026-01-06')).toBe(true);
    expect(isTrue('age(last "A") = 5d', history, at('2026-01-06') + 1)).toBe(false);
    expect(isTrue(`(${text}) for 5d`, history, at('2026-01-06') - 1)).toBe(false);
    expect(isTrue(`(${text}) for 4d`, history, at('2026-01-06') - 1)).toBe(true);
    expect(isTrue(`(${text}) for 4d`, history, at('2026-01-10'))).toBe(false);
    expect(isTrue(`(${text}) for 4d`, history, at('2026-01-10') + 1)).toBe(true);
  });

  test('for nests', () => {
    const history = given(track('A', '2026-01-01'));
    const text = '(did "A" for 2d) for 3d';
    expect(isTrue(text, history, at('2026-01-06') - 1)).toBe(false);
    expect(isTrue(text, history, '2026-01-06')).toBe(true);
  });

  const w = world({ segments: { active: 'did "A" last 7d' } });
  const history = given(bornAt('2026-01-01'), track('A', '2026-01-02'), track('A', '2026-01-12'));
  test.each([
    ['age(entered active)', '2026-01-01', undefined],
    ['age(entered active)', '2026-01-05', ms(3 * day)],
    ['age(exited active)', '2026-01-05', undefined],
    ['age(entered active)', '2026-01-10', ms(8 * day)],
    ['age(exited active)', '2026-01-10', ms(day)],
    ['age(entered active)', '2026-01-13', ms(day)],
    ['age(exited active)', '2026-01-13', ms(4 * day)],
  ] as const)('%s on %s', (text, t, expected) => {
    expect(valueOf(text, history, t, w)).toEqual(expected);
  });

  test('in NAME', () => {
    expect(isTrue('in active', history, '2026-01-08T23:59:59.999', w)).toBe(true);
    expect(isTrue('not in active', history, '2026-01-09', w)).toBe(true);
  });
});

/** Definitions from plain data: shapes, checks across definitions, putting together and taking away. */

import { describe, expect, test } from 'vitest';
import { mergeDefinitions, removeDefinitions, usersOf } from '../../src/model/definition-changes.ts';
import { noDefinitions, type Definitions } from '../../src/model/definitions.ts';
import { parseDefinitions, shiftDiagnostic } from '../../src/model/parse-definitions.ts';
import { checkDefinitions } from '../../src/rules/check-definitions.ts';
import { dependencies } from '../../src/rules/check-walk.ts';

function complaints(raw: unknown): string[] {
  const parsed = parseDefinitions(raw);
  return [...parsed.diagnostics, ...checkDefinitions(parsed.definitions, parsed)].map(
    ({ definition, line, column, code, nearest }) =>
      [
        definition ?? '',
        line === undefined ? '' : ` ${line}:${String(column)}`,
        ` ${code}`,
        nearest === undefined ? '' : ` → ${nearest}`,
      ].join(''),
  );
}

function read(raw: unknown): Definitions {
  expect(complaints(raw)).toEqual([]);
  return parseDefinitions(raw).definitions;
}

const shop = {
  segments: {
    everyone: true,
    vip: 'sum(revenue of "Order Completed") >= 1000',
    lapsed: { rule: 'in vip and did not "Order Completed" last 90d', description: 'Gone quiet' },
    fresh: { rule: { kind: 'in_list', list: 'staff' } },
    tree: { kind: 'literal', value: true },
  },
  lifecycles: {
    default: { stages: [{ loyal: 'in vip' }, { all: true }, { visitor: null }], description: 'x' },
    short: { stages: ['only'] },
  },
  rfm: {
    default: {
      purchase: '"Order Completed" where total > 0',
      value: 'properties["net value"]',
      window: 'last 365d',
    },
    big: { purchase: { source: { kind: 'any' } }, value: 'x', window: null },
  },
  lists: { staff: ['ann', 7, 'ann'], empty: null },
  channels: { sms: 'opt_out', email: 'opt_in' },
};

describe('reading', () => {
  test('all kinds', () => {
    const { segments, lifecycles, rfm, lists, channels } = read(shop);
    expect([...segments.keys()]).toEqual(['everyone', 'vip', 'lapsed', 'fresh', 'tree']);
    expect(segments.get('everyone')?.rule).toEqual({ kind: 'literal', value: true });
    expect(segments.get('lapsed')?.description).toBe('Gone quiet');
    expect(lifecycles.get('default')?.stages.map(({ name, rule }) => [name, rule?.kind])).toEqual([
      ['loyal', 'in_segment'],
      ['all', 'literal'],
      ['visitor', undefined],
    ]);
    expect(rfm.get('default')).toMatchObject({
      value: ['net value'],
      window: { kind: 'last', duration: '365d' },
    });
    expect(rfm.get('big')).toEqual({ name: 'big', purchase: { source: { kind: 'any' } }, value: ['x'] });
    expect(lists.get('staff')?.members).toEqual(['ann', '7']);
    expect(lists.get('empty')?.members).toEqual([]);
    expect([...channels]).toEqual([
      ['sms', 'opt_out'],
      ['email', 'opt_in'],
    ]);
  });

  test('a description of several lines, as long as it may be', () => {
    const description = `two\r\n\tlines${'.'.repeat(1_989)}`;
    const { segments } = read({ segments: { a: { rule: 'true', description } } });
    expect(segments.get('a')?.description).toBe(description);
    expect(description).toHaveLength(2_000);
  });

  test.each([[null], [undefined], [{}], [{ segments: null, lists: null }]])(
    'nothing is no definitions: %j',
    (raw) => {
      expect(read(raw)).toEqual(noDefinitions);
    },
  );

  test.each<[string, unknown, ...string[]]>([
    ['a list', [], ' definitions/shape'],
    ['a text', 'segments', ' definitions/shape'],
    ['an unknown kind', { segmnts: {} }, ' definitions/unknown-key → segments'],
    ['segments as a list', { segments: [] }, 'segments definitions/shape'],
    [
      'an unknown key',
      { segments: { a: { rule: 'true', descripton: 'x' } } },
      'segments.a definitions/unknown-key → description',
    ],
    [
      'a description that is none',
      { segments: { a: { rule: 'true', description: 5 } } },
      'segments.a definitions/shape',
    ],
    [
      'a description with a control character',
      { lifecycles: { a: { stages: ['all'], description: 'bell\u0007' } } },
      'lifecycles.a definitions/shape',
    ],
    [
      'a description without an end',
      { segments: { a: { rule: 'true', description: 'x'.repeat(2_001) } } },
      'segments.a definitions/shape',
    ],
    [
      'members that name nobody',
      { lists: { a: ['ann', '  ', 'b\u0000b', 'c\n', 'x'.repeat(513)] } },
      'lists.a definitions/shape',
      'lists.a definitions/shape',
      'lists.a definitions/shape',
      'lists.a definitions/shape',
    ],
    ['no rule', { segments: { a: {} } }, 'segments.a definitions/shape'],
    ['null as a rule', { segments: { a: null } }, 'segments.a definitions/shape'],
    ['a number as a rule', { segments: { a: 5 } }, 'segments.a definitions/shape'],
    ['a bad text', { segments: { a: 'did "A"\n  last 30 days' } }, 'segments.a 2:8 rule/window → last 30d'],
    ['a bad tree', { segments: { a: { rule: { kind: 'nott' } } } }, 'segments.a rule/json → not'],
    ['a bad name', { segments: { 'Bad Name': 'true' } }, 'segments.Bad Name definitions/name'],
    [
      'a word of the language as a name',
      { segments: { and: 'true', list: 'true' } },
      'segments.and definitions/name',
      'segments.list definitions/name',
    ],
    [
      'a hostile name',
      JSON.parse('{"segments":{"__proto__":"true"}}'),
      'segments.__proto__ definitions/name',
    ],
    ['no stages', { lifecycles: { a: {} } }, 'lifecycles.a definitions/shape'],
    ['an empty lifecycle', { lifecycles: { a: { stages: [] } } }, 'lifecycles.a definitions/lifecycle'],
    ['null as a lifecycle', { lifecycles: { a: null } }, 'lifecycles.a definitions/shape'],
    [
      'a stage with two names',
      { lifecycles: { a: { stages: [{ x: 'true', y: 'true' }] } } },
      'lifecycles.a definitions/shape',
    ],
    [
      'a last stage with a rule',
      { lifecycles: { a: { stages: [{ x: 'true' }] } } },
      'lifecycles.a definitions/lifecycle',
    ],
    [
      'a stage in between without one',
      { lifecycles: { a: { stages: [{ x: null }, { y: null }] } } },
      'lifecycles.a definitions/lifecycle',
    ],
    [
      'two stages of one name',
      { lifecycles: { a: { stages: [{ x: 'true' }, { x: null }] } } },
      'lifecycles.a definitions/lifecycle',
    ],
    [
      'a bad rule of a stage',
      { lifecycles: { a: { stages: [{ x: 'in vp' }, { y: null }] } } },
      'lifecycles.a.stages.x 1:4 rule/unknown-name',
    ],
    ['an RFM model without purchase', { rfm: { a: { value: 'x' } } }, 'rfm.a.purchase definitions/shape'],
    [
      'an RFM model with a bad event',
      { rfm: { a: { purchase: 'Order Completed', value: 'x' } } },
      'rfm.a.purchase 1:1 rule/event-name → "Order Completed"',
    ],
    [
      'an RFM model with a bad window',
      { rfm: { a: { purchase: '"A"', value: 'x', window: 'last 0d' } } },
      'rfm.a.window 1:1 rule/duration',
    ],
    [
      'an RFM model with a bad value',
      { rfm: { a: { purchase: '"A"', value: 'x +' } } },
      'rfm.a.value 1:3 rule/unexpected',
    ],
    [
      'a list of objects',
      { lists: { a: ['x', {}, null] } },
      'lists.a definitions/shape',
      'lists.a definitions/shape',
    ],
    ['a channel', { channels: { sms: 'optout' } }, 'channels.sms definitions/shape → opt_out'],
    ['a cycle of one', { segments: { a: 'not in a' } }, 'segments.a 1:8 definitions/cycle'],
    [
      'a cycle through a lifecycle',
      {
        segments: { a: 'stage(x) = "s"' },
        lifecycles: { x: { stages: [{ s: 'age(entered a) > 1d' }, { t: null }] } },
      },
      'segments.a 1:7 definitions/cycle',
    ],
  ])('%s', (_, raw, ...expected) => {
    expect(complaints(raw)).toEqual(expected);
  });

  test('a definition that cannot be read does not make those that use it wrong', () => {
    expect(
      complaints({ segments: { a: 'did A(', b: 'in a' } }).filter((line) => line.startsWith('segments.b')),
    ).toEqual([]);
  });

  test('cycles are told with their path, each once, and those that lead to them are not accused', () => {
    const { definitions } = parseDefinitions({
      segments: { z: 'in a', a: 'in b', b: 'in c', c: 'in a', d: 'in d' },
    });
    expect(checkDefinitions(definitions).map(({ message }) => message)).toEqual([
      'segments.a: Definitions may not depend on themselves: a → b → c → a. Take one of these uses out.',
      'segments.d: Definitions may not depend on themselves: d → d. Take one of these uses out.',
    ]);
  });

  test('a long chain is refused, many users of one segment are not', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`s${i}`, i === 0 ? 'true' : `in s${i - 1}`]),
    );
    expect(complaints({ segments: chain })).toEqual(['segments.s200 definitions/too-deep']);
    const star = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`s${i}`, i === 0 ? 'true' : 'in s0']),
    );
    expect(complaints({ segments: star })).toEqual([]);
  });

  test('every message names its definition', () => {
    const { diagnostics } = parseDefinitions({ segments: { vip: 'in' } });
    expect(diagnostics[0]?.message).toMatch(/^segments\.vip: /);
  });
});

test('a place in a text is moved to the file that the text stands in', () => {
  const [diagnostic] = parseDefinitions({ segments: { a: 'true and\nin' } }).diagnostics;
  expect(diagnostic).toMatchObject({ line: 2, column: 3 });
  if (diagnostic === undefined) return;
  expect(shiftDiagnostic(diagnostic, { line: 10, column: 5, indent: 4 })).toMatchObject({
    line: 11,
    column: 7,
  });
  expect(shiftDiagnostic({ ...diagnostic, line: 1 }, { line: 10, column: 5, indent: 4 })).toMatchObject({
    line: 10,
    column: 7,
  });
});

describe('changing', () => {
  const base = parseDefinitions(shop).definitions;

  test('merging adds and replaces, and leaves the first set alone', () => {
    const merged = mergeDefinitions(base, read({ segments: { vip: 'true', other: 'false' } }));
    expect(merged.segments.get('vip')?.rule).toEqual({ kind: 'literal', value: true });
    expect(merged.segments.size).toBe(base.segments.size + 1);
    expect(base.segments.get('vip')?.rule.kind).toBe('compare');
    expect(merged.lifecycles.get('default')).toBe(base.lifecycles.get('default'));
  });

  test('removing what nobody uses', () => {
    const removed = removeDefinitions(base, {
      segments: ['lapsed', 'fresh'],
      lists: ['staff'],
      channels: ['sms'],
    });
    expect(
      removed.ok && [removed.value.segments.size, removed.value.lists.size, removed.value.channels.size],
    ).toEqual([3, 1, 1]);
  });

  test('removing what others use is refused with their names, unless they go too', () => {
    const refused = removeDefinitions(base, { segments: ['vip'] });
    expect(refused).toMatchObject({
      ok: false,
      error: [{ code: 'definitions/in-use', definition: 'segments.vip' }],
    });
    expect(refused.ok ? '' : refused.error[0]?.message).toContain(
      'segments.lapsed, lifecycles.default use it',
    );
    expect(removeDefinitions(base, { segments: ['vip', 'lapsed'], lifecycles: ['default'] }).ok).toBe(true);
  });

  test('removing what is not there is refused', () => {
    expect(removeDefinitions(base, { segments: ['vpi'] })).toMatchObject({
      ok: false,
      error: [{ code: 'definitions/unknown', nearest: 'vip' }],
    });
  });

  test('who uses what', () => {
    expect(usersOf(base, 'segments', 'vip')).toEqual(['segments.lapsed', 'lifecycles.default']);
    expect(usersOf(base, 'lists', 'staff')).toEqual(['segments.fresh']);
    const { segments } = read({
      segments: { a: 'true', b: 'in a and in list l and score(s) > 1 and age(entered a) > 1d' },
    });
    const b = segments.get('b');
    expect(b === undefined ? undefined : dependencies(b)).toEqual({
      segments: new Set(['a']),
      lists: new Set(['l']),
      scores: new Set(['s']),
      lifecycles: new Set(),
      rfm: new Set(),
    });
  });
});

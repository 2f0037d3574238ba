import { describe, expect, it } from 'vitest';

import { readScenarios } from '../../src/scenario/read-scenario.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

function read(text: string): Scenario {
  const scenarios = readScenarios('s.yaml', text);
  if (!scenarios.ok) throw new Error(scenarios.error.map((d) => d.message).join('\n'));
  return scenarios.value[0]!;
}

function faults(text: string): string[] {
  const scenarios = readScenarios('s.yaml', text);
  return scenarios.ok ? [] : scenarios.error.map((d) => `${d.line}:${d.column} ${d.message}`);
}

const at = (text: string): number => Date.parse(text);

describe('a scenario file', () => {
  it('has defaults for time zone, start and definitions', () => {
    const scenario = read('name: x\nsteps: []\n');
    expect(scenario).toMatchObject({
      name: 'x',
      timeZone: 'UTC',
      start: at('2026-01-01T00:00:00Z'),
      steps: [],
    });
    expect(scenario.definitions.segments.size).toBe(0);
  });

  it('is one scenario a document, in YAML or JSON', () => {
    const two = readScenarios('s.yaml', 'name: a\nsteps: []\n---\nname: b\nsteps: []\n');
    expect(two.ok && two.value.map((s) => [s.name, s.place.line])).toEqual([
      ['a', 1],
      ['b', 4],
    ]);
    expect(read('{ "name": "j", "steps": [ { "at": "+1h" } ] }').steps[0]!.at).toBe(
      at('2026-01-01T01:00:00Z'),
    );
  });

  it('settles every clock when it is read', () => {
    const scenario = read(`
timezone: America/Toronto
start: 2026-03-01T12:00:00
steps:
  - at: +1h59m59.999s
  - at: +1ms
  - at: 2026-03-02
  - at: 2026-03-02T05:00:00Z
  -
`);
    expect(scenario.steps.map((s) => new Date(s.at).toISOString())).toEqual([
      '2026-03-01T18:59:59.999Z',
      '2026-03-01T19:00:00.000Z',
      '2026-03-02T05:00:00.000Z',
      '2026-03-02T05:00:00.000Z',
      '2026-03-02T05:00:00.000Z',
    ]);
  });

  it('settles relative times of messages, and leaves others as they are', () => {
    const scenario = read(`
steps:
  - at: +1d
    track: { userId: 7, event: E, timestamp: -2d, sentAt: +1m }
  - batch:
      - page: { anonymousId: a, name: Home, timestamp: 2025-12-01T00:00:00Z }
      - identify: { userId: u }
`);
    expect(scenario.steps[0]!.action).toMatchObject({
      kind: 'messages',
      messages: [
        {
          kind: 'track',
          raw: {
            userId: 7,
            event: 'E',
            timestamp: '2025-12-31T00:00:00.000Z',
            sentAt: '2026-01-02T00:01:00.000Z',
          },
        },
      ],
    });
    expect(scenario.steps[1]!.action).toMatchObject({ messages: [{ kind: 'page' }, { kind: 'identify' }] });
  });

  it('reads every kind of step and check', () => {
    const scenario = read(`
steps:
  - import: { file: a.csv, mapping: m.yaml }
  - import: { file: a.csv, mapping: { name: m } }
  - define: { segments: { x: 'true' } }
    rejected: no
  - remove: { segments: [x], lifecycles: [y] }
  - list: { vip: [a, 7] }
  - erase: { email: Ann@X.com }
  - refresh: population
  - restart: true
  - expect: { x: [a], y: { s: [b] } }
    size: { x: 4800..5200, z: 3 }
    value:
      - { customer: 7, of: 'count("A")', is: null }
      - { customer: a, of: 'age(last "A")', is: 2h }
    changes:
      - { customer: a, segment: x, change: entered, at: -1h, version: 2, messageId: m1, cause: time }
    actions: []
`);
    expect(scenario.steps.map((s) => s.action?.kind)).toEqual([
      'import',
      'import',
      'define',
      'remove',
      'list',
      'erase',
      'refresh',
      'restart',
      undefined,
    ]);
    expect(scenario.steps[0]!.action).toMatchObject({ mapping: { kind: 'path', path: 'm.yaml' } });
    expect(scenario.steps[1]!.action).toMatchObject({ mapping: { kind: 'inline', json: '{"name":"m"}' } });
    expect(scenario.steps[2]!.action).toMatchObject({ rejected: 'no' });
    expect(scenario.steps[4]!.action).toEqual({
      kind: 'list',
      lists: [{ name: 'vip', members: ['a', '7'] }],
    });
    expect(scenario.steps[5]!.action).toEqual({
      kind: 'erase',
      customer: { kind: 'email', value: 'ann@x.com' },
    });
    expect(scenario.steps[8]!.checks).toMatchObject([
      { kind: 'members', segment: 'x', expected: ['a'] },
      { kind: 'stage', lifecycle: 'y', stage: 's', expected: ['b'] },
      { kind: 'value', customer: '7', is: null },
      { kind: 'value', customer: 'a', is: '2h' },
      { kind: 'size', segment: 'x', min: 4800, max: 5200 },
      { kind: 'size', segment: 'z', min: 3, max: 3 },
      {
        kind: 'changes',
        expected: [{ at: at('2025-12-31T23:00:00Z'), version: 2, messageId: 'm1', cause: 'time' }],
      },
      { kind: 'actions', expectedCount: 0 },
    ]);
  });
});

describe('a fault is reported with line, column and remedy', () => {
  const step = (text: string): string => `name: x\nsteps:\n  - ${text}\n`;
  const cases: [string, string, string][] = [
    ['empty file', '# nothing\n', '1:1 There is no scenario in this file'],
    ['not YAML', 'name: [x\n', '2:1 This is not YAML that can be read: '],
    ['not a map', '- a\n', '1:1 A scenario must be a map, but here is a list.'],
    ['no steps', 'name: x\n', '1:1 A scenario needs "steps"'],
    ['unknown key', 'nam: x\nsteps: []\n', '1:1 A scenario has no key "nam"; did you mean "name"?'],
    [
      'unknown zone',
      'timezone: Asia/Calcuta2\nsteps: []\n',
      '1:11 There is no time zone "Asia/Calcuta2"; expected an IANA name',
    ],
    [
      'bad start',
      'start: 2026-02-30\nsteps: []\n',
      '1:8 start "2026-02-30" cannot be read: 2026-02 has the days 01 to 28',
    ],
    ['steps no list', 'steps: {}\n', '1:8 steps must be a list, but here is a map.'],
    ['unknown step key', step('expects: {}'), '3:5 A step has no key "expects"; did you mean "expect"?'],
    [
      'two things in a step',
      step('track: { userId: a, event: E }\n    page: { userId: a }'),
      '4:5 A step does one thing, but this one has "track" and "page"',
    ],
    ['bad duration', step('at: +1x'), '3:9 at "+1x" cannot be read: a duration is'],
    ['no sign', step('at: 1h'), '3:9 at "1h" cannot be read: a time from here has a sign: "+1h"'],
    [
      'at goes back',
      step('at: 2025-01-01T00:00:00Z'),
      '3:9 at goes back: the step before is at 2026-01-01T00:00:00.000',
    ],
    ['at goes back relatively', step('at: -1h'), '3:9 at goes back'],
    ['at beyond the calendar', step('at: +3650000d'), '3:9 at is beyond the years 1 to 9999.'],
    [
      'bad timestamp',
      step('track: { userId: a, event: E, timestamp: soon }'),
      '3:46 timestamp "soon" cannot be read',
    ],
    [
      'misspelt field',
      step('track: { userId: a, event: E, propertys: {} }'),
      '3:35 track has no field "propertys"; did you mean "properties"?',
    ],
    ['message no map', step('track: asha'), '3:12 track must be a map, but here is a text.'],
    [
      'batch of something else',
      step('batch: [ { define: {} } ]'),
      '3:16 A message of a batch has no key "define"',
    ],
    ['import without file', step('import: { mapping: x }'), '3:13 import needs "file".'],
    ['rejected alone', step('rejected: x'), '3:5 "rejected" stands beside "define" or "remove" only.'],
    ['remove of a text', step('remove: { segments: x }'), '3:25 remove segments must be a list'],
    ['refresh of something else', step('refresh: all'), '3:14 refresh is of the population'],
    ['restart false', step('restart: false'), '3:14 restart is written restart: true.'],
    ['erase of nobody', step('erase: {}'), '3:12 erase names one customer'],
    ['members no list', step('expect: { x: asha }'), '3:18 expect x must be a list, but here is a text.'],
    ['value without is', step('value: { customer: a, of: "1" }'), '3:12 value needs "is".'],
    ['value that is no expression', step("value: { customer: a, of: 'count(', is: 1 }"), '3:'],
    ['size in words', step('size: { x: many }'), '3:16 size of x cannot be read; expected a count such as 5'],
    ['size backwards', step('size: { x: 5..4 }'), '3:16 size of x cannot be read'],
    [
      'change without customer',
      step('changes: [ { segment: x, change: entered } ]'),
      '3:16 A change needs "customer".',
    ],
    [
      'unknown cause',
      step('changes: [ { customer: a, segment: x, change: entered, cause: magic } ]'),
      '3:67 cause is "magic"; expected one of event, late_event',
    ],
    [
      'unknown field of a change',
      step('changes: [ { customer: a, segment: x, change: entered, cuase: time } ]'),
      '3:60 A change has no key "cuase"; did you mean "cause"?',
    ],
    ['rule that cannot be parsed', 'definitions:\n  segments:\n    vip: count("A" >= 2\nsteps: []\n', '3:'],
  ];
  it.each(cases)('%s', (_name, text, expected) => {
    const found = faults(text);
    expect(found.join('\n')).toContain(expected);
    expect(found.some((fault) => fault.startsWith(expected))).toBe(true);
  });

  it('and all of them at once', () => {
    expect(faults('steps:\n  - at: x\n  - foo: 1\n  - restart: no\n')).toHaveLength(3);
  });
});

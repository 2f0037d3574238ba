/** Law: stopping without warning, anywhere, changes no answer, loses no change and tells none twice. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { examples, failuresOf, read, run, withRestarts } from './run.ts';

test('an example has the same outcome wherever it is killed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: examples.length - 1 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
      async (which, places) => {
        const scenario = examples[which]!;
        const after = places.map((place) => (place % (scenario.steps.length + 1)) - 1);
        expect((await run(withRestarts(scenario, after))).failures).toEqual([]);
      },
    ),
    { numRuns: Number(process.env['SEGUE_CASES'] ?? 4) },
  );
});

test('a scenario of everything has the same outcome when it is killed after every step', async () => {
  const [scenario] = read(everything);
  const after = scenario!.steps.map((_, i) => i);
  expect((await run(scenario!)).failures).toEqual([]);
  expect((await run(withRestarts(scenario!, [-1, ...after]))).failures).toEqual([]);
});

test('what was expected and is not so fails after a restart as before', async () => {
  const text = `
name: wrong
definitions: { segments: { vip: did "Order" } }
steps:
  - track: { userId: ann, event: Order }
  - restart: true
    expect: { vip: [] }
    changes: []
`;
  expect(await failuresOf(text)).toEqual([
    '2 expect vip | nobody | ann',
    expect.stringMatching(/^2 changes \| nothing \| ann entered vip at 2026-01-01T00:00:00/),
  ]);
});

/** Each kind of step, twice where its second time is another thing than its first. */
const everything = `
name: Everything that can happen
start: 2026-01-01T12:00:00Z
definitions:
  segments:
    buyers: count("Order", last 1d) >= 2
    top: quintile(count("Order")) = 5
    listed: in list staff
    waiting: seq("Product Added", no "Order" within 2h) last 1d
  lifecycles: { l: { stages: [ { loyal: 'did "Order"' }, { visitor: null } ] } }
steps:
  - track: { userId: ann, event: Order, messageId: a }
  - batch:
      - track: { userId: ann, event: Order, messageId: b }
      - track: { userId: ann, event: Order, messageId: b }
      - identify: { userId: ben, traits: { email: ben@x.com } }
      - track: { anonymousId: d-1, event: Product Added, messageId: c }
    expect: { buyers: [ann], l: { loyal: [ann], visitor: [ben, d-1] } }
  - list: { staff: [ben, zoe] }
    expect: { listed: [ben@x.com] }
  - at: +2h
    expect: { waiting: [d-1] }
  - define: { segments: { buyers: 'count("Order", last 1d) >= 1', late: 'did "Order"' } }
    expect: { late: [ann], buyers: [ann] }
  - identify: { userId: chi, anonymousId: d-1 }
    expect: { waiting: [chi] }
  - track: { userId: chi, event: Order, timestamp: -1d, messageId: d }
    value: { customer: chi, of: 'age(first "Order")', is: 1d }
  - refresh: population
    expect: { top: [ann] }
  - remove: { segments: [late] }
  - alias: { userId: ben, previousId: ann }
    expect: { buyers: [ben] }
  - erase: { userId: chi }
    expect: { waiting: [], buyers: [ben] }
  - at: 2026-01-03T00:00:00Z
    track: { userId: ann, event: Order, messageId: a }
    expect: { buyers: [], l: { loyal: [ben], visitor: [] } }
    value: { customer: ben, of: 'count("Order")', is: 2 }
    changes:
      - { customer: ann, segment: buyers, change: entered, at: 2026-01-01T12:00:00Z, messageId: b }
      - { customer: ben, segment: listed, change: entered, at: 2026-01-01T12:00:00Z, cause: list }
      - { customer: d-1, segment: waiting, change: entered, at: 2026-01-01T14:00:00Z, cause: time }
      - { customer: ann, segment: late, change: entered, at: 2026-01-01T14:00:00Z, cause: definition }
      - { customer: chi, segment: late, change: entered, at: 2026-01-01T14:00:00Z, cause: late_event }
      - { customer: ann, segment: top, change: entered, at: 2026-01-01T14:00:00Z, cause: population }
      - { customer: ann, segment: late, change: exited, at: 2026-01-01T14:00:00Z, cause: definition }
      - { customer: chi, segment: late, change: exited, at: 2026-01-01T14:00:00Z, cause: definition }
      - { customer: ben, segment: buyers, change: entered, at: 2026-01-01T14:00:00Z, cause: merge }
      - { customer: ben, segment: top, change: entered, at: 2026-01-01T14:00:00Z, cause: merge }
      - { customer: chi, segment: waiting, change: exited, at: 2026-01-01T14:00:00Z, cause: erasure }
      - { customer: ben, segment: top, change: exited, at: 2026-01-02T00:00:00Z, cause: population }
      - { customer: ben, segment: buyers, change: exited, at: 2026-01-02T12:00:00Z, cause: time }
`;

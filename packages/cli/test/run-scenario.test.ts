import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';

import { importScenarioFile } from '@segue/server/scenario/import-messages.ts';
import type { Outcome } from '@segue/server/scenario/outcome.ts';
import { readScenarios } from '@segue/server/scenario/read-scenario.ts';
import type { ScenarioSubject } from '@segue/server/scenario/subject.ts';

import { OracleSubject } from '../src/scenarios/oracle-subject.ts';
import { outcomeText } from '../src/scenarios/report.ts';
import { runRoutes, type OpenRoute } from '../src/scenarios/run-routes.ts';

const interpreter: OpenRoute = { route: 'interpreter', open: (setup) => new OracleSubject(setup) };
const plain = picocolors.createColors(false);

async function run(text: string, ...routes: OpenRoute[]): Promise<Outcome> {
  const scenarios = readScenarios('s.yaml', text);
  if (!scenarios.ok) throw new Error(scenarios.error.map((d) => d.message).join('\n'));
  return runRoutes(scenarios.value[0]!, routes.length === 0 ? [interpreter] : routes, importScenarioFile);
}

async function passes(text: string): Promise<void> {
  const outcome = await run(text);
  expect(outcomeText(outcome, plain)).toBe(`PASS  ${outcome.name}\n`);
}

async function failures(text: string, ...routes: OpenRoute[]): Promise<string[]> {
  const { failures: found } = await run(text, ...routes);
  return found.map((f) => `${f.step} ${f.line} ${f.check} | ${f.expected} | ${f.found}`);
}

const vip = 'definitions: { segments: { vip: \'count("Order") >= 2\' } }\n';

describe('a scenario that holds', () => {
  it('passes with a line of its name', () =>
    passes(`
name: Customers are found by any identifier, in any order
definitions:
  segments: { everyone: 'true' }
  lifecycles: { l: { stages: [ { b: 'did "Order"' }, { v: null } ] } }
steps:
  - batch:
      - track: { userId: 7, event: Order, traits: { email: Ann@X.com, phone: +1 415 555 0132 } }
      - page: { anonymousId: a-1, name: Home }
  - at: +1h
    expect: { everyone: [a-1, ann@x.com], l: { b: ['+1 (415) 555-0132'], v: [a-1] } }
    size: { everyone: 1..2 }
    value:
      - { customer: ANN@x.com, of: 'age(last "Order")', is: 1h }
      - { customer: 7, of: 'last(x of "Order")', is: null }
      - { customer: nobody, of: 'count("Order")', is: null }
    actions: []
  - list: { staff: [7] }
  - refresh: population
  - restart: true
  - erase: { userId: 7 }
    expect: { everyone: [a-1] }
`));

  it('may redefine, be refused and remove', () =>
    passes(`
name: define and remove
${vip}steps:
  - track: { userId: ann, event: Order }
    expect: { vip: [] }
  - define: { segments: { vip: 'did "Order"' } }
    expect: { vip: [ann] }
  - define: { segments: { a: in b, b: in a } }
    rejected: a → b → a
  - define: { segments: { c: in vpi } }
    rejected: segments.c
  - define: { segments: { d: in vip } }
    expect: { d: [ann] }
  - remove: { segments: [vip] }
    rejected: segments.d
  - remove: { segments: [d, vip] }
    expect: { vip: [], d: [] }
`));
});

describe('a scenario that does not hold', () => {
  it('says where, when, what was expected, what was found and why', async () => {
    const outcome = await run(`name: Two orders make a vip
${vip}steps:
  - track: { userId: ann, event: Order, messageId: m-a }
  - at: +1h
    batch:
      - track: { userId: ben, event: Order }
      - track: { userId: ben, event: Order }
    expect:
      vip: [ann, zoe]
`);
    expect(outcomeText(outcome, plain)).toBe(`FAIL  Two orders make a vip
  s.yaml:10  step 2  2026-01-01T01:00:00.000+00:00
    expect vip
      expected  ann, zoe
      found     ben
      zoe
        no customer is known by this name
      ann
        is missing
        no  count("Order") >= 2; it is 1
        because of track "Order" at 2026-01-01T00:00:00.000+00:00 (m-a)
      ben
        should not be here
        yes count("Order") >= 2; it is 2
        because of track "Order" at 2026-01-01T01:00:00.000+00:00 (m000001)
        because of track "Order" at 2026-01-01T01:00:00.000+00:00 (m000002)
`);
  });

  it('explains every part of the rule with its answer', async () => {
    const outcome = await run(`definitions:
  segments:
    buyers: did "Order" last 30d
    hot: (trait.x > count("View") or trait.city in ["Pune"]) and not in buyers and true for 2d and seq("A", "B")
steps:
  - track: { userId: ann, event: Order }
    expect: { hot: [ann] }
`);
    expect(outcome.failures[0]!.explanations[0]!.lines).toEqual([
      'is missing',
      'no  all of',
      'no    any of',
      'no      trait.x > count("View"); trait.x is missing; count("View") is 0',
      'no      trait.city in ["Pune"]; it is missing',
      'no    not',
      'yes     in buyers',
      'yes       did "Order" last 30d; the count is 1',
      'no    for 2d without a break',
      'yes     true',
      'no    seq("A", "B")',
      expect.stringContaining('because of track "Order"') as string,
    ]);
  });

  const seen = '  - track: { userId: ann, event: Order, properties: { x: 5 } }\n';
  const cases: [string, string, string[]][] = [
    [
      'unknown segment',
      `    expect: { vpi: [] }`,
      ['1 4 expect vpi | a segment or lifecycle | nothing is called "vpi"; did you mean "vip"?'],
    ],
    [
      'segment as lifecycle',
      `    expect: { vip: { x: [] } }`,
      ['1 4 expect vip x | a list of members, such as [asha] | "vip" is a segment'],
    ],
    [
      'value',
      `    value: { customer: ann, of: 'sum(x of "Order")', is: 6 }`,
      ['1 4 value sum(x of "Order") of ann | 6 | 5'],
    ],
    [
      'value of nobody',
      `    value: { customer: bob, of: 'count("Order")', is: 6 }`,
      ['1 4 value count("Order") of bob | 6 | no customer is known as "bob"'],
    ],
    [
      'value that names nothing',
      `    value: { customer: ann, of: 'age(entered nowhere)', is: 6 }`,
      [expect.stringContaining('| 6 | There is no segment “nowhere”') as string],
    ],
    ['size', `    size: { vip: 1..2 }`, ['1 4 size vip | 1..2 | 0']],
    [
      'actions',
      `    actions: [ { customer: ann } ]`,
      ['1 4 actions | 1 action | journeys are not part of this version, so nothing was done'],
    ],
  ];
  it.each(cases)('%s', async (_name, check, expected) => {
    expect(await failures(`${vip}steps:\n${seen}${check}\n`)).toMatchObject(expected);
  });

  it('ends at an action that is refused', async () => {
    const text = `${vip}steps:\n  - track: { event: Order }\n  - expect: { vip: [x] }\n`;
    expect(await failures(text)).toEqual([
      expect.stringMatching(/^1 3 track of line 3 \| a message that is accepted \| The message names nobody/),
    ]);
    expect(await failures(`steps:\n  - import: { file: none.csv }\n`)).toEqual([
      expect.stringMatching(/^1 2 import none.csv \| a file that can be imported \| .*none\.csv/),
    ]);
  });

  it('when what should be rejected is accepted, rejected otherwise, or rejected unasked', async () => {
    expect(await failures(`steps:\n  - define: { segments: { a: 'true' } }\n    rejected: cycle\n`)).toEqual([
      '1 2 define | to be rejected with “cycle” | accepted',
    ]);
    expect(await failures(`steps:\n  - define: { segments: { a: in b } }\n    rejected: cycle\n`)).toEqual([
      expect.stringMatching(
        /^1 2 define \| to be rejected with “cycle” \| segments\.a: There is no segment “b”/,
      ),
    ]);
    expect(await failures(`steps:\n  - define: { segments: { a: in b } }\n`)).toEqual([
      expect.stringMatching(/^1 2 define \| to be accepted \| segments\.a/),
    ]);
    expect(await failures(`steps:\n  - remove: { segments: [a] }\n`)).toEqual([
      expect.stringMatching(
        /^1 2 remove \| to be accepted \| segments\.a: there is no segment “a” to remove/,
      ),
    ]);
  });

  it('by a bug of ours, which does not stop the run', async () => {
    const broken: OpenRoute = {
      route: 'incremental',
      open: () => {
        throw new Error('boom');
      },
    };
    expect(await failures(`steps:\n  - at: +1h\n`, broken)).toEqual([
      expect.stringContaining('internal error: Error: boom'),
    ]);
  });
});

describe('several routes', () => {
  /** Answers as the interpreter does, except that everyone is in everything. */
  class Wrong extends OracleSubject {
    override members(): readonly number[] {
      return this.findCustomers(['ann']).filter((found) => found !== undefined);
    }
  }
  const wrong: OpenRoute = { route: 'sql', open: (setup): ScenarioSubject => new Wrong(setup) };

  it('must agree, even where the scenario does not look', async () => {
    const text = `${vip}steps:\n  - track: { userId: ann, event: Order }\n  - track: { userId: ann, event: Order }\n`;
    expect(await failures(text, interpreter, wrong)).toEqual([
      '1 3 members of vip: the routes disagree | nobody (interpreter) | ann (sql)',
    ]);
    expect(await failures(text, interpreter, interpreter)).toEqual([]);
  });

  it('are named in what each found wrong', async () => {
    const outcome = await run(
      `${vip}steps:\n  - track: { userId: ann, event: Order }\n    expect: { vip: [] }\n`,
      interpreter,
      wrong,
    );
    expect(outcome.failures.map((f) => [f.route, f.check])).toEqual([
      ['sql', 'expect vip'],
      ['interpreter and sql', 'expect vip: the routes disagree'],
      ['interpreter and sql', 'members of vip: the routes disagree'],
    ]);
  });
});

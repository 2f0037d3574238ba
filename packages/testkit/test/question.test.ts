/**
 * Conditions that nobody has defined, asked of everybody in pieces while more arrives, hold for those who would be members
 * if they were defined at that instant; and where that cannot be told without history, the question says so.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { Engine } from '@segue/core/engine/engine.ts';
import { MemoryHistory } from '@segue/core/engine/message-history.ts';
import type { Question } from '@segue/core/engine/question.ts';
import { checkRule } from '@segue/core/rules/check.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import type { Condition } from '@segue/core/rules/tree.ts';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryRule } from '../src/arbitrary-rule.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const numRuns = Number(process.env['SEGUE_CASES'] ?? 600);

const pools = {
  lists: ['vips'],
  scores: ['churn', 'value'],
  segments: ['first', 'second', 'third'],
  lifecycles: { life: ['one', 'two', 'rest'] },
  rfm: ['default'],
};

/** A part of what is defined, which the engine keeps the events for, joined with what rests on answers. */
const fromDefinitions = (conditions: readonly Condition[]): fc.Arbitrary<Condition> =>
  fc
    .tuple(
      fc.constantFrom(...conditions),
      fc.constantFrom(...conditions),
      fc.constantFrom('and', 'or', 'not'),
    )
    .map(([a, b, op]): Condition => (op === 'not' ? { kind: 'not', item: a } : { kind: op, items: [a, b] }));

function rulesOf({ definitions }: DifferentialCase): readonly Condition[] {
  const parts = (condition: Condition): readonly Condition[] =>
    condition.kind === 'and' || condition.kind === 'or' ? condition.items.flatMap(parts) : [condition];
  return [...definitions.segments.values()].flatMap(({ rule }) => [rule, ...parts(rule)]);
}

/** Asks all, a few at a time, with `between` after each piece, until nobody has to be asked again. */
function askAll(question: Question, between: () => void): ReadonlySet<number> {
  const holding = new Set<number>();
  const note = (id: number): void => {
    if (((question.ask(id) ?? 0) & 1) === 1) holding.add(id);
    else holding.delete(id);
  };
  for (let round = 0; round < question.rounds; round++) {
    for (let id = 0; id < question.count; id++) question.measure(id, round);
    question.measured(round);
  }
  for (let id = 0; id < question.count; id++) {
    note(id);
    between();
  }
  for (let ids = question.changed(); ids.length > 0; ids = question.changed()) ids.forEach(note);
  return holding;
}

/** Members of the rule if it came into force now. */
function membersIfDefined(engine: Engine, rule: Condition): readonly number[] {
  const copy = engine.fork(() => undefined);
  const { definitions } = engine;
  const segments = new Map([...definitions.segments, ['draft', { name: 'draft', rule }]]);
  copy.apply({ kind: 'definitions', definitions: { ...definitions, segments } }, engine.now);
  return copy.members('draft');
}

test('a condition holds for those who would be members if it were defined now', () => {
  let answered = 0;
  let all = 0;
  const cases = arbitraryCase(arbitraryDefinitions).chain((story) =>
    fc.tuple(
      fc.constant(story),
      fc.oneof(fromDefinitions(rulesOf(story)), arbitraryRule(pools)),
      fc.nat(30),
      fc.constantFrom(1, 3),
    ),
  );
  fc.assert(
    fc.property(cases, ([story, rule, at, partitions]) => {
      const { timeZone, start, definitions } = story;
      const history = new MemoryHistory();
      const onChange = (): void => undefined;
      const engine = new Engine({ timeZone, start, definitions, history, partitions, onChange });
      const steps = story.steps.filter(({ input }) => input.kind !== 'definitions');
      let now = start;
      const take = (step: (typeof steps)[number] | undefined): void => {
        if (step === undefined) return;
        now += step.afterMs;
        engine.apply(inputAt(step.input, now), now);
      };
      steps.slice(0, at).forEach(take);
      const question = engine.question([rule]);
      all++;
      if (question.missing.length > 0) return;
      answered++;
      const rest = steps.slice(at, at + 4);
      // Populations are taken before the answers are: what arrives between is not in them.
      if (question.rounds > 0) rest.length = 0;
      const holding = askAll(question, () => {
        take(rest.shift());
      });
      question.release();
      expect([...holding].sort((a, b) => a - b)).toEqual(membersIfDefined(engine, rule));
    }),
    { numRuns },
  );
  expect(answered).toBeGreaterThan(all / 8);
});

test('what is not kept is named', () => {
  const parsed = parseRule('did "Order Completed" last 90d and trait.city = "Oslo"');
  const rule = parsed.tree;
  if (rule === undefined) throw new Error('a rule');
  const definitions = {
    segments: new Map([['buyers', { name: 'buyers', rule: { kind: 'literal', value: true } as const }]]),
    lifecycles: new Map(),
    rfm: new Map(),
    lists: new Map(),
    channels: new Map(),
  };
  expect(checkRule(rule, { definitions }).filter(({ severity }) => severity === 'error')).toEqual([]);
  const engine = new Engine({
    timeZone: 'UTC',
    start: 0,
    definitions,
    history: new MemoryHistory(),
    onChange: () => undefined,
  });
  const question = engine.question([rule]);
  expect(question.missing).toEqual(['Order Completed']);
  question.release();
});

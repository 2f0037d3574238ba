/** What an explanation states is tried: instants on the interpreter, remedies on a copy of the engine itself. */

import { Engine } from '@segue/core/engine/engine.ts';
import { type ExplainedCondition, explain, type Explanation } from '@segue/core/engine/explain.ts';
import type { RemedyAction } from '@segue/core/engine/explain-plans.ts';
import type { Remedy } from '@segue/core/engine/explain-remedy.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, Instant } from '@segue/core/model/message.ts';
import type { History, World } from '@segue/core/rules/interpreter-history.ts';
import { holds, nextChange } from '@segue/core/rules/interpreter.ts';
import { parseRule } from '@segue/core/rules/parse.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { inputAt } from '../src/arbitrary-history.ts';
import { arbitraryCase, arbitraryDefinitions, type DifferentialCase } from '../src/differential.ts';

const runs = Number(process.env['SEGUE_EXPLAIN_CASES'] ?? 150);

const stories = arbitraryCase(arbitraryDefinitions, { identity: false, lengthMax: 10 });
const customer: Identifier = { kind: 'user_id', value: 'u1' };

function play({ timeZone, start, definitions, steps }: DifferentialCase): Engine {
  const engine = new Engine({ timeZone, start, definitions, keepHistory: true, onChange: () => undefined });
  let now = start;
  for (const { afterMs, input } of steps) engine.apply(inputAt(input, (now += afterMs)), now);
  return engine;
}

type Check = (explanation: Explanation, history: History, world: World, engine: Engine) => void;

function forEveryExplanation(check: Check): void {
  fc.assert(
    fc.property(stories, (story) => {
      const engine = play(story);
      const id = engine.findProfile(customer);
      if (id === undefined) return;
      for (const segment of engine.definitions.segments.keys()) {
        const history = engine.history(id);
        const explanation = explain(history, engine.world(), segment, engine.now);
        check(explanation, history, engine.world(), engine);
      }
    }),
    {
      numRuns: runs,
      ...(process.env['SEGUE_SEED'] === undefined ? {} : { seed: Number(process.env['SEGUE_SEED']) }),
    },
  );
}

function everyCondition(condition: ExplainedCondition): readonly ExplainedCondition[] {
  return [condition, ...condition.items.flatMap(everyCondition)];
}

test('every condition is what it is said to be, since and until the instants that are said', () => {
  forEveryExplanation(({ rule, member, at }, history, world) => {
    expect(rule.holds).toBe(member);
    for (const { rule: text, holds: answer, since, until } of everyCondition(rule)) {
      const tree = parseRule(text).tree;
      if (tree === undefined) throw new Error(`not a rule: ${text}`);
      const holdsAt = (t: Instant): boolean => holds(tree, history, t, world);
      expect([text, holdsAt(at)]).toEqual([text, answer]);
      if (until !== undefined) {
        expect([text, holdsAt(until - 1), holdsAt(until)]).toEqual([text, answer, !answer]);
      }
      if (until === undefined) expect(nextChange(tree, history, at, world)).toBeUndefined();
      if (since === undefined) continue;
      expect([text, holdsAt(since.at)]).toEqual([text, answer]);
      const begins = since.at === history.bornAt || since.orEarlier === true;
      if (!begins) expect([text, holdsAt(since.at - 1)]).toEqual([text, !answer]);
    }
  });
});

test('an explanation is plain data', () => {
  forEveryExplanation((explanation) => {
    expect(JSON.parse(JSON.stringify(explanation))).toEqual(explanation);
  });
});

test('what is said to change the answer changes it', () => {
  forEveryExplanation(({ segment, member, at, change, standing }, _history, _world, engine) => {
    if (change === undefined || standing === true) return;
    const { from, effectAt = from, before } = change;
    expect(answerAfter(engine, undefined, from, segment, effectAt)).toBe(member);
    expect(answerAfter(engine, change, from, segment, effectAt)).toBe(!member);
    expect(answerAfter(engine, change, from, segment, effectAt - 1)).toBe(member);
    if (before === undefined) return;
    expect(before).toBeGreaterThan(at);
    const judged = effectAt - from;
    expect(answerAfter(engine, change, before - 1, segment, before - 1 + judged)).toBe(!member);
  });
});

test('what is said to keep the answer keeps it', () => {
  forEveryExplanation(({ segment, member, until, unless, standing }, _history, _world, engine) => {
    if (unless === undefined || until === undefined || standing === true) return;
    expect(answerAfter(engine, undefined, unless.from, segment, until)).toBe(!member);
    expect(answerAfter(engine, unless, unless.from, segment, until)).toBe(member);
    if (unless.until !== undefined) {
      expect(answerAfter(engine, unless, unless.from, segment, unless.until - 1)).toBe(member);
      expect(answerAfter(engine, unless, unless.from, segment, unless.until)).toBe(!member);
    }
    if (unless.before === undefined) return;
    expect(answerAfter(engine, unless, unless.before - 1, segment, until)).toBe(member);
  });
});

/** Membership at t, by the engine, where the remedy is begun at `start` or nothing is done. */
function answerAfter(
  engine: Engine,
  remedy: Remedy | undefined,
  start: Instant,
  segment: string,
  t: Instant,
): boolean {
  const copy = engine.fork(() => undefined);
  const inputs = (remedy?.actions ?? []).flatMap((action, index) => inputsOf(action, start, index));
  for (const { input, at } of inputs.sort((a, b) => a.at - b.at)) {
    if (at > t) continue;
    copy.apply(input, at);
  }
  copy.advanceTo(t);
  const id = copy.findProfile(customer);
  return id !== undefined && copy.isMember(id, segment);
}

type Dated = { readonly input: Input; readonly at: Instant };

function inputsOf(action: RemedyAction, start: Instant, index: number): readonly Dated[] {
  const message = { identifiers: [customer], name: '', properties: {}, traits: {} };
  const messageId = `\u{10FFFF}${index}`;
  switch (action.kind) {
    case 'event':
      return action.examples.map(({ kind, name, properties, afterMs }, i) => ({
        at: start + afterMs,
        input: {
          kind: 'message',
          message: {
            ...message,
            kind,
            name,
            properties,
            time: start + afterMs,
            messageId: `${messageId}.${i}`,
          },
        },
      }));
    case 'trait': {
      const traits = { [action.path[0] ?? '']: action.value };
      return [
        {
          at: start,
          input: {
            kind: 'message',
            message: { ...message, kind: 'identify', traits, time: start, messageId },
          },
        },
      ];
    }
    case 'list': {
      const members = action.put === 'on' ? [customer.value] : [];
      return [{ at: start, input: { kind: 'list', name: action.list, members } }];
    }
    case 'consent': {
      const { channel, topic, status } = action;
      return [
        {
          at: start,
          input: {
            kind: 'consent',
            customer,
            channel,
            status,
            at: start,
            ...(topic === undefined ? {} : { topic }),
          },
        },
      ];
    }
    case 'score':
      return [
        { at: start, input: { kind: 'score', customer, name: action.name, value: action.value, at: start } },
      ];
  }
}

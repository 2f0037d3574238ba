/**
 * Conditions compiled to tests over a customer's state, and registered with what can change their answer.
 *
 * A comparison of a count or sum with a number becomes a threshold in a group (an event touches it only when it is
 * crossed). Everything else becomes an atom, looked at when something that it reads is touched or when its next
 * instant has come.
 */

import { inSample } from '../base/murmur.ts';
import type { Instant } from '../model/message.ts';
import { mirroredOperators } from '../rules/literals.ts';
import {
  compareValues,
  compilePattern,
  durationMs,
  isPresent,
  literalValue,
  oneOf,
  textTest,
} from '../rules/semantics.ts';
import type { CompareOperator, Condition, EventPattern, Value, Window } from '../rules/tree.ts';
import type { Compiler } from './compiler.ts';
import { compileValue } from './compile-values.ts';
import { channelKey, channelOfKey, listKey, topicOfKey } from './facts.ts';
import type { Test, ThresholdGroup } from './plan.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';
import { findRing } from './rings.ts';
import { openContext, type UnitScope } from './scope.ts';
import { flipAt, flipsUntil } from './tracked.ts';
import { magnitude, type ValuePlan } from './value-plan.ts';

export function compileCondition(c: Compiler, scope: UnitScope, condition: Condition): Test {
  switch (condition.kind) {
    case 'literal': {
      const { value } = condition;
      return () => value;
    }
    case 'and': {
      const tests = condition.items.map((item) => compileCondition(c, scope, item));
      return every(tests);
    }
    case 'or': {
      const tests = condition.items.map((item) => compileCondition(c, scope, item));
      return some(tests);
    }
    case 'not': {
      const test = compileCondition(c, scope, condition.item);
      return (p, t) => !test(p, t);
    }
    case 'for':
      return compileFor(c, scope, condition.item, durationMs(condition.duration));
    case 'compare':
      return compileCompare(c, scope, condition.op, condition.left, condition.right);
    case 'one_of':
    case 'text':
    case 'presence':
      return compileValueTest(c, scope, condition);
    case 'did': {
      const did = compileDid(c, scope, condition.events, condition.window);
      return condition.negated ? (p, t) => !did(p, t) : did;
    }
    case 'sequence':
      return compileSequence(c, scope, condition);
    case 'in_segment':
      return c.segmentTest(condition.segment, scope);
    case 'in_list':
      return compileInList(c, scope, condition.list);
    case 'subscribed':
      return compileSubscribed(c, scope, condition.to);
    case 'sample': {
      const { percent, seed } = condition;
      scope.checkAtBirth = true;
      return (p) => inSample(percent, seed, p.sampleId);
    }
  }
}

function every(tests: readonly Test[]): Test {
  const [a, b] = tests;
  if (tests.length === 2 && a !== undefined && b !== undefined) return (p, t) => a(p, t) && b(p, t);
  return (p, t) => {
    for (const test of tests) if (!test(p, t)) return false;
    return true;
  };
}

function some(tests: readonly Test[]): Test {
  const [a, b] = tests;
  if (tests.length === 2 && a !== undefined && b !== undefined) return (p, t) => a(p, t) || b(p, t);
  return (p, t) => {
    for (const test of tests) if (test(p, t)) return true;
    return false;
  };
}

function compileFor(c: Compiler, scope: UnitScope, item: Condition, ms: number): Test {
  const unit = c.trackedCondition(item, ms, scope);
  const x = openContext(scope);
  c.readTracked(x, unit);
  /** Since when the operand has been true without a break, as of t; NEVER when it is false. */
  const since = (p: Profile, t: Instant): Instant => {
    const n = flipsUntil(p, unit, t);
    return n % 2 === 1 ? flipAt(p, unit, n - 1) : NEVER;
  };
  c.close(x, (p, t) => {
    const due = since(p, t) + ms;
    return due > t ? due : NEVER;
  });
  return (p, t) => since(p, t) + ms <= t;
}

function compileCompare(c: Compiler, scope: UnitScope, op: CompareOperator, left: Value, right: Value): Test {
  if (right.kind === 'number') {
    const test = compileThreshold(c, scope, op, left, right.value);
    if (test !== undefined) return test;
  }
  if (left.kind === 'number') {
    const test = compileThreshold(c, scope, mirroredOperators[op], right, left.value);
    if (test !== undefined) return test;
  }
  const x = openContext(scope);
  const l = compileValue(c, x, left);
  const r = compileValue(c, x, right);
  const { zone } = c;
  const test: Test = (p, t) => compareValues(op, l.get(p, t), r.get(p, t), zone);
  c.close(x, (p, t) => nextCrossing(l, r, test, p, t));
  return test;
}

/**
 * The next instant at which two values may change sides. Between jumps both move along straight lines, so their
 * difference has one root; the milliseconds around it are all looked at, since `=` may hold for one of them only.
 */
function nextCrossing(l: ValuePlan, r: ValuePlan, test: Test, p: Profile, t: Instant): Instant {
  const jump = Math.min(l.next(p, t), r.next(p, t));
  const slope = l.slope(p, t) - r.slope(p, t);
  if (slope === 0) return jump;
  const a = magnitude(l.get(p, t));
  const b = magnitude(r.get(p, t));
  if (a === undefined || b === undefined) return jump;
  const root = t - (a - b) / slope;
  const now = test(p, t);
  for (let at = Math.floor(root) - 2; at <= root + 3; at++) {
    if (at <= t) continue;
    if (at >= jump) return jump;
    if (test(p, at) !== now) return at;
  }
  return jump;
}

/** `op number` on a count or sum over a window that can be told from positions; undefined for anything else. */
function compileThreshold(
  c: Compiler,
  scope: UnitScope,
  op: CompareOperator,
  value: Value,
  number: number,
): Test | undefined {
  if (value.kind !== 'count' && !(value.kind === 'aggregate' && value.fn === 'sum')) return undefined;
  if (value.window?.kind === 'after_last') return undefined;
  const stream = c.stream(value.events);
  const column = value.kind === 'aggregate' ? c.column(stream, 'sum', value.property) : -1;
  const group = c.group(stream, value.window, column, scope);
  return thresholdTest(group, scope, op, number);
}

function thresholdTest(group: ThresholdGroup, scope: UnitScope, op: CompareOperator, number: number): Test {
  const reads = (inclusive: boolean): void => {
    scope.readers.push(group.threshold(number, inclusive).units);
  };
  const value = (p: Profile, t: Instant): number => {
    const o = findRing(p, group.stream.id);
    return o < 0 ? 0 : group.valueAt(p, o, t);
  };
  switch (op) {
    case '>=':
      reads(true);
      return (p, t) => value(p, t) >= number;
    case '<':
      reads(true);
      return (p, t) => value(p, t) < number;
    case '>':
      reads(false);
      return (p, t) => value(p, t) > number;
    case '<=':
      reads(false);
      return (p, t) => value(p, t) <= number;
    case '=':
      reads(true);
      reads(false);
      return (p, t) => value(p, t) === number;
    case '!=':
      reads(true);
      reads(false);
      return (p, t) => value(p, t) !== number;
  }
}

function compileDid(c: Compiler, scope: UnitScope, events: EventPattern, window: Window | undefined): Test {
  const value: Value = { kind: 'count', events, ...(window === undefined ? {} : { window }) };
  return compileCompare(c, scope, '>=', value, { kind: 'number', value: 1 });
}

function compileSequence(c: Compiler, scope: UnitScope, condition: Condition & { kind: 'sequence' }): Test {
  const sequence = c.sequence(condition, scope);
  const { completions } = sequence;
  const { window } = condition;
  for (const stream of [...sequence.stepStreams, sequence.absentStream]) {
    if (stream !== undefined) scope.streams.add(stream);
  }
  if (window?.kind !== 'after_last') {
    return thresholdTest(c.group(completions, window, -1, scope), scope, '>=', 1);
  }
  const x = openContext(scope);
  const plan = c.window(window, x);
  c.readStream(x, completions);
  completions.need(plan, scope.extraMs);
  c.close(x, () => NEVER);
  return (p, t) => {
    const o = findRing(p, completions.id);
    return o >= 0 && plan.hi(p, completions, o, t) > plan.lo(p, completions, o, t);
  };
}

type ValueTest = Condition & { kind: 'one_of' | 'text' | 'presence' };

function compileValueTest(c: Compiler, scope: UnitScope, condition: ValueTest): Test {
  const x = openContext(scope);
  const v = compileValue(c, x, condition.value);
  const { zone } = c;
  let test: Test;
  if (condition.kind === 'presence') {
    const { present } = condition;
    test = (p, t) => isPresent(v.get(p, t)) === present;
  } else if (condition.kind === 'text') {
    const { op, text } = condition;
    const pattern = op === 'matches' ? compilePattern(text) : undefined;
    test = (p, t) => textTest(op, v.get(p, t), text, pattern);
  } else {
    const { negated } = condition;
    const options = condition.values.map((literal) => literalValue(literal, zone));
    test = (p, t) => oneOf(v.get(p, t), options, zone) !== negated;
    c.close(x, (p, t) => nextOfSeveral(v, options.map(magnitude), test, p, t));
    return test;
  }
  c.close(x, v.next);
  return test;
}

/** As `nextCrossing`, against several constants. */
function nextOfSeveral(
  v: ValuePlan,
  constants: readonly (number | undefined)[],
  test: Test,
  p: Profile,
  t: Instant,
): Instant {
  let next = v.next(p, t);
  for (const constant of constants) {
    if (constant === undefined) continue;
    const against: ValuePlan = { get: () => constant, next: () => NEVER, slope: () => 0 };
    const plain: ValuePlan = { ...v, get: (q, at) => magnitude(v.get(q, at)) };
    next = Math.min(next, nextCrossing(plain, against, test, p, t));
  }
  return next;
}

function compileInList(c: Compiler, scope: UnitScope, list: string): Test {
  const key = listKey(list);
  const x = openContext(scope);
  c.readFact(x, key);
  c.listNames.add(list);
  scope.checkAtBirth = true;
  c.close(x, () => NEVER);
  return (p, t) => p.fact(key)?.at(t) === true;
}

function compileSubscribed(
  c: Compiler,
  scope: UnitScope,
  to: (Condition & { kind: 'subscribed' })['to'],
): Test {
  const x = openContext(scope);
  const { env } = c;
  const channelStands = (p: Profile, channel: string, t: Instant): boolean => {
    const said = p.fact(channelKey(channel))?.at(t);
    return said === undefined ? env.channels.get(channel) === 'opt_out' : said === true;
  };
  if (to.kind === 'channel') {
    const { channel } = to;
    c.readFact(x, channelKey(channel));
    c.close(x, () => NEVER);
    return (p, t) => channelStands(p, channel, t);
  }
  const { topic } = to;
  c.readConsents(x);
  c.close(x, () => NEVER);
  return (p, t) => {
    for (const [key, fact] of p.facts ?? []) {
      const channel = topicOfKey(key) === topic ? channelOfKey(key) : undefined;
      if (channel !== undefined && fact.at(t) === true && channelStands(p, channel, t)) return true;
    }
    return false;
  };
}

/**
 * Whether something that answers like the engine agrees with the oracle: after every input, and around every instant
 * at which it says that time alone may change an answer.
 */

import { isListValue } from '@segue/core/rules/semantics.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import type { OracleCase } from './oracle-cases.ts';
import { Oracle } from './oracle.ts';

/** What is compared with the oracle; the engine is one. */
export interface OracleSubject {
  nextDueAt(): Instant | undefined;
  advanceTo(now: Instant): void;
  apply(input: Input, now: Instant): unknown;
  profileIds(): readonly number[];
  /** The user id if there is one, else the first identifier. */
  displayId(profile: number): string;
  members(segment: string): readonly number[];
  stageOf(profile: number, lifecycle: string): string | undefined;
  value(profile: number, value: Value): RuleValue;
}

/** Instants at which time is stopped between two inputs, at most. */
const stopsMax = 40;

/** The first disagreement, in words; undefined where there is none. */
export function disagreement(subject: OracleSubject, given: OracleCase): string | undefined {
  const oracle = new Oracle(given);
  const definitionsNow = (): Definitions => oracle.definitions;
  const difference = (when: string): string | undefined => {
    const ours = answersOf(subject, definitionsNow(), given.values);
    const right = answersOf(oracle, definitionsNow(), given.values);
    const wrong = [...new Set([...right.keys(), ...ours.keys()])].find(
      (key) => right.get(key) !== ours.get(key),
    );
    if (wrong === undefined) return undefined;
    const at = new Date(oracle.now).toISOString();
    return `${when}, at ${at}, ${wrong}: is ${ours.get(wrong) ?? 'unknown'}, should be ${right.get(wrong) ?? 'unknown'}`;
  };
  const moveTo = (now: Instant): void => {
    subject.advanceTo(now);
    oracle.advanceTo(now);
  };
  const wait = (until: Instant): string | undefined => {
    for (let stops = 0; stops < stopsMax; stops += 1) {
      const due = subject.nextDueAt();
      if (due === undefined || due > until) break;
      // The millisecond before is where an answer that comes too early, or was forgotten, shows.
      if (due - 1 > oracle.now) moveTo(due - 1);
      const early = difference('just before the subject was due');
      if (early !== undefined) return early;
      moveTo(due);
      const late = difference('when the subject was due');
      if (late !== undefined) return late;
    }
    moveTo(until);
    return difference('after waiting');
  };
  for (const [index, { at, input }] of given.steps.entries()) {
    const waited = wait(at);
    if (waited !== undefined) return `before step ${index + 1}: ${waited}`;
    subject.apply(input, at);
    oracle.apply(input, at);
    const wrong = difference(`after step ${index + 1} (${input.kind})`);
    if (wrong !== undefined) return wrong;
  }
  return wait(given.until);
}

type Answering = Pick<OracleSubject, 'profileIds' | 'displayId' | 'members' | 'stageOf' | 'value'>;

/** Question → answer, in texts that can be compared and read. */
function answersOf(
  subject: Answering,
  definitions: Definitions,
  values: readonly Value[],
): ReadonlyMap<string, string> {
  const answers = new Map<string, string>();
  const profiles = subject.profileIds();
  answers.set('customers', namesOf(subject, profiles));
  for (const segment of definitions.segments.keys()) {
    answers.set(`segment ${segment}`, namesOf(subject, subject.members(segment)));
  }
  for (const profile of profiles) {
    const name = subject.displayId(profile);
    for (const lifecycle of definitions.lifecycles.keys()) {
      answers.set(`stage of ${name} in ${lifecycle}`, String(subject.stageOf(profile, lifecycle)));
    }
    for (const value of values) {
      answers.set(`${JSON.stringify(value)} of ${name}`, textOf(subject.value(profile, value)));
    }
  }
  return answers;
}

function namesOf(subject: Answering, profiles: readonly number[]): string {
  return `[${profiles
    .map((profile) => subject.displayId(profile))
    .sort()
    .join(', ')}]`;
}

function textOf(value: RuleValue): string {
  if (value === undefined) return 'missing';
  if (isListValue(value)) return `[${value.elements.map(textOf).join(', ')}]`;
  return JSON.stringify(value);
}

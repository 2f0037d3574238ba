/**
 * The route `interpreter`: every question is answered by the plain interpreter over the complete history. It answers
 * and emits nothing, so the `changes` of a scenario are left to the incremental route.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import { explainRule } from '@segue/server/scenario/explain-rule.ts';
import type { OtherInput, ScenarioSubject, SubjectSetup } from '@segue/server/scenario/subject.ts';
import { Oracle } from '@segue/testkit/oracle.ts';

export class OracleSubject implements ScenarioSubject {
  readonly oracle: Oracle;

  constructor(setup: SubjectSetup) {
    this.oracle = new Oracle(setup);
  }

  advanceTo(now: Instant): void {
    this.oracle.advanceTo(now);
  }

  take(messages: readonly Message[], now: Instant): readonly (number | undefined)[] {
    return messages.map((message) => this.oracle.apply({ kind: 'message', message }, now).profile);
  }

  apply(input: OtherInput, now: Instant): readonly Diagnostic[] {
    this.oracle.apply(input, now);
    return [];
  }

  findCustomers(names: readonly string[]): readonly (number | undefined)[] {
    return names.map((name) => this.oracle.findProfile(name));
  }

  namesOf(customers: readonly number[]): readonly string[] {
    return customers.map((customer) => this.oracle.displayId(customer));
  }

  members(segment: string): readonly number[] {
    return this.oracle.members(segment);
  }

  stageMembers(lifecycle: string, stage: string): readonly number[] {
    return this.oracle.stageMembers(lifecycle, stage);
  }

  value(customer: number, value: Value): RuleValue {
    return this.oracle.value(customer, value);
  }

  takeChanges(): undefined {
    return undefined;
  }

  /** All that there is is the history, and that is what survives. */
  restart(): undefined {
    return undefined;
  }

  /** Conditions with their answers, then the messages that made them so. */
  explain(customer: number, segment: string): readonly string[] {
    const oracle = this.oracle;
    const rule = oracle.definitions.segments.get(segment)?.rule;
    if (rule === undefined) return [];
    const conditions = explainRule(rule, {
      holds: (condition) => oracle.holds(customer, condition),
      value: (value) => oracle.value(customer, value),
      definitions: oracle.definitions,
      zone: oracle.zone,
    });
    const messages = oracle.witnesses(customer, rule).map(({ name, kind, time, messageId }) => {
      const what = name === '' ? kind : `${kind} ${JSON.stringify(name)}`;
      return `because of ${what} at ${oracle.zone.format(time)} (${messageId})`;
    });
    return [...conditions, ...messages];
  }
}

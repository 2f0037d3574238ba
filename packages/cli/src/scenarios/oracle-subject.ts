/**
 * The route `interpreter`: every question is answered by the plain interpreter over the complete history. It answers
 * and emits nothing, so the `changes` of a scenario are left to the incremental route.
 */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import { ok, type Result } from '@segue/core/base/result.ts';
import type { Applied } from '@segue/core/engine/engine.ts';
import type { SegmentChange } from '@segue/core/model/change.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';
import { explainRule } from '@segue/server/scenario/explain-rule.ts';
import type { ScenarioSubject, SubjectSetup } from '@segue/server/scenario/subject.ts';
import { Oracle } from '@segue/testkit/oracle.ts';

export class OracleSubject implements ScenarioSubject {
  readonly #oracle: Oracle;

  constructor(setup: SubjectSetup) {
    this.#oracle = new Oracle(setup);
  }

  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]> {
    return ok({ ...this.#oracle.apply(input, now), notices: [] });
  }

  advanceTo(now: Instant): void {
    this.#oracle.advanceTo(now);
  }

  findCustomer(name: string): number | undefined {
    return this.#oracle.findProfile(name);
  }

  nameOf(customer: number): string {
    return this.#oracle.displayId(customer);
  }

  members(segment: string): readonly number[] {
    return this.#oracle.members(segment);
  }

  stageMembers(lifecycle: string, stage: string): readonly number[] {
    return this.#oracle.stageMembers(lifecycle, stage);
  }

  value(customer: number, value: Value): RuleValue {
    return this.#oracle.value(customer, value);
  }

  takeChanges(): readonly SegmentChange[] | undefined {
    return undefined;
  }

  /** All that there is is the history, and that is what survives. */
  restart(): string | undefined {
    return undefined;
  }

  /** Conditions with their answers, then the messages that made them so. */
  explain(customer: number, segment: string): readonly string[] {
    const oracle = this.#oracle;
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

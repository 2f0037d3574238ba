/** What a scenario is run against: the engine, the plain interpreter, or any other that gives the same answers. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { Result } from '@segue/core/base/result.ts';
import type { Applied } from '@segue/core/engine/engine.ts';
import type { SegmentChange } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

/** How the answers are found. `all` stands for every route there is, which must agree. */
export type Route = 'incremental' | 'interpreter' | 'sql';

/** A customer, by the number that the subject knows them by. */
export type CustomerNumber = number;

export interface ScenarioSubject {
  /** Advances to `now`, then takes the input. */
  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]>;
  advanceTo(now: Instant): void;
  /** By the value of any identifier of theirs. */
  findCustomer(name: string): CustomerNumber | undefined;
  /** user id if there is one, else the first identifier. */
  nameOf(customer: CustomerNumber): string;
  members(segment: string): readonly CustomerNumber[];
  stageMembers(lifecycle: string, stage: string): readonly CustomerNumber[];
  value(customer: CustomerNumber, value: Value): RuleValue;
  /** What was emitted since the last call, in order; undefined where this route emits nothing. */
  takeChanges(): readonly SegmentChange[] | undefined;
  /** Stops without warning and starts again on the same data; what went wrong, if anything. */
  restart(): string | undefined;
  /** Why a customer is in a segment or not, a line each; empty where this route cannot say. */
  explain(customer: CustomerNumber, segment: string): readonly string[];
}

export type SubjectSetup = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
};

/** Starts a subject on its virtual clock. */
export type OpenSubject = (setup: SubjectSetup) => ScenarioSubject;

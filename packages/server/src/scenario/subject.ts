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

/** An answer, perhaps from another process. */
export type Awaitable<T> = T | Promise<T>;

export interface ScenarioSubject {
  /** Advances to `now`, then takes the input. */
  apply(input: Input, now: Instant): Awaitable<Result<Applied, readonly Diagnostic[]>>;
  advanceTo(now: Instant): Awaitable<void>;
  /** By the value of any identifier of theirs. */
  findCustomer(name: string): Awaitable<CustomerNumber | undefined>;
  /** user id if there is one, else the first identifier. */
  nameOf(customer: CustomerNumber): Awaitable<string>;
  members(segment: string): Awaitable<readonly CustomerNumber[]>;
  stageMembers(lifecycle: string, stage: string): Awaitable<readonly CustomerNumber[]>;
  value(customer: CustomerNumber, value: Value): Awaitable<RuleValue>;
  /** What was emitted since the last call, in order; undefined where this route emits nothing. */
  takeChanges(): Awaitable<readonly SegmentChange[] | undefined>;
  /** Stops without warning and starts again on the same data; what went wrong, if anything. */
  restart(): Awaitable<string | undefined>;
  /** Why a customer is in a segment or not, a line each; empty where this route cannot say. */
  explain(customer: CustomerNumber, segment: string): Awaitable<readonly string[]>;
  /** Nothing more will be asked. */
  close?(): Promise<void>;
}

export type SubjectSetup = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
};

/** Starts a subject on its virtual clock. */
export type OpenSubject = (setup: SubjectSetup) => Awaitable<ScenarioSubject>;

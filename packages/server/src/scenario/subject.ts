/** What a scenario is run against: the service, the plain interpreter, or any other that gives the same answers. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';
import type { SegmentChange } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant, Message } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

/** How the answers are found. `all` stands for every route there is, which must agree. */
export type Route = 'incremental' | 'interpreter' | 'sql';

/** A customer, by the number that the subject knows them by. */
export type CustomerNumber = number;

/** An answer, perhaps from another process. */
export type Awaitable<T> = T | Promise<T>;

/** What happens besides messages. */
export type OtherInput = Exclude<Input, { readonly kind: 'message' }>;

/** A change, with the identifiers that its customer had when it happened. */
export type EmittedChange = SegmentChange & { readonly names: readonly string[] };

export interface ScenarioSubject {
  /** Lets time pass. */
  advanceTo(now: Instant): Awaitable<void>;
  /** Takes messages that came in one request, at a clock; in their order, whom each concerned. */
  take(messages: readonly Message[], now: Instant): Awaitable<readonly (CustomerNumber | undefined)[]>;
  /** Takes what is no message, at a clock; why it was refused, and nothing when it was not. */
  apply(input: OtherInput, now: Instant): Awaitable<readonly Diagnostic[]>;
  /** By the value of any identifier of theirs; in the order of the names. */
  findCustomers(names: readonly string[]): Awaitable<readonly (CustomerNumber | undefined)[]>;
  /** User id if there is one, else the first identifier; in the order of the customers. */
  namesOf(customers: readonly CustomerNumber[]): Awaitable<readonly string[]>;
  members(segment: string): Awaitable<readonly CustomerNumber[]>;
  stageMembers(lifecycle: string, stage: string): Awaitable<readonly CustomerNumber[]>;
  value(customer: CustomerNumber, value: Value): Awaitable<RuleValue>;
  /** What was emitted since the last call, in order; undefined where this route emits nothing. */
  takeChanges(): Awaitable<readonly EmittedChange[] | undefined>;
  /** Stops without warning and starts again on the same data; what went wrong, if anything. */
  restart(): Awaitable<string | undefined>;
  /** Why a customer is in a segment or not, a line each; empty where this route cannot say. */
  explain(customer: CustomerNumber, segment: string): Awaitable<readonly string[]>;
  /** Nothing more will be asked. */
  close?(): Promise<void>;
}

export type SubjectSetup = {
  /** Of the scenario; what is left to chance follows from it. */
  readonly name: string;
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  /** How often it will be restarted. */
  readonly restarts: number;
};

/** Starts a subject on its virtual clock. */
export type OpenSubject = (setup: SubjectSetup) => Awaitable<ScenarioSubject>;

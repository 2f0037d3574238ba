/**
 * The engine: all customers of one partition on one clock, as a pure state machine.
 * Contract only; the implementation follows.
 */

import type { Diagnostic } from '../base/diagnostic.ts';
import type { Result } from '../base/result.ts';
import type { Change } from '../model/change.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Input } from '../model/input.ts';
import type { Identifier, Instant } from '../model/message.ts';
import type { Value, Condition } from '../rules/tree.ts';
import type { RuleValue } from '../rules/value.ts';

export type EngineOptions = {
  /** IANA name, e.g. `Asia/Kolkata`. */
  readonly timeZone: string;
  /** Where the clock stands before the first input. */
  readonly start: Instant;
  readonly definitions: Definitions;
  /** Called for every change, in order of instants. The object is the caller's to keep. */
  readonly onChange: (change: Change) => void;
  /**
   * Keep every message in memory, so that definitions may change later and any expression can be asked.
   * Without it, a change of definitions is refused unless the caller supplies history (default false).
   */
  readonly keepHistory?: boolean;
};

export type Applied = {
  /** The profile concerned, where there is one. */
  readonly profile?: number;
  /** A message that changed nothing because it had been seen, or was older than an erasure, and so on. */
  readonly ignored?: 'duplicate' | 'erased' | 'no_identifier' | 'limit';
  /** Things worth telling the sender: a refused merge, a time taken as now, a limit reached. */
  readonly notices: readonly Diagnostic[];
};

/** One customer, for people: what names it, what is true of it. */
export type ProfileView = {
  readonly id: number;
  readonly identifiers: readonly Identifier[];
  /** user id if there is one, else the first identifier. */
  readonly displayId: string;
  readonly bornAt: Instant | undefined;
  readonly traits: Readonly<Record<string, unknown>>;
  readonly segments: readonly { readonly segment: string; readonly since: Instant }[];
  readonly stages: readonly { readonly lifecycle: string; readonly stage: string; readonly since: Instant }[];
};

export interface EngineContract {
  readonly now: Instant;
  /** The earliest instant at which time alone could change an answer; undefined when there is none. */
  nextDueAt(): Instant | undefined;
  /** Lets time pass; changes due by time alone are emitted at their own instants, in order. Never goes back. */
  advanceTo(now: Instant): void;
  /** Advances to `now`, then takes the input. A clock that goes back is treated as standing still. */
  apply(input: Input, now: Instant): Result<Applied, readonly Diagnostic[]>;

  /** By any identifier value of theirs (kind optional). */
  findProfile(identifier: string | Identifier): number | undefined;
  profile(id: number): ProfileView | undefined;
  profileIds(): Iterable<number>;
  profileCount(): number;
  members(segment: string): readonly number[];
  size(segment: string): number;
  stageMembers(lifecycle: string, stage: string): readonly number[];
  isMember(profile: number, segment: string): boolean;
  stageOf(profile: number, lifecycle: string): string | undefined;
  /** Any checked expression about one customer, now. Needs `keepHistory` for what no definition reads. */
  value(profile: number, value: Value): RuleValue;
  holds(profile: number, condition: Condition): boolean;
}

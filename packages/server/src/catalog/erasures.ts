/**
 * Erasures of customers: which were asked for, what is still to be taken out, and the proof that it was done. A row is named
 * after the entry of the log that erased somebody. What is to be looked for names that somebody, so it goes as soon as it
 * has been taken out everywhere; what stays is a keyed hash of the identifier, by which whoever has the identifier finds
 * the row again.
 */

import type { Identifier, Instant } from '@segue/core/model/message.ts';

import type { Page, PageRequest } from './catalog.ts';

/** What is to be taken out. */
export type ErasureWork = {
  /** Of the entry that erased them. */
  readonly position: number;
  readonly at: Instant;
  /** Undefined where nobody was known by the identifier. */
  readonly profile: number | undefined;
  readonly identifiers: readonly Identifier[];
  /** Positions of their messages in the log. */
  readonly messages: readonly number[];
};

/** What was taken out. */
export type ErasureCounts = {
  /** Entries of the log that are gone. */
  readonly entries: number;
  /** Entries of others from which an identifier was taken. */
  readonly mentions: number;
  /** Changes whose names are gone. */
  readonly changes: number;
  /** Deliveries to webhooks that were dropped. */
  readonly deliveries: number;
  /** Refused messages that are gone. */
  readonly quarantined: number;
};

export type Erasure = {
  readonly position: number;
  readonly at: Instant;
  /** SHA-256 with a key of the identifier that was given; undefined until the route that was asked has noted it. */
  readonly subject: string | undefined;
  /** When nothing was left any more. */
  readonly doneAt: Instant | undefined;
  /** So far. */
  readonly removed: ErasureCounts;
};

export interface Erasures {
  /** Notes what is to be taken out; durable when it resolves. Again under the same position it changes nothing. */
  begin(work: ErasureWork): Promise<void>;
  /** Adds to what has been taken out so far. */
  count(position: number, removed: Partial<ErasureCounts>): Promise<void>;
  /** Notes whom it is about. */
  nameSubject(position: number, subject: string): Promise<void>;
  /** Not done yet, in the order of the log. */
  pending(): Promise<readonly ErasureWork[]>;
  /** All is taken out: the work is forgotten, and the audit log says so. */
  finish(position: number, removed: Partial<ErasureCounts>): Promise<void>;
  get(position: number): Promise<Erasure | undefined>;
  /** Newest first. */
  list(page: PageRequest): Promise<Page<Erasure>>;
}

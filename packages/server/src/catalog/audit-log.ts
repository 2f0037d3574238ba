/**
 * The audit log: who did what, when. Rows are added and never changed, and each carries a hash over itself and the hash of
 * the row before, so that a row changed, removed or put in between is found. What a chain cannot show is that its newest
 * rows were cut off; whoever must know that keeps the `head` that `verify` gives somewhere else.
 */

import { createHash } from 'node:crypto';

import { compareStrings } from '@segue/core/base/order.ts';
import type { Instant, JsonObject, JsonValue } from '@segue/core/model/message.ts';

import type { Actor, Page, PageRequest } from './catalog.ts';

export type AuditRow = {
  /** From 1, without gaps. */
  readonly id: number;
  readonly at: Instant;
  readonly actor: Actor;
  /** What was done, such as `user.created`. */
  readonly action: string;
  /** To what, such as `user:usr_0f…`. */
  readonly object: string;
  /** Never a secret. */
  readonly details: JsonObject;
  readonly hash: string;
};

export type AuditVerdict =
  | { readonly intact: true; readonly rows: number; /** Hash of the newest row. */ readonly head: string }
  | { readonly intact: false; /** The first row that does not follow. */ readonly row: number };

export interface AuditLog {
  /** Newest first; `after` is the id of the last one seen. */
  list(
    page: PageRequest & { readonly actor?: string; readonly action?: string; readonly object?: string },
  ): Promise<Page<AuditRow>>;
  /** Adds a row about something that the catalog itself does not do, such as putting definitions into force. */
  record(by: Actor, action: string, object: string, details: JsonObject): Promise<void>;
  /** Goes through all rows. */
  verify(): Promise<AuditVerdict>;
}

/** What stands before the first row. */
export const auditRoot: string = '0'.repeat(64);

/** The hash of a row that follows the row of hash `before`. */
export function auditHash(before: string, row: Omit<AuditRow, 'hash'>): string {
  const { id, at, actor, action, object, details } = row;
  const text = canonicalJson([before, id, at, actor.kind, actor.id, actor.name, action, object, details]);
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with keys in order: one text for one value. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(value, (_key, inner: JsonValue) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compareStrings(a, b)));
  });
}

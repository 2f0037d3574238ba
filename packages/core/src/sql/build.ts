/** What is the same throughout one compilation, and when a question is asked in it. */

import type { Zone } from '../base/zone.ts';
import type { Definitions } from '../model/definitions.ts';
import type { Instant } from '../model/message.ts';
import type { PropertyColumns } from './event-sql.ts';
import type { Parts, Scope } from './scope.ts';
import type { At } from './windows.ts';

export type Build = {
  readonly zone: Zone;
  readonly definitions: Definitions;
  /** The instant that the query is about; nothing later is looked at. */
  readonly now: Instant;
  readonly columns: PropertyColumns;
  readonly parts: Parts;
};

/**
 * The instant of a question. With a number it is that of the whole query, and behaviours are aggregates; with an
 * expression it goes through the past, and behaviours are computed out of arrays of what happened.
 */
export type When = {
  readonly scope: Scope;
  /** What has happened, has happened by then. */
  readonly at: At;
  /** What ages are taken at: the same, or later while nothing else happens. */
  readonly clock: At;
  /** Gives a name to an expression of `at` alone, where it would be computed for many clocks. */
  readonly bind?: (sql: string) => string;
};

export function isPast(when: When): when is When & { readonly at: string } {
  return typeof when.at === 'string';
}

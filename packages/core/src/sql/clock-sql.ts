/**
 * The workspace's clock in SQL: the spans of constant offset as an array, (from, until, offset, offset after it), out of
 * the same tables that the engine reads, so that no other table of time zones has a say.
 */

import { INSTANT_MIN, type Zone } from '../base/zone.ts';
import type { Instant } from '../model/message.ts';
import { sqlNumber } from './sql-text.ts';

/** How far ahead of the query dates are read exactly in a zone whose clocks change. */
const aheadMs = 36_525 * 86_400_000;
/** Before and after everything. */
const [beginning, end] = [-9e15, 9e15];

/** Items of the WITH clause; `until` is the instant of the query. */
export function clockChanges(zone: Zone, until: Instant): string {
  const pieces = zone.pieces(until + aheadMs);
  const rows = pieces.map(({ from, until: to, offset }, index) => {
    const next = pieces[index + 1]?.offset ?? offset;
    return `(${Math.max(from, beginning)},${Math.min(to, end)},${offset},${next})`;
  });
  const last = pieces.at(-1)?.until ?? end;
  return `${sqlNumber(Math.min(last, end))} AS clock_end,\n-- the clocks of ${zone.name}: from, until, offset from UTC, offset after it (milliseconds)\nCAST('[${rows.join()}]' AS Array(Tuple(Int64, Int64, Int64, Int64))) AS clock_changes`;
}

/** The offset of a zone whose clocks never change; undefined where they do. */
export function fixedOffset(zone: Zone): number | undefined {
  const [only] = zone.pieces(INSTANT_MIN);
  return only?.until === Infinity ? only.offset : undefined;
}

/**
 * Streams of one customer: for each, the events that a rule may still need, in order of time.
 *
 * Idea. A stream is a record (see records.ts) among the customer's numbers:
 *
 *     [ stream, size, head, length, (count, first)?, base × columns, time × capacity, (prefix × capacity) × columns ]
 *
 * `prefix` holds cumulative sums, as whole units of 10^-6, through each event; `base` through the last event that
 * was trimmed. So the count of any window is a difference of positions and its sum a difference of two prefixes:
 * all windows over a stream share the record, nothing needs doing when an event leaves a window, and nothing
 * drifts. `count` and `first` tell of trimmed events, for questions over all time.
 *
 * Invariants. Times ascend (equal ones by messageId where the stream keeps ids). Trimmed events are older than all
 * kept ones, or older than anything a window can still see.
 *
 * Cost. Appending is a write; finding a record and a position is a binary search each. A late event shifts those
 * after it.
 *
 * Here are the layout and the reading. Events go in and out in ring-events.ts, with their numbers in ring-sums.ts,
 * and records are made and moved in ring-room.ts.
 */

import { fromUnits } from '../base/decimal.ts';
import type { Instant } from '../model/message.ts';
import { exactBetween } from './exact-column.ts';
import type { StreamPlan } from './plan.ts';
import type { Profile } from './profile.ts';
import { findRecord, sizeOf } from './records.ts';
import { RichRing } from './rich-ring.ts';

/** Decimals of the fast sums: a millionth of a unit of money. */
export const UNIT_SCALE = 6;
/** Greatest sum, in those units, that a double holds exactly. */
export const UNITS_MAX: number = Number.MAX_SAFE_INTEGER;

/** Slots of a record, from its offset on. */
export const HEAD = 2;
export const LENGTH = 3;
export const COUNT = 4;
export const FIRST = 5;
/** Slots of a record before the optional totals. */
export const HEADER_SLOTS = 4;
export const TOTALS_SLOTS = 2;

/** Offset of the stream's record, or −1 when the customer has none. */
export function findRing(p: Profile, stream: number): number {
  return findRecord(p, stream);
}

export function lengthOf(p: Profile, o: number): number {
  return p.data[o + LENGTH] as number;
}

/** Number of trimmed events, for streams with totals. */
export function trimmedCount(p: Profile, o: number): number {
  return p.data[o + COUNT] as number;
}

/** Time of the first event among those trimmed; NEVER when none was. */
export function trimmedFirst(p: Profile, o: number): Instant {
  return p.data[o + FIRST] as number;
}

/** Time of the i-th kept event, 0 ≤ i < length. */
export function timeAt(p: Profile, stream: StreamPlan, o: number, i: number): Instant {
  return p.data[o + stream.timesAt + (p.data[o + HEAD] as number) + i] as number;
}

/** Position in the arrays of the rich ring of the i-th kept event. */
export function physical(p: Profile, o: number, i: number): number {
  return (p.data[o + HEAD] as number) + i;
}

/** How many kept events have time ≤ t. */
export function upperBound(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
  const data = p.data;
  const length = data[o + LENGTH] as number;
  const base = o + stream.timesAt + (data[o + HEAD] as number);
  if (length === 0 || (data[base + length - 1] as number) <= t) return length;
  let lo = 0;
  let hi = length - 1;
  while (lo < hi) {
    const mid = (lo + hi) >>> 1;
    if ((data[base + mid] as number) <= t) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

/** How many kept events have time < t. Instants are whole milliseconds. */
export function lowerBound(p: Profile, stream: StreamPlan, o: number, t: Instant): number {
  return upperBound(p, stream, o, t - 1);
}

/** Sum of a column over kept events lo ≤ i < hi; `fromStart` adds what was trimmed. Rounded once. */
export function sumBetween(
  p: Profile,
  stream: StreamPlan,
  o: number,
  column: number,
  lo: number,
  hi: number,
  fromStart: boolean,
): number {
  const rich = p.rich?.get(stream.id);
  const exact = rich?.exact[column];
  const head = p.data[o + HEAD] as number;
  if (exact !== undefined) return exactBetween(exact, head + lo, head + hi, fromStart, head);
  return fromUnits(unitsBetween(p, stream, o, column, lo, hi, fromStart), UNIT_SCALE);
}

/** As `sumBetween`, in whole units of 10^-6; only for columns that have no exact form. */
export function unitsBetween(
  p: Profile,
  stream: StreamPlan,
  o: number,
  column: number,
  lo: number,
  hi: number,
  fromStart: boolean,
): number {
  const data = p.data;
  const base = data[o + stream.basesAt + column] as number;
  const at = prefixAt(p, stream, o, column) + (data[o + HEAD] as number);
  const upTo = hi > 0 ? (data[at + hi - 1] as number) : base;
  if (fromStart) return upTo;
  return upTo - (lo > 0 ? (data[at + lo - 1] as number) : base);
}

/** How many events the record has room for. */
export function capacityOf(p: Profile, stream: StreamPlan, o: number): number {
  return (sizeOf(p, o) - stream.timesAt) / (1 + stream.columns.length);
}

/** Slot of the first physical prefix of a column. */
export function prefixAt(p: Profile, stream: StreamPlan, o: number, column: number): number {
  return o + stream.timesAt + capacityOf(p, stream, o) * (1 + column);
}

/** The stream's rich ring, which is made when there is none. */
export function richOf(p: Profile, stream: StreamPlan): RichRing {
  p.rich ??= new Map();
  let rich = p.rich.get(stream.id);
  if (rich === undefined) {
    rich = new RichRing(stream.values.length);
    p.rich.set(stream.id, rich);
  }
  return rich;
}

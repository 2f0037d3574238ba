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
 */

import { compareStrings } from '../base/order.ts';
import { fromUnits, toUnits } from '../base/decimal.ts';
import type { Instant, JsonObject } from '../model/message.ts';
import { readPath } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import { addExact, exactBase, exactBetween, makeExact, numbersOf } from './exact-column.ts';
import type { NumberColumn, StreamPlan } from './plan.ts';
import type { Profile } from './profile.ts';
import { NEVER } from './profile.ts';
import { addRecord, dropRecord, findRecord, sizeOf } from './records.ts';
import { type ExactColumn, RichRing } from './rich-ring.ts';

/** Decimals of the fast sums: a millionth of a unit of money. */
export const UNIT_SCALE = 6;
const UNITS_MAX = Number.MAX_SAFE_INTEGER;

const HEAD = 2;
const LENGTH = 3;
const COUNT = 4;
const FIRST = 5;
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

function capacityOf(p: Profile, stream: StreamPlan, o: number): number {
  return (sizeOf(p, o) - stream.timesAt) / (1 + stream.columns.length);
}

/** Slot of the first physical prefix of a column. */
function prefixAt(p: Profile, stream: StreamPlan, o: number, column: number): number {
  return o + stream.timesAt + capacityOf(p, stream, o) * (1 + column);
}

/** Finds the record or makes an empty one. */
export function ensureRing(p: Profile, stream: StreamPlan): number {
  const found = findRing(p, stream.id);
  return found >= 0 ? found : addRing(p, stream, 2);
}

function addRing(p: Profile, stream: StreamPlan, capacity: number): number {
  const o = addRecord(p, stream.id, stream.timesAt + capacity * (1 + stream.columns.length));
  if (stream.keepsTotals) p.data[o + FIRST] = NEVER;
  return o;
}

/** Slides kept events to the front of the arrays, or doubles the arrays. Returns the record's offset, which may be new. */
function makeRoom(p: Profile, stream: StreamPlan, o: number): number {
  const head = p.data[o + HEAD] as number;
  const length = p.data[o + LENGTH] as number;
  const capacity = capacityOf(p, stream, o);
  if (head > 0 && head * 4 >= capacity) {
    slideToFront(p, stream, o, head, length, capacity);
    return o;
  }
  const grown = capacity < 4 ? 4 : capacity + (capacity >>> 1);
  return moveRing(p, stream, o, grown);
}

function slideToFront(
  p: Profile,
  stream: StreamPlan,
  o: number,
  head: number,
  length: number,
  capacity: number,
): void {
  const data = p.data;
  for (let c = 0; c <= stream.columns.length; c++) {
    const at = o + stream.timesAt + capacity * c;
    for (let i = 0; i < length; i++) data[at + i] = data[at + head + i] as number;
  }
  data[o + HEAD] = 0;
  dropFront(p, stream.id, head);
}

/** The rich ring's arrays follow the physical positions. */
function dropFront(p: Profile, stream: number, head: number): void {
  const rich = p.rich?.get(stream);
  if (rich === undefined || head === 0) return;
  rich.ids.splice(0, head);
  for (const column of rich.columns) column.splice(0, head);
  for (const exact of rich.exact) exact?.prefix.splice(0, head);
}

function moveRing(p: Profile, stream: StreamPlan, from: number, capacity: number): number {
  const head = p.data[from + HEAD] as number;
  const length = p.data[from + LENGTH] as number;
  const oldCapacity = capacityOf(p, stream, from);
  const old = p.data.slice(from, from + sizeOf(p, from));
  dropRecord(p, from);
  const o = addRing(p, stream, capacity);
  const data = p.data;
  for (let i = HEAD; i < stream.timesAt; i++) data[o + i] = old[i] as number;
  data[o + HEAD] = 0;
  for (let c = 0; c <= stream.columns.length; c++) {
    const to = o + stream.timesAt + capacity * c;
    const at = stream.timesAt + oldCapacity * c + head;
    for (let i = 0; i < length; i++) data[to + i] = old[at + i] as number;
  }
  dropFront(p, stream.id, head);
  return o;
}

export function richOf(p: Profile, stream: StreamPlan): RichRing {
  p.rich ??= new Map();
  let rich = p.rich.get(stream.id);
  if (rich === undefined) {
    rich = new RichRing(stream.values.length);
    p.rich.set(stream.id, rich);
  }
  return rich;
}

/**
 * Adds an event to a stream, wherever its time puts it. `oldest` is the time at or before which the stream's
 * windows see nothing any more: a late event from there only counts in totals, and events kept so far that have
 * grown older than it are trimmed. Returns the record's offset (it may have moved).
 */
export function insertEvent(
  p: Profile,
  stream: StreamPlan,
  time: Instant,
  messageId: string,
  properties: JsonObject,
  oldest: Instant,
): number {
  let o = ensureRing(p, stream);
  const length = lengthOf(p, o);
  const last = length === 0 ? -NEVER : timeAt(p, stream, o, length - 1);
  if (time <= oldest && time < last) {
    if (stream.keepsTotals) addToTotals(p, stream, o, time, messageId, properties);
    return o;
  }
  const rich = stream.isRich ? richOf(p, stream) : undefined;
  let at = length;
  if (time <= last) at = placeFor(p, stream, o, time, messageId, rich);
  if (physical(p, o, length) === capacityOf(p, stream, o)) o = makeRoom(p, stream, o);
  openSlot(p, stream, o, at, length, time);
  if (rich !== undefined) insertRich(rich, stream, physical(p, o, at), at, messageId, properties, at < length ? time : NEVER);
  for (let c = 0; c < stream.columns.length; c++) addNumber(p, stream, o, c, at, properties);
  trim(p, stream, o, oldest);
  return o;
}

function placeFor(
  p: Profile,
  stream: StreamPlan,
  o: number,
  time: Instant,
  messageId: string,
  rich: RichRing | undefined,
): number {
  let at = upperBound(p, stream, o, time);
  if (rich === undefined || !stream.keepsIds) return at;
  while (
    at > 0 &&
    timeAt(p, stream, o, at - 1) === time &&
    compareStrings(rich.ids[physical(p, o, at - 1)] as string, messageId) > 0
  ) {
    at--;
  }
  return at;
}

/** Shifts what comes after position `at` by one and writes the time; prefixes are shifted, not yet corrected. */
function openSlot(
  p: Profile,
  stream: StreamPlan,
  o: number,
  at: number,
  length: number,
  time: Instant,
): void {
  const data = p.data;
  const head = data[o + HEAD] as number;
  const capacity = capacityOf(p, stream, o);
  if (at < length) {
    for (let c = 0; c <= stream.columns.length; c++) {
      const base = o + stream.timesAt + capacity * c + head;
      for (let i = length; i > at; i--) data[base + i] = data[base + i - 1] as number;
    }
  }
  data[o + stream.timesAt + head + at] = time;
  data[o + LENGTH] = length + 1;
}

/** `lateTime` is the event's time where it goes in before the end, else NEVER. */
function insertRich(
  rich: RichRing,
  stream: StreamPlan,
  at: number,
  logical: number,
  messageId: string,
  properties: JsonObject,
  lateTime: Instant,
): void {
  if (stream.keepsIds) place(rich.ids, at, messageId);
  for (let v = 0; v < stream.values.length; v++) {
    place(rich.columns[v] as RuleValue[], at, readPath(properties, stream.values[v] as readonly string[]));
  }
  if (lateTime === NEVER || rich.views === undefined) return;
  for (const view of rich.views.values()) view.insertLate(rich, at, rich.trimmed + logical, lateTime);
}

function place<T>(array: T[], at: number, value: T): void {
  if (at === array.length) array.push(value);
  else array.splice(at, 0, value);
}

/** Adds the event's number to the prefixes from position `at` on. */
function addNumber(
  p: Profile,
  stream: StreamPlan,
  o: number,
  c: number,
  at: number,
  properties: JsonObject,
): void {
  const column = stream.columns[c] as StreamPlan['columns'][number];
  const value = readPath(properties, column.path);
  const units = unitsIn(column, value);
  const data = p.data;
  const first = prefixAt(p, stream, o, c) + (data[o + HEAD] as number);
  const length = data[o + LENGTH] as number;
  const before = at > 0 ? (data[first + at - 1] as number) : (data[o + stream.basesAt + c] as number);
  if (units !== undefined && units < 0) column.hasNegative = true;
  const exact = p.rich?.get(stream.id)?.exact[c];
  if (exact !== undefined || units === undefined || Math.abs(before) + Math.abs(units) > UNITS_MAX) {
    insertExact(p, stream, o, c, at, numbersIn(column, value));
    return;
  }
  data[first + at] = before + units;
  for (let i = at + 1; i < length; i++) data[first + i] = (data[first + i] as number) + units;
}

function insertExact(
  p: Profile,
  stream: StreamPlan,
  o: number,
  c: number,
  at: number,
  numbers: readonly number[],
): void {
  const rich = richOf(p, stream);
  const head = p.data[o + HEAD] as number;
  const length = lengthOf(p, o);
  let exact = rich.exact[c];
  if (exact === undefined) {
    const first = prefixAt(p, stream, o, c);
    // The slot at `at` is open but empty: it is no part of what was there before.
    const units: number[] = [];
    for (let i = 0; i < head + length; i++) if (i !== head + at) units.push(p.data[first + i] as number);
    exact = makeExact(units, p.data[o + stream.basesAt + c] as number, UNIT_SCALE);
    rich.exact[c] = exact;
  }
  addExact(exact, head + at, head, numbers);
  if (numbers.some((x) => x < 0)) (stream.columns[c] as { hasNegative: boolean }).hasNegative = true;
}

/** What an event adds to a column in units of 10^-6, or undefined where that form cannot hold it. */
function unitsIn(column: NumberColumn, value: RuleValue): number | undefined {
  if (typeof value === 'number') {
    return column.kind === 'sum' ? toUnits(value, UNIT_SCALE) : 10 ** UNIT_SCALE;
  }
  let sum = 0;
  for (const x of numbersIn(column, value)) {
    const units = toUnits(x, UNIT_SCALE);
    if (units === undefined) return undefined;
    sum += units;
  }
  return Math.abs(sum) <= UNITS_MAX ? sum : undefined;
}

function numbersIn(column: NumberColumn, value: RuleValue): readonly number[] {
  const numbers = numbersOf(value);
  return column.kind === 'sum' ? numbers : numbers.map(() => 1);
}

/** Counts an event that no window sees any more. */
function addToTotals(
  p: Profile,
  stream: StreamPlan,
  o: number,
  time: Instant,
  messageId: string,
  properties: JsonObject,
): void {
  const data = p.data;
  data[o + COUNT] = (data[o + COUNT] as number) + 1;
  noteFirst(p, stream, o, time, messageId, (v) => readPath(properties, v));
  for (let c = 0; c < stream.columns.length; c++) addNumberToBase(p, stream, o, c, properties);
}

function addNumberToBase(p: Profile, stream: StreamPlan, o: number, c: number, properties: JsonObject): void {
  const column = stream.columns[c] as StreamPlan['columns'][number];
  const value = readPath(properties, column.path);
  const units = unitsIn(column, value);
  const data = p.data;
  const length = lengthOf(p, o);
  const base = o + stream.basesAt + c;
  const exact = p.rich?.get(stream.id)?.exact[c];
  const top = Math.abs(data[base] as number) + Math.abs(units ?? NEVER);
  if (exact !== undefined || units === undefined || top > UNITS_MAX) {
    const rich = richOf(p, stream);
    const head = data[o + HEAD] as number;
    const first = prefixAt(p, stream, o, c);
    const kept = Array.from({ length: head + length }, (_, i) => data[first + i] as number);
    const made = exact ?? makeExact(kept, data[base] as number, UNIT_SCALE);
    rich.exact[c] = made;
    exactBase(made, numbersIn(column, value));
    return;
  }
  data[base] = (data[base] as number) + units;
  const first = prefixAt(p, stream, o, c) + (data[o + HEAD] as number);
  for (let i = 0; i < length; i++) data[first + i] = (data[first + i] as number) + units;
}

function noteFirst(
  p: Profile,
  stream: StreamPlan,
  o: number,
  time: Instant,
  messageId: string,
  value: (path: readonly string[]) => RuleValue,
): void {
  const data = p.data;
  const first = data[o + FIRST] as number;
  if (time > first) return;
  const rich = stream.isRich ? richOf(p, stream) : undefined;
  if (time === first && rich !== undefined && compareStrings(messageId, rich.firstId) < 0) return;
  data[o + FIRST] = time;
  if (rich === undefined) return;
  rich.firstId = messageId;
  rich.firstValues = stream.values.map(value);
}

/** Lets go of kept events with time ≤ oldest; the last one stays where a rule asks for it. */
export function trim(p: Profile, stream: StreamPlan, o: number, oldest: Instant): void {
  const data = p.data;
  const keep = stream.keepsLast ? 1 : 0;
  let head = data[o + HEAD] as number;
  let length = data[o + LENGTH] as number;
  const times = o + stream.timesAt;
  if (length <= keep || (data[times + head] as number) > oldest) return;
  const capacity = capacityOf(p, stream, o);
  const rich = p.rich?.get(stream.id);
  while (length > keep && (data[times + head] as number) <= oldest) {
    for (let c = 0; c < stream.columns.length; c++) {
      data[o + stream.basesAt + c] = data[times + capacity * (1 + c) + head] as number;
      const exact = rich?.exact[c];
      if (exact !== undefined) exact.base = exact.prefix[head] as bigint;
    }
    if (stream.keepsTotals) {
      data[o + COUNT] = (data[o + COUNT] as number) + 1;
      const at = head;
      noteFirst(
        p,
        stream,
        o,
        data[times + head] as number,
        rich?.ids[at] ?? '',
        (path) => rich?.columns[stream.values.indexOf(path)]?.[at],
      );
    }
    if (rich !== undefined) {
      if (rich.views !== undefined) {
        const time = data[times + head] as number;
        for (const view of rich.views.values()) view.trimFirst(rich, head, rich.trimmed, time);
      }
      rich.trimmed++;
    }
    head++;
    length--;
  }
  data[o + HEAD] = length === 0 ? 0 : head;
  data[o + LENGTH] = length;
  if (length === 0) dropFront(p, stream.id, head);
}

/** Takes out kept events with time ≥ from. */
export function cutRing(p: Profile, stream: StreamPlan, o: number, from: Instant): void {
  p.data[o + LENGTH] = lowerBound(p, stream, o, from);
}

/** Writes a whole record at once; the stream must have none. Rich arrays are the caller's to fill. */
export function writeRing(
  p: Profile,
  stream: StreamPlan,
  times: readonly Instant[],
  columns: readonly ExactColumn[],
  trimmed: number,
  first: Instant,
): void {
  const o = addRing(p, stream, Math.max(times.length, 1));
  const data = p.data;
  data[o + LENGTH] = times.length;
  if (stream.keepsTotals) {
    data[o + COUNT] = trimmed;
    data[o + FIRST] = first;
  }
  for (let i = 0; i < times.length; i++) data[o + stream.timesAt + i] = times[i] as number;
  columns.forEach((column, c) => {
    if (column.prefix.some((units) => units < 0n)) (stream.columns[c] as { hasNegative: boolean }).hasNegative = true;
    if (!fitsFast(column)) {
      richOf(p, stream).exact[c] = column;
      return;
    }
    data[o + stream.basesAt + c] = Number(column.base);
    const at = prefixAt(p, stream, o, c);
    for (let i = 0; i < times.length; i++) data[at + i] = Number(column.prefix[i]);
  });
}

function fitsFast({ scale, base, prefix }: ExactColumn): boolean {
  const max = BigInt(UNITS_MAX);
  const fits = (units: bigint): boolean => units <= max && units >= -max;
  return scale === UNIT_SCALE && fits(base) && prefix.every(fits);
}

/** Forgets the events of a stream (totals too); used where a derived stream is made anew. */
export function clearRing(p: Profile, stream: StreamPlan): void {
  const o = findRing(p, stream.id);
  p.rich?.delete(stream.id);
  if (o >= 0) dropRecord(p, o);
}

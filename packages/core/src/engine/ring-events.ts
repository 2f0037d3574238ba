/**
 * Events into a ring and out of it. An event goes where its time puts it; what no window sees any more is trimmed
 * from the front, into totals where a rule asks over all time. Layout and invariants: see rings.ts.
 */

import { compareStrings } from '../base/order.ts';
import type { Instant, JsonObject } from '../model/message.ts';
import { readPath } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import type { StreamPlan } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import type { ExactColumn, RichRing } from './rich-ring.ts';
import { addRing, dropFront, ensureRing, makeRoom } from './ring-room.ts';
import { addNumber, addNumberToBase, fitsFast } from './ring-sums.ts';
import {
  capacityOf,
  COUNT,
  FIRST,
  HEAD,
  LENGTH,
  lengthOf,
  lowerBound,
  physical,
  prefixAt,
  richOf,
  timeAt,
  upperBound,
} from './rings.ts';

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
  if (rich !== undefined) {
    insertRich(rich, stream, physical(p, o, at), at, messageId, properties, at < length ? time : NEVER);
  }
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
    if (column.prefix.some((units) => units < 0n)) {
      (stream.columns[c] as { hasNegative: boolean }).hasNegative = true;
    }
    if (!fitsFast(column)) {
      richOf(p, stream).exact[c] = column;
      return;
    }
    data[o + stream.basesAt + c] = Number(column.base);
    const at = prefixAt(p, stream, o, c);
    for (let i = 0; i < times.length; i++) data[at + i] = Number(column.prefix[i]);
  });
}

/**
 * Room for a customer's events of a stream: the record is made, grows by half, slides to the front when enough of it
 * has been trimmed, and is forgotten. The rich ring's arrays follow. Layout: see rings.ts.
 */

import type { StreamPlan } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { addRecord, dropRecord, sizeOf } from './records.ts';
import { capacityOf, findRing, FIRST, HEAD, LENGTH } from './rings.ts';

/** Finds the record or makes an empty one. */
export function ensureRing(p: Profile, stream: StreamPlan): number {
  const found = findRing(p, stream.id);
  return found >= 0 ? found : addRing(p, stream, 2);
}

/** Makes an empty record with room for `capacity` events. */
export function addRing(p: Profile, stream: StreamPlan, capacity: number): number {
  const o = addRecord(p, stream.id, stream.timesAt + capacity * (1 + stream.columns.length));
  if (stream.keepsTotals) p.data[o + FIRST] = NEVER;
  return o;
}

/** Slides kept events to the front of the arrays, or lets the arrays grow. Returns the record's offset, which may be new. */
export function makeRoom(p: Profile, stream: StreamPlan, o: number): number {
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

/** Slides all that is kept of the streams to the front of the arrays. */
export function slideAll(p: Profile, streams: readonly StreamPlan[]): void {
  for (const stream of streams) {
    const o = findRing(p, stream.id);
    if (o < 0) continue;
    const head = p.data[o + HEAD] as number;
    if (head === 0) continue;
    slideToFront(p, stream, o, head, p.data[o + LENGTH] as number, capacityOf(p, stream, o));
  }
}

/** The rich ring's arrays follow the physical positions. */
export function dropFront(p: Profile, stream: number, head: number): void {
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

/** Forgets the events of a stream (totals too); used where a derived stream is made anew. */
export function clearRing(p: Profile, stream: StreamPlan): void {
  const o = findRing(p, stream.id);
  p.rich?.delete(stream.id);
  if (o >= 0) dropRecord(p, o);
}

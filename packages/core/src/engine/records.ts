/**
 * A customer's numbers: records in one array of doubles, found through a small sorted index.
 *
 *     record = [ key, size, … ]        key: what it is of; size: its slots, these two included
 *
 * A record that outgrows its slots moves to the end and leaves a hole (key NO_RECORD). Holes go when the array is full and
 * made anew, and when the customer is packed (see packing.ts). One array per customer keeps what an event touches close
 * together, and costs no object per record.
 */

import { makeDoubles } from './pairs.ts';
import type { Profile } from './profile.ts';

const SIZE = 1;
/** Slots before a record's own. */
export const RECORD_SLOTS = 2;
const NO_RECORD = -1;
/** An array gets half as much again to spare: it is copied less often. */
const ROOM_MIN = 64;

/** Keys below are streams' ids; tracked units and sequences come after. */
export const TRACKED_KEYS: number = 2 ** 28;
export const SEQUENCE_KEYS: number = 2 ** 29;

export function trackedKey(unit: number): number {
  return TRACKED_KEYS + unit;
}

export function sequenceKey(timer: number): number {
  return SEQUENCE_KEYS + timer;
}

/** Offset of the record, or −1 when there is none. */
export function findRecord(p: Profile, key: number): number {
  const { index } = p;
  const i = index.find(key);
  return i < 0 ? -1 : index.valueAt(i);
}

export function sizeOf(p: Profile, o: number): number {
  return p.data[o + SIZE] as number;
}

/** Adds a record of zeros, of which there must be none. Offsets known before may have changed. */
export function addRecord(p: Profile, key: number, size: number): number {
  if (p.used + size > p.data.length) reserve(p, size);
  const o = p.used;
  const data = p.data;
  data[o] = key;
  data[o + SIZE] = size;
  for (let i = o + RECORD_SLOTS; i < o + size; i++) data[i] = 0;
  p.used = o + size;
  p.index.set(key, o);
  return o;
}

/** Adds a record of zeros whose key is greater than all others. */
export function appendRecord(p: Profile, key: number, size: number): number {
  if (p.used + size > p.data.length) reserve(p, size);
  const o = p.used;
  const data = p.data;
  data[o] = key;
  data[o + SIZE] = size;
  for (let i = o + RECORD_SLOTS; i < o + size; i++) data[i] = 0;
  p.used = o + size;
  p.index.append(key, o);
  return o;
}

/** Takes a record out; its slots are lost until the array is made anew. */
export function dropRecord(p: Profile, o: number): void {
  p.index.drop(p.data[o] as number);
  p.data[o] = NO_RECORD;
}

/** Moves a record to one of another size; slots are kept as far as both have them. Returns the new offset. */
export function resizeRecord(p: Profile, o: number, size: number): number {
  const key = p.data[o] as number;
  const old = p.data.slice(o, o + (p.data[o + SIZE] as number));
  dropRecord(p, o);
  const to = addRecord(p, key, size);
  const n = Math.min(old.length, size);
  for (let i = RECORD_SLOTS; i < n; i++) p.data[to + i] = old[i] as number;
  return to;
}

/** The keys of all records, ascending. */
export function keysOf(p: Profile): readonly number[] {
  return Array.from({ length: p.index.size }, (_, i) => p.index.keyAt(i));
}

/** Makes room for `slots` more at the end. */
function reserve(p: Profile, slots: number): void {
  const old = p.data;
  let live = 0;
  for (let o = 0; o < p.used; o += old[o + SIZE] as number) {
    if (old[o] !== NO_RECORD) live += old[o + SIZE] as number;
  }
  const need = live + slots;
  const data = makeDoubles(Math.max(ROOM_MIN, need + (need >>> 1)));
  const { index } = p;
  let w = 0;
  for (let o = 0; o < p.used;) {
    const size = old[o + SIZE] as number;
    if (old[o] !== NO_RECORD) {
      for (let i = 0; i < size; i++) data[w + i] = old[o + i] as number;
      index.setValueAt(index.find(old[o] as number), w);
      w += size;
    }
    o += size;
  }
  p.data = data;
  p.used = w;
}

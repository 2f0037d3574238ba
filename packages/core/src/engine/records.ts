/**
 * A customer's numbers: records in one array of doubles, found through a sorted index.
 *
 *     record = [ key, size, … ]        key: what it is of; size: its slots, these two included
 *
 * A record that outgrows its slots moves to the end and leaves a hole (key NO_RECORD). Holes go when the array is made
 * anew, which happens when it is full. One array per customer keeps what an event
 * touches close together, and costs no object per record.
 */

import { findPair, makeDoubles, setPair } from './pairs.ts';
import type { Profile } from './profile.ts';

const SIZE = 1;
/** Slots before a record's own. */
export const RECORD_SLOTS = 2;
const NO_RECORD = -1;
/** Slots from which on the array gets half as much again to spare, not an eighth: it is copied less often. */
const LARGE = 256;

/** Keys below are streams' ids; tracked units and sequences come after. */
const TRACKED_KEYS = 2 ** 32;
const SEQUENCE_KEYS = 2 ** 33;

export function trackedKey(unit: number): number {
  return TRACKED_KEYS + unit;
}

export function sequenceKey(timer: number): number {
  return SEQUENCE_KEYS + timer;
}

/** Offset of the record, or −1 when there is none. */
export function findRecord(p: Profile, key: number): number {
  const i = findPair(p.index, key);
  return i < 0 ? -1 : (p.index[i + 1] as number);
}

export function sizeOf(p: Profile, o: number): number {
  return p.data[o + SIZE] as number;
}

/** Adds a record of zeros, of which there must be none. Offsets known before may have changed. */
export function addRecord(p: Profile, key: number, size: number): number {
  reserve(p, size);
  const o = p.used;
  const data = p.data;
  data[o] = key;
  data[o + SIZE] = size;
  for (let i = o + RECORD_SLOTS; i < o + size; i++) data[i] = 0;
  p.used = o + size;
  p.index = setPair(p.index, key, o);
  return o;
}

/** Takes a record out; its slots are lost until the array is made anew. */
export function dropRecord(p: Profile, o: number): void {
  const i = findPair(p.index, p.data[o] as number);
  // The key stays in the index without a place: whoever drops a record mostly adds it again.
  if (i >= 0) p.index[i + 1] = -1;
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

/** All records' offsets with their keys, in no order. */
export function keysOf(p: Profile): readonly number[] {
  const keys: number[] = [];
  for (let i = 0; i < p.index.length; i += 2) {
    if (p.index[i + 1] !== -1 && (p.index[i] as number) < Infinity) keys.push(p.index[i] as number);
  }
  return keys;
}

/** Makes room for `slots` more at the end. */
function reserve(p: Profile, slots: number): void {
  if (p.used + slots <= p.data.length) return;
  const old = p.data;
  let live = 0;
  for (let o = 0; o < p.used; o += old[o + SIZE] as number) {
    if (old[o] !== NO_RECORD) live += old[o + SIZE] as number;
  }
  const need = live + slots;
  const data = makeDoubles(need + (need >>> (need > LARGE ? 1 : 3)));
  let w = 0;
  for (let o = 0; o < p.used;) {
    const size = old[o + SIZE] as number;
    if (old[o] !== NO_RECORD) {
      for (let i = 0; i < size; i++) data[w + i] = old[o + i] as number;
      p.index[findPair(p.index, old[o] as number) + 1] = w;
      w += size;
    }
    o += size;
  }
  p.data = data;
  p.used = w;
}

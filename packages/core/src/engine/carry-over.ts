/**
 * A customer as one plan has them becomes the customer of another, as far as the two have parts in common
 * (common-parts.ts): records, answers and armed timers are copied under their new numbers, facts are shared.
 */

import type { CommonParts, StreamChange } from './common-parts.ts';
import type { Profile } from './profile.ts';
import {
  addRecord,
  dropRecord,
  keysOf,
  SEQUENCE_KEYS,
  sequenceKey,
  sizeOf,
  TRACKED_KEYS,
  trackedKey,
  RECORD_SLOTS,
} from './records.ts';
import { readRing, replaceRing } from './ring-state.ts';
import { findRing } from './rings.ts';

/** Leaves nothing of a customer but the streams that have to be loaded. */
export function dropCarried(p: Profile, { isLoaded }: CommonParts): void {
  p.disarmAll();
  p.memberships.clear();
  if (p.stages.length > 0) p.stages = [];
  p.sequences = undefined;
  if (p.index.size === 0) return;
  for (const key of keysOf(p)) {
    if (key < TRACKED_KEYS && isLoaded[key] === 1) continue;
    dropRecord(p, p.index.valueAt(p.index.find(key)));
    if (key < TRACKED_KEYS) p.rich?.delete(key);
  }
  if (p.rich?.size === 0) p.rich = undefined;
}

/** Adds what `from` has in common to `to`, who has nothing but what was loaded. */
export function carryOver(to: Profile, from: Profile, common: CommonParts): void {
  to.bornAt = from.bornAt;
  to.facts = from.facts;
  to.future = from.future;
  carryRecords(to, from, common);
  carryAnswers(to, from, common);
  const { list, size } = from.timers;
  for (let i = 0; i < size; i++) {
    const timer = common.timers[list[i * 2] as number] as number;
    if (timer >= 0) to.arm(timer, list[i * 2 + 1] as number);
  }
  if (from.sequences === undefined) return;
  for (const [timer, run] of from.sequences) {
    const id = common.timers[timer] as number;
    if (id >= 0) (to.sequences ??= new Map()).set(id, run);
  }
}

function carryAnswers(to: Profile, from: Profile, { units }: CommonParts): void {
  const { list, size } = from.memberships;
  for (let i = 0; i < size; i++) {
    const unit = units[list[i * 2] as number] as number;
    if (unit >= 0) to.memberships.set(unit, list[i * 2 + 1] as number);
  }
  for (let i = 0; i < from.stages.length; i += 3) {
    const unit = units[from.stages[i] as number] as number;
    if (unit >= 0) to.stages.push(unit, from.stages[i + 1] as number, from.stages[i + 2] as number);
  }
}

function carryRecords(to: Profile, from: Profile, common: CommonParts): void {
  const { list, size } = from.index;
  for (let i = 0; i < size; i++) {
    const key = list[i * 2] as number;
    const o = list[i * 2 + 1] as number;
    if (key < TRACKED_KEYS) carryStream(to, from, key, o, common);
    else if (key < SEQUENCE_KEYS) {
      const unit = common.units[key - TRACKED_KEYS] as number;
      if (unit >= 0) copyRecord(to, trackedKey(unit), from, o);
    } else {
      const timer = common.timers[key - SEQUENCE_KEYS] as number;
      if (timer >= 0) copyRecord(to, sequenceKey(timer), from, o);
    }
  }
}

function carryStream(to: Profile, from: Profile, stream: number, o: number, common: CommonParts): void {
  const id = common.streams[stream] as number;
  if (id < 0) return;
  const change = common.changed.size === 0 ? undefined : common.changed.get(stream);
  if (change !== undefined) {
    carryChanged(to, from, change);
    return;
  }
  copyRecord(to, id, from, o);
  const rich = from.rich?.get(stream);
  if (rich !== undefined) (to.rich ??= new Map()).set(id, rich.copy());
}

/** Fewer columns or values, or in another order. */
function carryChanged(to: Profile, from: Profile, { before, after, columns, values }: StreamChange): void {
  const ring = readRing(from, before);
  if (ring === undefined || findRing(to, after.id) >= 0) return;
  const pick = <T>(list: readonly T[], places: readonly number[]): T[] =>
    list.length === 0 ? [] : places.map((place) => list[place] as T);
  replaceRing(to, after, {
    ...ring,
    ids: after.keepsIds ? ring.ids : [],
    values: pick(ring.values, values),
    columns: pick(ring.columns, columns),
    firstId: after.keepsIds ? ring.firstId : '',
    firstValues: after.keepsIds ? pick(ring.firstValues, values) : [],
  });
}

function copyRecord(to: Profile, key: number, from: Profile, o: number): void {
  const size = sizeOf(from, o);
  const at = addRecord(to, key, size);
  const { data } = to;
  const theirs = from.data;
  for (let i = RECORD_SLOTS; i < size; i++) data[at + i] = theirs[o + i] as number;
}

/**
 * Tracked answers: the instants at which an answer flipped, false → true first, in a record per customer and unit:
 *
 *     [ key, size, count, flip × capacity ]
 *
 * Without a record the answer is the unit's default, and has been since the customer came into being.
 */

import type { Instant } from '../model/message.ts';
import type { TrackedUnit } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import {
  addRecord,
  dropRecord,
  findRecord,
  keysOf,
  resizeRecord,
  SEQUENCE_KEYS,
  sizeOf,
  TRACKED_KEYS,
  trackedKey,
} from './records.ts';

const COUNT = 2;
const FLIPS = 3;
/** For who writes records down: where the number of flips is, and where they begin. */
export const TRACKED_COUNT: number = COUNT;
export const TRACKED_FLIPS: number = FLIPS;
const CAPACITY = 2;

/** How many flips there had been by t: odd when the answer is true. */
export function flipsUntil(p: Profile, unit: TrackedUnit, t: Instant): number {
  const o = findRecord(p, trackedKey(unit.id));
  if (o < 0) return unit.byDefault && p.bornAt <= t ? 1 : 0;
  let n = p.data[o + COUNT] as number;
  while (n > 0 && (p.data[o + FLIPS + n - 1] as number) > t) n--;
  return n;
}

/** The i-th flip, from 0. */
export function flipAt(p: Profile, unit: TrackedUnit, i: number): Instant {
  const o = findRecord(p, trackedKey(unit.id));
  return o < 0 ? p.bornAt : (p.data[o + FLIPS + i] as number);
}

/** The first flip later than t; NEVER when there is none. */
export function nextFlip(p: Profile, unit: TrackedUnit, t: Instant): Instant {
  const n = flipsUntil(p, unit, t);
  const o = findRecord(p, trackedKey(unit.id));
  if (o < 0) return unit.byDefault && p.bornAt > t ? p.bornAt : NEVER;
  return n < (p.data[o + COUNT] as number) ? (p.data[o + FLIPS + n] as number) : NEVER;
}

/** Notes that the answer flipped at t, which is no earlier than the last flip. There and back at one instant is none. */
export function flip(p: Profile, unit: TrackedUnit, t: Instant): void {
  let o = recordOf(p, unit);
  const n = p.data[o + COUNT] as number;
  if (n > 0 && p.data[o + FLIPS + n - 1] === t) {
    p.data[o + COUNT] = n - 1;
    return;
  }
  forget(p, o, t - unit.horizonMs);
  const count = p.data[o + COUNT] as number;
  if (FLIPS + count === sizeOf(p, o)) o = resizeRecord(p, o, FLIPS + count + CAPACITY);
  p.data[o + FLIPS + count] = t;
  p.data[o + COUNT] = count + 1;
}

/** The flips before t, without any from before the customer existed. */
export function flipsBefore(p: Profile, unit: TrackedUnit, t: Instant): number[] {
  const flips = readFlips(p, unit.id) ?? (unit.byDefault ? [p.bornAt] : []);
  return flips.filter((at) => at < t && at >= p.bornAt);
}

/** Puts flips in place of those known; nothing is stored where they are those of the default. */
export function setFlips(p: Profile, unit: TrackedUnit, flips: readonly number[]): void {
  const o = findRecord(p, trackedKey(unit.id));
  if (o < 0) {
    const isDefault = unit.byDefault ? flips.length === 1 && flips[0] === p.bornAt : flips.length === 0;
    if (!isDefault) writeFlips(p, unit.id, flips);
    return;
  }
  if (FLIPS + flips.length > sizeOf(p, o)) {
    dropRecord(p, o);
    writeFlips(p, unit.id, flips);
    return;
  }
  p.data[o + COUNT] = flips.length;
  for (let i = 0; i < flips.length; i++) p.data[o + FLIPS + i] = flips[i] as number;
}

/** Drops pairs of flips older than anybody asks for; the last two always stay. */
function forget(p: Profile, o: number, oldest: Instant): void {
  const count = p.data[o + COUNT] as number;
  let drop = 0;
  while (drop + 3 < count && (p.data[o + FLIPS + drop + 2] as number) < oldest) drop += 2;
  if (drop === 0) return;
  for (let i = drop; i < count; i++) p.data[o + FLIPS + i - drop] = p.data[o + FLIPS + i] as number;
  p.data[o + COUNT] = count - drop;
}

function recordOf(p: Profile, unit: TrackedUnit): number {
  const key = trackedKey(unit.id);
  let o = findRecord(p, key);
  if (o >= 0) return o;
  o = addRecord(p, key, FLIPS + CAPACITY);
  if (unit.byDefault && p.bornAt !== NEVER) {
    p.data[o + COUNT] = 1;
    p.data[o + FLIPS] = p.bornAt;
  }
  return o;
}

/** All flips of a unit as a list; undefined when nothing but the default is known. */
export function readFlips(p: Profile, unit: number): number[] | undefined {
  const o = findRecord(p, trackedKey(unit));
  return o < 0 ? undefined : p.data.slice(o + FLIPS, o + FLIPS + (p.data[o + COUNT] as number));
}

/**
 * The flips that somebody may still ask for, in a form that does not show when older ones were let go of or how far back they
 * were found: undefined when nothing but the default is known.
 */
export function lastingFlips(p: Profile, unit: TrackedUnit, now: Instant): number[] | undefined {
  const flips = readFlips(p, unit.id);
  if (flips === undefined) return undefined;
  const born = unit.byDefault && p.bornAt <= now ? [p.bornAt] : [];
  const lasting = fromOldest(flips, now - unit.horizonMs);
  const expected = fromOldest(born, now - unit.horizonMs);
  return lasting.length === expected.length && lasting[0] === expected[0] ? undefined : lasting;
}

/** Answers before the oldest instant are taken as that of it. */
function fromOldest(flips: readonly number[], oldest: Instant): number[] {
  const kept = flips.filter((at) => at > oldest);
  if ((flips.length - kept.length) % 2 === 1) kept.unshift(oldest);
  return kept;
}

export function writeFlips(p: Profile, unit: number, flips: readonly number[]): void {
  const o = addRecord(p, trackedKey(unit), FLIPS + Math.max(flips.length, CAPACITY));
  p.data[o + COUNT] = flips.length;
  flips.forEach((at, i) => {
    p.data[o + FLIPS + i] = at;
  });
}

/** Forgets all flips of all units. */
export function forgetTracked(p: Profile): void {
  for (const key of keysOf(p)) {
    if (key >= TRACKED_KEYS && key < SEQUENCE_KEYS) dropRecord(p, findRecord(p, key));
  }
}

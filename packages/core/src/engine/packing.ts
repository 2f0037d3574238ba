/**
 * A customer's numbers as bytes and back: how customers lie in memory who are not being worked on.
 *
 *     [ flags, when born, base?, memberships, timers, streams, tracked units, sequences, stages? ]        each a count and so many
 *
 * Only what means something is written: no room to grow, no timers that have fired. Instants of one record have one
 * width: 4 bytes when they lie within 49 days of the customer's base (which is about now), else 6, and 8 bytes of a
 * double for what neither can hold. So a customer of whom ten events are kept takes some 200 bytes, and
 * reading and writing are plain loops over instants.
 *
 * What is not a number (see rich-ring.ts, facts.ts) is not here.
 */

import type { Instant } from '../model/message.ts';
import { blockBytesMax } from './arena.ts';
import type { Plan } from './make-plan.ts';
import type { Pairs } from './pairs.ts';
import {
  BASE_BEFORE_MS,
  HAS_BASE,
  HAS_STAGES,
  LOW,
  MIN_6,
  MINUS_NEVER_4,
  MINUS_NEVER_6,
  NEVER_4,
  NEVER_6,
  RecordLayouts,
  WIDE_IDS,
  WIDTH_4,
  WIDTH_6,
  WIDTH_8,
} from './packed-format.ts';
import { NEVER, type Profile, sinceOf } from './profile.ts';
import { SEQUENCE_KEYS, sizeOf, TRACKED_KEYS } from './records.ts';
import { dropFront } from './ring-room.ts';
import { COUNT, FIRST, HEAD, HEADER_SLOTS, LENGTH, TOTALS_SLOTS } from './rings.ts';
import { RUN_TIMES, RUN_WAITS } from './sequence-runs.ts';
import { TRACKED_COUNT, TRACKED_FLIPS } from './tracked.ts';

/**
 * Customers who may take more than this are not packed: few have so much, they come often, and to read and write it would
 * take longer than what they come for.
 */
const PACKED_BYTES_MAX = 8_192;
/** Bytes that a number, a membership, a timer can take at most. */
const NUMBER_BYTES = 8;
const PAIR_BYTES = 14;
const HEADER_BYTES_MAX = 64;

/** The most bytes that a customer can take. */
function bytesMaxOf(p: Profile): number {
  const pairs = p.memberships.size + p.timers.size + p.stages.length;
  return HEADER_BYTES_MAX + p.used * NUMBER_BYTES + (pairs + p.index.size) * PAIR_BYTES;
}

export class Packing {
  readonly #layouts: RecordLayouts;
  #view: DataView;
  /** What has been written, in words; valid until the next `pack`. */
  words: Uint32Array;
  #at = 0;
  #base = 0;

  constructor(plan: Plan) {
    this.#layouts = new RecordLayouts(plan);
    const buffer = new ArrayBuffer(2048);
    this.#view = new DataView(buffer);
    this.words = new Uint32Array(buffer);
  }

  /** Whether the customer is small enough to be packed. */
  fits(p: Profile): boolean {
    return bytesMaxOf(p) <= PACKED_BYTES_MAX;
  }

  /** Whether the customer can be packed at all, as for a checkpoint. */
  canPack(p: Profile): boolean {
    return bytesMaxOf(p) <= blockBytesMax;
  }

  /** Writes the customer into `words` and says how many bytes they are. Sets of events are left without a front. */
  pack(p: Profile, now: Instant): number {
    const room = bytesMaxOf(p);
    if (room > this.#view.byteLength) this.#grow(room);
    const hasBase = !(p.bornAt > now - BASE_BEFORE_MS && p.bornAt <= now && Number.isInteger(p.bornAt));
    this.#base = hasBase ? Math.floor(now) - BASE_BEFORE_MS : p.bornAt;
    const view = this.#view;
    const hasStages = p.stages.length > 0;
    view.setUint8(
      0,
      (hasBase ? HAS_BASE : 0) | (hasStages ? HAS_STAGES : 0) | (this.#layouts.hasWideIds ? WIDE_IDS : 0),
    );
    view.setFloat64(1, p.bornAt, true);
    this.#at = 9;
    if (hasBase) {
      view.setFloat64(9, this.#base, true);
      this.#at = 17;
    }
    this.#packMemberships(p.memberships);
    this.#packTimers(p.timers);
    this.#packRecords(p);
    if (hasStages) this.#packStages(p.stages);
    return this.#at;
  }

  /** The first so many bytes of what was written last; valid until the next `pack`. */
  written(bytes: number): Uint8Array {
    return new Uint8Array(this.words.buffer, 0, bytes);
  }

  #grow(bytes: number): void {
    const buffer = new ArrayBuffer(Math.ceil(bytes / 1024) * 1536);
    this.#view = new DataView(buffer);
    this.words = new Uint32Array(buffer);
  }

  // Writing.

  #id(id: number): void {
    if (this.#layouts.hasWideIds) {
      this.#view.setUint32(this.#at, id, true);
      this.#at += 4;
    } else {
      this.#view.setUint16(this.#at, id, true);
      this.#at += 2;
    }
  }

  /** A whole number from 0 on. */
  #count(n: number): void {
    let rest = n;
    while (rest >= 0x80) {
      this.#view.setUint8(this.#at++, (rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#view.setUint8(this.#at++, rest);
  }

  #time(t: Instant, width: number): void {
    const view = this.#view;
    if (width === WIDTH_4) {
      const d = t === NEVER ? NEVER_4 : t === -NEVER ? MINUS_NEVER_4 : t - this.#base;
      view.setUint32(this.#at, d, true);
      this.#at += 4;
    } else if (width === WIDTH_6) {
      const d = t === NEVER ? NEVER_6 : t === -NEVER ? MINUS_NEVER_6 : t - MIN_6;
      const high = Math.floor(d / LOW);
      view.setUint32(this.#at, d - high * LOW, true);
      view.setUint16(this.#at + 4, high, true);
      this.#at += 6;
    } else {
      view.setFloat64(this.#at, t, true);
      this.#at += 8;
    }
  }

  #times(data: readonly number[], from: number, to: number, width: number): void {
    if (width === WIDTH_4) {
      const base = this.#base;
      const view = this.#view;
      let at = this.#at;
      for (let i = from; i < to; i++) {
        const t = data[i] as number;
        view.setUint32(at, t === NEVER ? NEVER_4 : t === -NEVER ? MINUS_NEVER_4 : t - base, true);
        at += 4;
      }
      this.#at = at;
    } else for (let i = from; i < to; i++) this.#time(data[i] as number, width);
  }

  /** The least width, not below `atLeast`, that holds the instant. */
  #widthFor(t: Instant, atLeast: number): number {
    if (t === NEVER || t === -NEVER) return atLeast;
    if (atLeast === WIDTH_4) {
      const d = t - this.#base;
      if (d >>> 0 === d && d < MINUS_NEVER_4) return WIDTH_4;
    }
    if (atLeast === WIDTH_8) return WIDTH_8;
    return Number.isInteger(t) && t >= MIN_6 && t < -MIN_6 - 2 ? WIDTH_6 : WIDTH_8;
  }

  #widthOf(data: readonly number[], from: number, to: number): number {
    let width = WIDTH_4;
    for (let i = from; i < to; i++) width = this.#widthFor(data[i] as number, width);
    return width;
  }

  /** An id's lowest bit says the answer. */
  #packMemberships({ list, size }: Pairs): void {
    let width = WIDTH_4;
    for (let i = 0; i < size; i++) width = this.#widthFor(sinceOf(list[i * 2 + 1] as number), width);
    this.#count(size * 4 + width);
    for (let i = 0; i < size; i++) {
      const encoded = list[i * 2 + 1] as number;
      const since = sinceOf(encoded);
      this.#id((list[i * 2] as number) * 2 + (since === encoded ? 1 : 0));
      this.#time(since, width);
    }
  }

  #packTimers({ list, size }: Pairs): void {
    let width = WIDTH_4;
    let armed = 0;
    for (let i = 0; i < size; i++) {
      const due = list[i * 2 + 1] as number;
      if (due === NEVER) continue;
      armed++;
      width = this.#widthFor(due, width);
    }
    this.#count(armed * 4 + width);
    for (let i = 0; i < size; i++) {
      const due = list[i * 2 + 1] as number;
      if (due === NEVER) continue;
      this.#id(list[i * 2] as number);
      this.#time(due, width);
    }
  }

  #packRecords(p: Profile): void {
    const { list, size } = p.index;
    let streams = 0;
    while (streams < size && (list[streams * 2] as number) < TRACKED_KEYS) streams++;
    let tracked = streams;
    while (tracked < size && (list[tracked * 2] as number) < SEQUENCE_KEYS) tracked++;
    this.#count(streams);
    this.#count(tracked - streams);
    this.#count(size - tracked);
    for (let i = 0; i < streams; i++) {
      this.#packStream(p, list[i * 2] as number, list[i * 2 + 1] as number);
    }
    for (let i = streams; i < tracked; i++) {
      this.#packTracked(p.data, (list[i * 2] as number) - TRACKED_KEYS, list[i * 2 + 1] as number);
    }
    for (let i = tracked; i < size; i++) {
      this.#packRun(p.data, (list[i * 2] as number) - SEQUENCE_KEYS, list[i * 2 + 1] as number);
    }
  }

  /** [ id, (length, has bases, width), (trimmed, first?)?, times, (base?, sums) per column ] */
  #packStream(p: Profile, id: number, o: number): void {
    const data = p.data;
    const layout = this.#layouts.stream(id);
    const hasTotals = (layout & 1) === 1;
    const columns = layout >>> 1;
    const basesAt = o + HEADER_SLOTS + (hasTotals ? TOTALS_SLOTS : 0);
    const length = data[o + LENGTH] as number;
    const head = data[o + HEAD] as number;
    if (head > 0 && p.rich !== undefined) dropFront(p, id, head);
    const times = basesAt + columns + head;
    const trimmed = hasTotals ? (data[o + COUNT] as number) : 0;
    let width = this.#widthOf(data, times, times + length);
    if (trimmed > 0) width = this.#widthFor(data[o + FIRST] as number, width);
    let bases = 0;
    for (let c = 0; c < columns; c++) if (data[basesAt + c] !== 0) bases = 1;
    this.#id(id);
    this.#count((length * 2 + bases) * 4 + width);
    if (hasTotals) {
      this.#count(trimmed);
      if (trimmed > 0) this.#time(data[o + FIRST] as number, width);
    }
    this.#times(data, times, times + length, width);
    if (columns === 0) return;
    const capacity = (sizeOf(p, o) - (basesAt + columns - o)) / (1 + columns);
    for (let c = 0; c < columns; c++) {
      if (bases === 1) this.#number(data[basesAt + c] as number);
      const sums = times + capacity * (c + 1);
      for (let i = 0; i < length; i++) this.#number(data[sums + i] as number);
    }
  }

  #number(x: number): void {
    this.#view.setFloat64(this.#at, x, true);
    this.#at += NUMBER_BYTES;
  }

  #packTracked(data: readonly number[], unit: number, o: number): void {
    const count = data[o + TRACKED_COUNT] as number;
    const flips = o + TRACKED_FLIPS;
    const width = this.#widthOf(data, flips, flips + count);
    this.#id(unit);
    this.#count(count * 4 + width);
    this.#times(data, flips, flips + count, width);
  }

  /** [ id, (number of waits, width), which instants there are, those, waits ] */
  #packRun(data: readonly number[], timer: number, o: number): void {
    const n = data[o + RUN_WAITS] as number;
    const waitsAt = o + (this.#layouts.run(timer) >>> 1);
    const width = Math.max(
      this.#widthOf(data, o + RUN_TIMES, o + RUN_WAITS),
      this.#widthOf(data, o + RUN_WAITS + 1, waitsAt + n),
    );
    this.#id(timer);
    this.#count(n * 4 + width);
    this.#reached(data, o + RUN_TIMES, o + RUN_WAITS, width);
    this.#reached(data, o + RUN_WAITS + 1, waitsAt, width);
    this.#times(data, waitsAt, waitsAt + n, width);
  }

  /** Eight at a time: a bit for each that is not −NEVER, as most are, then those. */
  #reached(data: readonly number[], from: number, to: number, width: number): void {
    for (let start = from; start < to; start += 8) {
      const end = Math.min(start + 8, to);
      let bits = 0;
      for (let i = start; i < end; i++) if (data[i] !== -NEVER) bits |= 1 << (i - start);
      this.#view.setUint8(this.#at++, bits);
      for (let i = start; i < end; i++) if (data[i] !== -NEVER) this.#time(data[i] as number, width);
    }
  }

  #packStages(stages: readonly number[]): void {
    this.#count(stages.length / 3);
    for (let i = 0; i < stages.length; i += 3) {
      this.#count(stages[i] as number);
      // A customer who came into being with no stage that holds has none: −1.
      this.#count((stages[i + 1] as number) + 1);
      this.#number(stages[i + 2] as number);
    }
  }
}

/** A customer's numbers from the bytes that packing.ts wrote: see there. */

import type { Instant } from '../model/message.ts';
import type { Plan } from './make-plan.ts';
import {
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
} from './packed-format.ts';
import { NEVER, type Profile } from './profile.ts';
import { appendRecord, sequenceKey, trackedKey } from './records.ts';
import { COUNT, FIRST, HEADER_SLOTS, LENGTH, TOTALS_SLOTS } from './rings.ts';
import { RUN_TIMES, RUN_WAITS } from './sequence-runs.ts';
import { TRACKED_COUNT, TRACKED_FLIPS } from './tracked.ts';

/** Room for events, flips to come that a record is given. */
const SPARE = 2;

export class Unpacking {
  readonly #layouts: RecordLayouts;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #at = 0;
  #base = 0;
  #hasWideIds = false;

  constructor(plan: Plan) {
    this.#layouts = new RecordLayouts(plan);
  }

  /** Makes `p`, which has nothing, the customer whose bytes begin at an offset of the view. */
  unpack(p: Profile, view: DataView, offset: number): void {
    this.#view = view;
    const flags = view.getUint8(offset);
    p.bornAt = view.getFloat64(offset + 1, true);
    this.#hasWideIds = (flags & WIDE_IDS) !== 0;
    const hasBase = (flags & HAS_BASE) !== 0;
    this.#base = hasBase ? view.getFloat64(offset + 9, true) : p.bornAt;
    this.#at = offset + (hasBase ? 17 : 9);
    this.#unpackMemberships(p);
    this.#unpackTimers(p);
    const streams = this.#count();
    const tracked = this.#count();
    const runs = this.#count();
    p.index.reserve(streams + tracked + runs);
    for (let i = 0; i < streams; i++) this.#unpackStream(p);
    for (let i = 0; i < tracked; i++) this.#unpackTracked(p);
    for (let i = 0; i < runs; i++) this.#unpackRun(p);
    if ((flags & HAS_STAGES) !== 0) this.#unpackStages(p.stages);
  }

  #id(): number {
    const at = this.#at;
    if (this.#hasWideIds) {
      this.#at = at + 4;
      return this.#view.getUint32(at, true);
    }
    this.#at = at + 2;
    return this.#view.getUint16(at, true);
  }

  #count(): number {
    let byte = this.#view.getUint8(this.#at++);
    if (byte < 0x80) return byte;
    let n = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = this.#view.getUint8(this.#at++);
      n += (byte & 0x7f) * factor;
    }
    return n;
  }

  #time(width: number): Instant {
    const view = this.#view;
    const at = this.#at;
    if (width === WIDTH_4) {
      this.#at = at + 4;
      const d = view.getUint32(at, true);
      return d < MINUS_NEVER_4 ? this.#base + d : d === NEVER_4 ? NEVER : -NEVER;
    }
    if (width === WIDTH_6) {
      this.#at = at + 6;
      const d = view.getUint16(at + 4, true) * LOW + view.getUint32(at, true);
      return d < MINUS_NEVER_6 ? d + MIN_6 : d === NEVER_6 ? NEVER : -NEVER;
    }
    return this.#number();
  }

  #times(data: number[], from: number, to: number, width: number): void {
    for (let i = from; i < to; i++) data[i] = this.#time(width);
  }

  #number(): number {
    const at = this.#at;
    this.#at = at + 8;
    return this.#view.getFloat64(at, true);
  }

  #unpackMemberships({ memberships }: Profile): void {
    const header = this.#count();
    const width = header % 4;
    const n = (header - width) / 4;
    memberships.reserve(n);
    for (let i = 0; i < n; i++) {
      const id = this.#id();
      const since = this.#time(width);
      memberships.append(id >>> 1, (id & 1) === 1 ? since : since + 0.5);
    }
  }

  #unpackTimers(p: Profile): void {
    const { timers } = p;
    const header = this.#count();
    const width = header % 4;
    const n = (header - width) / 4;
    timers.reserve(n);
    let earliest = NEVER;
    for (let i = 0; i < n; i++) {
      const id = this.#id();
      const due = this.#time(width);
      if (due < earliest) earliest = due;
      timers.append(id, due);
    }
    p.dueAt = earliest;
  }

  #unpackStream(p: Profile): void {
    const id = this.#id();
    const layout = this.#layouts.stream(id);
    const hasTotals = (layout & 1) === 1;
    const columns = layout >>> 1;
    const basesAt = HEADER_SLOTS + (hasTotals ? TOTALS_SLOTS : 0);
    const header = this.#count();
    const width = header % 4;
    const hasBases = (header & 4) !== 0;
    const length = Math.floor(header / 8);
    const capacity = length + SPARE + (length >>> 3);
    const o = appendRecord(p, id, basesAt + columns + capacity * (1 + columns));
    const data = p.data;
    data[o + LENGTH] = length;
    if (hasTotals) {
      const trimmed = this.#count();
      data[o + COUNT] = trimmed;
      data[o + FIRST] = trimmed > 0 ? this.#time(width) : NEVER;
    }
    const times = o + basesAt + columns;
    this.#times(data, times, times + length, width);
    for (let c = 0; c < columns; c++) {
      if (hasBases) data[o + basesAt + c] = this.#number();
      const sums = times + capacity * (c + 1);
      for (let i = 0; i < length; i++) data[sums + i] = this.#number();
    }
  }

  #unpackTracked(p: Profile): void {
    const unit = this.#id();
    const header = this.#count();
    const width = header % 4;
    const count = (header - width) / 4;
    const o = appendRecord(p, trackedKey(unit), TRACKED_FLIPS + count + SPARE);
    p.data[o + TRACKED_COUNT] = count;
    this.#times(p.data, o + TRACKED_FLIPS, o + TRACKED_FLIPS + count, width);
  }

  #unpackRun(p: Profile): void {
    const timer = this.#id();
    const layout = this.#layouts.run(timer);
    const header = this.#count();
    const width = header % 4;
    const waits = (header - width) / 4;
    const waitsAt = layout >>> 1;
    const room = (layout & 1) === 0 ? 0 : waits + 1;
    const o = appendRecord(p, sequenceKey(timer), waitsAt + room);
    const data = p.data;
    data[o + RUN_WAITS] = waits;
    this.#reached(data, o + RUN_TIMES, o + RUN_WAITS, width);
    this.#reached(data, o + RUN_WAITS + 1, o + waitsAt, width);
    this.#times(data, o + waitsAt, o + waitsAt + waits, width);
  }

  #reached(data: number[], from: number, to: number, width: number): void {
    for (let start = from; start < to; start += 8) {
      const end = Math.min(start + 8, to);
      const bits = this.#view.getUint8(this.#at++);
      for (let i = start; i < end; i++) {
        data[i] = ((bits >>> (i - start)) & 1) === 1 ? this.#time(width) : -NEVER;
      }
    }
  }

  #unpackStages(stages: number[]): void {
    const n = this.#count();
    for (let i = 0; i < n; i++) {
      const unit = this.#count();
      const stage = this.#count() - 1;
      stages.push(unit, stage, this.#number());
    }
  }
}

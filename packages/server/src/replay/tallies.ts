/**
 * Counting changes as they are emitted: sizes of segments and their peaks, and the flows between the stages of each
 * lifecycle by calendar month of the workspace. Memory: one counter for each thing that is printed.
 */

import { compareStrings } from '@segue/core/base/order.ts';
import type { Zone } from '@segue/core/base/zone.ts';
import type { ProfileView } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

export type SegmentTally = {
  /** Members now, as the changes say. */
  size: number;
  /** Since the counting began. */
  entered: number;
  exited: number;
  /** The greatest number of members at once since the counting began, and when it was first reached. */
  peak: number;
  peakAt: Instant | undefined;
};

/** Customers that went from one stage to another in a month; '' for coming into being, and for being merged or erased. */
export type Flow = {
  readonly month: string;
  readonly from: string;
  readonly to: string;
  readonly count: number;
};

type MonthFlows = { readonly month: string; readonly counts: Map<string, number> };

/** Between the two stages in a key; no name of a stage holds it. */
const ARROW = '\u0000';

export class Tallies {
  readonly segments: Map<string, SegmentTally> = new Map<string, SegmentTally>();
  readonly #flows = new Map<string, MonthFlows[]>();
  readonly #zone: Zone;
  /** Earlier changes set sizes but are not counted. */
  readonly #from: Instant;
  /** The month of the last change. */
  #month = '';
  #monthStart: Instant = Infinity;
  #monthEnd: Instant = -Infinity;

  constructor(definitions: Definitions, zone: Zone, from: Instant) {
    this.#zone = zone;
    this.#from = from;
    for (const name of definitions.segments.keys()) {
      this.segments.set(name, { size: 0, entered: 0, exited: 0, peak: 0, peakAt: undefined });
    }
    for (const name of definitions.lifecycles.keys()) this.#flows.set(name, []);
  }

  add(change: Change): void {
    if (change.kind === 'segment') this.#addToSegment(change.segment, change.change === 'entered', change.at);
    else if (change.at >= this.#from) {
      this.#addFlow(change.lifecycle, change.from ?? '', change.to ?? '', change.at);
    }
  }

  /** A customer who was merged into another: no change says that the memberships are gone. */
  forget(view: ProfileView, at: Instant): void {
    for (const { segment } of view.segments) {
      const tally = this.segments.get(segment);
      if (tally !== undefined) tally.size -= 1;
    }
    if (at < this.#from) return;
    for (const { lifecycle, stage } of view.stages) this.#addFlow(lifecycle, stage, '', at);
  }

  /** In order of months, then the most frequent first. */
  flows(lifecycle: string): Flow[] {
    const flows: Flow[] = [];
    for (const { month, counts } of this.#flows.get(lifecycle) ?? []) {
      const entries = [...counts].sort(([a, m], [b, n]) => n - m || compareStrings(a, b));
      for (const [key, count] of entries) {
        const [from = '', to = ''] = key.split(ARROW);
        flows.push({ month, from, to, count });
      }
    }
    return flows;
  }

  #addToSegment(name: string, entered: boolean, at: Instant): void {
    const tally = this.segments.get(name);
    if (tally === undefined) return;
    tally.size += entered ? 1 : -1;
    if (at < this.#from) {
      tally.peak = tally.size;
      return;
    }
    if (entered) tally.entered += 1;
    else tally.exited += 1;
    if (tally.size <= tally.peak) return;
    tally.peak = tally.size;
    tally.peakAt = at;
  }

  #addFlow(lifecycle: string, from: string, to: string, at: Instant): void {
    const months = this.#flows.get(lifecycle);
    if (months === undefined) return;
    const month = this.#monthOf(at);
    let last = months[months.length - 1];
    if (last?.month !== month) {
      last = { month, counts: new Map() };
      months.push(last);
    }
    const key = from + ARROW + to;
    last.counts.set(key, (last.counts.get(key) ?? 0) + 1);
  }

  /** Changes come in order of time, so the month is looked up once. */
  #monthOf(at: Instant): string {
    if (at >= this.#monthStart && at < this.#monthEnd) return this.#month;
    this.#monthStart = this.#zone.windowStart(at, 1, 'month');
    this.#monthEnd = this.#zone.nextUnit(at, 'month');
    this.#month = this.#zone.format(at).slice(0, 7);
    return this.#month;
  }
}

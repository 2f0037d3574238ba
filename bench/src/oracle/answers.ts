/**
 * The brute-force answer: one question about one customer at one instant, asked of all that is known by then, from
 * scratch. No state, no sharing, nothing in common with the engine.
 */

import type { Shape } from '../workload/segments.ts';

export type Happening = { readonly time: number; readonly arrival: number; readonly cents: number };

/** The happenings that a question is about, each list in order of time. */
export type Evidence = {
  /** Of the shape's `event`. */
  readonly events: readonly Happening[];
  /** Of its `other`. */
  readonly others: readonly Happening[];
  /** Identifies that set the club of the category; even cents are gold. */
  readonly clubs: readonly Happening[];
};

/** Whether it holds at `t`, given what had arrived by then. */
export function holds(shape: Shape, evidence: Evidence, t: number): boolean {
  const known = (all: readonly Happening[]): readonly Happening[] =>
    all.filter(({ arrival }) => arrival <= t);
  const events = known(evidence.events);
  switch (shape.kind) {
    case 'count':
      return within(events, shape.windowMs, t).length >= shape.atLeast;
    case 'sum':
      return (
        within(events, shape.windowMs, t).reduce((sum, { cents }) => sum + cents, 0) >= shape.atLeastCents
      );
    case 'lapse': {
      if (within(events, shape.windowMs, t).length === 0) return false;
      return within(known(evidence.others), shape.windowMs, t).length === 0;
    }
    case 'then': {
      const ends = within(known(evidence.others), shape.windowMs, t);
      return ends.some(({ time }) => {
        const before = events[firstAtOrAfter(events, time) - 1];
        return before !== undefined && time - before.time < shape.withinMs;
      });
    }
    case 'silence': {
      const others = known(evidence.others);
      return events.some((event) => {
        const end = event.time + shape.withinMs;
        if (end <= t - shape.windowMs || end > t) return false;
        const next = others[firstAtOrAfter(others, event.time + 1)];
        return next === undefined || next.time >= end;
      });
    }
    case 'held':
      return isCovered(events, shape.windowMs, t - shape.forMs, t);
    case 'club':
      return isGold(known(evidence.clubs));
    case 'club_buyer':
      return events.length >= shape.atLeast && isGold(known(evidence.clubs));
  }
}

/** All instants at which an answer can change by time alone. */
export function turningPoints(shape: Shape, evidence: Evidence): readonly number[] {
  const after = (all: readonly Happening[], ...spans: readonly number[]): number[] =>
    all.flatMap(({ time }) => spans.map((span) => time + span));
  switch (shape.kind) {
    case 'count':
    case 'sum':
      return shape.windowMs === undefined ? [] : after(evidence.events, shape.windowMs);
    case 'lapse':
      return [...after(evidence.events, shape.windowMs), ...after(evidence.others, shape.windowMs)];
    case 'then':
      return after(evidence.others, shape.windowMs);
    case 'silence':
      return after(evidence.events, shape.withinMs, shape.withinMs + shape.windowMs);
    case 'held':
      return after(evidence.events, shape.forMs, shape.windowMs);
    case 'club':
    case 'club_buyer':
      return [];
  }
}

function within(all: readonly Happening[], windowMs: number | undefined, t: number): readonly Happening[] {
  return windowMs === undefined ? all : all.filter(({ time }) => time > t - windowMs && time <= t);
}

/** Index of the first happening at `time` or later; times are whole milliseconds. */
function firstAtOrAfter(all: readonly Happening[], time: number): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] as Happening).time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether each instant from `from` to `to` has an event within the window before it. */
function isCovered(events: readonly Happening[], windowMs: number, from: number, to: number): boolean {
  let covered = from;
  for (const { time } of events) {
    if (time > covered) return false;
    if (time + windowMs > covered) covered = time + windowMs;
    if (covered > to) return true;
  }
  return false;
}

function isGold(clubs: readonly Happening[]): boolean {
  const last = clubs.at(-1);
  return last !== undefined && last.cents % 2 === 0;
}

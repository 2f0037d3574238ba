/**
 * What two plans have in common: of each stream, unit and timer of the one that is in force, what it is in the one that
 * comes. Those parts of a customer are carried over as they are (carry-over.ts); only what is fresh is loaded and asked.
 *
 * A stream is in common where it keeps as much as it will have to: the same events as far back, with all numbers and values
 * that will be read. A unit is in common where it asks the same, and so does all that it refers to (meanings.ts).
 */

import type { Plan } from './make-plan.ts';
import type { Atom, SequencePlan, StreamPlan, ThresholdGroup, Timed, Unit } from './plan.ts';

/** What a customer has to be asked under the plan that comes. */
export type FreshParts = {
  readonly sequences: readonly SequencePlan[];
  /** Ids of tracked units, ascending. */
  readonly tracked: readonly number[];
  readonly groups: readonly ThresholdGroup[];
  readonly atoms: readonly Atom[];
  /** All of them, ascending. */
  readonly units: readonly Unit[];
};

/** How the columns and values of a stream are found where they are not the same in the same order. */
export type StreamChange = {
  readonly before: StreamPlan;
  readonly after: StreamPlan;
  readonly columns: readonly number[];
  readonly values: readonly number[];
};

export type CommonParts = {
  /** By id before: the id that comes, −1 for what is not in common. */
  readonly streams: Int32Array;
  readonly timers: Int32Array;
  readonly units: Int32Array;
  /** Those of the streams in common whose layout is another, by id before. */
  readonly changed: ReadonlyMap<number, StreamChange>;
  /** Streams of events that have to be loaded. */
  readonly loaded: readonly StreamPlan[];
  /** By id that comes: 1 for those. */
  readonly isLoaded: Uint8Array;
  readonly fresh: FreshParts;
};

/** Where answers are not wanted as they stand, no unit is in common: all are asked anew. */
export function commonParts(
  before: Plan,
  after: Plan,
  { answers = true }: { readonly answers?: boolean } = {},
): CommonParts {
  const streams = new Int32Array(before.streams.length).fill(-1);
  const changed = new Map<number, StreamChange>();
  const loaded: StreamPlan[] = [];
  const known = byKey(before, before.streams);
  for (const stream of after.streams) {
    const same = known.get(after.keys.get(stream) ?? '');
    const covers = same !== undefined && keepsEnough(before, same, after, stream);
    if (!covers) {
      if (stream.source !== undefined) loaded.push(stream);
      continue;
    }
    streams[same.id] = stream.id;
    const change = changeOf(same, stream);
    if (change !== undefined) changed.set(same.id, change);
  }
  const isLoaded = new Uint8Array(after.streams.length);
  for (const { id } of loaded) isLoaded[id] = 1;
  const units = answers ? commonUnits(before, after) : new Int32Array(before.units.length).fill(-1);
  const timers = commonTimers(before, after, streams);
  return { streams, timers, units, changed, loaded, isLoaded, fresh: freshParts(after, timers, units) };
}

function byKey<T extends object>({ keys }: Plan, things: readonly T[]): ReadonlyMap<string, T> {
  return new Map(things.map((thing) => [keys.get(thing) ?? '', thing]));
}

function keepsEnough(before: Plan, has: StreamPlan, after: Plan, needs: StreamPlan): boolean {
  return (
    has.isRich === needs.isRich &&
    (has.keepsIds || !needs.keepsIds) &&
    placesOf(has.columns.map(columnKey), needs.columns.map(columnKey)).every((place) => place >= 0) &&
    placesOf(has.values.map(valueKey), needs.values.map(valueKey)).every((place) => place >= 0) &&
    has.keepsAsFarBack(needs, (window) => before.keys.get(window) ?? after.keys.get(window))
  );
}

const columnKey = ({ kind, path }: StreamPlan['columns'][number]): string => JSON.stringify([kind, path]);
const valueKey = (path: readonly string[]): string => JSON.stringify(path);

/** Where each of the wanted is among those there are; −1 for none. */
function placesOf(there: readonly string[], wanted: readonly string[]): readonly number[] {
  return wanted.map((key) => there.indexOf(key));
}

/** Undefined where a record of the one is a record of the other. */
function changeOf(before: StreamPlan, after: StreamPlan): StreamChange | undefined {
  const columns = placesOf(before.columns.map(columnKey), after.columns.map(columnKey));
  const values = placesOf(before.values.map(valueKey), after.values.map(valueKey));
  const isSame =
    before.keepsTotals === after.keepsTotals &&
    before.keepsIds === after.keepsIds &&
    columns.length === before.columns.length &&
    values.length === before.values.length &&
    columns.every((place, i) => place === i) &&
    values.every((place, i) => place === i);
  return isSame ? undefined : { before, after, columns, values };
}

function commonUnits(before: Plan, after: Plan): Int32Array {
  const units = new Int32Array(before.units.length).fill(-1);
  const known = byKey(before, before.units);
  for (const unit of after.units) {
    const same = known.get(after.keys.get(unit) ?? '');
    if (same !== undefined) units[same.id] = unit.id;
  }
  return units;
}

function commonTimers(before: Plan, after: Plan, streams: Int32Array): Int32Array {
  const timers = new Int32Array(before.timed.length).fill(-1);
  const known = new Map<string, number>();
  before.timed.forEach((timed, timer) => known.set(timerKey(before, timed), timer));
  after.timed.forEach((timed, timer) => {
    const same = known.get(timerKey(after, timed));
    if (same !== undefined && wakesAlike(before.timed[same], timed, streams)) timers[same] = timer;
  });
  return timers;
}

function timerKey(plan: Plan, timed: Timed): string {
  return `${timed.kind} ${plan.keys.get(timed) ?? ''}`;
}

/** Whether a timer of the one is armed for whatever the other has to look at. */
function wakesAlike(before: Timed | undefined, after: Timed, streams: Int32Array): boolean {
  if (before?.kind === 'sequence') return (streams[before.completions.id] as number) >= 0;
  if (before?.kind !== 'group' || after.kind !== 'group') return true;
  return (
    before.thresholds.length === after.thresholds.length &&
    before.thresholds.every(({ at, inclusive }, i) => {
      const other = after.thresholds[i];
      return other?.at === at && other.inclusive === inclusive;
    })
  );
}

function freshParts(after: Plan, timers: Int32Array, units: Int32Array): FreshParts {
  const knownTimers = new Set(timers);
  const knownUnits = new Set(units);
  const timed = after.timed.filter((_, timer) => !knownTimers.has(timer));
  const fresh = after.units.filter(({ id }) => !knownUnits.has(id));
  return {
    sequences: timed.filter((t) => t.kind === 'sequence'),
    tracked: fresh.filter(({ kind }) => kind === 'tracked').map(({ id }) => id),
    groups: timed.filter((t) => t.kind === 'group'),
    atoms: timed.filter((t) => t.kind === 'atom'),
    units: fresh,
  };
}

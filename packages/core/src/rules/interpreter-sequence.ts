/**
 * Sequences: the instants at which one was completed.
 *
 * An event reaches a step when it matches it and, but for the first step, lies strictly later than an event that
 * reached the step before, by less than the step's `within`. What reaches the last step completes the sequence; with a
 * `no E within W` at the end, at exactly W later, unless an E came strictly between. With `on p` everything happens
 * once per value of p, and an event without p takes no part. An instant of completion depends only on events up to
 * it, so completions never move as time goes on.
 */

import type { Instant } from '../model/message.ts';
import type { HistoryEvent } from './interpreter-history.ts';
import { durationMs, elementsOf, readPath, valueKey } from './semantics.ts';
import type { Condition, EventPattern } from './tree.ts';

export type Sequence = Extract<Condition, { kind: 'sequence' }>;
export type Completion = { readonly at: Instant; readonly event: HistoryEvent };

/** `matching` gives the events of a pattern. In order of the events that completed it. */
export function completions(
  sequence: Sequence,
  matching: (pattern: EventPattern) => readonly HistoryEvent[],
): readonly Completion[] {
  const steps = sequence.steps.map((step) => matching(step.events));
  const absent = sequence.absent === undefined ? [] : matching(sequence.absent.events);
  const { on } = sequence;
  if (on === undefined) return completionsOfKey(sequence, steps, absent);
  const keysOf = (event: HistoryEvent): readonly string[] =>
    elementsOf(readPath(event.properties, on)).map(valueKey);
  const keys = new Set((steps[0] ?? []).flatMap(keysOf));
  return [...keys].flatMap((key) => {
    const withKey = (events: readonly HistoryEvent[]): readonly HistoryEvent[] =>
      events.filter((event) => keysOf(event).includes(key));
    return completionsOfKey(sequence, steps.map(withKey), withKey(absent));
  });
}

function completionsOfKey(
  sequence: Sequence,
  steps: readonly (readonly HistoryEvent[])[],
  absent: readonly HistoryEvent[],
): readonly Completion[] {
  let reached = steps[0] ?? [];
  sequence.steps.slice(1).forEach((step, index) => {
    const before = timesOf(reached);
    const withinMs = step.within === undefined ? Infinity : durationMs(step.within);
    reached = (steps[index + 1] ?? []).filter(({ time }) => {
      const earlier = before[firstIndex(before, (other) => other >= time) - 1];
      return earlier !== undefined && time - earlier < withinMs;
    });
  });
  if (sequence.absent === undefined) return reached.map((event) => ({ at: event.time, event }));
  const silenceMs = durationMs(sequence.absent.within);
  const others = timesOf(absent);
  return reached
    .filter(({ time }) => {
      const later = others[firstIndex(others, (other) => other > time)];
      return later === undefined || later - time >= silenceMs;
    })
    .map((event) => ({ at: event.time + silenceMs, event }));
}

/** In order. Of those before an event the last is the nearest, of those after it the first: `within` asks no more. */
function timesOf(events: readonly HistoryEvent[]): readonly Instant[] {
  return events.map(({ time }) => time).sort((a, b) => a - b);
}

/** Where the first of the sorted times is for which it holds, it holding for all later ones too; their number if none. */
function firstIndex(times: readonly Instant[], holds: (time: Instant) => boolean): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(times[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

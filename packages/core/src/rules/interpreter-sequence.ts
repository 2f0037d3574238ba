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
    const before = reached;
    const withinMs = step.within === undefined ? Infinity : durationMs(step.within);
    reached = (steps[index + 1] ?? []).filter((event) =>
      before.some((earlier) => follows(earlier.time, event.time, withinMs)),
    );
  });
  if (sequence.absent === undefined) return reached.map((event) => ({ at: event.time, event }));
  const silenceMs = durationMs(sequence.absent.within);
  return reached
    .filter((event) => !absent.some((other) => follows(event.time, other.time, silenceMs)))
    .map((event) => ({ at: event.time + silenceMs, event }));
}

/** `within` is exclusive at both ends: 0 < gap < W. */
function follows(earlier: Instant, later: Instant, withinMs: number): boolean {
  return later - earlier > 0 && later - earlier < withinMs;
}

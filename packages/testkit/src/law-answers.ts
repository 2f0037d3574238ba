/**
 * What the laws compare: all answers of an engine at an instant, by what names each customer rather than by number, so
 * that two engines in which people came to be known in different ways can be held side by side.
 */

import type { Engine } from '@segue/core/engine/engine.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Instant } from '@segue/core/model/message.ts';
import { isListValue } from '@segue/core/rules/semantics.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import type { RuleValue } from '@segue/core/rules/value.ts';

import { inputAt } from './arbitrary-history.ts';
import type { DifferentialCase } from './differential.ts';

/** An input, and the instant at which it arrives. */
export type Arrival = { readonly at: Instant; readonly input: Input };

export function arrivalsOf({ start, steps }: Pick<DifferentialCase, 'start' | 'steps'>): readonly Arrival[] {
  let at = start;
  return steps.map(({ afterMs, input }) => {
    at += afterMs;
    return { at, input: inputAt(input, at) };
  });
}

/** Everything that names a customer, in order. */
export function nameOf(engine: Engine, profile: number): string {
  const identifiers = engine.profile(profile)?.identifiers ?? [];
  return identifiers
    .map(({ kind, value }) => `${kind}:${value}`)
    .sort()
    .join(',');
}

/** Question → answer: when each customer was born, memberships, stages and the values. */
export function answersOf(engine: Engine, values: readonly Value[] = []): Readonly<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const profile of engine.profileIds()) {
    const name = nameOf(engine, profile);
    const view = engine.profile(profile);
    answers[`${name} born`] = String(view?.bornAt);
    for (const segment of engine.definitions.segments.keys()) {
      answers[`${name} in ${segment}`] = String(engine.isMember(profile, segment));
    }
    for (const lifecycle of engine.definitions.lifecycles.keys()) {
      answers[`${name} stage of ${lifecycle}`] = String(engine.stageOf(profile, lifecycle));
    }
    for (const value of values) {
      answers[`${name} ${JSON.stringify(value)}`] = textOf(engine.value(profile, value));
    }
  }
  return answers;
}

function textOf(value: RuleValue): string {
  if (value === undefined) return 'missing';
  if (isListValue(value)) return `[${value.elements.map(textOf).join(', ')}]`;
  return JSON.stringify(value);
}

/** A change as a text that says all of it but the profile's number; sorted, since within an instant order is free. */
export function tellChanges(engine: Engine, changes: readonly Change[]): readonly string[] {
  return changes
    .map(({ profile, ...change }) => `${nameOf(engine, profile)} ${JSON.stringify(change)}`)
    .sort();
}

/** How many due instants are looked at between two inputs. */
const STOPS_MAX = 6;

/**
 * Lets time pass until `until`, with a stop at each of the first instants at which some engine says that something is
 * due, at the millisecond before, and at the end.
 */
export function passTime(engines: readonly Engine[], until: Instant, atStop: (now: Instant) => void): void {
  const goTo = (now: Instant): void => {
    for (const engine of engines) engine.advanceTo(now);
    atStop(now);
  };
  for (let stop = 0; stop < STOPS_MAX; stop += 1) {
    const due = Math.min(...engines.map((engine) => engine.nextDueAt() ?? Infinity));
    if (due > until) break;
    if (engines.every(({ now }) => now < due - 1)) goTo(due - 1);
    goTo(due);
  }
  goTo(until);
}

/**
 * Answers about the past: a late event, fact or birth may change when a tracked unit's answer flipped. The flips from
 * that instant on are found by asking again, at every instant at which something that the unit reads happened or moved.
 */

import type { Instant } from '../model/message.ts';
import type { Plan } from './make-plan.ts';
import type { Marks } from './marks.ts';
import type { Reads, TrackedUnit } from './plan.ts';
import { NEVER, type Profile } from './profile.ts';
import { findRing, lengthOf, timeAt, upperBound } from './rings.ts';
import { ANY_CONSENT } from './scope.ts';
import { flip, flipAt, flipsBefore, flipsUntil, nextFlip, readFlips, setFlips } from './tracked.ts';

export class PastAnswers {
  readonly #plan: Plan;
  readonly #marks: Marks;

  constructor(plan: Plan, marks: Marks) {
    this.#plan = plan;
    this.#marks = marks;
  }

  /** Finds the flips of tracked units from an instant on again, and marks what reads those that changed. */
  retrackAll(p: Profile, units: Iterable<number>, from: Instant, now: Instant): void {
    if (p.bornAt > now) return;
    for (const id of units) {
      const unit = this.#plan.units[id];
      if (unit?.kind === 'tracked' && this.#retrack(p, unit, from, now)) this.#touch(unit);
    }
  }

  /** As `retrackAll` after a birth or its correction: what has been true from the beginning has been so for longer. */
  retrackBirth(p: Profile, units: Iterable<number>, now: Instant): void {
    if (p.bornAt > now) return;
    for (const id of units) {
      const unit = this.#plan.units[id];
      if (unit?.kind !== 'tracked') continue;
      this.#retrack(p, unit, p.bornAt, now);
      this.#touch(unit);
    }
  }

  #touch(unit: TrackedUnit): void {
    this.#marks.markAll(unit.dependents);
    for (const atom of unit.dependentAtoms) this.#marks.touch(atom);
  }

  /** Finds the flips of a unit from an instant on again; what comes before it stands. True when any is another. */
  #retrack(p: Profile, unit: TrackedUnit, from: Instant, now: Instant): boolean {
    const start = Math.max(from, p.bornAt, now - unit.horizonMs);
    const known = flipsUntil(p, unit, NEVER);
    if (known > 0 && flipAt(p, unit, known - 1) >= start) return this.#retrackAnew(p, unit, start, now);
    // Nothing is known from there on, as for the newest event, which is late by its way here: just go on.
    let was = known % 2 === 1;
    let changed = false;
    for (let t = start; t <= now; t = nextInstant(p, unit.reads, t, this.#plan)) {
      if (unit.test(p, t) === was) continue;
      flip(p, unit, t);
      was = !was;
      changed = true;
    }
    return changed;
  }

  #retrackAnew(p: Profile, unit: TrackedUnit, start: Instant, now: Instant): boolean {
    const known = readFlips(p, unit.id);
    const flips = flipsBefore(p, unit, start);
    for (let t = start; t <= now; t = nextInstant(p, unit.reads, t, this.#plan)) {
      if (unit.test(p, t) !== (flips.length % 2 === 1)) flips.push(t);
    }
    setFlips(p, unit, flips);
    return known?.length !== flips.length || flips.some((at, i) => at !== known[i]);
  }
}

/** The next instant after t at which something that a unit reads happened, or moved by time. */
function nextInstant(p: Profile, reads: Reads, t: Instant, plan: Plan): Instant {
  let next = NEVER;
  for (const stream of reads.streams) {
    const o = findRing(p, stream.id);
    if (o < 0) continue;
    const i = upperBound(p, stream, o, t);
    if (i < lengthOf(p, o)) next = Math.min(next, timeAt(p, stream, o, i));
  }
  for (const group of reads.groups) {
    const o = findRing(p, group.stream.id);
    if (o >= 0) next = Math.min(next, group.next(p, o, t));
  }
  for (const atom of reads.atoms) next = Math.min(next, atom.next(p, t));
  for (const unit of reads.tracked) next = Math.min(next, nextFlip(p, unit, t));
  for (const key of reads.facts) {
    if (key !== ANY_CONSENT) next = Math.min(next, p.fact(key)?.nextAfter(t) ?? NEVER);
    else for (const fact of p.facts?.values() ?? []) next = Math.min(next, fact.nextAfter(t));
  }
  for (const key of reads.populations) next = Math.min(next, plan.env.nextPopulation(key, t));
  return next;
}

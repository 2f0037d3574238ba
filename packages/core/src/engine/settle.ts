/**
 * Settling: the marked units of a step are evaluated in the order of their numbers, so a unit after all that it refers
 * to, and the answers that changed are stored and reported. A changed answer marks the units that refer to it.
 */

import type { Cause, Change, SegmentChange } from '../model/change.ts';
import type { Instant } from '../model/message.ts';
import type { Plan } from './make-plan.ts';
import type { Marks } from './marks.ts';
import type { LifecycleUnit, SegmentUnit, TrackedUnit } from './plan.ts';
import { answerOf, type Profile } from './profile.ts';
import { stageIndex } from './stored-answers.ts';
import { flip, flipsUntil } from './tracked.ts';

export class Settler {
  readonly #plan: Plan;
  readonly #marks: Marks;
  readonly #onChange: (change: Change) => void;
  /** Who has just come into being: outside of everything until the next `settle`. */
  #newborn: Profile | undefined = undefined;
  #cause: Cause = 'event';
  #messageId: string | undefined = undefined;

  constructor(plan: Plan, marks: Marks, onChange: (change: Change) => void) {
    this.#plan = plan;
    this.#marks = marks;
    this.#onChange = onChange;
  }

  /** Names the cause of the changes that the next `settle` reports. */
  because(cause: Cause, messageId: string | undefined): void {
    this.#cause = cause;
    this.#messageId = messageId;
  }

  /** Puts a new customer outside of all segments until asked, so that what the first event denies is no entry and exit. */
  beginOutside(p: Profile): void {
    this.#newborn = p;
    this.#marks.markAll(this.#plan.defaultUnits);
  }

  /** Evaluates all marked units as of t and reports what changed. */
  settle(p: Profile, t: Instant): void {
    const marks = this.#marks;
    const queue = marks.queue;
    if (queue.length === 0) {
      this.#newborn = undefined;
      return;
    }
    marks.sortFrom(0);
    for (let i = 0; i < queue.length; i++) {
      const id = queue[i] as number;
      marks.unmark(id);
      const unit = this.#plan.units[id];
      if (unit === undefined || p.bornAt > t) continue;
      const from = queue.length;
      const changed =
        unit.kind === 'segment'
          ? this.#settleSegment(p, unit, t)
          : unit.kind === 'tracked'
            ? this.#settleTracked(p, unit, t)
            : this.#settleLifecycle(p, unit, t);
      if (!changed) continue;
      marks.markAll(unit.dependents);
      for (const atom of unit.dependentAtoms) p.arm(atom.timer, atom.next(p, t));
      if (queue.length > from) marks.sortFrom(i + 1);
    }
    queue.length = 0;
    this.#newborn = undefined;
  }

  #settleSegment(p: Profile, unit: SegmentUnit, t: Instant): boolean {
    const is = unit.test(p, t);
    const i = p.membershipIndex(unit.id);
    const was = i < 0 ? unit.byDefault && this.#newborn !== p : answerOf(p.memberships.valueAt(i));
    if (is === was) {
      // Denied from the beginning: from now on that is what is known.
      if (!is && i < 0 && unit.byDefault) p.setMembership(unit.id, false, t);
      return false;
    }
    // Since when somebody is outside matters to nobody, nor does it for one who was inside from the beginning.
    if (is === unit.byDefault && (!is || t === p.bornAt)) p.dropMembership(unit.id);
    else p.setMembership(unit.id, is, t);
    this.#onChange(this.#segmentChange(p, unit, is ? 'entered' : 'exited', t));
    return true;
  }

  #segmentChange(p: Profile, unit: SegmentUnit, change: 'entered' | 'exited', at: Instant): SegmentChange {
    const { name: segment, version } = unit;
    const cause = this.#cause;
    const messageId = this.#messageId;
    return messageId === undefined
      ? { kind: 'segment', profile: p.id, segment, version, change, at, cause }
      : { kind: 'segment', profile: p.id, segment, version, change, at, cause, messageId };
  }

  #settleTracked(p: Profile, unit: TrackedUnit, t: Instant): boolean {
    const is = unit.test(p, t);
    if (is === (flipsUntil(p, unit, t) % 2 === 1)) return false;
    flip(p, unit, t);
    return true;
  }

  #settleLifecycle(p: Profile, unit: LifecycleUnit, t: Instant): boolean {
    const was = stageIndex(p, unit.id);
    const is = unit.stages.findIndex((stage) => stage.test(p, t));
    if (is === was) return false;
    const stages = p.stages;
    let i = 0;
    while (i < stages.length && stages[i] !== unit.id) i += 3;
    stages[i] = unit.id;
    stages[i + 1] = is;
    stages[i + 2] = t;
    const from = unit.stages[was]?.name;
    const to = unit.stages[is]?.name;
    this.#onChange({
      kind: 'stage',
      profile: p.id,
      lifecycle: unit.name,
      at: t,
      cause: this.#cause,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(this.#messageId === undefined ? {} : { messageId: this.#messageId }),
    });
    return true;
  }
}

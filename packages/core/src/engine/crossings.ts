/**
 * Events into streams, and out of windows: the value of each group of thresholds before and after says which
 * thresholds were crossed, and only their units are marked.
 */

import type { Instant, JsonObject } from '../model/message.ts';
import type { Marks } from './marks.ts';
import type { PastAnswers } from './past-answers.ts';
import type { StreamPlan, ThresholdGroup } from './plan.ts';
import type { Profile } from './profile.ts';
import { insertEvent, trim } from './ring-events.ts';
import { findRing } from './rings.ts';

export class Crossings {
  readonly #marks: Marks;
  readonly #past: PastAnswers;
  /** Values of the groups of a stream before an event; scratch. */
  readonly #before: number[] = [];
  /** Streams whose groups a timer woke. */
  readonly #woken: StreamPlan[] = [];

  constructor(marks: Marks, past: PastAnswers) {
    this.#marks = marks;
    this.#past = past;
  }

  /** Puts an event into a stream. */
  append(
    p: Profile,
    stream: StreamPlan,
    time: Instant,
    messageId: string,
    properties: JsonObject,
    now: Instant,
  ): void {
    const { groups } = stream;
    const before = this.#before;
    let o = findRing(p, stream.id);
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g] as ThresholdGroup;
      if (group.column >= 0) before[g] = o < 0 ? 0 : group.valueAt(p, o, now);
    }
    o = insertEvent(p, stream, time, messageId, properties, stream.oldest(p, now));
    for (let g = 0; g < groups.length; g++) {
      const group = groups[g] as ThresholdGroup;
      const is = group.valueAt(p, o, now);
      const was = group.column >= 0 ? (before[g] as number) : group.contains(p, time, now) ? is - 1 : is;
      this.#cross(p, o, group, was, is, now);
    }
  }

  /** Marks the units of the thresholds between two values, and arms the group where that may bring it forward. */
  #cross(p: Profile, o: number, group: ThresholdGroup, was: number, is: number, now: Instant): void {
    if (was !== is) {
      const from = group.position(was);
      const to = group.position(is);
      for (let i = Math.min(from, to); i < Math.max(from, to); i++) {
        this.#marks.markAll((group.thresholds[i] as { units: number[] }).units);
      }
      if (to > from) p.arm(group.timer, group.next(p, o, now));
    }
    if (group.isRestless) p.arm(group.timer, group.next(p, o, now));
  }

  /** Touches the questions that read a stream, about the past too where the event is late. */
  touchReaders(p: Profile, stream: StreamPlan, time: Instant, now: Instant): void {
    for (const atom of stream.atoms) this.#marks.touch(atom);
    if (time < now) this.#past.retrackAll(p, stream.trackedReaders, time, now);
  }

  /** The timer of a group is due. `trimWoken` follows, once all have been woken. */
  wake(p: Profile, group: ThresholdGroup, t: Instant): void {
    const o = findRing(p, group.stream.id);
    if (o < 0) return;
    this.#cross(p, o, group, group.valueAt(p, o, t - 1), group.valueAt(p, o, t), t);
    p.arm(group.timer, group.next(p, o, t));
    this.#woken.push(group.stream);
  }

  /** Lets go of what no window sees any more, once every group has compared before and after. */
  trimWoken(p: Profile, t: Instant): void {
    if (this.#woken.length === 0) return;
    for (const stream of this.#woken) {
      const o = findRing(p, stream.id);
      if (o >= 0) trim(p, stream, o, stream.oldest(p, t));
    }
    this.#woken.length = 0;
  }
}

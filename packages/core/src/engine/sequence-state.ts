/**
 * Sequences as small automata.
 *
 * For every step k and value of the `on` property, the automaton keeps the latest time at which steps 0…k had been
 * completed in order. The latest is all it needs: a later predecessor satisfies every `within` that an earlier one
 * does. Because a step must come strictly later, the latest *different* time before it is kept too, for events that
 * share an instant. An event that completes the last step at time e is a completion at e. With `no E within W` at
 * the end, completing the steps at r starts a wait: an E in (r, r + W) ends it, else it is a completion at r + W.
 *
 * Completions form a stream of their own, on which the rule's window is asked as for any other stream.
 *
 * Events must come in order of time; a late one makes the customer's automaton run again over the kept events.
 */

import type { Instant } from '../model/message.ts';
import { elementsOf, valueKey } from '../rules/semantics.ts';
import type { RuleValue } from '../rules/value.ts';
import { NEVER } from './profile.ts';

export type SequenceShape = {
  /** Exclusive upper bound of the gap before each step, in ms; NEVER where there is none. The first is unused. */
  readonly within: readonly number[];
  /** Ms of the final `no … within`; undefined when there is none. */
  readonly absentMs: number | undefined;
  readonly hasKey: boolean;
};

/** Latest time and the latest different one before it. */
type Reached = { latest: Instant; before: Instant };

const PRUNE_AT = 64;

export class SequenceState {
  readonly #shape: SequenceShape;
  /** Without `on`: latest and before, for each step but the last. */
  readonly #plain: Instant[] = [];
  /** With `on`: the same by value, per step. */
  readonly #keyed: Map<string, Reached>[] = [];
  /** Starts of waits (times of the last step), ascending; only with `absentMs`. */
  #waits: Instant[] = [];
  /** Parallel to the waits, with `on`. */
  #waitKeys: string[] = [];
  /** Time of the latest event taken; earlier ones are late. */
  lastTime: Instant = -NEVER;
  /** The latest wait that completed: an event before it would have come too late to prevent that. */
  lastCompletion: Instant = -NEVER;
  #pruneAt = PRUNE_AT;

  constructor(shape: SequenceShape) {
    this.#shape = shape;
    for (let step = 1; step < shape.within.length; step++) {
      if (shape.hasKey) this.#keyed.push(new Map());
      else this.#plain.push(-NEVER, -NEVER);
    }
  }

  /** The instant at which the earliest wait completes; NEVER when nobody waits. */
  nextCompletion(): Instant {
    const first = this.#waits[0];
    return first === undefined ? NEVER : first + (this.#shape.absentMs as number);
  }

  /** Ends waits that complete at or before t, earliest first. */
  takeCompletion(t: Instant): Instant | undefined {
    const next = this.nextCompletion();
    if (next > t) return undefined;
    this.#waits.shift();
    this.#waitKeys.shift();
    this.lastCompletion = next;
    return next;
  }

  /** An event that matches step `step`; true when it completes the sequence. Steps of one event: last step first. */
  takeStep(step: number, time: Instant, on: RuleValue): boolean {
    this.lastTime = time;
    if (!this.#shape.hasKey) return this.#takePlain(step, time);
    let completed = false;
    for (const key of keysOf(on)) {
      if (step > 0 && !this.#follows(step, time, key)) continue;
      if (step < this.#keyed.length) this.#reach(step, time, key);
      else if (this.#shape.absentMs === undefined) completed = true;
      else this.#wait(time, key);
    }
    return completed;
  }

  /** An event that matches the final `no`: waits that began before it are over. */
  takeAbsent(time: Instant, on: RuleValue): void {
    this.lastTime = time;
    if (this.#waits.length === 0) return;
    if (!this.#shape.hasKey) {
      this.#waits = this.#waits.filter((start) => start >= time);
      return;
    }
    const keys = keysOf(on);
    const stays = this.#waits.map((start, i) => start >= time || !keys.has(this.#waitKeys[i] as string));
    this.#waits = this.#waits.filter((_, i) => stays[i]);
    this.#waitKeys = this.#waitKeys.filter((_, i) => stays[i]);
  }

  #takePlain(step: number, time: Instant): boolean {
    const plain = this.#plain;
    const within = this.#shape.within[step] as number;
    if (step > 0) {
      const latest = plain[step * 2 - 2] as number;
      const before = latest < time ? latest : (plain[step * 2 - 1] as number);
      if (time - before >= within) return false;
    }
    if (step * 2 === plain.length) {
      if (this.#shape.absentMs === undefined) return true;
      if (this.#waits[this.#waits.length - 1] !== time) this.#waits.push(time);
    } else if (time > (plain[step * 2] as number)) {
      plain[step * 2 + 1] = plain[step * 2] as number;
      plain[step * 2] = time;
    }
    return false;
  }

  #follows(step: number, time: Instant, key: string): boolean {
    const reached = this.#keyed[step - 1]?.get(key);
    if (reached === undefined) return false;
    const latest = reached.latest < time ? reached.latest : reached.before;
    return time - latest < (this.#shape.within[step] as number);
  }

  #reach(step: number, time: Instant, key: string): void {
    const times = this.#keyed[step] as Map<string, Reached>;
    const reached = times.get(key);
    if (reached === undefined) {
      times.set(key, { latest: time, before: -NEVER });
      if (times.size >= this.#pruneAt) this.#prune(time);
    } else if (time > reached.latest) {
      reached.before = reached.latest;
      reached.latest = time;
    }
  }

  #wait(time: Instant, key: string): void {
    for (let i = this.#waits.length - 1; i >= 0 && this.#waits[i] === time; i--) {
      if (this.#waitKeys[i] === key) return;
    }
    this.#waits.push(time);
    this.#waitKeys.push(key);
  }

  /** Forgets values whose next step could only come too late. */
  #prune(time: Instant): void {
    let largest = 0;
    this.#keyed.forEach((times, step) => {
      const within = this.#shape.within[step + 1] as number;
      for (const [key, { latest }] of times) if (time - latest >= within) times.delete(key);
      largest = Math.max(largest, times.size);
    });
    this.#pruneAt = Math.max(PRUNE_AT, largest * 2);
  }
}

function keysOf(on: RuleValue): ReadonlySet<string> {
  return new Set(elementsOf(on).map(valueKey));
}

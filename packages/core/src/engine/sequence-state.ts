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

const SINGLE = '';
const SINGLE_KEYS: readonly string[] = [SINGLE];
const PRUNE_AT = 64;

export class SequenceState {
  readonly #shape: SequenceShape;
  /** Per step but the last: key → times. */
  readonly #reached: Map<string, Reached>[];
  /** Starts of waits (times of the last step) by key, ascending; only with `absentMs`. */
  #waits: { readonly key: string; readonly start: Instant }[] = [];
  /** Time of the latest event taken; earlier ones are late. */
  lastTime: Instant = -NEVER;
  /** The latest wait that completed: an event before it would have come too late to prevent that. */
  lastCompletion: Instant = -NEVER;
  #pruneAt = PRUNE_AT;

  constructor(shape: SequenceShape) {
    this.#shape = shape;
    this.#reached = shape.within.map(() => new Map<string, Reached>());
  }

  /** The instant at which the earliest wait completes; NEVER when nobody waits. */
  nextCompletion(): Instant {
    const first = this.#waits[0];
    return first === undefined ? NEVER : first.start + (this.#shape.absentMs as number);
  }

  /** Ends waits that complete at or before t, earliest first. */
  takeCompletion(t: Instant): Instant | undefined {
    const next = this.nextCompletion();
    if (next > t) return undefined;
    this.#waits.shift();
    this.lastCompletion = next;
    return next;
  }

  /** An event that matches step `step`; true when it completes the sequence. Steps of one event: last step first. */
  takeStep(step: number, time: Instant, on: RuleValue): boolean {
    this.lastTime = time;
    let completed = false;
    for (const key of this.#keys(on)) {
      if (step > 0 && !this.#follows(step, time, key)) continue;
      if (step === this.#reached.length - 1) {
        if (this.#shape.absentMs === undefined) completed = true;
        else this.#wait(time, key);
      } else this.#reach(step, time, key);
    }
    return completed;
  }

  /** An event that matches the final `no`: waits that began before it are over. */
  takeAbsent(time: Instant, on: RuleValue): void {
    this.lastTime = time;
    const keys = this.#keys(on);
    this.#waits = this.#waits.filter((w) => w.start >= time || !keys.includes(w.key));
  }

  #keys(on: RuleValue): readonly string[] {
    if (!this.#shape.hasKey) return SINGLE_KEYS;
    return [...new Set(elementsOf(on).map(valueKey))];
  }

  #follows(step: number, time: Instant, key: string): boolean {
    const reached = this.#reached[step - 1]?.get(key);
    if (reached === undefined) return false;
    const latest = reached.latest < time ? reached.latest : reached.before;
    return time - latest < (this.#shape.within[step] as number);
  }

  #reach(step: number, time: Instant, key: string): void {
    const times = this.#reached[step] as Map<string, Reached>;
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
    if (!this.#waits.some((w) => w.start === time && w.key === key)) this.#waits.push({ key, start: time });
  }

  /** Forgets values whose next step could only come too late. */
  #prune(time: Instant): void {
    let largest = 0;
    for (let step = 0; step + 1 < this.#reached.length; step++) {
      const times = this.#reached[step] as Map<string, Reached>;
      const within = this.#shape.within[step + 1] as number;
      for (const [key, { latest }] of times) if (time - latest >= within) times.delete(key);
      largest = Math.max(largest, times.size);
    }
    this.#pruneAt = Math.max(PRUNE_AT, largest * 2);
  }
}

/**
 * The plain interpreter with a memory, and the two questions in time that explanations ask: since when, and until when.
 *
 * Idea. Events that match a pattern are looked up once per history. The beginning of an answer is found by walking back
 * over the instants at which it may have changed, so a long past costs little where the last change was lately.
 */

import type { Instant } from '../model/message.ts';
import { latest, type History, type HistoryEvent, type World } from '../rules/interpreter-history.ts';
import { conditionInstants } from '../rules/interpreter-instants.ts';
import { completions, type Completion, type Sequence } from '../rules/interpreter-sequence.ts';
import { inWindow } from '../rules/interpreter-window.ts';
import { Interpreter, lookAheadMaxMs } from '../rules/interpreter.ts';
import { populationNeedsOf } from '../rules/population.ts';
import type { Condition, EventPattern } from '../rules/tree.ts';

/** How far ahead a change is looked for at first, in milliseconds: a month. */
const lookAheadFirstMs = 31 * 86_400_000;
const lookAheadFactor = 12;

export type Since = {
  readonly at: Instant;
  /** The answer is this old at least: what was before is no longer known. */
  readonly orEarlier?: true;
};

export class ExplainingInterpreter extends Interpreter {
  readonly #matching = new Map<EventPattern, readonly HistoryEvent[]>();
  readonly #completions = new Map<Sequence, readonly Completion[]>();

  override matching(pattern: EventPattern): readonly HistoryEvent[] {
    let events = this.#matching.get(pattern);
    if (events === undefined) this.#matching.set(pattern, (events = super.matching(pattern)));
    return events;
  }

  /** Completions never move as time goes on, so they are found once. */
  override completed(sequence: Sequence, t: Instant): readonly Completion[] {
    let done = this.#completions.get(sequence);
    if (done === undefined) {
      this.#completions.set(sequence, (done = completions(sequence, (pattern) => this.matching(pattern))));
    }
    const { window } = sequence;
    const lastOther = window?.kind === 'after_last' ? latest(this.events(window.events, t))?.time : undefined;
    return done.filter(({ at }) => inWindow(at, t, window, this.world.zone, lastOther));
  }

  /** Since when the condition has had the answer it has at t; undefined before the customer exists. */
  since(condition: Condition, t: Instant): Since | undefined {
    const { bornAt } = this.history;
    if (bornAt === undefined || t < bornAt) return undefined;
    const answer = this.condition(condition, t);
    const instants = conditionInstants(condition, this, bornAt, t);
    let at = bornAt;
    for (let i = instants.length - 1; i >= 0; i--) {
      const from = instants[i] as Instant;
      if (this.condition(condition, from) !== answer) break;
      at = from;
    }
    return at <= this.#forgottenBefore(condition) ? { at, orEarlier: true } : { at };
  }

  /** When the answer will change if nothing happens and populations stay; undefined: not within a hundred years. */
  until(condition: Condition, t: Instant): Instant | undefined {
    for (let ahead = lookAheadFirstMs; ; ahead = Math.min(ahead * lookAheadFactor, lookAheadMaxMs)) {
      const at = this.nextChange(condition, t, t + ahead);
      if (at !== undefined || ahead === lookAheadMaxMs) return at;
    }
  }

  /** Old populations are not kept for ever: earlier than the oldest that is needed, nothing is known. */
  #forgottenBefore(condition: Condition): Instant {
    const needs = populationNeedsOf({ condition }, this.world.definitions);
    return Math.max(
      -Infinity,
      ...needs.map(({ key }) => this.world.populations.get(key)?.[0]?.at ?? -Infinity),
    );
  }
}

export function openInterpreter(history: History, world: World): ExplainingInterpreter {
  return new ExplainingInterpreter(history, world);
}

/** Which messages made an answer what it is: those that deciding parts of the rule looked at, in order of time. */

import { unreachable } from '../base/assert.ts';
import type { Instant } from '../model/message.ts';
import { compareByTime, earliest, latest, type History, type World } from './interpreter-history.ts';
import { Interpreter } from './interpreter.ts';
import type { Condition, EventPattern, Value, Window } from './tree.ts';

export type Witness = {
  readonly kind: 'track' | 'page' | 'screen' | 'identify';
  /** '' for an identify. */
  readonly name: string;
  readonly time: Instant;
  readonly messageId: string;
};

/**
 * The messages that made the condition's answer at t. Of an `and` that is false only its false parts count, of an `or`
 * that is true only its true parts; something that did not happen has no witness.
 */
export function witnesses(
  condition: Condition,
  history: History,
  t: Instant,
  world: World,
): readonly Witness[] {
  const collector = new Collector(new Interpreter(history, world), t);
  if (history.bornAt !== undefined && t >= history.bornAt) collector.condition(condition);
  return collector.found();
}

/** The messages that a value was computed from. */
export function witnessesOfValue(
  value: Value,
  history: History,
  t: Instant,
  world: World,
): readonly Witness[] {
  const collector = new Collector(new Interpreter(history, world), t);
  collector.value(value);
  return collector.found();
}

class Collector {
  readonly #interpreter: Interpreter;
  readonly #t: Instant;
  readonly #byId = new Map<string, Witness>();

  constructor(interpreter: Interpreter, t: Instant) {
    this.#interpreter = interpreter;
    this.#t = t;
  }

  found(): readonly Witness[] {
    return [...this.#byId.values()].sort(compareByTime);
  }

  condition(c: Condition): void {
    switch (c.kind) {
      case 'and':
      case 'or': {
        const answer = this.#interpreter.condition(c, this.#t);
        for (const item of c.items) {
          if (this.#interpreter.condition(item, this.#t) === answer) this.condition(item);
        }
        return;
      }
      case 'not':
      case 'for':
        this.condition(c.item);
        return;
      case 'compare':
        this.value(c.left);
        this.value(c.right);
        return;
      case 'one_of':
      case 'text':
      case 'presence':
        this.value(c.value);
        return;
      case 'did':
        this.#events(c.events, c.window);
        return;
      case 'sequence':
        this.#add(this.#interpreter.completed(c, this.#t).map((completion) => completion.event));
        return;
      case 'in_segment':
        this.condition(this.#interpreter.segmentRule(c.segment));
        return;
      case 'literal':
      case 'in_list':
      case 'sample':
        return;
      case 'subscribed':
        this.#events({ source: { kind: 'track', name: 'Subscription Updated' } }, undefined);
        this.#events({ source: { kind: 'track', name: 'Unsubscribed' } }, undefined);
        return;
      default:
        unreachable(c);
    }
  }

  value(v: Value): void {
    switch (v.kind) {
      case 'trait': {
        const identify = this.#interpreter.identifyOf(v.path, this.#t);
        if (identify !== undefined) this.#add([{ kind: 'identify', name: '', ...identify }]);
        return;
      }
      case 'count':
      case 'days':
        this.#events(v.events, v.window);
        return;
      case 'aggregate':
        if (v.fn === 'first' || v.fn === 'last') this.#event(v.fn, v.events, v.window);
        else this.#events(v.events, v.window);
        return;
      case 'age_of_event':
        this.#event(v.which, v.events, v.window);
        return;
      case 'age':
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
        this.value(v.of);
        return;
      case 'age_in_segment':
        this.condition(this.#interpreter.segmentRule(v.segment));
        return;
      case 'rfm': {
        const { purchase, window } = this.#interpreter.rfmModel(v.model ?? 'default');
        this.#events(purchase, window);
        return;
      }
      case 'coalesce': {
        const used = v.values.find((option) => this.#interpreter.value(option, this.#t) !== undefined);
        if (used !== undefined) this.value(used);
        return;
      }
      case 'arithmetic':
        this.value(v.left);
        this.value(v.right);
        return;
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'property':
      case 'stage':
      case 'score':
        return;
      default:
        unreachable(v);
    }
  }

  #events(pattern: EventPattern, window: Window | undefined): void {
    this.#add(this.#interpreter.events(pattern, this.#t, window));
  }

  #event(which: 'first' | 'last', pattern: EventPattern, window: Window | undefined): void {
    const events = this.#interpreter.events(pattern, this.#t, window);
    const event = which === 'first' ? earliest(events) : latest(events);
    if (event !== undefined) this.#add([event]);
  }

  #add(messages: readonly Witness[]): void {
    for (const { kind, name, time, messageId } of messages) {
      this.#byId.set(messageId, { kind, name, time, messageId });
    }
  }
}

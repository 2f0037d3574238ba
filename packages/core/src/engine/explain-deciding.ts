/**
 * The messages that decide one condition: those whose being there, or whose properties, made the values that it
 * compares. What did not happen has no message.
 *
 * Of a sequence it is the newest completion, step by step; where there is none, how far the customer has come.
 */

import { defined, unreachable } from '../base/assert.ts';
import type { Instant, JsonObject } from '../model/message.ts';
import { consentChanges } from '../rules/interpreter-consent.ts';
import { compareByTime, earliest, latest, type HistoryEvent } from '../rules/interpreter-history.ts';
import { completions, type Sequence } from '../rules/interpreter-sequence.ts';
import type { Interpreter } from '../rules/interpreter.ts';
import { pathText } from '../rules/format.ts';
import { durationMs, elementsOf, readPath, valueKey } from '../rules/semantics.ts';
import type { Condition, EventPattern, Path, Value, Window } from '../rules/tree.ts';
import { plainValue, type PlainValue } from './explain-findings.ts';

export type DecidingMessage = {
  readonly kind: 'track' | 'page' | 'screen' | 'identify';
  /** '' for an identify. */
  readonly name: string;
  readonly time: Instant;
  readonly messageId: string;
  /** What the condition read of it: properties, or the trait. */
  readonly read: readonly { readonly path: string; readonly value: PlainValue }[];
};

export type Deciding = {
  /** In order of time; of many the newest. */
  readonly messages: readonly DecidingMessage[];
  readonly total: number;
};

/** Messages of one condition that are named; the others are counted. */
export const decidingMessagesMax = 20;

/** The messages at t for a condition that is not made of others; for those that are, none. */
export function decidingMessages(condition: Condition, asked: Interpreter, t: Instant): Deciding {
  const collector = new Collector(asked, t);
  if (asked.exists(t)) collector.condition(condition);
  return collector.found();
}

class Collector {
  readonly #asked: Interpreter;
  readonly #t: Instant;
  readonly #byId = new Map<string, DecidingMessage>();

  constructor(asked: Interpreter, t: Instant) {
    this.#asked = asked;
    this.#t = t;
  }

  found(): Deciding {
    const all = [...this.#byId.values()].sort(compareByTime);
    return { messages: all.slice(-decidingMessagesMax), total: all.length };
  }

  condition(c: Condition): void {
    switch (c.kind) {
      case 'compare':
        this.#value(c.left);
        this.#value(c.right);
        return;
      case 'one_of':
      case 'text':
      case 'presence':
        this.#value(c.value);
        return;
      case 'did':
        this.#events(c.events, c.window, []);
        return;
      case 'sequence':
        this.#add(chainOf(c, this.#asked, this.#t), [
          ...c.steps.flatMap((step) => pathsOf(step.events.where)),
          ...(c.on === undefined ? [] : [c.on]),
        ]);
        return;
      case 'subscribed':
        this.#consents(c.to);
        return;
      case 'literal':
      case 'and':
      case 'or':
      case 'not':
      case 'for':
      case 'in_segment':
      case 'in_list':
      case 'sample':
        return;
      default:
        unreachable(c);
    }
  }

  #value(v: Value): void {
    switch (v.kind) {
      case 'trait': {
        const identify = this.#asked.identifyOf(v.path, this.#t);
        if (identify !== undefined) {
          this.#addOne({ kind: 'identify', name: '', ...identify }, identify.traits, [v.path]);
        }
        return;
      }
      case 'count':
      case 'days':
        this.#events(v.events, v.window, []);
        return;
      case 'aggregate':
        if (v.fn === 'first' || v.fn === 'last') this.#event(v.fn, v.events, v.window, [v.property]);
        else this.#events(v.events, v.window, [v.property]);
        return;
      case 'age_of_event':
        this.#event(v.which, v.events, v.window, []);
        return;
      case 'age':
      case 'until':
      case 'days_until_anniversary':
      case 'percentile':
      case 'quintile':
        this.#value(v.of);
        return;
      case 'rfm': {
        const { purchase, window, value } = this.#asked.rfmModel(v.model ?? 'default');
        this.#events(purchase, window, [value]);
        return;
      }
      case 'coalesce': {
        const used = v.values.find((option) => this.#asked.value(option, this.#t) !== undefined);
        if (used !== undefined) this.#value(used);
        return;
      }
      case 'arithmetic':
        this.#value(v.left);
        this.#value(v.right);
        return;
      case 'number':
      case 'string':
      case 'boolean':
      case 'date':
      case 'duration':
      case 'property':
      case 'age_in_segment':
      case 'stage':
      case 'score':
        return;
      default:
        unreachable(v);
    }
  }

  #events(pattern: EventPattern, window: Window | undefined, read: readonly Path[]): void {
    this.#add(this.#asked.events(pattern, this.#t, window), [...read, ...pathsOf(pattern.where)]);
  }

  #event(
    which: 'first' | 'last',
    pattern: EventPattern,
    window: Window | undefined,
    read: readonly Path[],
  ): void {
    const events = this.#asked.events(pattern, this.#t, window);
    const event = which === 'first' ? earliest(events) : latest(events);
    if (event !== undefined) this.#add([event], [...read, ...pathsOf(pattern.where)]);
  }

  /** On each channel concerned, the change that stands for the channel, and for the topic where one is asked. */
  #consents(to: Extract<Condition, { kind: 'subscribed' }>['to']): void {
    const changes = consentChanges(this.#asked.history).filter(({ time }) => time <= this.#t);
    const channels =
      to.kind === 'channel'
        ? [to.channel]
        : changes.filter(({ topic }) => topic === to.topic).map(({ channel }) => channel);
    for (const channel of new Set(channels)) {
      const about = changes.filter((change) => change.channel === channel);
      const ofChannel = about.findLast(({ topic }) => topic === undefined);
      const ofTopic = to.kind === 'topic' ? about.findLast(({ topic }) => topic === to.topic) : undefined;
      const ids = [ofChannel?.messageId, ofTopic?.messageId];
      this.#add(
        this.#asked.history.events.filter(({ messageId }) => ids.includes(messageId)),
        [['channel'], ['topic'], ['status']],
      );
    }
  }

  #add(events: readonly HistoryEvent[], read: readonly Path[]): void {
    for (const event of events) this.#addOne(event, event.properties, read);
  }

  #addOne(message: Omit<DecidingMessage, 'read'>, json: JsonObject, paths: readonly Path[]): void {
    const { kind, name, time, messageId } = message;
    const read = new Map(this.#byId.get(messageId)?.read.map((one) => [one.path, one.value]));
    for (const path of paths) {
      const value = readPath(json, path);
      if (value !== undefined) read.set(pathText(path), plainValue(value));
    }
    this.#byId.set(messageId, {
      kind,
      name,
      time,
      messageId,
      read: [...read].map(([path, value]) => ({ path, value })),
    });
  }
}

/** The properties that a `where` reads. */
export function pathsOf(where: Condition | undefined): readonly Path[] {
  switch (where?.kind) {
    case 'and':
    case 'or':
      return where.items.flatMap(pathsOf);
    case 'not':
      return pathsOf(where.item);
    case 'compare':
      return [...pathsOfValue(where.left), ...pathsOfValue(where.right)];
    case 'one_of':
    case 'text':
    case 'presence':
      return pathsOfValue(where.value);
    case undefined:
    case 'literal':
    case 'for':
    case 'did':
    case 'sequence':
    case 'in_segment':
    case 'in_list':
    case 'subscribed':
    case 'sample':
      return [];
  }
}

function pathsOfValue(value: Value): readonly Path[] {
  if (value.kind === 'property') return [value.path];
  if (value.kind === 'arithmetic') return [...pathsOfValue(value.left), ...pathsOfValue(value.right)];
  return value.kind === 'coalesce' ? value.values.flatMap(pathsOfValue) : [];
}

// --- Sequences

/** The events that reached the first steps of a sequence, as those of the newest attempt that came furthest. */
export type Progress = { readonly steps: number; readonly chain: readonly HistoryEvent[] };

/** The newest completion in the window, first step first; without one the longest beginning, newest first of its kind. */
export function chainOf(sequence: Sequence, asked: Interpreter, t: Instant): readonly HistoryEvent[] {
  const done = latest(asked.completed(sequence, t).map(({ event }) => event));
  if (done !== undefined) return chainTo(sequence, sequence.steps.length, done, asked, t);
  return progressOf(sequence, asked, t).chain;
}

/** How far the customer has come, at most all steps (where only the absence at the end, or the window, is lacking). */
export function progressOf(sequence: Sequence, asked: Interpreter, t: Instant): Progress {
  for (let steps = sequence.steps.length; steps > 0; steps--) {
    const reached = latest(reachedBy(sequence, steps, asked, t));
    if (reached !== undefined) return { steps, chain: chainTo(sequence, steps, reached, asked, t) };
  }
  return { steps: 0, chain: [] };
}

/** The events by t that reached the step number `steps`. */
function reachedBy(
  sequence: Sequence,
  steps: number,
  asked: Interpreter,
  t: Instant,
): readonly HistoryEvent[] {
  const { on } = sequence;
  const beginning: Sequence = {
    kind: 'sequence',
    steps: sequence.steps.slice(0, steps),
    ...(on === undefined ? {} : { on }),
  };
  return completions(beginning, (pattern) => asked.matching(pattern).filter(({ time }) => time <= t)).map(
    ({ event }) => event,
  );
}

function chainTo(
  sequence: Sequence,
  steps: number,
  end: HistoryEvent,
  asked: Interpreter,
  t: Instant,
): readonly HistoryEvent[] {
  const chain = [end];
  for (let step = steps - 1; step > 0; step--) {
    const { within } = defined(sequence.steps[step], 'a step of a sequence');
    const after = defined(chain[0], 'the step after');
    const withinMs = within === undefined ? Infinity : durationMs(within);
    const before = latest(
      reachedBy(sequence, step, asked, t).filter(
        (event) =>
          event.time < after.time &&
          after.time - event.time < withinMs &&
          sharesKey(sequence.on, event, after),
      ),
    );
    if (before === undefined) break;
    chain.unshift(before);
  }
  return chain;
}

function sharesKey(on: Path | undefined, a: HistoryEvent, b: HistoryEvent): boolean {
  if (on === undefined) return true;
  const keys = new Set(elementsOf(readPath(b.properties, on)).map(valueKey));
  return elementsOf(readPath(a.properties, on)).some((value) => keys.has(valueKey(value)));
}

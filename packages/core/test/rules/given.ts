/** Short ways to say what is known of a customer, for tables of tests. */

import { Zone } from '../../src/base/zone.ts';
import { noDefinitions, type Definitions } from '../../src/model/definitions.ts';
import type { Instant, JsonObject } from '../../src/model/message.ts';
import { emptyHistory, type History, type World } from '../../src/rules/interpreter-history.ts';
import { evaluate, holds } from '../../src/rules/interpreter.ts';
import { parseEventPattern, parseRule, parseValue, parseWindow, type Parsed } from '../../src/rules/parse.ts';
import type { Condition, Value } from '../../src/rules/tree.ts';
import type { RuleValue } from '../../src/rules/value.ts';

export const utc = new Zone('UTC');

/** An instant as people write it; `+5s` etc. are added to `base`. */
export const at = (text: string): Instant => {
  const instant = utc.parseInstant(text);
  if (instant === undefined) throw new Error(`not an instant: ${text}`);
  return instant;
};

let nextId = 0;
const idOf = (id: string | undefined): string => id ?? `m${String((nextId += 1)).padStart(6, '0')}`;

export type Fact = (history: History) => History;

const born = (history: History, time: Instant): Instant => Math.min(history.bornAt ?? Infinity, time);

function event(kind: 'track' | 'page' | 'screen') {
  return (name: string, time: string | Instant, properties: JsonObject = {}, messageId?: string): Fact =>
    (history) => {
      const t = typeof time === 'string' ? at(time) : time;
      const added = { kind, name, time: t, messageId: idOf(messageId), properties };
      return { ...history, bornAt: born(history, t), events: [...history.events, added] };
    };
}

export const track = event('track');
export const page = event('page');
export const screen = event('screen');

export const identify =
  (traits: JsonObject, time: string | Instant, messageId?: string): Fact =>
  (history) => {
    const t = typeof time === 'string' ? at(time) : time;
    const added = { time: t, messageId: idOf(messageId), traits };
    return { ...history, bornAt: born(history, t), identifies: [...history.identifies, added] };
  };

/** The customer is named by a message that says nothing else. */
export const bornAt =
  (time: string | Instant): Fact =>
  (history) => ({ ...history, bornAt: born(history, typeof time === 'string' ? at(time) : time) });

export const score =
  (name: string, value: number, time: string): Fact =>
  (history) => ({ ...history, scores: [...history.scores, { name, value, at: at(time) }] });

export const onList =
  (name: string, from: string, until?: string): Fact =>
  (history) => {
    const spell = { from: at(from), ...(until === undefined ? {} : { until: at(until) }) };
    const lists = new Map(history.lists).set(name, [...(history.lists.get(name) ?? []), spell]);
    return { ...history, lists };
  };

export const given = (...facts: readonly Fact[]): History =>
  facts.reduce((history, fact) => fact(history), { ...emptyHistory, sampleId: 'asha' });

function treeOf<T>(parsed: Parsed<T>, text: string): T {
  const errors = parsed.diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (parsed.tree === undefined || errors.length > 0) {
    throw new Error(`${text}: ${errors.map((error) => error.message).join('; ')}`);
  }
  return parsed.tree;
}

export const rule = (text: string): Condition => treeOf(parseRule(text), text);
export const expression = (text: string): Value => treeOf(parseValue(text), text);

export type WorldOptions = {
  readonly zone?: string;
  readonly segments?: Readonly<Record<string, string>>;
  readonly stages?: readonly (readonly [string, string?])[];
  readonly rfm?: { readonly purchase: string; readonly value: string; readonly window?: string };
  readonly optOut?: readonly string[];
  readonly populations?: World['populations'];
};

export function world(options: WorldOptions = {}): World {
  const { rfm, stages } = options;
  const definitions: Definitions = {
    ...noDefinitions,
    segments: new Map(
      Object.entries(options.segments ?? {}).map(([name, text]) => [name, { name, rule: rule(text) }]),
    ),
    lifecycles: new Map(
      stages === undefined
        ? []
        : [
            [
              'default',
              {
                name: 'default',
                stages: stages.map(([name, text]) =>
                  text === undefined ? { name } : { name, rule: rule(text) },
                ),
              },
            ],
          ],
    ),
    rfm: new Map(
      rfm === undefined
        ? []
        : [
            [
              'default',
              {
                name: 'default',
                purchase: treeOf(parseEventPattern(rfm.purchase), rfm.purchase),
                value: [rfm.value],
                ...(rfm.window === undefined ? {} : { window: treeOf(parseWindow(rfm.window), rfm.window) }),
              },
            ],
          ],
    ),
    channels: new Map((options.optOut ?? []).map((channel) => [channel, 'opt_out'])),
  };
  return {
    zone: options.zone === undefined ? utc : new Zone(options.zone),
    definitions,
    populations: options.populations ?? new Map(),
  };
}

const plainWorld = world();

export const isTrue = (text: string, history: History, t: string | Instant, w: World = plainWorld): boolean =>
  holds(rule(text), history, typeof t === 'string' ? at(t) : t, w);

export const valueOf = (
  text: string,
  history: History,
  t: string | Instant,
  w: World = plainWorld,
): RuleValue => evaluate(expression(text), history, typeof t === 'string' ? at(t) : t, w);

export const ms = (duration: number): RuleValue => ({ kind: 'duration', ms: duration });

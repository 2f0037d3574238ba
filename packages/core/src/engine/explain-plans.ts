/**
 * What could happen to a customer, as plain data: events, traits, lists, consents, scores, and waiting. A plan is some of
 * them together; it can be tried on a history, and of two plans one is smaller.
 */

import type { Instant, JsonObject, JsonValue } from '../model/message.ts';
import { latest, type History, type HistoryEvent } from '../rules/interpreter-history.ts';
import type { CompareOperator, EventPattern, Path, TextOperator } from '../rules/tree.ts';
import type { PlainValue } from './explain-findings.ts';

/** One event as it could come, and how long after the plan's beginning. */
export type ExampleEvent = {
  readonly kind: 'track' | 'page' | 'screen';
  readonly name: string;
  readonly properties: JsonObject;
  readonly afterMs: number;
};

/** How a value that would do stands to the one that is named. */
export type ValueOperator = CompareOperator | TextOperator;

export type RemedyAction =
  | {
      readonly kind: 'event';
      readonly pattern: EventPattern;
      /** As many as are needed; any that match the pattern and what follows would do. */
      readonly examples: readonly ExampleEvent[];
      /** The customer has done it before. */
      readonly again?: true;
      /** What a property has to be, over all examples where they are summed. */
      readonly amount?: {
        readonly property: Path;
        readonly op: ValueOperator;
        readonly than: PlainValue;
        readonly total: boolean;
      };
      /** Each with a value of this property that there was not. */
      readonly newValuesOf?: Path;
      /** With one value of this property in all events of the sequence. */
      readonly sameOf?: Path;
      /** Each on another local day. */
      readonly onDays?: true;
    }
  /** null clears it. `op` and `than`: other values do as well. */
  | {
      readonly kind: 'trait';
      readonly path: Path;
      readonly value: JsonValue;
      readonly op: ValueOperator;
      readonly than: PlainValue;
    }
  | { readonly kind: 'list'; readonly list: string; readonly put: 'on' | 'off' }
  | {
      readonly kind: 'consent';
      readonly channel: string;
      readonly topic?: string;
      readonly status: 'subscribed' | 'unsubscribed';
    }
  | {
      readonly kind: 'score';
      readonly name: string;
      readonly value: number;
      readonly op: ValueOperator;
      readonly than: PlainValue;
    };

export type EventAction = Extract<RemedyAction, { kind: 'event' }>;

export type Plan = {
  readonly actions: readonly RemedyAction[];
  /** How long after the last of them the answer comes. */
  readonly waitMs: number;
};

/** Greater than any id that people send, so that what is tried comes last at its instant. */
const tryId = '\u{10FFFF}try';

export function planOf(action: RemedyAction, waitMs = 0): Plan {
  return { actions: [action], waitMs };
}

/** From the plan's beginning to its last event. */
export function spanMs(plan: Plan): number {
  const offsets = plan.actions.flatMap((action) =>
    action.kind === 'event' ? action.examples.map(({ afterMs }) => afterMs) : [],
  );
  return Math.max(0, ...offsets);
}

/** The history with the plan carried out from `at` on. */
export function carriedOut(plan: Plan, history: History, at: Instant): History {
  return plan.actions.reduce<History>((known, action, index) => withAction(known, action, at, index), {
    ...history,
    bornAt: Math.min(history.bornAt ?? Infinity, at),
  });
}

function withAction(history: History, action: RemedyAction, at: Instant, index: number): History {
  const messageId = `${tryId}${index}`;
  switch (action.kind) {
    case 'event': {
      const events = action.examples.map(({ kind, name, properties, afterMs }, i): HistoryEvent => ({
        kind,
        name,
        properties,
        time: at + afterMs,
        messageId: `${messageId}.${i}`,
      }));
      return { ...history, events: [...history.events, ...events] };
    }
    case 'trait': {
      const [root = '', ...rest] = action.path;
      const known = latest(
        history.identifies.filter(({ time, traits }) => time <= at && Object.hasOwn(traits, root)),
      );
      const value = withPath(known?.traits[root], rest, action.value);
      return {
        ...history,
        identifies: [...history.identifies, { time: at, messageId, traits: { [root]: value } }],
      };
    }
    case 'list': {
      const spells = (history.lists.get(action.list) ?? []).map((spell) =>
        spell.from <= at && (spell.until ?? Infinity) > at ? { from: spell.from, until: at } : spell,
      );
      const lists = new Map(history.lists);
      lists.set(action.list, action.put === 'on' ? [...spells, { from: at }] : spells);
      return { ...history, lists };
    }
    case 'consent': {
      const { channel, topic, status } = action;
      const consent = { channel, status, at, ...(topic === undefined ? {} : { topic }) };
      return { ...history, consents: [...history.consents, consent] };
    }
    case 'score':
      return { ...history, scores: [...history.scores, { name: action.name, value: action.value, at }] };
  }
}

/** The JSON with one value at a path set; what is on the way and no object becomes one. */
export function withPath(json: JsonValue | undefined, path: Path, value: JsonValue): JsonValue {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const object = isObject(json) ? json : {};
  return { ...object, [key]: withPath(object[key], rest, value) };
}

export function isObject(json: JsonValue | undefined): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** The plans that do both; where both want the same kind of event, first with the same ones serving both. */
export function bothOf(a: Plan, b: Plan): readonly Plan[] {
  const waitMs = Math.max(a.waitMs, b.waitMs);
  const apart: Plan = { actions: [...a.actions, ...b.actions], waitMs };
  for (const ours of a.actions) {
    for (const theirs of b.actions) {
      const shared = sharedEvents(ours, theirs);
      if (shared === undefined) continue;
      const actions = [
        ...a.actions.filter((action) => action !== ours),
        shared,
        ...b.actions.filter((action) => action !== theirs),
      ];
      return [{ actions, waitMs }, apart];
    }
  }
  return [apart];
}

function sharedEvents(a: RemedyAction, b: RemedyAction): EventAction | undefined {
  if (a.kind !== 'event' || b.kind !== 'event') return undefined;
  if (JSON.stringify(a.pattern.source) !== JSON.stringify(b.pattern.source)) return undefined;
  const [more, fewer] = a.examples.length >= b.examples.length ? [a, b] : [b, a];
  const examples = more.examples.map((example, i) => {
    const other = fewer.examples[i];
    if (other === undefined) return example;
    return { ...example, properties: { ...example.properties, ...other.properties } };
  });
  const wheres = [more.pattern.where, fewer.pattern.where].filter((where) => where !== undefined);
  const [where, second] = wheres;
  const same = second === undefined || JSON.stringify(where) === JSON.stringify(second);
  const pattern: EventPattern = {
    source: more.pattern.source,
    ...(where === undefined ? {} : { where: same ? where : { kind: 'and', items: [where, second] } }),
  };
  return { ...fewer, ...more, pattern, examples };
}

/** The smaller comes first: fewer things, then what a customer does before what others do to them, then less waiting. */
export function costOf(plan: Plan): number {
  const waiting = plan.waitMs === 0 ? 0 : 0.8 + Math.min(plan.waitMs / 86_400_000, 1_000) / 1_000;
  return plan.actions.reduce((cost, action) => cost + actionCost(action), waiting);
}

function actionCost(action: RemedyAction): number {
  switch (action.kind) {
    case 'event':
      return (
        action.examples.length +
        (action.amount === undefined ? 0 : 0.1) +
        (action.pattern.where === undefined ? 0 : 0.05)
      );
    case 'trait':
      return action.value === null ? 1.6 : 1.5;
    case 'consent':
      return 2;
    case 'list':
      return 3;
    case 'score':
      return 4;
  }
}

/** The plans that are one thing less: an action left out, or one event fewer. */
export function smallerPlans(plan: Plan): readonly Plan[] {
  return plan.actions.flatMap((action, index) => {
    const others = plan.actions.filter((_, i) => i !== index);
    const without: readonly Plan[] = others.length === 0 ? [] : [{ ...plan, actions: others }];
    if (action.kind !== 'event' || action.examples.length < 2) return without;
    const fewer = { ...action, examples: action.examples.slice(0, -1) };
    return [...without, { ...plan, actions: plan.actions.with(index, fewer) }];
  });
}

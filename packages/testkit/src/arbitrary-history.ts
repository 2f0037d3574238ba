/**
 * Histories for rules of `arbitrary-rule.ts`: inputs in order of arrival with the time between them.
 *
 * Biased to boundaries, where faults live: gaps that are exactly a duration that rules use, a millisecond less or
 * more; several inputs at one instant; messages late by exactly such a duration, or dated a little ahead; the days of
 * clock changes and 29 February; few customers, names and values, so that things meet.
 */

import type { Input } from '@segue/core/model/input.ts';
import type {
  Identifier,
  Instant,
  JsonObject,
  JsonValue,
  Message,
  MessageKind,
} from '@segue/core/model/message.ts';
import { durationMs } from '@segue/core/rules/semantics.ts';
import fc from 'fast-check';

import { durationTexts, eventNames, pageName } from './arbitrary-rule.ts';

type Arbitrary<T> = fc.Arbitrary<T>;

/** An input, and how long after the one before it arrives. */
export type HistoryStep = { readonly afterMs: number; readonly input: InputSketch };

/** An input whose message still lacks its time, which depends on the clock. */
export type InputSketch =
  | { readonly kind: 'message'; readonly aheadMs: number; readonly message: Omit<Message, 'time'> }
  | Exclude<Input, { kind: 'message' | 'score' | 'consent' }>
  | Omit<Extract<Input, { kind: 'score' }>, 'at'>
  | Omit<Extract<Input, { kind: 'consent' }>, 'at'>;

export type HistoryOptions = {
  /** Late messages, dated ahead, out of order (default true). */
  readonly disorder?: boolean;
  /** Anonymous visits, aliases, several customers (default true). */
  readonly identity?: boolean;
  /** Scores, consents, lists, refreshes (default true). */
  readonly facts?: boolean;
  readonly lengthMax?: number;
};

export const startInstants: readonly Instant[] = [
  Date.parse('2026-01-01T00:00:00Z'),
  Date.parse('2026-01-02T12:34:56.789Z'),
  // The days on which New York's and Berlin's clocks change.
  Date.parse('2026-03-08T04:59:59.999Z'),
  Date.parse('2026-03-28T22:00:00Z'),
  Date.parse('2028-02-28T23:00:00Z'),
];
export const timeZones: readonly string[] = ['UTC', 'America/New_York', 'Asia/Kolkata', 'Europe/Berlin'];

const durations = durationTexts.map(durationMs);
const aroundDuration: Arbitrary<number> = fc
  .tuple(fc.constantFrom(...durations), fc.constantFrom(-1, 0, 0, 0, 1))
  .map(([ms, off]) => ms + off);
const gap: Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2) },
  { weight: 6, arbitrary: aroundDuration },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 40 * 86_400_000 }) },
);
const lateness: Arbitrary<number> = fc.oneof(
  { weight: 8, arbitrary: fc.constant(0) },
  { weight: 3, arbitrary: aroundDuration.map((ms) => -ms) },
  { weight: 1, arbitrary: fc.constantFrom(-1, -300_000, -300_001) },
  { weight: 1, arbitrary: fc.constantFrom(1, 1000, 60_000, 300_000) },
);

const price: Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  0.1,
  0.2,
  0.3,
  1,
  2,
  2.5,
  10,
  -1,
  '10',
  null,
  12.3456789,
);
const text: Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  'a',
  'b',
  'ab',
  '10',
  '',
  'Ä',
  '😀',
  '2026-01-01',
  7,
  true,
);
const properties: Arbitrary<JsonObject> = fc.record(
  {
    x: price,
    y: price,
    s: text,
    items: fc.array(fc.record({ price }, { requiredKeys: [] }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const date: Arbitrary<JsonValue> = fc.constantFrom<JsonValue>(
  '2026-01-01',
  '2026-01-03T00:00:00Z',
  '2026-01-05T12:00',
  '2024-02-29',
  1_767_300_000,
  1_767_300_000_123,
  'soon',
  null,
);
const traits: Arbitrary<JsonObject> = fc.record(
  { n: price, s: text, d: date, tags: fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 2 }) },
  { requiredKeys: [] },
);

const user = (value: string): Identifier => ({ kind: 'user_id', value });
const anonymous = (value: string): Identifier => ({ kind: 'anonymous_id', value });

function namesOf(options: HistoryOptions): Arbitrary<readonly Identifier[]> {
  if (options.identity === false) return fc.constant([user('u1')]);
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom([user('u1')], [user('u2')]) },
    { weight: 3, arbitrary: fc.constantFrom([anonymous('a1')], [anonymous('a2')]) },
    { weight: 1, arbitrary: fc.constantFrom([user('u1'), anonymous('a1')], [user('u2'), anonymous('a1')]) },
    { weight: 1, arbitrary: fc.constant([user('u2'), anonymous('a2')]) },
    { weight: 1, arbitrary: fc.constant([{ kind: 'loyalty_id', value: 'l1' }]) },
    { weight: 1, arbitrary: fc.constant([user('u1'), { kind: 'loyalty_id', value: 'l1' }]) },
  );
}

const messageIds: Arbitrary<string> = fc.oneof(
  { weight: 9, arbitrary: fc.string({ minLength: 8, maxLength: 8, unit: 'grapheme-ascii' }) },
  { weight: 1, arbitrary: fc.constantFrom('m1', 'm2') },
);

function messageOf(options: HistoryOptions): Arbitrary<InputSketch> {
  const ahead = options.disorder === false ? fc.constant(0) : lateness;
  const shaped = (
    kind: MessageKind,
    name: Arbitrary<string>,
    props: Arbitrary<JsonObject>,
    facts: Arbitrary<JsonObject>,
  ): Arbitrary<InputSketch> =>
    fc
      .tuple(ahead, messageIds, namesOf(options), name, props, facts)
      .map(([aheadMs, messageId, identifiers, named, p, t]) => ({
        kind: 'message',
        aheadMs,
        message: { kind, messageId, identifiers, name: named, properties: p, traits: t },
      }));
  const none = fc.constant<JsonObject>({});
  return fc.oneof(
    { weight: 12, arbitrary: shaped('track', fc.constantFrom(...eventNames), properties, none) },
    { weight: 1, arbitrary: shaped('page', fc.constant(pageName), properties, none) },
    { weight: 1, arbitrary: shaped('screen', fc.constant(pageName), properties, none) },
    { weight: 3, arbitrary: shaped('identify', fc.constant(''), none, traits) },
    { weight: 1, arbitrary: shaped('group', fc.constant(''), none, none) },
    { weight: 1, arbitrary: consentEvent(ahead, namesOf(options)) },
  );
}

function consentEvent(
  ahead: Arbitrary<number>,
  names: Arbitrary<readonly Identifier[]>,
): Arbitrary<InputSketch> {
  const said = fc.record(
    {
      channel: fc.constantFrom('email', 'sms'),
      topic: fc.constantFrom('newsletter', 'offers'),
      status: fc.constantFrom('subscribed', 'unsubscribed'),
    },
    { requiredKeys: ['status'] },
  );
  return fc
    .tuple(ahead, messageIds, names, fc.constantFrom('Subscription Updated', 'Unsubscribed'), said)
    .map(([aheadMs, messageId, identifiers, name, p]) => ({
      kind: 'message',
      aheadMs,
      message: { kind: 'track', messageId, identifiers, name, properties: { ...p }, traits: {} },
    }));
}

function factOf(options: HistoryOptions): Arbitrary<InputSketch> {
  const customer = namesOf(options).map((names) => names[0] as Identifier);
  return fc.oneof(
    fc
      .tuple(customer, fc.constantFrom('churn', 'value'), fc.constantFrom(0, 0.5, 1, 100))
      .map(([who, name, value]): InputSketch => ({ kind: 'score', customer: who, name, value })),
    fc
      .tuple(customer, fc.constantFrom<'subscribed' | 'unsubscribed'>('subscribed', 'unsubscribed'))
      .map(([who, status]): InputSketch => ({ kind: 'consent', customer: who, channel: 'email', status })),
    fc
      .subarray(['u1', 'u2', 'a1', 'l1'])
      .map((members): InputSketch => ({ kind: 'list', name: 'vips', members })),
    fc.constant<InputSketch>({ kind: 'refresh' }),
  );
}

function aliasOf(): Arbitrary<InputSketch> {
  return fc
    .tuple(messageIds, fc.constantFrom('u1', 'u2', 'u3'), fc.constantFrom('a1', 'a2', 'u1', 'u4'))
    .filter(([, to, from]) => to !== from)
    .map(([messageId, to, previousId]) => ({
      kind: 'message',
      aheadMs: 0,
      message: {
        kind: 'alias',
        messageId,
        identifiers: [user(to)],
        name: '',
        properties: {},
        traits: {},
        previousId,
      },
    }));
}

/** Inputs in order of arrival. */
export function arbitraryHistory(options: HistoryOptions = {}): Arbitrary<readonly HistoryStep[]> {
  const inputs: { weight: number; arbitrary: Arbitrary<InputSketch> }[] = [
    { weight: 18, arbitrary: messageOf(options) },
  ];
  if (options.facts !== false) inputs.push({ weight: 3, arbitrary: factOf(options) });
  if (options.identity !== false) {
    inputs.push({ weight: 1, arbitrary: aliasOf() });
    inputs.push({
      weight: 1,
      arbitrary: fc.constantFrom(user('u1'), user('u2')).map((customer) => ({ kind: 'erase', customer })),
    });
  }
  return fc.array(fc.record({ afterMs: gap, input: fc.oneof(...inputs) }), {
    minLength: 1,
    maxLength: options.lengthMax ?? 14,
  });
}

/** The input itself, once the clock stands at `now`. */
export function inputAt(sketch: InputSketch, now: Instant): Input {
  switch (sketch.kind) {
    case 'message': {
      const { message, aheadMs } = sketch;
      return { kind: 'message', message: { ...message, time: now + aheadMs } };
    }
    case 'score':
    case 'consent':
      return { ...sketch, at: now };
    case 'definitions':
    case 'list':
    case 'refresh':
    case 'erase':
      return sketch;
  }
}

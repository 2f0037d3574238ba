/**
 * Stories at random for the oracle and whatever is compared with it: definitions, and inputs in order of arrival.
 *
 * Names come from the same small pools as the rules at random, and times from gaps that are the rules' own durations or
 * a millisecond beside them, so that events meet rules and edges meet instants. Late, doubled and future-dated messages,
 * shared devices, aliases, erasures and changes of definitions all occur.
 */

import { noDefinitions, type Definitions } from '@segue/core/model/definitions.ts';
import type { Input } from '@segue/core/model/input.ts';
import type { Identifier, Instant, JsonObject, JsonValue, Message } from '@segue/core/model/message.ts';
import type { Condition, Value } from '@segue/core/rules/tree.ts';
import fc from 'fast-check';
import { arbitraryRule, arbitraryValue, eventNames, pageName, type RulePools } from './arbitrary-rule.ts';

type Arbitrary<T> = fc.Arbitrary<T>;

export type OracleCase = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  readonly steps: readonly { readonly at: Instant; readonly input: Input }[];
  /** How far time runs on after the last step. */
  readonly until: Instant;
  /** Asked of every customer now and then, beside the definitions. */
  readonly values: readonly Value[];
};

export type OracleCaseOptions = {
  readonly stepsMax?: number;
  /** Kinds of inputs that occur (default all). */
  readonly kinds?: readonly StepKind[];
};

type StepKind = 'message' | 'alias' | 'list' | 'score' | 'consent' | 'refresh' | 'erase' | 'definitions';

const start = Date.UTC(2026, 0, 1);
const day = 86_400_000;

/** What the inner segment may name, and what the outer rule may name on top of it. */
const innerPools: RulePools = { lists: ['l'], scores: ['p'], rfm: ['default'] };
const outerPools: RulePools = { ...innerPools, segments: ['inner'], lifecycles: { life: ['one', 'two'] } };

const zones = fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Africa/Cairo', 'Pacific/Apia');
const gaps = fc.constantFrom(
  0,
  0,
  0,
  1,
  499,
  500,
  1000,
  60_000,
  3_600_000,
  5_400_000,
  day - 1,
  day,
  day + 1,
  2 * day,
);

const scalar: Arbitrary<JsonValue> = fc.constantFrom<JsonValue[]>(
  0,
  1,
  2,
  3,
  0.1,
  0.3,
  -1,
  'a',
  'ab',
  '10',
  '',
  null,
  '2026-01-01',
  true,
);
const single: Arbitrary<JsonValue> = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom<JsonValue[]>([1, 2], ['a', 'b'], [], [null], { a: 1 }) },
);
const items: Arbitrary<JsonValue> = fc.constantFrom<JsonValue[]>(
  [],
  [{ price: 1 }, { price: 0.2 }],
  { price: 3 },
  [{ price: null }, { price: [1, 2] }],
);

function someOf(model: Record<string, Arbitrary<JsonValue>>): Arbitrary<JsonObject> {
  return fc.record(model, { requiredKeys: [], noNullPrototype: true }) as Arbitrary<JsonObject>;
}

const properties = someOf({ x: single, y: scalar, s: single, items });
const traits = someOf({
  n: scalar,
  s: scalar,
  d: fc.constantFrom<JsonValue[]>(
    '2026-01-03',
    '2026-01-02T00:00:00.001',
    1_767_400_000,
    '1992-02-29',
    'soon',
    null,
  ),
  tags: fc.constantFrom<JsonValue[]>(['a', 'b'], ['ab'], [], 'a', null),
});

const ids: Readonly<Record<'u' | 'v' | 'a' | 'b' | 'e', Identifier>> = {
  u: { kind: 'user_id', value: 'u' },
  v: { kind: 'user_id', value: 'v' },
  a: { kind: 'anonymous_id', value: 'a' },
  b: { kind: 'anonymous_id', value: 'b' },
  e: { kind: 'email', value: 'e@x.y' },
};
const someone: Arbitrary<readonly Identifier[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom([ids.u], [ids.u], [ids.v], [ids.a]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      [ids.u, ids.a],
      [ids.v, ids.a],
      [ids.u, ids.e],
      [ids.v, ids.b],
      [ids.e, ids.b],
      [ids.u, ids.e, ids.a],
    ),
  },
);
const anyone = fc.constantFrom(...Object.values(ids));

type Body = Pick<Message, 'kind' | 'name' | 'properties' | 'traits'>;

const nothing: JsonObject = {};
const bodies: Arbitrary<Body> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...eventNames), properties)
      .map(([name, json]): Body => ({ kind: 'track', name, properties: json, traits: nothing })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('page', 'screen'), properties)
      .map(([kind, json]): Body => ({ kind, name: pageName, properties: json, traits: nothing })),
  },
  {
    weight: 3,
    arbitrary: traits.map((json): Body => ({
      kind: 'identify',
      name: '',
      properties: nothing,
      traits: json,
    })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Body>({ kind: 'group', name: '', properties: nothing, traits: nothing }),
  },
  {
    weight: 1,
    arbitrary: someOf({
      channel: fc.constantFrom<JsonValue[]>('email', 'sms'),
      topic: fc.constantFrom<JsonValue[]>('newsletter', 'news'),
      status: fc.constantFrom<JsonValue[]>('subscribed', 'subscribed', 'unsubscribed', 'maybe'),
    }).map((json): Body => ({
      kind: 'track',
      name: 'Subscription Updated',
      properties: json,
      traits: nothing,
    })),
  },
  {
    weight: 1,
    arbitrary: someOf({ topic: fc.constant('newsletter') }).map((json): Body => ({
      kind: 'track',
      name: 'Unsubscribed',
      properties: json,
      traits: nothing,
    })),
  },
);

/** An input but for the instant at which it arrives. */
type Planned = { readonly kind: StepKind; readonly at: (now: Instant, step: number) => Input };

const messages: Arbitrary<Planned> = fc
  .record({
    body: bodies,
    identifiers: someone,
    /** How long before it arrived it happened; negative: dated ahead. */
    late: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: gaps },
      { weight: 1, arbitrary: fc.constantFrom(-1, -500, -1000, -300_000) },
    ),
    /** Ids are drawn at random, so that ties in time go either way; now and then one comes twice. */
    id: fc.integer({ min: 0, max: 9 }),
    again: fc.integer({ min: 0, max: 19 }).map((n) => n === 0),
  })
  .map(({ body, identifiers, late, id, again }) => ({
    kind: 'message' as const,
    at: (now, step) => ({
      kind: 'message',
      message: { ...body, identifiers, messageId: again ? `m${id}` : `m${id}-${step}`, time: now - late },
    }),
  }));

const aliases: Arbitrary<Planned> = fc
  .tuple(fc.constantFrom([ids.u], [ids.v]), fc.constantFrom('u', 'v', 'a', 'b', 'z'))
  .filter(([to, from]) => to.every(({ value }) => value !== from))
  .map(([identifiers, previousId]) => ({
    kind: 'alias' as const,
    at: (now, step) => ({
      kind: 'message',
      message: {
        kind: 'alias',
        messageId: `alias-${step}`,
        time: now,
        identifiers,
        name: '',
        properties: nothing,
        traits: nothing,
        previousId,
      },
    }),
  }));

const others: Arbitrary<Planned> = fc.oneof(
  fc.subarray(['u', 'a', 'e@x.y', 'nobody']).map((members): Planned => ({
    kind: 'list',
    at: () => ({ kind: 'list', name: 'l', members }),
  })),
  fc.tuple(anyone, fc.constantFrom(0.2, 0.5, 0.9), gaps).map(([customer, value, late]): Planned => ({
    kind: 'score',
    at: (now) => ({ kind: 'score', customer, name: 'p', value, at: now - late }),
  })),
  fc
    .tuple(anyone, fc.constantFrom('email', 'sms'), fc.boolean())
    .map(([customer, channel, yes]): Planned => ({
      kind: 'consent',
      at: (now) => ({
        kind: 'consent',
        customer,
        channel,
        status: yes ? 'subscribed' : 'unsubscribed',
        at: now,
      }),
    })),
  fc.constant<Planned>({ kind: 'refresh', at: () => ({ kind: 'refresh' }) }),
);

const erasures: Arbitrary<Planned> = anyone.map((customer) => ({
  kind: 'erase',
  at: () => ({ kind: 'erase', customer }),
}));

function definitionsOf(inner: Condition, outer: Condition): Definitions {
  return {
    ...noDefinitions,
    segments: new Map([
      ['inner', { name: 'inner', rule: inner }],
      ['outer', { name: 'outer', rule: outer }],
    ]),
    lifecycles: new Map([
      ['life', { name: 'life', stages: [{ name: 'one', rule: inner }, { name: 'two' }] }],
    ]),
    rfm: new Map([
      [
        'default',
        {
          name: 'default',
          purchase: { source: { kind: 'track', name: 'A' } },
          value: ['x'],
          window: { kind: 'last', duration: '2d' },
        },
      ],
    ]),
    lists: new Map([['l', { name: 'l', members: ['u'] }]]),
    channels: new Map([['sms', 'opt_out']]),
  };
}

const definitions: Arbitrary<Definitions> = fc
  .tuple(arbitraryRule(innerPools), arbitraryRule(outerPools))
  .map(([inner, outer]) => definitionsOf(inner, outer));

const redefinitions: Arbitrary<Planned> = definitions.map((changed) => ({
  kind: 'definitions',
  at: () => ({ kind: 'definitions', definitions: changed }),
}));

/** Cases at random; a step is at most two days after the one before, and time runs on for eight days after the last. */
export function arbitraryOracleCase(options: OracleCaseOptions = {}): Arbitrary<OracleCase> {
  const { stepsMax = 12, kinds } = options;
  const planned = fc
    .oneof(
      { weight: 20, arbitrary: messages },
      { weight: 1, arbitrary: aliases },
      { weight: 5, arbitrary: others },
      { weight: 1, arbitrary: erasures },
      { weight: 1, arbitrary: redefinitions },
    )
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind));
  return fc
    .record({
      timeZone: zones,
      definitions,
      plan: fc.array(fc.tuple(gaps, planned), { minLength: 1, maxLength: stepsMax }),
      values: fc.array(arbitraryValue(outerPools), { maxLength: 2 }),
    })
    .map(({ timeZone, definitions: first, plan, values }) => {
      let now = start;
      const steps = plan.map(([gap, { at }], index) => {
        now += gap;
        return { at: now, input: at(now, index) };
      });
      return { timeZone, start, definitions: first, steps, until: now + 8 * day, values };
    });
}

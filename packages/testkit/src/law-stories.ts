/**
 * Stories for the laws that hold two engines side by side: the same messages in another order of arrival, the same
 * devices known to be one person sooner or later, the same history under other definitions.
 *
 * What depends on arrival by its nature stays out, and nothing else: populations (they are what customers were known
 * when they were taken), `sample` where a customer has several identifiers (it goes by the first one to arrive), facts
 * about customers nobody has heard of yet (they are refused), and of two facts without ids at one instant the second.
 */

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';
import type { Value } from '@segue/core/rules/tree.ts';
import fc from 'fast-check';

import {
  arbitraryHistory,
  type HistoryStep,
  type InputSketch,
  inputAt,
  startInstants,
  timeZones,
} from './arbitrary-history.ts';
import { arbitraryRule, arbitraryValue, durationTexts, type RulePools } from './arbitrary-rule.ts';
import { durationMs } from '@segue/core/rules/semantics.ts';
import { segmentsOf } from './differential.ts';
import type { Arrival } from './law-answers.ts';

type Arbitrary<T> = fc.Arbitrary<T>;

const pools: RulePools = { lists: ['vips'], scores: ['churn', 'value'], population: false };
const innerPools: RulePools = {
  ...pools,
  segments: ['first'],
  lifecycles: { life: ['one', 'two', 'rest'] },
};
const outerPools: RulePools = { ...innerPools, segments: ['first', 'second'] };

const user = (value: string): Identifier => ({ kind: 'user_id', value });
const anonymous = (value: string): Identifier => ({ kind: 'anonymous_id', value });
const email: Identifier = { kind: 'email', value: 'e@x.y' };

function withoutSample<T>(arbitrary: Arbitrary<T>): Arbitrary<T> {
  return arbitrary.filter((tree) => !JSON.stringify(tree).includes('"kind":"sample"'));
}

/** Three segments that use each other and a lifecycle, without populations. */
function definitionsOf(sample: boolean): Arbitrary<Definitions> {
  const all = fc.record({
    first: arbitraryRule(pools),
    stage: arbitraryRule(pools),
    second: arbitraryRule(innerPools),
    third: arbitraryRule(outerPools),
  });
  return (sample ? all : withoutSample(all)).map(({ first, stage, second, third }) => ({
    ...segmentsOf({ first, second, third }),
    lifecycles: new Map([
      [
        'life',
        {
          name: 'life',
          stages: [
            { name: 'one', rule: stage },
            { name: 'two', rule: { kind: 'in_segment', segment: 'first' } },
            { name: 'rest' },
          ],
        },
      ],
    ]),
    lists: new Map([['vips', { name: 'vips', members: ['u1', 'a1'] }]]),
  }));
}

const values: Arbitrary<readonly Value[]> = fc.array(arbitraryValue(outerPools), { maxLength: 2 });
const base = { timeZone: fc.constantFrom(...timeZones), start: fc.constantFrom(...startInstants) };

/** Says only that somebody is there. */
function presence(identifiers: readonly Identifier[], messageId: string, time: Instant): Arrival {
  const message: Message = {
    kind: 'group',
    messageId,
    time,
    identifiers,
    name: '',
    properties: {},
    traits: {},
  };
  return { at: time, input: { kind: 'message', message } };
}

/** The input with the message, or the fact, under other identifiers, and its messageId made unique. */
function under(input: InputSketch, identifiers: readonly Identifier[], index: number): InputSketch {
  const [first] = identifiers;
  if (first === undefined) return input;
  switch (input.kind) {
    case 'message': {
      const messageId = `${input.message.messageId} ${index}`;
      return { ...input, message: { ...input.message, identifiers, messageId } };
    }
    case 'score':
    case 'consent':
      return { ...input, customer: first };
    case 'definitions':
    case 'list':
    case 'refresh':
    case 'erase':
      return input;
  }
}

/** Whether this is a score or consent, and of its kind the second at this instant; `facts` are those before it. */
function isSecondFact(input: InputSketch, now: Instant, facts: Set<string>): boolean {
  if (input.kind !== 'score' && input.kind !== 'consent') return false;
  const fact = `${now} ${input.kind} ${input.kind === 'score' ? input.name : ''}`;
  if (facts.has(fact)) return true;
  facts.add(fact);
  return false;
}

// --- Law 3: order

export type OrderStory = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  readonly values: readonly Value[];
  /** The same inputs, each arriving when it happened, and each at some instant from shortly before on. */
  readonly inOrder: readonly Arrival[];
  readonly shuffled: readonly Arrival[];
  /** By now all have arrived either way. */
  readonly until: Instant;
};

const delays: Arbitrary<number> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.constantFrom(-300_000, -60_000, -1, 1, 300_000, 300_001) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom(...durationTexts), fc.constantFrom(-1, 0, 0, 1))
      .map(([text, off]) => durationMs(text) + off),
  },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 60 * 86_400_000 }) },
);

/** Customers with one identifier each. */
const singles: Arbitrary<readonly Identifier[]> = fc.constantFrom(
  [user('u1')],
  [user('u1')],
  [anonymous('a1')],
);
/** Two people and what they may be named by; no two of these are ever in conflict. */
const linked: Arbitrary<readonly Identifier[]> = fc.constantFrom(
  [user('u1')],
  [anonymous('a1')],
  [anonymous('a2')],
  [email],
  [user('u1'), anonymous('a1')],
  [user('u1'), email],
  [email, anonymous('a2')],
  [anonymous('a1'), anonymous('a2')],
  [user('u2')],
  [user('u2'), anonymous('a3')],
  [anonymous('a3')],
);

const everybody: readonly Identifier[] = [
  user('u1'),
  user('u2'),
  anonymous('a1'),
  anonymous('a2'),
  anonymous('a3'),
  email,
];

/** `links`: customers have several identifiers, which messages bring together; then no rule draws a sample. */
export function arbitraryOrderStory(links: boolean): Arbitrary<OrderStory> {
  const who = links ? linked : singles;
  const later = fc.array(fc.tuple(who, delays, fc.nat()), { minLength: 16, maxLength: 16 });
  return fc
    .record({
      ...base,
      definitions: definitionsOf(!links),
      values,
      steps: arbitraryHistory({ identity: false, disorder: false, lengthMax: 16 }),
      later,
      // Often nobody is known beforehand, and the first messages decide when customers begin.
      known: fc.boolean(),
    })
    .map(({ timeZone, start, definitions, values: asked, steps, later: plans, known }) => {
      const happened = inputsInOrder(start, steps, plans, known);
      const before = known ? everybody.map((id) => presence([id], `known ${id.value}`, start)) : [];
      const late = happened.map(({ at, input }, index): Arrival & { readonly rank: number } => {
        const [, delay, rank] = plans[index] ?? [[], 0, 0];
        const earliest = input.kind === 'message' ? start : at;
        return { at: Math.max(earliest, at + delay), input, rank };
      });
      const shuffled = late.sort((a, b) => a.at - b.at || a.rank - b.rank);
      return {
        timeZone,
        start,
        definitions,
        values: asked,
        inOrder: [...before, ...happened],
        shuffled: [...before, ...shuffled.map(({ at, input }) => ({ at, input }))],
        until: Math.max(start, ...happened.map(({ at }) => at), ...late.map(({ at }) => at)),
      };
    });
}

function inputsInOrder(
  start: Instant,
  steps: readonly HistoryStep[],
  plans: readonly (readonly [readonly Identifier[], number, number])[],
  known: boolean,
): readonly Arrival[] {
  const facts = new Set<string>();
  let now = start;
  return steps.flatMap(({ afterMs, input }, index): readonly Arrival[] => {
    now += afterMs;
    const [identifiers = []] = plans[index] ?? [];
    const sketch = under(input, identifiers, index);
    const arrival = { at: now, input: inputAt(sketch, now) };
    switch (sketch.kind) {
      case 'message':
        return [arrival];
      case 'score':
      case 'consent':
        return !known || isSecondFact(sketch, now, facts) ? [] : [arrival];
      case 'definitions':
      case 'list':
      case 'refresh':
      case 'erase':
        return [];
    }
  });
}

// --- Law 5: merge

export type MergeStory = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly definitions: Definitions;
  readonly values: readonly Value[];
  /** Everybody who occurs, then what says that they are one person (as of the start), then the rest. */
  readonly known: readonly Arrival[];
  readonly links: readonly Message[];
  readonly arrivals: readonly Arrival[];
  /** The links come before the arrival with this index. */
  readonly linkedBefore: number;
  /** Time passes after the last arrival. */
  readonly until: Instant;
};

type Link = Pick<Message, 'kind' | 'identifiers' | 'previousId'>;

/** Ways in which two or three profiles turn out to be one; each names all of its identifiers. */
const ways: readonly (readonly Link[])[] = [
  [{ kind: 'identify', identifiers: [user('u1'), anonymous('a1')] }],
  [{ kind: 'track', identifiers: [anonymous('a1'), anonymous('a2')] }],
  [
    { kind: 'identify', identifiers: [user('u1'), anonymous('a1')] },
    { kind: 'identify', identifiers: [user('u1'), anonymous('a2')] },
  ],
  [{ kind: 'identify', identifiers: [user('u1'), email, anonymous('a1')] }],
  [{ kind: 'track', identifiers: [user('u1'), email, anonymous('a1')] }],
  [{ kind: 'alias', identifiers: [user('u1')], previousId: 'u2' }],
  [{ kind: 'alias', identifiers: [user('u2')], previousId: 'a1' }],
];

export const arbitraryMergeStory: Arbitrary<MergeStory> = fc
  .record({
    ...base,
    definitions: definitionsOf(false),
    values,
    way: fc.constantFrom(...ways),
    content: fc.record({ n: fc.constantFrom(0, 1, 2.5), s: fc.constantFrom('a', 'b') }, { requiredKeys: [] }),
    steps: arbitraryHistory({ identity: false }),
    who: fc.array(fc.nat({ max: 5 }), { minLength: 14, maxLength: 14 }),
    linkedBefore: fc.nat({ max: 14 }),
    tailMs: fc.constantFrom(1, 3_600_000, 7 * 86_400_000, 30 * 86_400_000),
  })
  .map(({ timeZone, start, definitions, values: asked, way, content, steps, who, linkedBefore, tailMs }) => {
    const people = peopleOf(way);
    let now = start;
    const facts = new Set<string>();
    const arrivals = steps.flatMap(({ afterMs, input }, index): readonly Arrival[] => {
      now += afterMs;
      const person = people[(who[index] ?? 0) % people.length];
      const sketch = under(input, person === undefined ? [] : [person], index);
      return isSecondFact(sketch, now, facts) ? [] : [{ at: now, input: inputAt(sketch, now) }];
    });
    return {
      timeZone,
      start,
      definitions,
      values: asked,
      known: people.map((person) => presence([person], `known ${person.value}`, start)),
      links: way.map((link, index) => ({
        name: link.kind === 'track' ? 'A' : '',
        properties: link.kind === 'track' ? { x: 1, ...content } : {},
        traits: link.kind === 'identify' ? { ...content } : {},
        messageId: `link ${index}`,
        time: start,
        ...link,
      })),
      arrivals,
      linkedBefore: Math.min(linkedBefore, arrivals.length),
      until: now + tailMs,
    };
  });

function peopleOf(way: readonly Link[]): readonly Identifier[] {
  const people = new Map<string, Identifier>();
  for (const { identifiers, previousId } of way) {
    const previous = previousId === undefined ? [] : [identifierCalled(previousId)];
    for (const identifier of [...identifiers, ...previous]) people.set(identifier.value, identifier);
  }
  return [...people.values()];
}

function identifierCalled(value: string): Identifier {
  return value.startsWith('u') ? user(value) : anonymous(value);
}

// --- Law 8: edit

export type EditStory = {
  readonly timeZone: string;
  readonly start: Instant;
  readonly before: Definitions;
  readonly after: Definitions;
  readonly values: readonly Value[];
  readonly steps: readonly HistoryStep[];
  /** The definitions change when the input with this index is about to arrive. */
  readonly editedBefore: number;
  readonly tailMs: number;
};

export const arbitraryEditStory: Arbitrary<EditStory> = fc
  .record({
    ...base,
    before: definitionsOf(true),
    changed: definitionsOf(true),
    /** Names of segments whose rule stays. */
    kept: fc.subarray(['first', 'second', 'third']),
    removed: fc.subarray(['third']),
    values,
    steps: arbitraryHistory(),
    editedBefore: fc.nat({ max: 14 }),
    tailMs: fc.constantFrom(1, 3_600_000, 7 * 86_400_000, 30 * 86_400_000),
  })
  .map(({ before, changed, kept, removed, steps, editedBefore, ...rest }) => {
    const segments = new Map(changed.segments);
    for (const name of kept) {
      const old = before.segments.get(name);
      if (old !== undefined) segments.set(name, old);
    }
    for (const name of removed) segments.delete(name);
    return {
      ...rest,
      before,
      after: { ...changed, segments },
      steps,
      editedBefore: Math.min(editedBefore, steps.length),
    };
  });

// --- Law 9: acyclic

/** Definitions that refer to each other in any way: a node is a segment, or the lifecycle. */
export type References = {
  readonly uses: ReadonlyMap<string, readonly string[]>;
};

export const referringNames: readonly string[] = ['visitors', 'browsers', 'buyers', 'regulars', 'lapsed'];
export const referringLifecycle = 'journey';
/** Names that nothing has: one is a slip of `buyers`, one is like none. */
export const unknownNames: readonly string[] = ['buyersx', 'qqqqqqqq'];

export const arbitraryReferences: Arbitrary<References> = fc
  .record(
    Object.fromEntries(
      [...referringNames, referringLifecycle].map((name) => [
        name,
        fc.array(
          fc.oneof(
            { weight: 12, arbitrary: fc.constantFrom(...referringNames, referringLifecycle) },
            { weight: 1, arbitrary: fc.constantFrom(...unknownNames) },
          ),
          { maxLength: 2 },
        ),
      ]),
    ),
  )
  .map((uses) => ({ uses: new Map(Object.entries(uses)) }));

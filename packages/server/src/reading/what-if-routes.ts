/** What would happen to a customer if: asked over HTTP of a copy of them. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';

import type { Zone } from '@segue/core/base/zone.ts';
import type { PlainValue } from '@segue/core/engine/explain-findings.ts';
import type { ProfileView } from '@segue/core/engine/views.ts';
import type { Change } from '@segue/core/model/change.ts';
import type { Identifier, Instant, Message } from '@segue/core/model/message.ts';
import { jsonDepthMax, parseMessage } from '@segue/core/model/parse-message.ts';
import { readDuration } from '@segue/core/rules/parse-literal.ts';

import { notFound, ProblemError } from '../api/problem.ts';
import { instantSchema } from '../api/schemas.ts';
import { weigh } from '../ingest/tracking/weigh-message.ts';
import { findCustomer, iso, type Directory } from './customer-reader.ts';
import { tryWhatIf, type WhatIfAnswer, type WhatIfStep } from './what-if.ts';

const stepsMax = 50;
/** How far ahead, in milliseconds: ten years. */
const aheadMaxMs = 3_660 * 86_400_000;
/** Values in properties and traits of one step. */
const stepValuesMax = 1_000;

const nameSchema = Type.String({ minLength: 1, maxLength: 200 });
const stepSchema = Type.Object(
  {
    wait: Type.Optional(
      Type.String({ maxLength: 40, description: 'Time passes first: `3d`, `12h`, `1h30m`.' }),
    ),
    at: Type.Optional(
      Type.String({
        maxLength: 40,
        description:
          'When it happens; time passes until then, or it is a late event where that is over. Left out: at once.',
      }),
    ),
    event: Type.Optional(nameSchema),
    page: Type.Optional(Type.String({ maxLength: 200 })),
    screen: Type.Optional(Type.String({ maxLength: 200 })),
    properties: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    traits: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    score: Type.Optional(
      Type.Object({ name: nameSchema, value: Type.Number() }, { additionalProperties: false }),
    ),
    consent: Type.Optional(
      Type.Object(
        {
          channel: Type.Optional(nameSchema),
          topic: Type.Optional(nameSchema),
          status: Type.Union([Type.Literal('subscribed'), Type.Literal('unsubscribed')]),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false, description: 'One thing that happens, or nothing but that time passes.' },
);
type Step = Type.Static<typeof stepSchema>;

const plainSchema = Type.Unsafe<PlainValue>(Type.Object({ type: Type.String() }));
const stateSchema = Type.Object({
  segments: Type.Array(Type.Object({ segment: Type.String(), since: instantSchema })),
  stages: Type.Array(Type.Object({ lifecycle: Type.String(), stage: Type.String(), since: instantSchema })),
  traits: Type.Record(Type.String(), Type.Unknown()),
  scores: Type.Record(Type.String(), Type.Number()),
});
const answerSchema = Type.Object({
  from: instantSchema,
  until: instantSchema,
  changes: Type.Array(
    Type.Object({
      step: Type.Integer({ description: 'Place of the step while or before which it happens.' }),
      change: Type.Union([Type.Literal('entered'), Type.Literal('exited'), Type.Literal('stage')]),
      segment: Type.Optional(Type.String()),
      lifecycle: Type.Optional(Type.String()),
      from: Type.Optional(Type.String()),
      to: Type.Optional(Type.String()),
      at: instantSchema,
      cause: Type.String(),
    }),
  ),
  before: stateSchema,
  after: stateSchema,
  values: Type.Array(
    Type.Object({ of: Type.String(), english: Type.String(), before: plainSchema, after: plainSchema }),
    { description: 'What rules count and sum up, where it becomes another.' },
  ),
  why: Type.Array(
    Type.Object({
      segment: Type.String(),
      text: Type.Array(Type.String()),
      explanation: Type.Unknown({ description: 'The same as data, as of an explanation.' }),
    }),
  ),
  cut: Type.Boolean({ description: 'So much would happen that it was cut short at `until`.' }),
  restsOnOthers: Type.Boolean({
    description: 'A rule asks where they stand among all others, which stands still here.',
  }),
  notices: Type.Array(Type.String()),
});

/** To be mounted without a prefix. `zone` reads instants that are written without an offset. */
export function addWhatIf(
  untyped: FastifyInstance,
  { directory, zone }: { readonly directory: Directory; readonly zone: Pick<Zone, 'parseInstant'> },
): void {
  const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
  app.post(
    '/v1/profiles/:identifier/what-if',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'tryWhatIf',
        tags: ['profiles'],
        summary: 'What would change for a customer if things happened, or time passed; nothing does.',
        params: Type.Object({ identifier: Type.String({ minLength: 1, maxLength: 1_000 }) }),
        body: Type.Object(
          { steps: Type.Array(stepSchema, { minItems: 1, maxItems: stepsMax }) },
          { additionalProperties: false },
        ),
        response: { 200: answerSchema },
      },
    },
    async ({ params: { identifier }, body: { steps } }) => {
      const found = findCustomer(directory, identifier);
      if (found === undefined) throw unknown(identifier);
      const notices: string[] = [];
      const { identifiers } = found.engine.namesOf(found.id);
      const read = new StepReader(found.now, zone, identifiers, notices);
      const answer = await tryWhatIf(
        found,
        steps.map((step, place) => read.step(step, place)),
      );
      if (answer === undefined) {
        throw new ProblemError(
          409,
          'profiles/changed-meanwhile',
          'Definitions came into force, or the customer went, while this was tried; ask again.',
        );
      }
      for (const { step, reason } of answer.ignored) {
        notices.push(`Step ${step + 1} is not taken: ${reason}.`);
      }
      return wireAnswer(answer, notices);
    },
  );
}

/** Steps as they are written → what the engine is told, each where the clock stands then. */
class StepReader {
  readonly #start: Instant;
  #now: Instant;
  readonly #zone: Pick<Zone, 'parseInstant'>;
  readonly #customer: Identifier;
  readonly #names: ReadonlySet<string>;
  readonly #notices: string[];

  constructor(
    now: Instant,
    zone: Pick<Zone, 'parseInstant'>,
    identifiers: readonly Identifier[],
    notices: string[],
  ) {
    this.#start = now;
    this.#now = now;
    this.#zone = zone;
    this.#customer = identifiers[0] ?? { kind: 'anonymous_id', value: 'nobody' };
    this.#names = new Set(identifiers.map(({ kind, value }) => `${kind}:${value}`));
    this.#notices = notices;
  }

  step(step: Step, place: number): WhatIfStep {
    const { wait, at: written } = step;
    const fields = ['event', 'page', 'screen', 'traits', 'score', 'consent'] as const;
    const said = fields.filter((field) => step[field] !== undefined);
    if (said.length > 1) throw wrong(place, `says ${said.join(' and ')}; expected one thing that happens`);
    if (said.length === 0 && wait === undefined && written === undefined) {
      throw wrong(place, `says nothing; expected wait, at, or one of ${fields.join(', ')}`);
    }
    if (wait !== undefined) this.#pass(this.#now + readWait(wait, place), place);
    const at = written === undefined ? this.#now : this.#instant(written, place);
    if (at > this.#now) this.#pass(at, place);
    return { at: this.#now, input: this.#input(step, at, place) };
  }

  #pass(until: Instant, place: number): void {
    if (until - this.#start > aheadMaxMs) throw wrong(place, 'is more than 3,660 days ahead');
    this.#now = until;
  }

  #instant(text: string, place: number): Instant {
    const at = this.#zone.parseInstant(text);
    if (at === undefined) {
      throw wrong(place, `has no time in “${text}”; expected such as 2026-11-30T09:00:00Z`);
    }
    return at;
  }

  #input(step: Step, at: Instant, place: number): WhatIfStep['input'] {
    const customer = this.#customer;
    if (step.score !== undefined) return { kind: 'score', customer, ...step.score, at };
    if (step.consent !== undefined) {
      const { channel, topic, status } = step.consent;
      const to = { ...(channel === undefined ? {} : { channel }), ...(topic === undefined ? {} : { topic }) };
      return { kind: 'consent', customer, ...to, status, at };
    }
    const call = callOf(step);
    return call === undefined ? undefined : { kind: 'message', message: this.#message(call, at, place) };
  }

  #message(call: Readonly<Record<string, unknown>>, at: Instant, place: number): Message {
    const weight = weigh(call, jsonDepthMax);
    if (weight.tooDeep || weight.infinite || weight.values > stepValuesMax) {
      throw wrong(place, `holds too much; expected plain JSON of up to ${stepValuesMax} values`);
    }
    const id = `what-if-${place}`;
    const parsed = parseMessage(
      { ...call, anonymousId: id, timestamp: iso(at) },
      { zone: this.#zone, nextMessageId: () => id },
    );
    if (!parsed.ok) throw wrong(place, `cannot be read: ${parsed.error.message}`);
    const others = parsed.value.identifiers.filter(
      ({ kind, value }) => value !== id && !this.#names.has(`${kind}:${value}`),
    );
    for (const { kind, value } of others) {
      this.#notices.push(
        `Step ${place + 1} names ${kind} “${value}”: in truth it would become theirs, or connect them with somebody. Here it is only a trait.`,
      );
    }
    return { ...parsed.value, time: at, identifiers: [this.#customer] };
  }
}

function callOf({
  event,
  page,
  screen,
  properties,
  traits,
}: Step): Readonly<Record<string, unknown>> | undefined {
  if (event !== undefined) {
    return { type: 'track', event, ...(properties === undefined ? {} : { properties }) };
  }
  if (traits !== undefined) return { type: 'identify', traits };
  const name = page ?? screen;
  if (name === undefined) return undefined;
  const type = page === undefined ? 'screen' : 'page';
  return { type, name, ...(properties === undefined ? {} : { properties }) };
}

function readWait(text: string, place: number): number {
  const read = readDuration(text.trim());
  if (read.ok) return read.value;
  throw wrong(place, `waits “${text}”; expected a duration such as 3d or 12h`);
}

function wrong(place: number, what: string): ProblemError {
  return new ProblemError(400, 'profiles/what-if', `Step ${place + 1} ${what}.`);
}

function unknown(identifier: string): ProblemError {
  return notFound('profiles/unknown', `No customer is known by “${identifier.slice(0, 100)}”.`);
}

function wireAnswer(
  { from, until, changes, before, after, values, why, isCut, restsOnOthers }: WhatIfAnswer,
  notices: readonly string[],
) {
  return {
    from: iso(from),
    until: iso(until),
    changes: changes.map(wireChange),
    before: wireState(before),
    after: wireState(after),
    values: [...values],
    why: why.map(({ segment, text, explanation }) => ({ segment, text: [...text], explanation })),
    cut: isCut,
    restsOnOthers,
    notices: [...notices],
  };
}

function wireChange(change: Change & { readonly step: number }) {
  const { step, cause } = change;
  const at = iso(change.at);
  if (change.kind === 'segment') return { step, change: change.change, segment: change.segment, at, cause };
  const { lifecycle, from, to } = change;
  const moved = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  return { step, change: 'stage' as const, lifecycle, ...moved, at, cause };
}

function wireState({ segments, stages, traits, scores }: ProfileView) {
  return {
    segments: segments.map(({ segment, since }) => ({ segment, since: iso(since) })),
    stages: stages.map(({ lifecycle, stage, since }) => ({ lifecycle, stage, since: iso(since) })),
    traits,
    scores: Object.fromEntries(scores.map(({ name, value }) => [name, value])),
  };
}

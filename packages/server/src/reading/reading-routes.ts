/**
 * Reading customers over HTTP: who somebody is, where they are since when and until when, what they did, and why they are
 * where they are. Every answer is as of one instant, which it names, and reflects all that was acknowledged before.
 */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';

import type { Zone } from '@segue/core/base/zone.ts';
import { didYouMean } from '@segue/core/rules/names.ts';

import { notFound, type ProblemError, shortened, unknownCustomer } from '../api/problem.ts';
import { instantSchema, wireInstantAs } from '../api/schemas.ts';
import type { Plugin } from '../http/parts.ts';
import type { ReadonlyBitmap } from '../sets/bitmaps.ts';
import {
  customerJson,
  explainCustomer,
  findCustomer,
  iso,
  storyOf,
  timelineOf,
  type CustomerJson,
  type Directory,
  type Found,
} from './customer-reader.ts';
import type { Story } from './customer-story.ts';
import { membersOf, type Members } from './members.ts';
import { type StagePast, stagesBefore } from './stage-past.ts';
import { addWhatIf } from './what-if-routes.ts';

export type ReadingOptions = {
  readonly directory: Directory;
  readonly members: Members;
  /** Reads instants without an offset. */
  readonly zone: Pick<Zone, 'parseInstant'>;
};

/** Customers of one batch. */
export const batchCustomersMax = 1_000;
const identifierCharactersMax = 1_000;
const messageTypes = ['track', 'page', 'screen', 'identify', 'group', 'alias'] as const;

const identifierParameter = Type.String({
  minLength: 1,
  maxLength: identifierCharactersMax,
  description: 'Any identifier: bare, or with its kind as in `email:ann@example.com`.',
});
const segmentParameter = Type.String({ minLength: 1, maxLength: 200 });
const identifierSchema = Type.Object({ kind: Type.String(), value: Type.String() });
const membershipSchema = Type.Object({
  segment: Type.String(),
  since: instantSchema,
  until: Type.Optional(
    Type.String({ format: 'date-time', description: 'When time alone will end it; missing: never.' }),
  ),
});
const customerSchema = Type.Unsafe<CustomerJson>(
  Type.Object({
    id: Type.Integer(),
    displayId: Type.String(),
    identifiers: Type.Array(identifierSchema),
    bornAt: Type.Optional(instantSchema),
    traits: Type.Record(Type.String(), Type.Unknown()),
    segments: Type.Array(membershipSchema),
    stages: Type.Array(Type.Object({ lifecycle: Type.String(), stage: Type.String(), since: instantSchema })),
    scores: Type.Record(Type.String(), Type.Number()),
    consents: Type.Array(
      Type.Object({ channel: Type.String(), topic: Type.Optional(Type.String()), status: Type.String() }),
    ),
    at: instantSchema,
  }),
);
const untilQuery = Type.Object(
  {
    until: Type.Optional(
      Type.Boolean({ default: true, description: 'Whether to say when memberships will end by time.' }),
    ),
  },
  { additionalProperties: false },
);

/** To be mounted without a prefix. */
export function readingRoutes({ directory, members, zone }: ReadingOptions): Plugin {
  return (app) => {
    profileRoutes(app, directory);
    timelineRoutes(app, directory);
    storyRoutes(app, directory);
    addWhatIf(app, { directory, zone });
    segmentRoutes(app, members);
  };
}

function profileRoutes(untyped: FastifyInstance, directory: Directory): void {
  const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ['profiles'];
  const params = Type.Object({ identifier: identifierParameter });
  app.get(
    '/v1/profiles/:identifier',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getProfile',
        tags,
        summary: 'A customer: identifiers, traits, segments, stages, scores, consents.',
        params,
        querystring: untilQuery,
        response: { 200: customerSchema },
      },
    },
    ({ params: { identifier }, query: { until = true } }) =>
      profileOf(found(directory, identifier), identifier, until),
  );
  app.get(
    '/v1/profiles/:identifier/segments',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSegmentsOfProfile',
        tags,
        summary: 'Which segments a customer is in, since when and until when.',
        params,
        querystring: untilQuery,
        response: { 200: Type.Object({ segments: Type.Array(membershipSchema), at: instantSchema }) },
      },
    },
    ({ params: { identifier }, query: { until = true } }) => {
      const { segments, at } = profileOf(found(directory, identifier), identifier, until);
      return { segments: [...segments], at };
    },
  );
  app.post(
    '/v1/profiles/batch',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getProfiles',
        tags,
        summary: 'Many customers at once; null where nobody is known by an identifier.',
        body: Type.Object(
          {
            identifiers: Type.Array(identifierParameter, { maxItems: batchCustomersMax }),
            until: Type.Optional(Type.Boolean({ default: false })),
          },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ profiles: Type.Array(Type.Union([customerSchema, Type.Null()])) }) },
      },
    },
    ({ body: { identifiers, until = false } }) => ({
      profiles: identifiers.map((identifier) => {
        const customer = findCustomer(directory, identifier);
        return customer === undefined ? null : (customerJson(customer, { until }) ?? null);
      }),
    }),
  );
}

const timelineQuery = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 50 })),
    before: Type.Optional(
      Type.Integer({
        minimum: 0,
        description: '`before` of the page before; left out for the first.',
      }),
    ),
    event: Type.Optional(
      Type.Array(Type.String({ maxLength: 200 }), {
        maxItems: 50,
        description: 'Only events, pages and screens of these names; repeated for several.',
      }),
    ),
    type: Type.Optional(
      Type.Array(Type.Union(messageTypes.map((type) => Type.Literal(type))), { maxItems: 6 }),
    ),
  },
  { additionalProperties: false },
);

function timelineRoutes(untyped: FastifyInstance, directory: Directory): void {
  const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ['profiles'];
  app.get(
    '/v1/profiles/:identifier/timeline',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getTimeline',
        tags,
        summary: 'The messages of a customer, the latest to arrive first.',
        params: Type.Object({ identifier: identifierParameter }),
        querystring: timelineQuery,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Unknown()),
            before: Type.Optional(Type.Integer()),
          }),
        },
      },
    },
    ({ params: { identifier }, query: { limit = 50, before, event: names = [], type: types = [] } }) => {
      const page = timelineOf(directory, found(directory, identifier), {
        limit,
        names,
        types,
        ...(before === undefined ? {} : { before }),
      });
      return { ...page, items: [...page.items] };
    },
  );
  app.get(
    '/v1/profiles/:identifier/explain/:segment',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'explain',
        tags,
        summary: 'Why a customer is in a segment or not, since when, until when, and what would change it.',
        params: Type.Object({ identifier: identifierParameter, segment: segmentParameter }),
        response: {
          200: Type.Object({ explanation: Type.Unknown(), text: Type.Array(Type.String()) }),
        },
      },
    },
    ({ params: { identifier, segment } }) => {
      const explained = explainCustomer(found(directory, identifier), segment);
      if (!explained.ok) throw notFound(explained.error.code, explained.error.message);
      return { explanation: explained.value.explanation, text: [...explained.value.text] };
    },
  );
}

const identifiersSchema = Type.Array(identifierSchema);
const storySchema = Type.Object({
  identifiers: Type.Array(
    Type.Object({
      kind: Type.String(),
      value: Type.String(),
      since: Type.Optional(instantSchema),
      messageId: Type.Optional(Type.String({ description: 'Of the message that first named it.' })),
    }),
  ),
  merges: Type.Array(
    Type.Object({
      at: instantSchema,
      messageId: Type.String(),
      type: Type.String(),
      parts: Type.Array(
        Type.Object({ identifiers: identifiersSchema, messages: Type.Integer(), since: instantSchema }),
      ),
    }),
    { description: 'Where messages showed that those known apart are one, in the order of arrival.' },
  ),
  traits: Type.Array(
    Type.Object({
      trait: Type.String(),
      values: Type.Array(Type.Object({ at: instantSchema, value: Type.Unknown() })),
    }),
    { description: 'What was said of each trait in turn, the latest last; null: it was cleared.' },
  ),
  events: Type.Array(
    Type.Object({
      type: Type.String(),
      name: Type.String(),
      count: Type.Integer(),
      first: instantSchema,
      last: instantSchema,
    }),
    { description: 'The most frequent first.' },
  ),
  stages: Type.Array(
    Type.Object({
      lifecycle: Type.String(),
      spells: Type.Array(Type.Object({ stage: Type.String(), from: instantSchema })),
      cut: Type.Boolean({ description: 'What was before the first is left out.' }),
    }),
    { description: 'Stages one after the other, as what is known and defined now says; the latest last.' },
  ),
  messages: Type.Integer(),
  whole: Type.Boolean({ description: 'false: some of their messages are no longer kept, or too many.' }),
});

function storyRoutes(untyped: FastifyInstance, directory: Directory): void {
  const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
  app.get(
    '/v1/profiles/:identifier/story',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getStory',
        tags: ['profiles'],
        summary: 'How a customer came together: identifiers, merges, traits in turn, events by name.',
        params: Type.Object({ identifier: identifierParameter }),
        response: { 200: storySchema },
      },
    },
    async ({ params: { identifier } }) => {
      const customer = found(directory, identifier);
      const story = await storyOf(directory, customer);
      if (story === undefined || customer.engine.glimpse(customer.id) === undefined) {
        throw unknownCustomer(identifier);
      }
      return { ...wireStory(story), stages: (await stagesBefore(customer)).map(wireStages) };
    },
  );
}

function wireStages({ lifecycle, spells, isCut }: StagePast) {
  return { lifecycle, spells: spells.map(({ stage, from }) => ({ stage, from: iso(from) })), cut: isCut };
}

function wireStory({ identifiers, merges, traits, events, messages, isWhole }: Story & { isWhole: boolean }) {
  return {
    identifiers: identifiers.map(({ since, ...rest }) => ({ ...rest, ...wireInstantAs('since', since) })),
    merges: merges.map(({ at, parts, ...rest }) => ({
      ...rest,
      at: iso(at),
      parts: parts.map(({ since, messages: count, identifiers: own }) => ({
        identifiers: [...own],
        messages: count,
        since: iso(since),
      })),
    })),
    traits: traits.map(({ trait, values }) => ({
      trait,
      values: values.map(({ at, value }) => ({ at: iso(at), value })),
    })),
    events: events.map(({ first, last, ...rest }) => ({ ...rest, first: iso(first), last: iso(last) })),
    messages,
    whole: isWhole,
  };
}

function segmentRoutes(untyped: FastifyInstance, members: Members): void {
  const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
  const tags = ['segments'];
  const params = Type.Object({ segment: segmentParameter });
  app.get(
    '/v1/segments/:segment/members',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getMembers',
        tags,
        summary: 'Who is in a segment now, in the order in which they became known.',
        params,
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 100 })),
            after: Type.Optional(
              Type.Integer({
                minimum: 0,
                description: '`after` of the page before; left out for the first.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            size: Type.Integer({ description: 'Exact, as of `at`.' }),
            members: Type.Array(
              Type.Object({ id: Type.Integer(), displayId: Type.String(), since: instantSchema }),
            ),
            after: Type.Optional(Type.Integer()),
            at: instantSchema,
          }),
        },
      },
    },
    async ({ params: { segment }, query: { limit = 100, after } }) => {
      const set = await setOf(members, segment);
      const page = membersOf({ engine: members.engine, set }, segment, {
        limit,
        ...(after === undefined ? {} : { after }),
      });
      return { ...page, members: [...page.members], at: iso(members.now()) };
    },
  );
}

function found(directory: Directory, identifier: string): Found {
  const customer = findCustomer(directory, identifier);
  if (customer === undefined) throw unknownCustomer(identifier);
  return customer;
}

function profileOf(customer: Found, identifier: string, until: boolean): CustomerJson {
  const json = customerJson(customer, { until });
  if (json === undefined) throw unknownCustomer(identifier);
  return json;
}

async function setOf(members: Members, segment: string): Promise<ReadonlyBitmap> {
  await members.sets.ready();
  const set = members.sets.segment(segment);
  if (set === undefined) throw unknownSegment(members, segment);
  return set;
}

function unknownSegment({ engine }: Members, segment: string): ProblemError {
  const hint = didYouMean(segment, engine.definitions.segments.keys());
  return notFound('segments/unknown', `There is no segment “${shortened(segment)}”.${hint}`);
}

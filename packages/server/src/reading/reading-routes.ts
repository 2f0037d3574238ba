/**
 * Reading customers over HTTP: who somebody is, where they are since when and until when, what they did, and why they are
 * where they are. Every answer is as of one instant, which it names, and reflects all that was acknowledged before.
 */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';

import { nearestName } from '@segue/core/rules/names.ts';

import { notFound, type ProblemError } from '../api/problem.ts';
import { instantSchema } from '../api/schemas.ts';
import type { Plugin } from '../http/parts.ts';
import type { ReadonlyBitmap } from '../sets/bitmaps.ts';
import {
  customerJson,
  explainCustomer,
  findCustomer,
  iso,
  timelineOf,
  type CustomerJson,
  type Directory,
  type Found,
} from './customer-reader.ts';
import { membersOf, type Members } from './members.ts';

export type ReadingOptions = {
  readonly directory: Directory;
  readonly members: Members;
};

/** Customers of one batch. */
export const batchCustomersMax = 1_000;
const identifierCharactersMax = 1_000;

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
export function readingRoutes({ directory, members }: ReadingOptions): Plugin {
  return (app) => {
    profileRoutes(app, directory);
    timelineRoutes(app, directory);
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
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 50 })),
            before: Type.Optional(
              Type.Integer({
                minimum: 0,
                description: '`before` of the page before; left out for the first.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            items: Type.Array(Type.Unknown()),
            before: Type.Optional(Type.Integer()),
          }),
        },
      },
    },
    ({ params: { identifier }, query: { limit = 50, before } }) => {
      const page = timelineOf(directory, found(directory, identifier), {
        limit,
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
  if (customer === undefined) throw unknown(identifier);
  return customer;
}

function profileOf(customer: Found, identifier: string, until: boolean): CustomerJson {
  const json = customerJson(customer, { until });
  if (json === undefined) throw unknown(identifier);
  return json;
}

function unknown(identifier: string): ProblemError {
  return notFound('profiles/unknown', `No customer is known by “${shorten(identifier)}”.`);
}

async function setOf(members: Members, segment: string): Promise<ReadonlyBitmap> {
  await members.sets.ready();
  const set = members.sets.segment(segment);
  if (set === undefined) throw unknownSegment(members, segment);
  return set;
}

function unknownSegment({ engine }: Members, segment: string): ProblemError {
  const nearest = nearestName(segment, [...engine.definitions.segments.keys()]);
  const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`;
  return notFound('segments/unknown', `There is no segment “${shorten(segment)}”.${hint}`);
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

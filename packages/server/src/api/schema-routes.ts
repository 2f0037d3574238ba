/**
 * What messages have said so far, for whoever writes a rule: names of events and traits, what stands in them, values with how
 * often they occur. Counted by the history store, which may lag behind or be away: every answer says up to where it knows.
 *
 * Values that say who somebody is are not listed to viewers, who may look at one customer at a time.
 */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';

import { formatValue, pathText } from '@segue/core/rules/format.ts';
import { didYouMean } from '@segue/core/rules/names.ts';
import { parsePropertyPath, parseValue } from '@segue/core/rules/parse.ts';
import type { Path } from '@segue/core/rules/tree.ts';

import { roles } from '../catalog/grants.ts';
import type { Plugin } from '../http/parts.ts';
import { isPersonalPath, looksPersonal } from '../seen/personal.ts';
import {
  type Seen,
  SeenBusy,
  type SeenDesk,
  type SeenPath,
  seenTypes,
  type SeenValues,
} from '../seen/seen-desk.ts';
import { seenKinds, type SeenKind } from '../seen/seen-queries.ts';
import { principalOf } from './access.ts';
import { asProblem } from './history-questions.ts';
import { type AsOf, asOfSchema, countSchema, freshSchema } from './history-schemas.ts';
import type { ApiApp } from './parts.ts';
import { notFound, ProblemError } from './problem.ts';
import { instantSchema, wireInstant, wireInstantAs } from './schemas.ts';

export type SchemaRoutesOptions = {
  /** Undefined where the history store is switched off. */
  readonly desk: SeenDesk | undefined;
  /** Entries that were taken. */
  readonly position: () => number;
};

const tags = ['schema'];
const access = 'viewer';
const eventNameSchema = Type.String({ minLength: 1, maxLength: 500 });
const pathSchema = Type.String({
  minLength: 1,
  maxLength: 500,
  description:
    'As in a rule: `category`, `products.category`, `properties["gift wrap"]`, `trait["loyalty tier"]`.',
});
const likeSchema = Type.Optional(
  Type.String({ maxLength: 200, description: 'Only values with this in them, in any case.' }),
);
const limitSchema = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 50 }));
const kindSchema = Type.Unsafe<SeenKind>(
  Type.Union(
    seenKinds.map((kind) => Type.Literal(kind)),
    { default: 'track' },
  ),
);
const customersSchema = Type.Integer({ minimum: 0, description: 'Within a percent or so.' });
const shareSchema = Type.Number({ description: 'Of the messages (of a trait: customers) looked at.' });
const pathItemSchema = Type.Object({
  path: Type.String({ description: 'As in a rule.' }),
  type: Type.Unsafe<(typeof seenTypes)[number]>(Type.Union(seenTypes.map((type) => Type.Literal(type)))),
  share: shareSchema,
  different: Type.Integer({ minimum: 0, description: 'Different values, within a percent or so.' }),
  personal: Type.Boolean({ description: 'Its values say who somebody is, and are not listed to viewers.' }),
});
const valuesSchema = Type.Object({
  values: Type.Array(
    Type.Object({ value: Type.Union([Type.String(), Type.Number(), Type.Boolean()]), count: countSchema }),
    {
      description:
        'The most frequent first; lists and objects, and texts of more than 200 characters, are left out.',
    },
  ),
  different: Type.Integer({ minimum: 0, description: 'How many values there are, with those not listed.' }),
  withheld: Type.Boolean({ description: 'Some say who somebody is, and are not listed to viewers.' }),
  asOf: asOfSchema,
});

/** To be mounted with the prefix `/api`. */
export function schemaRoutes(options: SchemaRoutesOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    addEvents(app, options);
    addProperties(app, options);
    addPropertyValues(app, options);
    addTraits(app, options);
    addTraitPaths(app, options);
    addTraitValues(app, options);
  };
}

function addEvents(app: ApiApp, options: SchemaRoutesOptions): void {
  app.get(
    '/schema/events',
    {
      config: { access },
      schema: {
        operationId: 'listSeenEvents',
        tags,
        summary: 'The events, pages and screens that have come, with how often; the most frequent first.',
        querystring: Type.Object({ fresh: freshSchema }, { additionalProperties: false }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                kind: kindSchema,
                name: Type.String(),
                events: countSchema,
                customers: customersSchema,
                last: Type.String({ ...instantSchema, description: 'When it last happened.' }),
              }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { fresh } }) =>
      answering(async () => {
        const seen = await (await deskOf(options, fresh)).events();
        return {
          items: seen.value.map(({ last, ...event }) => ({ ...event, last: wireInstant(last) })),
          asOf: asOf(seen, options),
        };
      }),
  );
}

function addProperties(app: ApiApp, options: SchemaRoutesOptions): void {
  app.get(
    '/schema/properties',
    {
      config: { access },
      schema: {
        operationId: 'listSeenProperties',
        tags,
        summary: 'What stands in the messages of an event: paths, kinds of values, and how many have it.',
        querystring: Type.Object(
          { event: eventNameSchema, kind: Type.Optional(kindSchema), fresh: freshSchema },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(pathItemSchema), asOf: asOfSchema }) },
      },
    },
    ({ query: { event, kind = 'track', fresh } }) =>
      answering(async () => {
        const desk = await deskOf(options, fresh);
        const seen = await desk.properties(kind, event);
        if (seen === undefined) throw await neverSeen(desk, kind, event);
        return { items: seen.value.map((found) => wirePath(found, false)), asOf: asOf(seen, options) };
      }),
  );
}

function addPropertyValues(app: ApiApp, options: SchemaRoutesOptions): void {
  app.get(
    '/schema/property-values',
    {
      config: { access },
      schema: {
        operationId: 'listSeenPropertyValues',
        tags,
        summary: 'Values of a property of an event, with how often they occur.',
        querystring: Type.Object(
          {
            event: eventNameSchema,
            kind: Type.Optional(kindSchema),
            property: pathSchema,
            like: likeSchema,
            limit: limitSchema,
            fresh: freshSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: valuesSchema },
      },
    },
    (request) =>
      answering(async () => {
        const { event, kind = 'track', property, like = '', limit = 50, fresh } = request.query;
        const path = propertyPath(property);
        const desk = await deskOf(options, fresh);
        const seen = await desk.propertyValues(kind, event, path, like);
        if (seen === undefined) throw await neverSeen(desk, kind, event);
        return wireValues(seen, { path, ofCustomer: false, limit }, request, options);
      }),
  );
}

function addTraits(app: ApiApp, options: SchemaRoutesOptions): void {
  app.get(
    '/schema/traits',
    {
      config: { access },
      schema: {
        operationId: 'listSeenTraits',
        tags,
        summary: 'The traits that customers have been given, with how many were.',
        querystring: Type.Object({ fresh: freshSchema }, { additionalProperties: false }),
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                name: Type.String(),
                path: Type.String({ description: '`city`, or `trait["loyalty tier"]`.' }),
                customers: customersSchema,
                last: Type.String({ ...instantSchema, description: 'When it was last given.' }),
                personal: Type.Boolean(),
              }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { fresh } }) =>
      answering(async () => {
        const seen = await (await deskOf(options, fresh)).traits();
        return {
          items: seen.value.map(({ name, customers, last }) => ({
            name,
            path: traitText([name]),
            customers,
            last: wireInstant(last),
            personal: isPersonalPath([name], true),
          })),
          asOf: asOf(seen, options),
        };
      }),
  );
}

function addTraitPaths(app: ApiApp, options: SchemaRoutesOptions): void {
  app.get(
    '/schema/trait-paths',
    {
      config: { access },
      schema: {
        operationId: 'listSeenTraitPaths',
        tags,
        summary: 'What kinds of values a trait has, and what stands within it.',
        querystring: Type.Object(
          { trait: eventNameSchema, fresh: freshSchema },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ items: Type.Array(pathItemSchema), asOf: asOfSchema }) },
      },
    },
    ({ query: { trait, fresh } }) =>
      answering(async () => {
        const desk = await deskOf(options, fresh);
        const seen = await desk.traitPaths(trait);
        if (seen === undefined) throw await neverGiven(desk, trait);
        return { items: seen.value.map((found) => wirePath(found, true)), asOf: asOf(seen, options) };
      }),
  );
}

function addTraitValues(app: ApiApp, options: SchemaRoutesOptions): void {
  app.get(
    '/schema/trait-values',
    {
      config: { access },
      schema: {
        operationId: 'listSeenTraitValues',
        tags,
        summary: 'Values of a trait that customers have now, with how many have them.',
        querystring: Type.Object(
          { trait: pathSchema, like: likeSchema, limit: limitSchema, fresh: freshSchema },
          { additionalProperties: false },
        ),
        response: { 200: valuesSchema },
      },
    },
    (request) =>
      answering(async () => {
        const { trait, like = '', limit = 50, fresh } = request.query;
        const path = traitPath(trait);
        const desk = await deskOf(options, fresh);
        const seen = await desk.traitValues(path, like);
        if (seen === undefined) throw await neverGiven(desk, path[0] ?? '');
        return wireValues(seen, { path, ofCustomer: true, limit }, request, options);
      }),
  );
}

async function answering<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SeenBusy)) throw asProblem(error);
    throw new ProblemError(429, 'schema/too-many', error.message, { headers: { 'retry-after': '1' } });
  }
}

/** With `fresh`, once it knows everything that was acknowledged. */
async function deskOf({ desk, position }: SchemaRoutesOptions, fresh = false): Promise<SeenDesk> {
  if (desk !== undefined) {
    if (fresh) await desk.catchUp(position());
    return desk;
  }
  throw new ProblemError(
    409,
    'history/off',
    'The history store is switched off (history.enabled), so nobody has counted what has come.',
  );
}

function asOf({ position, at }: Seen<unknown>, options: SchemaRoutesOptions): AsOf {
  return { position, ...wireInstantAs('at', at), behind: Math.max(0, options.position() - position) };
}

function wirePath({ path, ...found }: SeenPath, ofCustomer: boolean) {
  const text = ofCustomer ? traitText(path) : pathText(path);
  return { path: text, ...found, personal: isPersonalPath(path, ofCustomer) };
}

function wireValues(
  seen: Seen<SeenValues>,
  { path, ofCustomer, limit }: { readonly path: Path; readonly ofCustomer: boolean; readonly limit: number },
  request: FastifyRequest,
  options: SchemaRoutesOptions,
) {
  const { values, different } = seen.value;
  const principal = principalOf(request);
  const maySee = 'role' in principal && roles.indexOf(principal.role) >= roles.indexOf('marketer');
  const listed = maySee
    ? values
    : isPersonalPath(path, ofCustomer)
      ? []
      : values.filter(({ value }) => !looksPersonal(value));
  return {
    values: listed.slice(0, limit),
    different,
    withheld: listed.length < values.length,
    asOf: asOf(seen, options),
  };
}

/** As `traitPath` reads it. */
function traitText(path: Path): string {
  const text = formatValue({ kind: 'trait', path });
  return text.startsWith('trait.') ? text.slice('trait.'.length) : text;
}

/** `category`, or as in a rule: `properties["gift wrap"]`. */
function propertyPath(text: string): Path {
  const { tree } = parsePropertyPath(text);
  if (tree !== undefined) return tree;
  throw new ProblemError(
    400,
    'schema/path',
    `“${text.slice(0, 100)}” is no property; write category, products.category, or properties["gift wrap"].`,
  );
}

function traitPath(text: string): Path {
  const { tree } = parseValue(/^trait\b/.test(text) ? text : `trait.${text}`);
  if (tree?.kind === 'trait') return tree.path;
  throw new ProblemError(
    400,
    'schema/path',
    `“${text.slice(0, 100)}” is no trait; write city, address.city, or trait["loyalty tier"].`,
  );
}

async function neverSeen(desk: SeenDesk, kind: SeenKind, name: string): Promise<ProblemError> {
  const { value } = await desk.events();
  return unknown(
    kind === 'track' ? 'event' : kind,
    name,
    value.filter((event) => event.kind === kind).map((event) => event.name),
  );
}

async function neverGiven(desk: SeenDesk, name: string): Promise<ProblemError> {
  const { value } = await desk.traits();
  return unknown(
    'trait',
    name,
    value.map((trait) => trait.name),
  );
}

function unknown(what: string, name: string, names: readonly string[]): ProblemError {
  return notFound(
    'schema/never-seen',
    `No ${what} “${name.slice(0, 100)}” has come so far.${didYouMean(name, names)}`,
  );
}

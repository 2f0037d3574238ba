/**
 * The OpenAPI document: made of the routes themselves, their schemas and `config.access`, so it cannot say anything else than
 * what they do. Routes without a schema are not in it.
 */

import swagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import Type from 'typebox';

import type { Access } from '../catalog/grants.ts';
import { segueVersion } from '../http/parts.ts';
import { accessText } from './access.ts';
import { problemSchema } from './schemas.ts';

const description =
  'Arranges everything about Segue. Errors are problem details (RFC 9457) with a stable code. Lists are read with limit and cursor. Writes take an Idempotency-Key.';

/** Collects the routes that are registered after it. */
export async function useOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Segue', version: segueVersion, description },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'A server key.' },
          session: { type: 'apiKey', in: 'cookie', name: 'segue_session' },
        },
      },
    },
    transform: ({ schema, url, route }) => ({ schema: documented(schema, route.config?.access), url }),
  });
}

/** The schema of a route with what its access and its being here mean. */
function documented(schema: FastifySchema | undefined, access: Access | undefined): FastifySchema {
  if (schema === undefined || access === undefined) return { hide: true };
  const { description } = schema;
  const security = access === 'open' ? [] : [{ key: [] }, { session: [] }];
  return {
    ...schema,
    description: description === undefined ? accessText(access) : `${description} ${accessText(access)}`,
    security,
  };
}

type Operation = {
  operationId?: string;
  security?: readonly object[];
  parameters?: object[];
  responses: Record<string, { description?: string }>;
};

export type OpenApiDocument = {
  readonly openapi: string;
  readonly info: object;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, unknown>>;
};

const documents = new WeakMap<FastifyInstance, OpenApiDocument>();

/** The document of all routes of a ready app, with what is the same for all of them: problems, and the key of repeated writes. */
export function openApiDocument(app: FastifyInstance): OpenApiDocument {
  const known = documents.get(app);
  if (known !== undefined) return known;
  const made = structuredClone(app.swagger()) as unknown as OpenApiDocument;
  for (const methods of Object.values(made.paths)) {
    for (const [method, operation] of Object.entries(methods)) addCommon(method, operation);
  }
  const document = { ...made, components: { ...made.components, ...commonComponents } };
  documents.set(app, document);
  return document;
}

function addCommon(method: string, operation: Operation): void {
  for (const response of Object.values(operation.responses)) {
    if (response.description === 'Default Response') response.description = 'Done.';
  }
  operation.responses['default'] = { $ref: '#/components/responses/Problem' } as object;
  const writes = method !== 'get' && method !== 'head';
  if (!writes || operation.security?.length === 0) return;
  (operation.parameters ??= []).push({ $ref: '#/components/parameters/IdempotencyKey' });
}

const commonComponents = {
  schemas: { Problem: problemSchema },
  responses: {
    Problem: {
      description: 'A problem: nothing was done.',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'The same key with the same request is carried out once; its answer is kept for a day.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  },
};

/** GET /openapi.json. */
export function openApiRoutes(app: FastifyInstance): void {
  app.get(
    '/openapi.json',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'getOpenApi',
        tags: ['documentation'],
        summary: 'This document.',
        response: { 200: Type.Object({}, { additionalProperties: true }) },
      },
    },
    () => openApiDocument(app),
  );
}

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
  const { summary, description: more } = schema;
  const security = access === 'open' ? [] : [{ key: [] }, { session: [] }];
  return {
    ...schema,
    description: [more ?? summary, accessText(access)].filter((text) => text !== undefined).join(' '),
    security,
    response: {
      ...(schema.response as object | undefined),
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    },
  };
}

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
    () => app.swagger(),
  );
}

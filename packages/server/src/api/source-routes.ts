/** Sources: where messages come from. */

import Type from 'typebox';

import { actorOf, type Source } from '../catalog/catalog.ts';
import { descriptionCharactersMax } from '../catalog/limits.ts';
import { principalOf } from './access.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { refused } from './problem.ts';
import {
  instantSchema,
  nothingSchema,
  pageAnswer,
  pageQuerySchema,
  pageRequest,
  pageSchema,
  wireInstant,
} from './schemas.ts';
import { plainText } from './validation.ts';

const tags = ['sources'];
const nameSchema = Type.String({
  pattern: '^[a-z][a-z0-9_-]{0,63}$',
  description: 'Such as web or till-3.',
});
const sourceSchema = Type.Object({
  name: Type.String(),
  description: Type.String(),
  createdAt: instantSchema,
});

export function sourceRoutes(app: ApiApp, { catalog, cursors }: ApiParts): void {
  app.get(
    '/sources',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'listSources',
        tags,
        summary: 'Sources, in the order in which they were made.',
        querystring: pageQuerySchema,
        response: { 200: pageSchema(sourceSchema) },
      },
    },
    async ({ query }) => {
      const page = await catalog.keys.sources(pageRequest(query, 'sources', cursors));
      return pageAnswer(page, wireSource, 'sources', cursors);
    },
  );
  app.post(
    '/sources',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'createSource',
        tags,
        summary: 'Makes a source; it sends with a write key.',
        body: Type.Object(
          {
            name: nameSchema,
            description: Type.Optional(
              Type.String({ maxLength: descriptionCharactersMax, pattern: plainText }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 201: sourceSchema },
      },
    },
    async (request, reply) => {
      const created = await catalog.keys.createSource(request.body, actorOf(principalOf(request)));
      if (!created.ok) throw refused(created.error);
      return reply.code(201).send(wireSource(created.value));
    },
  );
  app.delete(
    '/sources/:name',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'removeSource',
        tags,
        summary: 'Removes a source whose write keys are withdrawn; what it sent stays.',
        params: Type.Object({ name: Type.String({ maxLength: 100 }) }),
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const removed = await catalog.keys.removeSource(request.params.name, actorOf(principalOf(request)));
      if (!removed.ok) throw refused(removed.error);
      return reply.code(204).send(null);
    },
  );
}

function wireSource({ createdAt, ...source }: Source): {
  name: string;
  description: string;
  createdAt: string;
} {
  return { ...source, createdAt: wireInstant(createdAt) };
}

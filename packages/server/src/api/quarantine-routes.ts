/** What was refused at the doors, with the reason. */

import Type from 'typebox';

import type { ApiApp, ApiParts } from './parts.ts';
import {
  instantSchema,
  pageAnswer,
  pageQuerySchema,
  pageRequest,
  pageSchema,
  wireInstant,
} from './schemas.ts';

export function quarantineRoutes(app: ApiApp, { quarantine, cursors }: ApiParts): void {
  const rowSchema = Type.Object({
    id: Type.Integer(),
    at: instantSchema,
    source: Type.String(),
    code: Type.String(),
    reason: Type.String(),
    raw: Type.String({ description: 'What came, as text; long ones are cut.' }),
  });
  app.get(
    '/quarantine',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'listQuarantine',
        tags: ['quarantine'],
        summary: 'Messages that were refused, newest first.',
        querystring: Type.Object(
          { ...pageQuerySchema.properties, source: Type.Optional(Type.String({ maxLength: 100 })) },
          { additionalProperties: false },
        ),
        response: { 200: pageSchema(rowSchema) },
      },
    },
    ({ query }) => {
      const { source } = query;
      const list = `quarantine ${JSON.stringify(source ?? null)}`;
      const { limit, after } = pageRequest(query, list, cursors);
      const rows = quarantine.list({
        limit: limit + 1,
        ...(after === undefined ? {} : { before: after }),
        ...(source === undefined ? {} : { source }),
      });
      const items = rows.slice(0, limit);
      const next = rows.length > limit ? items.at(-1)?.id : undefined;
      return pageAnswer(
        { items, next },
        ({ at, ...row }) => ({ ...row, at: wireInstant(at) }),
        list,
        cursors,
      );
    },
  );
  app.get(
    '/quarantine/counts',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'countQuarantine',
        tags: ['quarantine'],
        summary: 'How many messages were refused since the beginning, by code.',
        response: { 200: Type.Object({ counts: Type.Record(Type.String(), Type.Integer()) }) },
      },
    },
    () => ({ counts: Object.fromEntries(quarantine.counts()) }),
  );
}

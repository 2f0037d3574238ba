/** The audit log, for admins. */

import Type from 'typebox';

import type { AuditRow } from '../catalog/audit-log.ts';
import type { Actor } from '../catalog/catalog.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import {
  instantSchema,
  pageAnswer,
  pageQuerySchema,
  pageRequest,
  pageSchema,
  wireInstant,
} from './schemas.ts';

const tags = ['audit'];
const access = 'admin';

const rowSchema = Type.Object({
  id: Type.Integer(),
  at: instantSchema,
  actor: Type.Object({
    kind: Type.Union([Type.Literal('user'), Type.Literal('server_key'), Type.Literal('system')]),
    id: Type.String(),
    name: Type.String(),
  }),
  action: Type.String(),
  object: Type.String(),
  details: Type.Record(Type.String(), Type.Unknown()),
  hash: Type.String({ description: 'Over this row and the hash of the row before.' }),
});

export function auditRoutes(app: ApiApp, { catalog, cursors }: ApiParts): void {
  const filter = Type.Optional(Type.String({ maxLength: 200 }));
  app.get(
    '/audit',
    {
      config: { access },
      schema: {
        operationId: 'listAudit',
        tags,
        summary: 'Who did what, newest first.',
        querystring: Type.Object(
          { ...pageQuerySchema.properties, actor: filter, action: filter, object: filter },
          { additionalProperties: false },
        ),
        response: { 200: pageSchema(rowSchema) },
      },
    },
    async ({ query }) => {
      const { actor, action, object } = query;
      const wanted = {
        ...(actor === undefined ? {} : { actor }),
        ...(action === undefined ? {} : { action }),
        ...(object === undefined ? {} : { object }),
      };
      const list = `audit ${JSON.stringify(wanted)}`;
      const page = await catalog.audit.list({ ...pageRequest(query, list, cursors), ...wanted });
      return pageAnswer(page, wireRow, list, cursors);
    },
  );
  app.get(
    '/audit/verify',
    {
      config: { access },
      schema: {
        operationId: 'verifyAudit',
        tags,
        summary: 'Whether every row follows from the one before.',
        response: {
          200: Type.Union([
            Type.Object({ intact: Type.Literal(true), rows: Type.Integer(), head: Type.String() }),
            Type.Object({ intact: Type.Literal(false), row: Type.Integer() }),
          ]),
        },
      },
    },
    () => catalog.audit.verify(),
  );
}

type WireRow = {
  id: number;
  at: string;
  actor: Actor;
  action: string;
  object: string;
  details: Record<string, unknown>;
  hash: string;
};

function wireRow({ at, details, ...row }: AuditRow): WireRow {
  return { ...row, at: wireInstant(at), details: { ...details } };
}

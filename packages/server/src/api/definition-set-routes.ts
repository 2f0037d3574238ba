/** The whole set of definitions: what is in force, putting another into force, what was in force before, going back. */

import Type from 'typebox';
import { stringify } from 'yaml';

import { actorOf } from '../catalog/catalog.ts';
import { differenceOf, type RevisionSet } from '../catalog/definition-history.ts';
import {
  fromPlain,
  noPlainDefinitions,
  toPlain,
  type PlainDefinitions,
} from '../catalog/plain-definitions.ts';
import { principalOf } from './access.ts';
import {
  appliedSchema,
  changeDefinitions,
  definitionsBytesMax,
  expectedRevisionSchema,
  reasonSchema,
} from './change-definitions.ts';
import {
  definitionSetSchema,
  differenceSchema,
  invalidDefinitions,
  progressSchema,
  revisionSchema,
  versionSchema,
  wireDifference,
  wireProgress,
  wireRevision,
  wireVersion,
  type WireRevision,
  type WireVersion,
} from './definition-wire.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { notFound } from './problem.ts';
import { pageAnswer, pageQuerySchema, pageRequest, pageSchema } from './schemas.ts';

const tags = ['definitions'];
const revisionParams = Type.Object({ revision: Type.Integer({ minimum: 1 }) });
const setSchema = Type.Object({
  revision: Type.Integer({ description: '0 before the first.' }),
  definitions: definitionSetSchema,
  versions: Type.Record(Type.String(), versionSchema),
});

export function definitionSetRoutes(app: ApiApp, parts: ApiParts): void {
  addCurrent(app, parts);
  addProgress(app, parts);
  addApply(app, parts);
  addRevisions(app, parts);
  addDifference(app, parts);
  addRollback(app, parts);
}

function addCurrent(app: ApiApp, { catalog, desk }: ApiParts): void {
  app.get(
    '/definitions',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getDefinitions',
        tags,
        summary: 'The definitions in force, as a definitions file would hold them.',
        response: { 200: setSchema },
      },
    },
    async () => {
      const { revision, definitions } = desk.current();
      const kept = revision === 0 ? undefined : await catalog.definitions.get(revision);
      return { revision, definitions: toPlain(definitions), versions: wireVersions(kept) };
    },
  );
  app.get(
    '/definitions.yaml',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getDefinitionsFile',
        tags,
        summary: 'The definitions in force as a definitions file.',
        response: {
          200: {
            description: 'YAML.',
            content: { 'application/yaml': { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) => {
      reply.type('application/yaml; charset=utf-8').serializer(String);
      return Promise.resolve(yamlOf(toPlain(desk.current().definitions)));
    },
  );
}

function addProgress(app: ApiApp, { desk }: ApiParts): void {
  app.get(
    '/definitions/progress',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getDefinitionsProgress',
        tags,
        summary: 'How far the building of new definitions has come.',
        response: { 200: Type.Object({ building: Type.Optional(progressSchema) }) },
      },
    },
    () => {
      const progress = desk.progress();
      return progress === undefined ? {} : { building: wireProgress(progress) };
    },
  );
}

function addApply(app: ApiApp, parts: ApiParts): void {
  app.post(
    '/definitions',
    {
      config: { access: 'marketer' },
      bodyLimit: definitionsBytesMax,
      schema: {
        operationId: 'applyDefinitions',
        tags,
        summary: 'Puts a complete set into force; what is not in it is removed.',
        body: Type.Object(
          {
            definitions: definitionSetSchema,
            reason: reasonSchema,
            expectedRevision: expectedRevisionSchema,
            dryRun: Type.Optional(
              Type.Boolean({ description: 'Only says what would change and who would move.' }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: appliedSchema },
      },
    },
    async (request) => {
      const { definitions, reason = '', expectedRevision, dryRun = false } = request.body;
      const checked = fromPlain(definitions);
      if (!checked.ok) throw invalidDefinitions(checked.error);
      const by = actorOf(principalOf(request));
      const expected = expectedRevision === undefined ? {} : { expectedRevision };
      return changeDefinitions(parts, checked.value, { dryRun, by, reason, ...expected });
    },
  );
}

function addRevisions(app: ApiApp, { catalog, cursors }: ApiParts): void {
  app.get(
    '/definitions/revisions',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'listRevisions',
        tags,
        summary: 'Every set that was in force, newest first.',
        querystring: pageQuerySchema,
        response: { 200: pageSchema(revisionSchema) },
      },
    },
    async ({ query }) => {
      const page = await catalog.definitions.list(pageRequest(query, 'revisions', cursors));
      return pageAnswer(page, wireRevision, 'revisions', cursors);
    },
  );
  app.get(
    '/definitions/revisions/:revision',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getRevision',
        tags,
        summary: 'One revision with its definitions.',
        params: revisionParams,
        response: {
          200: Type.Object({
            head: revisionSchema,
            definitions: definitionSetSchema,
            versions: Type.Record(Type.String(), versionSchema),
          }),
        },
      },
    },
    async ({
      params,
    }): Promise<{
      head: WireRevision;
      definitions: PlainDefinitions;
      versions: Record<string, WireVersion>;
    }> => {
      const kept = await keptRevision(catalog, params.revision);
      return {
        head: wireRevision(kept.head),
        definitions: kept.definitions,
        versions: wireVersions(kept),
      };
    },
  );
}

function addDifference(app: ApiApp, { catalog }: ApiParts): void {
  app.get(
    '/definitions/revisions/:revision/difference',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getRevisionDifference',
        tags,
        summary: 'What differs from the revision before, or from another.',
        params: revisionParams,
        querystring: Type.Object(
          { from: Type.Optional(Type.Integer({ minimum: 1 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ difference: Type.Array(differenceSchema) }) },
      },
    },
    async ({ params, query }) => {
      const after = await keptRevision(catalog, params.revision);
      const from = query.from ?? params.revision - 1;
      const before = from === 0 ? undefined : await keptRevision(catalog, from);
      const difference = differenceOf(before?.definitions ?? noPlainDefinitions, after.definitions);
      return { difference: difference.map(wireDifference) };
    },
  );
}

function addRollback(app: ApiApp, parts: ApiParts): void {
  app.post(
    '/definitions/revisions/:revision/rollback',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'rollBack',
        tags,
        summary: 'Puts an earlier set into force again, as a new revision.',
        params: revisionParams,
        body: Type.Object(
          {
            reason: reasonSchema,
            expectedRevision: expectedRevisionSchema,
            dryRun: Type.Optional(Type.Boolean()),
          },
          { additionalProperties: false },
        ),
        response: { 200: appliedSchema },
      },
    },
    async (request) => {
      const { revision } = request.params;
      const { reason, expectedRevision, dryRun = false } = request.body;
      const { definitions } = await keptRevision(parts.catalog, revision);
      const checked = fromPlain(definitions);
      if (!checked.ok) throw invalidDefinitions(checked.error);
      const expected = expectedRevision === undefined ? {} : { expectedRevision };
      return changeDefinitions(parts, checked.value, {
        dryRun,
        by: actorOf(principalOf(request)),
        reason: reason ?? `Back to revision ${revision}`,
        ...expected,
      });
    },
  );
}

async function keptRevision(catalog: ApiParts['catalog'], revision: number): Promise<RevisionSet> {
  const kept = await catalog.definitions.get(revision);
  if (kept !== undefined) return kept;
  throw notFound(
    'definitions/unknown-revision',
    `There is no revision ${revision}; GET /api/definitions/revisions lists them.`,
  );
}

function wireVersions(kept: RevisionSet | undefined): Record<string, WireVersion> {
  const versions = [...(kept?.versions ?? [])];
  return Object.fromEntries(versions.map(([path, version]) => [path, wireVersion(version)]));
}

/** A definitions file; kinds without any are left out. */
function yamlOf(plain: PlainDefinitions): string {
  const filled = Object.entries(plain).filter(([, set]) => Object.keys(set).length > 0);
  return filled.length === 0 ? '' : stringify(Object.fromEntries(filled), { lineWidth: 0 });
}

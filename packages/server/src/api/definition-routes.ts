/**
 * Definitions one by one: the same five routes for every kind. A change of one is a change of the set with everything else as it
 * is, so it is checked against the others, has a revision, and can be gone back from.
 */

import Type from 'typebox';

import { mergeDefinitions, removeDefinitions } from '@segue/core/model/definition-changes.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { JsonValue } from '@segue/core/model/message.ts';
import { definitionKinds, nounOf, type DefinitionKind } from '@segue/core/model/names.ts';
import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';
import { checkDefinitions } from '@segue/core/rules/check-definitions.ts';
import { toEnglish } from '@segue/core/rules/english.ts';
import { nearestName } from '@segue/core/rules/names.ts';

import { actorOf, type Page } from '../catalog/catalog.ts';
import { toPlainDefinition, type CheckedDefinitions } from '../catalog/plain-definitions.ts';
import { principalOf } from './access.ts';
import {
  appliedSchema,
  changeDefinitions,
  definitionsBytesMax,
  expectedRevisionSchema,
  reasonSchema,
  type ChangeRequest,
  type WireApplied,
} from './change-definitions.ts';
import { definitionBodies, invalidDefinitions, versionSchema, wireVersion } from './definition-wire.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { notFound, ProblemError, shortened } from './problem.ts';
import { pageAnswer, pageQuerySchema, pageRequest, pageSchema } from './schemas.ts';

/** How often a change of one definition is tried again when others changed the set meanwhile. */
const triesMax = 5;

const params = Type.Object({ name: Type.String({ maxLength: 200 }) });
const changeQuery = Type.Object(
  {
    reason: reasonSchema,
    expectedRevision: expectedRevisionSchema,
    dryRun: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

type Change = (current: Definitions) => CheckedDefinitions;

export function definitionRoutes(app: ApiApp, parts: ApiParts): void {
  for (const kind of definitionKinds) {
    addReading(app, parts, kind);
    addVersions(app, parts, kind);
    addPut(app, parts, kind);
    addDelete(app, parts, kind);
  }
}

/** `Segment`, for operation ids. */
function titleOf(kind: DefinitionKind): string {
  const noun = kind === 'rfm' ? 'rfm' : nounOf[kind];
  return noun.charAt(0).toUpperCase() + noun.slice(1);
}

function addReading(app: ApiApp, { desk, cursors }: ApiParts, kind: DefinitionKind): void {
  const tags = [kind];
  const sizes = async (): Promise<ReadonlyMap<string, number>> =>
    kind === 'segments' ? desk.sizes() : new Map();
  app.get(
    `/${kind}`,
    {
      config: { access: 'viewer' },
      schema: {
        operationId: `list${titleOf(kind)}s`,
        tags,
        summary: `Every ${nounOf[kind]} in force.`,
        querystring: pageQuerySchema,
        response: { 200: pageSchema(itemSchemaOf(kind)) },
      },
    },
    async ({ query }) => {
      const known = await sizes();
      const { revision, definitions } = desk.current();
      const list = `${kind} ${revision}`;
      const { limit, after = 0 } = pageRequest(query, list, cursors);
      const page = partOf([...definitions[kind].keys()], after, limit);
      return pageAnswer(page, (name) => wireItem(definitions, kind, name, known), list, cursors);
    },
  );
  if (kind === 'lists') return;
  app.get(
    `/${kind}/:name`,
    {
      config: { access: 'viewer' },
      schema: {
        operationId: `get${titleOf(kind)}`,
        tags,
        summary: `One ${nounOf[kind]}.`,
        params,
        response: { 200: itemSchemaOf(kind) },
      },
    },
    async ({ params: { name } }) => {
      const known = await sizes();
      const { definitions } = desk.current();
      refuseUnknown(definitions, kind, name);
      return wireItem(definitions, kind, name, known);
    },
  );
}

function addVersions(app: ApiApp, { catalog, cursors, desk }: ApiParts, kind: DefinitionKind): void {
  app.get(
    `/${kind}/:name/versions`,
    {
      config: { access: 'viewer' },
      schema: {
        operationId: `list${titleOf(kind)}Versions`,
        tags: [kind],
        summary: `What became of a ${nounOf[kind]}, newest first: who changed it, when and why.`,
        params,
        querystring: pageQuerySchema,
        response: { 200: pageSchema(versionSchema) },
      },
    },
    async ({ params: { name }, query }) => {
      const list = `versions ${kind} ${name}`;
      const page = await catalog.definitions.versionsOf(kind, name, pageRequest(query, list, cursors));
      // What was removed has its versions; what has none never was.
      if (page.items.length === 0) refuseUnknown(desk.current().definitions, kind, name);
      return pageAnswer(page, wireVersion, list, cursors);
    },
  );
}

function addPut(app: ApiApp, parts: ApiParts, kind: DefinitionKind): void {
  app.put(
    `/${kind}/:name`,
    {
      config: { access: 'marketer' },
      ...(kind === 'lists' ? { bodyLimit: definitionsBytesMax } : {}),
      schema: {
        operationId: `put${titleOf(kind)}`,
        tags: [kind],
        summary: `Makes or replaces a ${nounOf[kind]}; everything else stays as it is.`,
        params,
        querystring: changeQuery,
        body: definitionBodies[kind],
        response: { 200: appliedSchema },
      },
    },
    (request) => {
      const { name } = request.params;
      const body = fileForm(kind, request.body);
      const by = actorOf(principalOf(request));
      return change(parts, { ...request.query, by }, (current) => withOne(current, kind, name, body));
    },
  );
}

function addDelete(app: ApiApp, parts: ApiParts, kind: DefinitionKind): void {
  app.delete(
    `/${kind}/:name`,
    {
      config: { access: 'marketer' },
      schema: {
        operationId: `remove${titleOf(kind)}`,
        tags: [kind],
        summary: `Removes a ${nounOf[kind]} that no other definition uses.`,
        params,
        querystring: changeQuery,
        response: { 200: appliedSchema },
      },
    },
    (request) => {
      const { name } = request.params;
      const by = actorOf(principalOf(request));
      return change(parts, { ...request.query, by }, (current) => withoutOne(current, kind, name));
    },
  );
}

/** Of what is in memory, from an index on. */
export function partOf<T>(all: readonly T[], from: number, limit: number): Page<T> {
  return { items: all.slice(from, from + limit), next: from + limit < all.length ? from + limit : undefined };
}

/** Changes the set in force; where others did meanwhile and the caller expected none, on top of theirs. */
async function change(
  parts: ApiParts,
  asked: Partial<ChangeRequest> & Pick<ChangeRequest, 'by'>,
  changed: Change,
): Promise<WireApplied> {
  const { by, reason = '', dryRun = false, expectedRevision } = asked;
  for (let tries = 1; ; tries += 1) {
    const { revision, definitions } = parts.desk.current();
    const expected = expectedRevision ?? revision;
    try {
      return await changeDefinitions(parts, changed(definitions), {
        by,
        reason,
        dryRun,
        expectedRevision: expected,
        madeFrom: definitions,
      });
    } catch (error) {
      const moved = error instanceof ProblemError && error.problem.code === 'definitions/conflict';
      // Members of lists change without a revision.
      const isAsExpected =
        (expectedRevision ?? parts.desk.current().revision) === parts.desk.current().revision;
      if (!moved || !isAsExpected || tries === triesMax) throw error;
    }
  }
}

function withOne(
  current: Definitions,
  kind: DefinitionKind,
  name: string,
  body: unknown,
): CheckedDefinitions {
  const parsed = parseDefinitions({ [kind]: Object.fromEntries([[name, body]]) });
  const definitions = mergeDefinitions(current, parsed.definitions);
  const { positions, broken } = parsed;
  // Warnings about other definitions were told to whoever wrote those.
  const path = `${kind}.${name}`;
  const all = [...parsed.diagnostics, ...checkDefinitions(definitions, { positions, broken })];
  const relevant = all.filter(
    ({ severity, definition }) => severity === 'error' || isAbout(definition, path),
  );
  if (relevant.some(({ severity }) => severity === 'error')) throw invalidDefinitions(relevant);
  return { definitions, warnings: relevant };
}

function withoutOne(current: Definitions, kind: DefinitionKind, name: string): CheckedDefinitions {
  refuseUnknown(current, kind, name);
  const rest = removeDefinitions(current, { [kind]: [name] });
  if (rest.ok) return { definitions: rest.value, warnings: [] };
  const [first] = rest.error;
  throw new ProblemError(409, first?.code ?? 'definitions/in-use', first?.message ?? 'It is in use.', {
    errors: rest.error,
  });
}

function isAbout(definition: string | undefined, path: string): boolean {
  return definition === path || definition?.startsWith(`${path}.`) === true;
}

/** @throws ProblemError where there is none of that name */
export function refuseUnknown(definitions: Definitions, kind: DefinitionKind, name: string): void {
  if (definitions[kind].has(name)) return;
  const nearest = nearestName(name, definitions[kind].keys());
  const hint = nearest === undefined ? `GET /api/${kind} lists them.` : `Did you mean “${nearest}”?`;
  throw notFound('definitions/unknown', `There is no ${nounOf[kind]} “${shortened(name)}”. ${hint}`);
}

/** Lists and channels are a list and a text in a file, and objects here, so that they can grow. */
function fileForm(kind: DefinitionKind, body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  if (kind === 'lists') return 'members' in body ? body.members : undefined;
  if (kind === 'channels') return 'mode' in body ? body.mode : undefined;
  return body;
}

type WireItem = {
  readonly name: string;
  readonly definition?: JsonValue;
  readonly english?: string;
  readonly size?: number;
};

function itemSchemaOf(kind: DefinitionKind): Type.TUnsafe<WireItem> {
  const name = Type.String();
  if (kind === 'lists') return Type.Unsafe<WireItem>(Type.Object({ name, size: Type.Integer() }));
  const definition = Type.Unknown({ description: 'As in a definitions file.' });
  if (kind !== 'segments') return Type.Unsafe<WireItem>(Type.Object({ name, definition }));
  const english = Type.String();
  const size = Type.Integer({ description: 'Members now.' });
  return Type.Unsafe<WireItem>(Type.Object({ name, definition, english, size }));
}

function wireItem(
  definitions: Definitions,
  kind: DefinitionKind,
  name: string,
  sizes: ReadonlyMap<string, number>,
): WireItem {
  if (kind === 'lists') return { name, size: definitions.lists.get(name)?.members.length ?? 0 };
  const definition = toPlainDefinition(definitions, kind, name) ?? null;
  const segment = kind === 'segments' ? definitions.segments.get(name) : undefined;
  if (segment === undefined) return { name, definition };
  return { name, definition, english: toEnglish(segment.rule), size: sizes.get(name) ?? 0 };
}

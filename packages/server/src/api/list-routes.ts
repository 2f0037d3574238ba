/**
 * Who is on a static list. Members are data, not rules: they come and go in bulk, as often as an export or a till wants, and
 * make no revision of the definitions. The same request again changes nothing.
 */

import Type from 'typebox';

import { parseDefinitions } from '@segue/core/model/parse-definitions.ts';

import { actorOf } from '../catalog/catalog.ts';
import { principalOf } from './access.ts';
import { definitionsBytesMax, reasonSchema } from './change-definitions.ts';
import { invalidDefinitions, refusedByDesk } from './definition-wire.ts';
import { partOf, refuseUnknown } from './definition-routes.ts';
import type { ListChange, ListChanged } from './definitions-port.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { pageAnswer, pageQuerySchema, pageRequest } from './schemas.ts';

const tags = ['lists'];
const params = Type.Object({ name: Type.String({ maxLength: 200 }) });
const membersSchema = Type.Object(
  {
    members: Type.Array(Type.String(), {
      description: 'Identifiers of any kind, as people write them: an e-mail in any case, a user id.',
    }),
  },
  { additionalProperties: false },
);
const changedSchema = Type.Object({
  name: Type.String(),
  added: Type.Integer({ description: 'Who were not on it before.' }),
  removed: Type.Integer(),
  size: Type.Integer({ description: 'Members now.' }),
});

type Way = {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly kind: ListChange['kind'];
  readonly operationId: string;
  readonly summary: string;
};

const ways: readonly Way[] = [
  {
    method: 'PUT',
    kind: 'replace',
    operationId: 'replaceListMembers',
    summary: 'Replaces all members of a list.',
  },
  {
    method: 'POST',
    kind: 'add',
    operationId: 'addListMembers',
    summary: 'Puts members onto a list; those who are on it stay.',
  },
  {
    method: 'DELETE',
    kind: 'remove',
    operationId: 'removeListMembers',
    summary: 'Takes members off a list; who is not on it is passed over.',
  },
];

export function listRoutes(app: ApiApp, parts: ApiParts): void {
  addGet(app, parts);
  for (const way of ways) addChange(app, parts, way);
}

function addGet(app: ApiApp, { desk, cursors }: ApiParts): void {
  app.get(
    '/lists/:name',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getList',
        tags,
        summary: 'One list, with its members in parts.',
        params,
        querystring: pageQuerySchema,
        response: {
          200: Type.Object({
            name: Type.String(),
            size: Type.Integer(),
            members: Type.Array(Type.String()),
            next: Type.Optional(Type.String()),
          }),
        },
      },
    },
    ({ params: { name }, query }) => {
      const { revision, definitions } = desk.current();
      refuseUnknown(definitions, 'lists', name);
      const all = definitions.lists.get(name)?.members ?? [];
      // Whoever reads on while members come and go begins anew.
      const key = `members ${revision} ${all.length} ${name}`;
      const { limit, after = 0 } = pageRequest(query, key, cursors);
      const { items, ...next } = pageAnswer(partOf(all, after, limit), (member) => member, key, cursors);
      return { name, size: all.length, members: items, ...next };
    },
  );
}

function addChange(app: ApiApp, parts: ApiParts, { method, kind, operationId, summary }: Way): void {
  app.route({
    method,
    url: '/lists/:name/members',
    config: { access: 'marketer' },
    bodyLimit: definitionsBytesMax,
    schema: {
      operationId,
      tags,
      summary,
      params,
      querystring: Type.Object({ reason: reasonSchema }, { additionalProperties: false }),
      body: membersSchema,
      response: { 200: changedSchema },
    },
    handler: async (request) => {
      const { name } = request.params;
      const members = checkedMembers(parts, name, kind, request.body.members);
      const changed = await parts.desk.changeList(name, { kind, members });
      if (!changed.ok) throw refusedByDesk(changed.error);
      const { added, removed, size } = changed.value;
      if (added + removed > 0) {
        const { reason = '' } = request.query;
        const by = actorOf(principalOf(request));
        await parts.catalog.audit.record(by, 'list.changed', `list:${name}`, {
          reason,
          added,
          removed,
          size,
        });
      }
      return { name, ...changed.value } satisfies ListChanged & { name: string };
    },
  });
}

/** As a definitions file would have them. @throws ProblemError for what is no identifier, or no list. */
function checkedMembers(
  { desk }: ApiParts,
  name: string,
  kind: ListChange['kind'],
  members: readonly string[],
): readonly string[] {
  refuseUnknown(desk.current().definitions, 'lists', name);
  // Whatever was put on once can be taken off.
  if (kind === 'remove' && !members.includes('')) return [...new Set(members)];
  const { definitions, diagnostics } = parseDefinitions({ lists: Object.fromEntries([[name, members]]) });
  if (diagnostics.some(({ severity }) => severity === 'error')) throw invalidDefinitions(diagnostics);
  return definitions.lists.get(name)?.members ?? [];
}

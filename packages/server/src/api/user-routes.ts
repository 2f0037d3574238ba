/** Users: admins make and change them. A new user gets a sign-in link, which the admin passes on; nobody else knows a password. */

import Type from 'typebox';

import { actorOf } from '../catalog/catalog.ts';
import { emailCharactersMax, nameCharactersMax, signInLinkLifetimeMs } from '../catalog/limits.ts';
import { principalOf } from './access.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { notFound, refused } from './problem.ts';
import {
  instantSchema,
  nothingSchema,
  pageAnswer,
  pageQuerySchema,
  pageRequest,
  pageSchema,
  roleSchema,
  wireInstant,
} from './schemas.ts';
import { userSchema, wireUser } from './user-wire.ts';
import { nameLine } from './validation.ts';

const tags = ['users'];
const access = 'admin';
const email = Type.String({ format: 'email', maxLength: emailCharactersMax });
const name = Type.String({ minLength: 1, maxLength: nameCharactersMax, pattern: nameLine });
const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
const linkSchema = Type.Object(
  { token: Type.String(), expiresAt: instantSchema },
  { description: 'Shown once. The link is /sign-in# and the token, at the address of the service.' },
);

export function userRoutes(app: ApiApp, parts: ApiParts): void {
  addReading(app, parts);
  addWriting(app, parts);
  addLinks(app, parts);
}

function addReading(app: ApiApp, { catalog, cursors }: ApiParts): void {
  app.get(
    '/users',
    {
      config: { access },
      schema: {
        operationId: 'listUsers',
        tags,
        summary: 'Users, in the order in which they were made.',
        querystring: pageQuerySchema,
        response: { 200: pageSchema(userSchema) },
      },
    },
    async ({ query }) => {
      const page = await catalog.users.list(pageRequest(query, 'users', cursors));
      return pageAnswer(page, wireUser, 'users', cursors);
    },
  );
  app.get(
    '/users/:id',
    {
      config: { access },
      schema: { operationId: 'getUser', tags, summary: 'One user.', params, response: { 200: userSchema } },
    },
    async ({ params: { id } }) => {
      const user = await catalog.users.get(id);
      if (user === undefined) throw notFound('users/unknown', 'There is no user of this id; list the users.');
      return wireUser(user);
    },
  );
}

function addWriting(app: ApiApp, parts: ApiParts): void {
  const { catalog } = parts;
  app.post(
    '/users',
    {
      config: { access, secretAnswer: true },
      schema: {
        operationId: 'createUser',
        tags,
        summary: 'Makes a user and a sign-in link for them.',
        body: Type.Object({ email, name, role: roleSchema }, { additionalProperties: false }),
        response: { 201: Type.Object({ user: userSchema, link: linkSchema }) },
      },
    },
    async (request, reply) => {
      const created = await catalog.users.create(request.body, actorOf(principalOf(request)));
      if (!created.ok) throw refused(created.error);
      const link = await newLink(parts, created.value.id, actorOf(principalOf(request)));
      return reply.code(201).send({ user: wireUser(created.value), link });
    },
  );
  app.patch(
    '/users/:id',
    {
      config: { access },
      schema: {
        operationId: 'changeUser',
        tags,
        summary: 'Changes what is given; disabling ends all sessions.',
        params,
        body: Type.Partial(Type.Object({ email, name, role: roleSchema, disabled: Type.Boolean() }), {
          additionalProperties: false,
          minProperties: 1,
        }),
        response: { 200: userSchema },
      },
    },
    async (request) => {
      const by = actorOf(principalOf(request));
      const changed = await catalog.users.update(request.params.id, request.body, by);
      if (!changed.ok) throw refused(changed.error);
      return wireUser(changed.value);
    },
  );
  app.delete(
    '/users/:id',
    {
      config: { access },
      schema: {
        operationId: 'removeUser',
        tags,
        summary: 'Removes a user; what they did stays in the audit log.',
        params,
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const removed = await catalog.users.remove(request.params.id, actorOf(principalOf(request)));
      if (!removed.ok) throw refused(removed.error);
      return reply.code(204).send(null);
    },
  );
}

function addLinks(app: ApiApp, parts: ApiParts): void {
  app.post(
    '/users/:id/link',
    {
      config: { access, secretAnswer: true },
      schema: {
        operationId: 'createSignInLink',
        tags,
        summary: 'A sign-in link for a user who has none, or forgot the password; earlier ones go.',
        params,
        response: { 201: linkSchema },
      },
    },
    async (request, reply) => {
      const by = actorOf(principalOf(request));
      return reply.code(201).send(await newLink(parts, request.params.id, by));
    },
  );
  app.delete(
    '/users/:id/sessions',
    {
      config: { access },
      schema: {
        operationId: 'endSessions',
        tags,
        summary: 'Signs a user out everywhere.',
        params,
        response: { 200: Type.Object({ ended: Type.Integer() }) },
      },
    },
    async (request) => {
      const { id } = request.params;
      if ((await parts.catalog.users.get(id)) === undefined) {
        throw notFound('users/unknown', 'There is no user of this id; list the users.');
      }
      const ended = await parts.catalog.sessions.endAllOf(id, actorOf(principalOf(request)));
      return { ended };
    },
  );
}

async function newLink(
  { catalog, clock }: ApiParts,
  user: string,
  by: ReturnType<typeof actorOf>,
): Promise<{ token: string; expiresAt: string }> {
  const expiresAt = clock() + signInLinkLifetimeMs;
  const link = await catalog.links.create({ user, expiresAt }, by);
  if (!link.ok) throw refused(link.error);
  return { token: link.value.token, expiresAt: wireInstant(expiresAt) };
}

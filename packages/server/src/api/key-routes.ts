/** Write keys, with which sources send, and server keys, with which programs ask. */

import Type from 'typebox';

import { actorOf, type ServerKey, type WriteKey } from '../catalog/catalog.ts';
import { nameCharactersMax, rotationOverlapMsMax } from '../catalog/limits.ts';
import type { Role } from '../catalog/grants.ts';
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
  roleSchema,
  wireInstant,
  wireInstantAs,
} from './schemas.ts';
import { nameLine } from './validation.ts';

const tags = ['keys'];
const access = 'admin';
const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
const dayInSeconds = 86_400;

const writeKeySchema = Type.Object({
  id: Type.String(),
  text: Type.String({ description: 'The key itself; it is public.' }),
  source: Type.String(),
  createdAt: instantSchema,
  withdrawnAt: Type.Optional(instantSchema),
});
const serverKeySchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: roleSchema,
  hint: Type.String({ description: 'The first characters.' }),
  createdAt: instantSchema,
  rotatedAt: Type.Optional(instantSchema),
  usedAt: Type.Optional(instantSchema),
  withdrawnAt: Type.Optional(instantSchema),
});
const newSecretSchema = Type.Object({
  key: serverKeySchema,
  secret: Type.String({ description: 'Shown once; only its hash is kept.' }),
});

export function keyRoutes(app: ApiApp, parts: ApiParts): void {
  addWriteKeys(app, parts);
  addServerKeys(app, parts);
  addServerKeyChanges(app, parts);
}

function addWriteKeys(app: ApiApp, { catalog, cursors }: ApiParts): void {
  app.get(
    '/write-keys',
    {
      config: { access },
      schema: {
        operationId: 'listWriteKeys',
        tags,
        summary: 'Write keys, withdrawn ones too, in the order in which they were made.',
        querystring: pageQuerySchema,
        response: { 200: pageSchema(writeKeySchema) },
      },
    },
    async ({ query }) => {
      const page = await catalog.keys.writeKeys(pageRequest(query, 'write-keys', cursors));
      return pageAnswer(page, wireWriteKey, 'write-keys', cursors);
    },
  );
  app.post(
    '/write-keys',
    {
      config: { access },
      schema: {
        operationId: 'createWriteKey',
        tags,
        summary: 'Makes a write key for a source.',
        body: Type.Object(
          {
            source: Type.String({ maxLength: 100 }),
            text: Type.Optional(
              Type.String({
                pattern: '^(?!sk_)[A-Za-z0-9_-]{8,128}$',
                description:
                  'A key that tracking code out there has already, so that only the host must change.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 201: writeKeySchema },
      },
    },
    async (request, reply) => {
      const created = await catalog.keys.createWriteKey(request.body, actorOf(principalOf(request)));
      if (!created.ok) throw refused(created.error);
      return reply.code(201).send(wireWriteKey(created.value));
    },
  );
  app.delete(
    '/write-keys/:id',
    {
      config: { access },
      schema: {
        operationId: 'withdrawWriteKey',
        tags,
        summary: 'Withdraws a write key: from the answer on, nothing is taken with it.',
        params,
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const by = actorOf(principalOf(request));
      const withdrawn = await catalog.keys.withdrawWriteKey(request.params.id, by);
      if (!withdrawn.ok) throw refused(withdrawn.error);
      return reply.code(204).send(null);
    },
  );
}

function addServerKeys(app: ApiApp, { catalog, cursors }: ApiParts): void {
  app.get(
    '/server-keys',
    {
      config: { access },
      schema: {
        operationId: 'listServerKeys',
        tags,
        summary: 'Server keys, withdrawn ones too, in the order in which they were made.',
        querystring: pageQuerySchema,
        response: { 200: pageSchema(serverKeySchema) },
      },
    },
    async ({ query }) => {
      const page = await catalog.keys.serverKeys(pageRequest(query, 'server-keys', cursors));
      return pageAnswer(page, wireServerKey, 'server-keys', cursors);
    },
  );
  app.post(
    '/server-keys',
    {
      config: { access, secretAnswer: true },
      schema: {
        operationId: 'createServerKey',
        tags,
        summary: 'Makes a server key of a role.',
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: nameCharactersMax, pattern: nameLine }),
            role: roleSchema,
          },
          { additionalProperties: false },
        ),
        response: { 201: newSecretSchema },
      },
    },
    async (request, reply) => {
      const created = await catalog.keys.createServerKey(request.body, actorOf(principalOf(request)));
      if (!created.ok) throw refused(created.error);
      const { key, secret } = created.value;
      return reply.code(201).send({ key: wireServerKey(key), secret });
    },
  );
}

function addServerKeyChanges(app: ApiApp, { catalog }: ApiParts): void {
  app.post(
    '/server-keys/:id/rotate',
    {
      config: { access, secretAnswer: true },
      schema: {
        operationId: 'rotateServerKey',
        tags,
        summary: 'A new secret for the same key; the one before stays valid for a while.',
        params,
        body: Type.Object(
          {
            overlapSeconds: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: rotationOverlapMsMax / 1000,
                description: 'How long the secret before stays valid; a day if left out.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: newSecretSchema },
      },
    },
    async (request) => {
      const { overlapSeconds = dayInSeconds } = request.body;
      const by = actorOf(principalOf(request));
      const rotated = await catalog.keys.rotateServerKey(request.params.id, overlapSeconds * 1000, by);
      if (!rotated.ok) throw refused(rotated.error);
      const { key, secret } = rotated.value;
      return { key: wireServerKey(key), secret };
    },
  );
  app.delete(
    '/server-keys/:id',
    {
      config: { access },
      schema: {
        operationId: 'withdrawServerKey',
        tags,
        summary: 'Withdraws a server key with all its secrets, at once.',
        params,
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const by = actorOf(principalOf(request));
      const withdrawn = await catalog.keys.withdrawServerKey(request.params.id, by);
      if (!withdrawn.ok) throw refused(withdrawn.error);
      return reply.code(204).send(null);
    },
  );
}

type WireWriteKey = { id: string; text: string; source: string; createdAt: string; withdrawnAt?: string };
type WireServerKey = {
  id: string;
  name: string;
  role: Role;
  hint: string;
  createdAt: string;
  rotatedAt?: string;
  usedAt?: string;
  withdrawnAt?: string;
};

function wireWriteKey({ id, text, source, createdAt, withdrawnAt }: WriteKey): WireWriteKey {
  return {
    id,
    text,
    source,
    createdAt: wireInstant(createdAt),
    ...wireInstantAs('withdrawnAt', withdrawnAt),
  };
}

/** Without its secrets' hashes. */
function wireServerKey(key: ServerKey): WireServerKey {
  const { id, name, role, hint, createdAt, rotatedAt, usedAt, withdrawnAt } = key;
  return {
    id,
    name,
    role,
    hint,
    createdAt: wireInstant(createdAt),
    ...wireInstantAs('rotatedAt', rotatedAt),
    ...wireInstantAs('usedAt', usedAt),
    ...wireInstantAs('withdrawnAt', withdrawnAt),
  };
}

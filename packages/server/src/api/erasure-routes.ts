/** Erasure of customers, and the proof that it was done, for admins. */

import Type from 'typebox';

import { normaliseIdentifier } from '@segue/core/model/identifiers.ts';
import type { Identifier } from '@segue/core/model/message.ts';

import { actorOf } from '../catalog/catalog.ts';
import type { Erasure } from '../catalog/erasures.ts';
import { principalOf } from './access.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { notFound, ProblemError } from './problem.ts';
import {
  instantSchema,
  pageAnswer,
  pageQuerySchema,
  pageRequest,
  pageSchema,
  wireInstant,
} from './schemas.ts';

const tags = ['erasures'];
const access = 'admin';

const identifierSchema = Type.Object(
  {
    kind: Type.String({ minLength: 1, maxLength: 100, description: '`user_id`, `email`, …' }),
    value: Type.String({ minLength: 1, maxLength: 1_000 }),
  },
  { additionalProperties: false },
);
const erasureSchema = Type.Object({
  id: Type.Integer({ description: 'Position in the log of the entry that erased them.' }),
  at: instantSchema,
  subject: Type.Optional(
    Type.String({ description: 'A hash of the identifier that was given, with a key of this workspace.' }),
  ),
  state: Type.Union([Type.Literal('pending'), Type.Literal('done')], {
    description: 'pending: still in entries of the log.',
  }),
  doneAt: Type.Optional(instantSchema),
  removed: Type.Object({
    entries: Type.Integer({ description: 'Entries of the log that are gone.' }),
    mentions: Type.Integer({ description: 'Entries of others from which an identifier was taken.' }),
    changes: Type.Integer({ description: 'Changes whose names are gone.' }),
    deliveries: Type.Integer({ description: 'Deliveries to webhooks that were dropped.' }),
    quarantined: Type.Integer({ description: 'Refused messages that are gone.' }),
  }),
});

export function erasureRoutes(app: ApiApp, parts: ApiParts): void {
  addErasing(app, parts);
  addLooking(app, parts);
}

function addErasing(app: ApiApp, { catalog, erasures }: ApiParts): void {
  app.post(
    '/erasures',
    {
      config: { access },
      schema: {
        operationId: 'eraseCustomer',
        tags,
        summary:
          'Erases a customer: at once out of all answers, changes, deliveries and refused messages, soon out of the log.',
        body: Type.Object({ identifier: identifierSchema }, { additionalProperties: false }),
        response: {
          202: Type.Object({
            erasure: erasureSchema,
            known: Type.Boolean({
              description:
                'Whether anybody was known by the identifier. Messages of before are refused either way.',
            }),
          }),
        },
      },
    },
    async (request, reply) => {
      const customer = readIdentifier(request.body.identifier);
      const { position, isKnown } = await erasures.erase(customer);
      const details = { subject: erasures.subjectOf(customer), known: isKnown };
      const by = actorOf(principalOf(request));
      await catalog.audit.record(by, 'customer.erased', `erasure:${position}`, details);
      const erasure = await catalog.erasures.get(position);
      if (erasure === undefined) throw new Error(`the erasure ${position} is not there`);
      return reply.code(202).send({ erasure: wireErasure(erasure), known: isKnown });
    },
  );
}

function addLooking(app: ApiApp, { catalog, cursors }: ApiParts): void {
  app.get(
    '/erasures',
    {
      config: { access },
      schema: {
        operationId: 'listErasures',
        tags,
        summary: 'Erasures, the latest first.',
        querystring: pageQuerySchema,
        response: { 200: pageSchema(erasureSchema) },
      },
    },
    async ({ query }) => {
      const page = await catalog.erasures.list(pageRequest(query, 'erasures', cursors));
      return pageAnswer(page, wireErasure, 'erasures', cursors);
    },
  );
  app.get(
    '/erasures/:id',
    {
      config: { access },
      schema: {
        operationId: 'getErasure',
        tags,
        summary: 'One erasure, and what was taken out.',
        params: Type.Object({ id: Type.Integer({ minimum: 0 }) }),
        response: { 200: erasureSchema },
      },
    },
    async ({ params: { id } }) => {
      const erasure = await catalog.erasures.get(id);
      if (erasure !== undefined) return wireErasure(erasure);
      throw notFound('erasures/unknown', `There is no erasure ${id}: GET /api/erasures lists them.`);
    },
  );
}

/** As identifiers of messages are read. */
function readIdentifier({ kind, value }: { readonly kind: string; readonly value: string }): Identifier {
  const normalised = normaliseIdentifier(kind, value);
  if (normalised !== undefined) return { kind, value: normalised };
  throw new ProblemError(
    400,
    'erasures/identifier',
    'Nobody can be known by this identifier; expected a kind such as “email” and a value as messages have it.',
  );
}

type WireErasure = {
  id: number;
  at: string;
  subject?: string;
  state: 'pending' | 'done';
  doneAt?: string;
  removed: { entries: number; mentions: number; changes: number; deliveries: number; quarantined: number };
};

function wireErasure({ position, at, subject, doneAt, removed }: Erasure): WireErasure {
  return {
    id: position,
    at: wireInstant(at),
    ...(subject === undefined ? {} : { subject }),
    state: doneAt === undefined ? 'pending' : 'done',
    ...(doneAt === undefined ? {} : { doneAt: wireInstant(doneAt) }),
    removed: { ...removed },
  };
}

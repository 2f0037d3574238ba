/** Files out of history, as streams: whoever reads slowly slows the query down, whoever goes away ends it. */

import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';

import type { Cause } from '@segue/core/model/change.ts';

import { actorOf } from '../catalog/catalog.ts';
import {
  type ExportFormat,
  exportCountQuery,
  exportFormats,
  exportQuery,
  type ExportRequest,
  formatOf,
  orderedRowsMax,
} from '../history/export.ts';
import { principalOf } from './access.ts';
import {
  answering,
  asOf,
  asProblem,
  historyOf,
  type HistoryParts,
  instantOf,
  periodOf,
  subjectOf,
} from './history-questions.ts';
import { freshSchema, nameSchema, periodQuery, whenSchema } from './history-schemas.ts';
import type { ApiApp } from './parts.ts';
import { notFound, ProblemError, shortened } from './problem.ts';

const tags = ['history'];
const access = 'viewer';
/** How long an export may take. */
const exportMs = 3_600_000;
const namesMax = 100;

const formatSchema = Type.Optional(
  Type.Unsafe<ExportFormat>(
    Type.Union(
      exportFormats.map((format) => Type.Literal(format)),
      { default: 'csv' },
    ),
  ),
);
const file = Type.Unknown({ description: 'The file.' });

export function addExportRoutes(app: ApiApp, parts: HistoryParts): void {
  addMembersExport(app, parts);
  addChangesExport(app, parts);
  addEventsExport(app, parts);
  addDeliveriesExport(app, parts);
}

function addMembersExport(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/export/members',
    {
      config: { access },
      schema: {
        operationId: 'exportMembers',
        tags,
        summary: 'Who is, or was at an instant, in a segment or stage, as a file.',
        querystring: Type.Object(
          { of: nameSchema, at: Type.Optional(whenSchema), format: formatSchema, fresh: freshSchema },
          { additionalProperties: false },
        ),
        response: { 200: file },
      },
    },
    (request, reply) =>
      answering(async () => {
        const { of, at, format = 'csv', fresh = false } = request.query;
        await asOf(parts, fresh);
        const when = at === undefined ? parts.now() : instantOf(parts, at);
        return send(
          parts,
          request,
          reply,
          { kind: 'members', of: await subjectOf(parts, of), at: when },
          format,
        );
      }),
  );
}

function addChangesExport(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/export/changes',
    {
      config: { access },
      schema: {
        operationId: 'exportChanges',
        tags,
        summary: 'Entries, exits and moves between stages in a period, as a file.',
        querystring: Type.Object(
          {
            of: Type.Optional(nameSchema),
            cause: Type.Optional(Type.String({ maxLength: 200, description: 'One or more, with commas.' })),
            ...periodQuery,
            format: formatSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: file },
      },
    },
    (request, reply) =>
      answering(async () => {
        const { of, cause, format = 'csv', fresh = false, ...given } = request.query;
        const period = periodOf(parts, given);
        await asOf(parts, fresh);
        const subject = of === undefined ? {} : { of: await subjectOf(parts, of) };
        const causes = cause === undefined ? {} : { causes: causesOf(cause) };
        return send(parts, request, reply, { kind: 'changes', ...subject, ...causes, ...period }, format);
      }),
  );
}

const knownCauses: Readonly<Record<Cause | 'gone', true>> = {
  event: true,
  late_event: true,
  time: true,
  identify: true,
  merge: true,
  list: true,
  population: true,
  definition: true,
  score: true,
  erasure: true,
  gone: true,
};

function causesOf(text: string): readonly string[] {
  const causes = wordsOf(text);
  const unknown = causes.find((cause) => !Object.hasOwn(knownCauses, cause));
  if (unknown === undefined && causes.length > 0) return causes;
  const expected = Object.keys(knownCauses).join(', ');
  throw new ProblemError(
    400,
    'request/invalid',
    `“${shortened(unknown ?? text)}” in “cause” is no cause of a change; expected one or more of ${expected}, with commas between.`,
  );
}

function addEventsExport(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/export/events',
    {
      config: { access },
      schema: {
        operationId: 'exportEvents',
        tags,
        summary: 'Events of a period, as a file.',
        querystring: Type.Object(
          {
            event: Type.Optional(
              Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
                maxItems: namesMax,
                description: 'Names; repeat the parameter for more.',
              }),
            ),
            customer: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
            ...periodQuery,
            format: formatSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: file },
      },
    },
    (request, reply) =>
      answering(async () => {
        const { event, customer, format = 'csv', fresh = false, ...given } = request.query;
        const period = periodOf(parts, given);
        await asOf(parts, fresh);
        const names = event === undefined ? {} : { names: event };
        const whose = customer === undefined ? {} : { profile: profileOf(parts, customer) };
        return send(parts, request, reply, { kind: 'events', ...names, ...whose, ...period }, format);
      }),
  );
}

function addDeliveriesExport(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/export/deliveries',
    {
      config: { access },
      schema: {
        operationId: 'exportDeliveries',
        tags,
        summary: 'Attempts to deliver changes to webhooks in a period, as a file.',
        querystring: Type.Object(
          {
            endpoint: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 200,
                description: 'Id of a webhook; all when left out.',
              }),
            ),
            ...periodQuery,
            format: formatSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: file },
      },
    },
    (request, reply) =>
      answering(async () => {
        const { endpoint, format = 'csv', fresh = false, ...given } = request.query;
        const period = periodOf(parts, given);
        await asOf(parts, fresh);
        const of = endpoint === undefined ? {} : { endpoint };
        return send(parts, request, reply, { kind: 'deliveries', ...of, ...period }, format);
      }),
  );
}

function wordsOf(text: string): readonly string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function profileOf(parts: HistoryParts, identifier: string): number {
  const profile = parts.findProfile(identifier);
  if (profile !== undefined) return profile;
  throw notFound('profiles/unknown', `No customer is known by “${identifier.slice(0, 100)}”.`);
}

/** Answers with the beginning of the file once there is one, so that what is refused is refused with a status. */
async function send(
  parts: HistoryParts,
  asked: FastifyRequest,
  reply: FastifyReply,
  request: ExportRequest,
  format: ExportFormat,
): Promise<FastifyReply> {
  const { name, type } = formatOf[format];
  const history = historyOf(parts);
  const { rows } = await history.query(exportCountQuery(request));
  const isOrdered = Number(rows[0]?.[0]) <= orderedRowsMax;
  const pieces = history.stream(exportQuery(request, format, isOrdered), name, { timeoutMs: exportMs });
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next().catch((error: unknown) => {
    throw asProblem(error);
  });
  await parts.audit.record(actorOf(principalOf(asked)), 'history.exported', request.kind, {
    query: exportedText(asked),
  });
  const stream = Readable.from(withFirst(first, iterator), { objectMode: false });
  return reply
    .header('content-type', type)
    .header('content-disposition', `attachment; filename="${request.kind}.${format}"`)
    .header('cache-control', 'no-store')
    .send(stream);
}

/** What was asked for, without whom: identifiers are no matter of the audit log. */
function exportedText({ url }: FastifyRequest): string {
  const query = new URLSearchParams(url.split('?')[1] ?? '');
  if (query.has('customer')) query.set('customer', '…');
  return query.toString();
}

async function* withFirst(
  first: IteratorResult<Uint8Array>,
  rest: AsyncIterator<Uint8Array>,
): AsyncIterable<Uint8Array> {
  try {
    for (let piece = first; piece.done !== true; piece = await rest.next()) yield piece.value;
  } finally {
    await rest.return?.();
  }
}

/** What percentiles and RFM models measure against: looking at it, taking it anew, what that would move, who is in which group. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Definitions } from '@segue/core/model/definitions.ts';
import { type RfmGroup, rfmGroups } from '@segue/core/rules/rfm-groups.ts';

import type { AuditLog } from '../catalog/audit-log.ts';
import { actorOf } from '../catalog/catalog.ts';
import type { Plugin } from '../http/parts.ts';
import { type PopulationDesk, RedefinedMeanwhile } from '../preview/population-desk.ts';
import type { RefreshMoves } from '../preview/refresh-preview.ts';
import type { RfmChoice, RfmTable } from '../preview/rfm-table.ts';
import { PreviewStopped } from '../preview/turns.ts';
import { principalOf } from './access.ts';
import type { Cursors } from './cursors.ts';
import { refuseUnknown } from './definition-routes.ts';
import { cursorSchema } from './history-schemas.ts';
import type { ApiApp } from './parts.ts';
import { goneSignal } from './preview-routes.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant, wireInstantAs } from './schemas.ts';

export type PopulationRouteOptions = {
  readonly desk: Pick<PopulationDesk, 'list' | 'refresh' | 'preview' | 'rfmTable' | 'rfmMembers' | 'closed'>;
  readonly definitions: () => Definitions;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly cursors: Cursors;
  readonly displayIdOf: (id: number) => string;
};

const tags = ['populations'];
const countSchema = Type.Integer({ minimum: 0 });
const scoreSchema = Type.Integer({ minimum: 1, maximum: 5 });
const populationsSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      of: Type.String({ description: 'A value as in a rule, or recency, frequency or monetary of `model`.' }),
      model: Type.Optional(Type.String()),
      size: Type.Integer({ description: 'Customers who had a value.' }),
      at: Type.Optional(instantSchema),
      cuts: Type.Array(Type.Number(), {
        description: 'The greatest values of the quintiles 1 to 4; durations in milliseconds.',
      }),
    }),
  ),
});
const movesSchema = Type.Object({
  at: instantSchema,
  segments: Type.Array(
    Type.Object({
      segment: Type.String(),
      entering: countSchema,
      leaving: countSchema,
      enteringExamples: Type.Array(Type.String()),
      leavingExamples: Type.Array(Type.String()),
    }),
  ),
  stages: Type.Array(
    Type.Object({
      lifecycle: Type.String(),
      from: Type.Optional(Type.String()),
      to: Type.String(),
      size: countSchema,
    }),
  ),
});

export const rfmGroupSchema: Type.TUnsafe<RfmGroup> = Type.Unsafe<RfmGroup>({
  type: 'string',
  enum: [...rfmGroups],
});

/** Customers of an RFM model by their scores. */
export const rfmTableSchema: Type.TObject<{
  model: Type.TString;
  cells: Type.TArray<
    Type.TObject<{
      recency: Type.TInteger;
      frequency: Type.TInteger;
      monetary: Type.TInteger;
      size: Type.TInteger;
    }>
  >;
  groups: Type.TArray<Type.TObject<{ group: Type.TUnsafe<RfmGroup>; size: Type.TInteger }>>;
  none: Type.TInteger;
  at: typeof instantSchema;
}> = Type.Object({
  model: Type.String(),
  cells: Type.Array(
    Type.Object({
      recency: scoreSchema,
      frequency: scoreSchema,
      monetary: scoreSchema,
      size: countSchema,
    }),
    { description: 'Customers by their three scores; cells with nobody are left out.' },
  ),
  groups: Type.Array(Type.Object({ group: rfmGroupSchema, size: countSchema })),
  none: Type.Integer({ description: 'Customers who bought nothing in the window of the model.' }),
  at: instantSchema,
});

/** Against what scores of now stand. */
const measuredAtSchema = Type.Optional(
  Type.String({
    format: 'date-time',
    description: 'When the populations were taken that scores are measured against; the oldest of the three.',
  }),
);

const score = Type.Optional(Type.Integer({ minimum: 1, maximum: 5 }));

/** Which cells, or which group; what is left out is not asked for. */
export const choiceQuery: {
  recency: Type.TOptional<Type.TInteger>;
  frequency: Type.TOptional<Type.TInteger>;
  monetary: Type.TOptional<Type.TInteger>;
  group: Type.TOptional<Type.TUnsafe<RfmGroup>>;
} = { recency: score, frequency: score, monetary: score, group: Type.Optional(rfmGroupSchema) };

type WireRfmTable = Type.Static<typeof rfmTableSchema>;

const membersSchema = Type.Object({
  size: countSchema,
  members: Type.Array(Type.Object({ id: Type.Integer(), displayId: Type.String() })),
  next: Type.Optional(Type.String()),
  at: instantSchema,
  measuredAt: measuredAtSchema,
});

/** To be mounted with the prefix `/api`. */
export function populationRoutes(options: PopulationRouteOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    addList(app, options);
    addRefresh(app, options);
    addPreview(app, options);
    addTable(app, options);
    addMembers(app, options);
  };
}

function addList(app: ApiApp, { desk }: PopulationRouteOptions): void {
  app.get(
    '/populations',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'listPopulations',
        tags,
        summary: 'What percentiles and RFM models measure against, and when that was taken.',
        response: { 200: populationsSchema },
      },
    },
    () => wireList(desk),
  );
}

function wireList(desk: PopulationRouteOptions['desk']) {
  return {
    items: desk
      .list()
      .map(({ at, cuts, ...rest }) => ({ ...rest, ...wireInstantAs('at', at), cuts: [...cuts] })),
  };
}

function addRefresh(app: ApiApp, { desk, audit }: PopulationRouteOptions): void {
  app.post(
    '/populations/refresh',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'refreshPopulations',
        tags,
        summary: 'Takes all populations anew, now; whoever moves by it moves before the answer.',
        response: { 200: populationsSchema },
      },
    },
    async (request) => {
      const { closed } = desk;
      if (closed !== undefined) {
        const headers = { 'retry-after': String(closed.retryAfterSeconds) };
        throw new ProblemError(503, closed.code, closed.message, { headers });
      }
      await desk.refresh();
      await audit.record(actorOf(principalOf(request)), 'populations.refreshed', 'populations', {});
      return wireList(desk);
    },
  );
}

function addPreview(app: ApiApp, { desk, displayIdOf }: PopulationRouteOptions): void {
  app.post(
    '/populations/preview',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'previewRefresh',
        tags,
        summary: 'Who would move if all populations were taken anew now; nothing is changed.',
        response: { 200: movesSchema },
      },
    },
    async (_request, reply) => wireMoves(await answered(desk.preview(goneSignal(reply))), displayIdOf),
  );
}

function wireMoves({ at, segments, stages }: RefreshMoves, displayIdOf: (id: number) => string) {
  return {
    at: wireInstant(at),
    segments: segments.map(({ enteringExamples, leavingExamples, ...rest }) => ({
      ...rest,
      enteringExamples: enteringExamples.map(displayIdOf),
      leavingExamples: leavingExamples.map(displayIdOf),
    })),
    stages: [...stages],
  };
}

function addTable(app: ApiApp, { desk, definitions }: PopulationRouteOptions): void {
  app.get(
    '/rfm/:name/table',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getRfmTable',
        tags: ['rfm'],
        summary:
          'How many customers are in each cell and group of an RFM model now, as segments in force have them.',
        params: Type.Object({ name: Type.String({ maxLength: 200 }) }),
        response: { 200: Type.Object({ ...rfmTableSchema.properties, measuredAt: measuredAtSchema }) },
      },
    },
    async ({ params: { name } }, reply) => {
      refuseUnknown(definitions(), 'rfm', name);
      const { measuredAt, ...table } = await answered(desk.rfmTable(name, goneSignal(reply)));
      return { ...wireTable(table), ...wireInstantAs('measuredAt', measuredAt) };
    },
  );
}

function addMembers(app: ApiApp, { desk, definitions, displayIdOf, cursors }: PopulationRouteOptions): void {
  app.get(
    '/rfm/:name/members',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getRfmMembers',
        tags: ['rfm'],
        summary: 'Who is in some cells or a group of an RFM model now: those whom its table counts.',
        params: Type.Object({ name: Type.String({ maxLength: 200 }) }),
        querystring: Type.Object(
          {
            ...choiceQuery,
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
            cursor: cursorSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: membersSchema },
      },
    },
    async ({ params: { name }, query: { limit = 100, cursor, ...given } }, reply) => {
      refuseUnknown(definitions(), 'rfm', name);
      const choice: RfmChoice = given;
      const { recency, frequency, monetary, group } = choice;
      const list = `rfm now ${JSON.stringify([name, recency, frequency, monetary, group])}`;
      const after = cursor === undefined ? -1 : cursors.read(list, cursor);
      const page = { after, limit: limit + 1 };
      const found = await answered(desk.rfmMembers(name, choice, page, goneSignal(reply)));
      const shown = found.members.slice(0, limit);
      const last = found.members.length > limit ? shown.at(-1) : undefined;
      return {
        size: found.size,
        members: shown.map((id) => ({ id, displayId: displayIdOf(id) })),
        ...(last === undefined ? {} : { next: cursors.write(list, last) }),
        at: wireInstant(found.at),
        ...wireInstantAs('measuredAt', found.measuredAt),
      };
    },
  );
}

export function wireTable({ at, cells, groups, ...rest }: RfmTable): WireRfmTable {
  return { ...rest, cells: [...cells], groups: [...groups], at: wireInstant(at) };
}

/** What stops everybody from being asked, as a problem. */
async function answered<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RedefinedMeanwhile) {
      throw new ProblemError(
        409,
        'preview/redefined',
        'Other definitions came into force while everybody was asked; ask again.',
      );
    }
    if (!(error instanceof PreviewStopped)) throw error;
    throw error.reason === 'too-slow'
      ? new ProblemError(
          422,
          'preview/too-slow',
          'Asking everybody took longer than it may; ask when less arrives.',
        )
      : new ProblemError(409, 'preview/gone', 'Everybody was no longer asked, since nobody waited for it.');
  }
}

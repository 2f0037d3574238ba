/** The workspace as a whole: what it is, how it is, and what moved today. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Instant } from '@segue/core/model/message.ts';

import { movesOfAll } from '../history/moves-of-all.ts';
import { actorOf, type WorkspaceNames } from '../catalog/catalog.ts';
import type { Plugin } from '../http/parts.ts';
import type { Overview } from '../overview/overview.ts';
import type { OverviewStreams } from '../overview/overview-streams.ts';
import { principalOf } from './access.ts';
import { answering, asOf, historyOf, type HistoryParts, periodOf } from './history-questions.ts';
import {
  asOfSchema,
  causesSchema,
  countSchema,
  periodQuery,
  periodSchema,
  wirePeriod,
} from './history-schemas.ts';
import { openStream } from './open-stream.ts';
import type { ApiApp } from './parts.ts';
import { instantSchema, nothingSchema, wireInstant } from './schemas.ts';

export type WorkspaceRoutesOptions = {
  readonly overview: Overview;
  readonly streams: OverviewStreams;
  readonly history: HistoryParts;
  readonly version: string;
  readonly timeZone: string;
  readonly startedAt: Instant;
  readonly publicUrl?: string;
  readonly names: WorkspaceNames;
  /** What it is called where no admin has given it a name. */
  readonly usualName?: string;
};

const nameCharactersMax = 80;
const tags = ['workspace'];
const access = 'viewer';

const overviewSchema = Type.Object({
  at: instantSchema,
  customers: countSchema,
  segments: Type.Integer({ description: 'Segments in force.' }),
  events: Type.Object({
    day: Type.String({
      ...instantSchema,
      description: 'Where today begins, in the time zone of the workspace.',
    }),
    today: countSchema,
    from: Type.String({ ...instantSchema, description: 'Where the first of `minutes` begins.' }),
    minutes: Type.Array(countSchema, {
      description: 'Messages taken in each of the last sixty minutes and the one that is running.',
    }),
  }),
  sources: Type.Array(
    Type.Object({
      name: Type.String(),
      today: countSchema,
      lastAt: instantSchema,
      silent: Type.Boolean({ description: 'Nothing has come for longer than is usual.' }),
    }),
  ),
  refused: Type.Object({
    counts: Type.Record(Type.String(), Type.Integer(), {
      description: 'How many messages were refused since the beginning, by code.',
    }),
    lastAt: Type.Optional(instantSchema),
  }),
  history: Type.Object({
    state: Type.String({ description: 'off, starting, running, rebuilding, down or stopped.' }),
    lagMs: Type.Number({ description: 'How long ago what is missing first arrived.' }),
    behind: countSchema,
  }),
  webhooks: Type.Array(
    Type.Object({
      id: Type.String(),
      url: Type.String(),
      reason: Type.String({ description: 'by_hand, gone or failing.' }),
      since: instantSchema,
    }),
    { description: 'Endpoints to which nothing is sent.' },
  ),
  building: Type.Optional(
    Type.Object(
      { revision: Type.Integer(), done: Type.Integer(), total: Type.Integer() },
      { description: 'Definitions that are being brought into force.' },
    ),
  ),
  intake: Type.Optional(
    Type.Object(
      { code: Type.String(), message: Type.String() },
      { description: 'Why nothing is taken now.' },
    ),
  ),
});

/** To be mounted with the prefix `/api`. */
export function workspaceRoutes(options: WorkspaceRoutesOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    addWorkspace(app, options);
    addNaming(app, options);
    addOverview(app, options);
    addOverviewStream(app, options);
    addMoves(app, options);
  };
}

function addWorkspace(app: ApiApp, options: WorkspaceRoutesOptions): void {
  const { version, timeZone, startedAt, publicUrl, names, usualName } = options;
  app.get(
    '/workspace',
    {
      config: { access },
      schema: {
        operationId: 'getWorkspace',
        tags,
        summary: 'What this installation is: its name, its time zone, its version, since when it runs.',
        response: {
          200: Type.Object({
            timeZone: Type.String({ description: 'IANA name; days begin at its midnights.' }),
            version: Type.String(),
            startedAt: instantSchema,
            publicUrl: Type.Optional(Type.String()),
            name: Type.Optional(Type.String({ description: 'What people call it.' })),
          }),
        },
      },
    },
    async () => {
      const name = (await names.name()) ?? usualName;
      return {
        timeZone,
        version,
        startedAt: wireInstant(startedAt),
        ...(publicUrl === undefined ? {} : { publicUrl }),
        ...(name === undefined ? {} : { name }),
      };
    },
  );
}

function addNaming(app: ApiApp, { names }: WorkspaceRoutesOptions): void {
  app.put(
    '/workspace/name',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'renameWorkspace',
        tags,
        summary: 'Says what people call it.',
        body: Type.Object(
          {
            name: Type.String({
              maxLength: nameCharactersMax,
              description: 'Empty: as the setting `workspace.name` has it.',
            }),
          },
          { additionalProperties: false },
        ),
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const name = oneLine(request.body.name);
      await names.rename(name === '' ? undefined : name, actorOf(principalOf(request)));
      return reply.code(204).send(null);
    },
  );
}

/** It stands in titles: nothing that breaks a line or turns its direction. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s\u2028\u2029\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
}

function addOverview(app: ApiApp, { overview }: WorkspaceRoutesOptions): void {
  app.get(
    '/overview',
    {
      config: { access },
      schema: {
        operationId: 'getOverview',
        tags,
        summary: 'How many, what arrives, and what needs somebody.',
        response: { 200: overviewSchema },
      },
    },
    () => overview.now(),
  );
}

function addOverviewStream(app: ApiApp, { streams }: WorkspaceRoutesOptions): void {
  app.get(
    '/overview/stream',
    {
      config: { access },
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamOverview',
        tags,
        summary:
          'The overview as server-sent events: at once, and whenever it has changed, once a second at most.',
      },
    },
    (request, reply) => {
      openStream(streams, request, reply);
    },
  );
}

function addMoves(app: ApiApp, { history: parts }: WorkspaceRoutesOptions): void {
  app.get(
    '/history/moves',
    {
      config: { access },
      schema: {
        operationId: 'getMoves',
        tags: ['history'],
        summary: 'Who entered and left which segments in a period, by cause, and moves between stages.',
        querystring: Type.Object(periodQuery, { additionalProperties: false }),
        response: {
          200: Type.Object({
            period: periodSchema,
            segments: Type.Array(
              Type.Object({
                segment: Type.String(),
                entered: countSchema,
                exited: countSchema,
                causes: causesSchema,
              }),
            ),
            stages: Type.Array(
              Type.Object({
                lifecycle: Type.String(),
                from: Type.String({ description: 'Empty: not there before.' }),
                to: Type.String({ description: 'Empty: merged into another, or erased.' }),
                moves: countSchema,
              }),
            ),
            seq: Type.Optional(
              Type.Integer({ description: 'Number of the last change that is counted; later ones stream.' }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { fresh = false, ...given } }) =>
      answering(async () => {
        const period = periodOf(parts, given);
        const known = await asOf(parts, fresh);
        const { segments, stages, seq } = await movesOfAll({ history: historyOf(parts) }, period);
        return {
          period: wirePeriod(period),
          segments: segments.map((moves) => ({ ...moves, causes: { ...moves.causes } })),
          stages: [...stages],
          ...(seq === undefined ? {} : { seq }),
          asOf: known,
        };
      }),
  );
}

/**
 * Questions through time: sizes, members then, stays, returns, flows, retention. Answered by the history store, which may
 * lag behind the service: every answer says up to where it knows.
 */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Instant } from '@segue/core/model/message.ts';

import { actorOf } from '../catalog/catalog.ts';
import type { Plugin } from '../http/parts.ts';
import type { Period } from '../history/calendar.ts';
import { cohortsOf } from '../history/cohorts.ts';
import { flowsOf } from '../history/flows.ts';
import { membersAt, returnsOf, sizeThroughTime, stayOf } from '../history/through-time.ts';
import { principalOf } from './access.ts';
import type { Cursors } from './cursors.ts';
import { addExportRoutes } from './history-export-routes.ts';
import {
  addConversions,
  addFlowMembers,
  addRfmMembersThen,
  addRfmThen,
  addSizesOfAll,
} from './history-many-routes.ts';
import {
  answering,
  asOf,
  historyOf,
  type HistoryParts,
  instantOf,
  lifecycleOf,
  periodOf,
  piecesOf,
  subjectOf,
} from './history-questions.ts';
import {
  asOfSchema,
  causesSchema,
  countSchema,
  everySchema,
  cursorSchema,
  freshSchema,
  nameSchema,
  periodQuery,
  periodSchema,
  whenSchema,
  wirePeriod,
} from './history-schemas.ts';
import type { ApiApp } from './parts.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant, wireInstantAs } from './schemas.ts';

export type HistoryRoutesOptions = HistoryParts & { readonly cursors: Cursors };

const tags = ['history'];
const access = 'viewer';
const dayMs = 86_400_000;
const unitMs = { hour: 3_600_000, day: dayMs, week: 7 * dayMs };
const returnDays = [1, 7, 14, 30, 60, 90];

/** To be mounted with the prefix `/api`. */
export function historyRoutes(options: HistoryRoutesOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    addStatus(app, options);
    addSize(app, options);
    addMembers(app, options);
    addStay(app, options);
    addReturns(app, options);
    addFlows(app, options);
    addRetention(app, options);
    addSizesOfAll(app, options);
    addConversions(app, options);
    addFlowMembers(app, options);
    addRfmThen(app, options);
    addRfmMembersThen(app, options);
    addExportRoutes(app, options);
  };
}

function addStatus(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/status',
    {
      config: { access },
      schema: {
        operationId: 'getHistoryStatus',
        tags,
        summary: 'How the history store is, and how far it has come.',
        response: {
          200: Type.Object({
            state: Type.String({ description: 'off, starting, running, rebuilding, down or stopped.' }),
            position: countSchema,
            at: Type.Optional(instantSchema),
            behind: countSchema,
            lagMs: Type.Number({ description: 'How long ago what is missing first arrived.' }),
            restarts: countSchema,
            rebuilding: Type.Optional(Type.Object({ position: countSchema, end: countSchema })),
            error: Type.Optional(Type.String({ description: 'Why its process ended last.' })),
          }),
        },
      },
    },
    () => {
      if (parts.history === undefined) return { state: 'off', position: 0, behind: 0, lagMs: 0, restarts: 0 };
      const { state, reached, behindEntries, lagMs, restarts, rebuilding, error } = parts.history.status();
      const at = reached === undefined || reached.at === -Infinity ? undefined : reached.at;
      return {
        state,
        position: reached?.position ?? 0,
        ...wireInstantAs('at', at),
        behind: behindEntries,
        lagMs,
        restarts,
        ...(rebuilding === undefined ? {} : { rebuilding: { ...rebuilding } }),
        ...(error === undefined ? {} : { error }),
      };
    },
  );
  app.post(
    '/history/rebuild',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'rebuildHistory',
        tags,
        summary: 'Empties the history store and makes it again from the log. Everything else goes on.',
        response: { 202: Type.Object({ state: Type.String() }) },
      },
    },
    async (request, reply) => {
      const history = historyOf(parts);
      await parts.audit.record(actorOf(principalOf(request)), 'history.rebuilt', 'history', {});
      history.rebuild();
      void reply.code(202);
      return { state: 'rebuilding' };
    },
  );
}

function addSize(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/size',
    {
      config: { access },
      schema: {
        operationId: 'getSizeThroughTime',
        tags,
        summary: 'The size of a segment or stage through a period, with entries and exits by cause.',
        querystring: Type.Object(
          { of: nameSchema, ...periodQuery, every: Type.Optional(everySchema) },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            of: Type.String(),
            period: periodSchema,
            pieces: Type.Array(
              Type.Object({
                from: instantSchema,
                size: Type.Integer({ description: 'At the end of the piece.' }),
                entered: countSchema,
                exited: countSchema,
                causes: Type.Object({ entered: causesSchema, exited: causesSchema }),
              }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { of, every = 'day', fresh = false, ...given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const period = periodOf(parts, given);
        const starts = piecesOf(parts, period, every);
        const known = await asOf(parts, fresh);
        const subject = await subjectOf(parts, of);
        const pieces = await sizeThroughTime({ history }, subject, period, starts);
        return {
          of,
          period: wirePeriod(period),
          pieces: pieces.map(({ from, ...piece }) => ({ from: wireInstant(from), ...piece })),
          asOf: known,
        };
      }),
  );
}

function addMembers(app: ApiApp, parts: HistoryRoutesOptions): void {
  app.get(
    '/history/members',
    {
      config: { access },
      schema: {
        operationId: 'getMembersThen',
        tags,
        summary: 'Who was in a segment or stage at an instant, in the order in which they became known.',
        querystring: Type.Object(
          {
            of: nameSchema,
            at: Type.Optional(whenSchema),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 100 })),
            cursor: cursorSchema,
            fresh: freshSchema,
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            of: Type.String(),
            at: instantSchema,
            size: countSchema,
            members: Type.Array(
              Type.Object({
                id: Type.Integer({ description: 'Number of the customer then.' }),
                displayId: Type.Optional(Type.String({ description: 'Missing for who is no longer there.' })),
                since: instantSchema,
              }),
            ),
            next: Type.Optional(Type.String()),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { of, limit = 100, cursor, fresh = false, at: given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const at = given === undefined ? parts.now() : instantOf(parts, given);
        const list = `history members ${of} ${given ?? 'now'}`;
        const after = cursor === undefined ? -1 : parts.cursors.read(list, cursor);
        const known = await asOf(parts, fresh);
        const subject = await subjectOf(parts, of);
        const { size, members } = await membersAt({ history }, subject, at, { after, limit: limit + 1 });
        const page = members.slice(0, limit);
        const last = members.length > limit ? page.at(-1) : undefined;
        return {
          of,
          at: wireInstant(at),
          size,
          members: page.map(({ profile, since }) => {
            const displayId = parts.displayIdOf(profile);
            return {
              id: profile,
              ...(displayId === undefined ? {} : { displayId }),
              since: wireInstant(since),
            };
          }),
          ...(last === undefined ? {} : { next: parts.cursors.write(list, last.profile) }),
          asOf: known,
        };
      }),
  );
}

const duration = Type.Number({ description: 'Milliseconds.' });
const staySchema = Type.Object({
  of: Type.String(),
  period: periodSchema,
  until: instantSchema,
  unit: Type.String(),
  spells: countSchema,
  ended: countSchema,
  ongoing: countSchema,
  endedMs: Type.Union([
    Type.Object({
      mean: duration,
      p10: duration,
      p25: duration,
      p50: duration,
      p75: duration,
      p90: duration,
    }),
    Type.Null(),
  ]),
  survival: Type.Array(Type.Object({ after: countSchema, share: Type.Number(), atRisk: countSchema })),
  medianUnits: Type.Union([Type.Integer(), Type.Null()]),
  asOf: asOfSchema,
});

function addStay(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/stay',
    {
      config: { access },
      schema: {
        operationId: 'getStay',
        tags,
        summary:
          'How long people stay who entered in a period: quantiles, and the share still in after each unit.',
        querystring: Type.Object(
          {
            of: nameSchema,
            ...periodQuery,
            until: Type.Optional(
              Type.String({
                ...whenSchema,
                description:
                  'Up to when they are followed who entered: the end of the period, so that periods can be compared; now when left out.',
              }),
            ),
            unit: Type.Optional(
              Type.Union([Type.Literal('hour'), Type.Literal('day'), Type.Literal('week')], {
                default: 'day',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: staySchema },
      },
    },
    ({ query: { of, until, unit = 'day', fresh = false, ...given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const period = periodOf(parts, given);
        const known = await asOf(parts, fresh);
        const subject = await subjectOf(parts, of);
        const end = followedUntil(parts, period, until);
        const stay = await stayOf({ history }, subject, period, unitMs[unit], end);
        return {
          of,
          period: wirePeriod(period),
          until: wireInstant(end),
          unit,
          ...stay,
          survival: [...stay.survival],
          asOf: known,
        };
      }),
  );
}

/** An instant within or after a period, and not after now. */
function followedUntil(parts: HistoryParts, { from }: Period, until: string | undefined): Instant {
  const end = until === undefined ? parts.now() : Math.min(instantOf(parts, until), parts.now());
  if (end > from) return end;
  throw new ProblemError(
    400,
    'history/period',
    'Nobody can be followed: “until” is not after the beginning of the period; expected the end of it, or later.',
  );
}

function addReturns(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/returns',
    {
      config: { access },
      schema: {
        operationId: 'getReturns',
        tags,
        summary: 'Of those who left in a period, how many are in again within so many days.',
        querystring: Type.Object({ of: nameSchema, ...periodQuery }, { additionalProperties: false }),
        response: {
          200: Type.Object({
            of: Type.String(),
            period: periodSchema,
            within: Type.Array(
              Type.Object({
                days: countSchema,
                exits: Type.Integer({ description: 'Exits of which so many days are known since.' }),
                returned: countSchema,
              }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { of, fresh = false, ...given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const period = periodOf(parts, given);
        const known = await asOf(parts, fresh);
        const subject = await subjectOf(parts, of);
        const within = await returnsOf({ history }, subject, period, returnDays, parts.now());
        return { of, period: wirePeriod(period), within: [...within], asOf: known };
      }),
  );
}

function addFlows(app: ApiApp, parts: HistoryParts): void {
  const stage = Type.String({ description: 'Empty: not a customer yet, or no longer.' });
  app.get(
    '/history/flows',
    {
      config: { access },
      schema: {
        operationId: 'getFlows',
        tags,
        summary:
          'How customers moved between the stages of a lifecycle: nodes and links of a Sankey diagram.',
        querystring: Type.Object(
          { lifecycle: Type.String({ minLength: 1, maxLength: 200 }), ...periodQuery },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            lifecycle: Type.String(),
            period: periodSchema,
            nodes: Type.Array(Type.Object({ stage: Type.String(), before: countSchema, after: countSchema })),
            links: Type.Array(Type.Object({ from: stage, to: stage, customers: countSchema })),
            moves: Type.Array(
              Type.Object({ from: stage, to: stage, moves: countSchema, customers: countSchema }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { lifecycle, fresh = false, ...given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const period = periodOf(parts, given);
        const known = await asOf(parts, fresh);
        const flows = await flowsOf({ history }, await lifecycleOf(parts, lifecycle), period);
        return {
          lifecycle,
          period: wirePeriod(period),
          nodes: [...flows.nodes],
          links: [...flows.links],
          moves: [...flows.moves],
          asOf: known,
        };
      }),
  );
}

function addRetention(app: ApiApp, parts: HistoryParts): void {
  const event = Type.String({ minLength: 1, maxLength: 200 });
  app.get(
    '/history/retention',
    {
      config: { access },
      schema: {
        operationId: 'getRetention',
        tags,
        summary:
          'Of those who first did something in a week, how many do it (or something else) in each later week.',
        querystring: Type.Object(
          {
            event,
            then: Type.Optional({ ...event, description: 'The later event; the same when left out.' }),
            ...periodQuery,
            every: Type.Optional(Type.Unsafe<'day' | 'week' | 'month'>({ ...everySchema, default: 'week' })),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            event: Type.String(),
            then: Type.String(),
            every: Type.String(),
            period: periodSchema,
            cohorts: Type.Array(
              Type.Object({
                from: instantSchema,
                customers: countSchema,
                active: Type.Array(countSchema, {
                  description: 'In the same piece, the one after, and so on.',
                }),
              }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { event: first, then = first, every = 'week', fresh = false, ...given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const period = periodOf(parts, given);
        const starts = piecesOf(parts, period, every);
        const known = await asOf(parts, fresh);
        const cohorts = await cohortsOf({ history }, { first, then }, starts, period.to);
        return {
          event: first,
          then,
          every,
          period: wirePeriod(period),
          cohorts: cohorts.map(({ from, customers, active }) => ({
            from: wireInstant(from),
            customers,
            active: [...active],
          })),
          asOf: known,
        };
      }),
  );
}

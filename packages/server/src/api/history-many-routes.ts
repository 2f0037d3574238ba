/** Questions through time about many things at once: the sizes of all segments, where those go who enter a stage. */

import Type from 'typebox';

import { conversionsOf } from '../history/conversions.ts';
import { flowMembers } from '../history/flows.ts';
import { rfmMembersThen, rfmThen } from '../history/rfm-then.ts';
import { sizesOfAll } from '../history/sizes-of-all.ts';
import type { RfmChoice } from '../preview/rfm-table.ts';
import type { Cursors } from './cursors.ts';
import { refuseUnknown } from './definition-routes.ts';
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
  countSchema,
  cursorSchema,
  freshSchema,
  periodQuery,
  periodSchema,
  whenSchema,
  wirePeriod,
} from './history-schemas.ts';
import type { ApiApp } from './parts.ts';
import { choiceQuery, rfmTableSchema, wireTable } from './population-routes.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant } from './schemas.ts';

const tags = ['history'];
const access = 'viewer';
const dayMs = 86_400_000;
const daysMax = 366;

export function addSizesOfAll(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/sizes',
    {
      config: { access },
      schema: {
        operationId: 'getSizesOfAll',
        tags,
        summary: 'The sizes of all segments at the end of each of the last days, today included.',
        querystring: Type.Object(
          {
            days: Type.Optional(Type.Integer({ minimum: 1, maximum: daysMax, default: 30 })),
            fresh: freshSchema,
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            days: Type.Array(instantSchema, { description: 'Where each day begins.' }),
            segments: Type.Array(
              Type.Object({
                segment: Type.String(),
                sizes: Type.Array(Type.Integer(), { description: 'A size for each of `days`.' }),
              }),
            ),
            asOf: asOfSchema,
          }),
        },
      },
    },
    ({ query: { days = 30, fresh = false } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const to = parts.now();
        // Days may have 25 hours.
        const starts = piecesOf(parts, { from: to - days * dayMs, to }, 'day').slice(-days);
        const known = await asOf(parts, fresh);
        const sizes = await sizesOfAll({ history }, starts, to);
        const none = starts.map(() => 0);
        return {
          days: starts.map(wireInstant),
          segments: [...parts.definitions().segments.keys()].map((segment) => ({
            segment,
            sizes: [...(sizes.get(segment) ?? none)],
          })),
          asOf: known,
        };
      }),
  );
}

export function addConversions(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/conversions',
    {
      config: { access },
      schema: {
        operationId: 'getConversions',
        tags,
        summary:
          'Of those who entered each stage of a lifecycle in a period, how many went on within it, where to, and after how long.',
        querystring: Type.Object(
          { lifecycle: Type.String({ minLength: 1, maxLength: 200 }), ...periodQuery },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            lifecycle: Type.String(),
            period: periodSchema,
            stages: Type.Array(
              Type.Object({
                stage: Type.String(),
                entered: countSchema,
                ongoing: Type.Integer({ description: 'Still in at the end of the period.' }),
                medianMs: Type.Union([Type.Number(), Type.Null()], {
                  description: 'How long those stayed who went on.',
                }),
                next: Type.Array(
                  Type.Object({
                    stage: Type.String({ description: 'Empty: merged into another, or erased.' }),
                    entries: countSchema,
                    medianMs: Type.Number(),
                  }),
                ),
              }),
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
        const stages = await conversionsOf({ history }, await lifecycleOf(parts, lifecycle), period);
        return {
          lifecycle,
          period: wirePeriod(period),
          stages: stages.map(({ next, ...stage }) => ({ ...stage, next: [...next] })),
          asOf: known,
        };
      }),
  );
}

const peopleThenSchema = Type.Object({
  size: countSchema,
  members: Type.Array(
    Type.Object({
      id: Type.Integer({ description: 'Number of the customer then.' }),
      displayId: Type.Optional(Type.String({ description: 'Missing for who is no longer there.' })),
    }),
  ),
  next: Type.Optional(Type.String()),
  asOf: asOfSchema,
});

/** A page of people, of whom one more was asked for than is shown. */
function peopleOf(
  { displayIdOf, cursors }: HistoryParts & { readonly cursors: Cursors },
  list: string,
  limit: number,
  { size, members }: { readonly size: number; readonly members: readonly number[] },
) {
  const shown = members.slice(0, limit);
  const last = members.length > limit ? shown.at(-1) : undefined;
  return {
    size,
    members: shown.map((id) => {
      const displayId = displayIdOf(id);
      return { id, ...(displayId === undefined ? {} : { displayId }) };
    }),
    ...(last === undefined ? {} : { next: cursors.write(list, last) }),
  };
}

export function addFlowMembers(app: ApiApp, parts: HistoryParts & { readonly cursors: Cursors }): void {
  const stage = Type.String({ maxLength: 200, description: 'Empty: not a customer.' });
  app.get(
    '/history/flows/members',
    {
      config: { access },
      schema: {
        operationId: 'getFlowMembers',
        tags,
        summary: 'Who was in one stage just before a period and is in another at its end.',
        querystring: Type.Object(
          {
            lifecycle: Type.String({ minLength: 1, maxLength: 200 }),
            fromStage: stage,
            toStage: stage,
            ...periodQuery,
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
            cursor: cursorSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: peopleThenSchema },
      },
    },
    ({ query: { lifecycle, fromStage, toStage, limit = 100, cursor, fresh = false, ...given } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const period = periodOf(parts, given);
        // Of one question: a place in one list is none in another.
        const list = `flow ${JSON.stringify([lifecycle, fromStage, toStage, given.from, given.to])}`;
        const after = cursor === undefined ? -1 : parts.cursors.read(list, cursor);
        const known = await asOf(parts, fresh);
        const name = await lifecycleOf(parts, lifecycle);
        for (const stage of [fromStage, toStage]) {
          if (stage !== '') await subjectOf(parts, `${name}.${stage}`);
        }
        const ends = { from: fromStage, to: toStage };
        const page = { after, limit: limit + 1 };
        const found = await flowMembers({ history }, name, period, ends, page);
        return { ...peopleOf(parts, list, limit, found), asOf: known };
      }),
  );
}

export function addRfmThen(app: ApiApp, parts: HistoryParts): void {
  app.get(
    '/history/rfm/:name',
    {
      config: { access },
      schema: {
        operationId: 'getRfmTableThen',
        tags,
        summary:
          'The cells and groups of an RFM model as they would have been at an instant, ranked among all who had bought by then.',
        params: Type.Object({ name: Type.String({ maxLength: 200 }) }),
        querystring: Type.Object({ at: whenSchema, fresh: freshSchema }, { additionalProperties: false }),
        response: { 200: Type.Object({ ...rfmTableSchema.properties, asOf: asOfSchema }) },
      },
    },
    ({ params: { name }, query: { at: given, fresh = false } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const definitions = parts.definitions();
        refuseUnknown(definitions, 'rfm', name);
        const at = instantOf(parts, given);
        const known = await asOf(parts, fresh);
        const table = await rfmThen({ history }, { zone: parts.zone, definitions }, name, at);
        if (!table.ok) throw new ProblemError(422, table.error.code, table.error.message);
        return { ...wireTable(table.value), asOf: known };
      }),
  );
}

export function addRfmMembersThen(app: ApiApp, parts: HistoryParts & { readonly cursors: Cursors }): void {
  app.get(
    '/history/rfm/:name/members',
    {
      config: { access },
      schema: {
        operationId: 'getRfmMembersThen',
        tags,
        summary: 'Who would have been in a cell or group of an RFM model at an instant.',
        params: Type.Object({ name: Type.String({ maxLength: 200 }) }),
        querystring: Type.Object(
          {
            at: whenSchema,
            ...choiceQuery,
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 100 })),
            cursor: cursorSchema,
            fresh: freshSchema,
          },
          { additionalProperties: false },
        ),
        response: { 200: peopleThenSchema },
      },
    },
    ({ params: { name }, query: { at: given, limit = 100, cursor, fresh = false, ...choice } }) =>
      answering(async () => {
        const history = historyOf(parts);
        const definitions = parts.definitions();
        refuseUnknown(definitions, 'rfm', name);
        const at = instantOf(parts, given);
        const { recency, frequency, monetary, group: one } = choice satisfies RfmChoice;
        const list = `rfm ${JSON.stringify([name, given, recency, frequency, monetary, one])}`;
        const after = cursor === undefined ? -1 : parts.cursors.read(list, cursor);
        const known = await asOf(parts, fresh);
        const of = { zone: parts.zone, definitions };
        const found = await rfmMembersThen({ history }, of, name, at, choice, { after, limit: limit + 1 });
        if (!found.ok) throw new ProblemError(422, found.error.code, found.error.message);
        return { ...peopleOf(parts, list, limit, found.value), asOf: known };
      }),
  );
}

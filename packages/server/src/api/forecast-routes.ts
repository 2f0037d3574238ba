/** What time alone will bring to a segment over HTTP: entries and exits by day, and who. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Definitions } from '@segue/core/model/definitions.ts';

import { comingChangesMax, type ForecastDesk } from '../forecast/forecast-desk.ts';
import type { Plugin } from '../http/parts.ts';
import { PreviewStopped } from '../preview/turns.ts';
import type { MembershipSets } from '../sets/membership-sets.ts';
import { refuseUnknown } from './definition-routes.ts';
import { countSchema } from './history-schemas.ts';
import { goneSignal } from './preview-routes.ts';
import { ProblemError } from './problem.ts';
import { instantSchema, wireInstant } from './schemas.ts';

export type ForecastRoutesOptions = {
  readonly desk: ForecastDesk;
  readonly definitions: () => Definitions;
  readonly sets: Pick<MembershipSets, 'ready' | 'segment'>;
  readonly displayIdOf: (profile: number) => string;
  readonly timeZone: string;
};

const daysMax = 92;

const forecastSchema = Type.Object({
  segment: Type.String(),
  from: instantSchema,
  until: Type.String({ ...instantSchema, description: 'Included.' }),
  timeZone: Type.String(),
  membersNow: countSchema,
  days: Type.Array(
    Type.Object({
      date: Type.String({
        description: 'In the time zone of the workspace; the first and last are in part.',
      }),
      entered: countSchema,
      exited: countSchema,
      membersAfter: Type.Integer({ description: 'When the day, or the forecast, is over.' }),
    }),
  ),
  changes: Type.Array(
    Type.Object({
      id: countSchema,
      displayId: Type.String(),
      change: Type.Union([Type.Literal('entered'), Type.Literal('exited')]),
      at: instantSchema,
    }),
    { description: `The soonest, up to ${comingChangesMax}.` },
  ),
  at: Type.String({
    ...instantSchema,
    description: 'By when everybody had been looked at, beginning with `from`.',
  }),
  tookMs: countSchema,
});

export function forecastRoutes({
  desk,
  definitions,
  sets,
  displayIdOf,
  timeZone,
}: ForecastRoutesOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.get(
      '/v1/segments/:segment/forecast',
      {
        config: { access: 'viewer' },
        schema: {
          operationId: 'forecastSegment',
          tags: ['segments'],
          summary: 'Who will enter and leave by time alone over the next days, if nothing happens.',
          params: Type.Object({ segment: Type.String({ minLength: 1, maxLength: 200 }) }),
          querystring: Type.Object(
            { days: Type.Optional(Type.Integer({ minimum: 1, maximum: daysMax, default: 7 })) },
            { additionalProperties: false },
          ),
          response: { 200: forecastSchema },
        },
      },
      async ({ params: { segment }, query: { days = 7 } }, reply) => {
        refuseUnknown(definitions(), 'segments', segment);
        const coming = await desk.forecast(days, goneSignal(reply)).catch((error: unknown) => {
          throw error instanceof PreviewStopped ? stopped(error) : error;
        });
        const found = coming.segments.get(segment);
        // Removed while it was looked at.
        if (found === undefined) refuseUnknown(definitions(), 'segments', segment);
        await sets.ready();
        const membersNow = sets.segment(segment)?.size ?? 0;
        let membersAfter = membersNow;
        return {
          segment,
          from: wireInstant(coming.from),
          until: wireInstant(coming.until),
          timeZone,
          membersNow,
          days: (found?.days ?? []).map((day) => {
            membersAfter += day.entered - day.exited;
            return { ...day, membersAfter };
          }),
          changes: (found?.changes ?? []).map(({ profile, change, at }) => ({
            id: profile,
            displayId: displayIdOf(profile),
            change,
            at: wireInstant(at),
          })),
          at: wireInstant(coming.at),
          tookMs: coming.tookMs,
        };
      },
    );
  };
}

function stopped({ reason }: PreviewStopped): ProblemError {
  return reason === 'too-slow'
    ? new ProblemError(
        503,
        'segments/forecast-too-slow',
        'The forecast took longer than it may; ask for fewer days.',
      )
    : new ProblemError(
        409,
        'segments/forecast-stopped',
        'The forecast was stopped, since nobody waited for it any more.',
      );
}

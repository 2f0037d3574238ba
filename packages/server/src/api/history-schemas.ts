/** What the routes of history take and give. */

import Type from 'typebox';

import { everyUnits, type Every, type Period } from '../history/calendar.ts';
import { instantSchema, wireInstant } from './schemas.ts';

export const nameSchema: Type.TString = Type.String({
  minLength: 1,
  maxLength: 401,
  description: 'A segment (`vip`), or a stage of a lifecycle (`customer.active`).',
});

export const whenSchema: Type.TString = Type.String({
  minLength: 1,
  maxLength: 40,
  description: 'An instant, or a date in the time zone of the workspace: `2026-11-01`.',
});

export const everySchema: Type.TUnsafe<Every> = Type.Unsafe<Every>(
  Type.Union(
    everyUnits.map((unit) => Type.Literal(unit)),
    { default: 'day' },
  ),
);

type PeriodQuery = {
  from: Type.TOptional<Type.TString>;
  to: Type.TOptional<Type.TString>;
  fresh: Type.TOptional<Type.TBoolean>;
};

/** Where a page of a long answer goes on. */
export const cursorSchema: Type.TOptional<Type.TString> = Type.Optional(
  Type.String({ maxLength: 200, description: 'The `next` of the page before.' }),
);

export const freshSchema: Type.TOptional<Type.TBoolean> = Type.Optional(
  Type.Boolean({
    default: false,
    description: 'Wait up to five seconds until history has all that was acknowledged before.',
  }),
);

export const periodQuery: PeriodQuery = {
  from: Type.Optional(
    Type.String({ ...whenSchema, description: 'Included; 30 days before `to` when left out.' }),
  ),
  to: Type.Optional(Type.String({ ...whenSchema, description: 'Excluded; now when left out.' })),
  fresh: freshSchema,
};

/** Up to where an answer knows. */
export type AsOf = { position: number; at?: string; behind: number };

export const asOfSchema: Type.TUnsafe<AsOf> = Type.Unsafe<AsOf>(
  Type.Object(
    {
      position: Type.Integer({ description: 'Entries of the log that are in history.' }),
      at: Type.Optional(instantSchema),
      behind: Type.Integer({ description: 'Entries that are not in yet.' }),
    },
    { description: 'Up to where history knows: it may lag behind the service.' },
  ),
);

export const periodSchema: Type.TObject<{ from: Type.TString; to: Type.TString }> = Type.Object({
  from: instantSchema,
  to: instantSchema,
});

export function wirePeriod({ from, to }: Period): { from: string; to: string } {
  return { from: wireInstant(from), to: wireInstant(to) };
}

export const countSchema: Type.TInteger = Type.Integer({ minimum: 0 });
export const causesSchema: Type.TRecord<string, Type.TInteger> = Type.Record(Type.String(), countSchema);

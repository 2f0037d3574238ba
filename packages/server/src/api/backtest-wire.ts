/** What a backtest is asked and what it finds, as schemas of the API. */

import Type from 'typebox';

import type { BacktestResult } from '../backtest/backtest-result.ts';
import { outcomesMax, samplesMax } from '../backtest/limits.ts';
import { definitionSetSchema } from './definition-wire.ts';
import { instantSchema } from './schemas.ts';
import { plainText } from './validation.ts';

/** Length of the text of one field, in characters. */
export const textMax = 10_000;
export const nameSchema: Type.TString = Type.String({ minLength: 1, maxLength: 100 });
export const timeSchema: Type.TString = Type.String({
  maxLength: 40,
  description: 'A date, at whose midnight in the time zone of the workspace it begins, or an instant.',
});
export const durationSchema: Type.TString = Type.String({ maxLength: 40, description: 'Such as 30d.' });
export const ruleTextSchema: Type.TString = Type.String({
  minLength: 1,
  maxLength: 100_000,
  description: 'A rule, as text.',
});

type Optional<T extends Type.TSchema> = Type.TOptional<T>;

export const backtestBodySchema: Type.TObject<{
  title: Optional<Type.TString>;
  rule: Optional<Type.TString>;
  definitions: Optional<Type.TSchema>;
  segment: Optional<Type.TString>;
  lifecycle: Optional<Type.TString>;
  against: Optional<Type.TString>;
  from: Type.TString;
  to: Optional<Type.TString>;
  outcomes: Optional<Type.TArray<Type.TObject<{ event: Type.TString; value: Optional<Type.TString> }>>>;
  within: Optional<Type.TString>;
  samples: Optional<Type.TInteger>;
  order: Optional<Type.TUnsafe<'event_time' | 'arrival'>>;
}> = Type.Object(
  {
    title: Type.Optional(Type.String({ maxLength: 200, pattern: plainText })),
    rule: Type.Optional(ruleTextSchema),
    definitions: Type.Optional(definitionSetSchema),
    segment: Type.Optional(
      Type.String({
        maxLength: 100,
        description:
          'Of the definitions given, or in force; with a rule, the segment in force that the rule would change.',
      }),
    ),
    lifecycle: Type.Optional(nameSchema),
    against: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'In force, to compare with; that of the same name where it is left out.',
      }),
    ),
    from: timeSchema,
    to: Type.Optional(timeSchema),
    outcomes: Type.Optional(
      Type.Array(
        Type.Object(
          {
            event: Type.String({
              minLength: 1,
              maxLength: textMax,
              description: 'The name of an event, or a pattern.',
            }),
            value: Type.Optional(
              Type.String({ maxLength: 1_000, description: 'A property that is summed up.' }),
            ),
          },
          { additionalProperties: false },
        ),
        {
          maxItems: outcomesMax,
          description: 'What people do afterwards; Order Completed with its revenue where it is left out.',
        },
      ),
    ),
    within: Type.Optional(durationSchema),
    samples: Type.Optional(Type.Integer({ minimum: 0, maximum: samplesMax })),
    order: Type.Optional(
      Type.Unsafe<'event_time' | 'arrival'>(
        Type.Union([Type.Literal('event_time'), Type.Literal('arrival')], {
          description: 'Each message when it happened (the default), or when it arrived.',
        }),
      ),
    ),
  },
  { additionalProperties: false },
);

const estimateSchema = Type.Object(
  { value: Type.Number(), low: Type.Number(), high: Type.Number() },
  { description: 'With its 95 % interval.' },
);
const countsSchema = Type.Record(Type.String(), Type.Integer());

const groupFields = {
  customers: Type.Number(),
  rate: Type.Optional(estimateSchema),
  mean: Type.Optional(estimateSchema),
};

const measureSchema = Type.Object({
  measure: Type.String(),
  entered: Type.Object(groupFields),
  others: Type.Object(groupFields, {
    description: 'Who existed at the same instants and was not in the segment: the mean over all entries.',
  }),
  rateDifference: Type.Optional(estimateSchema),
  meanDifference: Type.Optional(estimateSchema),
});

const trackSchema = Type.Object({
  title: Type.String(),
  size: Type.Integer({ description: 'Members when the period ended.' }),
  entered: Type.Integer(),
  exited: Type.Integer(),
  customersEntered: Type.Integer(),
  enteredBy: countsSchema,
  exitedBy: countsSchema,
  days: Type.Array(
    Type.Object({
      day: Type.String({ description: 'In the time zone of the workspace.' }),
      entered: Type.Integer(),
      exited: Type.Integer(),
      size: Type.Integer({ description: 'Members when the day ended.' }),
    }),
  ),
  afterwards: Type.Object({
    followed: Type.Integer({ description: 'Customers whose first entry could be followed to the end.' }),
    notFollowed: Type.Integer(),
    measures: Type.Array(measureSchema),
  }),
  sample: Type.Array(
    Type.Object({
      customer: Type.String(),
      at: instantSchema,
      cause: Type.String(),
      messageId: Type.Optional(Type.String()),
      why: Type.Optional(Type.Array(Type.String())),
      explanation: Type.Optional(
        Type.Unknown({ description: 'The same as data; left out where it would be too long.' }),
      ),
    }),
  ),
});

const overlapFields = { both: Type.Integer(), onlyDraft: Type.Integer(), onlyAgainst: Type.Integer() };
const onlySchema = Type.Array(Type.Object({ measure: Type.String(), ...groupFields }));
const namesSchema = Type.Array(Type.String());

export const backtestResultSchema: Type.TUnsafe<BacktestResult> = Type.Unsafe<BacktestResult>(
  Type.Object({
    from: instantSchema,
    to: Type.String({ description: 'The end of the period, or of what is known.' }),
    until: Type.String({ description: 'People were followed up to here.' }),
    withinMs: Type.Integer(),
    customers: Type.Integer(),
    parts: Type.Array(
      Type.Object({
        stage: Type.Optional(Type.String({ description: 'Of a lifecycle.' })),
        draft: Type.Optional(trackSchema),
        against: Type.Optional(trackSchema),
        sideBySide: Type.Optional(
          Type.Object({
            members: Type.Object({
              ...overlapFields,
              onlyDraftSample: namesSchema,
              onlyAgainstSample: namesSchema,
            }),
            entered: Type.Object(overlapFields),
            onlyDraft: onlySchema,
            onlyAgainst: onlySchema,
          }),
        ),
      }),
    ),
  }),
);

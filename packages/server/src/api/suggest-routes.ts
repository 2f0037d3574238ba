/** Suggestions over HTTP: another number for a rule, and stages of a lifecycle from the base's own habits. */

import Type from 'typebox';

import { readDraft } from '../backtest/ask-backtest.ts';
import { askLifecycle, askThreshold } from '../suggest/ask-suggestion.ts';
import type { LifecycleResult } from '../suggest/perform-lifecycle.ts';
import type { ThresholdResult } from '../suggest/perform-threshold.ts';
import { thresholdNumbers } from '../suggest/thresholds.ts';
import { addJobRoutes, createJob, readJob, type BacktestRoutesOptions } from './job-routes.ts';
import { durationSchema, nameSchema, ruleTextSchema, textMax, timeSchema } from './backtest-wire.ts';
import { asked, jobIdSchema, jobSchema, wireJob, type WireJob } from './job-wire.ts';
import type { ApiApp } from './parts.ts';
import { instantSchema } from './schemas.ts';

const tags = ['suggestions'];
const kinds = ['threshold', 'lifecycle'] as const;

export function suggestRoutes(app: ApiApp, options: BacktestRoutesOptions): void {
  addNumbers(app, options);
  addThreshold(app, options);
  addLifecycle(app, options);
  app.get(
    '/suggestions/:id',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSuggestion',
        tags,
        summary: 'A suggestion: how far it is, and when it is done, what it found.',
        params: jobIdSchema,
        response: { 200: Type.Object({ job: jobSchema, result: Type.Optional(resultSchema) }) },
      },
    },
    async ({ params: { id } }) =>
      (await readJob(options.jobs, kinds, id)) as {
        job: WireJob;
        result?: ThresholdResult | LifecycleResult;
      },
  );
  addJobRoutes(app, options, { path: '/suggestions', noun: 'Suggestion', tags, kinds });
}

const ruleFields = { rule: Type.Optional(ruleTextSchema), segment: Type.Optional(nameSchema) };

function addNumbers(app: ApiApp, { definitions }: BacktestRoutesOptions): void {
  app.post(
    '/suggestions/numbers',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'listRuleNumbers',
        tags,
        summary: 'The numbers of a rule, or of a segment in force, that others could be tried for.',
        body: Type.Object(ruleFields, { additionalProperties: false }),
        response: {
          200: Type.Object({
            numbers: Type.Array(
              Type.Object({
                number: Type.Integer({ description: 'From 1, as a suggestion is asked for.' }),
                text: Type.String(),
                condition: Type.String({ description: 'The condition that it stands in.' }),
              }),
            ),
          }),
        },
      },
    },
    ({ body }) => {
      const draft = asked(readDraft(definitions(), body));
      const rule = draft.definitions.segments.get(draft.name)?.rule;
      const numbers = rule === undefined ? [] : thresholdNumbers(rule);
      return { numbers: numbers.map(({ text, condition }, i) => ({ number: i + 1, text, condition })) };
    },
  );
}

function addThreshold(app: ApiApp, options: BacktestRoutesOptions): void {
  app.post(
    '/suggestions/threshold',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'suggestThreshold',
        tags,
        summary: 'Tries other numbers for one in a rule: size, precision and recall of each, and the knee.',
        body: Type.Object(
          {
            ...ruleFields,
            number: Type.Optional(
              Type.Integer({ minimum: 1, description: 'Which of the rule; the first where it is left out.' }),
            ),
            from: timeSchema,
            to: Type.Optional(timeSchema),
            within: Type.Optional(durationSchema),
            outcome: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: textMax,
                description: 'Order Completed where it is left out.',
              }),
            ),
            expects: Type.Optional(
              Type.Unsafe<'does' | 'does_not'>(
                Type.Union([Type.Literal('does'), Type.Literal('does_not')], {
                  description:
                    'Members are right where they do the outcome, or (the default) where they do not.',
                }),
              ),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 202: jobSchema },
      },
    },
    async (request, reply) => {
      const { definitions, timeZone, now } = options;
      const question = asked(askThreshold(definitions(), request.body, { timeZone, now: now() }));
      const job = await createJob(request, options, { kind: 'threshold', question }, question.title);
      return reply.code(202).send(wireJob(job, options.jobs));
    },
  );
}

function addLifecycle(app: ApiApp, options: BacktestRoutesOptions): void {
  app.post(
    '/suggestions/lifecycle',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'suggestLifecycle',
        tags,
        summary: 'Proposes stages of a lifecycle from how long people let pass between purchases.',
        body: Type.Object(
          {
            purchase: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: textMax,
                description: 'Order Completed where it is left out.',
              }),
            ),
            name: Type.Optional(nameSchema),
            returnWithin: Type.Optional(durationSchema),
            lostBelowPercent: Type.Optional(Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 100 })),
          },
          { additionalProperties: false },
        ),
        response: { 202: jobSchema },
      },
    },
    async (request, reply) => {
      const question = asked(askLifecycle(request.body, options));
      const job = await createJob(request, options, { kind: 'lifecycle', question }, question.name);
      return reply.code(202).send(wireJob(job, options.jobs));
    },
  );
}

const versionSchema = Type.Object({
  number: Type.String(),
  rule: Type.String(),
  current: Type.Boolean(),
  size: Type.Number({ description: 'Members per instant looked at.' }),
  share: Type.Number(),
  precision: Type.Optional(
    Type.Number({ description: 'Of the members, the share whose outcome was as expected.' }),
  ),
  recall: Type.Optional(
    Type.Number({ description: 'Of those with the expected outcome, the share that were members.' }),
  ),
});

const thresholdResultSchema = Type.Object({
  segment: Type.String(),
  condition: Type.String(),
  number: Type.String(),
  outcome: Type.String(),
  expects: Type.String(),
  withinMs: Type.Integer(),
  looks: Type.Array(instantSchema),
  customers: Type.Integer(),
  expected: Type.Integer(),
  versions: Type.Array(versionSchema),
  knee: Type.Optional(versionSchema),
});

const lifecycleResultSchema = Type.Object({
  purchase: Type.String(),
  from: Type.Optional(instantSchema),
  to: Type.Optional(instantSchema),
  customers: Type.Integer(),
  returning: Type.Integer(),
  gaps: Type.Integer(),
  gapPercentiles: Type.Array(
    Type.Object({ percent: Type.Integer(), gap: Type.String(), ms: Type.Integer() }),
  ),
  returnMs: Type.Integer(),
  returns: Type.Array(
    Type.Object({ silentFor: Type.String(), silences: Type.Integer(), returned: Type.Number() }),
  ),
  thresholds: Type.Optional(
    Type.Object({
      atRisk: Type.String(),
      lost: Type.String(),
      loyalOrders: Type.Integer(),
      why: Type.Array(Type.String()),
    }),
  ),
  yaml: Type.Optional(Type.String({ description: 'A definitions file.' })),
});

const resultSchema: Type.TUnsafe<ThresholdResult | LifecycleResult> = Type.Unsafe<
  ThresholdResult | LifecycleResult
>(Type.Union([thresholdResultSchema, lifecycleResultSchema]));

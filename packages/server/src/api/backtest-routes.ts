/** Backtests over HTTP: asked for, looked at while they run, cancelled, resumed, deleted. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import { askBacktest } from '../backtest/ask-backtest.ts';
import type { BacktestResult } from '../backtest/backtest-result.ts';
import type { Plugin } from '../http/parts.ts';
import { backtestBodySchema, backtestResultSchema } from './backtest-wire.ts';
import { addJobRoutes, createJob, readJob, type BacktestRoutesOptions } from './job-routes.ts';
import { asked, jobIdSchema, jobSchema, wireJob, type WireJob } from './job-wire.ts';
import { openStream } from './open-stream.ts';
import type { ApiApp } from './parts.ts';
import { suggestRoutes } from './suggest-routes.ts';

const tags = ['backtests'];
const bodyBytesMax = 8 * 1_048_576;

/** To be mounted with the prefix `/api`; suggestions are in it too. */
export function backtestRoutes(options: BacktestRoutesOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.addHook('onSend', (_request, reply, payload, done) => {
      void reply.header('cache-control', 'no-store');
      done(null, payload);
    });
    addCreate(app, options);
    addReading(app, options);
    addStream(app, options);
    addJobRoutes(app, options, {
      path: '/backtests',
      noun: 'Backtest',
      tags,
      kinds: ['backtest'],
    });
    suggestRoutes(app, options);
  };
}

function addCreate(app: ApiApp, options: BacktestRoutesOptions): void {
  app.post(
    '/backtests',
    {
      config: { access: 'marketer' },
      bodyLimit: bodyBytesMax,
      schema: {
        operationId: 'createBacktest',
        tags,
        summary: 'Starts a backtest: what a draft would have done over the past, beside what is in force.',
        body: backtestBodySchema,
        response: { 202: jobSchema },
      },
    },
    async (request, reply) => {
      const { title, ...wanted } = request.body;
      const { definitions, timeZone, now } = options;
      const question = asked(askBacktest(definitions(), wanted, { timeZone, now: now() }));
      const job = await createJob(
        request,
        options,
        { kind: 'backtest', question },
        title ?? question.draft.title,
      );
      return reply.code(202).send(wireJob(job, options.jobs));
    },
  );
}

function addReading(app: ApiApp, { jobs }: BacktestRoutesOptions): void {
  app.get(
    '/backtests/:id',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getBacktest',
        tags,
        summary: 'A backtest: how far it is, and when it is done, what it found.',
        params: jobIdSchema,
        response: { 200: Type.Object({ job: jobSchema, result: Type.Optional(backtestResultSchema) }) },
      },
    },
    async ({ params: { id } }) =>
      (await readJob(jobs, ['backtest'], id)) as { job: WireJob; result?: BacktestResult },
  );
}

function addStream(app: ApiApp, { streams }: BacktestRoutesOptions): void {
  app.get(
    '/jobs/stream',
    {
      config: { access: 'viewer' },
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamJobs',
        tags,
        summary:
          'Backtests and suggestions as server-sent events, {"jobs": […], "removed": [ids]}: all at once, then each that has changed and how far it is, twice a second at most.',
      },
    },
    (request, reply) => {
      openStream(streams, request, reply);
    },
  );
}

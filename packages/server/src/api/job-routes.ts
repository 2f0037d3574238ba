/** What routes of backtests and of suggestions share: jobs are made, listed, cancelled, resumed and deleted the same way. */

import type { FastifyRequest } from 'fastify';
import Type from 'typebox';

import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant, JsonObject } from '@segue/core/model/message.ts';

import type { Job, JobDesk, JobTask } from '../backtest/job.ts';
import type { AuditLog } from '../catalog/audit-log.ts';
import { actorOf } from '../catalog/catalog.ts';
import { principalOf } from './access.ts';
import type { JobStreams } from './job-streams.ts';
import { jobIdSchema, jobOf, jobSchema, wireJob, type WireJob } from './job-wire.ts';
import type { ApiApp } from './parts.ts';
import { notFound } from './problem.ts';
import { nothingSchema } from './schemas.ts';

export type BacktestRoutesOptions = {
  readonly jobs: JobDesk;
  readonly streams: JobStreams;
  readonly definitions: () => Definitions;
  readonly timeZone: string;
  readonly now: () => Instant;
  readonly audit: AuditLog;
};

/** The job, and its result where it is done. */
export async function readJob(
  jobs: JobDesk,
  kinds: readonly JobTask['kind'][],
  id: string,
): Promise<{ job: WireJob; result?: unknown }> {
  const job = findJob(jobs, kinds, id);
  const result = await jobs.result(id);
  return { job: wireJob(jobs.get(id) ?? job, jobs), ...(result === undefined ? {} : { result }) };
}

export async function createJob(
  request: FastifyRequest,
  { jobs, audit }: BacktestRoutesOptions,
  task: JobTask,
  title: string,
): Promise<Job> {
  const by = actorOf(principalOf(request));
  const job = jobOf(await jobs.create(task, title, by.name));
  await audit.record(by, `${task.kind}.created`, `job:${job.id}`, { title });
  return job;
}

export type JobRoutes = {
  readonly path: string;
  /** In names of operations. */
  readonly noun: string;
  readonly tags: string[];
  readonly kinds: readonly JobTask['kind'][];
};

/** List, cancel, resume and delete, which are the same for all kinds. */
export function addJobRoutes(app: ApiApp, options: BacktestRoutesOptions, routes: JobRoutes): void {
  const { jobs } = options;
  const { path, noun, tags: own, kinds } = routes;
  const word = noun.toLowerCase();
  app.get(
    path,
    {
      config: { access: 'viewer' },
      schema: {
        operationId: `list${noun}s`,
        tags: own,
        summary: `All ${word}s that are kept, the newest first.`,
        response: { 200: Type.Object({ items: Type.Array(jobSchema) }) },
      },
    },
    () => ({ items: jobs.list(kinds).map((job) => wireJob(job, jobs)) }),
  );
  const actions = [
    ['cancel', `Stops a ${word}; it can be resumed.`],
    ['resume', `Goes on with a ${word} that was cancelled or has failed.`],
  ] as const;
  for (const [action, summary] of actions) {
    app.post(
      `${path}/:id/${action}`,
      {
        config: { access: 'marketer' },
        schema: {
          operationId: `${action}${noun}`,
          tags: own,
          summary,
          params: jobIdSchema,
          response: { 200: jobSchema },
        },
      },
      async (request) => {
        const { id } = findJob(jobs, kinds, request.params.id);
        const job = jobOf(await jobs[action](id));
        await note(request, options, job, action === 'cancel' ? 'cancelled' : 'resumed');
        return wireJob(job, jobs);
      },
    );
  }
  app.delete(
    `${path}/:id`,
    {
      config: { access: 'marketer' },
      schema: {
        operationId: `remove${noun}`,
        tags: own,
        summary: `Deletes a ${word} and what it found; one that runs is stopped.`,
        params: jobIdSchema,
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const job = findJob(jobs, kinds, request.params.id);
      jobOf(await jobs.remove(job.id));
      await note(request, options, job, 'removed');
      return reply.code(204).send(null);
    },
  );
}

function findJob(jobs: JobDesk, kinds: readonly JobTask['kind'][], id: string): Job {
  const job = jobs.get(id);
  if (job !== undefined && kinds.includes(job.task.kind)) return job;
  throw notFound(
    'backtests/unknown',
    `There is no ${kinds.includes('backtest') ? 'backtest' : 'suggestion'} “${id.slice(0, 60)}”; it may have been deleted.`,
  );
}

async function note(
  request: FastifyRequest,
  { audit }: BacktestRoutesOptions,
  { id, task, title }: Job,
  what: string,
): Promise<void> {
  const details: JsonObject = { title };
  await audit.record(actorOf(principalOf(request)), `${task.kind}.${what}`, `job:${id}`, details);
}

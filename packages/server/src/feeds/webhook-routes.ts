/** Webhooks over the management API: where changes are sent to, what became of them, and sending them again. */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';

import type { Result } from '@segue/core/base/result.ts';
import type { Definitions } from '@segue/core/model/definitions.ts';
import type { Instant, JsonObject } from '@segue/core/model/message.ts';
import { didYouMean } from '@segue/core/rules/names.ts';
import type { FastifyRequest } from 'fastify';

import { keepPrivate, principalOf } from '../api/access.ts';
import type { Cursors } from '../api/cursors.ts';
import type { ApiApp } from '../api/parts.ts';
import { notFound, ProblemError, refused, shortened } from '../api/problem.ts';
import { nothingSchema, pageAnswer, pageQuerySchema, pageRequest, pageSchema } from '../api/schemas.ts';
import type { AuditLog } from '../catalog/audit-log.ts';
import { actorOf, type Refusal } from '../catalog/catalog.ts';
import type { Plugin } from '../http/parts.ts';
import type { Feed } from './feed.ts';
import { fromWireFilter, type WireFilter } from './feed-filter.ts';
import { type WebhookEndpoint, type WebhookEndpoints, webhookRefusals } from './webhook-endpoints.ts';
import { newWebhookId, newWebhookSecret } from './webhook-message.ts';
import {
  attemptSchema,
  newWebhookSchema,
  webhookChangeSchema,
  webhookSchema,
  wireAttempt,
  wireWebhook,
  type WireWebhook,
} from './webhook-schemas.ts';
import type { Deliveries } from './webhook-sender.ts';
import { readTarget } from './webhook-target.ts';

export type WebhookOptions = {
  readonly endpoints: WebhookEndpoints;
  readonly deliveries: Deliveries;
  readonly feed: Feed;
  /** Those in force. */
  readonly definitions: () => Pick<Definitions, 'segments' | 'lifecycles'>;
  readonly cursors: Cursors;
  /** Gets what is done to deliveries; what is done to the endpoints themselves it gets from the catalog. */
  readonly audit: Pick<AuditLog, 'record'>;
  readonly now: () => Instant;
  /** Addresses in private networks may be registered. */
  readonly allowPrivate: boolean;
};

/** How long the secret before goes on signing, if nothing else is said, and at most. */
const overlapSecondsDefault = 86_400;
const overlapSecondsMax: number = 7 * 86_400;
/** Secrets that sign side by side; when one more comes the oldest goes. */
const secretsMax = 3;

const tags = ['webhooks'];
const params = Type.Object({ id: Type.String({ maxLength: 100 }) });
const withSecretSchema = Type.Object({
  webhook: webhookSchema,
  secret: Type.String({ description: 'Signs what is sent; shown once.' }),
});

/** To be mounted with the prefix `/api`. */
export function webhookRoutes(options: WebhookOptions): Plugin {
  return (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    app.addHook('onSend', (_request, reply, payload, done) => {
      keepPrivate(reply);
      done(null, payload);
    });
    addReading(app, options);
    addCreating(app, options);
    addChanging(app, options);
    addSecrets(app, options);
    addSwitches(app, options);
    addSendingAgain(app, options);
  };
}

function addReading(app: ApiApp, options: WebhookOptions): void {
  app.get(
    '/webhooks',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'listWebhooks',
        tags,
        summary: 'Webhooks in the order in which they were made, with how far they have come.',
        response: { 200: Type.Object({ items: Type.Array(webhookSchema) }) },
      },
    },
    async () => {
      const endpoints = await options.endpoints.list();
      return { items: endpoints.map((endpoint) => wired(endpoint, options)) };
    },
  );
  app.get(
    '/webhooks/:id',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'getWebhook',
        tags,
        summary: 'One webhook.',
        params,
        response: { 200: webhookSchema },
      },
    },
    async ({ params: { id } }) => wired(await found(id, options), options),
  );
  app.get(
    '/webhooks/:id/deliveries',
    {
      config: { access: 'marketer' },
      schema: {
        operationId: 'listWebhookDeliveries',
        tags,
        summary: 'The latest attempts to deliver, newest first.',
        params,
        querystring: Type.Object(
          {
            ...pageQuerySchema.properties,
            seq: Type.Optional(Type.Integer({ minimum: 0, description: 'Only of this change.' })),
          },
          { additionalProperties: false },
        ),
        response: { 200: pageSchema(attemptSchema) },
      },
    },
    async ({ params: { id }, query }) => {
      await found(id, options);
      const list = `webhooks/${id}/deliveries?${query.seq ?? ''}`;
      const { limit, after } = pageRequest(query, list, options.cursors);
      const attempts = options.deliveries.attempts(id, {
        limit: limit + 1,
        ...(after === undefined ? {} : { before: after }),
        ...(query.seq === undefined ? {} : { seq: query.seq }),
      });
      const items = attempts.slice(0, limit);
      const next = attempts.length > limit ? items.at(-1)?.id : undefined;
      return pageAnswer({ items, next }, wireAttempt, list, options.cursors);
    },
  );
}

function addCreating(app: ApiApp, options: WebhookOptions): void {
  const { endpoints, feed, now, allowPrivate } = options;
  app.post(
    '/webhooks',
    {
      config: { access: 'admin', secretAnswer: true },
      schema: {
        operationId: 'createWebhook',
        tags,
        summary: 'Registers an address; it gets the changes from now on.',
        body: newWebhookSchema,
        response: { 201: withSecretSchema },
      },
    },
    async (request, reply) => {
      const { url, description = '', form = 'cloudevent', filter = {} } = request.body;
      const secret = newWebhookSecret();
      refuseUnknownNames(options, filter, {});
      const endpoint: WebhookEndpoint = {
        id: newWebhookId(),
        url: target(url, allowPrivate),
        description,
        form,
        filter: fromWireFilter(filter),
        secrets: [{ text: secret }],
        state: { kind: 'active' },
        createdAt: now(),
        from: feed.next,
      };
      const created = done(await endpoints.create(endpoint, actorOf(principalOf(request))));
      return reply.code(201).send({ webhook: wired(created, options), secret });
    },
  );
}

/**
 * Names that nothing in force has: nobody looks at a webhook that sends nothing, so a slip is said at once. What the webhook named
 * before may stay, as a segment may be away for a while.
 */
function refuseUnknownNames(
  { definitions }: WebhookOptions,
  filter: WireFilter,
  before: Pick<WireFilter, 'segments' | 'lifecycles'>,
): void {
  const inForce = definitions();
  for (const kind of ['segments', 'lifecycles'] as const) {
    for (const name of filter[kind] ?? []) {
      if (inForce[kind].has(name) || before[kind]?.includes(name) === true) continue;
      throw new ProblemError(
        400,
        'webhooks/filter',
        `There is no ${kind === 'segments' ? 'segment' : 'lifecycle'} “${shortened(name)}”.${didYouMean(name, inForce[kind].keys())} Define it first, or leave it out of the filter.`,
      );
    }
  }
}

function addChanging(app: ApiApp, options: WebhookOptions): void {
  const { endpoints, allowPrivate } = options;
  app.patch(
    '/webhooks/:id',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'changeWebhook',
        tags,
        summary:
          'Changes fields of a webhook; what waits already is sent in the new form to the new address.',
        params,
        body: webhookChangeSchema,
        response: { 200: webhookSchema },
      },
    },
    async (request) => {
      const { url, filter, ...rest } = request.body;
      const before = await endpoints.get(request.params.id);
      if (filter !== undefined) refuseUnknownNames(options, filter, before?.filter ?? {});
      const change = {
        ...rest,
        ...(url === undefined ? {} : { url: target(url, allowPrivate) }),
        ...(filter === undefined ? {} : { filter: fromWireFilter(filter) }),
      };
      const by = actorOf(principalOf(request));
      return wired(done(await endpoints.update(request.params.id, change, by)), options);
    },
  );
  app.delete(
    '/webhooks/:id',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'removeWebhook',
        tags,
        summary: 'Removes a webhook with all that waits for it and its past.',
        params,
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      done(await endpoints.remove(request.params.id, actorOf(principalOf(request))));
      return reply.code(204).send(null);
    },
  );
}

function addSecrets(app: ApiApp, options: WebhookOptions): void {
  const { endpoints, now } = options;
  app.post(
    '/webhooks/:id/rotate-secret',
    {
      config: { access: 'admin', secretAnswer: true },
      schema: {
        operationId: 'rotateWebhookSecret',
        tags,
        summary: 'A new secret; the one before signs beside it for a while.',
        params,
        body: Type.Object(
          {
            overlapSeconds: Type.Optional(
              Type.Integer({
                minimum: 0,
                maximum: overlapSecondsMax,
                description: 'How long the secret before goes on signing; a day if left out.',
              }),
            ),
          },
          { additionalProperties: false },
        ),
        response: { 200: withSecretSchema },
      },
    },
    async (request) => {
      const { overlapSeconds = overlapSecondsDefault } = request.body;
      const { id } = request.params;
      const at = now();
      const ends = at + overlapSeconds * 1000;
      const secret = newWebhookSecret();
      const before = (await found(id, options)).secrets
        .map(({ text, validUntil = ends }) => ({ text, validUntil: Math.min(validUntil, ends) }))
        .filter(({ validUntil }) => validUntil > at);
      const secrets = [{ text: secret }, ...before].slice(0, secretsMax);
      const rotated = done(await endpoints.update(id, { secrets }, actorOf(principalOf(request))));
      return { webhook: wired(rotated, options), secret };
    },
  );
}

function addSwitches(app: ApiApp, options: WebhookOptions): void {
  const { endpoints, deliveries, now } = options;
  app.post(
    '/webhooks/:id/disable',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'disableWebhook',
        tags,
        summary: 'Sends nothing more until it is enabled; what waits is kept.',
        params,
        response: { 200: webhookSchema },
      },
    },
    async (request) => {
      const state = { kind: 'disabled', reason: 'by_hand', since: now() } as const;
      const by = actorOf(principalOf(request));
      return wired(done(await endpoints.update(request.params.id, { state }, by)), options);
    },
  );
  app.post(
    '/webhooks/:id/enable',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'enableWebhook',
        tags,
        summary: 'Sends again, from where it stopped; to leave out what has come meanwhile, skip first.',
        params,
        response: { 200: webhookSchema },
      },
    },
    async (request) => {
      const by = actorOf(principalOf(request));
      const enabled = await endpoints.update(request.params.id, { state: { kind: 'active' } }, by);
      return wired(done(enabled), options);
    },
  );
  app.post(
    '/webhooks/:id/skip',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'skipWebhook',
        tags,
        summary: 'Leaves out everything until now: what waits, and what has not been looked at.',
        params,
        response: { 200: webhookSchema },
      },
    },
    async (request) => {
      const { id } = request.params;
      const endpoint = await found(id, options);
      const { position, waiting = 0 } = deliveries.standing(id) ?? {};
      await note(request, options, 'webhook.skipped', { from: position ?? null, waiting });
      deliveries.skipToEnd(id);
      return wired(endpoint, options);
    },
  );
}

function addSendingAgain(app: ApiApp, options: WebhookOptions): void {
  const { deliveries } = options;
  app.post(
    '/webhooks/:id/replay',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'replayWebhook',
        tags,
        summary: 'Sends one change again, or all from one on, with the ids they had.',
        params,
        body: Type.Object(
          {
            seq: Type.Optional(Type.Integer({ minimum: 0, description: 'Number of the one change.' })),
            from: Type.Optional(Type.Integer({ minimum: 0, description: 'Number of the first of all.' })),
          },
          { additionalProperties: false },
        ),
        response: { 202: webhookSchema },
      },
    },
    async (request, reply) => {
      const { seq, from } = request.body;
      const { id } = request.params;
      const endpoint = await found(id, options);
      if (seq !== undefined && from === undefined) done(deliveries.replay(id, seq));
      else if (from !== undefined && seq === undefined) done(deliveries.replayFrom(id, from));
      else {
        throw new ProblemError(
          400,
          'webhooks/replay',
          'What is to be sent again is not clear; expected either “seq” or “from”.',
        );
      }
      await note(request, options, 'webhook.replayed', seq === undefined ? { from: from ?? null } : { seq });
      return reply.code(202).send(wired(endpoint, options));
    },
  );
  app.post(
    '/webhooks/:id/test',
    {
      config: { access: 'admin' },
      schema: {
        operationId: 'testWebhook',
        tags,
        summary: 'Sends a made-up change now, once, and answers with what became of it.',
        params,
        response: { 200: attemptSchema },
      },
    },
    async (request) => {
      const endpoint = await found(request.params.id, options);
      await note(request, options, 'webhook.tested', {});
      return wireAttempt(await deliveries.test(endpoint));
    },
  );
}

/** Writes down who did what to the deliveries of an endpoint. */
function note(
  request: FastifyRequest<{ Params: { id: string } }>,
  { audit }: WebhookOptions,
  action: 'webhook.skipped' | 'webhook.replayed' | 'webhook.tested',
  details: JsonObject,
): Promise<void> {
  return audit.record(actorOf(principalOf(request)), action, `webhook:${request.params.id}`, details);
}

async function found(id: string, { endpoints }: WebhookOptions): Promise<WebhookEndpoint> {
  const endpoint = await endpoints.get(id);
  if (endpoint === undefined) throw notFound('webhooks/unknown', webhookRefusals.unknown(id).message);
  return endpoint;
}

function wired(endpoint: WebhookEndpoint, { deliveries }: WebhookOptions): WireWebhook {
  return wireWebhook(endpoint, deliveries.standing(endpoint.id));
}

function target(text: string, allowPrivate: boolean): string {
  const read = readTarget(text, allowPrivate);
  if (!read.ok) throw new ProblemError(400, read.error.code, read.error.message);
  return read.value;
}

function done<T>(result: Result<T, Refusal>): T {
  if (!result.ok) throw refused(result.error);
  return result.value;
}

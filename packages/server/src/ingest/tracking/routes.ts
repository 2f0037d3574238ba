/**
 * The tracking API: Segment's paths, long and short, RudderStack's beacon and Jitsu's paths, the settings that analytics.js
 * loads, and the import of history. What a path takes is the table below; what happens to it is in calls.ts and import.ts.
 *
 * Bodies are JSON whatever their content type says: browsers send text/plain to be spared a preflight request. Any page
 * may send, without credentials, and read the answer; only the import, which needs a secret key, is not for pages.
 */

import type { Readable } from 'node:stream';
import { performance } from 'node:perf_hooks';

import type { MessageKind } from '@segue/core/model/message.ts';
import type { InstantReader } from '@segue/core/model/parse-message.ts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Grants } from '../../catalog/grants.ts';
import type { Quarantine } from '../../log/quarantine.ts';
import type { Intake } from '../../runtime/intake.ts';
import { answerCall, type CallRequest, type CallsDoor, type CallShape } from './calls.ts';
import { importMessages, type ImportEnd } from './import.ts';
import { keyOfHeaders, noKey, senderOf, senderOfPrincipal, type Sender } from './keys.ts';
import { trackingLimits, type TrackingLimits } from './limits.ts';
import { MessageIds } from './message-ids.ts';
import { noTrackingMetrics, type TrackingMetrics } from './metrics.ts';
import { RateLimit } from './rate-limit.ts';
import { BodyReader, discardBody } from './read-body.ts';
import { closedRefusal, refusal, sendRefusal, type Refusal } from './refusal.ts';
import { addressOfRequest, addressOfUrl, analyticsSettings } from './settings.ts';

export type TrackingOptions = {
  readonly intake: Intake;
  readonly quarantine: Quarantine;
  readonly grants: Grants;
  /** The workspace's `Zone`: times without an offset are read in it. */
  readonly zone: InstantReader;
  readonly limits?: Partial<TrackingLimits>;
  readonly metrics?: TrackingMetrics;
  /** Where browsers reach this server, e.g. `https://events.example.com`; else what the request says. */
  readonly publicUrl?: string;
  /** A clock for rates that never goes back, in milliseconds. */
  readonly monotonicMs?: () => number;
};

const kinds: readonly MessageKind[] = ['identify', 'track', 'page', 'screen', 'group', 'alias'];

/** Every path that takes messages, and what it takes. */
export const trackingPaths: ReadonlyMap<string, CallShape> = new Map<string, CallShape>([
  ...kinds.flatMap((type) => {
    const shape = { kind: 'call', type } as const;
    return [
      [`/v1/${type}`, shape],
      [`/v1/${type.charAt(0)}`, shape],
      [`/api/s/${type}`, shape],
      [`/api/s/s2s/${type}`, shape],
    ] as const;
  }),
  ['/api/s/event', { kind: 'call', type: undefined }],
  ['/api/s/s2s/event', { kind: 'call', type: undefined }],
  ['/v1/batch', { kind: 'batch' }],
  ['/v1/b', { kind: 'batch' }],
  ['/beacon/v1/batch', { kind: 'batch' }],
  ['/api/s/batch', { kind: 'batch' }],
  ['/api/s/s2s/batch', { kind: 'batch' }],
]);

/** A Fastify plugin. Throws TypeError for a public address that is none. */
export async function trackingRoutes(app: FastifyInstance, options: TrackingOptions): Promise<void> {
  const limits: TrackingLimits = { ...trackingLimits, ...options.limits };
  const nowMs = options.monotonicMs ?? (() => performance.now());
  const { intake, quarantine, grants, zone } = options;
  const door: CallsDoor = {
    intake,
    quarantine,
    grants,
    zone,
    limits,
    metrics: options.metrics ?? noTrackingMetrics,
    log: app.log,
    ids: new MessageIds(() => intake.now()),
    keyRate: new RateLimit(limits.keyMessagesPerSecond, nowMs),
    addressRate: new RateLimit(limits.addressMessagesPerSecond, nowMs),
  };
  const publicAddress = options.publicUrl === undefined ? undefined : addressOfUrl(options.publicUrl);

  await app.register((pages, _, done) => {
    openToPages(pages);
    refuseInOurWords(pages, door.metrics);
    readBodies(pages, limits);
    for (const [path, shape] of trackingPaths) {
      pages.post(path, { config: { access: 'send' } }, (request, reply) =>
        answerCall(door, shape, request as CallRequest, reply),
      );
    }
    // Figures of Segment's library about itself.
    pages.post('/v1/m', { config: { access: 'open' } }, (_request, reply) => reply.send({ success: true }));
    pages.get('/v1/projects/:writeKey/settings', { config: { access: 'open' } }, (request, reply) =>
      answerSettings(grants, publicAddress, request, reply),
    );
    done();
  });
  await app.register((imports, _, done) => {
    refuseInOurWords(imports, door.metrics);
    imports.removeAllContentTypeParsers();
    imports.addContentTypeParser('*', (_request, payload, parsed) => {
      parsed(null, payload);
    });
    let underWay = 0;
    imports.post('/v1/import', { config: { access: 'marketer', longBody: true } }, async (request, reply) => {
      if (underWay >= limits.importsMax) return refuseImport(door, request, reply, tooManyImports);
      underWay += 1;
      try {
        return await answerImport(door, request, reply);
      } finally {
        underWay -= 1;
      }
    });
    done();
  });
}

/** CORS: any origin, no credentials. What a preflight asks for is allowed, as nothing rests on headers of browsers. */
function openToPages(app: FastifyInstance): void {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('access-control-allow-origin', '*');
    void reply.header('access-control-expose-headers', 'Retry-After');
    done();
  });
  const paths = [...trackingPaths.keys(), '/v1/m', '/v1/projects/:writeKey/settings'];
  for (const path of paths) {
    app.options(path, { config: { access: 'open' } }, (request, reply) => {
      const asked = request.headers['access-control-request-headers'] ?? '';
      const headers = /^[\w!#$%&'*+.^`|~ ,-]{1,1000}$/.test(asked)
        ? asked
        : 'Authorization, Content-Type, Content-Encoding, X-Write-Key, AnonymousId';
      void reply.header('access-control-allow-methods', 'GET, POST, OPTIONS');
      void reply.header('access-control-allow-headers', headers);
      void reply.header('access-control-max-age', '86400');
      void reply.header('vary', 'Access-Control-Request-Headers');
      return reply.code(204).send();
    });
  }
}

function readBodies(app: FastifyInstance, limits: TrackingLimits): void {
  const reader = new BodyReader(limits);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, parsed) => {
    reader.read(payload, request.headers['content-length'], (body) => {
      parsed(null, body);
    });
  });
}

/** What Fastify itself refuses in a request, such as a Content-Type that is none; anything else is the app's to say. */
function refuseInOurWords(app: FastifyInstance, metrics: TrackingMetrics): void {
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error.statusCode !== 415) throw error;
    const message =
      'The Content-Type of the request is no media type; expected application/json or text/plain.';
    const why = refusal(415, 'tracking/content-type', message);
    metrics.refused(why.code, 1);
    return sendRefusal(reply, why);
  });
}

function answerSettings(
  grants: Grants,
  publicAddress: ReturnType<typeof addressOfRequest>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { writeKey } = request.params as { readonly writeKey: string };
  if (grants.ofKey(writeKey)?.kind !== 'write_key') {
    return sendRefusal(
      reply,
      refusal(
        404,
        'tracking/unknown-source',
        'There is no source with this write key; copy it from the settings.',
      ),
    );
  }
  const address = publicAddress ?? addressOfRequest(request.protocol, request.host);
  if (address === undefined) {
    const message = 'The Host header of the request is no host; expected the name this server is reached by.';
    return sendRefusal(reply, refusal(400, 'tracking/host', message));
  }
  return reply
    .header('cache-control', 'public, max-age=120')
    .type('application/json; charset=utf-8')
    .send(analyticsSettings(writeKey, address));
}

async function answerImport(
  door: CallsDoor,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const sender = importerOf(door.grants, request);
  if ('status' in sender) return refuseImport(door, request, reply, sender);
  const { closed } = door.intake;
  if (closed !== undefined) return refuseImport(door, request, reply, closedRefusal(closed));
  const payload = request.body as Readable | undefined;
  if (payload === undefined) {
    const message = 'The import has no body; expected one message as JSON on each line, plain or as gzip.';
    return refuseImport(door, request, reply, refusal(400, 'tracking/empty', message));
  }
  const end = await importMessages(door, sender, payload, request.headers['content-encoding']);
  // Nobody is there to answer.
  if (end === undefined) return reply.hijack();
  const why = end.stopped ?? noneAccepted(end);
  if (why !== undefined) return refuseImport(door, request, reply, { ...why, details: end.counts });
  return reply.type('application/json; charset=utf-8').send(JSON.stringify({ success: true, ...end.counts }));
}

function noneAccepted({ counts }: ImportEnd): Refusal | undefined {
  const first = counts.refused[0];
  if (counts.accepted > 0 || first === undefined) return undefined;
  const message = `None of the ${counts.refusedCount} lines was accepted; line ${first.line}: ${first.message}`;
  return refusal(400, 'tracking/none-accepted', message);
}

/** Whoever the app has found, else the key's owner; history is not for public keys. */
function importerOf(grants: Grants, request: FastifyRequest): Sender | Refusal {
  const { principal } = request;
  const sent = keyOfHeaders(request.headers);
  let sender: ReturnType<typeof senderOf> | undefined;
  if (principal !== undefined) sender = senderOfPrincipal(principal);
  else if (sent !== undefined) sender = senderOf(sent, grants);
  if (sender === undefined) return noKey;
  if (!sender.ok) return sender.error;
  if (sender.value.trusted) return sender.value;
  const message =
    'A write key is public and cannot import; expected a server key of the role marketer or admin as the user name of ' +
    'Basic authorization.';
  return refusal(403, 'tracking/import-key', message);
}

async function refuseImport(
  door: CallsDoor,
  request: FastifyRequest,
  reply: FastifyReply,
  why: Refusal,
): Promise<FastifyReply> {
  door.metrics.refused(why.code, 1);
  if (why.closes === true) return sendRefusal(reply, why);
  await discardBody(request.raw, door.limits.bodyDiscardedBytesMax, 1000);
  return sendRefusal(reply, request.raw.complete ? why : { ...why, closes: true });
}

const tooManyImports: Refusal = {
  status: 429,
  code: 'tracking/too-many-imports',
  message: 'As many imports as run at once are under way; send it again when one has ended.',
  retryAfterSeconds: 10,
};

/**
 * The HTTP app: what every request passes, whatever its route. Routes come as plugins and know nothing of each other.
 *
 * A request passes: limits of the connection, its id, the headers of every answer, the refusal while stopping, access
 * (given, and registered before every route, so that no route exists without a word on who may use it), the wait for the
 * engine where it reads, its plugin. Then it is counted and, if wanted, logged. Errors and unknown routes go to the frame's
 * handlers, as problems (RFC 9457).
 */

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

import createFastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyRegisterOptions,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import asPartOfRoot from 'fastify-plugin';

import type { Settings } from '../config/settings.ts';
import { Connections, connectionsCheckMs } from './connections.ts';
import type { ProcessLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import { operationRoutes } from './operation-routes.ts';
import type { Frame, Mounted, NotReady, Readiness } from './parts.ts';
import { problemType, refusalBody, refusals, retryAfterStopSeconds } from './refusals.ts';
import { RequestLog } from './request-log.ts';
import { crossOriginHeaders, securityHeaders } from './security-headers.ts';

export type AppSettings = Pick<Settings, 'publicUrl' | 'trustProxy' | 'limits' | 'metrics' | 'log'>;

export type AppParts = {
  readonly settings: AppSettings;
  readonly log: ProcessLog;
  readonly metrics: Metrics;
  readonly frame: Frame;
  /** In the order in which they are registered. */
  readonly plugins: readonly Mounted[];
  readonly ready: () => Readiness;
  /** As of `RunningService`. */
  readonly caughtUp?: () => Promise<void> | undefined;
  readonly settled?: () => Promise<void> | undefined;
};

export type App = {
  /** Not listening, nothing awaited yet. */
  readonly fastify: FastifyInstance;
  /**
   * Takes no more connections and requests, ends idle ones and streams, waits for requests under way; when `signal` aborts
   * those are cut off.
   */
  close(signal: AbortSignal): Promise<void>;
};

/** Characters of one parameter of a path, such as an identifier. */
const pathParameterCharactersMax = 1_024;

export function createApp(parts: AppParts): App {
  const { settings, metrics } = parts;
  const connections = new Connections();
  const fastify = createServer(parts, connections);
  connections.watch(fastify.server, settings.limits.connections, () => {
    metrics.connectionDropped();
  });
  const stopping = { since: undefined as number | undefined };
  addHooks(fastify, parts, connections, stopping);
  readWhatIsDurable(fastify, parts);
  mount(fastify, parts, () => (stopping.since === undefined ? parts.ready() : isStopping));
  return {
    fastify,
    close: async (signal) => {
      stopping.since = Date.now();
      const cutOff = (): void => {
        connections.cutOff();
      };
      signal.addEventListener('abort', cutOff, { once: true });
      const closed = fastify.close();
      if (signal.aborted) cutOff();
      await closed;
      signal.removeEventListener('abort', cutOff);
    },
  };
}

const notReady: NotReady = { code: refusals.stopping.code, message: 'The server is stopping.' };
const isStopping: Readiness = { ok: false, reasons: [notReady] };

function createServer(parts: AppParts, connections: Connections): FastifyInstance {
  const { settings, log, frame } = parts;
  const { limits, trustProxy } = settings;
  const headers = securityHeaders(settings.publicUrl);
  return createFastify<Server, IncomingMessage, ServerResponse>({
    http: {
      headersTimeout: Math.min(limits.headersMs, limits.requestMs),
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: Math.min(connectionsCheckMs, limits.headersMs),
    },
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.idleMs,
    keepAliveTimeout: limits.idleMs,
    bodyLimit: limits.bodyBytes,
    // Routes have their own validation (api/validation.ts); the framework's takes a tenth of a start to load.
    schemaController: { compilersFactory: { buildValidator: noCompiler, buildSerializer: noCompiler } },
    // Refused by a hook instead, as a problem and with `Retry-After`.
    return503OnClosing: false,
    ...(trustProxy.length === 0 ? {} : { trustProxy }),
    genReqId: requestIds(trustProxy.length > 0),
    loggerInstance: log,
    logController: new RequestLog(log, settings.log.addresses),
    routerOptions: { maxParamLength: pathParameterCharactersMax, caseSensitive: true },
    clientErrorHandler: (error, socket) => {
      connections.refuse(error, socket);
    },
    // Paths that no router can read; hooks do not see them.
    frameworkErrors: (error, request, reply) => {
      void reply.headers(headers).header('x-request-id', request.id);
      void frame.onError(error, request, reply);
    },
  });
}

function noCompiler(): never {
  throw new Error('a route with a schema and no validation of its own');
}

/** Ids that tell processes and requests apart; behind a trusted proxy the proxy's own, where it is a plain one. */
function requestIds(fromProxy: boolean): (request: IncomingMessage) => string {
  const prefix = randomBytes(4).toString('hex');
  let n = 0;
  return (request) => {
    const given = fromProxy ? request.headers['x-request-id'] : undefined;
    if (typeof given === 'string' && /^[\w-]{8,64}$/.test(given)) return given;
    return `${prefix}-${(n++).toString(36)}`;
  };
}

function addHooks(
  fastify: FastifyInstance,
  { settings, metrics }: AppParts,
  connections: Connections,
  stopping: { readonly since: number | undefined },
): void {
  const headers = Object.entries(securityHeaders(settings.publicUrl));
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = reply;
    for (const [name, value] of headers) raw.setHeader(name, value);
    raw.setHeader('x-request-id', request.id);
    if (request.routeOptions.config.longBody === true) connections.allowLongBody(request.raw);
    // Probes are still answered: that is how a balancer learns of the stop.
    if (stopping.since === undefined || isProbe(request.routeOptions.url)) {
      done();
      return;
    }
    void reply.send(saysStopping(reply));
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime);
    done();
  });
}

/**
 * Who has an acknowledgement in hand reads what it acknowledged, also where the engine is behind the log; and nobody is
 * answered with what the engine has taken before it was durable, as a handler that waited for something may have seen.
 */
function readWhatIsDurable(fastify: FastifyInstance, { caughtUp, settled }: AppParts): void {
  const reads = ({ routeOptions: { config } }: FastifyRequest): boolean =>
    config.access !== 'open' && config.access !== 'send';
  fastify.addHook('preHandler', (request, reply, done) => {
    after(
      reads(request) ? caughtUp?.() : undefined,
      () => {
        done();
      },
      () => {
        void reply.send(saysStopping(reply));
      },
    );
  });
  fastify.addHook('onSend', (request, reply, payload, done) => {
    after(
      reads(request) ? settled?.() : undefined,
      () => {
        done(null, payload);
      },
      () => {
        done(null, saysStopping(reply));
      },
    );
  });
}

/** At once where nothing is waited for. */
function after(waiting: Promise<void> | undefined, go: () => void, refuse: () => void): void {
  if (waiting === undefined) go();
  else void waiting.then(go, refuse);
}

/** Makes an answer say that the service stops; returns its body. */
function saysStopping(reply: FastifyReply): string {
  const { status } = refusals.stopping;
  void reply.code(status).header('retry-after', String(retryAfterStopSeconds)).type(problemType);
  return refusalBody(refusals.stopping);
}

function isProbe(route: string | undefined): boolean {
  return route === '/health' || route === '/ready';
}

function mount(fastify: FastifyInstance, parts: AppParts, ready: () => Readiness): void {
  const { frame, metrics, settings } = parts;
  fastify.setErrorHandler<FastifyError>((error, request, reply) => frame.onError(error, request, reply));
  fastify.setNotFoundHandler((request, reply) => frame.onNotFound(request, reply));
  fastify.register(asPartOfRoot(async (app) => frame.access(app)));
  const metricsAccess = settings.metrics.access;
  fastify.register(async (app) => operationRoutes({ ready, metrics, metricsAccess })(app));
  for (const { plugin, prefix, crossOrigin } of parts.plugins) {
    const options: FastifyRegisterOptions<object> = prefix === undefined ? {} : { prefix };
    fastify.register(async (app) => {
      if (crossOrigin === true) {
        app.addHook('onRequest', (_request, reply, done) => {
          for (const [name, value] of Object.entries(crossOriginHeaders)) reply.raw.setHeader(name, value);
          done();
        });
      }
      await plugin(app);
    }, options);
  }
}

/**
 * Live changes: as server-sent events, and over a WebSocket, with the same filters and the same way to go on after a break.
 *
 *     GET  /v1/stream                  server-sent events
 *     GET  /v1/stream/ws               WebSocket, with a key or a session
 *     POST /v1/stream/tickets          a ticket for a page, which cannot set headers
 *     GET  /v1/stream/ws/by-ticket     WebSocket, with a ticket
 */

import type { IncomingMessage, Server } from 'node:http';

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket, { type WebSocket } from '@fastify/websocket';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';

import type { Instant } from '@segue/core/model/message.ts';

import { principalOf } from '../api/access.ts';
import { ProblemError } from '../api/problem.ts';
import type { ApiApp } from '../api/parts.ts';
import type { Refusal } from '../catalog/catalog.ts';
import type { Principal, StandingGrants } from '../catalog/grants.ts';
import type { Plugin } from '../http/parts.ts';
import type { Feed } from './feed.ts';
import type { LiveMessages } from './live-messages.ts';
import type { LiveSizes } from './live-sizes.ts';
import { OpenStreams, streamLimits, type StreamLimits } from './open-streams.ts';
import { SseSink } from './sse-sink.ts';
import { StreamReader } from './stream-reader.ts';
import {
  eventsQuerySchema,
  type FindProfile,
  readStreamQuery,
  readSubscribeFrame,
  streamQuerySchema,
  type StreamQuery,
  type StreamRequest,
  type StreamWorld,
} from './stream-request.ts';
import { StreamTickets, ticketLifetimeMs } from './stream-tickets.ts';
import { WebSocketSink } from './websocket-sink.ts';

export type StreamOptions = {
  readonly feed: Feed;
  readonly findProfile: FindProfile;
  readonly now: () => Instant;
  readonly limits?: Partial<StreamLimits>;
  /** Who may still read; a stream of somebody who may not ends at once, or where nobody says so with the next heartbeat. */
  readonly grants?: Pick<StandingGrants, 'isCurrent' | 'watch'>;
  /** What is told beside changes to those who ask for it. */
  readonly beside?: { readonly sizes: LiveSizes; readonly messages: LiveMessages };
  /** Is told a way to ask how many streams are open. */
  readonly watch?: (count: () => number) => void;
};

type StreamParts = {
  readonly options: StreamOptions;
  readonly limits: StreamLimits;
  readonly streams: OpenStreams;
  readonly tickets: StreamTickets;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before a stream begins: what it is to bring. */
    streamRequest?: StreamRequest;
  }
}

/** Bytes of one frame from a reader. */
const frameBytesMax = 65_536;
/** Frames from a reader between two heartbeats. */
const framesPerBeatMax = 30;

const webSocketPath = '/v1/stream/ws';
const ticketPath = '/v1/stream/ws/by-ticket';
const webSocketPaths: ReadonlySet<string> = new Set([webSocketPath, ticketPath]);

const tags = ['streams'];

export function streamRoutes(options: StreamOptions): Plugin {
  return async (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    const limits = { ...streamLimits, ...options.limits };
    const { grants } = options;
    const streams = new OpenStreams(limits, (principal) => grants?.isCurrent(principal) ?? true);
    const stopWatching = grants?.watch(() => {
      streams.lookAtGrants();
    });
    app.addHook('preClose', (done) => {
      options.beside?.sizes.stop();
      options.beside?.messages.stop();
      done();
    });
    app.addHook('onClose', (_app, done) => {
      stopWatching?.();
      done();
    });
    const parts = { options, limits, streams, tickets: new StreamTickets(options.now) };
    options.watch?.(() => streams.count);
    app.decorateRequest('streamRequest');
    await app.register(websocket, {
      options: { maxPayload: frameBytesMax },
      // What a reader does wrong with its connection ends it; it is not an error of ours.
      errorHandler: (_error, socket) => {
        socket.terminate();
      },
      preClose: (done) => {
        streams.stop();
        app.websocketServer.close();
        done();
      },
    });
    guardUpgrades(app);
    addServerSentEvents(app, parts);
    addTickets(app, parts);
    addWebSockets(app, parts);
  };
}

/**
 * Node hands over every connection that asks for an upgrade, whatever it asks for and wherever, once somebody listens; and
 * one that is then refused stays open, with nobody who looks after it. So here only the WebSockets' paths upgrade, all else
 * (`curl --http2` sends such a header with everything) is an ordinary request, and what is refused is closed.
 */
function guardUpgrades(app: ApiApp): void {
  const upgrading = new WeakSet<IncomingMessage>();
  const server = app.server as Server & { shouldUpgradeCallback?: (request: IncomingMessage) => boolean };
  server.shouldUpgradeCallback = (request) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const isOurs = webSocketPaths.has(path) && request.headers.upgrade?.toLowerCase() === 'websocket';
    if (isOurs) upgrading.add(request);
    return isOurs;
  };
  app.addHook('onResponse', ({ raw }, _reply, done) => {
    if (upgrading.has(raw)) raw.socket.destroySoon();
    done();
  });
}

function addServerSentEvents(app: ApiApp, parts: StreamParts): void {
  app.get(
    '/v1/stream',
    {
      config: { access: 'viewer' },
      exposeHeadRoute: false,
      schema: {
        operationId: 'streamChanges',
        tags,
        summary: 'Changes as they happen, as server-sent events; Last-Event-ID goes on after a break.',
        querystring: eventsQuerySchema,
      },
      preHandler: (request, _reply, done) => {
        const { 'last-event-id': lastEventId } = request.headers;
        const text = Array.isArray(lastEventId) ? lastEventId.join() : lastEventId;
        admit(request, principalOf(request), request.query, text, parts);
        done();
      },
    },
    (request, reply) => {
      openServerSentEvents(request, reply, parts, request.query);
    },
  );
}

function openServerSentEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  { options, limits, streams }: StreamParts,
  { sizes = false, messages = false }: { readonly sizes?: boolean; readonly messages?: boolean },
): void {
  const { feed, beside } = options;
  const wanted = request.streamRequest ?? { selection: { filter: {} } };
  const from = wanted.from ?? feed.next;
  // From here on the connection is ours; what hooks have set so far is kept.
  reply.hijack();
  const { raw } = reply;
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined && !raw.headersSent) raw.setHeader(name, value);
  }
  const { bufferBytesMax, lastWordsMs } = limits;
  const onTaken = (): void => {
    reader.taken();
  };
  const sink = new SseSink(raw, from, { onTaken, lastWordsMs });
  const reader = new StreamReader(feed, sink, { ...wanted, from, bufferBytesMax });
  const leave = streams.hold({ principal: principalOf(request), reader, sink });
  const tell = (event: 'sizes' | 'messages') => (json: string) => {
    if (sink.waitingBytes > bufferBytesMax) return false;
    sink.beside(event, json);
    return true;
  };
  const silences = [
    sizes ? beside?.sizes.listen(tell('sizes')) : undefined,
    messages ? beside?.messages.listen(tell('messages')) : undefined,
  ];
  const release = (): void => {
    leave();
    for (const silence of silences) silence?.();
  };
  raw.on('error', release);
  raw.on('close', release);
  // It may have gone before anybody listened.
  if (raw.destroyed) release();
}

function addTickets(app: ApiApp, { tickets }: StreamParts): void {
  app.post(
    '/v1/stream/tickets',
    {
      config: { access: 'viewer', secretAnswer: true },
      schema: {
        operationId: 'createStreamTicket',
        tags,
        summary: 'A ticket that opens one WebSocket, for pages, which cannot send a key.',
        response: { 201: Type.Object({ ticket: Type.String(), expiresInSeconds: Type.Integer() }) },
      },
    },
    async (request, reply) => {
      const ticket = tickets.issue(principalOf(request));
      void reply.header('cache-control', 'no-store');
      return reply.code(201).send({ ticket, expiresInSeconds: ticketLifetimeMs / 1000 });
    },
  );
}

function addWebSockets(app: ApiApp, parts: StreamParts): void {
  app.get(
    webSocketPath,
    {
      websocket: true,
      config: { access: 'viewer' },
      schema: { querystring: streamQuerySchema },
      preHandler: (request, _reply, done) => {
        admit(request, principalOf(request), request.query, undefined, parts);
        done();
      },
    },
    (socket, request) => {
      openWebSocket(socket, request, parts);
    },
  );
  const byTicket = Type.Object(
    { ...streamQuerySchema.properties, ticket: Type.String({ maxLength: 100 }) },
    { additionalProperties: false },
  );
  app.get(
    ticketPath,
    {
      websocket: true,
      config: { access: 'open' },
      schema: { querystring: byTicket },
      preHandler: (request, _reply, done) => {
        const { ticket, ...query } = request.query;
        const principal = parts.tickets.redeem(ticket);
        if (principal === undefined || parts.options.grants?.isCurrent(principal) === false) {
          throw new ProblemError(
            401,
            'streams/ticket',
            'The ticket is unknown, too old, or was used; get a new one with POST /v1/stream/tickets for every connection.',
          );
        }
        request.principal = principal;
        admit(request, principal, query, undefined, parts);
        done();
      },
    },
    (socket, request) => {
      openWebSocket(socket, request, parts);
    },
  );
}

function openWebSocket(
  socket: WebSocket,
  request: FastifyRequest,
  { options, limits, streams }: StreamParts,
): void {
  const { feed } = options;
  const wanted = request.streamRequest ?? { selection: { filter: {} } };
  const from = wanted.from ?? feed.next;
  const { bufferBytesMax, lastWordsMs } = limits;
  const onTaken = (): void => {
    reader.taken();
  };
  const sink = new WebSocketSink(socket, { onTaken, lastWordsMs });
  const reader = new StreamReader(feed, sink, { ...wanted, from, bufferBytesMax });
  sink.subscribed(from);
  let alive = true;
  let frames = 0;
  const release = streams.hold({
    principal: principalOf(request),
    reader,
    sink,
    beat: () => {
      const answered = alive;
      alive = reader.blocked;
      frames = 0;
      socket.ping();
      return answered;
    },
  });
  socket.on('pong', () => {
    alive = true;
  });
  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    frames += 1;
    if (frames > framesPerBeatMax) {
      sink.close(1008, 'too many frames');
      return;
    }
    // Frames come as one buffer each (the server's binaryType is nodebuffer).
    const text = isBinary || !Buffer.isBuffer(data) ? '' : data.toString('utf8');
    const read = readSubscribeFrame(text, worldOf(options));
    if (!read.ok) {
      sink.refuse(read.error.code, read.error.message);
      return;
    }
    sink.subscribed(read.value.from ?? reader.position);
    reader.redirect(read.value.selection, read.value.from);
  });
  socket.on('close', release);
}

/** Reads what is wanted and looks for room, while an ordinary answer can still be given. */
function admit(
  request: FastifyRequest,
  principal: Principal,
  query: StreamQuery,
  lastEventId: string | undefined,
  { options, streams, limits }: StreamParts,
): void {
  const read = readStreamQuery(query, lastEventId, worldOf(options));
  if (!read.ok) throw problemOf(read.error);
  request.streamRequest = read.value;
  const room = streams.room(principal);
  if (room === 'free') return;
  const count = room === 'full' ? limits.streamsMax : limits.streamsPerPrincipalMax;
  const whose = room === 'full' ? 'all together' : 'of this key or user';
  throw new ProblemError(
    429,
    'streams/too-many',
    `There are ${count} streams open ${whose}, the most there may be; close some, or come again later.`,
    { headers: { 'retry-after': '10' } },
  );
}

function worldOf({ feed, findProfile }: StreamOptions): StreamWorld {
  return { findProfile, next: feed.next };
}

function problemOf({ code, message }: Refusal): ProblemError {
  return new ProblemError(code === 'streams/unknown-customer' ? 404 : 400, code, message);
}

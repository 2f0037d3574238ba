/**
 * How many requests a second one key or session may make: of the management API, and of reading. What is open to everybody
 * counts by address. Every limited answer says how much is left (`RateLimit-Limit`, `-Remaining`, `-Reset`, in seconds); above
 * the limit the answer is 429 with `Retry-After`.
 *
 * Not limited here: sending (its limits count messages), probes, metrics. A stream counts when it is opened.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { networkOf, RateLimit } from '../ingest/tracking/rate-limit.ts';
import { ProblemError } from './problem.ts';

/** Requests a second; Infinity: no limit. */
export type RequestLimits = {
  readonly api: number;
  readonly reads: number;
};

type Limited = keyof RequestLimits;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which limit counts its requests. */
    requestLimit?: Limited;
  }
}

/** Registers the limits; after access, before any route. */
export function useRequestLimits(
  app: FastifyInstance,
  limits: RequestLimits,
  nowMs: () => number = () => performance.now(),
): void {
  const rates: Readonly<Record<Limited, RateLimit>> = {
    api: new RateLimit(limits.api, nowMs),
    reads: new RateLimit(limits.reads, nowMs),
  };
  app.addHook('onRoute', (route) => {
    const limited = limitedBy(route.url);
    if (limited !== undefined && limits[limited] !== Infinity) {
      route.config = { ...route.config, requestLimit: limited };
    }
  });
  app.addHook('onRequest', (request, reply, done) => {
    const { requestLimit } = request.routeOptions.config;
    if (requestLimit === undefined) {
      done();
      return;
    }
    try {
      spend(request, reply, rates[requestLimit], limits[requestLimit]);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

function limitedBy(url: string): Limited | undefined {
  // Jitsu's way of sending.
  if (url.startsWith('/api/s/')) return undefined;
  if (url.startsWith('/api/')) return 'api';
  return /^\/v1\/(?:profiles|segments|stream|history)\b/.test(url) ? 'reads' : undefined;
}

function spend(request: FastifyRequest, reply: FastifyReply, rate: RateLimit, limit: number): void {
  const who = whoOf(request);
  const waitSeconds = rate.waitSeconds(who);
  if (waitSeconds === 0) rate.spend(who, 1);
  const left = Math.max(0, Math.floor(rate.left(who)));
  void reply.headers({
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(left),
    'ratelimit-reset': '1',
  });
  if (waitSeconds === 0) return;
  throw new ProblemError(
    429,
    'request/rate',
    `More requests came from this key, session or address than the ${limit} a second that are answered; come again after the Retry-After.`,
    { headers: { 'retry-after': String(Math.max(1, Math.ceil(waitSeconds))) } },
  );
}

function whoOf({ principal, ip }: FastifyRequest): string {
  if (principal === undefined) return `address ${networkOf(ip)}`;
  return principal.kind === 'user' ? `session ${principal.session}` : `${principal.kind} ${principal.id}`;
}

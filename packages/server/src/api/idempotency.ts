/**
 * Writes that may be sent again. A write with an `Idempotency-Key` is carried out once: the same key with the same request
 * gets the answer of the first, for a day; with another request it is refused; while the first runs, too.
 *
 * Only what was done (2xx) is kept: what was refused changed nothing, so it may simply be tried again. That a request was begun
 * is durable before it runs. So one that the process died over is not carried out a second time: whoever repeats it is told that
 * its outcome is not known. Answers that hold a secret are not kept, only that there was one.
 */

import { createHash } from 'node:crypto';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { KeptAnswers, KnownRequest } from '../catalog/catalog.ts';
import { answerBytesMax } from '../catalog/limits.ts';
import { ProblemError } from './problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The answer holds a secret that is shown once; it is not kept. */
    secretAnswer?: true;
  }
  interface FastifyRequest {
    /** Set while a request with an Idempotency-Key runs. */
    repeatable?: RunningRequest;
  }
}

type RunningRequest = { readonly principal: string; readonly key: string };

/** Registers the checks; after access, before any route. */
export function useIdempotency(app: FastifyInstance, answers: KeptAnswers): void {
  const running = new Set<string>();
  app.decorateRequest('repeatable');
  const begin = async (
    request: FastifyRequest,
    reply: FastifyReply,
    asked: RunningRequest,
  ): Promise<boolean> => {
    const name = nameOf(asked);
    const isRunning = running.has(name);
    running.add(name);
    try {
      const fingerprint = fingerprintOf(request);
      const known = await answers.begin(asked.principal, asked.key, fingerprint);
      if (known.kind === 'new') {
        request.repeatable = asked;
        return true;
      }
      if (!isRunning) running.delete(name);
      repeat(known, fingerprint, isRunning, reply);
    } catch (error) {
      if (!isRunning) running.delete(name);
      throw error;
    }
    return false;
  };
  // With callbacks: most requests are events, which have nothing to wait for here.
  app.addHook('preHandler', (request, reply, done) => {
    let asked: RunningRequest | undefined;
    try {
      asked = askedFor(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (asked === undefined) {
      done();
      return;
    }
    begin(request, reply, asked).then((isNew) => {
      if (isNew) done();
    }, done);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const { repeatable } = request;
    if (repeatable === undefined) {
      done(null, payload);
      return;
    }
    keepAnswer(answers, repeatable, reply, payload)
      .finally(() => running.delete(nameOf(repeatable)))
      .then(() => {
        done(null, payload);
      }, done);
  });
}

/** For whoever sends the request again. */
async function keepAnswer(
  answers: KeptAnswers,
  { principal, key }: RunningRequest,
  { statusCode, request }: FastifyReply,
  payload: unknown,
): Promise<void> {
  if (statusCode < 200 || statusCode >= 300) {
    await answers.release(principal, key);
    return;
  }
  const secret = request.routeOptions.config.secretAnswer === true;
  await answers.finish(principal, key, statusCode, secret ? undefined : keepable(payload));
}

/** Undefined where the caller did not ask for it, or there is nothing to do once. */
function askedFor(request: FastifyRequest): RunningRequest | undefined {
  const { principal, method, headers } = request;
  const key = headers['idempotency-key'];
  if (key === undefined || principal === undefined || method === 'GET' || method === 'HEAD') return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) {
    return { principal: `${principal.kind}:${principal.id}`, key };
  }
  throw new ProblemError(
    400,
    'request/idempotency-key',
    'The Idempotency-Key is not one that can be kept; expected 1 to 255 visible ASCII characters, such as a UUID.',
  );
}

function nameOf({ principal, key }: RunningRequest): string {
  return `${principal} ${key}`;
}

function fingerprintOf({ method, url, body }: FastifyRequest): string {
  const text = JSON.stringify([method, url, body ?? null]);
  return createHash('sha256').update(text).digest('base64url');
}

function keepable(payload: unknown): string | undefined {
  if (payload === undefined || payload === null) return '';
  return typeof payload === 'string' && payload.length <= answerBytesMax ? payload : undefined;
}

/** Answers a request that came before. */
function repeat(
  known: Exclude<KnownRequest, { kind: 'new' }>,
  fingerprint: string,
  isRunning: boolean,
  reply: FastifyReply,
): void {
  if (known.fingerprint !== fingerprint) {
    throw new ProblemError(
      422,
      'request/idempotency-reused',
      'This Idempotency-Key was sent with another request before; give every request a key of its own.',
    );
  }
  if (known.kind === 'begun') {
    if (isRunning) {
      throw new ProblemError(
        409,
        'request/idempotency-running',
        'A request with this Idempotency-Key is being carried out; ask again when it is done.',
        { headers: { 'retry-after': '1' } },
      );
    }
    throw new ProblemError(
      409,
      'request/idempotency-unknown',
      'The service stopped while it carried out this request, so whether it took effect is not known; look, and send it with a new key if need be.',
    );
  }
  if (known.body === undefined) {
    throw new ProblemError(
      409,
      'request/idempotency-not-kept',
      'This request was carried out, and its answer is not kept since it held a secret or was too long; a lost secret is replaced by a new one.',
    );
  }
  void reply.code(known.status).header('idempotent-replayed', 'true');
  if (known.body === '') void reply.send();
  else void reply.type('application/json; charset=utf-8').serializer(String).send(known.body);
}

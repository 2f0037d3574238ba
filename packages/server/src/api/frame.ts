/**
 * What every route has around it: who may use it, how often, validation by its schemas, writes that may be repeated, its place in the
 * OpenAPI document, errors as problems.
 */

import cookies from '@fastify/cookie';
import type { FastifyInstance } from 'fastify';

import type { KeptAnswers } from '../catalog/catalog.ts';
import type { Grants } from '../catalog/grants.ts';
import type { Frame } from '../http/parts.ts';
import { useAccess } from './access.ts';
import { useIdempotency } from './idempotency.ts';
import { useOpenApi } from './openapi.ts';
import { answerError, answerNotFound } from './problem.ts';
import { type RequestLimits, useRequestLimits } from './request-limits.ts';
import { SessionCookie } from './session-cookie.ts';
import { useStrictValidation } from './validation.ts';

export type FrameOptions = {
  readonly grants: Grants;
  readonly answers: KeptAnswers;
  /** Where people reach the service; with https, cookies are sent over nothing else. */
  readonly publicUrl?: string;
  /** None where they are left out. */
  readonly limits?: RequestLimits;
};

export function createFrame({ grants, answers, publicUrl, limits }: FrameOptions): Frame {
  const cookie = sessionCookie(publicUrl);
  return {
    access: async (app: FastifyInstance): Promise<void> => {
      // Read where somebody may be signed in, and not of every event.
      await app.register(cookies, { hook: false });
      useStrictValidation(app);
      useAccess(app, { grants, cookie, ...(publicUrl === undefined ? {} : { publicUrl }) });
      if (limits !== undefined) useRequestLimits(app, limits);
      useIdempotency(app, answers);
      await useOpenApi(app);
    },
    onError: answerError,
    onNotFound: answerNotFound,
  };
}

export function sessionCookie(publicUrl: string | undefined): SessionCookie {
  return new SessionCookie(publicUrl?.startsWith('https:') === true);
}

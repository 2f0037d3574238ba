/** What a call rejects with. */

import type { components } from './api-types.ts';

/** Problem details (RFC 9457) as the service sends them. */
export type Problem = components['schemas']['Problem'];

/** The service refused a request, or could not be reached. */
export class SegueError extends Error {
  /** Stable, such as `definitions/conflict`; `client/no-answer` where nothing could be reached or read. */
  readonly code: string;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** All that the service said; undefined without an answer. */
  readonly problem: Problem | undefined;
  /** When it is worth trying again, where the service says so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: string,
    message: string,
    about: {
      readonly status?: number;
      readonly problem?: Problem;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.name = 'SegueError';
    this.code = code;
    this.status = about.status ?? 0;
    this.problem = about.problem;
    this.retryAfterMs = about.retryAfterMs;
  }
}

/** The error that an answer of 400 or more stands for. */
export async function errorOf(response: Response): Promise<SegueError> {
  const { status } = response;
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (isProblem(body)) return new SegueError(body.code, body.detail, { status, problem: body, retryAfterMs });
  const message = `${response.url} answered ${status}, and not as Segue does; is this the address of Segue?`;
  return new SegueError('client/no-answer', message, { status, retryAfterMs });
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;
}

/** Calls of the management API of a running service, with its problems as errors. */

import type { Diagnostic } from '@segue/core/base/diagnostic.ts';

/** Where the service is and who asks. */
export type Remote = { readonly url: string; readonly key: string };

/** What the service, or the way to it, refused. */
export class ApiError extends Error {
  readonly code: string;
  /** What is wrong with definitions that were sent. */
  readonly diagnostics: readonly Diagnostic[];

  constructor(code: string, message: string, diagnostics: readonly Diagnostic[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ApiError';
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

type Problem = {
  readonly code?: unknown;
  readonly detail?: unknown;
  readonly errors?: readonly Diagnostic[];
};

/**
 * The body of the answer to a POST. `once`: a name under which the service carries the request out only once.
 *
 * @throws ApiError
 */
export async function postToApi(
  { url, key }: Remote,
  path: string,
  body: unknown,
  once?: string,
): Promise<unknown> {
  const target = new URL(path, url);
  let response: Response;
  try {
    response = await fetch(target, {
      method: 'POST',
      redirect: 'error',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(once === undefined ? {} : { 'idempotency-key': once }),
      },
      body: JSON.stringify(body),
    });
  } catch (error) {
    const message = `Segue cannot be reached at ${target.origin}; start it with segue start, or give its address with --url.`;
    throw new ApiError('api/unreachable', message, [], error);
  }
  const answer = await jsonOf(response);
  if (response.ok && answer !== undefined) return answer;
  const { code, detail, errors } = (answer ?? {}) as Problem;
  if (typeof code === 'string' && typeof detail === 'string') throw new ApiError(code, detail, errors);
  const message = `What answers at ${target.origin} is not Segue (status ${response.status}); give its address with --url.`;
  throw new ApiError('api/unreachable', message);
}

async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

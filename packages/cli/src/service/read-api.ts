/** What is asked of a running service, as JSON or as a file. */

import { ApiError, type Remote } from './call-api.ts';

export const standardUrl = 'http://127.0.0.1:8787';

export type RemoteOptions = { readonly url?: string; readonly key?: string };

/** Where the service is and with which key, from options or the environment. @throws ApiError */
export function remoteOf({ url, key }: RemoteOptions): Remote {
  const address = url ?? process.env['SEGUE_URL'] ?? standardUrl;
  const secret = key ?? process.env['SEGUE_KEY'] ?? '';
  if (secret === '') {
    throw new ApiError('api/no-key', 'A server key is needed: give it as $SEGUE_KEY or --key.');
  }
  if (!URL.canParse(address)) {
    throw new ApiError('api/unreachable', `“${address}” is no address; expected ${standardUrl}.`);
  }
  return { url: address, key: secret };
}

export type QueryValue = string | number | boolean | readonly string[] | undefined;

/** The body of the answer to a GET. @throws ApiError */
export async function getFromApi(
  remote: Remote,
  path: string,
  query: Readonly<Record<string, QueryValue>>,
): Promise<unknown> {
  return (await ask(remote, path, query)).json();
}

/** As `getFromApi`, as it comes. */
export async function fileFromApi(
  remote: Remote,
  path: string,
  query: Readonly<Record<string, QueryValue>>,
): Promise<ReadableStream<Uint8Array>> {
  const { body } = await ask(remote, path, query);
  if (body === null) throw new ApiError('api/unreachable', 'The answer has no body.');
  return body;
}

async function ask(
  { url, key }: Remote,
  path: string,
  query: Readonly<Record<string, QueryValue>>,
): Promise<Response> {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query)) {
    for (const one of typeof value === 'object' ? value : [value]) {
      if (one !== undefined) target.searchParams.append(name, String(one));
    }
  }
  let response: Response;
  try {
    response = await fetch(target, { redirect: 'error', headers: { authorization: `Bearer ${key}` } });
  } catch (error) {
    const message = `Segue cannot be reached at ${target.origin}; start it with segue start, or give its address with --url.`;
    throw new ApiError('api/unreachable', message, [], error);
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => undefined)) as Record<string, unknown> | undefined;
  const code = problem?.['code'];
  const detail = problem?.['detail'];
  if (typeof code === 'string' && typeof detail === 'string') throw new ApiError(code, detail);
  const message = `What answers at ${target.origin} is not Segue (status ${response.status}); give its address with --url.`;
  throw new ApiError('api/unreachable', message);
}

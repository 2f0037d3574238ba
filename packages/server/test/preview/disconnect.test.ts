/** A preview that nobody waits for any more is stopped: the connection closes, and so does what was asked for it. */

import fastify from 'fastify';
import { expect, it } from 'vitest';

import { noDefinitions } from '@segue/core/model/definitions.ts';

import { previewRoutes } from '../../src/api/preview-routes.ts';
import { useAccess } from '../../src/api/access.ts';
import { sessionCookie } from '../../src/api/frame.ts';
import { PreviewStopped } from '../../src/preview/turns.ts';

it('a client that hangs up stops its preview', async () => {
  const began = Promise.withResolvers<AbortSignal>();
  const app = fastify();
  const grants = {
    ofKey: () => ({ kind: 'server_key', id: 'k', name: 'k', role: 'viewer' }) as const,
    ofSession: () => undefined,
  };
  useAccess(app, { grants, cookie: sessionCookie(undefined) });
  const routes = previewRoutes({
    definitions: () => noDefinitions,
    desk: {
      preview: ({ signal }) => {
        began.resolve(signal);
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new PreviewStopped('gone'));
          });
        });
      },
    },
  });
  app.register(async (scope) => routes(scope));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const hangUp = new AbortController();
  const asked = fetch(`${url}/preview`, {
    method: 'POST',
    signal: hangUp.signal,
    headers: { authorization: 'Bearer sk_k', 'content-type': 'application/json' },
    body: JSON.stringify({ rule: 'true' }),
  });
  const signal = await began.promise;
  expect(signal.aborted).toBe(false);
  const aborted = new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
  hangUp.abort();
  await expect(asked).rejects.toThrow();
  await aborted;
  expect(signal.reason).toBeInstanceOf(PreviewStopped);
  await app.close();
});

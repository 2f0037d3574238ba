/** An app with the frame of the service around the routes of a test, and a key for everybody. */

import fastify, { type FastifyInstance } from 'fastify';
import asPartOfRoot from 'fastify-plugin';

import { createFrame } from '../../src/api/frame.ts';
import type { KeptAnswers } from '../../src/catalog/catalog.ts';
import type { Grants, Principal } from '../../src/catalog/grants.ts';
import type { Plugin } from '../../src/http/parts.ts';

const principals: Readonly<Record<string, Principal>> = {
  viewer: { kind: 'server_key', id: 'viewer', name: 'viewer', role: 'viewer' },
  marketer: { kind: 'server_key', id: 'marketer', name: 'marketer', role: 'marketer' },
  admin: { kind: 'server_key', id: 'admin', name: 'admin', role: 'admin' },
  writer: { kind: 'write_key', id: 'writer', source: 'site' },
};
export const grants: Grants = {
  ofKey: (key) => principals[key],
  ofSession: (token) =>
    token === 'session' ? { kind: 'user', id: 'ann', name: 'Ann', role: 'viewer', session: 's' } : undefined,
};

const answers: KeptAnswers = {
  begin: () => Promise.resolve({ kind: 'new' }),
  finish: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

export type Door = { readonly app: FastifyInstance; readonly url: string };

export async function openDoor(plugin: Plugin): Promise<Door> {
  const frame = createFrame({ grants, answers });
  const app = fastify({ return503OnClosing: false, forceCloseConnections: true });
  app.setErrorHandler((error, request, reply) => frame.onError(error as never, request, reply));
  app.setNotFoundHandler((request, reply) => frame.onNotFound(request, reply));
  app.register(asPartOfRoot(async (root) => frame.access(root)));
  app.register(async (scope) => plugin(scope));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, url };
}

export function bearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/**
 * The web app's files, at the root of the service. Files under `assets/` are named by what is in them, so browsers keep them for
 * good; everything else is asked anew. An address of the app itself, which is no file, gets the page, and the app shows the view.
 *
 * Where no app has been built the root says how to build it, and everything else works.
 */

import { existsSync } from 'node:fs';
import path from 'node:path';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Plugin } from './parts.ts';
import type { SecurityHeaders } from './security-headers.ts';

const pageHeaders: SecurityHeaders = {
  // Everything comes from here; styles in elements are those of charts and lists whose sizes are data.
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'cache-control': 'no-cache',
};
const assetHeaders: SecurityHeaders = {
  ...pageHeaders,
  'cache-control': 'public, max-age=31536000, immutable',
};

const notBuilt = `<!doctype html><meta charset="utf-8"><title>Segue</title>
<body style="font:16px/1.5 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem">
<h1>Segue is running</h1><p>The web app has not been built. Run <code>npm run build</code> in the folder of Segue, and load this page
again. Everything else works: the tracking API, the management API, streams and webhooks.</p>`;

/** Paths that belong to the APIs and to operation: an unknown one is a problem, never a page. */
const isOfApi = /^\/(?:api|v1|health|ready|metrics)(?:\/|$)/;

/** @param folder - of the built app; it may be missing. */
export function webApp(folder: string): Plugin {
  return async (app) => {
    const isBuilt = existsSync(path.join(folder, 'index.html'));
    if (isBuilt) {
      await app.register(fastifyStatic, {
        root: folder,
        serve: false,
        preCompressed: true,
        cacheControl: false,
      });
      addFiles(app);
    }
    addPages(app, (reply) =>
      isBuilt ? reply.sendFile('index.html') : reply.type('text/html; charset=utf-8').send(notBuilt),
    );
  };
}

/** Open to everybody, and no operation of the API. */
const asFile = { config: { access: 'open' }, schema: { hide: true } } as const;

function addFiles(app: FastifyInstance): void {
  app.get('/assets/*', asFile, (request, reply) => {
    const { '*': name } = request.params as { readonly '*': string };
    setHeaders(reply, assetHeaders);
    return reply.sendFile(`assets/${name}`);
  });
  for (const name of ['icon.svg', 'theme.js']) {
    app.get(`/${name}`, asFile, (_request, reply) => {
      setHeaders(reply, pageHeaders);
      return reply.sendFile(name);
    });
  }
}

/** The page, for every address that is none of the API's. */
function addPages(app: FastifyInstance, send: (reply: FastifyReply) => FastifyReply): void {
  const answer = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (isOfApi.test(request.url.split('?', 1)[0] ?? '')) {
      reply.callNotFound();
      return reply;
    }
    setHeaders(reply, pageHeaders);
    return send(reply);
  };
  app.get('/', asFile, answer);
  app.get('/*', asFile, answer);
}

function setHeaders(reply: FastifyReply, headers: SecurityHeaders): void {
  for (const [name, value] of Object.entries(headers)) reply.raw.setHeader(name, value);
}

/**
 * The management API: everything that people arrange, over HTTP. Mounted under /api inside the frame (frame.ts), which sees to
 * access, validation, repeated writes and errors.
 */

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';

import { Passwords } from '../catalog/passwords.ts';
import type { Plugin } from '../http/parts.ts';
import { auditRoutes } from './audit-routes.ts';
import { Cursors } from './cursors.ts';
import { definitionRoutes } from './definition-routes.ts';
import { definitionSetRoutes } from './definition-set-routes.ts';
import { erasureRoutes } from './erasure-routes.ts';
import { sessionCookie } from './frame.ts';
import { keyRoutes } from './key-routes.ts';
import { listRoutes } from './list-routes.ts';
import { openApiRoutes } from './openapi.ts';
import type { ApiOptions, ApiParts } from './parts.ts';
import { quarantineRoutes } from './quarantine-routes.ts';
import { ruleRoutes } from './rule-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { sourceRoutes } from './source-routes.ts';
import { userRoutes } from './user-routes.ts';

/** To be mounted with the prefix `/api`. */
export function apiRoutes(options: ApiOptions): Plugin {
  return async (untyped) => {
    const app = untyped.withTypeProvider<TypeBoxTypeProvider>();
    const parts: ApiParts = {
      ...options,
      cursors: new Cursors(await options.catalog.secret('cursors')),
      passwords: new Passwords(),
      throttle: new SignInThrottle(),
      cookie: sessionCookie(options.publicUrl),
    };
    // Arrangements are for those who may see them, and change: nothing between keeps a copy.
    app.addHook('onSend', (_request, reply, payload, done) => {
      void reply.header('cache-control', 'no-store');
      done(null, payload);
    });
    for (const add of [sessionRoutes, userRoutes, sourceRoutes, keyRoutes, auditRoutes, quarantineRoutes]) {
      add(app, parts);
    }
    for (const add of [definitionSetRoutes, definitionRoutes, listRoutes, ruleRoutes, erasureRoutes]) {
      add(app, parts);
    }
    openApiRoutes(app);
  };
}

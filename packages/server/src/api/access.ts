/**
 * Who may use a route. Deny by default: a route that does not say `config.access` cannot be registered.
 *
 * A key in `Authorization` counts alone: where there is one, a cookie beside it is not looked at. A cookie is sent by the
 * browser whoever asked it to, so with one a write, or a WebSocket, must show that it comes from a page of ours: by `Origin`, or
 * by the header `X-Segue-Request`, which a page elsewhere cannot send without leave, and that is never given.
 *
 * Asked before the body is read.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { roles, type Access, type Grants, type Principal, type Role } from '../catalog/grants.ts';
import { ProblemError } from './problem.ts';
import type { SessionCookie } from './session-cookie.ts';

export type AccessOptions = {
  readonly grants: Grants;
  readonly cookie: SessionCookie;
  /** `https://segue.example.com`, where people reach the service under another name than it hears itself. */
  readonly publicUrl?: string;
};

/** Registers the checks; before any route. */
export function useAccess(app: FastifyInstance, options: AccessOptions): void {
  if (!app.hasRequestDecorator('principal')) app.decorateRequest('principal');
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.access !== undefined) return;
    throw new Error(`the route ${String(method)} ${url} does not say who may use it (config.access)`);
  });
  app.addHook('onRequest', (request, _reply, done) => {
    const { access } = request.routeOptions.config;
    // What leads nowhere says so to everybody.
    if (access === 'open' || access === 'send' || request.is404) {
      done();
      return;
    }
    try {
      // A route that slipped in before this was registered is nobody's.
      if (access === undefined) throw forgotten();
      request.principal = admitted(request, access, options);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
}

/** The principal of a request to a route with a role. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new Error(`${request.url} was reached without a principal`);
  return request.principal;
}

/** Answers to signed-in people are nobody else's. */
export function keepPrivate(reply: FastifyReply): void {
  void reply.header('cache-control', 'no-store');
}

/** Refuses what a page of another site makes a browser send: for routes that are open and set cookies. */
export function refuseOtherSites(request: FastifyRequest, publicUrl: string | undefined): void {
  if (request.headers.origin !== undefined && !isOwnOrigin(request, publicUrl)) throw otherSite();
}

function admitted(request: FastifyRequest, role: Role, options: AccessOptions): Principal {
  const principal = authenticated(request, options);
  if (principal.kind === 'write_key') {
    throw new ProblemError(
      403,
      'access/write-key',
      'A write key may only send events; use a server key, made by an admin.',
    );
  }
  if (roles.indexOf(principal.role) < roles.indexOf(role)) {
    throw new ProblemError(
      403,
      'access/role',
      `This takes the role ${role}, and ${principal.name} has the role ${principal.role}; ask an admin.`,
    );
  }
  return principal;
}

function authenticated(request: FastifyRequest, options: AccessOptions): Principal {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const key = keyOf(authorization);
    const principal = key === undefined ? undefined : options.grants.ofKey(key);
    if (principal !== undefined) return principal;
    throw unauthorised(
      'access/bad-key',
      'The key is unknown or was withdrawn; send “Authorization: Bearer KEY” with a valid server key.',
    );
  }
  const token = options.cookie.read(request);
  if (token === undefined || token === '') {
    throw unauthorised(
      'access/no-key',
      'Nobody is signed in; send “Authorization: Bearer KEY” with a server key, or sign in.',
    );
  }
  const principal = options.grants.ofSession(token);
  if (principal === undefined) {
    throw unauthorised('access/session-ended', 'The session has ended; sign in again.');
  }
  if (changesSomething(request) && !isOurs(request, options.publicUrl)) throw otherSite();
  return principal;
}

/** `Bearer KEY`, or Basic with the key as user name. */
function keyOf(authorization: string): string | undefined {
  const [, scheme = '', credentials = ''] = /^(\w+) +([\w.~+/=-]+)$/.exec(authorization) ?? [];
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return credentials;
    case 'basic': {
      const [name = ''] = Buffer.from(credentials, 'base64').toString('utf8').split(':', 1);
      return name === '' ? undefined : name;
    }
    default:
      return undefined;
  }
}

function changesSomething({ method, headers }: FastifyRequest): boolean {
  const reads = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
  return !reads || headers.upgrade !== undefined;
}

function isOurs(request: FastifyRequest, publicUrl: string | undefined): boolean {
  const { headers } = request;
  if (headers.origin !== undefined) return isOwnOrigin(request, publicUrl);
  return headers['x-segue-request'] !== undefined && headers.upgrade === undefined;
}

function isOwnOrigin({ headers, protocol, host }: FastifyRequest, publicUrl: string | undefined): boolean {
  const { origin } = headers;
  if (publicUrl !== undefined && origin === new URL(publicUrl).origin) return true;
  return origin === `${protocol}://${host}`;
}

function forgotten(): ProblemError {
  return new ProblemError(403, 'access/role', 'This route does not say who may use it, so nobody may.');
}

function otherSite(): ProblemError {
  return new ProblemError(
    403,
    'access/cross-site',
    'This request was not sent by a page of Segue; programs use a server key, or add the header X-Segue-Request.',
  );
}

function unauthorised(code: string, detail: string): ProblemError {
  return new ProblemError(401, code, detail, { headers: { 'www-authenticate': 'Bearer realm="segue"' } });
}

/** For documentation: what a route's access means for its callers. */
export function accessText(access: Access): string {
  switch (access) {
    case 'open':
      return 'Open to everybody.';
    case 'send':
      return 'Takes a write key or a server key.';
    case 'viewer':
    case 'marketer':
    case 'admin':
      return `Takes the role ${access}.`;
  }
}

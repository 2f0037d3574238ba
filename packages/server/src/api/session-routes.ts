/**
 * Signing in and out, and what one may do with one's own account.
 *
 * A sign-in says only that address or password is wrong, takes as long whether the address is known or not, and is slowed down
 * after a few failures (sign-in-throttle.ts). Setting a password ends all other sessions.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';

import { actorOf, type User } from '../catalog/catalog.ts';
import {
  emailCharactersMax,
  nameCharactersMax,
  passwordCharactersMax,
  sessionLifetimeMs,
} from '../catalog/limits.ts';
import { passwordProblem } from '../catalog/passwords.ts';
import { hashToken } from '../catalog/tokens.ts';
import { principalOf, refuseOtherSites } from './access.ts';
import type { ApiApp, ApiParts } from './parts.ts';
import { ProblemError, refused } from './problem.ts';
import { nothingSchema, roleSchema } from './schemas.ts';
import { userSchema, wireUser } from './user-wire.ts';
import { nameLine } from './validation.ts';

const tags = ['session'];
const emailSchema = Type.String({ minLength: 3, maxLength: emailCharactersMax });
// What is too short is refused in words, after the schema.
const passwordSchema = Type.String({ minLength: 1, maxLength: passwordCharactersMax });
const nameSchema = Type.String({ minLength: 1, maxLength: nameCharactersMax, pattern: nameLine });
const tokenSchema = Type.String({ minLength: 1, maxLength: 200 });
const signedInSchema = Type.Object({ user: userSchema });

export function sessionRoutes(app: ApiApp, parts: ApiParts): void {
  addSession(app, parts);
  addLinks(app, parts);
  addPassword(app, parts);
}

function addSession(app: ApiApp, parts: ApiParts): void {
  const { catalog, cookie } = parts;
  app.post(
    '/session',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'signIn',
        tags,
        summary: 'Signs in; the answer sets the cookie of the session.',
        body: Type.Object({ email: emailSchema, password: passwordSchema }, { additionalProperties: false }),
        response: { 200: signedInSchema },
      },
    },
    async (request, reply) => {
      refuseOtherSites(request, parts.publicUrl);
      const { email, password } = request.body;
      const user = await knownUser(parts, request, email, password);
      return begin(parts, reply, user);
    },
  );
  app.get(
    '/session',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'getSession',
        tags,
        summary: 'Who is asking.',
        response: {
          200: Type.Object({
            kind: Type.Union([Type.Literal('user'), Type.Literal('server_key')]),
            id: Type.String(),
            name: Type.String(),
            role: roleSchema,
          }),
        },
      },
    },
    (request) => {
      const principal = principalOf(request);
      if (principal.kind === 'write_key') throw new Error('a write key reached a route with a role');
      const { kind, id, name, role } = principal;
      return { kind, id, name, role };
    },
  );
  app.delete(
    '/session',
    {
      config: { access: 'viewer' },
      schema: { operationId: 'signOut', tags, summary: 'Signs out.', response: { 204: nothingSchema } },
    },
    async (request, reply) => {
      const token = cookie.read(request);
      if (principalOf(request).kind !== 'user' || token === undefined) throw noSession();
      await catalog.sessions.end(hashToken(token), actorOf(principalOf(request)));
      cookie.clear(reply);
      return reply.code(204).send(null);
    },
  );
}

function addLinks(app: ApiApp, parts: ApiParts): void {
  const { catalog, passwords, throttle } = parts;
  app.post(
    '/session/link/look',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'lookAtSignInLink',
        tags,
        summary: 'What a sign-in link is for.',
        body: Type.Object({ token: tokenSchema }, { additionalProperties: false }),
        response: {
          200: Type.Object({
            kind: Type.Union([Type.Literal('founding'), Type.Literal('user')], {
              description: 'founding: makes the first admin, who gives an e-mail address and a name too.',
            }),
            email: Type.Optional(Type.String()),
            name: Type.Optional(Type.String()),
          }),
        },
      },
    },
    async ({ body }) => {
      const link = await catalog.links.look(body.token);
      if (link === undefined) throw spentLink();
      if (link.kind === 'founding') return { kind: 'founding' as const };
      return { kind: 'user' as const, email: link.user.email, name: link.user.name };
    },
  );
  app.post(
    '/session/link',
    {
      config: { access: 'open' },
      schema: {
        operationId: 'useSignInLink',
        tags,
        summary: 'Sets a password with a sign-in link, and signs in.',
        body: Type.Object(
          {
            token: tokenSchema,
            password: passwordSchema,
            email: Type.Optional(Type.String({ format: 'email', maxLength: emailCharactersMax })),
            name: Type.Optional(nameSchema),
          },
          { additionalProperties: false },
        ),
        response: { 200: signedInSchema },
      },
    },
    async (request, reply) => {
      refuseOtherSites(request, parts.publicUrl);
      const { token, password, email, name } = request.body;
      const weak = passwordProblem(password);
      if (weak !== undefined) throw refused(weak);
      // A password takes time to hash; a link that leads nowhere is not worth it.
      if ((await catalog.links.look(token)) === undefined) throw spentLink();
      const hashed = await passwords.hash(password);
      if (!hashed.ok) throw refused(hashed.error);
      const given = {
        passwordHash: hashed.value,
        ...(email === undefined ? {} : { email }),
        ...(name === undefined ? {} : { name }),
      };
      const redeemed = await catalog.links.redeem(token, given);
      if (!redeemed.ok) throw refused(redeemed.error);
      throttle.succeeded(request.ip, redeemed.value.email);
      return begin(parts, reply, redeemed.value);
    },
  );
}

function addPassword(app: ApiApp, parts: ApiParts): void {
  const { catalog, passwords, cookie } = parts;
  app.put(
    '/session/password',
    {
      config: { access: 'viewer' },
      schema: {
        operationId: 'changePassword',
        tags,
        summary: 'Changes one’s own password; all other sessions end.',
        body: Type.Object(
          { current: passwordSchema, password: passwordSchema },
          { additionalProperties: false },
        ),
        response: { 204: nothingSchema },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const token = cookie.read(request);
      if (principal.kind !== 'user' || token === undefined) throw noSession();
      const weak = passwordProblem(request.body.password);
      if (weak !== undefined) throw refused(weak);
      const user = await catalog.users.get(principal.id);
      if (user === undefined) throw noSession();
      await knownUser(parts, request, user.email, request.body.current);
      const hashed = await passwords.hash(request.body.password);
      if (!hashed.ok) throw refused(hashed.error);
      const set = await catalog.users.setPassword(
        user.id,
        hashed.value,
        actorOf(principal),
        hashToken(token),
      );
      if (!set.ok) throw refused(set.error);
      return reply.code(204).send(null);
    },
  );
}

/** The user whose password this is. */
async function knownUser(
  { catalog, passwords, throttle, clock }: ApiParts,
  request: FastifyRequest,
  email: string,
  password: string,
): Promise<User> {
  const now = clock();
  const waitMs = throttle.waitMs(request.ip, email, now);
  if (waitMs > 0) {
    const seconds = Math.ceil(waitMs / 1000);
    throw new ProblemError(
      429,
      'access/slow-down',
      `There were too many attempts to sign in that failed; try again in ${seconds} seconds.`,
      { headers: { 'retry-after': String(seconds) } },
    );
  }
  // Counted before it is known to be wrong, or many attempts at once would all be free.
  throttle.failed(request.ip, email, now);
  const user = await catalog.users.byEmail(email);
  const hash = user === undefined || user.disabled ? undefined : await catalog.users.passwordHash(user.id);
  const matches = await passwords.matches(hash, password);
  if (!matches.ok) throw refused(matches.error);
  if (user === undefined || !matches.value) {
    throw new ProblemError(401, 'access/wrong-password', 'The e-mail address or the password is wrong.');
  }
  throttle.succeeded(request.ip, email);
  return user;
}

async function begin(
  { catalog, cookie }: ApiParts,
  reply: FastifyReply,
  user: User,
): Promise<{ user: ReturnType<typeof wireUser> }> {
  const begun = await catalog.sessions.create(user.id, sessionLifetimeMs);
  if (!begun.ok) throw refused(begun.error);
  const { token, session } = begun.value;
  cookie.set(reply, token, session.expiresAt);
  return { user: wireUser({ ...user, signedInAt: session.createdAt }) };
}

function noSession(): ProblemError {
  return new ProblemError(400, 'access/no-session', 'This is for signed-in users, and a key has no session.');
}

function spentLink(): ProblemError {
  return new ProblemError(
    410,
    'users/link-spent',
    'This sign-in link was used, replaced or is too old; ask an admin for a new one.',
  );
}

/**
 * The way in without a password, of a demo only: an address with a secret in it that begins a session and leads to the
 * overview. Made for a service that listens to its own machine; whoever knows the address is in.
 */

import { createHash, timingSafeEqual } from 'node:crypto';

import type { Mounted } from '@segue/server/http/parts.ts';

import type { Demo } from './demo-folder.ts';

const prefix = '/demo';

/** The path of the address. */
export function doorPath({ door }: Pick<Demo, 'door'>): string {
  return `${prefix}/${door}`;
}

export function demoDoor({ door, email, password }: Demo): Mounted {
  return {
    prefix,
    plugin: (app) => {
      app.get<{ Params: { secret: string } }>(
        '/:secret',
        { config: { access: 'open' } },
        async (request, reply) => {
          if (!isSame(request.params.secret, door)) return reply.redirect('/sign-in', 303);
          const answer = await app.inject({
            method: 'POST',
            url: '/api/session',
            payload: { email, password },
          });
          const { 'set-cookie': cookie } = answer.headers;
          // Somebody has changed the password, or taken the user away: the usual way in is left.
          if (answer.statusCode !== 200 || cookie === undefined) return reply.redirect('/sign-in', 303);
          return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect('/', 303);
        },
      );
    },
  };
}

/** Takes as long whatever is wrong. */
function isSame(given: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/**
 * The cookie of a session. Scripts cannot read it, other sites cannot have it sent with their writes (`SameSite=Lax`; the
 * rest is access.ts). Over HTTPS it is bound to this very host by its name.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Instant } from '@segue/core/model/message.ts';

export class SessionCookie {
  readonly name: string;
  readonly #secure: boolean;

  /** `secure`: people reach the service by https. */
  constructor(secure: boolean) {
    this.#secure = secure;
    this.name = secure ? '__Host-segue_session' : 'segue_session';
  }

  read(request: FastifyRequest): string | undefined {
    const { cookie } = request.headers;
    return cookie === undefined ? undefined : request.server.parseCookie(cookie)[this.name];
  }

  set(reply: FastifyReply, token: string, expiresAt: Instant): void {
    void reply.setCookie(this.name, token, { ...this.#attributes(), expires: new Date(expiresAt) });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.name, this.#attributes());
  }

  #attributes(): { path: '/'; httpOnly: true; sameSite: 'lax'; secure: boolean } {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.#secure };
  }
}

/** Who somebody is and what they may do; every door asks this, none decides by itself. */

import type {} from 'fastify';

/** Ordered: each role may do what those before it may. */
export const roles = ['viewer', 'marketer', 'admin'] as const;
export type Role = (typeof roles)[number];

export type Principal =
  | {
      readonly kind: 'user';
      readonly id: string;
      readonly name: string;
      readonly role: Role;
      /** Id of the session, which opens nothing. */
      readonly session: string;
    }
  | { readonly kind: 'server_key'; readonly id: string; readonly name: string; readonly role: Role }
  /** Public: it may only send, as one source, and reads nothing. */
  | { readonly kind: 'write_key'; readonly id: string; /** Name of the source. */ readonly source: string };

/**
 * What a route asks for. `open`: nothing. `send`: a write key or a server key, which the tracking API looks for itself (it
 * may be in the body). A role: a user or server key of at least that role.
 */
export type Access = 'open' | 'send' | Role;

export interface Grants {
  /** The owner of a key as sent; undefined for one that does not exist or was withdrawn. Synchronous: it is asked per request. */
  ofKey(key: string): Principal | undefined;
  /** The user of a session cookie's token. */
  ofSession(token: string): Principal | undefined;
}

/** For what goes on after it was let in: a live stream. */
export interface StandingGrants {
  /** Whether a principal may still do what it was let in for. Asking is no use of the key or session. */
  isCurrent(principal: Principal): boolean;
  /** Called when somebody's access may have changed; returns the way to stop. */
  watch(listener: () => void): () => void;
  /** The sources that messages can come from now: of write keys, and of server keys that may send. */
  senders(): ReadonlySet<string>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route without it cannot be registered: deny by default. */
    access?: Access;
  }
  interface FastifyRequest {
    /** Set before a route with a role runs. */
    principal?: Principal;
  }
}

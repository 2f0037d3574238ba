/**
 * Grants from memory: who may do what is asked with every request, so the catalog's records about access are held in maps
 * and follow every change before the change is acknowledged. A withdrawn key opens nothing from then on.
 *
 * Secrets are looked up by their SHA-256: how long a look-up takes says something about the hash of a guess, nothing about a
 * secret. Uses are written down coarsely and beside the request, never on its way.
 */

import { timingSafeEqual } from 'node:crypto';

import type { Instant } from '@segue/core/model/message.ts';

import type { AccessChange, Catalog, ServerKey, Session, User, WriteKey } from './catalog.ts';
import { roles, type Grants, type Principal, type Role, type StandingGrants } from './grants.ts';
import { sessionIdleMs, usedAtGrainMs } from './limits.ts';
import { hashToken } from './tokens.ts';

export type GrantsIndexOptions = {
  readonly clock: () => Instant;
  /** A use could not be written down; requests go on. */
  readonly onError?: (error: unknown) => void;
  readonly sessionIdleMs?: number;
};

type HeldSecret = {
  readonly hash: string;
  readonly key: ServerKey;
  readonly validUntil: Instant | undefined;
};
type HeldSession = { readonly session: Session; usedAt: Instant; writtenAt: Instant };

export class GrantsIndex implements Grants, StandingGrants {
  readonly #catalog: Catalog;
  readonly #clock: () => Instant;
  readonly #idleMs: number;
  readonly #onError: (error: unknown) => void;
  readonly #users = new Map<string, User>();
  /** By id, which is the token's hash. */
  readonly #sessions = new Map<string, HeldSession>();
  /** By text. */
  readonly #writeKeys = new Map<string, WriteKey>();
  /** By hash. */
  readonly #secrets = new Map<string, HeldSecret>();
  /** When the use of a server key was last written down. */
  readonly #keyUses = new Map<string, Instant>();
  readonly #listeners = new Set<() => void>();
  #stop: () => void = () => undefined;

  private constructor(catalog: Catalog, options: GrantsIndexOptions) {
    this.#catalog = catalog;
    this.#clock = options.clock;
    this.#idleMs = options.sessionIdleMs ?? sessionIdleMs;
    this.#onError = options.onError ?? (() => undefined);
  }

  static async open(catalog: Catalog, options: GrantsIndexOptions): Promise<GrantsIndex> {
    const index = new GrantsIndex(catalog, options);
    // What changes while the records are read is held back and taken after them.
    const early: AccessChange[] = [];
    let take = (change: AccessChange): void => void early.push(change);
    index.#stop = catalog.watch((change) => {
      take(change);
    });
    const { users, sessions, writeKeys, serverKeys } = await catalog.access();
    for (const user of users) index.#take({ kind: 'user', user });
    for (const session of sessions) index.#take({ kind: 'session', session });
    for (const key of writeKeys) index.#take({ kind: 'write_key', key });
    for (const key of serverKeys) index.#take({ kind: 'server_key', key });
    take = (change) => {
      index.#take(change);
      for (const listener of index.#listeners) listener();
    };
    early.forEach(take);
    return index;
  }

  ofKey(key: string): Principal | undefined {
    const writeKey = this.#writeKeys.get(key);
    if (writeKey !== undefined) return { kind: 'write_key', id: writeKey.id, source: writeKey.source };
    const hash = hashToken(key);
    const secret = this.#secrets.get(hash);
    if (secret === undefined || !timingSafeEqual(Buffer.from(secret.hash), Buffer.from(hash))) {
      return undefined;
    }
    const now = this.#clock();
    if (secret.validUntil !== undefined && secret.validUntil <= now) {
      this.#secrets.delete(hash);
      return undefined;
    }
    const { id, name, role } = secret.key;
    this.#noteKeyUse(secret.key, now);
    return { kind: 'server_key', id, name, role };
  }

  ofSession(token: string): Principal | undefined {
    const held = this.#sessions.get(hashToken(token));
    if (held === undefined) return undefined;
    const now = this.#clock();
    const { session } = held;
    if (session.expiresAt <= now || held.usedAt + this.#idleMs <= now) {
      this.#sessions.delete(session.id);
      return undefined;
    }
    const user = this.#users.get(session.user);
    if (user === undefined || user.disabled) return undefined;
    held.usedAt = Math.max(now, held.usedAt);
    if (now - held.writtenAt >= usedAtGrainMs) {
      held.writtenAt = now;
      this.#catalog.sessions.touch(session.id, now).catch(this.#onError);
    }
    return { kind: 'user', id: user.id, name: user.name, role: user.role, session: session.id };
  }

  isCurrent(principal: Principal): boolean {
    const now = this.#clock();
    switch (principal.kind) {
      case 'user': {
        const held = this.#sessions.get(principal.session);
        const user = this.#users.get(principal.id);
        if (held === undefined || user === undefined || user.disabled) return false;
        const isOver = held.session.expiresAt <= now || held.usedAt + this.#idleMs <= now;
        return !isOver && isAtLeast(user.role, principal.role);
      }
      case 'server_key': {
        const secrets = [...this.#secrets.values()].filter(({ key }) => key.id === principal.id);
        return secrets.some(({ validUntil }) => validUntil === undefined || validUntil > now);
      }
      case 'write_key':
        return [...this.#writeKeys.values()].some(({ id }) => id === principal.id);
    }
  }

  watch(listener: () => void): () => void {
    const own = (): void => {
      listener();
    };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  senders(): ReadonlySet<string> {
    const now = this.#clock();
    const names = new Set([...this.#writeKeys.values()].map(({ source }) => source));
    for (const { key, validUntil } of this.#secrets.values()) {
      const isValid = validUntil === undefined || validUntil > now;
      if (isValid && isAtLeast(key.role, 'marketer')) names.add(key.name);
    }
    return names;
  }

  close(): void {
    this.#stop();
  }

  #noteKeyUse(key: ServerKey, now: Instant): void {
    const written = this.#keyUses.get(key.id) ?? key.usedAt ?? Number.NEGATIVE_INFINITY;
    if (now - written < usedAtGrainMs) return;
    this.#keyUses.set(key.id, now);
    this.#catalog.keys.touchServerKey(key.id, now).catch(this.#onError);
  }

  #take(change: AccessChange): void {
    switch (change.kind) {
      case 'user':
        this.#users.set(change.user.id, change.user);
        return;
      case 'user_removed':
        this.#users.delete(change.id);
        return;
      case 'session': {
        const { session } = change;
        this.#sessions.set(session.id, { session, usedAt: session.usedAt, writtenAt: session.usedAt });
        return;
      }
      case 'session_ended':
        this.#sessions.delete(change.id);
        return;
      case 'write_key':
        if (change.key.withdrawnAt === undefined) this.#writeKeys.set(change.key.text, change.key);
        else this.#writeKeys.delete(change.key.text);
        return;
      case 'server_key':
        this.#takeServerKey(change.key);
    }
  }

  #takeServerKey(key: ServerKey): void {
    for (const [hash, held] of this.#secrets) if (held.key.id === key.id) this.#secrets.delete(hash);
    if (key.withdrawnAt !== undefined) return;
    for (const { hash, validUntil } of key.secrets) this.#secrets.set(hash, { hash, key, validUntil });
  }
}

function isAtLeast(role: Role, other: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(other);
}

/**
 * The catalog: what people arrange, as opposed to what customers do. Users and their sessions, sources and keys, the
 * versions of definitions, the audit log, answers kept for repeated requests.
 *
 * Every change names its actor, and is written to the audit log in the same transaction: there is no change without its
 * row. A change that concerns access is told to `watch`ers before its promise resolves, so whoever was told that a key is
 * withdrawn can rely on it. Methods reject only with `CatalogError` (the store failed) or on a bug; what a person can
 * cause is a `Refusal` in a `Result`.
 *
 * The conformance suite is test/catalog/catalog-conformance.ts.
 */

import type { Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { WebhookEndpoints } from '../feeds/webhook-endpoints.ts';
import type { AuditLog } from './audit-log.ts';
import type { DefinitionHistory } from './definition-history.ts';
import type { Erasures } from './erasures.ts';
import type { Principal, Role } from './grants.ts';

/** Who does something: a signed-in user, a server key, or Segue itself (first start, the command line). */
export type Actor = {
  readonly kind: 'user' | 'server_key' | 'system';
  readonly id: string;
  readonly name: string;
};

export const systemActor: Actor = { kind: 'system', id: 'system', name: 'Segue' };

/** The actor behind a request. A write key acts on nothing but the log. */
export function actorOf(principal: Principal): Actor {
  if (principal.kind === 'write_key') return { kind: 'system', id: principal.id, name: principal.source };
  return { kind: principal.kind, id: principal.id, name: principal.name };
}

/** Why something was not done; the code is stable (docs/errors.md), the message one sentence. */
export type Refusal = { readonly code: string; readonly message: string };

/** A part of a list; `next` goes into `after` (or `before`) of the next call, undefined at the end. */
export type Page<T> = { readonly items: readonly T[]; readonly next: number | undefined };
export type PageRequest = { readonly limit: number; readonly after?: number };

export type User = {
  readonly id: string;
  /** Lower case; unique. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAt: Instant;
  readonly signedInAt: Instant | undefined;
  /** False until the first sign-in link was used. */
  readonly hasPassword: boolean;
};

export interface Users {
  list(page: PageRequest): Promise<Page<User>>;
  get(id: string): Promise<User | undefined>;
  byEmail(email: string): Promise<User | undefined>;
  create(
    user: { readonly email: string; readonly name: string; readonly role: Role },
    by: Actor,
  ): Promise<Result<User, Refusal>>;
  /** Refuses to leave nobody who can sign in as an admin. Disabling ends the user's sessions. */
  update(
    id: string,
    change: {
      readonly email?: string;
      readonly name?: string;
      readonly role?: Role;
      readonly disabled?: boolean;
    },
    by: Actor,
  ): Promise<Result<User, Refusal>>;
  /** As `update`: the last admin stays. Sessions and links go too, audit rows stay. */
  remove(id: string, by: Actor): Promise<Result<undefined, Refusal>>;
  /** argon2id in PHC form; undefined where there is no such user or no password yet. */
  passwordHash(id: string): Promise<string | undefined>;
  /** Ends the user's other sessions. `exceptSession` is a session's id. */
  setPassword(
    id: string,
    hash: string,
    by: Actor,
    exceptSession?: string,
  ): Promise<Result<undefined, Refusal>>;
  /** Whether somebody can sign in as an admin. */
  hasAdmin(): Promise<boolean>;
}

export type Session = {
  /** The hash of its token: names the session, opens nothing. */
  readonly id: string;
  readonly user: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** Kept coarsely; see `GrantsIndex`. */
  readonly usedAt: Instant;
};

export interface Sessions {
  /** `token` is told once and not kept. */
  create(
    user: string,
    lifetimeMs: number,
  ): Promise<Result<{ readonly token: string; readonly session: Session }, Refusal>>;
  end(id: string, by: Actor): Promise<void>;
  endAllOf(user: string, by: Actor): Promise<number>;
  touch(id: string, at: Instant): Promise<void>;
}

/** What a sign-in link is for. */
export type SignInLink =
  /** Makes the first admin, who gives an e-mail address and a name. */
  { readonly kind: 'founding' } | { readonly kind: 'user'; readonly user: User };

/** One-time links: the first sign-in of all, that of a new user, a forgotten password. */
export interface SignInLinks {
  /** Without a user: for the first admin. Earlier links for the same go. `token` is told once and not kept. */
  create(
    link: { readonly user?: string; readonly expiresAt?: Instant },
    by: Actor,
  ): Promise<Result<{ readonly token: string }, Refusal>>;
  look(token: string): Promise<SignInLink | undefined>;
  /** Whether a link for the first admin waits. */
  pendingFounding(): Promise<boolean>;
  /** Uses the link up, sets the password, ends all sessions of that user. E-mail and name are for a founding link. */
  redeem(
    token: string,
    given: { readonly passwordHash: string; readonly email?: string; readonly name?: string },
  ): Promise<Result<User, Refusal>>;
}

/** Where messages come from: a website, a till. */
export type Source = {
  readonly name: string;
  readonly description: string;
  readonly createdAt: Instant;
};

/** Public: it stands in web pages. */
export type WriteKey = {
  readonly id: string;
  readonly text: string;
  readonly source: string;
  readonly createdAt: Instant;
  readonly withdrawnAt: Instant | undefined;
};

export type ServerKey = {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The first characters, to tell keys apart by. */
  readonly hint: string;
  readonly createdAt: Instant;
  readonly rotatedAt: Instant | undefined;
  /** Kept coarsely. */
  readonly usedAt: Instant | undefined;
  readonly withdrawnAt: Instant | undefined;
  /** Hashes of what opens it, for the index of grants; the newest last. */
  readonly secrets: readonly { readonly hash: string; readonly validUntil: Instant | undefined }[];
};

export interface Keys {
  sources(page: PageRequest): Promise<Page<Source>>;
  createSource(
    source: { readonly name: string; readonly description?: string },
    by: Actor,
  ): Promise<Result<Source, Refusal>>;
  /** Refused while a write key of it is valid. */
  removeSource(name: string, by: Actor): Promise<Result<undefined, Refusal>>;

  writeKeys(page: PageRequest): Promise<Page<WriteKey>>;
  /** `text`: one that tracking code out there has already; left out, a new one is made. */
  createWriteKey(
    key: { readonly source: string; readonly text?: string },
    by: Actor,
  ): Promise<Result<WriteKey, Refusal>>;
  withdrawWriteKey(id: string, by: Actor): Promise<Result<undefined, Refusal>>;

  serverKeys(page: PageRequest): Promise<Page<ServerKey>>;
  /** `secret` is told once and not kept. */
  createServerKey(
    key: { readonly name: string; readonly role: Role },
    by: Actor,
  ): Promise<Result<{ readonly key: ServerKey; readonly secret: string }, Refusal>>;
  /** A new secret for the same key; the one before stays valid for `overlapMs`. */
  rotateServerKey(
    id: string,
    overlapMs: number,
    by: Actor,
  ): Promise<Result<{ readonly key: ServerKey; readonly secret: string }, Refusal>>;
  withdrawServerKey(id: string, by: Actor): Promise<Result<undefined, Refusal>>;
  touchServerKey(id: string, at: Instant): Promise<void>;
}

/** What is known of a request that carried an Idempotency-Key. */
export type KnownRequest =
  | { readonly kind: 'new' }
  /** Begun; whether it was carried out is not known here. */
  | { readonly kind: 'begun'; readonly fingerprint: string }
  | {
      readonly kind: 'answered';
      readonly fingerprint: string;
      readonly status: number;
      /** Undefined where the answer held a secret, which is not kept. */
      readonly body: string | undefined;
    };

/** Answers to requests that may be repeated, kept for a day. */
export interface KeptAnswers {
  /** Durably marks the request as begun if it is new. `fingerprint` tells one request from another. */
  begin(principal: string, key: string, fingerprint: string): Promise<KnownRequest>;
  finish(principal: string, key: string, status: number, body: string | undefined): Promise<void>;
  /** As if it had never been: nothing was done. */
  release(principal: string, key: string): Promise<void>;
}

/** The workspace itself, as far as people arrange it. */
export interface WorkspaceNames {
  /** What an admin has called it; undefined where nobody has. */
  name(): Promise<string | undefined>;
  /** Undefined takes the name back. */
  rename(name: string | undefined, by: Actor): Promise<void>;
}

/** All that decides about access, for an index in memory. */
export type AccessRecords = {
  readonly users: readonly User[];
  readonly sessions: readonly Session[];
  readonly writeKeys: readonly WriteKey[];
  readonly serverKeys: readonly ServerKey[];
};

export type AccessChange =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'user_removed'; readonly id: string }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'session_ended'; readonly id: string }
  | { readonly kind: 'write_key'; readonly key: WriteKey }
  | { readonly kind: 'server_key'; readonly key: ServerKey };

export interface Catalog {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly links: SignInLinks;
  readonly keys: Keys;
  readonly audit: AuditLog;
  readonly definitions: DefinitionHistory;
  readonly webhooks: WebhookEndpoints;
  readonly answers: KeptAnswers;
  readonly erasures: Erasures;
  readonly workspace: WorkspaceNames;
  /** Settles, with the error, when the store can no longer be trusted; whoever owns the process stops it. */
  readonly failed: Promise<Error>;
  /** 32 random bytes under a name, the same for ever. */
  secret(name: string): Promise<Uint8Array>;
  access(): Promise<AccessRecords>;
  /** Called after a change is durable and before its promise resolves; returns the way to stop. */
  watch(listener: (change: AccessChange) => void): () => void;
  close(): Promise<void>;
}

/** The store failed, not the caller. */
export class CatalogError extends Error {
  readonly code:
    'catalog/newer-format' | 'catalog/not-ours' | 'catalog/busy' | 'catalog/disk-full' | 'catalog/io';
  /** Whether the same call may succeed later in this process. */
  readonly retryable: boolean;

  constructor(code: CatalogError['code'], message: string, retryable: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'CatalogError';
    this.code = code;
    this.retryable = retryable;
  }
}

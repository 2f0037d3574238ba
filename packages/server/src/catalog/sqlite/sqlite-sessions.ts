/** Sessions and sign-in links. Both are kept as hashes of tokens that were told once. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Actor, Refusal, Session, Sessions, SignInLink, SignInLinks, User } from '../catalog.ts';
import { sessionsPerUserMax } from '../limits.ts';
import { hashToken, newToken } from '../tokens.ts';
import { optional, text, type Row, type SqlDatabase } from './database.ts';
import type { SqliteAuditLog } from './sqlite-audit-log.ts';
import { endSessionsOf, findUser, insertUser, sessionRow, unknownUser } from './sqlite-users.ts';

export class SqliteSessions implements Sessions {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  create(
    userId: string,
    lifetimeMs: number,
  ): Promise<Result<{ readonly token: string; readonly session: Session }, Refusal>> {
    return this.#db.write(() => {
      const db = this.#db;
      const user = findUser(db, userId);
      if (user === undefined || user.disabled) return fail(unknownUser(userId));
      const now = db.clock();
      this.#endThose('expires_at <= ?', now);
      this.#endThose(
        'id IN (SELECT id FROM sessions WHERE user_id = ? ORDER BY created_at DESC LIMIT -1 OFFSET ?)',
        userId,
        sessionsPerUserMax - 1,
      );
      const token = newToken('ses');
      const session = {
        id: hashToken(token),
        user: userId,
        createdAt: now,
        expiresAt: now + lifetimeMs,
        usedAt: now,
      };
      db.run(
        'INSERT INTO sessions (id, user_id, created_at, expires_at, used_at) VALUES (?, ?, ?, ?, ?)',
        ...[session.id, userId, now, session.expiresAt, now],
      );
      db.run('UPDATE users SET signed_in_at = ? WHERE id = ?', now, userId);
      db.tell({ kind: 'session', session });
      db.tell({ kind: 'user', user: { ...user, signedInAt: now } });
      this.#audit.add({ kind: 'user', id: user.id, name: user.name }, 'session.begun', `user:${userId}`);
      return ok({ token, session });
    });
  }

  end(id: string, by: Actor): Promise<void> {
    return this.#db.write(() => {
      const [row] = this.#endThose('id = ?', id);
      if (row !== undefined) this.#audit.add(by, 'session.ended', `user:${text(row['user_id'])}`);
    });
  }

  endAllOf(user: string, by: Actor): Promise<number> {
    return this.#db.write(() => {
      const ended = endSessionsOf(this.#db, user);
      if (ended > 0) this.#audit.add(by, 'session.all_ended', `user:${user}`, { sessions: ended });
      return ended;
    });
  }

  touch(id: string, at: Instant): Promise<void> {
    return this.#db.write(() => {
      this.#db.run('UPDATE sessions SET used_at = ? WHERE id = ? AND used_at < ?', at, id, at);
    });
  }

  #endThose(where: string, ...values: (string | number)[]): readonly Row[] {
    const ended = this.#db.all(`DELETE FROM sessions WHERE ${where} RETURNING id, user_id`, ...values);
    for (const row of ended) this.#db.tell({ kind: 'session_ended', id: text(row['id']) });
    return ended;
  }
}

export class SqliteSignInLinks implements SignInLinks {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  create(
    link: { readonly user?: string; readonly expiresAt?: Instant },
    by: Actor,
  ): Promise<Result<{ readonly token: string }, Refusal>> {
    return this.#db.write(() => {
      const db = this.#db;
      const user = link.user ?? null;
      if (user !== null && findUser(db, user) === undefined) return fail(unknownUser(user));
      db.run('DELETE FROM sign_in_links WHERE user_id IS ?', user);
      const token = newToken('link');
      db.run(
        'INSERT INTO sign_in_links (hash, user_id, created_at, expires_at) VALUES (?, ?, ?, ?)',
        ...[hashToken(token), user, db.clock(), link.expiresAt ?? null],
      );
      this.#audit.add(by, 'link.created', user === null ? 'user:first' : `user:${user}`);
      return ok({ token });
    });
  }

  look(token: string): Promise<SignInLink | undefined> {
    return this.#db.read(() => this.#find(token));
  }

  pendingFounding(): Promise<boolean> {
    return this.#db.read(
      () => this.#db.count('SELECT count(*) FROM sign_in_links WHERE user_id IS NULL') > 0,
    );
  }

  redeem(
    token: string,
    given: { readonly passwordHash: string; readonly email?: string; readonly name?: string },
  ): Promise<Result<User, Refusal>> {
    return this.#db.write(() => {
      const link = this.#find(token);
      if (link === undefined) return fail(spentLink);
      const redeemed = link.kind === 'founding' ? this.#found(given) : this.#setPassword(link.user, given);
      if (!redeemed.ok) return redeemed;
      const { id, name } = redeemed.value;
      this.#db.run('DELETE FROM sign_in_links WHERE hash = ? OR user_id = ?', hashToken(token), id);
      this.#audit.add({ kind: 'user', id, name }, 'link.used', `user:${id}`);
      return redeemed;
    });
  }

  #find(token: string): SignInLink | undefined {
    const row = this.#db.get(
      'SELECT user_id FROM sign_in_links WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?)',
      hashToken(token),
      this.#db.clock(),
    );
    if (row === undefined) return undefined;
    const id = optional(row['user_id'], text);
    if (id === undefined) return { kind: 'founding' };
    const user = findUser(this.#db, id);
    return user === undefined || user.disabled ? undefined : { kind: 'user', user };
  }

  #found(given: {
    readonly passwordHash: string;
    readonly email?: string;
    readonly name?: string;
  }): Result<User, Refusal> {
    const { email, name, passwordHash } = given;
    if (email === undefined || name === undefined) {
      return fail({
        code: 'users/link-needs-email',
        message: 'This link makes the first admin; give an e-mail address and a name besides the password.',
      });
    }
    return insertUser(this.#db, { email, name, role: 'admin', passwordHash });
  }

  #setPassword(user: User, { passwordHash }: { readonly passwordHash: string }): Result<User, Refusal> {
    this.#db.run('UPDATE users SET password_hash = ? WHERE id = ?', passwordHash, user.id);
    endSessionsOf(this.#db, user.id);
    const changed = { ...user, hasPassword: true };
    this.#db.tell({ kind: 'user', user: changed });
    return ok(changed);
  }
}

const spentLink: Refusal = {
  code: 'users/link-spent',
  message: 'This sign-in link was used, replaced or is too old; ask an admin for a new one.',
};

export function allSessions(db: SqlDatabase): readonly Session[] {
  return db.all('SELECT * FROM sessions WHERE expires_at > ?', db.clock()).map(sessionRow);
}

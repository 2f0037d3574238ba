/** Users, their sessions, and the links with which they sign in for the first time. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Actor, Page, PageRequest, Refusal, Session, User, Users } from '../catalog.ts';
import type { Role } from '../grants.ts';
import { usersMax } from '../limits.ts';
import { newId } from '../tokens.ts';
import { integer, optional, pageOf, text, type Row, type SqlDatabase } from './database.ts';
import type { SqliteAuditLog } from './sqlite-audit-log.ts';

export class SqliteUsers implements Users {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  list({ limit, after = 0 }: PageRequest): Promise<Page<User>> {
    return this.#db.read(() =>
      pageOf(
        this.#db.all('SELECT * FROM users WHERE seq > ? ORDER BY seq LIMIT ?', after, limit + 1),
        limit,
        userRow,
      ),
    );
  }

  get(id: string): Promise<User | undefined> {
    return this.#db.read(() => findUser(this.#db, id));
  }

  byEmail(email: string): Promise<User | undefined> {
    return this.#db.read(() => {
      const row = this.#db.get('SELECT * FROM users WHERE email = ?', normalEmail(email));
      return row === undefined ? undefined : userRow(row);
    });
  }

  create(
    given: { readonly email: string; readonly name: string; readonly role: Role },
    by: Actor,
  ): Promise<Result<User, Refusal>> {
    return this.#db.write(() => {
      const created = insertUser(this.#db, given);
      if (created.ok) {
        this.#audit.add(by, 'user.created', `user:${created.value.id}`, { role: given.role });
      }
      return created;
    });
  }

  update(
    id: string,
    change: {
      readonly email?: string;
      readonly name?: string;
      readonly role?: Role;
      readonly disabled?: boolean;
    },
    by: Actor,
  ): Promise<Result<User, Refusal>> {
    return this.#db.write(() => {
      const user = findUser(this.#db, id);
      if (user === undefined) return fail(unknownUser(id));
      const { name = user.name, role = user.role, disabled = user.disabled } = change;
      const email = change.email === undefined ? user.email : normalEmail(change.email);
      if (emailTaken(this.#db, email, id)) return fail(takenEmail(email));
      if ((role !== 'admin' || disabled) && this.#isLastAdmin(user)) return fail(lastAdmin(user));
      this.#db.run(
        'UPDATE users SET email = ?, name = ?, role = ?, disabled = ? WHERE id = ?',
        ...[email, name, role, disabled ? 1 : 0, id],
      );
      if (disabled && !user.disabled) endSessionsOf(this.#db, id);
      const changed = {
        ...(name === user.name ? {} : { name: 'changed' }),
        ...(email === user.email ? {} : { email: 'changed' }),
        ...(role === user.role ? {} : { role: [user.role, role] }),
        ...(disabled === user.disabled ? {} : { disabled }),
      };
      this.#audit.add(by, 'user.changed', `user:${id}`, changed);
      return ok(this.#told(id));
    });
  }

  remove(id: string, by: Actor): Promise<Result<undefined, Refusal>> {
    return this.#db.write(() => {
      const user = findUser(this.#db, id);
      if (user === undefined) return fail(unknownUser(id));
      if (this.#isLastAdmin(user)) return fail(lastAdmin(user));
      endSessionsOf(this.#db, id);
      this.#db.run('DELETE FROM users WHERE id = ?', id);
      this.#db.tell({ kind: 'user_removed', id });
      this.#audit.add(by, 'user.removed', `user:${id}`);
      return ok(undefined);
    });
  }

  passwordHash(id: string): Promise<string | undefined> {
    return this.#db.read(() =>
      optional(this.#db.get('SELECT password_hash FROM users WHERE id = ?', id)?.['password_hash'], text),
    );
  }

  setPassword(
    id: string,
    hash: string,
    by: Actor,
    exceptSession?: string,
  ): Promise<Result<undefined, Refusal>> {
    return this.#db.write(() => {
      if (this.#db.run('UPDATE users SET password_hash = ? WHERE id = ?', hash, id) === 0) {
        return fail(unknownUser(id));
      }
      this.#db.run('DELETE FROM sign_in_links WHERE user_id = ?', id);
      endSessionsOf(this.#db, id, exceptSession);
      this.#audit.add(by, 'user.password_set', `user:${id}`);
      this.#told(id);
      return ok(undefined);
    });
  }

  hasAdmin(): Promise<boolean> {
    return this.#db.read(() => adminCount(this.#db) > 0);
  }

  /** Tells watchers of the user as it is now. */
  #told(id: string): User {
    const user = findUser(this.#db, id);
    if (user === undefined) throw new Error(`user ${id} vanished in its own transaction`);
    this.#db.tell({ kind: 'user', user });
    return user;
  }

  #isLastAdmin(user: User): boolean {
    const counts = user.role === 'admin' && !user.disabled && user.hasPassword;
    return counts && adminCount(this.#db) === 1;
  }
}

/** Inside a transaction. */
export function insertUser(
  db: SqlDatabase,
  given: {
    readonly email: string;
    readonly name: string;
    readonly role: Role;
    readonly passwordHash?: string;
  },
): Result<User, Refusal> {
  const email = normalEmail(given.email);
  if (emailTaken(db, email)) return fail(takenEmail(email));
  if (db.count('SELECT count(*) FROM users') >= usersMax) {
    return fail({
      code: 'users/too-many',
      message: `There are ${usersMax} users, which is the most; remove one first.`,
    });
  }
  const id = newId('usr');
  db.run(
    'INSERT INTO users (id, email, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    ...[id, email, given.name, given.role, given.passwordHash ?? null, db.clock()],
  );
  const user = findUser(db, id);
  if (user === undefined) throw new Error(`user ${id} vanished in its own transaction`);
  db.tell({ kind: 'user', user });
  return ok(user);
}

export function findUser(db: SqlDatabase, id: string): User | undefined {
  const row = db.get('SELECT * FROM users WHERE id = ?', id);
  return row === undefined ? undefined : userRow(row);
}

export function allUsers(db: SqlDatabase): readonly User[] {
  return db.all('SELECT * FROM users').map(userRow);
}

/** Inside a transaction; gives how many ended. */
export function endSessionsOf(db: SqlDatabase, user: string, except: string = ''): number {
  const ended = db.all('DELETE FROM sessions WHERE user_id = ? AND id <> ? RETURNING id', user, except);
  for (const row of ended) db.tell({ kind: 'session_ended', id: text(row['id']) });
  return ended.length;
}

function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

export function unknownUser(id: string): Refusal {
  return { code: 'users/unknown', message: `There is no user “${id}”; list the users to see their ids.` };
}

function userRow(row: Row): User {
  return {
    id: text(row['id']),
    email: text(row['email']),
    name: text(row['name']),
    role: text(row['role']) as Role,
    disabled: integer(row['disabled']) === 1,
    createdAt: integer(row['created_at']),
    signedInAt: optional(row['signed_in_at'], integer),
    hasPassword: row['password_hash'] !== null,
  };
}

export function sessionRow(row: Row): Session {
  const at = (column: string): Instant => integer(row[column]);
  return {
    id: text(row['id']),
    user: text(row['user_id']),
    createdAt: at('created_at'),
    expiresAt: at('expires_at'),
    usedAt: at('used_at'),
  };
}

function emailTaken(db: SqlDatabase, email: string, except: string = ''): boolean {
  return db.count('SELECT count(*) FROM users WHERE email = ? AND id <> ?', email, except) > 0;
}

/** Those who can sign in. */
function adminCount(db: SqlDatabase): number {
  return db.count(
    "SELECT count(*) FROM users WHERE role = 'admin' AND disabled = 0 AND password_hash IS NOT NULL",
  );
}

function takenEmail(email: string): Refusal {
  return {
    code: 'users/email-taken',
    message: `There is a user with the e-mail address ${email} already; give another, or change that user.`,
  };
}

function lastAdmin(user: User): Refusal {
  return {
    code: 'users/last-admin',
    message: `${user.name} is the only admin who can sign in; make another user an admin first.`,
  };
}

/** Sources, and the keys with which they send and programs ask. */

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import type { Instant } from '@segue/core/model/message.ts';

import type { Actor, Keys, Page, PageRequest, Refusal, ServerKey, Source, WriteKey } from '../catalog.ts';
import type { Role } from '../grants.ts';
import { keysMax, sourcesMax } from '../limits.ts';
import { hashToken, newId, newToken, newWriteKey } from '../tokens.ts';
import { integer, optional, pageOf, text, type Row, type SqlDatabase } from './database.ts';
import type { SqliteAuditLog } from './sqlite-audit-log.ts';

type NewSecret = { readonly key: ServerKey; readonly secret: string };

export class SqliteKeys implements Keys {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  sources({ limit, after = 0 }: PageRequest): Promise<Page<Source>> {
    return this.#db.read(() =>
      pageOf(
        this.#db.all('SELECT * FROM sources WHERE seq > ? ORDER BY seq LIMIT ?', after, limit + 1),
        limit,
        sourceRow,
      ),
    );
  }

  createSource(
    { name, description = '' }: { readonly name: string; readonly description?: string },
    by: Actor,
  ): Promise<Result<Source, Refusal>> {
    return this.#db.write(() => {
      if (this.#db.count('SELECT count(*) FROM sources WHERE name = ?', name) > 0) {
        return fail({
          code: 'sources/taken',
          message: `There is a source “${name}” already; give another name.`,
        });
      }
      if (this.#db.count('SELECT count(*) FROM sources') >= sourcesMax) {
        return fail({ code: 'sources/too-many', message: `There are ${sourcesMax} sources, the most.` });
      }
      const createdAt = this.#db.clock();
      this.#db.run(
        'INSERT INTO sources (name, description, created_at) VALUES (?, ?, ?)',
        ...[name, description, createdAt],
      );
      this.#audit.add(by, 'source.created', `source:${name}`);
      return ok({ name, description, createdAt });
    });
  }

  removeSource(name: string, by: Actor): Promise<Result<undefined, Refusal>> {
    return this.#db.write(() => {
      const valid = 'SELECT count(*) FROM write_keys WHERE source = ? AND withdrawn_at IS NULL';
      const keys = this.#db.count(valid, name);
      if (keys > 0) {
        return fail({
          code: 'sources/in-use',
          message: `The source “${name}” has ${keys} valid write ${keys === 1 ? 'key' : 'keys'}; withdraw ${keys === 1 ? 'it' : 'them'} first.`,
        });
      }
      if (this.#db.run('DELETE FROM sources WHERE name = ?', name) === 0) return fail(unknownSource(name));
      this.#audit.add(by, 'source.removed', `source:${name}`);
      return ok(undefined);
    });
  }

  writeKeys({ limit, after = 0 }: PageRequest): Promise<Page<WriteKey>> {
    return this.#db.read(() =>
      pageOf(
        this.#db.all('SELECT * FROM write_keys WHERE seq > ? ORDER BY seq LIMIT ?', after, limit + 1),
        limit,
        writeKeyRow,
      ),
    );
  }

  createWriteKey(
    { source, text: given }: { readonly source: string; readonly text?: string },
    by: Actor,
  ): Promise<Result<WriteKey, Refusal>> {
    return this.#db.write(() => {
      const db = this.#db;
      if (db.count('SELECT count(*) FROM sources WHERE name = ?', source) === 0) {
        return fail(unknownSource(source));
      }
      const valid = 'SELECT count(*) FROM write_keys WHERE withdrawn_at IS NULL';
      if (db.count(valid) >= keysMax) return fail(tooManyKeys('write'));
      const keyText = given ?? newWriteKey();
      if (db.count('SELECT count(*) FROM write_keys WHERE text = ?', keyText) > 0) {
        return fail({
          code: 'keys/taken',
          message: 'There is, or was, a write key of this text; leave the text out to have one made.',
        });
      }
      const id = newId('wky');
      const createdAt = db.clock();
      db.run(
        'INSERT INTO write_keys (id, text, source, created_at) VALUES (?, ?, ?, ?)',
        ...[id, keyText, source, createdAt],
      );
      const key = { id, text: keyText, source, createdAt, withdrawnAt: undefined };
      db.tell({ kind: 'write_key', key });
      this.#audit.add(by, 'write_key.created', `write_key:${id}`, { source });
      return ok(key);
    });
  }

  withdrawWriteKey(id: string, by: Actor): Promise<Result<undefined, Refusal>> {
    return this.#db.write(() => {
      const row = this.#db.get('SELECT * FROM write_keys WHERE id = ?', id);
      if (row === undefined) return fail(unknownKey(id));
      const key = writeKeyRow(row);
      if (key.withdrawnAt !== undefined) return ok(undefined);
      const withdrawnAt = this.#db.clock();
      this.#db.run('UPDATE write_keys SET withdrawn_at = ? WHERE id = ?', withdrawnAt, id);
      this.#db.tell({ kind: 'write_key', key: { ...key, withdrawnAt } });
      this.#audit.add(by, 'write_key.withdrawn', `write_key:${id}`, { source: key.source });
      return ok(undefined);
    });
  }

  serverKeys({ limit, after = 0 }: PageRequest): Promise<Page<ServerKey>> {
    return this.#db.read(() =>
      pageOf(
        this.#db.all('SELECT * FROM server_keys WHERE seq > ? ORDER BY seq LIMIT ?', after, limit + 1),
        limit,
        (row) => serverKeyRow(this.#db, row),
      ),
    );
  }

  createServerKey(
    { name, role }: { readonly name: string; readonly role: Role },
    by: Actor,
  ): Promise<Result<NewSecret, Refusal>> {
    return this.#db.write(() => {
      const valid = 'SELECT count(*) FROM server_keys WHERE withdrawn_at IS NULL';
      if (this.#db.count(valid) >= keysMax) return fail(tooManyKeys('server'));
      const id = newId('sky');
      this.#db.run(
        'INSERT INTO server_keys (id, name, role, hint, created_at) VALUES (?, ?, ?, ?, ?)',
        ...[id, name, role, '', this.#db.clock()],
      );
      const made = this.#newSecret(id);
      this.#audit.add(by, 'server_key.created', `server_key:${id}`, { name, role });
      return ok(made);
    });
  }

  rotateServerKey(id: string, overlapMs: number, by: Actor): Promise<Result<NewSecret, Refusal>> {
    return this.#db.write(() => {
      const db = this.#db;
      const key = findServerKey(db, id);
      if (key === undefined) return fail(unknownKey(id));
      if (key.withdrawnAt !== undefined) {
        return fail({
          code: 'keys/withdrawn',
          message: `The key “${key.name}” was withdrawn; make a new one instead.`,
        });
      }
      const now = db.clock();
      // Only the newest lives on: two rotations in a row leave two secrets, never three.
      db.run('DELETE FROM server_key_secrets WHERE key_id = ? AND valid_until IS NOT NULL', id);
      if (overlapMs === 0) db.run('DELETE FROM server_key_secrets WHERE key_id = ?', id);
      else db.run('UPDATE server_key_secrets SET valid_until = ? WHERE key_id = ?', now + overlapMs, id);
      db.run('UPDATE server_keys SET rotated_at = ? WHERE id = ?', now, id);
      const made = this.#newSecret(id);
      this.#audit.add(by, 'server_key.rotated', `server_key:${id}`, { overlap_ms: overlapMs });
      return ok(made);
    });
  }

  withdrawServerKey(id: string, by: Actor): Promise<Result<undefined, Refusal>> {
    return this.#db.write(() => {
      const key = findServerKey(this.#db, id);
      if (key === undefined) return fail(unknownKey(id));
      if (key.withdrawnAt !== undefined) return ok(undefined);
      const withdrawnAt = this.#db.clock();
      this.#db.run('UPDATE server_keys SET withdrawn_at = ? WHERE id = ?', withdrawnAt, id);
      this.#db.run('DELETE FROM server_key_secrets WHERE key_id = ?', id);
      this.#db.tell({ kind: 'server_key', key: { ...key, withdrawnAt, secrets: [] } });
      this.#audit.add(by, 'server_key.withdrawn', `server_key:${id}`, { name: key.name });
      return ok(undefined);
    });
  }

  touchServerKey(id: string, at: Instant): Promise<void> {
    return this.#db.write(() => {
      this.#db.run('UPDATE server_keys SET used_at = max(?, ifnull(used_at, 0)) WHERE id = ?', at, id);
    });
  }

  #newSecret(id: string): NewSecret {
    const db = this.#db;
    const secret = newToken('sk');
    db.run(
      'INSERT INTO server_key_secrets (hash, key_id, created_at) VALUES (?, ?, ?)',
      ...[hashToken(secret), id, db.clock()],
    );
    db.run('UPDATE server_keys SET hint = ? WHERE id = ?', secret.slice(0, 7), id);
    const key = findServerKey(db, id);
    if (key === undefined) throw new Error(`server key ${id} vanished in its own transaction`);
    db.tell({ kind: 'server_key', key });
    return { key, secret };
  }
}

/** Those that open something. */
export function validWriteKeys(db: SqlDatabase): readonly WriteKey[] {
  return db.all('SELECT * FROM write_keys WHERE withdrawn_at IS NULL').map(writeKeyRow);
}

export function validServerKeys(db: SqlDatabase): readonly ServerKey[] {
  return db.all('SELECT * FROM server_keys WHERE withdrawn_at IS NULL').map((row) => serverKeyRow(db, row));
}

function findServerKey(db: SqlDatabase, id: string): ServerKey | undefined {
  const row = db.get('SELECT * FROM server_keys WHERE id = ?', id);
  return row === undefined ? undefined : serverKeyRow(db, row);
}

function sourceRow(row: Row): Source {
  return {
    name: text(row['name']),
    description: text(row['description']),
    createdAt: integer(row['created_at']),
  };
}

function writeKeyRow(row: Row): WriteKey {
  return {
    id: text(row['id']),
    text: text(row['text']),
    source: text(row['source']),
    createdAt: integer(row['created_at']),
    withdrawnAt: optional(row['withdrawn_at'], integer),
  };
}

function serverKeyRow(db: SqlDatabase, row: Row): ServerKey {
  const id = text(row['id']);
  const secrets = db.all(
    'SELECT hash, valid_until FROM server_key_secrets WHERE key_id = ? ORDER BY created_at, rowid',
    id,
  );
  return {
    id,
    name: text(row['name']),
    role: text(row['role']) as Role,
    hint: text(row['hint']),
    createdAt: integer(row['created_at']),
    rotatedAt: optional(row['rotated_at'], integer),
    usedAt: optional(row['used_at'], integer),
    withdrawnAt: optional(row['withdrawn_at'], integer),
    secrets: secrets.map((secret) => ({
      hash: text(secret['hash']),
      validUntil: optional(secret['valid_until'], integer),
    })),
  };
}

function unknownSource(name: string): Refusal {
  return { code: 'sources/unknown', message: `There is no source “${name}”; list the sources, or make it.` };
}

function unknownKey(id: string): Refusal {
  return { code: 'keys/unknown', message: `There is no key “${id}”; list the keys to see their ids.` };
}

function tooManyKeys(kind: 'write' | 'server'): Refusal {
  return {
    code: 'keys/too-many',
    message: `There are ${keysMax} valid ${kind} keys, which is the most; withdraw one first.`,
  };
}

/**
 * The catalog in one SQLite file, or in memory for tests and trials. One process at a time: the data directory's lock sees
 * to it.
 */

import { randomBytes } from 'node:crypto';

import type { Instant } from '@segue/core/model/message.ts';

import type { AccessChange, AccessRecords, Catalog } from './catalog.ts';
import { SqlDatabase } from './sqlite/database.ts';
import { SqliteAuditLog } from './sqlite/sqlite-audit-log.ts';
import { SqliteDefinitionHistory } from './sqlite/sqlite-definition-history.ts';
import { SqliteErasures } from './sqlite/sqlite-erasures.ts';
import { SqliteKeptAnswers } from './sqlite/sqlite-kept-answers.ts';
import { SqliteKeys, validServerKeys, validWriteKeys } from './sqlite/sqlite-keys.ts';
import { allSessions, SqliteSessions, SqliteSignInLinks } from './sqlite/sqlite-sessions.ts';
import { allUsers, SqliteUsers } from './sqlite/sqlite-users.ts';
import { SqliteWebhookEndpoints } from './sqlite/sqlite-webhook-endpoints.ts';
import { SqliteWorkspaceNames } from './sqlite/sqlite-workspace-names.ts';

export type SqliteCatalogOptions = {
  /** `:memory:` for one that goes with the process. */
  readonly path: string;
  readonly clock: () => Instant;
  /** How long a call waits while another process (a backup) holds the file; 5 s. */
  readonly busyMs?: number;
};

/** Throws `CatalogError` where the file is another program's, of a newer format, or cannot be used. */
export function openSqliteCatalog(options: SqliteCatalogOptions): Catalog {
  return new SqliteCatalog(options);
}

class SqliteCatalog implements Catalog {
  readonly users: SqliteUsers;
  readonly sessions: SqliteSessions;
  readonly links: SqliteSignInLinks;
  readonly keys: SqliteKeys;
  readonly audit: SqliteAuditLog;
  readonly definitions: SqliteDefinitionHistory;
  readonly webhooks: SqliteWebhookEndpoints;
  readonly answers: SqliteKeptAnswers;
  readonly erasures: SqliteErasures;
  readonly workspace: SqliteWorkspaceNames;
  readonly #db: SqlDatabase;

  constructor({ path, clock, busyMs = 5000 }: SqliteCatalogOptions) {
    const db = new SqlDatabase(path, clock, busyMs);
    this.#db = db;
    this.audit = new SqliteAuditLog(db);
    this.users = new SqliteUsers(db, this.audit);
    this.sessions = new SqliteSessions(db, this.audit);
    this.links = new SqliteSignInLinks(db, this.audit);
    this.keys = new SqliteKeys(db, this.audit);
    this.definitions = new SqliteDefinitionHistory(db);
    this.webhooks = new SqliteWebhookEndpoints(db, this.audit);
    this.answers = new SqliteKeptAnswers(db);
    this.erasures = new SqliteErasures(db, this.audit);
    this.workspace = new SqliteWorkspaceNames(db, this.audit);
  }

  get failed(): Promise<Error> {
    return this.#db.failed;
  }

  secret(name: string): Promise<Uint8Array> {
    return this.#db.write(() => {
      this.#db.run('INSERT OR IGNORE INTO secrets (name, bytes) VALUES (?, ?)', name, randomBytes(32));
      const bytes = this.#db.get('SELECT bytes FROM secrets WHERE name = ?', name)?.['bytes'];
      if (!(bytes instanceof Uint8Array)) throw new TypeError(`the secret ${name} is no row of bytes`);
      return bytes;
    });
  }

  access(): Promise<AccessRecords> {
    return this.#db.read(() => ({
      users: allUsers(this.#db),
      sessions: allSessions(this.#db),
      writeKeys: validWriteKeys(this.#db),
      serverKeys: validServerKeys(this.#db),
    }));
  }

  watch(listener: (change: AccessChange) => void): () => void {
    return this.#db.watch(listener);
  }

  close(): Promise<void> {
    return this.#db.read(() => {
      this.#db.close();
    });
  }
}

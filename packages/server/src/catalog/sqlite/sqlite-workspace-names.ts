/** What the workspace is called, as a table of one row; see ../catalog.ts. */

import type { Actor, WorkspaceNames } from '../catalog.ts';
import type { SqlDatabase } from './database.ts';
import type { SqliteAuditLog } from './sqlite-audit-log.ts';

export class SqliteWorkspaceNames implements WorkspaceNames {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  name(): Promise<string | undefined> {
    return this.#db.read(() => this.#name());
  }

  rename(name: string | undefined, by: Actor): Promise<void> {
    return this.#db.write(() => {
      const before = this.#name();
      if (before === name) return;
      this.#db.run('INSERT OR REPLACE INTO workspace (one, name) VALUES (1, ?)', name ?? null);
      this.#audit.add(by, 'workspace.renamed', 'workspace', { from: before ?? null, to: name ?? null });
    });
  }

  #name(): string | undefined {
    const name = this.#db.get('SELECT name FROM workspace')?.['name'];
    return typeof name === 'string' ? name : undefined;
  }
}

/** The audit log as a table whose rows triggers keep from being changed; see ../audit-log.ts for the chain. */

import type { JsonObject } from '@segue/core/model/message.ts';

import { auditHash, auditRoot, type AuditLog, type AuditRow, type AuditVerdict } from '../audit-log.ts';
import type { Actor, Page, PageRequest } from '../catalog.ts';
import { integer, pageOf, text, type Row, type SqlDatabase } from './database.ts';

export class SqliteAuditLog implements AuditLog {
  readonly #db: SqlDatabase;

  constructor(db: SqlDatabase) {
    this.#db = db;
  }

  /** Inside a transaction: the row of what it does. */
  add(by: Actor, action: string, object: string, details: JsonObject = {}): void {
    const last = this.#db.get('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1');
    const id = last === undefined ? 1 : integer(last['seq']) + 1;
    const before = last === undefined ? auditRoot : text(last['hash']);
    const at = this.#db.clock();
    const hash = auditHash(before, { id, at, actor: by, action, object, details });
    this.#db.run(
      `INSERT INTO audit (seq, at, actor_kind, actor_id, actor_name, action, object, details, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, at, by.kind, by.id, by.name, action, object, JSON.stringify(details), hash],
    );
  }

  record(by: Actor, action: string, object: string, details: JsonObject): Promise<void> {
    return this.#db.write(() => {
      this.add(by, action, object, details);
    });
  }

  list(
    page: PageRequest & { readonly actor?: string; readonly action?: string; readonly object?: string },
  ): Promise<Page<AuditRow>> {
    return this.#db.read(() => {
      const wanted = [
        ...(page.after === undefined ? [] : [['seq < ?', page.after] as const]),
        ...(page.actor === undefined ? [] : [['actor_id = ?', page.actor] as const]),
        ...(page.action === undefined ? [] : [['action = ?', page.action] as const]),
        ...(page.object === undefined ? [] : [['object = ?', page.object] as const]),
      ];
      const where = wanted.length === 0 ? '' : `WHERE ${wanted.map(([sql]) => sql).join(' AND ')}`;
      const rows = this.#db.all(
        `SELECT * FROM audit ${where} ORDER BY seq DESC LIMIT ?`,
        ...wanted.map(([, value]) => value),
        page.limit + 1,
      );
      return pageOf(rows, page.limit, auditRow);
    });
  }

  verify(): Promise<AuditVerdict> {
    return this.#db.read(() => {
      let head = auditRoot;
      let rows = 0;
      for (const row of this.#db.iterate('SELECT * FROM audit ORDER BY seq')) {
        const read = auditRow(row);
        rows += 1;
        if (read.id !== rows || auditHash(head, read) !== read.hash) return { intact: false, row: rows };
        head = read.hash;
      }
      return { intact: true, rows, head };
    });
  }
}

function auditRow(row: Row): AuditRow {
  return {
    id: integer(row['seq']),
    at: integer(row['at']),
    actor: {
      kind: text(row['actor_kind']) as Actor['kind'],
      id: text(row['actor_id']),
      name: text(row['actor_name']),
    },
    action: text(row['action']),
    object: text(row['object']),
    details: JSON.parse(text(row['details'])) as JsonObject,
    hash: text(row['hash']),
  };
}

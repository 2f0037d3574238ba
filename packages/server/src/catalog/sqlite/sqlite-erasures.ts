/** Erasures as a table; see ../erasures.ts. */

import { systemActor, type Page, type PageRequest } from '../catalog.ts';
import type { Erasure, ErasureCounts, Erasures, ErasureWork } from '../erasures.ts';
import { integer, optional, pageOf, text, type Row, type SqlDatabase } from './database.ts';
import type { SqliteAuditLog } from './sqlite-audit-log.ts';

const nothing: ErasureCounts = { entries: 0, mentions: 0, changes: 0, deliveries: 0, quarantined: 0 };

export class SqliteErasures implements Erasures {
  readonly #db: SqlDatabase;
  readonly #audit: SqliteAuditLog;

  constructor(db: SqlDatabase, audit: SqliteAuditLog) {
    this.#db = db;
    this.#audit = audit;
  }

  begin(work: ErasureWork): Promise<void> {
    return this.#db.write(() => {
      this.#db.run(
        'INSERT OR IGNORE INTO erasures (seq, at, work, removed) VALUES (?, ?, ?, ?)',
        ...[work.position, work.at, JSON.stringify(work), JSON.stringify(nothing)],
      );
    });
  }

  count(position: number, removed: Partial<ErasureCounts>): Promise<void> {
    return this.#db.write(() => {
      this.#add(position, removed);
    });
  }

  nameSubject(position: number, subject: string): Promise<void> {
    return this.#db.write(() => {
      this.#db.run('UPDATE erasures SET subject = ? WHERE seq = ?', subject, position);
    });
  }

  pending(): Promise<readonly ErasureWork[]> {
    return this.#db.read(() =>
      this.#db
        .all('SELECT work FROM erasures WHERE work IS NOT NULL ORDER BY seq')
        .map(({ work }) => JSON.parse(text(work)) as ErasureWork),
    );
  }

  async finish(position: number, removed: Partial<ErasureCounts>): Promise<void> {
    await this.#db.write(() => {
      const all = this.#add(position, removed);
      const now = this.#db.clock();
      this.#db.run('UPDATE erasures SET work = NULL, done_at = ? WHERE seq = ?', now, position);
      this.#audit.add(systemActor, 'erasure.finished', `erasure:${position}`, { ...all });
    });
    // What was forgotten stands in the file of recent writes, too.
    await this.#db.read(() => this.#db.all('PRAGMA wal_checkpoint(TRUNCATE)'));
  }

  get(position: number): Promise<Erasure | undefined> {
    return this.#db.read(() => {
      const row = this.#db.get('SELECT * FROM erasures WHERE seq = ?', position);
      return row === undefined ? undefined : erasureRow(row);
    });
  }

  list({ limit, after }: PageRequest): Promise<Page<Erasure>> {
    return this.#db.read(() => {
      const rows = this.#db.all(
        'SELECT * FROM erasures WHERE seq < ? ORDER BY seq DESC LIMIT ?',
        ...[after ?? Number.MAX_SAFE_INTEGER, limit + 1],
      );
      return pageOf(rows, limit, erasureRow);
    });
  }

  #add(position: number, more: Partial<ErasureCounts>): ErasureCounts {
    const row = this.#db.get('SELECT removed FROM erasures WHERE seq = ?', position);
    const before = row === undefined ? nothing : (JSON.parse(text(row['removed'])) as ErasureCounts);
    const all: ErasureCounts = {
      entries: before.entries + (more.entries ?? 0),
      mentions: before.mentions + (more.mentions ?? 0),
      changes: before.changes + (more.changes ?? 0),
      deliveries: before.deliveries + (more.deliveries ?? 0),
      quarantined: before.quarantined + (more.quarantined ?? 0),
    };
    this.#db.run('UPDATE erasures SET removed = ? WHERE seq = ?', JSON.stringify(all), position);
    return all;
  }
}

function erasureRow(row: Row): Erasure {
  const doneAt = optional(row['done_at'], integer);
  return {
    position: integer(row['seq']),
    at: integer(row['at']),
    subject: optional(row['subject'], text),
    doneAt,
    removed: JSON.parse(text(row['removed'])) as ErasureCounts,
  };
}

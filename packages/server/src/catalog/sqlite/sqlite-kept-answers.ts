/** Answers to requests that carried an Idempotency-Key; they go after a day. */

import type { KeptAnswers, KnownRequest } from '../catalog.ts';
import { answerKeptMs } from '../limits.ts';
import { integer, optional, text, type SqlDatabase } from './database.ts';

export class SqliteKeptAnswers implements KeptAnswers {
  readonly #db: SqlDatabase;

  constructor(db: SqlDatabase) {
    this.#db = db;
  }

  begin(principal: string, key: string, fingerprint: string): Promise<KnownRequest> {
    return this.#db.write((): KnownRequest => {
      const now = this.#db.clock();
      this.#db.run('DELETE FROM kept_answers WHERE begun_at <= ?', now - answerKeptMs);
      const row = this.#db.get(
        'SELECT fingerprint, status, body FROM kept_answers WHERE principal = ? AND key = ?',
        ...[principal, key],
      );
      if (row === undefined) {
        this.#db.run(
          'INSERT INTO kept_answers (principal, key, fingerprint, begun_at) VALUES (?, ?, ?, ?)',
          ...[principal, key, fingerprint, now],
        );
        return { kind: 'new' };
      }
      const status = optional(row['status'], integer);
      const known = text(row['fingerprint']);
      if (status === undefined) return { kind: 'begun', fingerprint: known };
      return { kind: 'answered', fingerprint: known, status, body: optional(row['body'], text) };
    });
  }

  finish(principal: string, key: string, status: number, body: string | undefined): Promise<void> {
    return this.#db.write(() => {
      this.#db.run(
        'UPDATE kept_answers SET status = ?, body = ? WHERE principal = ? AND key = ?',
        ...[status, body ?? null, principal, key],
      );
    });
  }

  release(principal: string, key: string): Promise<void> {
    return this.#db.write(() => {
      this.#db.run('DELETE FROM kept_answers WHERE principal = ? AND key = ?', principal, key);
    });
  }
}

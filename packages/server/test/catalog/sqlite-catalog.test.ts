import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, describe, expect, it } from 'vitest';

import { systemActor, type Catalog } from '../../src/catalog/catalog.ts';
import { openSqliteCatalog } from '../../src/catalog/sqlite-catalog.ts';
import { webhookEndpointsConformance } from '../feeds/webhook-endpoints-conformance.ts';
import { catalogConformance, good, start } from './catalog-conformance.ts';

const folder = mkdtempSync(join(tmpdir(), 'segue-catalog-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
let files = 0;
const newPath = (): string => join(folder, `${(files += 1)}.sqlite`);
const openAt = (path: string): Catalog => openSqliteCatalog({ path, clock: () => start });

catalogConformance('SQLite in memory', (clock) => openSqliteCatalog({ path: ':memory:', clock }));
catalogConformance('SQLite in a file', (clock) => openSqliteCatalog({ path: newPath(), clock }));
webhookEndpointsConformance('SQLite', () => openAt(':memory:').webhooks);

/** Opens the file with nothing of Segue's. */
function raw(path: string, work: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(path);
  work(db);
  db.close();
}

describe('a catalog in a file', () => {
  it('is there again after it was closed, and only its owner may read it', async () => {
    const path = newPath();
    const first = openAt(path);
    const made = good(await first.keys.createServerKey({ name: 'ci', role: 'viewer' }, systemActor));
    const secret = await first.secret('cursors');
    await first.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const second = openAt(path);
    expect((await second.access()).serverKeys).toEqual([made.key]);
    expect(await second.secret('cursors')).toEqual(secret);
    expect(await second.audit.verify()).toMatchObject({ intact: true, rows: 1 });
    await second.close();
  });

  it('of a newer format is refused and not touched', async () => {
    const path = newPath();
    await openAt(path).close();
    raw(path, (db) => {
      db.exec('PRAGMA user_version = 999');
    });
    expect(() => openAt(path)).toThrow(expect.objectContaining({ code: 'catalog/newer-format' }));
    raw(path, (db) => {
      expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 999 });
    });
  });

  it('that another program made is refused', () => {
    const path = newPath();
    raw(path, (db) => {
      db.exec('CREATE TABLE theirs (x)');
    });
    expect(() => openAt(path)).toThrow(expect.objectContaining({ code: 'catalog/not-ours' }));
  });

  it('that is no database is refused with what to do', () => {
    const path = newPath();
    writeFileSync(
      path,
      'this is a letter to my aunt, long enough to be mistaken for a header of SQLite\n'.repeat(9),
    );
    expect(() => openAt(path)).toThrow(expect.objectContaining({ code: 'catalog/io' }));
    expect(() => openAt(join(folder, 'no', 'such', 'folder'))).toThrow(
      expect.objectContaining({ code: 'catalog/io' }),
    );
  });

  it('keeps its audit rows from being changed or deleted, and finds it where somebody did', async () => {
    const path = newPath();
    const catalog = openAt(path);
    for (let i = 0; i < 5; i++) await catalog.audit.record(systemActor, 'a', 'x', { i });
    const damages: [string, number][] = [
      [`UPDATE audit SET details = '{"i":9}' WHERE seq = 3`, 3],
      ['DELETE FROM audit WHERE seq = 2', 2],
      ['UPDATE audit SET actor_name = actor_id WHERE seq = 1', 1],
    ];
    for (const [sql, row] of damages) {
      raw(path, (db) => {
        expect(() => {
          db.exec(sql);
        }).toThrow('append-only');
        db.exec('DROP TRIGGER IF EXISTS audit_is_not_changed; DROP TRIGGER IF EXISTS audit_is_not_cut');
        db.exec(sql);
        db.exec(
          "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'append-only'); END",
        );
        db.exec(
          "CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'append-only'); END",
        );
      });
      expect(await catalog.audit.verify()).toEqual({ intact: false, row });
    }
    await catalog.close();
  });

  it('says that it is busy while another process writes, and goes on afterwards', async () => {
    const path = newPath();
    const catalog = openSqliteCatalog({ path, clock: () => start, busyMs: 10 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const refused = catalog.keys.createSource({ name: 'shop' }, systemActor);
    await expect(refused).rejects.toMatchObject({ code: 'catalog/busy', retryable: true });
    other.exec('ROLLBACK');
    good(await catalog.keys.createSource({ name: 'shop' }, systemActor));
    other.close();
    await catalog.close();
  });
});

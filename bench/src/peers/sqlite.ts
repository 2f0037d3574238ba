/** SQLite in memory: triggers keep a tally per customer and category, and the members of each segment. */

import { DatabaseSync } from 'node:sqlite';
import { type Case, type Sample, Stopwatch } from '../measure/rounds.ts';
import type { SegmentSet } from '../workload/segments.ts';
import type { Traffic } from '../workload/traffic.ts';
import { countSegments, type Delta, memberKey, mustAgree } from './question.ts';

/** Deltas in one transaction. */
const BATCH = 1_000;

const SCHEMA = `
  PRAGMA journal_mode = OFF;
  PRAGMA synchronous = OFF;
  CREATE TABLE event (row INTEGER PRIMARY KEY, customer INTEGER NOT NULL, category INTEGER NOT NULL);
  CREATE TABLE tally (
    customer INTEGER NOT NULL, category INTEGER NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (customer, category)
  ) WITHOUT ROWID;
  CREATE TABLE segment (id INTEGER PRIMARY KEY, category INTEGER NOT NULL, at_least INTEGER NOT NULL);
  CREATE INDEX segment_by_category ON segment (category, at_least);
  CREATE TABLE member (segment INTEGER NOT NULL, customer INTEGER NOT NULL, PRIMARY KEY (segment, customer))
    WITHOUT ROWID;
  CREATE TRIGGER event_enters AFTER INSERT ON event BEGIN
    INSERT INTO tally VALUES (new.customer, new.category, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO member SELECT id, new.customer FROM segment WHERE category = new.category
      AND at_least = (SELECT n FROM tally WHERE customer = new.customer AND category = new.category);
  END;
  CREATE TRIGGER event_leaves AFTER DELETE ON event BEGIN
    UPDATE tally SET n = n - 1 WHERE customer = old.customer AND category = old.category;
    DELETE FROM member WHERE customer = old.customer AND segment IN (
      SELECT id FROM segment WHERE category = old.category
        AND at_least = 1 + (SELECT n FROM tally WHERE customer = old.customer AND category = old.category));
  END;
`;

export class SqliteCase implements Case {
  readonly name: string;
  readonly unit = 'events/s';
  readonly #traffic: Traffic;
  readonly #set: SegmentSet;
  readonly #deltas: readonly Delta[];
  readonly #members: ReadonlySet<string>;

  constructor(traffic: Traffic, set: SegmentSet, deltas: readonly Delta[], members: ReadonlySet<string>) {
    this.name = `node:sqlite with triggers`;
    this.#traffic = traffic;
    this.#set = set;
    this.#deltas = deltas;
    this.#members = members;
  }

  run(): Sample {
    const database = new DatabaseSync(':memory:');
    database.exec(SCHEMA);
    const define = database.prepare('INSERT INTO segment VALUES (?, ?, ?)');
    for (const { id, category, shape } of countSegments(this.#set)) {
      define.run(id, category ?? 0, shape.atLeast);
    }
    const enters = database.prepare('INSERT INTO event VALUES (?, ?, ?)');
    const leaves = database.prepare('DELETE FROM event WHERE row = ?');
    const watch = new Stopwatch();
    watch.start();
    for (let from = 0; from < this.#deltas.length; from += BATCH) {
      database.exec('BEGIN');
      for (const { row, customer, category, weight } of this.#deltas.slice(from, from + BATCH)) {
        if (weight === 1) enters.run(row, customer, category);
        else leaves.run(row);
      }
      database.exec('COMMIT');
    }
    watch.stop();
    const rows = database.prepare('SELECT segment, customer FROM member').all();
    const members = new Set(rows.map((row) => memberKey(Number(row['segment']), Number(row['customer']))));
    database.close();
    mustAgree(this.name, members, this.#members);
    return { amount: this.#traffic.rows, seconds: watch.seconds };
  }
}

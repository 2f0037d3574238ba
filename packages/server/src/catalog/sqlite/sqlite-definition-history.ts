/**
 * Revisions as the definitions that each changed: a set is put together from the newest version of every definition up to its
 * revision, so a change of one among ten thousand costs one row.
 */

import { withoutNames } from '@segue/core/model/identifiers.ts';
import type { JsonValue } from '@segue/core/model/message.ts';
import { definitionKinds, definitionPath, type DefinitionKind } from '@segue/core/model/names.ts';

import { canonicalJson } from '../audit-log.ts';
import type { Page, PageRequest } from '../catalog.ts';
import {
  differenceOf,
  meaningOf,
  type DefinitionDifference,
  type DefinitionHistory,
  type DefinitionVersion,
  type Revision,
  type RevisionSet,
} from '../definition-history.ts';
import { noPlainDefinitions, type PlainDefinitions } from '../plain-definitions.ts';
import { integer, optional, pageOf, text, type Row, type SqlDatabase } from './database.ts';

export class SqliteDefinitionHistory implements DefinitionHistory {
  readonly #db: SqlDatabase;

  constructor(db: SqlDatabase) {
    this.#db = db;
  }

  latest(): Promise<RevisionSet | undefined> {
    return this.#db.read(() => this.#setOf(this.#newest()));
  }

  get(revision: number): Promise<RevisionSet | undefined> {
    return this.#db.read(() => this.#setOf(revision));
  }

  list({ limit, after = Number.MAX_SAFE_INTEGER }: PageRequest): Promise<Page<Revision>> {
    return this.#db.read(() =>
      pageOf(
        this.#db.all('SELECT * FROM revisions WHERE seq < ? ORDER BY seq DESC LIMIT ?', after, limit + 1),
        limit,
        revisionRow,
      ),
    );
  }

  versionsOf(
    kind: DefinitionKind,
    name: string,
    { limit, after = Number.MAX_SAFE_INTEGER }: PageRequest,
  ): Promise<Page<DefinitionVersion>> {
    return this.#db.read(() =>
      pageOf(
        this.#db.all(
          `SELECT v.*, r.seq, r.at, r.author, r.reason
           FROM definition_versions v JOIN revisions r ON r.seq = v.revision
           WHERE v.kind = ? AND v.name = ? AND v.revision < ? ORDER BY v.revision DESC LIMIT ?`,
          ...[kind, name, after, limit + 1],
        ),
        limit,
        versionRow,
      ),
    );
  }

  record(
    head: Pick<Revision, 'revision' | 'at' | 'author' | 'reason'>,
    definitions: PlainDefinitions,
  ): Promise<void> {
    return this.#db.write(() => {
      const newest = this.#newest();
      if (head.revision <= newest) {
        const kept = this.#setOf(head.revision);
        if (kept !== undefined && differenceOf(kept.definitions, definitions).length === 0) return;
        throw new RangeError(`revision ${head.revision} is kept already, with other definitions`);
      }
      if (head.revision !== newest + 1) {
        throw new RangeError(`revision ${head.revision} does not follow revision ${newest}`);
      }
      const before = this.#setOf(newest)?.definitions ?? noPlainDefinitions;
      const differences = differenceOf(before, definitions);
      const count = (change: DefinitionDifference['change']): number =>
        differences.filter((difference) => difference.change === change).length;
      this.#db.run(
        'INSERT INTO revisions (seq, at, author, reason, created, changed, removed) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...[head.revision, head.at, head.author, head.reason],
        ...[count('created'), count('changed'), count('removed')],
      );
      for (const difference of differences) this.#addVersion(head.revision, difference);
    });
  }

  takeOffLists(values: ReadonlySet<string>): Promise<void> {
    return this.#db.write(() => {
      const kept = "FROM definition_versions WHERE kind = 'lists' AND definition IS NOT NULL";
      for (const { name, revision } of this.#db.all(`SELECT name, revision ${kept}`)) {
        const version = [text(name), integer(revision)] as const;
        const row = this.#db.get(`SELECT definition ${kept} AND name = ? AND revision = ?`, ...version);
        const members = JSON.parse(text(row?.['definition'])) as readonly string[];
        const left = withoutNames(members, values);
        if (left === members) continue;
        this.#db.run(
          "UPDATE definition_versions SET definition = ? WHERE kind = 'lists' AND name = ? AND revision = ?",
          ...[canonicalJson(left), ...version],
        );
      }
    });
  }

  #addVersion(revision: number, { kind, name, after }: DefinitionDifference): void {
    const rows = this.#db.all(
      'SELECT version, definition FROM definition_versions WHERE kind = ? AND name = ? ORDER BY revision DESC LIMIT 1',
      ...[kind, name],
    );
    const was = rows[0];
    const before = was === undefined ? undefined : optional(was['definition'], text);
    const version = was === undefined ? 0 : integer(was['version']);
    const same =
      after === undefined ||
      (before !== undefined && meaningOf(JSON.parse(before) as JsonValue) === meaningOf(after));
    this.#db.run(
      'INSERT INTO definition_versions (kind, name, revision, version, definition) VALUES (?, ?, ?, ?, ?)',
      ...[kind, name, revision, same ? version : version + 1],
      after === undefined ? null : canonicalJson(after),
    );
  }

  #newest(): number {
    return optional(this.#db.get('SELECT max(seq) AS newest FROM revisions')?.['newest'], integer) ?? 0;
  }

  #setOf(revision: number): RevisionSet | undefined {
    const head = this.#db.get('SELECT * FROM revisions WHERE seq = ?', revision);
    if (head === undefined) return undefined;
    const rows = this.#db.all(
      `SELECT v.*, r.seq, r.at, r.author, r.reason
       FROM definition_versions v JOIN revisions r ON r.seq = v.revision
       WHERE v.revision = (
         SELECT max(revision) FROM definition_versions
         WHERE kind = v.kind AND name = v.name AND revision <= ?
       ) AND v.definition IS NOT NULL
       ORDER BY v.kind, v.name`,
      revision,
    );
    const sets = new Map(definitionKinds.map((kind) => [kind, new Map<string, JsonValue>()]));
    const versions = new Map<string, Omit<DefinitionVersion, 'definition'>>();
    for (const row of rows) {
      const { definition, ...version } = versionRow(row);
      if (definition !== undefined) sets.get(version.kind)?.set(version.name, definition);
      versions.set(definitionPath(version.kind, version.name), version);
    }
    const entries = [...sets].map(([kind, set]) => [kind, Object.fromEntries(set)] as const);
    const definitions: PlainDefinitions = { ...noPlainDefinitions, ...Object.fromEntries(entries) };
    return { head: revisionRow(head), definitions, versions };
  }
}

function revisionRow(row: Row): Revision {
  return {
    revision: integer(row['seq']),
    at: integer(row['at']),
    author: text(row['author']),
    reason: text(row['reason']),
    created: integer(row['created']),
    changed: integer(row['changed']),
    removed: integer(row['removed']),
  };
}

function versionRow(row: Row): DefinitionVersion {
  const definition = optional(row['definition'], text);
  return {
    kind: text(row['kind']) as DefinitionKind,
    name: text(row['name']),
    version: integer(row['version']),
    revision: integer(row['revision']),
    at: integer(row['at']),
    author: text(row['author']),
    reason: text(row['reason']),
    definition: definition === undefined ? undefined : (JSON.parse(definition) as JsonValue),
  };
}

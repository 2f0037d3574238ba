/** What both stores keep beside the tables of the schema: which log they are filled from, and how far. */

import {
  goneCause,
  historyDropStatements,
  historySchemaStatements,
  historySchemaVersion,
  historyTables,
} from './schema.ts';
import type { HistoryBatch, Reached, Retained } from './history-store.ts';

/** Nothing is in. */
export const nowhere: Reached = { position: 0, seq: 0, at: -Infinity };

const instantMin = -(2 ** 53);
/** Above every position and every number of a change. */
const numberMax = Number.MAX_SAFE_INTEGER;

/** Every table and view; each is one statement. */
export function storeStatements(): readonly string[] {
  return [
    `CREATE TABLE IF NOT EXISTS projected (
  to_position UInt64, from_position UInt64, to_seq UInt64, from_seq UInt64, at Int64, written_at Int64, counts Map(String, UInt64)
) ENGINE = MergeTree ORDER BY to_position`,
    `CREATE TABLE IF NOT EXISTS projection (
  version UInt32, log String, made_at Int64
) ENGINE = MergeTree ORDER BY made_at`,
    `CREATE TABLE IF NOT EXISTS let_go (
  kind String, names Array(String), before Int64
) ENGINE = ReplacingMergeTree(before) ORDER BY (kind, names)`,
    ...historySchemaStatements(),
  ];
}

/** Names of all tables that are emptied with a reset. */
const filledTables: readonly string[] = [...historyTables.map(({ name }) => name), 'let_go', 'projected'];

/** What is not made from the log, and so outlives a rebuild from the same one. */
const notOfTheLog: ReadonlySet<string> = new Set(['deliveries']);

/** Makes a store empty for a log: `known` is the one it was of, undefined where another version wrote it. */
export function resetStatements(log: string, known: string | undefined, now: number): readonly string[] {
  const made =
    known === undefined
      ? ['DROP TABLE IF EXISTS projected SYNC', ...historyDropStatements(), ...storeStatements()]
      : [];
  const emptied = filledTables.filter((name) => known !== log || !notOfTheLog.has(name));
  return [
    ...made,
    ...[...emptied, 'projection'].map((table) => `TRUNCATE TABLE ${table}`),
    projectionRow(log, now),
  ];
}

/** Of the log and of the feed. */
export type Range = {
  readonly from: Pick<Reached, 'position' | 'seq'>;
  readonly to: Pick<Reached, 'position' | 'seq'>;
};

const changesTable = 'membership_changes';

/** Tables that are not merged by a key: what was cut short is taken out. */
export const countedTables: readonly string[] = historyTables
  .filter(
    ({ columns, engine }) => !engine.startsWith('Replacing') && columns.some((c) => c.name === 'position'),
  )
  .map(({ name }) => name);

/** Which rows of such a table a range of the log and of the feed has made. */
export function rowsOfRange(table: string, { from, to }: Range): string {
  const positions = `position >= ${from.position} AND position < ${to.position}`;
  if (table !== changesTable) return positions;
  return `if(cause = ${quoted(goneCause)}, ${positions}, seq >= ${from.seq} AND seq < ${to.seq})`;
}

/** Tables with rows of a profile. */
export const profileTables: readonly string[] = historyTables
  .filter(({ name, columns }) => name !== 'erasures' && columns.some((c) => c.name === 'profile'))
  .map(({ name }) => name);

export const reachedQuery = 'SELECT to_position, to_seq, at FROM projected ORDER BY to_position DESC LIMIT 1';

export const projectionQuery = 'SELECT version, log FROM projection ORDER BY made_at DESC LIMIT 1';

function projectionRow(log: string, now: number): string {
  return `INSERT INTO projection VALUES (${historySchemaVersion}, ${quoted(log)}, ${now})`;
}

export function projectedRow({ from, to, tables }: HistoryBatch, now: number): string {
  const counts = tables.flatMap(({ table, rows }) => [quoted(table), String(rows)]).join(', ');
  const at = to.at === -Infinity ? instantMin : to.at;
  return `INSERT INTO projected VALUES (${to.position}, ${from.position}, ${to.seq}, ${from.seq}, ${at}, ${now}, map(${counts}))`;
}

export function readReached(row: readonly unknown[] | undefined): Reached {
  if (row === undefined) return nowhere;
  const [position, seq, at] = row.map(Number);
  return {
    position: position ?? 0,
    seq: seq ?? 0,
    at: at === undefined || at <= instantMin ? -Infinity : at,
  };
}

/** Deletes what a batch that was cut short has left. */
export function cutStatements(reached: Reached): readonly string[] {
  const rest = { from: reached, to: { position: numberMax, seq: numberMax } };
  return countedTables.map((table) => `DELETE FROM ${table} WHERE ${rowsOfRange(table, rest)}`);
}

/** Deletes all rows of those who were erased, and of whoever was merged into them. */
export function eraseStatements(erased: readonly number[]): readonly string[] {
  const list = erased.join(', ');
  const theirs = `profile IN (${list}) OR profile IN (SELECT gone FROM merges WHERE survivor IN (${list}))`;
  return profileTables.map((table) => `DELETE FROM ${table} WHERE ${theirs}`);
}

/** What of events is gone, however the settings have changed since: who counts them must know. */
export const letGoQuery = 'SELECT kind, names, max(before) FROM let_go GROUP BY kind, names';

/** Before anything is let go it is noted that it is. */
export function letGoRow({ kind, names }: Retained, before: number): string {
  const sorted = [...names].sort().map(quoted).join(', ');
  return `INSERT INTO let_go VALUES (${quoted(kind)}, [${sorted}], ${before})`;
}

export function retainStatement(which: Retained, before: number): string {
  const names = which.names.map(quoted).join(', ');
  const chosen =
    which.kind === 'only'
      ? `name IN (${names})`
      : which.names.length === 0
        ? 'true'
        : `name NOT IN (${names})`;
  return `DELETE FROM messages WHERE kind IN ('track', 'page', 'screen') AND ${chosen} AND time < ${before}`;
}

/** A text in SQL. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Of what a query may take of memory, the part that its answer may have: it stands there once more as text and as values. */
export const answerShare: number = 1 / 8;

/** Of what a query may take, what a sort or a grouping may have before it uses the disk, which takes much longer. */
export const spillShare: number = 1 / 2;

/** Of a query: one that a rule was compiled to may name the same thing very often. */
export const expandedElementsMax = 5_000_000;

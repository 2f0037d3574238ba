/**
 * Puts an entry of the log aside that the engine cannot take, so that the service starts again.
 *
 * The entry stays where it is, wrapped as `skipped` with the reason: replaying it does nothing but let time pass, so the
 * state is a function of the log as before, and every replay, check and backup knows of it. A message counts as seen: a
 * sender who got no answer sends it again, and it must not fail again under another position.
 *
 * Only the entry at which a start fails can be put aside: the log is replayed to it first, from the last checkpoint. So
 * nothing is skipped that any state or published change rests on.
 */

import { readFile } from 'node:fs/promises';

import { fail, ok, type Result } from '@segue/core/base/result.ts';
import { noDefinitions } from '@segue/core/model/definitions.ts';
import type { Instant } from '@segue/core/model/message.ts';

import { systemActor, type Refusal } from '../catalog/catalog.ts';
import { openSqliteCatalog } from '../catalog/sqlite-catalog.ts';
import { findBase, restoreFromBase } from '../log/base.ts';
import type { CheckpointStore } from '../log/checkpoint-store.ts';
import { requireData } from '../log/data-format.ts';
import { openDataDirectory } from '../log/data-directory.ts';
import type { InputEntry, LogEntry, Position } from '../log/entry.ts';
import { openLmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import { openLmdbQuarantine } from '../log/lmdb-quarantine.ts';
import type { Log } from '../log/log.ts';
import { CheckpointRows } from './checkpoint-rows.ts';
import { readHead } from './checkpoints.ts';
import { Customers } from './customers.ts';
import { describe, EntryFailure } from './entry-failure.ts';
import { MessageIndex } from './message-index.ts';

export type Skipped = {
  readonly position: Position;
  /** What it was, in words, without what it said of anybody. */
  readonly what: string;
  /** Why the engine did not take it. */
  readonly failure: string;
};

/**
 * Puts the entry at a position aside: it goes into quarantine and the audit log, and then into the log as skipped. The
 * service must not run on the directory.
 *
 * @throws StorageError where the directory is in use, is none, or its log cannot be read
 */
export async function skipEntry(
  data: string,
  position: Position,
  { reason, now, timezone }: { readonly reason: string; readonly now: Instant; readonly timezone: string },
): Promise<Result<Skipped, Refusal>> {
  await requireData(data);
  const directory = await openDataDirectory(data);
  try {
    const { paths } = directory;
    const log = await openLmdbLog(paths.log);
    const checkpoints = await openLmdbCheckpointStore(paths.checkpoint);
    try {
      const timeZone = (await timeZoneOf(paths.workspace)) ?? timezone;
      const base = await findBase(paths.base);
      if (base !== undefined && readHead(checkpoints) === undefined) await restoreFromBase(base, checkpoints);
      const found = await failureOf(log, checkpoints, timeZone);
      const refusal = refusalOf(found, position);
      const record = log.recordAt(position);
      const entry = record?.entries[position - record.position];
      if (refusal !== undefined) return fail(refusal);
      if (found === undefined || entry === undefined || !isInput(entry)) return fail(nothingFails);
      const failure = found.cause instanceof Error ? found.cause.message : String(found.cause);
      const skipped = { position, what: describe(entry), failure };
      await note(paths, skipped, entry, reason, now);
      await log.replace(new Map([[position, { kind: 'skipped', entry, reason }]]));
      return ok(skipped);
    } finally {
      await checkpoints.close();
      await log.close();
    }
  } finally {
    await directory.close();
  }
}

/** Where the next start would fail; undefined where it would not. */
async function failureOf(
  log: Log,
  checkpoints: CheckpointStore,
  timeZone: string,
): Promise<EntryFailure | undefined> {
  const customers = openCustomers(log, checkpoints, timeZone);
  try {
    for (const record of log.read(customers.position)) {
      customers.take(record);
      customers.tell();
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    if (error instanceof EntryFailure) return error;
    throw error;
  }
  return undefined;
}

function openCustomers(log: Log, store: CheckpointStore, timeZone: string): Customers {
  const late: { customers?: Customers } = {};
  const now = (): Instant => late.customers?.engine.now ?? -Infinity;
  const open = (head: ReturnType<typeof readHead>): Customers => {
    const index = new MessageIndex(log, store, head?.chunk ?? 0, now);
    const start = log.recordAt(0)?.at ?? 0;
    const options = { log, timeZone, start, definitions: noDefinitions, index, publish: () => undefined };
    return new Customers(options, head === undefined ? undefined : { rows: new CheckpointRows(store), head });
  };
  const head = readHead(store);
  try {
    late.customers = open(head !== undefined && head.position <= log.next ? head : undefined);
  } catch {
    // As a start does where the checkpoint is of no use.
    late.customers = open(undefined);
  }
  return late.customers;
}

const nothingFails: Refusal = {
  code: 'skip/nothing-fails',
  message: 'The engine takes every entry of the log, so there is none to skip; start Segue.',
};

function refusalOf(found: EntryFailure | undefined, position: Position): Refusal | undefined {
  if (found === undefined) return nothingFails;
  if (found.code === 'engine/time-failed') return { code: found.code, message: found.message };
  if (found.position === position) return undefined;
  return {
    code: 'skip/other-entry',
    message: `The engine does not fail at entry ${position} but at entry ${found.position}, and only that one can be skipped.`,
  };
}

function isInput(entry: LogEntry): entry is InputEntry {
  return entry.kind !== 'skipped' && entry.kind !== 'erased';
}

/** Where people look for it; before the log, so that nothing is skipped without a word. */
async function note(
  paths: { readonly quarantine: string; readonly catalog: string },
  { position, what, failure }: Skipped,
  entry: InputEntry,
  reason: string,
  now: Instant,
): Promise<void> {
  const catalog = openSqliteCatalog({ path: paths.catalog, clock: () => now });
  try {
    await catalog.audit.record(systemActor, 'log.skipped', `entry:${position}`, { what, reason });
  } finally {
    await catalog.close();
  }
  const quarantine = await openLmdbQuarantine(paths.quarantine);
  try {
    const source = entry.kind === 'message' ? entry.source : 'segue';
    const raw = JSON.stringify(entry.kind === 'message' ? entry.message : entry);
    const why = `Entry ${position} of the log was put aside (${reason}): ${failure}`;
    await quarantine.add([{ at: now, source, code: 'engine/entry-failed', reason: why, raw }]);
  } finally {
    await quarantine.close();
  }
}

async function timeZoneOf(file: string): Promise<string | undefined> {
  try {
    const { timeZone } = JSON.parse(await readFile(file, 'utf8')) as {
      readonly timeZone?: string;
    };
    return timeZone;
  } catch {
    return undefined;
  }
}

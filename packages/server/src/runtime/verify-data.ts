/**
 * Is what is kept what the log says? Reads every record, replays them (where entries were taken out, from the base on), and compares: the state of the checkpoint, the
 * changes of the feed, the chain of the audit log. Changes nothing.
 */

import { existsSync } from 'node:fs';

import { noDefinitions } from '@segue/core/model/definitions.ts';

import { openSqliteCatalog } from '../catalog/sqlite-catalog.ts';
import { eventText, saysTheSame } from '../feeds/feed-codec.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import { openLmdbFeedStore } from '../feeds/lmdb-feed-store.ts';
import type { Published } from '../feeds/published.ts';
import { findBase, openBase, type Base } from '../log/base.ts';
import { checkLog } from '../log/check-log.ts';
import type { CheckpointStore } from '../log/checkpoint-store.ts';
import { openDataDirectory } from '../log/data-directory.ts';
import { requireData } from '../log/data-format.ts';
import type { Position } from '../log/entry.ts';
import { openLmdbCheckpointStore } from '../log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../log/lmdb-log.ts';
import type { Log } from '../log/log.ts';
import { createMemoryCheckpointStore } from '../log/memory-checkpoint-store.ts';
import { readWorkspace } from '../log/workspace-file.ts';
import { CheckpointRows } from './checkpoint-rows.ts';
import { readHead } from './checkpoints.ts';
import { Customers, type RestoredFrom } from './customers.ts';
import { MessageIndex } from './message-index.ts';
import { stateHash } from './state-hash.ts';

/** One thing that was checked; a fault says what differs. */
export type VerifiedPart = { readonly what: string; readonly fault?: string };

export type VerifyReport = {
  /** Entries of the log that were read and replayed. */
  readonly entries: number;
  /** Of the state after the last of them. */
  readonly stateHash: string;
  readonly parts: readonly VerifiedPart[];
};

/** @throws StorageError where the directory is in use, is none, or its log cannot be read. */
export async function verifyData(
  data: string,
  { timezone }: { readonly timezone: string },
): Promise<VerifyReport> {
  await requireData(data);
  const directory = await openDataDirectory(data);
  try {
    const { paths } = directory;
    // It belongs to the data: in another one the replay would be that of other days.
    const { timeZone = timezone } = await readWorkspace(paths.workspace);
    const { entries } = await checkLog(paths.log);
    const log = await openLmdbLog(paths.log, { readOnly: true });
    const checkpoints = await openLmdbCheckpointStore(paths.checkpoint);
    const feed = await openLmdbFeedStore(paths.feed);
    try {
      const restored = checkpointHash(log, checkpoints, timeZone);
      const base = await findBase(paths.base);
      const replayed = await replayFrom(base, log, feed, timeZone, restored?.position);
      const from = base === undefined ? '' : `; what was before ${base.position} is taken from the base`;
      const parts: VerifiedPart[] = [
        { what: `the log: ${entries} entries, each record whole and in its place${from}` },
        ...(restored === undefined ? [] : [compareStates(restored, replayed)]),
        replayed.changes,
        ...(existsSync(paths.catalog) ? [await verifyAudit(paths.catalog)] : []),
      ];
      return { entries, stateHash: replayed.hash, parts };
    } finally {
      await feed.close();
      await checkpoints.close();
      await log.close();
    }
  } finally {
    await directory.close();
  }
}

type Restored = { readonly position: Position; readonly hash: string } | undefined;

function open(
  log: Log,
  timeZone: string,
  store: CheckpointStore,
  publish: (events: Published) => void,
  checkpoint?: RestoredFrom,
): Customers {
  const late: { customers?: Customers } = {};
  const now = (): number => late.customers?.engine.now ?? -Infinity;
  const index = new MessageIndex(log, store, checkpoint?.head.chunk ?? 0, now);
  const start = log.recordAt(0)?.at ?? 0;
  const options = { log, timeZone, start, definitions: noDefinitions, index, publish };
  const customers = new Customers(options, checkpoint);
  late.customers = customers;
  return customers;
}

function checkpointHash(log: Log, checkpoints: CheckpointStore, timeZone: string): Restored {
  const head = readHead(checkpoints);
  if (head === undefined || head.position > log.next) return undefined;
  const rows = new CheckpointRows(checkpoints);
  const customers = open(log, timeZone, checkpoints, () => undefined, { rows, head });
  return { position: head.position, hash: stateHash(customers.engine) };
}

type Replayed = {
  readonly hash: string;
  /** Of the state at the position of the checkpoint. */
  readonly hashThen: string | undefined;
  readonly changes: VerifiedPart;
};

async function replayFrom(
  base: Base | undefined,
  log: Log,
  feed: FeedStore,
  timeZone: string,
  stopAt: Position | undefined,
): Promise<Replayed> {
  const store = base === undefined ? createMemoryCheckpointStore() : await openBase(base);
  try {
    return await replayAll(store, log, feed, timeZone, stopAt);
  } finally {
    await store.close();
  }
}

/** The log from its beginning, or from the base that is in the store, its changes held against those of the feed. */
async function replayAll(
  store: CheckpointStore,
  log: Log,
  feed: FeedStore,
  timeZone: string,
  stopAt: Position | undefined,
): Promise<Replayed> {
  let compared = 0;
  let fault: string | undefined;
  const publish = (events: Published): void => {
    for (const event of events) {
      if (event.seq < feed.first || event.seq >= feed.next) continue;
      const kept = feed.get(event.seq);
      compared++;
      if (kept !== undefined && saysTheSame(kept, event)) continue;
      fault ??= `change ${event.seq} is kept as ${kept === undefined ? 'nothing' : eventText(kept)}, and the log gives ${eventText(event)}`;
    }
    events.release();
  };
  const head = readHead(store);
  const from = head === undefined ? undefined : { rows: new CheckpointRows(store), head };
  const customers = open(log, timeZone, store, publish, from);
  let hashThen = stopAt === customers.position ? stateHash(customers.engine) : undefined;
  for (const record of log.read(customers.position)) {
    customers.take(record);
    customers.tell();
    if (customers.position === stopAt) hashThen = stateHash(customers.engine);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (fault === undefined && feed.next > customers.standing.seq) {
    fault = `${feed.next} changes are kept, and the log gives ${customers.standing.seq}`;
  }
  const what = `the changes: ${compared} that are kept against those of the replay`;
  return {
    hash: stateHash(customers.engine),
    hashThen,
    changes: fault === undefined ? { what } : { what, fault },
  };
}

function compareStates(restored: NonNullable<Restored>, { hashThen }: Replayed): VerifiedPart {
  const what = `the state after entry ${restored.position}, by checkpoint and by replay`;
  if (hashThen === restored.hash) return { what };
  return {
    what,
    fault: `the checkpoint gives ${restored.hash}, the log ${hashThen ?? 'no record that ends there'}. Delete the folder “checkpoint”: the next start makes it anew from the log.`,
  };
}

async function verifyAudit(path: string): Promise<VerifiedPart> {
  const catalog = openSqliteCatalog({ path, clock: Date.now });
  try {
    const found = await catalog.audit.verify();
    const what = 'the audit log: each row in the chain of hashes';
    return found.intact ? { what } : { what, fault: JSON.stringify(found) };
  } finally {
    await catalog.close();
  }
}

/**
 * A data directory whose service does not run, taken up twice: from checkpoint and the rest of the log, as a start does,
 * and from the log alone.
 */

import { join } from 'node:path';

import { ChangeFeed, type FeedFault } from '../../src/feeds/change-feed.ts';
import type { FeedStore } from '../../src/feeds/feed-store.ts';
import { openLmdbFeedStore } from '../../src/feeds/lmdb-feed-store.ts';
import { MemoryFeedStore } from '../../src/feeds/memory-feed-store.ts';
import { changeJson } from '../../src/feeds/public-change.ts';
import type { CheckpointStore } from '../../src/log/checkpoint-store.ts';
import { openLmdbCheckpointStore } from '../../src/log/lmdb-checkpoint-store.ts';
import { openLmdbLog } from '../../src/log/lmdb-log.ts';
import type { Log } from '../../src/log/log.ts';
import { createMemoryCheckpointStore } from '../../src/log/memory-checkpoint-store.ts';
import { ManualClock } from '../../src/runtime/clock.ts';
import { readHead } from '../../src/runtime/checkpoints.ts';
import { Runtime } from '../../src/runtime/runtime.ts';
import { stateHash } from '../../src/runtime/state-hash.ts';

export type Offline = {
  /** Entries of the log. */
  readonly entries: number;
  /** Entries that the checkpoint has; undefined where there is none. */
  readonly checkpointed: number | undefined;
  /** Revision of the definitions in force. */
  readonly revision: number;
  /** Every change since the beginning, as streams show it, at its number. */
  readonly changes: readonly string[];
  /** Ids of messages of the log, in its order; those sent twice are there twice. */
  readonly messageIds: readonly string[];
  /** What contradicts itself; empty. */
  readonly faults: readonly string[];
};

type TakenUp = { readonly hash: string; readonly faults: readonly string[]; readonly runtime: Runtime };

async function takeUp(log: Log, checkpoints: CheckpointStore, store: FeedStore): Promise<TakenUp> {
  // It stands where the log ends, so nothing becomes due and nothing is written.
  const clock = new ManualClock(log.lastAt ?? 0);
  const found: FeedFault[] = [];
  const faults: string[] = [];
  const feed = new ChangeFeed({
    store,
    now: () => clock.now(),
    keepMs: Infinity,
    onFault: (fault) => found.push(fault),
  });
  const runtime = await Runtime.open({
    log,
    checkpoints,
    feed,
    clock,
    timeZone: 'UTC',
    checkpointEveryMs: 3_600_000,
    onBadCheckpoint: (reason) => faults.push(`the checkpoint is bad: ${reason}`),
  });
  await feed.flush();
  faults.push(...found.map((fault) => `the feed: ${JSON.stringify(fault)}`));
  return { runtime, hash: stateHash(runtime.engine), faults };
}

/** The changes that are kept, where adding to them changes nothing on the disk. */
async function keptChanges(path: string): Promise<FeedStore> {
  const stored = await openLmdbFeedStore(path);
  const kept = new MemoryFeedStore();
  await kept.restart(stored.first);
  await kept.append([...stored.read(stored.first)]);
  await stored.close();
  return kept;
}

/** Reads the stores of a data directory and changes nothing in them. */
export async function readOffline(data: string): Promise<Offline> {
  const log = await openLmdbLog(join(data, 'log'), { readOnly: true });
  const checkpoints = await openLmdbCheckpointStore(join(data, 'checkpoint'));
  try {
    const checkpointed = readHead(checkpoints)?.position;
    const restored = await takeUp(log, checkpoints, await keptChanges(join(data, 'feed')));
    const replayed = await takeUp(log, createMemoryCheckpointStore(), new MemoryFeedStore());
    const faults = [...restored.faults, ...replayed.faults];
    if (restored.hash !== replayed.hash) {
      faults.push(`checkpoint (${checkpointed ?? 'none'}) and log give another state than the log alone`);
    }
    const changes = [...replayed.runtime.feed.read(0)].map(changeJson);
    for (const event of restored.runtime.feed.read(0)) {
      if (changeJson(event) !== changes[event.seq]) {
        faults.push(`change ${event.seq} differs from the replay's`);
      }
    }
    const messageIds: string[] = [];
    for (const { entries } of log.read(0)) {
      for (const entry of entries) if (entry.kind === 'message') messageIds.push(entry.message.messageId);
    }
    const { definitions, position } = replayed.runtime.customers;
    return { entries: position, checkpointed, revision: definitions.revision, changes, messageIds, faults };
  } finally {
    await checkpoints.close();
    await log.close();
  }
}

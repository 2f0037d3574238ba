/**
 * Law: the state is what the log says. A replay of the log alone, without checkpoint and without what is kept of the
 * changes, must give the same state and the same changes as those that are there.
 */

import type { Engine } from '@segue/core/engine/engine.ts';

import { ChangeFeed } from '../feeds/change-feed.ts';
import { eventText } from '../feeds/feed-codec.ts';
import type { Feed, FeedEvent } from '../feeds/feed.ts';
import { MemoryFeedStore } from '../feeds/memory-feed-store.ts';
import type { Log } from '../log/log.ts';
import { createMemoryCheckpointStore } from '../log/memory-checkpoint-store.ts';
import { ManualClock } from '../runtime/clock.ts';
import { Runtime } from '../runtime/runtime.ts';
import { stateHash } from '../runtime/state-hash.ts';

/** What differs, in words; undefined when nothing does. */
export async function compareWithReplay(log: Log, runtime: Runtime): Promise<string | undefined> {
  const { engine } = runtime;
  const feed = new ChangeFeed({
    store: new MemoryFeedStore(),
    now: () => engine.now,
    keepMs: Infinity,
    onFault: () => undefined,
  });
  const replayed = await Runtime.open({
    log: withoutWriter(log),
    checkpoints: createMemoryCheckpointStore(),
    feed,
    clock: new ManualClock(engine.now),
    timeZone: engine.zone.name,
    checkpointEveryMs: 2 ** 31 - 1,
  });
  await replayed.loop.stop();
  return differenceOfChanges(runtime.feed, feed) ?? differenceOfStates(engine, replayed.engine);
}

/** A copy must not write to what it is compared with. */
function withoutWriter(log: Log): Log {
  return {
    next: log.next,
    lastAt: log.lastAt,
    failed: log.failed,
    append: () => Promise.reject(new Error('A replay writes nothing')),
    read: (from) => log.read(from),
    scan: (from, reads) => log.scan(from, reads),
    skim: (from, wanted) => log.skim(from, wanted),
    entryAt: (position) => log.entryAt(position),
    timeAt: (position) => log.timeAt(position),
    recordAt: (position) => log.recordAt(position),
    replace: () => Promise.reject(new Error('A replay writes nothing')),
    close: () => Promise.resolve(),
  };
}

function differenceOfChanges(kept: Feed, replayed: Feed): string | undefined {
  return differenceOf('the changes that are kept', [...kept.read(0)], 'a replay of the log', [
    ...replayed.read(0),
  ]);
}

/** The first change that differs, in words; undefined when they are the same. */
export function differenceOf(
  one: string,
  events: readonly FeedEvent[],
  other: string,
  others: readonly FeedEvent[],
): string | undefined {
  const count = Math.max(events.length, others.length);
  for (let i = 0; i < count; i++) {
    const [left, right] = [events[i], others[i]].map((event) =>
      event === undefined ? 'none' : `${event.seq} ${eventText(event)}`,
    );
    if (left !== right) return `change ${i + 1} is ${left ?? ''} in ${one} and ${right ?? ''} in ${other}`;
  }
  return undefined;
}

function differenceOfStates(engine: Engine, replayed: Engine): string | undefined {
  if (stateHash(engine) === stateHash(replayed)) return undefined;
  const lines = [...engine.serialize()];
  const others = [...replayed.serialize()];
  // Customers first: in the line before them even equal states may differ.
  const customer = Array.from({ length: Math.max(lines.length, others.length) }).findIndex(
    (_, i) => i > 0 && lines[i] !== others[i],
  );
  const at = Math.max(customer, 0);
  return `the state is not that of a replay of the log: line ${at + 1} is ${lines[at] ?? 'none'}, and by replay ${others[at] ?? 'none'}`;
}
